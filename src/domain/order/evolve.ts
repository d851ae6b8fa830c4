import {
  hasSecured,
  isGivenBack,
  isPaymentAlive,
  isPaymentOpen,
  ownPayments,
  payableAmount,
  unpaidAmount,
} from "./amounts.ts";
import { orderNumberOf } from "../ids.ts";
import { withDispute } from "./dispute.ts";
import { applyEdit, dropPendingEdit } from "./edit.ts";
import type { PlacedOrder, RecordedEvent } from "./events.ts";
import { creditPayment } from "./exchange.ts";
import { type Order, type Payment, PAYMENT_WINDOW_MS, type PendingEdit } from "./order.ts";
import { mapShipment, newPayment, withPayment, withReservations, withShipment } from "./order-parts.ts";
import {
  allocate,
  formShipments,
  heldReservations,
  releaseAll,
  resourced,
  shortPicked,
  unsource,
  waitsInVain,
} from "./order-stock.ts";
import { backordered, promised, promisedDelivery, timeWaiting } from "./promises.ts";
import { reinstate } from "./recall.ts";
import { askMoneyBack, withPaidBack, withRefundFailed, withRefundNotMade, withRefundRetried } from "./refund.ts";
import { applyReturn } from "./return.ts";
import { amountToCapture, waitsForAllocation } from "./settle-payment.ts";
import { liveShipments, stateOf } from "./state.ts";

/**
 * The order after one more event. Folding an order's events from null gives its row.
 * Throws when an order does not begin with OrderPlaced: then the stored events are damaged.
 */
export function evolve(order: Order | null, recorded: RecordedEvent): Order {
  const { event, at, sequence } = recorded;
  if (order === null) {
    if (event.type !== "OrderPlaced") throw new Error(`${recorded.orderId}: event ${sequence} before OrderPlaced`);
    return settle(placed(event.order, sequence), sequence, at);
  }
  return settle(apply(order, recorded), sequence, at);
}

function settle(after: Order, version: number, at: number): Order {
  const order = timeWaiting(after, at);
  const promotingSince = waitsForBackorder(order)
    ? (order.promotingSince ?? (mayPromote(order) ? version : null))
    : null;
  const backorderedSince = waitsForBackorder(order) ? (order.backorderedSince ?? at) : null;
  const asked = askMoneyBack(askCaptures(order, version), version);
  return { ...asked, version, updatedAt: at, promotingSince, backorderedSince, state: stateOf(order) };
}

/** Asks for each capture as soon as it is due, at most what is payable and once for each payment. */
function askCaptures(order: Order, version: number): Order {
  if (order.ended || !order.payments.some((payment) => isCaptureDue(order, payment))) return order;
  return order.payments.reduce(
    (after, payment) => (isCaptureDue(order, payment) ? askCapture(after, payment.number, version) : after),
    order,
  );
}

function askCapture(order: Order, number: number, version: number): Order {
  return withPayment(order, number, (payment) => {
    const amount = amountToCapture(order, payment);
    return amount > 0 ? { ...payment, capture: { amount, askedIn: version } } : payment;
  });
}

/** Money is taken when the first parcel is asked for, or has left; and never for units that are only held. */
function isCaptureDue(order: Order, payment: Payment): boolean {
  const { status, capture, number } = payment;
  if (status !== "authorized" || capture !== null || isGivenBack(payment) || number === order.pendingEdit?.payment)
    return false;
  if (waitsForAllocation(order, number)) return false;
  const isShipped = order.shipments.some(({ reachedAt }) => reachedAt.SHIPPED !== undefined);
  return (
    isShipped ||
    (order.captureOn === "order" &&
      liveShipments(order).length > 0 &&
      order.lines.every(({ unsourced }) => unsourced === 0))
  );
}

function waitsForBackorder(order: Order): boolean {
  return order.ended === null && order.lines.some(({ backordered }) => backordered > 0);
}

/** Stock for backordered units is looked for once what has stock is paid and allocated, so that the two never mix. */
function mayPromote(order: Order): boolean {
  return heldReservations(order).length === 0 && !order.payments.some(isPaymentOpen) && unpaidAmount(order) === 0;
}

function placed(order: PlacedOrder, sequence: number): Order {
  const { reservations, lines, ...rest } = order;
  const { exchangeOf, placedAt } = order;
  const credit = exchangeOf ? [creditPayment(exchangeOf, order.totals.total, placedAt)] : [];
  const due = payableAmount(order) - credit.reduce((sum, { captured }) => sum + captured, 0);
  const first = newPayment(credit.length + 1, order.paymentMethod, due, placedAt + PAYMENT_WINDOW_MS);
  return {
    ...rest,
    number: orderNumberOf(order.id),
    version: sequence,
    state: "PENDING",
    lines: lines.map((line) => ({ ...line, unsourced: 0 })),
    payments: due > 0 ? [...credit, first] : credit,
    reservations: reservations.map((reservation) => ({ ...reservation, status: "HELD" })),
    shipments: [],
    pendingEdit: null,
    cancelling: null,
    ended: null,
    updatedAt: order.placedAt,
    backorderedSince: null,
    promotingSince: null,
    failedEffects: [],
    returns: [],
    refunds: [],
  };
}

/** Another means of payment has as long as the holds last; a payment for later units has a window of its own. */
function deadlineFrom(order: Order, at: number): number {
  const isFirst = order.payments.length === 0;
  return isFirst || hasSecured(order) || at >= order.holdExpiresAt ? at + PAYMENT_WINDOW_MS : order.holdExpiresAt;
}

function apply(order: Order, { event, at, sequence }: RecordedEvent): Order {
  switch (event.type) {
    case "OrderPlaced":
      throw new Error(`${order.id}: placed twice`);

    case "PaymentStarted":
      return withPayment(order, event.payment, (payment) => ({
        ...payment,
        intentId: event.intentId,
        status: payment.status === "requested" ? "processing" : payment.status,
      }));
    case "PaymentActionRequired":
      return withPayment(order, event.payment, (payment) => ({
        ...payment,
        intentId: event.intentId,
        actionUrl: event.actionUrl,
        status: "requires_action",
      }));
    case "PaymentApproved":
      return withPayment(order, event.payment, (payment) => ({ ...payment, actionUrl: null, status: "processing" }));
    case "PaymentAuthorized":
      return withPayment(order, event.payment, (payment) => ({
        ...payment,
        intentId: event.intentId,
        authorized: event.amount,
        authorizationExpiresAt: event.expiresAt,
        actionUrl: null,
        // A payment that was given up stays so: its money is on the way back (react voids it).
        status: payment.status === "failed" || payment.status === "voided" ? payment.status : "authorized",
        failure: payment.status === "failed" ? payment.failure : null,
      }));
    case "PaymentFailed": {
      const failed = withPayment(order, event.payment, (payment) => ({
        ...payment,
        status: "failed",
        actionUrl: null,
        failure: { code: event.code, message: event.message },
      }));
      if (order.ended || !(ownPayments(failed).some(isPaymentAlive) || hasSecured(failed))) return failed;
      // The rest of the order is paid, or is being paid: what this payment was for is only held, and loses its stock.
      const lost = heldReservations(failed).filter(({ payment }) => payment === event.payment);
      return formShipments(unsource(failed, lost), sequence, at);
    }
    case "PaymentMethodProvided":
      return {
        ...order,
        paymentMethod: event.method,
        payments: [
          ...order.payments,
          newPayment(event.payment, event.method, unpaidAmount(order), deadlineFrom(order, at)),
        ],
        reservations: order.reservations.map((held) =>
          waitsInVain(order, held) ? { ...held, payment: event.payment } : held,
        ),
      };
    case "AuthorizationLapsing": {
      const seen = withPayment(order, event.payment, (payment) => ({ ...payment, authorizationExpiresAt: null }));
      const isAsked = order.payments.some(({ number, capture }) => number === event.payment && capture !== null);
      // Nothing is taken for an edit that is not made yet.
      if (event.payment === order.pendingEdit?.payment) return seen;
      const isAllocated = order.reservations.some(({ status }) => status === "ALLOCATED" || status === "SHIPPED");
      return isAllocated && !isAsked ? askCapture(seen, event.payment, sequence) : seen;
    }
    case "CaptureRequested":
      return askCapture(order, event.payment, sequence);
    case "VoidRequested":
      return withPayment(order, event.payment, (payment) => ({ ...payment, status: "voided" }));
    case "PaymentCaptured":
      return withPayment(order, event.payment, (payment) => ({
        ...payment,
        captured: event.amount,
        // Money of a payment that was given up is paid back (react), and pays for nothing.
        status: payment.status === "failed" || payment.status === "voided" ? payment.status : "captured",
        authorizationExpiresAt: null,
        captureFailed: false,
      }));
    case "CaptureFailed":
      return withPayment(order, event.payment, (payment) => ({ ...payment, captureFailed: true }));
    case "PaymentVoided":
      return withPayment(order, event.payment, (payment) => ({
        ...payment,
        status: payment.status === "failed" ? "failed" : "voided",
        authorizationExpiresAt: null,
        actionUrl: null,
      }));
    case "PaymentRefunded":
      return withPaidBack(order, event.payment, event.amount);
    case "RefundFailed":
      return withRefundFailed(order, event, sequence);
    case "PaymentMismatched":
      return order;
    case "PaymentDisputed":
    case "DisputeUpdated":
    case "DisputeClosed":
      return withDispute(order, event);

    case "StockAllocated":
      // Late, for an order that has ended: react gives the stock back, the reservations stay released.
      if (order.ended) return order;
      return formShipments(allocate(order, event.reservations), sequence, at);
    case "StockShort": {
      const short = new Set(event.short);
      const lost = heldReservations(order).filter(({ id }) => short.has(id));
      return unsource(allocate(order, event.allocated), lost);
    }
    case "StockResourced":
      return order.ended ? order : resourced(order, event, at);
    case "StockSurplus":
      return order;
    case "LinesBackordered":
      return formShipments(backordered(order, event.lines), sequence, at);
    case "StockAwaited": {
      const again = { ...promised(order, event.promises), promotingSince: null };
      const delivery = promisedDelivery(again, order.estimatedDelivery);
      return event.promises.length > 0 ? { ...again, estimatedDelivery: delivery } : again;
    }
    case "StockUnavailable": {
      const failed = { ...order, failedEffects: [...order.failedEffects, event.effectId] };
      // Without a parcel the order is given up next: nothing may be asked of a warehouse any more.
      return liveShipments(order).length === 0 ? failed : formShipments(failed, sequence, at);
    }

    case "FulfillmentAccepted":
      return withShipment(order, event.shipmentId, at, "ACCEPTED", { acceptedByWms: event.picksAtOnce });
    case "FulfillmentRefused": {
      const items = order.shipments.find(({ id }) => id === event.shipmentId)?.items ?? [];
      const refused = withShipment(order, event.shipmentId, at, "CANCELLED", { problem: event.reason });
      const ids = new Set(items.map((item) => item.reservationId));
      return unsource(
        refused,
        order.reservations.filter(({ id }) => ids.has(id)),
      );
    }
    case "PickStarted":
      return withShipment(order, event.shipmentId, at, "PICKING", { problem: null });
    case "ShortPicked":
      return shortPicked(order, event.shipmentId, event.items, event.reason, at);
    case "ShipmentPacked":
      return withShipment(order, event.shipmentId, at, "PACKED", { problem: null });
    case "LabelCreated": {
      const { carrier, service, trackingNumber } = event;
      return mapShipment(order, event.shipmentId, ({ labelRefused: _refused, ...shipment }) => ({
        ...shipment,
        label: { carrier, service, trackingNumber },
      }));
    }
    case "LabelDiscarded":
      return mapShipment(order, event.shipmentId, (shipment) =>
        shipment.label?.trackingNumber === event.trackingNumber ? { ...shipment, label: null } : shipment,
      );
    case "ShipmentShipped": {
      const shipped = withShipment(order, event.shipmentId, at, "SHIPPED", { problem: null });
      const items = order.shipments.find(({ id }) => id === event.shipmentId)?.items ?? [];
      return withReservations(shipped, new Set(items.map((item) => item.reservationId)), "SHIPPED");
    }
    case "ShipmentOutForDelivery":
      return withShipment(order, event.shipmentId, at, "OUT_FOR_DELIVERY", { problem: null });
    case "ShipmentDelivered":
      return withShipment(order, event.shipmentId, at, "DELIVERED", { problem: null });
    case "ShipmentExceptionRaised":
      return withShipment(order, event.shipmentId, at, "EXCEPTION", { problem: event.reason });

    case "CancelRequested":
      return { ...order, cancelling: { reason: event.reason, requestedAt: at } };
    case "FulfillmentCancelled":
      return withShipment(order, event.shipmentId, at, "CANCELLED", {});
    case "CancelRefused":
      return formShipments({ ...order, cancelling: null }, sequence, at);
    case "FulfillmentReinstated":
      return reinstate(order, [event.shipmentId], sequence, at);
    case "OrderCancelled":
      return {
        ...releaseAll(dropPendingEdit(order)),
        cancelling: null,
        ended: { as: "CANCELLED", reason: event.reason, at },
      };
    case "HoldLapsed":
      return { ...releaseAll(dropPendingEdit(order)), ended: { as: "PAYMENT_FAILED", reason: "payment_failed", at } };

    case "OrderEdited":
    case "ItemsAdded":
    case "LinesCancelled": {
      const edited = applyEdit(order, event, sequence, at);
      if (event.payment === null || event.payment <= order.payments.length) return edited;
      // What is asked for in the place of an open payment has no longer than that one had.
      const windows = order.payments.filter(({ number }) => event.givenUp.includes(number));
      const deadline = Math.min(at + PAYMENT_WINDOW_MS, ...windows.map((payment) => payment.deadline));
      const payment = newPayment(event.payment, order.paymentMethod, unpaidAmount(edited), deadline);
      return { ...edited, payments: [...edited.payments, payment] };
    }
    case "EditAwaitsPayment": {
      const pendingEdit: PendingEdit = { by: event.by, edit: event.edit, payment: event.payment };
      const payment = newPayment(event.payment, order.paymentMethod, event.amount, at + PAYMENT_WINDOW_MS);
      return { ...order, pendingEdit, payments: [...order.payments, payment] };
    }
    case "EditAwaitsRecall":
      return { ...order, pendingEdit: { ...event.pending, recall: event.shipments } };
    case "EditAbandoned": {
      const dropped = dropPendingEdit(order);
      const unpaid =
        event.payment === null
          ? dropped
          : withPayment(dropped, event.payment, (payment) => ({
              ...payment,
              status: payment.status === "failed" ? "failed" : "voided",
            }));
      return formShipments(reinstate(unpaid, event.reinstated ?? [], sequence, at), sequence, at);
    }

    case "MessageRequested":
    case "NotificationRequested":
    case "NotificationUndelivered":
      return order;
    case "EffectFailed": {
      const failed = { ...order, failedEffects: [...order.failedEffects, event.effectId] };
      if (event.part) return withRefundNotMade(failed, event.part, event);
      const isRefusal = event.kind === "CreateLabel" && event.deviation === "address_invalid";
      if (!isRefusal || event.shipmentId === undefined) return failed;
      return mapShipment(failed, event.shipmentId, (shipment) => ({ ...shipment, labelRefused: event.effectId }));
    }
    case "EffectRetried": {
      const failedEffects = order.failedEffects.filter((id) => id !== event.effectId);
      const shipments = order.shipments.map((shipment) => {
        const { labelRefused, ...waiting } = shipment;
        return labelRefused === event.effectId ? waiting : shipment;
      });
      return withRefundRetried({ ...order, failedEffects, shipments }, event.effectId, sequence);
    }

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
      return applyReturn(order, event, sequence, at);
  }
}
