import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { isOrderId } from "../domain/ids.ts";
import type { Order, Shipment } from "../domain/order/order.ts";
import { lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { getOrder } from "./orders.ts";

export interface FoundShipment {
  order: Order;
  shipment: Shipment;
}

/** The shipment and its order, for whoever may see both: a shipment's id names its order. */
export async function findShipment(ctx: ServiceContext, shipmentId: string): Promise<ServiceResult<FoundShipment>> {
  const missing = refuse("not_found", `There is no shipment ${shipmentId}.`);
  const orderId = `ord_${/^shp_([0-9a-z]{22})-\d{1,3}$/.exec(shipmentId)?.[1] ?? ""}`;
  if (!isOrderId(orderId)) return missing;
  const order = await getOrder(ctx, orderId);
  if (!order.ok) return order.problem.code === "not_found" ? missing : order;
  const shipment = order.value.shipments.find(({ id }) => id === shipmentId);
  if (shipment === undefined) return missing;
  return lackingWarehouse(ctx, shipment.warehouseId) ?? { ok: true, value: { order: order.value, shipment } };
}
