import type { ReservationId, ShipmentId } from "../ids.ts";
import type { MinorUnits } from "../money.ts";
import type { Order, Payment, Reservation, Shipment, ShipmentState } from "./order.ts";
import { providerOf } from "./payment-provider.ts";

/** A payment that is to be asked for, of which nothing has happened yet. `deadline`: epoch milliseconds. */
export function newPayment(number: number, method: string, amount: MinorUnits, deadline: number): Payment {
  return {
    number,
    provider: providerOf(method),
    method,
    amount,
    status: "requested",
    intentId: null,
    authorized: 0,
    captured: 0,
    refunded: 0,
    authorizationExpiresAt: null,
    actionUrl: null,
    failure: null,
    capture: null,
    captureFailed: false,
    deadline,
  };
}

/** The order with one payment changed; the order that is given stays as it was, here and below. */
export function withPayment(order: Order, number: number, change: (payment: Payment) => Payment): Order {
  return {
    ...order,
    payments: order.payments.map((payment) => (payment.number === number ? change(payment) : payment)),
  };
}

/** The order with one shipment changed. */
export function mapShipment(order: Order, id: ShipmentId, change: (shipment: Shipment) => Shipment): Order {
  return { ...order, shipments: order.shipments.map((shipment) => (shipment.id === id ? change(shipment) : shipment)) };
}

/** The order with one shipment in another state, which it reached at `at` (epoch milliseconds). */
export function withShipment(
  order: Order,
  id: ShipmentId,
  at: number,
  state: ShipmentState,
  more: Partial<Shipment>,
): Order {
  return mapShipment(order, id, (shipment) => ({
    ...shipment,
    ...more,
    state,
    reachedAt: { ...shipment.reachedAt, [state]: at },
  }));
}

/** The order with these reservations in another status; what was released stays so. */
export function withReservations(order: Order, ids: ReadonlySet<ReservationId>, status: Reservation["status"]): Order {
  const reservations = order.reservations.map((reservation) =>
    ids.has(reservation.id) && reservation.status !== "RELEASED" ? { ...reservation, status } : reservation,
  );
  return { ...order, reservations };
}
