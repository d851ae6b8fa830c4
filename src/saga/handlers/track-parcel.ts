import { hasReached } from "../../domain/order/state.ts";
import { done, type EffectHandler, failure, NOTHING } from "../saga-context.ts";

/** How often a parcel on its way is asked for: the carrier's webhook may never come. */
const POLL_MS = 10 * 60_000;

/** Follows a parcel to the door. News on the way is recorded as it is found; the effect is done at the end. */
export const trackParcel: EffectHandler<"TrackParcel"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
  if (!shipment?.label || hasReached(shipment, "DELIVERED")) return NOTHING;
  const result = await context.providers.carrier.track([shipment.label.trackingNumber]);
  if (result.outcome !== "done") return failure(result);
  const [found] = result.value;
  if (found?.status === "delivered") return done({ kind: "TrackParcel", status: "delivered" });
  if (found?.status === "out_for_delivery" || found?.status === "exception")
    await context.ledger(order.id).recordTracking(order.id, shipment.id, found.status, found.description);
  return { status: "waiting", retryAfterMs: POLL_MS };
};
