import { broughtBy, hasSecured, isPaymentAlive, isPaymentOpen, isSecured, unpaidAmount } from "./amounts.ts";
import type { OrderRefusal } from "./commands.ts";
import { removals, reshaped, withContent } from "./edit-money.ts";
import type { MadeEdit } from "./edit-parts.ts";
import type { OrderEvent } from "./events.ts";
import { forgiveTrifle } from "./least-charge.ts";
import { HOLD_MS, type Order, type OrderContent, type OrderEdit, type PendingEdit, type Shipment } from "./order.ts";
import { formShipments, heldReservations } from "./order-stock.ts";
import { refuseStockOfEdit } from "./own-stock.ts";
import { parcelsToRecall, recalledParcels } from "./recall.ts";
import { hasReached, isBeingPicked, isUndeliverable, liveShipments } from "./state.ts";
import { openUnits, takeOut, withoutUnits } from "./take-out.ts";
import { providerOf } from "./payment-provider.ts";
import { hasGivenBack } from "./refund.ts";

type EditType = "OrderEdited" | "ItemsAdded";
type Ruling = { ok: true; events: OrderEvent[] } | { ok: false; refusal: OrderRefusal };

/**
 * Whether an edit may be made, and what it makes of the order. Contact may change as long as the order lives. All else
 * changes only before a warehouse has begun; items may be added until the last parcel has left. The edit comes priced
 * and with what is new of it held. What it costs more than is asked for:
 * - with money secured already, is a payment of its own, and the order is edited once that is authorized: all of the
 *   edit or nothing of it. Until then no other edit is taken;
 * - with none secured yet, is asked for together with the rest, by one payment in the place of the one that is open;
 * - after a failed payment, is part of what the next means of payment is asked for.
 * What is too little to be asked for is forgiven; what a marketplace has sold costs no more than it took. What it costs
 * less is captured less, or paid back (`refund.ts`). Parcels that the edit changes and that a warehouse outside may be
 * at are asked back first, and the edit is made once all of them have come.
 */
export function decideEdit(order: Order, by: EditType, wanted: OrderEdit, now: number): Ruling {
  const refusal = refuseEdit(order, by, wanted) ?? refuseLate(order, wanted, now);
  if (refusal) return { ok: false, refusal };
  if (!wanted.content) return { ok: true, events: [madeEdit(order, by, wanted, null, [])] };
  const wrongStock = refuseStockOfEdit(order, wanted.content);
  if (wrongStock) return { ok: false, refusal: wrongStock };
  if (wanted.content.totals.total > order.totals.total && providerOf(order.paymentMethod) === "external")
    return { ok: false, refusal: { reason: "sold_elsewhere" } };
  const content = forgiveTrifle(order, wanted.content);
  const edit = { ...wanted, content };
  const amount = unpaidAmount(reshaped(order, content));
  const payment = order.payments.length + 1;
  if (amount > 0 && hasSecured(order))
    return { ok: true, events: [{ type: "EditAwaitsPayment", by, edit, payment, amount }] };
  const asked = recallFor(order, { by, edit, payment: null });
  return { ok: true, events: asked.length > 0 ? asked : [settledEdit(order, by, edit)] };
}

/** The edit, made without waiting for any money: with what it asks for, and what it gives up. */
export function settledEdit(order: Order, by: EditType, edit: OrderEdit): OrderEvent {
  if (!edit.content || order.state === "PAYMENT_FAILED") return madeEdit(order, by, edit, null, []);
  const after = reshaped(order, edit.content);
  if (unpaidAmount(after) === 0 || hasSecured(order)) return madeEdit(order, by, edit, null, superfluous(after));
  const open = order.payments.filter(isPaymentOpen).map(({ number }) => number);
  return madeEdit(order, by, edit, order.payments.length + 1, open);
}

/** Asks the parcels back that the edit changes; nothing where none has to come back. */
export function recallFor(
  order: Order,
  pending: Extract<PendingEdit, { edit: OrderEdit }>,
): Extract<OrderEvent, { type: "EditAwaitsRecall" }>[] {
  const { content } = pending.edit;
  if (!content) return [];
  const shipments = parcelsToRecall(order, takeOut(order, removals(order, content)), pending.edit);
  return shipments.length > 0 ? [{ type: "EditAwaitsRecall", pending, shipments }] : [];
}

function refuseLate({ state, holdExpiresAt }: Order, { content }: OrderEdit, now: number): OrderRefusal | null {
  return content && state === "PAYMENT_FAILED" && now >= holdExpiresAt ? { reason: "hold_ended" } : null;
}

/** Why the order can't be edited like that; null where it can. */
export function refuseEdit(order: Order, by: EditType, { content }: OrderEdit): OrderRefusal | null {
  if (order.ended) return { reason: "already_ended", state: order.state };
  if (!content) return null;
  if (order.cancelling) return { reason: "cancel_pending" };
  if (order.pendingEdit) return { reason: "edit_pending" };
  if (hasGivenBack(order)) return { reason: "refund_made" };
  if (order.state === "SHIPPED" || order.state === "DELIVERED") return { reason: "already_shipped" };
  const begun = by === "OrderEdited" ? liveShipments(order).filter((one) => standsInTheWay(order, content, one)) : [];
  if (begun.length > 0) return { reason: "picking_started", shipments: begun.map(({ id }) => id) };
  if (content.lines.every(({ quantity }) => quantity === 0)) return { reason: "no_lines" };
  const tooMany = removals(order, content).find(({ line, quantity }) => quantity > openUnits(order, line));
  return tooMany
    ? { reason: "quantity_exceeds_open", line: tooMany.line, quantity: openUnits(order, tooMany.line) }
    : null;
}

/**
 * Whether the parcel is too far on for the edit. Where a parcel can't be delivered, a change that leaves its units as
 * they are may still be made: it mends the address, and what has left already is not touched by it.
 */
function standsInTheWay(order: Order, content: OrderContent, shipment: Shipment): boolean {
  if (!isBeingPicked(shipment)) return false;
  const isSame = order.lines.every(
    ({ number, quantity }) => content.lines.find((line) => line.number === number)?.quantity === quantity,
  );
  if (!isSame || !order.shipments.some(isUndeliverable)) return true;
  return !isUndeliverable(shipment) && !hasReached(shipment, "SHIPPED");
}

/** The edit as it is made, with the parcels that have come back for it. */
export function madeEdit(
  order: Order,
  by: EditType,
  edit: OrderEdit,
  payment: number | null,
  givenUp: number[],
): OrderEvent {
  const taken = takeOut(order, edit.content ? removals(order, edit.content) : []);
  const recalled = edit.content ? recalledParcels(order) : [];
  return { type: by, edit, takenOut: { ...taken, ...(recalled.length > 0 && { recalled }) }, payment, givenUp };
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
  const addressed = edit.address || edit.contact ? askedAgain(order, sequence) : order;
  const changed: Order = { ...addressed, ...rest, pendingEdit: content ? null : order.pendingEdit };
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

/** The carrier is asked anew for the labels that it has refused; the attempts before are over. */
function askedAgain(order: Order, sequence: number): Order {
  const over = new Set<string | undefined>(
    order.shipments.filter(isUndeliverable).map(({ labelRefused }) => labelRefused),
  );
  if (over.size === 0) return order;
  const shipments = order.shipments.map((shipment) => {
    if (!isUndeliverable(shipment)) return shipment;
    const { labelRefused: _refused, ...asked } = shipment;
    return { ...asked, relabelledIn: sequence };
  });
  return { ...order, shipments, failedEffects: order.failedEffects.filter((id) => !over.has(id)) };
}

/** The order without the change that waited for its payment: what was held for it is given back. */
export function dropPendingEdit(order: Order): Order {
  if (!order.pendingEdit) return order;
  const { payment } = order.pendingEdit;
  const held = "edit" in order.pendingEdit ? (order.pendingEdit.edit.content?.reservations ?? []) : [];
  const forPayment = payment === null ? {} : { payment };
  const dropped = held.map((reservation) => ({ ...reservation, ...forPayment, status: "RELEASED" as const }));
  return { ...order, pendingEdit: null, reservations: [...order.reservations, ...dropped] };
}
