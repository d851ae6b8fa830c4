import { isDeepStrictEqual } from "node:util";
import { evolve } from "../../../src/domain/order/evolve.ts";
import type { Order } from "../../../src/domain/order/order.ts";
import type { OrderBook } from "../order-books.ts";
import { Checklist, type Finding } from "./finding.ts";

/** Invariant 7: an order's events have no gap, and folding them gives its row. */
export function checkEvents(orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  for (const { id, order, events, inLedger } of orders.values()) {
    list.must(
      events.length === order.version,
      () => `${id} stands at version ${order.version} and has ${events.length} events`,
    );
    list.must(
      inLedger === null || inLedger.version === order.version,
      () => `${id}: its row is version ${inLedger?.version}, the order in it ${order.version}`,
    );
    const gap = events.findIndex(({ sequence }, index) => sequence !== index + 1);
    list.must(gap === -1, () => `${id}: event ${gap + 1} has the sequence ${events[gap]?.sequence}`);
    const folded = gap === -1 ? fold(events) : null;
    list.must(
      folded !== null && sameOrder(folded, order),
      () => `${id}: its events do not fold into its row${folded === null ? "" : ` (${difference(folded, order)})`}`,
    );
  }
  return list.finding("7", "events without gap fold into the row");
}

function fold(events: OrderBook["events"]): Order | null {
  let order: Order | null = null;
  for (const recorded of events) order = evolve(order, recorded);
  return order;
}

/** What JSON does not keep apart is not a difference. */
export function sameOrder(one: Order, other: Order): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

/** The members in which two orders differ. */
export function difference(one: Order, other: Order): string {
  const left = new Map(Object.entries(one));
  const right = new Map(Object.entries(other));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((name) => JSON.stringify(left.get(name)) !== JSON.stringify(right.get(name)))
    .join(", ");
}
