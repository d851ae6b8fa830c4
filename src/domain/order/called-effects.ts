import { hasSecured, isPaymentAlive, isPaymentOpen, isSecured, ownPayments, unpaidAmount } from "./amounts.ts";
import type { MadeEdit } from "./edit-parts.ts";
import type { ReservationId } from "../ids.ts";
import type { Effect, NotificationKind, ReservationRef } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import { formatMoney } from "../money.ts";
import { isSettledElsewhere } from "./payment-provider.ts";
import type { Order, Payment, Reservation, Shipment } from "./order.ts";

export function notify(notification: NotificationKind, subject: string): Extract<Effect, { kind: "Notify" }> {
  return { kind: "Notify", notification, subject };
}

export function authorize(order: Order, payment: Payment): Extract<Effect, { kind: "AuthorizePayment" }> {
  return {
    kind: "AuthorizePayment",
    payment: payment.number,
    amount: { amount: payment.amount, currency: order.currency },
    method: payment.method,
    email: order.contact.email ?? null,
    deadline: payment.deadline,
  };
}

/** What no provider pays back, a person does; credit goes back by the order that it came from. */
export function refundDue(order: Order, event: Extract<OrderEvent, { type: "PaymentRefunded" }>): Effect[] {
  const provider = order.payments.find(({ number }) => number === event.payment)?.provider;
  if (provider === undefined || provider === "exchange" || !isSettledElsewhere(provider)) return [];
  const due = formatMoney({ amount: event.amount, currency: order.currency });
  const how = provider === "invoice" ? "a credit note for the invoice" : "a refund at the marketplace";
  return [
    {
      kind: "OpenDeviation",
      deviation: "refund_due",
      summary: `${order.number}: ${due} of payment ${event.payment} is due to the customer, by ${how}.`,
      tried: [],
    },
  ];
}

/** A person decides whether to accept the claim or to hand in evidence, in time. */
export function disputed(order: Order, { payment, dispute }: Extract<OrderEvent, { type: "PaymentDisputed" }>): Effect {
  const { id, amount, reason, dueBy } = dispute;
  const provider = order.payments.find(({ number }) => number === payment)?.provider ?? "";
  const until = dueBy === null ? "" : ` Evidence is taken until ${new Date(dueBy).toISOString()}.`;
  const who = provider === "paypal" ? "the customer disputes at PayPal" : "the customer's bank disputes";
  const what = `${formatMoney({ amount, currency: order.currency })} of payment ${payment}`;
  return {
    kind: "OpenDeviation",
    deviation: "dispute",
    reference: { provider, id },
    summary: `${order.number}: ${who} ${what} (${reason}).${until}`,
    tried: [],
  };
}

export function allocate(reservations: readonly ReservationRef[]): Effect {
  return { kind: "AllocateStock", reservations: reservations.map(ref) };
}

export function release(reservations: readonly ReservationRef[]): Effect {
  return { kind: "ReleaseStock", reservations: reservations.map(ref) };
}

function ref({ id, sku, warehouseId, quantity, keep }: ReservationRef): ReservationRef {
  return { id, sku, warehouseId, quantity, ...(keep !== undefined && { keep }) };
}

/** Gives back what has left the order, and sets what is new of it on its way. */
export function edited(order: Order, { edit, takenOut, payment, givenUp }: MadeEdit): Effect[] {
  if (!edit.content) return [];
  const less = unitsOf(
    order,
    takenOut.reservations.map(({ id }) => id),
  ).map((reservation) =>
    reservation.status === "RELEASED" ? reservation : { ...reservation, keep: reservation.quantity },
  );
  const asked = order.payments.filter(({ number, status }) => number === payment && status === "requested");
  const paidBy = order.payments.find(({ number }) => number === payment);
  const isFree = unpaidAmount(order) === 0 && (hasSecured(order) || !order.payments.some(isPaymentOpen));
  const isPaid = paidBy ? isSecured(paidBy) : isFree;
  const held = isPaid ? heldFor(order, payment) : [];
  return [
    ...(less.length > 0 ? [release(less)] : []),
    ...recall(order, takenOut.shipments),
    ...givenUp.map((number): Effect => ({ kind: "VoidPayment", payment: number })),
    ...asked.map((one) => authorize(order, one)),
    ...(held.length > 0 ? [allocate(held)] : []),
    ...startFulfillment(order),
    ...(edit.content.backordered.length > 0 ? tellBackordered(order) : []),
  ];
}

/** The order stays as it was: what was held for the edit is given back, its money if there is any, and its parcels. */
export function abandoned(order: Order, event: Extract<OrderEvent, { type: "EditAbandoned" }>): Effect[] {
  const { payment, reason } = event;
  const held = unitsOf(order, event.held ?? []);
  const formed = order.shipments.filter(
    ({ requestedIn, state }) => requestedIn === order.version && state === "REQUESTED",
  );
  const isVoided =
    payment !== null && order.payments.some(({ number, status }) => number === payment && status === "voided");
  const summary = `${order.number}: an edit was given up (${reason}); the order is as it was before.`;
  return [
    ...(held.length > 0 ? [release(held)] : []),
    ...(isVoided ? [{ kind: "VoidPayment", payment } as const] : []),
    ...requestFulfillment(formed),
    notify("edit_declined", payment === null ? `version:${order.version}` : `payment:${payment}`),
    reason === "recall_refused"
      ? { kind: "OpenDeviation", deviation: "fulfillment_exception", summary, tried: ["asking for the parcels back"] }
      : {
          kind: "OpenDeviation",
          deviation: "payment_failed",
          summary,
          tried: payment === null ? [] : [`payment ${payment} for the difference`],
        },
  ];
}

/** Looks for stock for these units alone: others that lost theirs have an effect of their own. */
export function resource(
  order: Order,
  units: readonly { line: number; quantity: number }[],
  exclude: Reservation["warehouseId"][],
): Effect[] {
  const lines = order.lines
    .map(({ number, sku }) => ({
      line: number,
      sku,
      quantity: units.filter(({ line }) => line === number).reduce((sum, { quantity }) => sum + quantity, 0),
    }))
    .filter(({ quantity }) => quantity > 0);
  return lines.length === 0 ? [] : [{ kind: "ReSource", lines, exclude }];
}

export function unitsOf(order: Order, ids: readonly ReservationId[]): Reservation[] {
  return order.reservations.filter(({ id }) => ids.includes(id));
}

/** Allocated too late: the order has given these units up, so their level is told as well. */
export function releaseLate(order: Order, ids: readonly ReservationId[]): Effect[] {
  const late = unitsOf(order, ids).filter(({ status }) => status === "RELEASED");
  return late.length === 0 ? [] : [release(late)];
}

/** Allocated when the last payment had failed already: the parcels wait for money that nobody is asked for. */
export function tellUnpaid(order: Order): Effect[] {
  if (order.ended || unpaidAmount(order) === 0 || ownPayments(order).some(isPaymentAlive)) return [];
  const summary = `${order.number} has its stock and no payment: it waits for another means of payment.`;
  return [{ kind: "OpenDeviation", deviation: "payment_failed", summary, tried: [] }];
}

/** Held units that this payment (null: none) is for. */
export function heldFor(order: Order, number: number | null): Reservation[] {
  return order.reservations.filter(
    ({ status, payment }) => status === "HELD" && (payment === undefined || payment === number),
  );
}

/** A payment for a part of the order has failed: a person decides what becomes of that part. */
export function afterLaterFailure(
  order: Order,
  { payment, code, message }: Extract<OrderEvent, { type: "PaymentFailed" }>,
): Effect[] {
  const summary = `A later payment of ${order.number} failed (${code}): what it was for waits for another means of payment.`;
  const lost = order.reservations.filter(
    (reservation) => reservation.payment === payment && reservation.status === "RELEASED",
  );
  return [
    { kind: "OpenDeviation", deviation: "payment_failed", summary, tried: [message] },
    ...(lost.length > 0 ? [release(lost)] : []),
    ...startFulfillment(order),
  ];
}

export function promote(order: Order): Effect {
  const lines = order.lines
    .filter(({ backordered }) => backordered > 0)
    .map(({ number, sku, backordered }) => ({ line: number, sku, quantity: backordered }));
  return { kind: "PromoteBackorder", lines };
}

/** Asks the carrier again for the labels that it has refused, now that where they go has changed. */
export function relabel({ shipments, version }: Order): Effect[] {
  return shipments
    .filter(({ relabelledIn }) => relabelledIn === version)
    .map(({ id }) => ({ kind: "CreateLabel", shipmentId: id }));
}

/** Asks the warehouses for these parcels back. */
export function recall(order: Order, ids: readonly Shipment["id"][]): Effect[] {
  return order.shipments
    .filter(({ id }) => ids.includes(id))
    .map(({ id, warehouseId }) => ({ kind: "CancelFulfillment", shipmentId: id, warehouseId }));
}

export function tellBackordered(order: Order): Effect[] {
  return order.lines.some(({ backordered }) => backordered > 0)
    ? [notify("backordered", `version:${order.version}`)]
    : [];
}

export function itemsOf(shipment: Shipment): ReservationRef[] {
  return shipment.items.map(({ reservationId, sku, quantity }) => ({
    id: reservationId,
    sku,
    quantity,
    warehouseId: shipment.warehouseId,
  }));
}

export function requestFulfillment(shipments: readonly Shipment[]): Effect[] {
  return shipments.map(({ id, warehouseId }) => ({ kind: "RequestFulfillment", shipmentId: id, warehouseId }));
}

/** Asks the warehouses for the shipments that this very event has formed. */
export function startFulfillment(order: Order): Effect[] {
  const formed = order.shipments.filter(
    ({ requestedIn, state }) => requestedIn === order.version && state === "REQUESTED",
  );
  if (formed.length === 0) return [];
  const first = order.shipments.length === formed.length;
  return [...requestFulfillment(formed), ...(first ? [notify("order_confirmed", "order")] : [])];
}

/** The captures that this very event has made due. */
export function captures({ payments, version, currency }: Order): Effect[] {
  return payments.flatMap(({ number, capture }): Effect[] =>
    capture?.askedIn === version
      ? [{ kind: "CapturePayment", payment: number, amount: { amount: capture.amount, currency } }]
      : [],
  );
}

/** Gives back the stock and the authorizations that an order holds; its money is asked back by `askedRefunds`. */
export function undo(order: Order): Effect[] {
  const effects: Effect[] = [];
  const toRelease = order.reservations.filter(({ status }) => status === "RELEASED");
  if (toRelease.length > 0) effects.push(release(toRelease));
  for (const payment of order.payments)
    if (isPaymentAlive(payment) && payment.captured === 0)
      effects.push({ kind: "VoidPayment", payment: payment.number });
  return effects;
}
