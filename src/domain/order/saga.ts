import { isPaymentAlive, isPaymentOpen, isSecured, unpaidAmount } from "./amounts.ts";
import type { MadeEdit } from "./edit-parts.ts";
import type { ReservationId } from "../ids.ts";
import type { Effect, NotificationKind, ReservationRef } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import { formatMoney } from "../money.ts";
import { isSettledElsewhere } from "./payment-provider.ts";
import type { Order, Payment, Reservation, Shipment } from "./order.ts";
import { GIVEN_UP } from "./record.ts";
import { askedRefunds, hasOpenPart } from "./refund.ts";
import { returnEffects } from "./return.ts";
import { liveShipments } from "./state.ts";

/**
 * The saga: the effects that an event calls for. `order` is the order after the event.
 * What an event that came too late has done is undone here: nothing else looks back.
 */
export function react(order: Order, event: OrderEvent): Effect[] {
  return [
    ...captures(order),
    ...askedRefunds(order),
    ...effectsOf(order, event),
    ...(order.promotingSince === order.version ? [promote(order)] : []),
  ];
}

function effectsOf(order: Order, event: OrderEvent): Effect[] {
  switch (event.type) {
    case "OrderPlaced": {
      const held = heldFor(order, null);
      const nothingDue = order.payments.length === 0 && held.length > 0;
      return [
        ...order.payments.map((payment) => authorize(order, payment)),
        ...(nothingDue ? [allocate(held)] : []),
        notify("order_received", "order"),
        ...tellBackordered(order),
      ];
    }
    case "PaymentActionRequired": {
      if (order.ended) return [];
      const { payment, intentId } = event;
      const deadline = order.payments.find(({ number }) => number === payment)?.deadline ?? order.holdExpiresAt;
      return [{ kind: "AwaitPayment", payment, intentId, deadline }, notify("action_required", `payment:${payment}`)];
    }
    case "PaymentApproved":
      // In the payment's own lane, so that a void never overtakes it.
      return order.payments
        .filter(({ number, status }) => number === event.payment && status === "processing")
        .map((payment) => ({ ...authorize(order, payment), approved: true }));
    case "PaymentMethodProvided":
      return order.payments
        .filter(({ number }) => number === event.payment)
        .map((payment) => authorize(order, payment));
    case "PaymentAuthorized": {
      const payment = order.payments.find(({ number }) => number === event.payment);
      if (order.ended || payment?.status !== "authorized") return [{ kind: "VoidPayment", payment: event.payment }];
      const held = heldFor(order, event.payment);
      if (held.length > 0) return [allocate(held)];
      // Units that lost their stock for want of this money are looked for again.
      const lost = order.lines.filter(({ unsourced }) => unsourced > 0);
      return resource(
        order,
        lost.map(({ number, unsourced }) => ({ line: number, quantity: unsourced })),
        [],
      );
    }
    case "PaymentFailed": {
      const givenUp = event.code === GIVEN_UP.deadline || event.code === GIVEN_UP.unknown;
      const voids: Effect[] = givenUp ? [{ kind: "VoidPayment", payment: event.payment }] : [];
      if (order.ended) return voids;
      // The edit that it was for is given up next, and tells of it.
      if (order.pendingEdit?.payment === event.payment) return voids;
      const told = [notify("payment_failed", `payment:${event.payment}`), ...voids];
      return order.state === "PAYMENT_FAILED" ? told : [...told, ...afterLaterFailure(order, event)];
    }
    case "AuthorizationLapsing": {
      const payment = order.payments.find(({ number }) => number === event.payment);
      // Nothing to capture it for: given back, and asked for again when something is due.
      return payment?.capture === null ? [{ kind: "VoidPayment", payment: event.payment }] : [];
    }
    case "PaymentRefunded":
      return [
        // Of our own refund RefundSettled tells; this one was made by another hand.
        ...(hasOpenPart(order, event.payment) ? [] : [notify("refunded", `refund:${event.refundId}`)]),
        ...refundDue(order, event),
      ];
    case "PaymentMismatched":
      return [
        {
          kind: "OpenDeviation",
          deviation: "payment_mismatch",
          summary: `Payment ${event.payment} of ${order.number} was authorized for ${event.actual} instead of ${event.expected} minor units.`,
          tried: [],
        },
      ];

    case "PaymentDisputed":
      return [disputed(order, event)];

    case "StockAllocated":
      return [...releaseLate(order, event.reservations), ...startFulfillment(order), ...tellUnpaid(order)];
    case "StockShort":
      return [...releaseLate(order, event.allocated), ...resource(order, unitsOf(order, event.short), [])];
    case "StockResourced":
      // Units that were backordered are paid first: PaymentAuthorized allocates them.
      return event.instead === "backordered" && unpaidAmount(order) > 0 ? [] : [allocate(event.reservations)];
    case "StockSurplus":
      return [release(event.reservations)];
    case "LinesBackordered":
      return [...startFulfillment(order), ...tellBackordered(order)];
    case "StockUnavailable":
      return [
        {
          kind: "OpenDeviation",
          deviation: "stock_short",
          effectId: event.effectId,
          summary: `${order.number}: no stock anywhere for line ${event.lines.map(({ line }) => line).join(", ")}.`,
          tried: ["sourced again at every warehouse that serves the destination"],
        },
        ...startFulfillment(order),
      ];

    case "FulfillmentRefused": {
      const refused = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!refused) return [];
      return [release(itemsOf(refused)), ...resource(order, refused.items, [refused.warehouseId])];
    }
    case "ShortPicked": {
      const shipment = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!shipment) return [];
      const missing = event.items.map(({ reservationId, sku, quantity }) => ({
        id: reservationId,
        sku,
        quantity,
        warehouseId: shipment.warehouseId,
      }));
      const emptied = missing.filter(({ id }) =>
        order.reservations.some((r) => r.id === id && r.status === "RELEASED"),
      );
      return [
        { kind: "WriteOffShort", shipmentId: shipment.id, reservations: missing },
        ...(emptied.length > 0 ? [release(emptied)] : []),
        ...resource(order, event.items, [shipment.warehouseId]),
      ];
    }
    case "ShipmentPacked":
      return [{ kind: "CreateLabel", shipmentId: event.shipmentId }];
    case "LabelDiscarded":
      return [{ kind: "VoidLabel", shipmentId: event.shipmentId, trackingNumber: event.trackingNumber }];
    case "ShipmentShipped": {
      const shipment = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!shipment) return [];
      const track: Effect[] = event.trackingNumber ? [{ kind: "TrackParcel", shipmentId: shipment.id }] : [];
      return [
        { kind: "ShipStock", shipmentId: shipment.id, reservations: itemsOf(shipment) },
        notify("shipped", `shipment:${shipment.id}`),
        ...track,
      ];
    }
    case "ShipmentOutForDelivery":
      return [notify("out_for_delivery", `shipment:${event.shipmentId}`)];
    case "ShipmentDelivered":
      return [notify("delivered", `shipment:${event.shipmentId}`)];
    case "ShipmentExceptionRaised":
      return [
        {
          kind: "OpenDeviation",
          deviation: "fulfillment_exception",
          shipmentId: event.shipmentId,
          summary: `${order.number}: ${event.reason}`,
          tried: [],
        },
      ];

    case "CancelRequested":
      return liveShipments(order).map(({ id, warehouseId }) => ({
        kind: "CancelFulfillment",
        shipmentId: id,
        warehouseId,
      }));
    case "FulfillmentReinstated":
      return requestFulfillment(order.shipments.filter(({ id }) => id === event.shipmentId));
    case "CancelRefused":
      return [...startFulfillment(order), notify("cancel_refused", `cancel:${order.version}`)];
    case "OrderCancelled":
      return [...undo(order), notify("cancelled", "order")];
    case "HoldLapsed":
      return undo(order);

    case "OrderEdited":
    case "ItemsAdded":
      return edited(order, event);
    case "LinesCancelled":
      return [...edited(order, event), notify("items_cancelled", `version:${order.version}`)];
    case "EditAwaitsPayment":
      return order.payments
        .filter(({ number }) => number === event.payment)
        .map((payment) => authorize(order, payment));
    case "EditAbandoned":
      return abandoned(order, event);

    case "MessageRequested":
      return [{ ...notify("message", `message:${order.version}`), text: event.text }];
    case "NotificationRequested": {
      const { notification, about, text } = event;
      return [{ ...notify(notification, `resend:${order.version}`), about, ...(text !== undefined && { text }) }];
    }
    case "NotificationUndelivered":
      return [{ ...event.effect, channel: "sms" }];
    case "EffectFailed":
      return [
        {
          kind: "OpenDeviation",
          deviation: event.deviation,
          effectId: event.effectId,
          summary: `${order.number}: ${event.kind} failed (${event.code}).`,
          tried: [event.message],
        },
      ];

    case "ReturnRequested":
    case "ReturnApproved":
    case "ReturnRejected":
    case "ReturnLabelCreated":
    case "ReturnReceived":
    case "ReturnInspected":
    case "RefundRequested":
    case "RefundSettled":
      return returnEffects(order, event);

    case "PaymentStarted":
    case "PaymentCaptured":
    case "PaymentVoided":
    case "DisputeUpdated":
    case "DisputeClosed":
    case "CaptureFailed":
    case "FulfillmentAccepted":
    case "PickStarted":
    case "LabelCreated":
    case "FulfillmentCancelled":
    case "EffectRetried":
      return [];
    default:
      return event satisfies never;
  }
}

function notify(notification: NotificationKind, subject: string): Extract<Effect, { kind: "Notify" }> {
  return { kind: "Notify", notification, subject };
}

function authorize(order: Order, payment: Payment): Extract<Effect, { kind: "AuthorizePayment" }> {
  return {
    kind: "AuthorizePayment",
    payment: payment.number,
    amount: { amount: payment.amount, currency: order.currency },
    method: payment.method,
    email: order.contact.email ?? null,
    deadline: payment.deadline,
  };
}

/** What no provider pays back, a person does. */
function refundDue(order: Order, event: Extract<OrderEvent, { type: "PaymentRefunded" }>): Effect[] {
  const provider = order.payments.find(({ number }) => number === event.payment)?.provider;
  if (provider === undefined || !isSettledElsewhere(provider)) return [];
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
function disputed(order: Order, { payment, dispute }: Extract<OrderEvent, { type: "PaymentDisputed" }>): Effect {
  const { id, amount, reason, dueBy } = dispute;
  const provider = order.payments.find(({ number }) => number === payment)?.provider ?? "";
  const until = dueBy === null ? "" : ` Evidence is taken until ${new Date(dueBy).toISOString()}.`;
  const what = `${formatMoney({ amount, currency: order.currency })} of payment ${payment}`;
  return {
    kind: "OpenDeviation",
    deviation: "dispute",
    reference: { provider, id },
    summary: `${order.number}: the customer's bank disputes ${what} (${reason}).${until}`,
    tried: [],
  };
}

function allocate(reservations: readonly ReservationRef[]): Effect {
  return { kind: "AllocateStock", reservations: reservations.map(ref) };
}

function release(reservations: readonly ReservationRef[]): Effect {
  return { kind: "ReleaseStock", reservations: reservations.map(ref) };
}

function ref({ id, sku, warehouseId, quantity, keep }: ReservationRef): ReservationRef {
  return { id, sku, warehouseId, quantity, ...(keep !== undefined && { keep }) };
}

/** Gives back what has left the order, and sets what is new of it on its way. */
function edited(order: Order, { edit, takenOut, payment, givenUp }: MadeEdit): Effect[] {
  if (!edit.content) return [];
  const less = unitsOf(
    order,
    takenOut.reservations.map(({ id }) => id),
  ).map((reservation) =>
    reservation.status === "RELEASED" ? reservation : { ...reservation, keep: reservation.quantity },
  );
  const asked = order.payments.filter(({ number, status }) => number === payment && status === "requested");
  const paidBy = order.payments.find(({ number }) => number === payment);
  const isFree = unpaidAmount(order) === 0 && (order.payments.some(isSecured) || !order.payments.some(isPaymentOpen));
  const isPaid = paidBy ? isSecured(paidBy) : isFree;
  const held = isPaid ? heldFor(order, payment) : [];
  return [
    ...(less.length > 0 ? [release(less)] : []),
    ...order.shipments
      .filter(({ id }) => takenOut.shipments.includes(id))
      .map(({ id, warehouseId }): Effect => ({ kind: "CancelFulfillment", shipmentId: id, warehouseId })),
    ...givenUp.map((number): Effect => ({ kind: "VoidPayment", payment: number })),
    ...asked.map((one) => authorize(order, one)),
    ...(held.length > 0 ? [allocate(held)] : []),
    ...startFulfillment(order),
    ...(edit.content.backordered.length > 0 ? tellBackordered(order) : []),
  ];
}

/** The order stays as it was: what was held for the edit is given back, and its money if there is any. */
function abandoned(order: Order, { payment, reason }: Extract<OrderEvent, { type: "EditAbandoned" }>): Effect[] {
  const held = order.reservations.filter((one) => one.payment === payment && one.status === "RELEASED");
  const isVoided = order.payments.some(({ number, status }) => number === payment && status === "voided");
  const summary = `${order.number}: an edit was given up (${reason}); the order is as it was before.`;
  return [
    ...(held.length > 0 ? [release(held)] : []),
    ...(isVoided ? [{ kind: "VoidPayment", payment } as const] : []),
    notify("edit_declined", `payment:${payment}`),
    { kind: "OpenDeviation", deviation: "payment_failed", summary, tried: [`payment ${payment} for the difference`] },
  ];
}

/** Looks for stock for these units alone: others that lost theirs have an effect of their own. */
function resource(
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

function unitsOf(order: Order, ids: readonly ReservationId[]): Reservation[] {
  return order.reservations.filter(({ id }) => ids.includes(id));
}

/** Allocated too late: the order has given these units up, so their level is told as well. */
function releaseLate(order: Order, ids: readonly ReservationId[]): Effect[] {
  const late = unitsOf(order, ids).filter(({ status }) => status === "RELEASED");
  return late.length === 0 ? [] : [release(late)];
}

/** Allocated when the last payment had failed already: the parcels wait for money that nobody is asked for. */
function tellUnpaid(order: Order): Effect[] {
  if (order.ended || unpaidAmount(order) === 0 || order.payments.some(isPaymentAlive)) return [];
  const summary = `${order.number} has its stock and no payment: it waits for another means of payment.`;
  return [{ kind: "OpenDeviation", deviation: "payment_failed", summary, tried: [] }];
}

/** Held units that this payment (null: none) is for. */
function heldFor(order: Order, number: number | null): Reservation[] {
  return order.reservations.filter(
    ({ status, payment }) => status === "HELD" && (payment === undefined || payment === number),
  );
}

/** A payment for a part of the order has failed: a person decides what becomes of that part. */
function afterLaterFailure(
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

function promote(order: Order): Effect {
  const lines = order.lines
    .filter(({ backordered }) => backordered > 0)
    .map(({ number, sku, backordered }) => ({ line: number, sku, quantity: backordered }));
  return { kind: "PromoteBackorder", lines };
}

function tellBackordered(order: Order): Effect[] {
  return order.lines.some(({ backordered }) => backordered > 0)
    ? [notify("backordered", `version:${order.version}`)]
    : [];
}

function itemsOf(shipment: Shipment): ReservationRef[] {
  return shipment.items.map(({ reservationId, sku, quantity }) => ({
    id: reservationId,
    sku,
    quantity,
    warehouseId: shipment.warehouseId,
  }));
}

function requestFulfillment(shipments: readonly Shipment[]): Effect[] {
  return shipments.map(({ id, warehouseId }) => ({ kind: "RequestFulfillment", shipmentId: id, warehouseId }));
}

/** Asks the warehouses for the shipments that this very event has formed. */
function startFulfillment(order: Order): Effect[] {
  const formed = order.shipments.filter(
    ({ requestedIn, state }) => requestedIn === order.version && state === "REQUESTED",
  );
  if (formed.length === 0) return [];
  const first = order.shipments.length === formed.length;
  return [...requestFulfillment(formed), ...(first ? [notify("order_confirmed", "order")] : [])];
}

/** The captures that this very event has made due. */
function captures({ payments, version, currency }: Order): Effect[] {
  return payments.flatMap(({ number, capture }): Effect[] =>
    capture?.askedIn === version
      ? [{ kind: "CapturePayment", payment: number, amount: { amount: capture.amount, currency } }]
      : [],
  );
}

/** Gives back the stock and the authorizations that an order holds; its money is asked back by `askedRefunds`. */
function undo(order: Order): Effect[] {
  const effects: Effect[] = [];
  const toRelease = order.reservations.filter(({ status }) => status === "RELEASED");
  if (toRelease.length > 0) effects.push(release(toRelease));
  for (const payment of order.payments)
    if (isPaymentAlive(payment) && payment.captured === 0)
      effects.push({ kind: "VoidPayment", payment: payment.number });
  return effects;
}
