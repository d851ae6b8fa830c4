import { liveOrder } from "../../contracts/live-order.ts";
import { isOvertaken } from "../../domain/order/recall.ts";
import { hasReached } from "../../domain/order/state.ts";
import { done, type EffectHandler, NOTHING } from "../saga-context.ts";
import { tellFeed } from "../tell-feed.ts";

/**
 * Asks the warehouse for a parcel. A floor warehouse works from our own shipments, so what is asked for stands in
 * its work list already, and it has only to be told that something is there.
 */
export const requestFulfillment: EffectHandler<"RequestFulfillment"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
  if (!shipment || shipment.state !== "REQUESTED") return NOTHING;
  const catalog = await context.catalog();
  const warehouse = catalog.warehouses.get(effect.warehouseId);
  if (!warehouse?.open)
    return done({ kind: "RequestFulfillment", accepted: false, reason: `warehouse ${effect.warehouseId} is closed` });
  tellFeed(context, `warehouse:${effect.warehouseId}`, [{ type: "order", order: liveOrder(order) }]);
  return done({ kind: "RequestFulfillment", accepted: true, reference: effect.shipmentId, picksAtOnce: false });
};

/** Asks the warehouse to stop. Whether picking began meanwhile is the ledger's to say when it records the answer. */
export const cancelFulfillment: EffectHandler<"CancelFulfillment"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
  if (!shipment || shipment.state === "CANCELLED" || isOvertaken(shipment, leased.id)) return NOTHING;
  const begun = hasReached(shipment, "PICKING");
  return done({ kind: "CancelFulfillment", recalled: !begun, reason: begun ? "picking has started" : "recalled" });
};
