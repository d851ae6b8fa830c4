import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useMemo, useState } from "react";
import type { LiveItem, LiveOrder, LivePerson, LiveStock } from "../../../src/contracts/live.ts";
import type { ListAnswer } from "../../../src/contracts/lists.ts";
import type { StockRowAnswer } from "../../../src/contracts/inventory.ts";
import { newerRow, type OrderRow } from "../api/order-row.ts";
import { type Board, EMPTY_BOARD, mergeOrders } from "./board.ts";
import { coalesce } from "./coalesce.ts";
import type { LiveState } from "./connection.ts";
import { useLiveTopic } from "./use-live-topic.ts";

interface Live {
  state: LiveState;
  people: LivePerson[];
  board: Board;
  addToBoard: (rows: readonly OrderRow[]) => void;
  subscribe: (listener: (items: LiveItem[]) => void) => () => void;
}

const LiveContext = createContext<Live | null>(null);

/** How often lists are read again while nothing comes live. */
const POLL_MS = 15_000;

/** Keeps everything on screen current from the topic `ops`. One per signed-in page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [board, setBoard] = useState(EMPTY_BOARD);
  const [listeners] = useState(() => new Set<(items: LiveItem[]) => void>());
  const [refresh] = useState(() => ({
    deviations: coalesce(() => void queries.invalidateQueries({ queryKey: ["deviations"] }), 500),
    stock: coalesce(() => void queries.invalidateQueries({ queryKey: ["stock"] }), 3_000),
  }));

  const { state, people } = useLiveTopic("ops", {
    open: () => void queries.invalidateQueries(),
    items: (items) => {
      const orders = items.flatMap((item) => (item.type === "order" ? [item.order] : []));
      const stock = items.flatMap((item) => (item.type === "stock" ? [item.stock] : []));
      if (orders.length > 0) {
        setBoard((before) => mergeOrders(before, orders));
        patchOrders(queries, orders);
      }
      if (stock.length > 0 && patchStock(queries, stock)) refresh.stock.call();
      if (items.some((item) => item.type === "deviation")) refresh.deviations.call();
      for (const listener of listeners) listener(items);
    },
  });

  const isLive = state.kind === "live";
  useEffect(() => {
    if (isLive) return;
    const timer = setInterval(() => void queries.invalidateQueries(), POLL_MS);
    return () => clearInterval(timer);
  }, [isLive, queries]);

  const live = useMemo<Live>(
    () => ({
      state,
      people,
      board,
      addToBoard: (rows) => setBoard((before) => mergeOrders(before, rows)),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    [state, people, board, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = use(LiveContext);
  if (live === null) throw new Error("outside of LiveProvider");
  return live;
}

/** Calls with what comes live on the topic `ops` while mounted. */
export function useLiveItems(listener: (items: LiveItem[]) => void): void {
  const { subscribe } = useLive();
  const hear = useEffectEvent(listener);
  useEffect(() => subscribe((items) => hear(items)), [subscribe]);
}

type OrderPages = InfiniteData<{ rows: OrderRow[]; nextCursor: string | null }>;

// A row stays where it is, also when its new state no longer fits the filter: a list that rearranges itself under
// the reader is worse than one that is a moment behind. The next read puts it right.
function patchOrders(queries: QueryClient, orders: readonly LiveOrder[]): void {
  const heard = new Map(orders.map((order) => [order.orderId, order]));
  queries.setQueriesData<OrderPages>({ queryKey: ["orders", "list"] }, (data) => {
    if (data === undefined) return data;
    let changed = false;
    const pages = data.pages.map((page) => {
      const rows = page.rows.map((row) => {
        const order = heard.get(row.orderId);
        const newer = order === undefined ? row : newerRow(row, order);
        changed ||= newer !== row;
        return newer;
      });
      return changed ? { ...page, rows } : page;
    });
    return changed ? { ...data, pages } : data;
  });
}

/** Puts newer figures into the rows on screen; true when a level may have become low, or be low no more. */
function patchStock(queries: QueryClient, levels: readonly LiveStock[]): boolean {
  const heard = new Map(levels.map((level) => [`${level.sku}~${level.warehouseId}`, level]));
  queries.setQueriesData<InfiniteData<ListAnswer<StockRowAnswer>>>({ queryKey: ["stock"] }, (data) => {
    if (data === undefined) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      data: page.data.map((row) => {
        const level = heard.get(`${row.sku}~${row.warehouseId}`);
        if (level === undefined || level.sequence <= row.sequence) return row;
        const { available, onHand, reorderPoint, sequence } = level;
        return { ...row, available, onHand, reorderPoint, sequence, asOf: new Date(level.asOf).toISOString() };
      }),
    }));
    return { ...data, pages };
  });
  return levels.some((level) => level.available <= level.reorderPoint + 1);
}
