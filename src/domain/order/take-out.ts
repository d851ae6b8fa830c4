import type { ReservationId, ShipmentId } from "../ids.ts";
import type { TakenOut } from "./edit-parts.ts";
import type { LineUnits, Order, Reservation, Shipment } from "./order.ts";
import { withReservations, withShipment } from "./order-parts.ts";
import { quantityOf } from "./order-stock.ts";
import { isBeingPicked, liveShipments, progressOf } from "./state.ts";

/**
 * Whether a warehouse outside may be at the parcel, so that it has to be asked back before it changes: a WMS picks
 * without telling when it begins, and one that has not answered yet may be one. Our own floors see every change.
 */
export function isHandedOver(shipment: Shipment): boolean {
  if (shipment.state === "CANCELLED" || isBeingPicked(shipment)) return false;
  return shipment.acceptedByWms || progressOf(shipment) === "REQUESTED";
}

/** Units of a line that no warehouse has begun to pick: these may still leave the order. Never more than the line has. */
export function openUnits(order: Order, number: number): number {
  const line = order.lines.find((candidate) => candidate.number === number);
  if (!line) return 0;
  const reserved = openReservations(order, number).reduce((sum, { quantity }) => sum + quantity, 0);
  return Math.min(line.quantity, line.backordered + line.unsourced + reserved);
}

/**
 * Where these units come from: first those that have no stock, then what is only held, then what is allocated, and of
 * that first what has no parcel yet, then what need not be asked back. Each line is named once, with no more than its
 * open units.
 */
export function takeOut(order: Order, units: readonly LineUnits[]): TakenOut {
  const taken: TakenOut = { backordered: [], unsourced: [], reservations: [], shipments: [] };
  for (const { line: number, quantity } of units) {
    const line = order.lines.find((candidate) => candidate.number === number);
    let left = quantity;
    const take = (there: number): number => {
      const some = Math.min(left, there);
      left -= some;
      return some;
    };
    for (const kind of ["backordered", "unsourced"] as const) {
      const some = take(line?.[kind] ?? 0);
      if (some > 0) taken[kind].push({ line: number, quantity: some });
    }
    for (const { id, quantity: there } of openReservations(order, number)) {
      const some = take(there);
      if (some === 0) continue;
      taken.reservations.push({ id, quantity: some });
      const parcel = parcelOf(order, id);
      if (parcel && !taken.shipments.includes(parcel.id)) taken.shipments.push(parcel.id);
    }
  }
  return taken;
}

/** The order without these units; a parcel that had some of them is withdrawn whole, and its other units have none. */
export function withoutUnits(order: Order, taken: TakenOut, at: number): Order {
  const emptied = new Set<ReservationId>();
  const reservations = order.reservations.map((reservation) => {
    const gone = taken.reservations.find(({ id }) => id === reservation.id)?.quantity ?? 0;
    if (gone === reservation.quantity) emptied.add(reservation.id);
    return gone === 0 || gone === reservation.quantity
      ? reservation
      : { ...reservation, quantity: reservation.quantity - gone };
  });
  const lines = order.lines.map((line) => ({
    ...line,
    backordered: line.backordered - quantityOf(taken.backordered, line.number),
    unsourced: line.unsourced - quantityOf(taken.unsourced, line.number),
  }));
  return [...taken.shipments, ...(taken.recalled ?? [])].reduce<Order>(
    (after, id: ShipmentId) => withShipment(after, id, at, "CANCELLED", { items: [] }),
    withReservations({ ...order, lines, reservations }, emptied, "RELEASED"),
  );
}

/**
 * In the order in which they are given up: held before allocated, without a parcel before those with one, parcels at hand
 * before those outside, new before old.
 */
function openReservations(order: Order, line: number): Reservation[] {
  const rank = ({ id, status }: Reservation) => {
    const parcel = status === "HELD" ? undefined : parcelOf(order, id);
    if (!parcel) return status === "HELD" ? 0 : 1;
    return isHandedOver(parcel) ? 3 : 2;
  };
  return order.reservations
    .filter((reservation) => {
      const parcel = parcelOf(order, reservation.id);
      return (
        reservation.line === line &&
        (reservation.status === "HELD" || reservation.status === "ALLOCATED") &&
        (parcel === undefined || !isBeingPicked(parcel))
      );
    })
    .toReversed()
    .sort((a, b) => rank(a) - rank(b));
}

function parcelOf(order: Order, id: ReservationId): Shipment | undefined {
  return liveShipments(order).find(({ items }) => items.some(({ reservationId }) => reservationId === id));
}
