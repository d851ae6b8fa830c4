import { isAllOf, linesCancelled } from "./cancel-lines.ts";
import type { OrderEvent } from "./events.ts";
import type { Order } from "./order.ts";

/** How long units wait for stock where nothing else is configured. */
export const BACKORDER_LIMIT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** By when what waits for stock has left, or is cancelled: what is promised. Epoch milliseconds; null while nothing waits. */
export function backorderLimit({ backorderedSince, backorderLimitDays, ended }: Order): number | null {
  if (ended || backorderedSince === null) return null;
  return backorderedSince + (backorderLimitDays ?? BACKORDER_LIMIT_DAYS) * DAY_MS;
}

/** Cancels all units that still wait; with nothing else in the order, the order. */
export function limitReached(order: Order): OrderEvent[] {
  const waiting = order.lines
    .filter(({ backordered }) => backordered > 0)
    .map(({ number, backordered }) => ({ line: number, quantity: backordered }));
  if (waiting.length === 0) return [];
  return isAllOf(order, waiting)
    ? [{ type: "OrderCancelled", reason: "backorder_limit" }]
    : [linesCancelled(order, waiting, "backorder_limit")];
}
