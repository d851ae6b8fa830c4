import type { OrderState } from "../../../src/domain/order/order.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** States that are an end whatever else is said. */
const ENDS: ReadonlySet<OrderState> = new Set(["DELIVERED", "CANCELLED", "REFUNDED"]);

/** Invariant 4: every accepted order has ended, waits for something that will come, or lies before a person. */
export function checkProgress(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const openFor = new Set(
    state.ops.deviations
      .filter(({ status }) => status !== "resolved")
      .map(({ orderId, subject }) => orderId ?? subject["orderId"] ?? ""),
  );
  for (const book of orders.values()) {
    const what = openFor.has(book.id) ? "a person" : waitsFor(book, state.readAt);
    list.must(what !== null, () => `${book.id} is ${book.order.state} and waits for nothing`);
    list.must(
      book.inLedger !== null || ENDS.has(book.order.state) || book.order.ended !== null,
      () => `${book.id} is ${book.order.state} and has left its ledger`,
    );
  }
  for (const ledger of state.ledgers) {
    const nextAt = Math.min(
      ...ledger.effects.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt])),
      ...ledger.orders.flatMap(({ timerAt }) => (timerAt === null ? [] : [timerAt])),
    );
    if (nextAt === Number.POSITIVE_INFINITY) continue;
    list.must(
      ledger.alarmAt !== null && ledger.alarmAt <= Math.max(nextAt, state.readAt) + ALARM_SLACK_MS,
      () => `${ledger.name} has work to do and no alarm that wakes it`,
    );
  }
  return list.finding("4", "every order ended, waiting or in a deviation");
}

/** What the order's next step comes from; null where nothing would ever move it. */
export function waitsFor(book: OrderBook, now: number): string | null {
  const { order, effects, inLedger } = book;
  if (order.ended !== null || ENDS.has(order.state)) return "nothing: it has ended";
  const open = effects.filter(isOpen);
  const moving = open.find(({ effect }) => effect.kind !== "Notify" && effect.kind !== "OpenDeviation");
  if (moving !== undefined) return moving.effect.kind;
  if (order.state === "FULFILLMENT_PENDING" || order.state === "FULFILLMENT_IN_PROGRESS") {
    // The floor works from the shipment itself: what it has been asked for waits for hands, not for us.
    const onFloor = order.shipments.find(
      ({ state }) => state === "ACCEPTED" || state === "PICKING" || state === "PACKED",
    );
    return onFloor !== undefined && (onFloor.state !== "PACKED" || onFloor.label !== null) ? "the floor" : null;
  }
  // A payment that failed has until the end of its hold to be paid otherwise; then a timer ends the order.
  if (order.state === "PAYMENT_FAILED" || order.state === "PAYMENT_PROCESSING")
    return inLedger?.timerAt === null || inLedger === null || inLedger.timerAt < now - ALARM_SLACK_MS
      ? null
      : "its deadline";
  return null;
}

/** How late an alarm may be while nothing runs. */
const ALARM_SLACK_MS = 120_000;
