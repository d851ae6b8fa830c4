import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { warehouseList } from "../../../src/contracts/catalog.ts";
import { deviationAnswer, deviationList } from "../../../src/contracts/deviations.ts";
import { stockRow } from "../../../src/contracts/inventory.ts";
import { listOf } from "../../../src/contracts/lists.ts";
import { notificationList } from "../../../src/contracts/notifications.ts";
import { healthAnswer, ticketAnswer } from "../../../src/contracts/operations.ts";
import { historyList, orderCount, orderList, orderReading, sagaList } from "../../../src/contracts/orders.ts";
import { orderPayments, returnAnswer } from "../../../src/contracts/returns.ts";
import { call, callText } from "./client.ts";
import { parseMetrics } from "./metrics.ts";
import { rowOfSummary } from "./order-row.ts";

/** What lists of orders are narrowed by, as the URL and the API name it. */
export interface OrderFilter {
  status?: string | undefined;
  payment?: string | undefined;
  fulfillment?: string | undefined;
  channel?: string | undefined;
  warehouse?: string | undefined;
  q?: string | undefined;
  /** RFC 3339. */
  from?: string | undefined;
  to?: string | undefined;
}

const PAGE = 50;

export function ordersQuery(filter: OrderFilter) {
  return infiniteQueryOptions({
    queryKey: ["orders", "list", filter],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const page = await call("/orders", {
        query: { ...filter, limit: PAGE, cursor: pageParam },
        answer: orderList,
        signal,
      });
      return { rows: page.data.map(rowOfSummary), nextCursor: page.nextCursor };
    },
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The newest orders, for the board: as many pages as it takes to cover the hour, within reason. */
export function recentOrdersQuery(since: () => number) {
  return queryOptions({
    queryKey: ["orders", "recent"],
    queryFn: async ({ signal }) => {
      const rows = [];
      let cursor: string | null = "";
      for (let page = 0; page < 5 && cursor !== null; page += 1) {
        const answer: Awaited<ReturnType<typeof ordersPage>> = await ordersPage(cursor, signal);
        rows.push(...answer.data.map(rowOfSummary));
        cursor = answer.nextCursor;
        if ((rows.at(-1)?.placedAt ?? 0) < since()) break;
      }
      return { rows, complete: cursor === null };
    },
  });
}

function ordersPage(cursor: string, signal: AbortSignal) {
  return call("/orders", { query: { limit: 100, cursor }, answer: orderList, signal });
}

export function orderCountQuery(filter: OrderFilter) {
  return queryOptions({
    queryKey: ["orders", "count", filter],
    queryFn: async ({ signal }) => {
      const answer = await call("/orders/count", { query: { ...filter }, answer: orderCount, signal });
      return answer.count;
    },
  });
}

export function orderQuery(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId],
    queryFn: ({ signal }) => call(`/orders/${encodeURIComponent(orderId)}`, { answer: orderReading, signal }),
  });
}

export function historyQuery(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId, "history"],
    queryFn: async ({ signal }) => {
      const answer = await call(`/orders/${encodeURIComponent(orderId)}/history`, { answer: historyList, signal });
      return answer.data;
    },
  });
}

export function sagaQuery(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId, "saga"],
    queryFn: async ({ signal }) => {
      const answer = await call(`/orders/${encodeURIComponent(orderId)}/saga`, { answer: sagaList, signal });
      return answer.data;
    },
  });
}

/** The order's money: what came in, what went back, and what may still go back. */
export function orderPaymentsQuery(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId, "payments"],
    queryFn: ({ signal }) => call(`/orders/${encodeURIComponent(orderId)}/payments`, { answer: orderPayments, signal }),
  });
}

/** What the order's customer was written to, the newest first. */
export function messagesQuery(orderId: string) {
  return queryOptions({
    queryKey: ["order", orderId, "messages"],
    queryFn: async ({ signal }) => {
      const answer = await call("/notifications", {
        query: { order: orderId, limit: 100 },
        answer: notificationList,
        signal,
      });
      return answer.data;
    },
  });
}

export function returnQuery(orderId: string, returnId: string) {
  return queryOptions({
    queryKey: ["order", orderId, "return", returnId],
    queryFn: ({ signal }) => call(`/returns/${encodeURIComponent(returnId)}`, { answer: returnAnswer, signal }),
  });
}

export interface DeviationFilter {
  status?: string | undefined;
  kind?: string | undefined;
  order?: string | undefined;
}

export function deviationsQuery(filter: DeviationFilter) {
  return infiniteQueryOptions({
    queryKey: ["deviations", filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("/deviations", { query: { ...filter, limit: PAGE, cursor: pageParam }, answer: deviationList, signal }),
    getNextPageParam: (page) => page.nextCursor,
  });
}

export interface StockFilter {
  low?: boolean | undefined;
  out?: boolean | undefined;
  drift?: boolean | undefined;
  warehouse?: string | undefined;
  category?: string | undefined;
  sku?: string | undefined;
}

export function stockQuery(filter: StockFilter) {
  return infiniteQueryOptions({
    queryKey: ["stock", filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("/inventory", { query: { ...filter, limit: PAGE, cursor: pageParam }, answer: listOf(stockRow), signal }),
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function warehousesQuery() {
  return queryOptions({
    queryKey: ["warehouses"],
    staleTime: 10 * 60_000,
    queryFn: async ({ signal }) => {
      const answer = await call("/warehouses", { query: { limit: 100 }, answer: warehouseList, signal });
      return answer.data;
    },
  });
}

export function metricsQuery() {
  return queryOptions({
    queryKey: ["metrics"],
    refetchInterval: 5_000,
    queryFn: async ({ signal }) => parseMetrics(await callText("/metrics", { signal })),
  });
}

export function healthQuery() {
  return queryOptions({
    queryKey: ["health"],
    staleTime: Infinity,
    queryFn: ({ signal }) => call("/health", { answer: healthAnswer, signal }),
  });
}

/** A ticket for one WebSocket: good once, for a minute. */
export function liveTicket(topic: string) {
  return call("/live/tickets", { method: "POST", body: { topic }, answer: ticketAnswer });
}

export function actOnDeviation(input: { id: string; action: "retry" | "resolve" | "assign"; resolution?: string }) {
  return call(`/deviations/${encodeURIComponent(input.id)}/${input.action}`, {
    method: "POST",
    idempotencyKey: crypto.randomUUID(),
    ...(input.resolution !== undefined && { body: { resolution: input.resolution } }),
    answer: deviationAnswer,
  });
}
