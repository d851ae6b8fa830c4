import type { OrderEvent, OrderEventType } from "../domain/order/events.ts";
import type { OrderEdit } from "../domain/order/order.ts";
import { refundAmount } from "../domain/order/refund.ts";

/** What of an order's events a customer's history tells: what they would tell themselves. */
export const CUSTOMER_EVENTS = [
  "OrderPlaced",
  "OrderEdited",
  "ItemsAdded",
  "EditAbandoned",
  "LinesCancelled",
  "LinesBackordered",
  "CancelRequested",
  "CancelRefused",
  "OrderCancelled",
  "HoldLapsed",
  "PaymentFailed",
  "PaymentMethodProvided",
  "PaymentCaptured",
  "PaymentDisputed",
  "DisputeClosed",
  "ShipmentShipped",
  "ShipmentOutForDelivery",
  "ShipmentDelivered",
  "ShipmentExceptionRaised",
  "ReturnRequested",
  "ReturnApproved",
  "ReturnRejected",
  "ReturnReminded",
  "ReturnReceived",
  "ReturnInspected",
  "RefundRequested",
  "RefundSettled",
  "RefundFailed",
] as const satisfies readonly OrderEventType[];

type Told = Extract<OrderEvent, { type: (typeof CUSTOMER_EVENTS)[number] }>;

/** The event in the words of a history: amounts as money of the order's currency, no means of payment. */
export function detailsOf(event: OrderEvent, currency: string): Record<string, unknown> {
  return isTold(event) ? toldOf(event, (amount) => ({ amount, currency })) : {};
}

function isTold(event: OrderEvent): event is Told {
  return CUSTOMER_EVENTS.some((type) => type === event.type);
}

function toldOf(event: Told, money: (amount: number) => { amount: number; currency: string }): Record<string, unknown> {
  switch (event.type) {
    case "OrderPlaced": {
      const { totals, lines, channel } = event.order;
      return { total: money(totals.total), units: unitsOf(lines), channel };
    }
    case "OrderEdited":
    case "ItemsAdded":
      return editOf(event.edit, money);
    case "LinesCancelled":
      return { reason: event.reason, lines: event.lines, ...editOf(event.edit, money) };
    case "EditAbandoned":
      return { reason: event.reason };
    case "LinesBackordered":
      return { lines: event.lines };
    case "CancelRequested":
    case "OrderCancelled":
      return { reason: event.reason };
    case "CancelRefused":
    case "ShipmentExceptionRaised":
      return { shipmentId: event.shipmentId, reason: event.reason };
    case "HoldLapsed":
      return {};
    case "PaymentFailed":
      return { payment: event.payment, code: event.code };
    case "PaymentMethodProvided":
      return { payment: event.payment };
    case "PaymentCaptured":
      return { payment: event.payment, amount: money(event.amount) };
    case "PaymentDisputed":
      return { payment: event.payment, amount: money(event.dispute.amount), reason: event.dispute.reason };
    case "DisputeClosed":
      return { payment: event.payment, outcome: event.outcome };
    case "ShipmentShipped":
      return { shipmentId: event.shipmentId, trackingNumber: event.trackingNumber };
    case "ShipmentOutForDelivery":
    case "ShipmentDelivered":
      return { shipmentId: event.shipmentId };
    case "ReturnRequested": {
      const { id, reason, lines } = event.returned;
      return { returnId: id, reason, units: unitsOf(lines), approval: event.approval };
    }
    case "ReturnApproved":
    case "ReturnReminded":
      return { returnId: event.returnId };
    case "ReturnRejected":
      return { returnId: event.returnId, reason: event.reason };
    case "ReturnReceived":
      return { returnId: event.returnId, warehouseId: event.warehouseId };
    case "ReturnInspected":
      return { returnId: event.returnId, units: event.units };
    case "RefundRequested": {
      const { number, reason, returnId } = event.refund;
      return { refund: number, amount: money(refundAmount(event.refund)), reason, returnId };
    }
    case "RefundSettled":
      return { refund: event.refund, payment: event.payment };
    case "RefundFailed":
      return { refund: event.refund, payment: event.payment, amount: money(event.amount) };
  }
}

function editOf(
  { contact, address, shippingMethod, content }: OrderEdit,
  money: (amount: number) => { amount: number; currency: string },
): Record<string, unknown> {
  return {
    changed: Object.entries({ contact, address, shippingMethod, lines: content?.lines }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    ),
    ...(content !== undefined && { total: money(content.totals.total), units: unitsOf(content.lines) }),
  };
}

function unitsOf(lines: readonly { quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
