import { allocateMoney } from "../money.ts";
import { unpaidAmount } from "./amounts.ts";
import type { OrderRefusal } from "./commands.ts";
import { superfluous } from "./edit.ts";
import { withContent } from "./edit-money.ts";
import type { OrderEvent } from "./events.ts";
import type { ShipmentId } from "../ids.ts";
import type { LineUnits, Order, OrderContent, OrderLine, PendingEdit } from "./order.ts";
import { quantityOf } from "./order-stock.ts";
import { parcelsToRecall } from "./recall.ts";
import { openUnits, takeOut, withoutUnits } from "./take-out.ts";
import { hasGivenBack } from "./refund.ts";

type Ruling = { ok: true; events: OrderEvent[] } | { ok: false; refusal: OrderRefusal };

/**
 * Cancels units that no warehouse has begun to pick. Each line is named once. What the units cost is captured less, or
 * paid back. Parcels that a warehouse outside may be at are asked back first; `recalled`: those that have come back.
 */
export function decideCancelLines(
  order: Order,
  units: readonly LineUnits[],
  reason: string,
  recalled: readonly ShipmentId[] = [],
): Ruling {
  if (order.ended) return refuse({ reason: "already_ended", state: order.state });
  if (order.cancelling) return refuse({ reason: "cancel_pending" });
  if (order.pendingEdit) return refuse({ reason: "edit_pending" });
  if (hasGivenBack(order)) return refuse({ reason: "refund_made" });
  for (const [index, { line, quantity }] of units.entries()) {
    if (!order.lines.some(({ number }) => number === line)) return refuse({ reason: "line_unknown", line });
    const open = openUnits(order, line);
    const isTwice = units.findIndex((other) => other.line === line) !== index;
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > open || isTwice)
      return refuse({ reason: "quantity_exceeds_open", line, quantity: open });
  }
  if (units.length === 0) return refuse({ reason: "no_lines" });
  const shipments = parcelsToRecall(order, takeOut(order, units), null);
  if (shipments.length === 0) return { ok: true, events: [linesCancelled(order, units, reason, recalled)] };
  const pending: PendingEdit = { by: "LinesCancelled", lines: [...units], reason, payment: null };
  return { ok: true, events: [{ type: "EditAwaitsRecall", pending, shipments }] };
}

/** Whether these are all the units that the order has. */
export function isAllOf(order: Pick<Order, "lines">, units: readonly LineUnits[]): boolean {
  return order.lines.every(({ number, quantity }) => quantityOf(units, number) === quantity);
}

/** The units' cancel as an event; they must be open. */
export function linesCancelled(
  order: Order,
  units: readonly LineUnits[],
  reason: string,
  recalled: readonly ShipmentId[] = [],
): Extract<OrderEvent, { type: "LinesCancelled" }> {
  const content = contentWithout(order, units);
  const takenOut = { ...takeOut(order, units), ...(recalled.length > 0 && { recalled: [...recalled] }) };
  const givenUp = superfluous(withContent(withoutUnits(order, takenOut, order.updatedAt), content));
  return { type: "LinesCancelled", reason, lines: [...units], edit: { content }, takenOut, payment: null, givenUp };
}

function refuse(refusal: OrderRefusal): Ruling {
  return { ok: false, refusal };
}

/**
 * What units are worth when they leave an order: their price, the tax on it, and their share of the discount, in
 * proportion to the price. Over any sequence of cancels no cent is lost or invented. Shipping stays: one parcel costs
 * what it costs, and only with the whole order does it go. A cancel never makes more due: backordered units took a
 * share of the shipping with them that nobody has been asked for yet, and that share is not asked of the rest.
 */
function contentWithout(order: Order, units: readonly LineUnits[]): OrderContent {
  const priced = order.lines.map((before) => {
    const { backordered: _units, unsourced: _open, promise: _promise, waitingSince: _since, ...line } = before;
    const quantity = line.quantity - quantityOf(units, line.number);
    if (quantity === line.quantity) return line;
    const net = line.unitPrice * quantity;
    const tax = allocateMoney(line.tax, [quantity, line.quantity - quantity])[0] ?? 0;
    const weightGrams = line.quantity === 0 ? 0 : (line.weightGrams / line.quantity) * quantity;
    return { ...line, quantity, net, tax, weightGrams };
  });
  const sum = (lines: readonly Pick<OrderLine, "net" | "tax">[], what: "net" | "tax") =>
    lines.reduce((all, line) => all + line[what], 0);
  const subtotal = sum(priced, "net");
  const tax = order.totals.tax - (sum(order.lines, "tax") - sum(priced, "tax"));
  const discount = allocateMoney(order.totals.discount, [subtotal, order.totals.subtotal - subtotal])[0] ?? 0;
  const shares = allocateMoney(
    discount,
    order.discounts.map(({ amount }) => amount),
  );
  const { shipping } = order.totals;
  const content: OrderContent = {
    lines: priced,
    totals: { subtotal, shipping, tax, discount, total: subtotal + shipping + tax - discount },
    discounts: order.discounts.map(({ reason }, index) => ({ reason, amount: shares[index] ?? 0 })),
    reservations: [],
    backordered: [],
    estimatedDelivery: order.estimatedDelivery,
  };
  const before = withoutUnits(order, takeOut(order, units), order.updatedAt);
  return withoutNewDebt(content, (reduced) => unpaidAmount(withContent(before, reduced)) - unpaidAmount(order));
}

/** Takes what `excess` says off the shipping, and beyond that off the price, until it says nothing. */
function withoutNewDebt(content: OrderContent, excess: (content: OrderContent) => number): OrderContent {
  let reduced = content;
  for (let more = excess(reduced); more > 0 && reduced.totals.total > 0; more = excess(reduced)) {
    const { totals, discounts } = reduced;
    const off = Math.min(more, totals.total);
    const offShipping = Math.min(off, totals.shipping);
    const offPrice = off - offShipping;
    reduced = {
      ...reduced,
      totals: {
        ...totals,
        shipping: totals.shipping - offShipping,
        discount: totals.discount + offPrice,
        total: totals.total - off,
      },
      discounts: offPrice > 0 ? [...discounts, { amount: offPrice, reason: "rounding of cancelled units" }] : discounts,
    };
  }
  return reduced;
}
