import { hasSecured, isPaymentAlive, ownPayments, payableAmount, settledAmounts } from "./amounts.ts";
import type { Order, OrderState, Shipment } from "./order.ts";
import { isAllReturned } from "./return.ts";

/** The order in which a parcel goes through its states. */
const PROGRESS = ["REQUESTED", "ACCEPTED", "PICKING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"] as const;
export type ShipmentProgress = (typeof PROGRESS)[number];

/** Shipments that will be, or were, shipped. */
export function liveShipments(order: Pick<Order, "shipments">): Shipment[] {
  return order.shipments.filter((shipment) => shipment.state !== "CANCELLED");
}

/** How far the parcel has come, whatever trouble it is in: an exception keeps the place it happened at. */
export function progressOf(shipment: Shipment): ShipmentProgress {
  if (shipment.state !== "EXCEPTION" && shipment.state !== "CANCELLED") return shipment.state;
  return PROGRESS.findLast((state) => shipment.reachedAt[state] !== undefined) ?? "REQUESTED";
}

/** Whether the parcel has come at least this far. */
export function hasReached(shipment: Shipment, state: ShipmentProgress): boolean {
  return PROGRESS.indexOf(progressOf(shipment)) >= PROGRESS.indexOf(state);
}

/** Units of the line in parcels that have come at least this far. */
export function unitsInParcels(
  { shipments }: Pick<Order, "shipments">,
  number: number,
  reached: "SHIPPED" | "DELIVERED",
): number {
  return shipments
    .filter((shipment) => shipment.state !== "CANCELLED" && hasReached(shipment, reached))
    .flatMap(({ items }) => items)
    .filter(({ line }) => line === number)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Whether picking has begun: from here on a shipment can't be recalled. */
export function isBeingPicked(shipment: Shipment): boolean {
  return shipment.state !== "CANCELLED" && hasReached(shipment, "PICKING");
}

/** Whether the parcel is packed and the carrier has refused its label: without a new address it goes nowhere. */
export function isUndeliverable(shipment: Shipment): boolean {
  return shipment.labelRefused !== undefined && shipment.label === null && progressOf(shipment) === "PACKED";
}

/** Whether a part of the order has no shipment yet and may still get one. */
export function waitsForStock(order: Pick<Order, "lines" | "reservations" | "shipments">): boolean {
  if (order.lines.some((line) => line.backordered > 0 || line.unsourced > 0)) return true;
  const shipped = new Set(liveShipments(order).flatMap((shipment) => shipment.items.map((item) => item.reservationId)));
  return order.reservations.some(({ id, status }) => status === "HELD" || (status === "ALLOCATED" && !shipped.has(id)));
}

/**
 * The order's state, read off its parts. There is no other place that sets it, so it can't disagree with
 * payments and shipments, and it never runs ahead of the slowest shipment.
 */
export function stateOf(order: Omit<Order, "state">): OrderState {
  if (order.ended) return isAllPaidBack(order) ? "REFUNDED" : order.ended.as;
  const shipments = liveShipments(order);
  if (shipments.length > 0 && !waitsForStock(order)) {
    const haveAll = (state: ShipmentProgress) => shipments.every((shipment) => hasReached(shipment, state));
    // A parcel may come back before it was delivered.
    if (haveAll("SHIPPED") && isAllReturned(order) && isAllPaidBack(order)) return "REFUNDED";
    if (haveAll("DELIVERED")) return "DELIVERED";
    if (haveAll("SHIPPED")) return "SHIPPED";
  }
  if (shipments.some((shipment) => isBeingPicked(shipment) || shipment.acceptedByWms)) return "FULFILLMENT_IN_PROGRESS";
  if (shipments.length > 0 || order.reservations.some(({ status }) => status === "ALLOCATED"))
    return "FULFILLMENT_PENDING";
  const own = ownPayments(order);
  // Credit for units that all wait for stock pays for nothing yet.
  const isIdle = !own.some(isPaymentAlive) && payableAmount(order) === 0;
  if (hasSecured(order) && !isIdle) return "PAYMENT_COMPLETED";
  const newest = own.findLast(isPaymentAlive) ?? own.at(-1);
  switch (newest?.status) {
    case undefined:
    case "requested":
      return "PENDING";
    case "processing":
    case "requires_action":
      return "PAYMENT_PROCESSING";
    case "voided":
    case "failed":
      // An authorization that was given back while everything waits for stock is no failure: nothing is due.
      return newest.status === "voided" && payableAmount(order) === 0 ? "PENDING" : "PAYMENT_FAILED";
    case "authorized":
    case "captured":
      return "PAYMENT_COMPLETED";
  }
}

function isAllPaidBack(order: Pick<Order, "payments">): boolean {
  const { captured, refunded } = settledAmounts(order);
  return captured > 0 && refunded >= captured;
}

/** Whether nothing will happen to the order any more by itself, apart from effects that are still open. */
export function hasEnded(order: Pick<Order, "state" | "ended">): boolean {
  return order.ended !== null || order.state === "DELIVERED" || order.state === "REFUNDED";
}
