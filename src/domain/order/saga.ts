import { isPaymentAlive, isSecured, payableAmount, unpaidAmount } from "./amounts.ts";
import type { Effect, NotificationKind, ReservationRef } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, Payment, Reservation, Shipment } from "./order.ts";
import { GIVEN_UP } from "./record.ts";
import { liveShipments } from "./state.ts";

/**
 * The saga: the effects that an event calls for. `order` is the order after the event.
 * What an event that came too late has done is undone here: nothing else looks back.
 */
export function react(order: Order, event: OrderEvent): Effect[] {
  switch (event.type) {
    case "OrderPlaced":
      return [...order.payments.map((payment) => authorize(order, payment)), ...promote(order)];

    case "PaymentActionRequired": {
      const { payment, intentId } = event;
      const deadline = order.payments.find(({ number }) => number === payment)?.deadline ?? order.holdExpiresAt;
      return [{ kind: "AwaitPayment", payment, intentId, deadline }, notify("action_required", `payment:${payment}`)];
    }
    case "PaymentMethodProvided":
      return order.payments.filter(({ number }) => number === event.payment).map((payment) => authorize(order, payment));
    case "PaymentAuthorized": {
      const payment = order.payments.find(({ number }) => number === event.payment);
      if (order.ended || payment?.status !== "authorized") return [{ kind: "VoidPayment", payment: event.payment }];
      const held = order.reservations.filter(({ status }) => status === "HELD");
      if (held.length > 0) return [allocate(held)];
      return order.captureOn === "order" || anyShipped(order) ? capture(order) : [];
    }
    case "PaymentFailed": {
      const effects: Effect[] = [notify("payment_failed", `payment:${event.payment}`)];
      const givenUp = event.code === GIVEN_UP.deadline || event.code === GIVEN_UP.unknown;
      if (givenUp) effects.push({ kind: "VoidPayment", payment: event.payment });
      if (order.payments.some(isSecured)) {
        const summary = `A later payment of ${order.number} failed (${event.code}): the units it was for have lost their stock.`;
        effects.push({ kind: "OpenDeviation", deviation: "payment_failed", summary, tried: [event.message] });
        const lost = order.reservations.filter(({ status }) => status === "RELEASED");
        effects.push(release(lost));
      }
      return effects;
    }
    case "AuthorizationLapsing":
      return order.reservations.some(({ status }) => status === "ALLOCATED" || status === "SHIPPED")
        ? capture(order)
        : [{ kind: "VoidPayment", payment: event.payment }];
    case "PaymentCaptured":
      return order.ended ? [refund(order, event.payment, event.amount, "order cancelled")] : [];
    case "PaymentRefunded":
      return [notify("refunded", `refund:${event.refundId}`)];
    case "PaymentMismatched":
      return [
        {
          kind: "OpenDeviation",
          deviation: "payment_mismatch",
          summary: `Payment ${event.payment} of ${order.number} was authorized for ${event.actual} instead of ${event.expected} minor units.`,
          tried: [],
        },
      ];

    case "StockAllocated":
      if (order.ended) return [release(order.reservations.filter(({ id }) => event.reservations.includes(id)))];
      return startFulfillment(order);
    case "StockShort":
      return [resource(order, [])];
    case "StockResourced":
      if (order.ended) return [release(event.reservations)];
      // Units that were backordered are paid first: PaymentAuthorized allocates them.
      return unpaidAmount(order) > 0 ? [] : [allocate(event.reservations)];
    case "LinesBackordered":
      return [...startFulfillment(order), ...promote(order)];
    case "StockUnavailable":
      return [
        {
          kind: "OpenDeviation",
          deviation: "stock_short",
          summary: `${order.number}: no stock anywhere for line ${event.lines.map(({ line }) => line).join(", ")}.`,
          tried: ["sourced again at every warehouse that serves the destination"],
        },
        ...startFulfillment(order),
      ];

    case "FulfillmentRefused": {
      const refused = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!refused) return [];
      return [release(itemsOf(refused)), resource(order, [refused.warehouseId])];
    }
    case "ShortPicked": {
      const shipment = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!shipment) return [];
      const missing = event.items.map(({ reservationId, sku, quantity }) => ({ id: reservationId, sku, quantity, warehouseId: shipment.warehouseId }));
      const emptied = missing.filter(({ id }) => order.reservations.some((r) => r.id === id && r.status === "RELEASED"));
      return [
        { kind: "WriteOffShort", shipmentId: shipment.id, reservations: missing },
        ...(emptied.length > 0 ? [release(emptied)] : []),
        resource(order, [shipment.warehouseId]),
      ];
    }
    case "ShipmentPacked":
      return [{ kind: "CreateLabel", shipmentId: event.shipmentId }];
    case "ShipmentShipped": {
      const shipment = order.shipments.find(({ id }) => id === event.shipmentId);
      if (!shipment) return [];
      const track: Effect[] = event.trackingNumber ? [{ kind: "TrackParcel", shipmentId: shipment.id }] : [];
      return [
        { kind: "ShipStock", shipmentId: shipment.id, reservations: itemsOf(shipment) },
        ...(order.captureOn === "shipment" ? capture(order) : []),
        notify("shipped", `shipment:${shipment.id}`),
        ...track,
      ];
    }
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
      return liveShipments(order).map(({ id, warehouseId }) => ({ kind: "CancelFulfillment", shipmentId: id, warehouseId }));
    case "FulfillmentReinstated":
      return requestFulfillment(order.shipments.filter(({ id }) => id === event.shipmentId));
    case "CancelRefused":
      return [notify("cancel_refused", `cancel:${order.version}`)];
    case "OrderCancelled":
      return [...undo(order), notify("cancelled", "order")];
    case "HoldLapsed":
      return undo(order);

    case "MessageRequested":
      return [{ ...notify("message", `message:${order.version}`), text: event.text }];
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

    case "PaymentStarted":
    case "PaymentVoided":
    case "CaptureFailed":
    case "FulfillmentAccepted":
    case "PickStarted":
    case "LabelCreated":
    case "ShipmentOutForDelivery":
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

function authorize(order: Order, payment: Payment): Effect {
  return {
    kind: "AuthorizePayment",
    payment: payment.number,
    amount: { amount: payment.amount, currency: order.currency },
    method: payment.method,
    email: order.contact.email ?? null,
    deadline: payment.deadline,
  };
}

function allocate(reservations: readonly ReservationRef[]): Effect {
  return { kind: "AllocateStock", reservations: reservations.map(ref) };
}

function release(reservations: readonly ReservationRef[]): Effect {
  return { kind: "ReleaseStock", reservations: reservations.map(ref) };
}

function ref({ id, sku, warehouseId, quantity }: ReservationRef): ReservationRef {
  return { id, sku, warehouseId, quantity };
}

function resource(order: Order, exclude: Reservation["warehouseId"][]): Effect {
  const lines = order.lines
    .filter(({ unsourced }) => unsourced > 0)
    .map(({ number, sku, unsourced }) => ({ line: number, sku, quantity: unsourced }));
  return { kind: "ReSource", lines, exclude };
}

function promote(order: Order): Effect[] {
  const lines = order.lines
    .filter(({ backordered }) => backordered > 0)
    .map(({ number, sku, backordered }) => ({ line: number, sku, quantity: backordered }));
  return lines.length === 0 ? [] : [{ kind: "PromoteBackorder", lines }, notify("backordered", `version:${order.version}`)];
}

function itemsOf(shipment: Shipment): ReservationRef[] {
  return shipment.items.map(({ reservationId, sku, quantity }) => ({ id: reservationId, sku, quantity, warehouseId: shipment.warehouseId }));
}

function requestFulfillment(shipments: readonly Shipment[]): Effect[] {
  return shipments.map(({ id, warehouseId }) => ({ kind: "RequestFulfillment", shipmentId: id, warehouseId }));
}

/** Asks the warehouses for the shipments that this very event has formed. */
function startFulfillment(order: Order): Effect[] {
  const formed = order.shipments.filter(({ requestedIn, state }) => requestedIn === order.version && state === "REQUESTED");
  if (formed.length === 0) return [];
  const first = order.shipments.length === formed.length;
  return [
    ...(order.captureOn === "order" || anyShipped(order) ? capture(order) : []),
    ...requestFulfillment(formed),
    ...(first ? [notify("order_confirmed", "order")] : []),
  ];
}

function anyShipped(order: Order): boolean {
  return order.shipments.some((shipment) => shipment.reachedAt.SHIPPED !== undefined);
}

/** Captures what is authorized, at most what is payable: most cards allow one capture only. */
function capture(order: Order): Effect[] {
  let left = payableAmount(order) - order.payments.reduce((sum, payment) => sum + payment.captured, 0);
  const effects: Effect[] = [];
  for (const payment of order.payments) {
    if (payment.status !== "authorized" || left <= 0) continue;
    const amount = Math.min(left, payment.authorized);
    left -= amount;
    effects.push({ kind: "CapturePayment", payment: payment.number, amount: { amount, currency: order.currency } });
  }
  return effects;
}

function refund(order: Order, payment: number, amount: number, reason: string): Effect {
  return { kind: "RefundPayment", payment, amount: { amount, currency: order.currency }, reason };
}

/** Gives back everything that an order holds: stock, authorizations, money. */
function undo(order: Order): Effect[] {
  const effects: Effect[] = [];
  const toRelease = order.reservations.filter(({ status }) => status === "RELEASED");
  if (toRelease.length > 0) effects.push(release(toRelease));
  for (const payment of order.payments) {
    if (payment.captured > payment.refunded)
      effects.push(refund(order, payment.number, payment.captured - payment.refunded, "order cancelled"));
    else if (isPaymentAlive(payment) && payment.captured === 0) effects.push({ kind: "VoidPayment", payment: payment.number });
  }
  return effects;
}
