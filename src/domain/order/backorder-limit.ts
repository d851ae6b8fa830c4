import { isAllOf, linesCancelled } from "./cancel-lines.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, OrderLine } from "./order.ts";

/** How long units wait for stock where nothing else is configured. */
export const BACKORDER_LIMIT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/**
 * By when the first of what waits for stock has left, or is cancelled: what is promised. Epoch milliseconds; null while
 * nothing waits.
 */
export function backorderLimit(order: Order): number | null {
  if (order.ended) return null;
  const limits = waitingLines(order).map((line) => limitOf(order, line));
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Counted from when its units began to wait; of what was not to be had before a certain day, from that day. */
function limitOf({ backorderedSince, backorderLimitDays, placedAt }: Order, line: OrderLine): number {
  const since = Math.max(line.waitingSince ?? backorderedSince ?? placedAt, line.promise?.countsFrom ?? 0);
  return since + (backorderLimitDays ?? BACKORDER_LIMIT_DAYS) * DAY_MS;
}

function waitingLines({ lines }: Order): OrderLine[] {
  return lines.filter(({ backordered }) => backordered > 0);
}

/** Cancels all units that have waited to their limit at `now`; with nothing else in the order, the order. */
export function limitReached(order: Order, now: number): OrderEvent[] {
  const waiting = waitingLines(order)
    .filter((line) => now >= limitOf(order, line))
    .map(({ number, backordered }) => ({ line: number, quantity: backordered }));
  if (waiting.length === 0) return [];
  return isAllOf(order, waiting)
    ? [{ type: "OrderCancelled", reason: "backorder_limit" }]
    : [linesCancelled(order, waiting, "backorder_limit")];
}
