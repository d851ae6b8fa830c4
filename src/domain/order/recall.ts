import type { EffectId, ShipmentId } from "../ids.ts";
import type { TakenOut } from "./edit-parts.ts";
import { sequenceOfEffect } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, OrderEdit, Shipment } from "./order.ts";
import { withShipment } from "./order-parts.ts";
import { liveShipments } from "./state.ts";
import { isHandedOver } from "./take-out.ts";

/** The parcels that have to come back before these units leave the order, and before it goes elsewhere or otherwise. */
export function parcelsToRecall(order: Order, { shipments }: TakenOut, edit: OrderEdit | null): ShipmentId[] {
  return liveShipments(order)
    .filter((shipment) => isHandedOver(shipment) && (shipments.includes(shipment.id) || isReaddressed(order, edit)))
    .map(({ id }) => id);
}

/** Whether what a warehouse was told of the parcel, beside what is in it, becomes untrue. */
function isReaddressed(order: Order, edit: OrderEdit | null): boolean {
  if (!edit) return false;
  const { address = order.address, shippingMethod = order.shippingMethod } = edit;
  const fields = ["line1", "line2", "city", "region", "postalCode", "country"] as const;
  return shippingMethod !== order.shippingMethod || fields.some((field) => address[field] !== order.address[field]);
}

/**
 * Whether the parcel was asked for again since this recall of it was called for: what the warehouse says of the recall
 * is about the request before, and may be a repetition of what it has said then.
 */
export function isOvertaken({ requestedIn }: Pick<Shipment, "requestedIn">, recall: EffectId): boolean {
  return requestedIn > sequenceOfEffect(recall);
}

/** Whether a change of the order waits for this parcel to come back. */
export function isAskedBack({ pendingEdit }: Pick<Order, "pendingEdit">, id: ShipmentId): boolean {
  return pendingEdit?.recall?.includes(id) ?? false;
}

/** The parcels that have come back for the change that waits, and whose units are still as they were. */
export function recalledParcels({ pendingEdit, shipments }: Order): ShipmentId[] {
  const asked = pendingEdit?.recall ?? [];
  return shipments.filter(({ id, state }) => state === "CANCELLED" && asked.includes(id)).map(({ id }) => id);
}

/** The change that waits is given up, and the parcels that have come back for it are asked for again. */
export function abandonEdit(
  order: Order,
  reason: Extract<OrderEvent, { type: "EditAbandoned" }>["reason"],
): Extract<OrderEvent, { type: "EditAbandoned" }>[] {
  const { pendingEdit } = order;
  if (!pendingEdit) return [];
  const held = "edit" in pendingEdit ? (pendingEdit.edit.content?.reservations ?? []) : [];
  return [
    {
      type: "EditAbandoned",
      payment: pendingEdit.payment,
      reason,
      held: held.map(({ id }) => id),
      reinstated: recalledParcels(order),
    },
  ];
}

/**
 * A pick that begins while an edit waits for its parcels wins, where the edit can't be made beside it; so it is given up
 * too when the cancel that overtook it is refused.
 */
export function refuseRecall(order: Order, { id }: Pick<Shipment, "id">): OrderEvent[] {
  const { pendingEdit, cancelling } = order;
  if (!pendingEdit?.recall) return [];
  return cancelling || pendingEdit.by === "OrderEdited" || isAskedBack(order, id)
    ? abandonEdit(order, "recall_refused")
    : [];
}

/** The order with these parcels asked for again. */
export function reinstate(order: Order, ids: readonly ShipmentId[], sequence: number, at: number): Order {
  return ids.reduce<Order>(
    (after, id) =>
      withShipment(after, id, at, "REQUESTED", { requestedIn: sequence, acceptedByWms: false, problem: null }),
    order,
  );
}
