import assert from "node:assert/strict";
import type { EffectId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { INSPECTION_OUTCOMES } from "../../src/domain/order/return.ts";
import { fulfillmentState } from "../../src/domain/order/views.ts";
import type { OrderBooks } from "./order-books.ts";
import type { Outside } from "./order-outside.ts";

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

/**
 * What becomes of delivered units, kept by whoever gives the commands: units that came back, units that were paid for,
 * and what went into stock. Says it without the domain's own functions, with fractions instead of cents.
 */
export class ReturnsOracle {
  /** By line: units that are with a warehouse again. */
  readonly back = new Map<number, number>();
  /** By line: units whose money goes back. */
  readonly paid = new Map<number, number>();
  /** By SKU: units that must be received into stock. */
  readonly restocked = new Map<string, number>();
  /** Amounts that people gave, whatever for. */
  given = 0;

  /** Does something about returns or refunds; `number` says what, `units` to how much. */
  act(books: OrderBooks, number: number, units: number): void {
    const { order } = books;
    const line = 1 + (number % order.lines.length);
    const lines = [{ line, quantity: 1 + (units % 4) }];
    const outcome = INSPECTION_OUTCOMES[units % 4] ?? "restock";
    const next = order.returns.find(({ state }) => state !== "REJECTED" && state !== "INSPECTED");
    switch (number % 8) {
      case 0:
      case 1:
        return this.#give(books, {
          type: "RequestReturn",
          lines,
          reason: "too small",
          condition: units % 3 === 0 ? "used" : "unused",
          by: number % 2 === 0 ? "customer" : "staff",
          ...(units % 2 === 0 && { exchange: { lines: [{ sku: "OTHER" as Sku, quantity: 1 }], method: null } }),
        });
      case 2:
        return this.#give(books, { type: "RefundOrder", reason: "late", of: { amount: units * 37 } });
      case 3:
        return this.#give(books, { type: "RefundOrder", reason: "lost", of: { lines, restock: units % 2 === 0 } });
      default:
        if (next?.state === "REQUESTED")
          this.#give(
            books,
            units % 5 === 0
              ? { type: "RejectReturn", returnId: next.id, reason: "worn" }
              : { type: "ApproveReturn", returnId: next.id },
          );
        else if (next?.state === "APPROVED")
          this.#give(books, {
            type: "ReceiveReturn",
            returnId: next.id,
            warehouseId: (units % 2 === 0 ? "berlin" : "rome") as WarehouseId,
          });
        else if (next)
          this.#give(books, {
            type: "InspectReturn",
            returnId: next.id,
            units: next.lines.flatMap(({ line: of, quantity }) => [
              { line: of, quantity: 1, outcome },
              ...(quantity > 1 ? [{ line: of, quantity: quantity - 1, outcome: "restock" as const }] : []),
            ]),
          });
    }
  }

  /** An order in exchange gives some of its credit back: it became smaller, was cancelled, or came back itself. */
  giveBack(books: OrderBooks, { exchanges }: Outside, number: number, units: number): void {
    const [key, exchange] = [...exchanges][number % Math.max(1, exchanges.size)] ?? [];
    if (key === undefined || exchange === undefined) return;
    const called = books.effects.find(({ id }) => id === key)?.effect;
    assert.ok(called?.kind === "PlaceExchange");
    const amount = Math.min(exchange.credit - exchange.givenBack, 1 + units * 61);
    if (amount === 0) return;
    exchange.givenBack += amount;
    const by = `${exchange.orderId}:${exchange.givenBack}:RefundPayment` as EffectId;
    const fact = { type: "RecordReturnedCredit", refund: called.refund, amount, by, reason: "cancelled" } as const;
    assert.equal(books.fact(fact).length, 1, "what was credit goes back");
    assert.equal(books.fact(fact).length, 0, "and goes back once");
  }

  #give(books: OrderBooks, command: OrderCommand): void {
    if (!books.command(command).ok) return;
    if (command.type === "InspectReturn")
      for (const { line, quantity, outcome } of command.units) {
        if (outcome === "missing") continue;
        add(this.back, line, quantity);
        add(this.paid, line, quantity);
        if (outcome === "restock") this.#restock(books.order, line, quantity);
      }
    if (command.type !== "RefundOrder") return;
    if ("amount" in command.of) this.given += command.of.amount;
    else
      for (const { line, quantity } of command.of.lines) {
        add(this.paid, line, quantity);
        if (!command.of.restock) continue;
        add(this.back, line, quantity);
        this.#restock(books.order, line, quantity);
      }
  }

  #restock(order: Order, line: number, quantity: number): void {
    add(this.restocked, order.lines.find(({ number }) => number === line)?.sku ?? "", quantity);
  }

  /** What must hold after every step. */
  check({ order }: OrderBooks): void {
    for (const { number, captured } of order.payments) {
      const parts = order.refunds
        .flatMap((refund) => [...refund.parts, ...(refund.credit?.parts ?? [])])
        .filter(({ payment }) => payment === number);
      assert.ok(
        sum(parts.map(({ amount }) => amount)) <= captured,
        `payment ${number} is not asked for more than it has`,
      );
    }
    if (order.ended) return;
    for (const { number, quantity } of order.lines)
      assert.ok((this.paid.get(number) ?? 0) <= quantity, `line ${number} is paid back at most once`);
    // Each line's share of price, discount, tax and shipping is rounded once, to whole cents.
    const { subtotal, shipping, discount } = order.totals;
    const exact = sum(
      order.lines.map(({ number, quantity, net, tax }) => {
        // An edit may have left nothing of a line.
        if (quantity === 0) return 0;
        const share = ((this.paid.get(number) ?? 0) / quantity) * net;
        return share + (share / subtotal) * (shipping - discount) + ((this.paid.get(number) ?? 0) / quantity) * tax;
      }),
    );
    const due = sum(order.refunds.map((refund) => refund.due));
    // What went back because the order became smaller pays for nothing of it any more, and is no refund of its units.
    const reduced = sum(order.payments.map((payment) => payment.reduced ?? 0));
    const captured =
      sum(order.payments.map((payment) => (payment.status === "captured" ? payment.captured : 0))) - reduced;
    const isAll = order.lines.every(({ number, quantity }) => (this.paid.get(number) ?? 0) === quantity);
    if (isAll) assert.equal(due, Math.min(order.totals.total, captured), "no cent lost or invented");
    else assert.ok(due <= exact + 4 * order.lines.length, `${due} is due for ${exact}`);
    // A unit is paid back as far as its money was captured by then.
    if (captured >= order.totals.total) assert.ok(due >= exact - 4 * order.lines.length, `${due} is due for ${exact}`);
    // What is credit for another order went out of this one too, and goes back at most once.
    const credit = sum(order.refunds.flatMap((refund) => refund.credit?.parts ?? []).map(({ amount }) => amount));
    const asked = sum(order.refunds.flatMap(({ parts }) => parts.map(({ amount }) => amount))) + credit - reduced;
    assert.ok(asked <= due + this.given, `${asked} is asked for, ${due} due and ${this.given} given`);
    assert.ok(asked >= Math.min(due, captured) - this.given, "what people gave is the only thing taken off");
    this.#checkStates(order);
  }

  #checkStates(order: Order): void {
    const back = sum([...this.back.values()]);
    const units = sum(order.lines.map(({ quantity }) => quantity));
    const state = fulfillmentState(order);
    if (back > 0) assert.equal(state, back === units ? "returned" : "partially_returned");
    else assert.match(state, /^(unfulfilled|partial|fulfilled)$/);
    const money = (what: "captured" | "refunded") => sum(order.payments.map((payment) => payment[what]));
    const isOver = back === units && money("captured") > 0 && money("refunded") >= money("captured");
    assert.equal(order.state === "REFUNDED", isOver, "REFUNDED is all of it back and all of it paid back");
  }

  /** What must hold once nothing is left to do: the level and the bank have done what was asked of them. */
  checkAtRest({ order }: OrderBooks, outside: Outside, failed: (kind: string) => boolean): void {
    if (!failed("RestockReturn"))
      for (const [sku, quantity] of this.restocked) {
        const received = [...outside.restocked.values()].filter((one) => one.sku === sku);
        assert.equal(sum(received.map((one) => one.quantity)), quantity, `${sku} is stock again`);
      }
    assert.ok(
      sum([...outside.restocked.values()].map(({ quantity }) => quantity)) <= sum([...this.restocked.values()]),
    );
    if (!failed("PlaceExchange")) {
      const used = sum([...outside.exchanges.values()].map(({ credit, givenBack }) => credit - givenBack));
      const credit = order.refunds.flatMap((refund) => refund.credit?.parts ?? []);
      assert.equal(sum(credit.map(({ amount }) => amount)), used, "the other orders have what is credit");
      for (const { id, exchange, state } of order.returns)
        assert.ok(
          !exchange || state !== "INSPECTED" || (exchange.orderId === null) !== (exchange.declined === null),
          `the exchange of ${id} is placed or declined`,
        );
    }
    if (failed("RefundPayment")) return;
    for (const [number, { refunded }] of outside.intents) {
      const parts = order.refunds.flatMap((refund) => refund.parts).filter(({ payment }) => payment === number);
      assert.ok(
        parts.every(({ refundId }) => refundId !== null),
        "every refund is done",
      );
      assert.equal(sum(parts.map(({ amount }) => amount)), refunded, "the bank has paid back what the order says");
    }
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, quantity: number): void {
  counts.set(key, (counts.get(key) ?? 0) + quantity);
}
