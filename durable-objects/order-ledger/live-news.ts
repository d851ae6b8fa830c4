import { liveOrder } from "../../src/contracts/live-order.ts";
import { LIVE_QUIET_MS, type LiveFeedRpc, type LiveItem } from "../../src/contracts/live.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import type { Order } from "../../src/domain/order/order.ts";

/** How long an order's own feed is served after somebody opened its page. */
const WATCH_MS = 3_600_000;
/** One message to a feed. */
const ITEMS_AT_ONCE = 200;
/** Orders whose page is open; beyond it the page that was opened first is no longer served, and reads again by itself. */
const MOST_WATCHED = 10_000;

/**
 * Tells the live feeds what has changed. Nobody awaits it and nothing is kept: a screen that missed news reads its
 * lists again. A feed without listeners is left alone for a while.
 */
export class LiveNews {
  readonly #feed: (topic: string) => LiveFeedRpc;
  readonly #watched = new Map<OrderId, number>();
  #quietUntil = 0;

  constructor(feed: (topic: string) => LiveFeedRpc) {
    this.#feed = feed;
  }

  watch(id: OrderId, now: number): void {
    this.#watched.delete(id);
    this.#watched.set(id, now + WATCH_MS);
    for (const oldest of this.#watched.keys()) {
      if (this.#watched.size <= MOST_WATCHED) break;
      this.#watched.delete(oldest);
    }
  }

  /** Whether anybody may be listening, so that the orders need not even be read when not. */
  wanted(now: number): boolean {
    return now >= this.#quietUntil || this.#watched.size > 0;
  }

  async publish(orders: readonly Order[], now: number): Promise<void> {
    const sends: Promise<void>[] = [];
    if (now >= this.#quietUntil) {
      const items = orders.slice(-ITEMS_AT_ONCE).map(item);
      sends.push(
        this.#feed("ops")
          .publish(items)
          .then(({ listeners }) => {
            if (listeners === 0) this.#quietUntil = now + LIVE_QUIET_MS;
          }),
      );
    }
    for (const order of orders) {
      const until = this.#watched.get(order.id);
      if (until === undefined) continue;
      if (until < now) this.#watched.delete(order.id);
      else
        sends.push(
          this.#feed(`order:${order.id}`)
            .publish([item(order)])
            .then(() => undefined),
        );
    }
    await Promise.all(sends);
  }
}

function item(order: Order): LiveItem {
  return { type: "order", order: liveOrder(order) };
}
