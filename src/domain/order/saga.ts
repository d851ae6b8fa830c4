import {
  abandoned,
  afterLaterFailure,
  allocate,
  authorize,
  captures,
  disputed,
  edited,
  heldFor,
  itemsOf,
  notify,
  promote,
  recall,
  refundDue,
  relabel,
  release,
  releaseLate,
  requestFulfillment,
  resource,
  startFulfillment,
  tellBackordered,
  tellUnpaid,
  undo,
  unitsOf,
} from "./called-effects.ts";
import { isPaymentOpen, unpaidAmount } from "./amounts.ts";
import { formatMoney } from "../money.ts";
import type { Effect } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { ReservationId } from "../ids.ts";
import type { Order } from "./order.ts";
import { GIVEN_UP } from "./record.ts";
import { askedRefunds, hasOpenPart, tellRefundFailed } from "./refund.ts";
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
      const asked = order.payments.filter(isPaymentOpen);
      const nothingDue = asked.length === 0 && held.length > 0;
      return [
        ...asked.map((payment) => authorize(order, payment)),
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
      // Units that lost their stock for want of this money are looked for again.
      const lost = order.lines.map(({ number, unsourced }) => ({ line: number, quantity: unsourced }));
      return [...(held.length > 0 ? [allocate(held)] : []), ...resource(order, lost, [])];
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
    case "PaymentMismatched": {
      const [actual, expected] = [event.actual, event.expected].map((amount) =>
        formatMoney({ amount, currency: order.currency }),
      );
      const summary = `Payment ${event.payment} of ${order.number} was authorized for ${actual} instead of ${expected}.`;
      return [{ kind: "OpenDeviation", deviation: "payment_mismatch", summary, tried: [] }];
    }

    case "RefundFailed":
      return [tellRefundFailed(order, event)];
    case "PaymentDisputed":
      return [disputed(order, event)];

    case "StockAllocated":
      return [...releaseLate(order, event.reservations), ...startFulfillment(order), ...tellUnpaid(order)];
    case "StockShort":
      return [...releaseLate(order, event.allocated), ...resource(order, unitsOf(order, event.short), [])];
    case "StockResourced":
      // Units that were backordered are paid first: PaymentAuthorized allocates them.
      return [
        ...(event.instead === "backordered" && unpaidAmount(order) > 0 ? [] : [allocate(event.reservations)]),
        ...(event.instead === "backordered" && order.ended === null
          ? [notify("backorder_arrived", `version:${order.version}`)]
          : []),
      ];
    case "StockSurplus":
      return [release(event.reservations)];
    case "StockAwaited":
      return event.promises.length > 0 ? tellBackordered(order) : [];
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
      return [
        { kind: "WriteOffShort", shipmentId: shipment.id, reservations: missing },
        release(missing.map((gone) => ({ ...gone, ...keptOf(order, gone.id) }))),
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
      return recall(
        order,
        liveShipments(order).map(({ id }) => id),
      );
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
      return [...edited(order, event), ...relabel(order)];
    case "LinesCancelled":
      return [...edited(order, event), notify("items_cancelled", `version:${order.version}`)];
    case "EditAwaitsPayment":
      return order.payments
        .filter(({ number }) => number === event.payment)
        .map((payment) => authorize(order, payment));
    case "EditAwaitsRecall":
      return recall(order, event.shipments);
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
          ...(event.shipmentId !== undefined && { shipmentId: event.shipmentId }),
          summary: `${order.number}: ${event.kind} failed (${event.code}).`,
          tried: [event.message],
        },
      ];

    case "ReturnRequested":
    case "ReturnApproved":
    case "ReturnRejected":
    case "ReturnLabelCreated":
    case "ReturnReminded":
    case "ReturnReceived":
    case "ReturnInspected":
    case "ExchangePlaced":
    case "ExchangeDeclined":
    case "RefundRequested":
    case "RefundSettled":
      return returnEffects(order, event);

    case "VoidRequested":
      return [{ kind: "VoidPayment", payment: event.payment }];

    case "PaymentStarted":
    case "CaptureRequested":
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

/** What a reservation still promises, where that is anything. */
function keptOf({ reservations }: Order, id: ReservationId): { keep?: number } {
  const kept = reservations.find((one) => one.id === id);
  return kept === undefined || kept.status === "RELEASED" ? {} : { keep: kept.quantity };
}
