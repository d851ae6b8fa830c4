import { broughtBy, hasSecured, isPaymentAlive, isPaymentOpen, isSecured, unpaidAmount } from "./amounts.ts";
import type { OrderRefusal } from "./commands.ts";
import type { MadeEdit } from "./edit-parts.ts";
import type { OrderEvent } from "./events.ts";
import { HOLD_MS, type LineUnits, type Order, type OrderContent, type OrderEdit, type PendingEdit } from "./order.ts";
import { anotherPayment } from "./record-payment.ts";
import { formShipments, heldReservations, quantityOf } from "./order-stock.ts";
import { liveShipments } from "./state.ts";
import { hasBegun, openUnits, takeOut, withoutUnits } from "./take-out.ts";
import { hasGivenBack } from "./refund.ts";

type Ruling = { ok: true; events: OrderEvent[] } | { ok: false; refusal: OrderRefusal };

/**
 * Whether an edit may be made, and what it makes of the order. Contact may change as long as the order lives. All else
 * changes only before a warehouse has begun; items may be added until the last parcel has left. The edit comes priced
 * and with what is new of it held. What it costs more than is asked for:
 * - with money secured already, is a payment of its own, and the order is edited once that is authorized: all of the
 *   edit or nothing of it. Until then no other edit is taken;
 * - with none secured yet, is asked for together with the rest, by one payment in the place of the one that is open;
 * - after a failed payment, is part of what the next means of payment is asked for.
 * What it costs less is captured less, or paid back (`refund.ts`).
 */
export function decideEdit(order: Order, by: PendingEdit["by"], edit: OrderEdit, now: number): Ruling {
  const refusal = refuseEdit(order, by, edit) ?? refuseLate(order, edit, now);
  if (refusal) return { ok: false, refusal };
  if (!edit.content) return made(order, by, edit, null, []);
  const after = reshaped(order, edit.content);
  const open = order.payments.filter(isPaymentOpen).map(({ number }) => number);
  if (order.state === "PAYMENT_FAILED") return made(order, by, edit, null, []);
  if (unpaidAmount(after) === 0) return made(order, by, edit, null, superfluous(after));
  const payment = order.payments.length + 1;
  return hasSecured(order)
    ? { ok: true, events: [{ type: "EditAwaitsPayment", by, edit, payment, amount: unpaidAmount(after) }] }
    : made(order, by, edit, payment, open);
}

function refuseLate({ state, holdExpiresAt }: Order, { content }: OrderEdit, now: number): OrderRefusal | null {
  return content && state === "PAYMENT_FAILED" && now >= holdExpiresAt ? { reason: "hold_ended" } : null;
}

/** Why the order can't be edited like that; null where it can. */
function refuseEdit(order: Order, by: PendingEdit["by"], { content }: OrderEdit): OrderRefusal | null {
  if (order.ended) return { reason: "already_ended", state: order.state };
  if (!content) return null;
  if (order.cancelling) return { reason: "cancel_pending" };
  if (order.pendingEdit) return { reason: "edit_pending" };
  if (hasGivenBack(order)) return { reason: "refund_made" };
  if (order.state === "SHIPPED" || order.state === "DELIVERED") return { reason: "already_shipped" };
  const begun = by === "OrderEdited" ? liveShipments(order).filter(hasBegun) : [];
  if (begun.length > 0) return { reason: "picking_started", shipments: begun.map(({ id }) => id) };
  if (content.lines.every(({ quantity }) => quantity === 0)) return { reason: "no_lines" };
  const tooMany = removals(order, content).find(({ line, quantity }) => quantity > openUnits(order, line));
  return tooMany
    ? { reason: "quantity_exceeds_open", line: tooMany.line, quantity: openUnits(order, tooMany.line) }
    : null;
}

function made(order: Order, by: PendingEdit["by"], edit: OrderEdit, payment: number | null, givenUp: number[]): Ruling {
  const takenOut = takeOut(order, edit.content ? removals(order, edit.content) : []);
  return { ok: true, events: [{ type: by, edit, takenOut, payment, givenUp }] };
}

/** Units that the order has and the new content has not. */
function removals(order: Order, content: OrderContent): LineUnits[] {
  return order.lines
    .map(({ number, quantity }) => ({
      line: number,
      quantity: quantity - (content.lines.find((line) => line.number === number)?.quantity ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** What the order comes to with this content, as far as money is concerned. */
function reshaped(order: Order, content: OrderContent): Order {
  return withContent(withoutUnits(order, takeOut(order, removals(order, content)), order.updatedAt), content);
}

/** The order at its new price; where its units come from is not settled by this. */
export function withContent(order: Order, content: OrderContent): Order {
  const { totals, discounts, estimatedDelivery } = content;
  const lines = content.lines.map((line) => {
    const before = order.lines.find(({ number }) => number === line.number);
    return {
      ...line,
      backordered: (before?.backordered ?? 0) + quantityOf(content.backordered, line.number),
      unsourced: before?.unsourced ?? 0,
    };
  });
  return { ...order, lines, totals, discounts, estimatedDelivery };
}

/** Payments that the order needs no more, newest first: what the others bring covers all of it. */
export function superfluous(order: Order): number[] {
  const brings = order.payments.filter(isPaymentAlive);
  const others = (number: number, gone: readonly number[]) =>
    brings
      .filter((payment) => payment.number !== number && !gone.includes(payment.number) && isSecured(payment))
      .reduce((sum, payment) => sum + broughtBy(payment), 0);
  return brings
    .filter(({ captured, capture }) => captured === 0 && capture === null)
    .toReversed()
    .reduce<number[]>(
      (gone, { number }) => (others(number, gone) >= order.totals.total ? [...gone, number] : gone),
      [],
    );
}

/** Until when stock for an edit is held: as long as the order's own holds, or for the usual time where it has none open. */
export function editHoldExpiry(order: Order, now: number): number {
  const waitsForFirst = !hasSecured(order) && heldReservations(order).length > 0;
  return waitsForFirst ? order.holdExpiresAt : now + HOLD_MS;
}

/** The order after the edit, but for a payment that it asks for. */
export function applyEdit(order: Order, event: MadeEdit, sequence: number, at: number): Order {
  const { edit, takenOut, payment, givenUp } = event;
  const { content, ...rest } = edit;
  const changed: Order = { ...order, ...rest, pendingEdit: content ? null : order.pendingEdit };
  if (!content) return changed;
  const forPayment = payment === null ? {} : { payment };
  const before = withoutUnits(changed, takenOut, at);
  const after = withContent(before, content);
  const added = content.reservations.map((found) => ({ ...found, ...forPayment, status: "HELD" as const }));
  // Units that were held for a payment that is given up wait for the one in its place, or for none.
  const reservations = after.reservations.map((reservation) => {
    if (reservation.status !== "HELD" || !givenUp.includes(reservation.payment ?? 0)) return reservation;
    const { payment: _former, ...free } = reservation;
    return { ...free, ...forPayment };
  });
  const payments = after.payments.map((one) =>
    givenUp.includes(one.number) ? { ...one, status: "voided" as const, actionUrl: null } : one,
  );
  const edited = {
    ...after,
    payments,
    reservations: [...reservations, ...added],
    holdExpiresAt: added.length > 0 ? editHoldExpiry(order, at) : order.holdExpiresAt,
    // What waits since now is looked for together with what has waited before.
    promotingSince: content.backordered.length > 0 ? null : order.promotingSince,
  };
  return formShipments(edited, sequence, at);
}

/** The order without the change that waited for its payment: what was held for it is given back. */
export function dropPendingEdit(order: Order): Order {
  if (!order.pendingEdit) return order;
  const held = order.pendingEdit.edit.content?.reservations ?? [];
  const { payment } = order.pendingEdit;
  const dropped = held.map((reservation) => ({ ...reservation, payment, status: "RELEASED" as const }));
  return { ...order, pendingEdit: null, reservations: [...order.reservations, ...dropped] };
}

/** What becomes of a change that waits, now that these events have happened: made, given up, or nothing yet. */
export function concludeEdit(order: Order, events: readonly OrderEvent[]): OrderEvent[] {
  const { pendingEdit } = order;
  if (!pendingEdit || events.some(({ type }) => type === "OrderCancelled" || type === "HoldLapsed")) return [];
  const { by, edit, payment } = pendingEdit;
  for (const event of events) {
    if (event.type === "PaymentFailed" && event.payment === payment)
      return [{ type: "EditAbandoned", payment, reason: "payment_failed" }];
    if (event.type !== "PaymentAuthorized" || event.payment !== payment) continue;
    if (refuseEdit({ ...order, pendingEdit: null }, by, edit))
      return [{ type: "EditAbandoned", payment, reason: "order_changed" }];
    const ruling = made(order, by, edit, payment, []);
    return ruling.ok ? [...ruling.events, ...restOf(order, edit)] : [];
  }
  return [];
}

/** Stock that was found while the edit waited may have taken money that was meant for it: the rest is asked for. */
function restOf(order: Order, { content }: OrderEdit): OrderEvent[] {
  if (!content) return [];
  return unpaidAmount({ ...reshaped(order, content), pendingEdit: null }) > 0
    ? [anotherPayment(order, order.paymentMethod)]
    : [];
}
