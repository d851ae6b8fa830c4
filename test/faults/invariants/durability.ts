import type { OrderEvent, RecordedEvent } from "../../../src/domain/order/events.ts";
import { refundAmount } from "../../../src/domain/order/refund.ts";
import type { ReturnState } from "../../../src/domain/order/return.ts";
import type { Acknowledgement } from "../journal.ts";
import type { OrderBook } from "../order-books.ts";
import type { RawLevel, RawMovement, RawReservation, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** Invariant 6: whatever was answered is on disk, for orders and for stock. */
export function checkDurability(
  state: RawState,
  orders: ReadonlyMap<string, OrderBook>,
  acknowledged: readonly Acknowledgement[],
): Finding {
  const list = new Checklist();
  const levels = new Map(state.levels.map((level) => [`${level.sku}~${level.warehouseId}`, level]));
  const reservations = new Map(
    state.levels.flatMap((level) => level.reservations.map((reservation) => [reservation.id, reservation] as const)),
  );
  const orderOfKey = new Map<string, string>();
  for (const entry of acknowledged) {
    switch (entry.kind) {
      case "order_placed": {
        const other = orderOfKey.get(entry.key);
        list.must(
          other === undefined || other === entry.orderId,
          () => `one key, two orders: ${other} and ${entry.orderId}`,
        );
        orderOfKey.set(entry.key, entry.orderId);
        checkPlaced(list, entry, orders.get(entry.orderId), reservations);
        break;
      }
      case "order_cancelled":
      case "order_fulfilled":
      case "shipment_delivered":
      case "short_picked":
      case "message_sent":
      case "order_edited":
      case "lines_cancelled":
      case "payment_provided":
      case "return_requested":
      case "return_moved":
      case "refund_asked": {
        const book = orders.get(entry.orderId);
        list.must(
          book?.events.some((event) => tellsOf(event, entry, book)) === true,
          () => `${entry.orderId}: ${entry.kind} was acknowledged, and no event tells of it`,
        );
        break;
      }
      case "stock_moved": {
        const moved = movementsOf(levels, entry).filter(({ kind, ref }) => ref === entry.ref && kind === entry.command);
        list.must(
          moved.length === 1 && moved[0]?.delta === entry.delta,
          () =>
            `${entry.sku}~${entry.warehouseId}: the ${entry.command} ${entry.ref} was acknowledged, and ${moved.length} movements tell of it`,
        );
        break;
      }
      case "stock_counted": {
        const drift = movementsOf(levels, entry).filter(({ kind, ref }) => ref === entry.ref && kind === "drift");
        const written = drift.reduce((total, { delta }) => total + delta, 0);
        list.must(
          written === entry.drift,
          () =>
            `${entry.sku}~${entry.warehouseId}: the count ${entry.ref} found ${entry.drift}, and ${written} is written`,
        );
        break;
      }
      case "stock_reserved": {
        const kept = reservations.get(entry.reservationId);
        list.must(
          kept?.asked === entry.quantity,
          () =>
            `${entry.reservationId} was acknowledged and is ${kept === undefined ? "not there" : `there with ${kept.asked}`}`,
        );
        break;
      }
      case "reservation_released": {
        const kept = reservations.get(entry.reservationId);
        list.must(
          kept?.status === "RELEASED",
          () => `${entry.reservationId} was acknowledged as released and is ${kept?.status ?? "not there"}`,
        );
        break;
      }
    }
  }
  return list.finding("6", "nothing acknowledged is lost");
}

const STEP_OF_RETURN: Readonly<Record<ReturnState, OrderEvent["type"]>> = {
  REQUESTED: "ReturnRequested",
  APPROVED: "ReturnApproved",
  REJECTED: "ReturnRejected",
  RECEIVED: "ReturnReceived",
  INSPECTED: "ReturnInspected",
};

type Placed = Extract<Acknowledgement, { kind: "order_placed" }>;

function checkPlaced(
  list: Checklist,
  entry: Placed,
  book: OrderBook | undefined,
  reservations: ReadonlyMap<string, RawReservation>,
): void {
  list.must(book !== undefined, () => `${entry.orderId} was acknowledged and is lost`);
  if (book === undefined) return;
  const { order } = book;
  list.must(
    order.version >= entry.version,
    () => `${entry.orderId} was acknowledged at version ${entry.version} and stands at ${order.version}`,
  );
  // As it was placed: it may have been changed since.
  const placed = book.events[0]?.event;
  const was = placed?.type === "OrderPlaced" ? placed.order : null;
  const lines = was?.lines.map(({ sku, quantity }) => ({ sku, quantity }));
  list.must(
    was?.totals.total === entry.total && JSON.stringify(lines) === JSON.stringify(entry.lines),
    () => `${entry.orderId} is not what was acknowledged`,
  );
  for (const id of entry.reservations)
    list.must(
      reservations.has(id),
      () => `${entry.orderId} was acknowledged with ${id}, which its level does not know`,
    );
}

type OfOrder = Exclude<Acknowledgement, Placed | { kind: `stock_${string}` | "reservation_released" }>;

function tellsOf({ event, sequence }: RecordedEvent, entry: OfOrder, { order }: OrderBook): boolean {
  switch (entry.kind) {
    case "order_cancelled":
      return event.type === "CancelRequested" || event.type === "OrderCancelled";
    case "order_fulfilled":
      return (
        event.type === "ShipmentShipped" &&
        order.shipments.some(({ id, warehouseId }) => id === event.shipmentId && warehouseId === entry.warehouseId)
      );
    case "shipment_delivered":
      return event.type === "ShipmentDelivered" && event.shipmentId === entry.shipmentId;
    case "short_picked":
      return event.type === "ShortPicked" && event.shipmentId === entry.shipmentId;
    case "message_sent":
      return event.type === "MessageRequested" && event.text === entry.text;
    case "order_edited":
      return (
        (event.type === entry.by || (event.type === "EditAwaitsPayment" && event.by === entry.by)) &&
        sequence > entry.after &&
        sequence <= entry.version
      );
    case "lines_cancelled":
      // All units of all lines are the whole order.
      return (event.type === "LinesCancelled" || event.type === "CancelRequested") && event.reason === entry.reason;
    case "payment_provided":
      return event.type === "PaymentMethodProvided" && sequence <= entry.version;
    case "return_requested":
      return event.type === "ReturnRequested" && event.returned.id === entry.returnId;
    case "return_moved":
      return STEP_OF_RETURN[entry.to] === event.type && "returnId" in event && event.returnId === entry.returnId;
    case "refund_asked":
      return (
        event.type === "RefundRequested" &&
        event.refund.number === entry.number &&
        event.refund.reason === entry.reason &&
        refundAmount(event.refund) === entry.amount
      );
  }
}

function movementsOf(
  levels: ReadonlyMap<string, RawLevel>,
  { sku, warehouseId }: { sku: string; warehouseId: string },
): RawMovement[] {
  return levels.get(`${sku}~${warehouseId}`)?.movements ?? [];
}
