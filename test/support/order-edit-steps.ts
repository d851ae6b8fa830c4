import assert from "node:assert/strict";
import fc from "fast-check";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import type { Effect } from "../../src/domain/order/effects.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { contentOf } from "./order-content.ts";
import type { Outside } from "./order-outside.ts";

/** What people want otherwise of an order, without knowing how it stands. */
export interface EditStep {
  kind: "edit";
  how: "quantities" | "address" | "items" | "cancel lines";
  line: number;
  quantity: number;
  /** Where the stock for what is more is held; null: it waits. */
  at: string | null;
}

export const editStep: fc.Arbitrary<EditStep> = fc.record({
  kind: fc.constant("edit" as const),
  how: fc.constantFrom(
    "quantities" as const,
    "quantities",
    "address" as const,
    "items" as const,
    "cancel lines" as const,
  ),
  line: fc.nat(3),
  quantity: fc.nat(5),
  at: fc.constantFrom("berlin", "paris", null),
});

/** The command that the step stands for. A swap where it can be one: what one line gets the next one loses. */
export function editCommand(order: Order, { how, line, quantity, at }: EditStep): OrderCommand {
  const [one, other] = [line % order.lines.length, (line + 1) % order.lines.length].map((index) => order.lines[index]);
  assert.ok(one && other);
  switch (how) {
    case "quantities": {
      const less = Math.max(0, other.quantity - 1);
      const quantities = { ...(line > 1 && { [other.number]: less }), [one.number]: quantity };
      return { type: "EditOrder", edit: { content: contentOf(order, quantities, [], at) } };
    }
    case "address": {
      const address = { ...order.address, line1: `Street ${quantity}` };
      return { type: "EditOrder", edit: { address, content: contentOf(order, {}) } };
    }
    case "items":
      return { type: "AddItems", edit: { content: contentOf(order, {}, [at]) } };
    case "cancel lines":
      return { type: "CancelLines", lines: [{ line: one.number, quantity: Math.max(1, quantity) }], reason: "less" };
  }
}

/** What the events say was ordered in the end, counted by hand: units of each line, and what each of them costs. */
export function checkOrdered(order: Order, events: readonly RecordedEvent[]): void {
  const units = new Map<number, number>();
  for (const { event } of events) {
    if (event.type === "OrderPlaced") for (const { number, quantity } of event.order.lines) units.set(number, quantity);
    if (event.type === "OrderEdited" || event.type === "ItemsAdded")
      for (const { number, quantity } of event.edit.content?.lines ?? []) units.set(number, quantity);
    if (event.type === "LinesCancelled")
      for (const { line, quantity } of event.lines) units.set(line, (units.get(line) ?? 0) - quantity);
  }
  assert.deepEqual(new Map(order.lines.map(({ number, quantity }) => [number, quantity])), units);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const { subtotal, shipping, tax, discount, total } = order.totals;
  assert.equal(subtotal, sum(order.lines.map(({ unitPrice, quantity }) => unitPrice * quantity)));
  assert.equal(tax, sum(order.lines.map((line) => line.tax)));
  assert.equal(discount, sum(order.discounts.map(({ amount }) => amount)));
  assert.equal(total, subtotal + shipping + tax - discount);
  assert.ok(total >= 0 && shipping >= 0 && order.lines.every((line) => line.quantity >= 0 && line.tax >= 0));
}

/** Every level has promised what the order believes, unit by unit, once nothing is on its way any more. */
export function checkPromised(order: Order, outside: Outside): void {
  for (const { id, quantity, status } of order.reservations) {
    if (status === "ALLOCATED") assert.equal(outside.units.get(id), quantity, `${id} is allocated`);
    if (status === "SHIPPED") assert.equal(outside.shipped.get(id), quantity, `${id} has shipped`);
  }
}

/** What a WMS has, it picks: no parcel is given up that was not asked back from it first. */
export function checkHandedOver({ shipments }: Order, { atWms }: Outside): void {
  for (const { id, state, reachedAt } of shipments)
    if (state === "CANCELLED" && reachedAt.PICKING === undefined)
      assert.ok(!atWms.has(id), `${id} is still at its WMS`);
}

/**
 * A parcel has just left: the bank has the money, or has promised it, for all that has left by now, each line's share
 * rounded to a few cents. Money on its way back because it pays for nothing counts for nothing.
 */
export function checkPaidFor({ lines, totals, shipments, refunds, captureOn }: Order, { intents }: Outside): void {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const there = [...intents.values()].map(({ status, captured, amount }) =>
    captured > 0 ? captured : status === "authorized" && captureOn === "shipment" ? amount : 0,
  );
  const idle = refunds
    .filter(({ reason }) => reason === "order cancelled" || reason === "order reduced")
    .flatMap(({ parts }) => parts.map(({ amount }) => amount));
  const unitsOf = (number: number) =>
    shipments
      .filter(({ state, reachedAt }) => state !== "CANCELLED" && reachedAt.SHIPPED !== undefined)
      .flatMap(({ items }) => items.filter(({ line }) => line === number).map(({ quantity }) => quantity));
  const value = (line: Order["lines"][number], units: number) =>
    line.quantity === 0 ? 0 : ((line.net + line.tax) * units) / line.quantity;
  const left = sum(lines.map((line) => value(line, sum(unitsOf(line.number)))));
  const due = (totals.total * left) / sum(lines.map((line) => line.net + line.tax));
  assert.ok(due <= sum(there) - sum(idle) + 2 + lines.length, `${due} has left for ${sum(there)} less ${sum(idle)}`);
}

/** What the order has cost at each time. */
function totalsOf(events: readonly RecordedEvent[]): number[] {
  return events.flatMap(({ event }) => {
    if (event.type === "OrderPlaced") return [event.order.totals.total];
    return "edit" in event && event.edit.content ? [event.edit.content.totals.total] : [];
  });
}

/** Nobody has paid more than the order ever cost, but for what is on its way back because it became smaller. */
export function checkKept(
  kept: number,
  events: readonly RecordedEvent[],
  effects: readonly { effect: Effect; status: string }[],
): void {
  const back = effects.reduce(
    (sum, { effect, status }) =>
      effect.kind === "RefundPayment" && status !== "done" ? sum + effect.amount.amount : sum,
    0,
  );
  const dearest = Math.max(...totalsOf(events)) + back;
  assert.ok(kept <= dearest, `kept ${kept} of ${dearest}`);
}
