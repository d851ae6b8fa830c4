import type { Order } from "../domain/order/order.ts";
import { fulfillmentState, paymentState } from "../domain/order/views.ts";
import type { LiveOrder } from "./live.ts";

/** The order as live screens show it. */
export function liveOrder(order: Order): LiveOrder {
  return {
    orderId: order.id,
    number: order.number,
    version: order.version,
    state: order.state,
    paymentState: paymentState(order),
    fulfillmentState: fulfillmentState(order),
    channel: order.channel,
    total: order.totals.total,
    currency: order.currency,
    units: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    destination: order.location,
    warehouses: [...new Set(order.reservations.map(({ warehouseId }) => warehouseId))],
    country: order.address.country,
    placedAt: order.placedAt,
    updatedAt: order.updatedAt,
  };
}
