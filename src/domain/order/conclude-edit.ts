import { hasSecured, unpaidAmount } from "./amounts.ts";
import { decideCancelLines } from "./cancel-lines.ts";
import { madeEdit, recallFor, refuseEdit, settledEdit } from "./edit.ts";
import { reshaped } from "./edit-money.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, OrderContent, PendingEdit } from "./order.ts";
import { withShipment } from "./order-parts.ts";
import { abandonEdit, recalledParcels } from "./recall.ts";
import { anotherPayment } from "./record-payment.ts";

/** What becomes of a change that waits, now that these events have happened: made, given up, or nothing yet. */
export function concludeEdit(order: Order, events: readonly OrderEvent[]): OrderEvent[] {
  const { pendingEdit } = order;
  if (!pendingEdit || events.some(({ type }) => type === "OrderCancelled" || type === "HoldLapsed")) return [];
  const { payment, recall } = pendingEdit;
  if (events.some((event) => event.type === "EditAbandoned")) return [];
  if (events.some((event) => event.type === "PaymentFailed" && event.payment === payment))
    return abandonEdit(withReturned(order, events), "payment_failed");
  if (recall) {
    const after = withReturned(order, events);
    return !order.cancelling && recalledParcels(after).length === recall.length ? afterRecall(after, pendingEdit) : [];
  }
  const isPaid = events.some((event) => event.type === "PaymentAuthorized" && event.payment === payment);
  return isPaid && "edit" in pendingEdit ? afterPayment(order, pendingEdit) : [];
}

/** The order with the parcels withdrawn that these events have withdrawn. */
function withReturned(order: Order, events: readonly OrderEvent[]): Order {
  return events.reduce<Order>(
    (after, event) =>
      event.type === "FulfillmentCancelled"
        ? withShipment(after, event.shipmentId, order.updatedAt, "CANCELLED", {})
        : after,
    order,
  );
}

function afterPayment(order: Order, pending: Extract<PendingEdit, { edit: unknown }>): OrderEvent[] {
  const { by, edit, payment } = pending;
  if (refuseEdit({ ...order, pendingEdit: null }, by, edit)) return abandonEdit(order, "order_changed");
  const asked = recallFor(order, pending);
  return asked.length > 0 ? asked : [madeEdit(order, by, edit, payment, []), ...restOf(order, edit.content)];
}

/** All parcels have come back: nothing stands in the change's way, unless the order has changed meanwhile. */
function afterRecall(order: Order, pending: PendingEdit): OrderEvent[] {
  const free = { ...order, pendingEdit: null };
  if (pending.by === "LinesCancelled") {
    const ruling = decideCancelLines(free, pending.lines, pending.reason, recalledParcels(order));
    return ruling.ok ? ruling.events : abandonEdit(order, "order_changed");
  }
  const { by, edit, payment } = pending;
  if (refuseEdit(free, by, edit)) return abandonEdit(order, "order_changed");
  if (payment !== null) return [madeEdit(order, by, edit, payment, []), ...restOf(order, edit.content)];
  const settled = settledEdit(order, by, edit);
  return hasSecured(order) ? [settled, ...restOf(order, edit.content)] : [settled];
}

/** Stock that was found while the edit waited may have taken money that was meant for it: the rest is asked for. */
function restOf(order: Order, content: OrderContent | undefined): OrderEvent[] {
  if (!content) return [];
  return unpaidAmount({ ...reshaped(order, content), pendingEdit: null }) > 0
    ? [anotherPayment(order, order.paymentMethod)]
    : [];
}
