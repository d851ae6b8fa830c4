import type { ReservationId, ShipmentId, WarehouseId } from "../ids.ts";
import { isPaymentAlive, isSecured, ownPayments, unpaidAmount } from "./amounts.ts";
import type { OrderEvent } from "./events.ts";
import { HOLD_MS, type Order, type Reservation, type Shipment, type ShipmentItem } from "./order.ts";
import { mapShipment, withReservations, withShipment } from "./order-parts.ts";

/** Only what is held: an answer that comes twice must not bring back what has shipped or was given up. */
export function allocate(order: Order, ids: readonly ReservationId[]): Order {
  const held = new Set(heldReservations(order).map(({ id }) => id));
  return withReservations(order, new Set(ids.filter((id) => held.has(id))), "ALLOCATED");
}

/** Whether the units are held for a payment that came to nothing: the next means of payment is for them. */
export function waitsInVain(order: Order, { status, payment }: Reservation): boolean {
  return status === "HELD" && order.payments.some((paid) => paid.number === payment && !isPaymentAlive(paid));
}

/** Units that are promised and not allocated yet. */
export function heldReservations(order: Order): Reservation[] {
  return order.reservations.filter(({ status }) => status === "HELD");
}

/** These reservations are gone, and their units need stock anew. */
export function unsource(order: Order, lost: readonly Reservation[]): Order {
  const lines = order.lines.map((line) => {
    const units = lost
      .filter((reservation) => reservation.line === line.number)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return units === 0 ? line : { ...line, unsourced: line.unsourced + units };
  });
  return withReservations({ ...order, lines }, new Set(lost.map(({ id }) => id)), "RELEASED");
}

/** New holds in the place of what had lost its stock, or of what waited for some. */
export function resourced(
  order: Order,
  { instead, reservations: found, estimatedDelivery }: Extract<OrderEvent, { type: "StockResourced" }>,
  at: number,
): Order {
  const promoted = instead === "backordered";
  const lines = order.lines.map((line) => {
    const units = quantityOf(found, line.number);
    return promoted
      ? { ...line, backordered: line.backordered - units }
      : { ...line, unsourced: line.unsourced - units };
  });
  const after = { ...order, lines, estimatedDelivery: estimatedDelivery ?? order.estimatedDelivery };
  const payment = promoted && unpaidAmount(after) > 0 ? { payment: order.payments.length + 1 } : {};
  const held = found.map((reservation) => ({ ...reservation, ...payment, status: "HELD" as const }));
  return {
    ...after,
    reservations: [...order.reservations, ...held],
    promotingSince: promoted ? null : order.promotingSince,
    // With nothing paid yet, a failed payment ends the order with these holds.
    holdExpiresAt: promoted && !ownPayments(order).some(isSecured) ? at + HOLD_MS : order.holdExpiresAt,
  };
}

/** Units that the floor could not find lose their stock; a parcel with nothing left in it is cancelled. */
export function shortPicked(
  order: Order,
  id: ShipmentId,
  missing: readonly ShipmentItem[],
  reason: string,
  at: number,
): Order {
  const missingOf = (reservation: ReservationId) =>
    missing.find((item) => item.reservationId === reservation)?.quantity ?? 0;
  const reduced = mapShipment(order, id, (shipment) => ({
    ...shipment,
    problem: reason,
    items: shipment.items
      .map((item) => ({ ...item, quantity: item.quantity - missingOf(item.reservationId) }))
      .filter((item) => item.quantity > 0),
  }));
  const lines = order.lines.map((line) => ({ ...line, unsourced: line.unsourced + quantityOf(missing, line.number) }));
  const reservations = order.reservations.map((reservation) => {
    const quantity = reservation.quantity - missingOf(reservation.id);
    return quantity === reservation.quantity
      ? reservation
      : { ...reservation, quantity, status: quantity === 0 ? ("RELEASED" as const) : reservation.status };
  });
  const after = { ...reduced, lines, reservations };
  const shipment = after.shipments.find((candidate) => candidate.id === id);
  return shipment?.items.length === 0 ? withShipment(after, id, at, "CANCELLED", { problem: reason }) : after;
}

/** Units of one line. */
export function quantityOf(lines: readonly { line: number; quantity: number }[], number: number): number {
  return lines.filter(({ line }) => line === number).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The order without any stock or wish for stock: what has shipped stays shipped. */
export function releaseAll(order: Order): Order {
  const open = order.reservations.filter(({ status }) => status === "HELD" || status === "ALLOCATED");
  const released = withReservations(order, new Set(open.map(({ id }) => id)), "RELEASED");
  return { ...released, lines: released.lines.map((line) => ({ ...line, unsourced: 0, backordered: 0 })) };
}

/**
 * Groups allocated units that have no shipment yet into one parcel per warehouse, once nothing is only held. While a
 * cancel or an edit waits for the warehouses, nothing new is asked of them.
 */
export function formShipments(order: Order, sequence: number, at: number): Order {
  if (order.ended || order.cancelling || order.pendingEdit?.recall || heldReservations(order).length > 0) return order;
  const packed = new Set(order.shipments.flatMap((shipment) => shipment.items.map((item) => item.reservationId)));
  const byWarehouse = new Map<WarehouseId, Reservation[]>();
  for (const reservation of order.reservations) {
    if (reservation.status !== "ALLOCATED" || packed.has(reservation.id)) continue;
    byWarehouse.set(reservation.warehouseId, [...(byWarehouse.get(reservation.warehouseId) ?? []), reservation]);
  }
  const formed = [...byWarehouse].map(([warehouseId, reservations], index): Shipment => {
    const number = order.shipments.length + index + 1;
    return {
      id: `${order.id.replace("ord_", "shp_")}-${number}` as ShipmentId,
      number,
      warehouseId,
      state: "REQUESTED",
      items: reservations.map(({ id, line, sku, quantity }) => ({ line, sku, quantity, reservationId: id })),
      label: null,
      reachedAt: { REQUESTED: at },
      problem: null,
      requestedIn: sequence,
      acceptedByWms: false,
    };
  });
  return formed.length === 0 ? order : { ...order, shipments: [...order.shipments, ...formed] };
}
