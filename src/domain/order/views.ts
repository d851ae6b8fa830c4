import { ownPayments, settledAmounts } from "./amounts.ts";
import type { FulfillmentState, Order, PaymentState } from "./order.ts";
import { isAllReturned, returnedUnits } from "./return.ts";
import { hasReached, liveShipments, waitsForStock } from "./state.ts";

/** Read-only views of an order: other vocabularies for the same machine. */

export type DeliveryStatus = "PENDING" | "PREPARING" | "OUT_FOR_DELIVERY" | "DELIVERED" | "CANCELLED";
export type Stage = "placed" | "fulfilled" | "shipped" | "last_mile" | "delivered" | "closed";

/** The order's state in the delivery trade's words. */
export function deliveryStatus(order: Pick<Order, "state">): DeliveryStatus {
  switch (order.state) {
    case "PENDING":
    case "PAYMENT_PROCESSING":
    case "PAYMENT_COMPLETED":
      return "PENDING";
    case "FULFILLMENT_PENDING":
    case "FULFILLMENT_IN_PROGRESS":
      return "PREPARING";
    case "SHIPPED":
      return "OUT_FOR_DELIVERY";
    case "DELIVERED":
      return "DELIVERED";
    case "PAYMENT_FAILED":
    case "CANCELLED":
    case "REFUNDED":
      return "CANCELLED";
  }
}

/** How far the order is on its way, as a progress bar shows it. */
export function stage(order: Order): Stage {
  switch (order.state) {
    case "PENDING":
    case "PAYMENT_PROCESSING":
    case "PAYMENT_COMPLETED":
      return "placed";
    case "FULFILLMENT_PENDING":
    case "FULFILLMENT_IN_PROGRESS": {
      const shipments = liveShipments(order);
      const packed = shipments.length > 0 && shipments.every((shipment) => hasReached(shipment, "PACKED"));
      return packed && !waitsForStock(order) ? "fulfilled" : "placed";
    }
    case "SHIPPED":
      return liveShipments(order).some((shipment) => hasReached(shipment, "OUT_FOR_DELIVERY"))
        ? "last_mile"
        : "shipped";
    case "DELIVERED":
      return "delivered";
    case "PAYMENT_FAILED":
    case "CANCELLED":
    case "REFUNDED":
      return "closed";
  }
}

/**
 * Where the order's money stands, over all its payments; the most advanced speaks. Credit was there from the start: it
 * speaks where it is all that was asked for, or has gone back.
 */
export function paymentState(order: Pick<Order, "payments">): PaymentState {
  const { captured, refunded } = settledAmounts(order);
  const own = ownPayments(order).filter(({ status }) => status !== "voided");
  const isAsked = own.length > 0 && own.every((payment) => payment.captured === 0) && refunded === 0;
  if (captured > 0 && !isAsked) {
    if (refunded >= captured) return "refunded";
    return refunded > 0 ? "partially_refunded" : "captured";
  }
  const has = (status: Order["payments"][number]["status"]) => own.some((payment) => payment.status === status);
  if (has("authorized")) return "authorized";
  if (has("requires_action")) return "requires_action";
  if (own.at(-1)?.status === "failed") return "failed";
  return "unpaid";
}

/** How much of the order has left the warehouses, and how much has come back to one. */
export function fulfillmentState(order: Order): FulfillmentState {
  const shipments = liveShipments(order);
  const shipped = shipments.filter((shipment) => hasReached(shipment, "SHIPPED"));
  if (shipped.length === 0) return "unfulfilled";
  if (order.lines.some(({ number }) => returnedUnits(order, number) > 0))
    return isAllReturned(order) ? "returned" : "partially_returned";
  return shipped.length === shipments.length && !waitsForStock(order) ? "fulfilled" : "partial";
}
