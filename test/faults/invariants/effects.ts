import { effectId } from "../../../src/domain/order/effects.ts";
import { evolve } from "../../../src/domain/order/evolve.ts";
import type { OrderEvent, RecordedEvent } from "../../../src/domain/order/events.ts";
import type { Order } from "../../../src/domain/order/order.ts";
import { react } from "../../../src/domain/order/saga.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawEffect } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** Events that tell of something that can happen only once, and what it happens to. */
const ONCE: Readonly<Partial<Record<OrderEvent["type"], (event: OrderEvent) => string>>> = {
  OrderPlaced: () => "order",
  PaymentAuthorized: (event) => ("payment" in event ? String(event.payment) : ""),
  PaymentCaptured: (event) => ("payment" in event ? String(event.payment) : ""),
  LabelCreated: (event) => (event.type === "LabelCreated" ? `${event.shipmentId} ${event.trackingNumber}` : ""),
  ShipmentPacked: (event) => ("shipmentId" in event ? (event.shipmentId ?? "") : ""),
  ShipmentShipped: (event) => ("shipmentId" in event ? (event.shipmentId ?? "") : ""),
  ShipmentDelivered: (event) => ("shipmentId" in event ? (event.shipmentId ?? "") : ""),
  ReturnLabelCreated: (event) => ("returnId" in event ? event.returnId : ""),
  ReturnReceived: (event) => ("returnId" in event ? event.returnId : ""),
  ReturnInspected: (event) => ("returnId" in event ? event.returnId : ""),
  RefundSettled: (event) => (event.type === "RefundSettled" ? `${event.refund} ${event.payment}` : ""),
  OrderCancelled: () => "order",
  HoldLapsed: () => "order",
};

/** Invariant 8: every effect that the events call for is there; each is done or due, and has its outcome once. */
export function checkEffects(orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  for (const book of orders.values()) {
    const { id, events, effects } = book;
    const called = new Set(calledFor(events));
    const there = new Set<string>(effects.map((effect) => effect.id));
    for (const wanted of called) list.must(there.has(wanted), () => `${wanted} was called for and is not there`);
    for (const effect of effects) {
      list.must(called.has(effect.id), () => `${effect.id} is there and no event called for it`);
      checkOne(list, book, effect);
    }
    checkLanes(list, book);
    const happened = events.flatMap(({ event }) => {
      const subject = ONCE[event.type];
      return subject === undefined ? [] : [`${event.type} ${subject(event)}`];
    });
    list.must(
      new Set(happened).size === happened.length,
      () =>
        `${id}: something happened twice: ${happened.filter((what, index) => happened.indexOf(what) !== index).join(", ")}`,
    );
  }
  return list.finding("8", "every effect done or due, each outcome once");
}

function calledFor(events: readonly RecordedEvent[]): string[] {
  const ids: string[] = [];
  let order: Order | null = null;
  for (const recorded of events) {
    order = evolve(order, recorded);
    const seen = new Map<string, number>();
    for (const effect of react(order, recorded.event)) {
      const n = seen.get(effect.kind) ?? 0;
      seen.set(effect.kind, n + 1);
      ids.push(effectId(recorded.orderId, recorded.sequence, effect, n));
    }
  }
  return ids;
}

function checkOne(list: Checklist, book: OrderBook, effect: RawEffect): void {
  const { id, status, settledAt, dueAt, attempts } = effect;
  const isSettled = status === "done" || status === "failed";
  list.must(
    isSettled === (settledAt !== null),
    () => `${id} is ${status} and ${settledAt === null ? "has no" : "has an"} outcome`,
  );
  list.must(!isSettled || dueAt === null, () => `${id} is ${status} and still due`);
  list.must(
    (status !== "due" && status !== "leased") || dueAt !== null,
    () => `${id} is ${status} and will never be looked at again`,
  );
  list.must(book.inLedger !== null || isSettled, () => `${id} is ${status}, and its order has left the ledger`);
  const done = attempts.filter(({ outcome }) => outcome === "done").length;
  const retried = book.events.filter(({ event }) => event.type === "EffectRetried" && event.effectId === id).length;
  list.must(done <= 1 + retried, () => `${id} has ${done} outcomes`);
}

/** Lanes go one after the other: one effect of a lane is at work, and whoever waits, waits for it. */
function checkLanes(list: Checklist, { id, effects }: OrderBook): void {
  for (const [lane, ofLane] of Map.groupBy(effects.filter(isOpen), (effect) => effect.lane)) {
    if (lane === "watch") continue;
    const atWork = ofLane.filter(({ status }) => status !== "blocked");
    list.must(
      atWork.length === 1,
      () => `${id}: ${atWork.length} effects of the lane ${lane} are at work, ${ofLane.length - atWork.length} wait`,
    );
  }
}
