import type { LiveOrder } from "../../../src/contracts/live.ts";
import { newerRow, type OrderRow } from "../api/order-row.ts";

/** Beyond this many the oldest leave: the board shows the last hour, lists show the rest. */
export const MOST_ON_BOARD = 3_000;

const MINUTE_MS = 60_000;

/** What the live screen knows of recent orders. Never changed in place. */
export interface Board {
  orders: ReadonlyMap<string, OrderRow>;
  /** Newest first. */
  sorted: readonly OrderRow[];
}

export const EMPTY_BOARD: Board = { orders: new Map(), sorted: [] };

/** The board with these orders merged in: of two copies of one order the higher version stays. */
export function mergeOrders(board: Board, heard: readonly (LiveOrder | OrderRow)[]): Board {
  const orders = new Map(board.orders);
  let changed = false;
  for (const order of heard) {
    const known = orders.get(order.orderId);
    const newer = newerRow(known, order);
    if (newer === known) continue;
    orders.set(order.orderId, newer);
    changed = true;
  }
  if (!changed) return board;
  const sorted = [...orders.values()].sort((a, b) => b.placedAt - a.placedAt || (a.orderId < b.orderId ? 1 : -1));
  for (const gone of sorted.splice(MOST_ON_BOARD)) orders.delete(gone.orderId);
  return { orders, sorted };
}

/** Orders placed in each of the last `minutes` minutes, the running one last; `at` is the minute's start. */
export function perMinute(sorted: readonly OrderRow[], now: number, minutes: number): { at: number; count: number }[] {
  const first = Math.floor(now / MINUTE_MS) - minutes + 1;
  const counts = Array.from({ length: minutes }, (_, index) => ({ at: (first + index) * MINUTE_MS, count: 0 }));
  for (const order of sorted) {
    const index = Math.floor(order.placedAt / MINUTE_MS) - first;
    if (index < 0) break;
    const bucket = counts[index];
    if (bucket !== undefined) bucket.count += 1;
  }
  return counts;
}

/** Orders placed since `since`. */
export function placedSince(sorted: readonly OrderRow[], since: number): number {
  const end = sorted.findIndex((order) => order.placedAt < since);
  return end === -1 ? sorted.length : end;
}

/** How many of the orders placed since `since` each warehouse ships a part of. */
export function flowByWarehouse(sorted: readonly OrderRow[], since: number): ReadonlyMap<string, number> {
  const flow = new Map<string, number>();
  for (const order of sorted.slice(0, placedSince(sorted, since))) {
    for (const warehouse of order.warehouses) flow.set(warehouse, (flow.get(warehouse) ?? 0) + 1);
  }
  return flow;
}
