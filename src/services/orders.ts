import { type EffectView, type ExecuteResult, readOrder } from "../contracts/ledger-rpc.ts";
import { refuse, type ServiceProblem, type ServiceResult } from "../contracts/problem.ts";
import { allOrderDatabases, databaseOf } from "../db/orders/databases.ts";
import {
  countOrderRows,
  findOrderRow,
  findSagaRow,
  listEventRows,
  listOrderRows,
  type OrderFilter,
  type OrderPosition,
  type OrderSummary,
} from "../db/orders/queries.ts";
import type { OrderId, WarehouseId } from "../domain/ids.ts";
import { formatMoney } from "../domain/money.ts";
import type { RecordedEvent } from "../domain/order/events.ts";
import type { Order } from "../domain/order/order.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import { RecentReads } from "../platform/recent-reads.ts";
import { paymentProblem } from "./payment-problem.ts";
import { returnProblem } from "./return-problem.ts";
import { audienceOf } from "./audience.ts";
import { isBoundToWarehouse, lacking, maySeeOrder, noSuchOrder } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { describeHistory } from "./describe-history.ts";
import { ledgerStub } from "./stubs.ts";

/** The order as it stands now: from its ledger while it lives, else from D1. Somebody else's order is not there. */
export async function getOrder(ctx: ServiceContext, orderId: OrderId): Promise<ServiceResult<Order>> {
  const forbidden = lacking(ctx, "orders:read");
  if (forbidden) return forbidden;
  const order = await findOrder(ctx, orderId);
  return order !== null && maySeeOrder(ctx.principal, order) ? { ok: true, value: order } : noSuchOrder(orderId);
}

/** The same for who may know what was paid for it: no warehouse. */
export async function orderWithMoney(ctx: ServiceContext, orderId: OrderId): Promise<ServiceResult<Order>> {
  if (audienceOf(ctx.principal) === "floor")
    return refuse("forbidden", `${ctx.principal.name} is not told what is paid for an order.`);
  return getOrder(ctx, orderId);
}

/** The same for whoever: the caller of this says who may see what of it. */
export async function findOrder({ env }: Pick<ServiceContext, "env">, orderId: OrderId): Promise<Order | null> {
  const found =
    (await ledgerStub(env, orderId).get(orderId)) ?? (await findOrderRow(databaseOf(env, orderId), orderId));
  return found && readOrder(found);
}

/** Everything that happened to the order, oldest first. */
export async function orderHistory(ctx: ServiceContext, orderId: OrderId): Promise<ServiceResult<RecordedEvent[]>> {
  const order = await getOrder(ctx, orderId);
  if (!order.ok) return order;
  const events =
    (await ledgerStub(ctx.env, orderId).history(orderId)) ??
    (await listEventRows(databaseOf(ctx.env, orderId), orderId));
  return { ok: true, value: events };
}

/** What the order has set in motion outside, oldest first; for who may know what was paid for it. */
export async function orderSaga(ctx: ServiceContext, orderId: OrderId): Promise<ServiceResult<EffectView[]>> {
  const order = await orderWithMoney(ctx, orderId);
  if (!order.ok) return order;
  const effects =
    (await ledgerStub(ctx.env, orderId).saga(orderId)) ?? (await findSagaRow(databaseOf(ctx.env, orderId), orderId));
  return { ok: true, value: effects ?? [] };
}

/** The refusal of a command on this order, as the answer to the caller. */
export function refusedCommand(
  { id, currency }: Pick<Order, "id" | "currency">,
  refusal: CommandRefusal,
): { ok: false; problem: ServiceProblem } {
  return { ok: false, problem: refusalProblem(id, currency, refusal) };
}

/** The refusal for who would change an order that has changed since they read it, with what has changed it. */
export async function staleVersion(
  ctx: ServiceContext,
  orderId: OrderId,
  expected: number,
  current: number,
): Promise<{ ok: false; problem: ServiceProblem }> {
  const history = await orderHistory(ctx, orderId);
  const events = history.ok ? describeHistory(history.value, ctx.principal) : [];
  const changes = events.filter(({ sequence }) => sequence > expected);
  return refuse(
    "version_stale",
    `The order has changed since: it is at version ${current} now. Read it again before you change it.`,
    { extra: { currentVersion: current, changes } },
  );
}

export interface OrderPage {
  rows: OrderSummary[];
  /** Where the next page begins; null on the last. */
  next: OrderPosition | null;
}

/** A page of orders, newest first, over all databases. A caller who sees only some orders gets only those. */
export async function listOrders(
  ctx: ServiceContext,
  filter: OrderFilter,
  page: { after: OrderPosition | null; limit: number },
): Promise<ServiceResult<OrderPage>> {
  const forbidden = lacking(ctx, "orders:read") ?? refuseFilter(ctx, filter);
  if (forbidden) return forbidden;
  const visible = narrowed(ctx, filter);
  if (visible === null) return { ok: true, value: { rows: [], next: null } };
  return fromAll(
    ctx,
    (database) => listOrderRows(database, visible, page.after, page.limit + 1),
    (lists) => {
      const merged = lists.flat().sort((a, b) => b.placedAt - a.placedAt || (a.orderId < b.orderId ? 1 : -1));
      const rows = merged.slice(0, page.limit);
      const last = rows.at(-1);
      return { rows, next: merged.length > page.limit && last ? { createdAt: last.placedAt, id: last.orderId } : null };
    },
  );
}

/** Counting reads every row that it counts, so a count may be this old. */
const COUNT_AGE_MS = 30_000;
const MOST_COUNTS = 500;
/** One per environment object, so one per isolate. */
const counts = new WeakMap<Env, RecentReads<number>>();

/**
 * How many orders the filter lets through, of those that the caller may see, and how many milliseconds ago that was:
 * at most 30 seconds.
 */
export async function countOrders(
  ctx: ServiceContext,
  filter: OrderFilter,
): Promise<ServiceResult<{ count: number; ageMs: number }>> {
  const forbidden = lacking(ctx, "orders:read") ?? refuseFilter(ctx, filter);
  if (forbidden) return forbidden;
  const visible = narrowed(ctx, filter);
  if (visible === null) return { ok: true, value: { count: 0, ageMs: 0 } };
  const recent = counts.get(ctx.env) ?? new RecentReads<number>(COUNT_AGE_MS, MOST_COUNTS);
  counts.set(ctx.env, recent);
  // What the caller is bound to is part of the filter by now: two who share a count may see the same orders.
  const key = JSON.stringify(visible);
  const known = recent.find(key, ctx.now);
  if (known !== null) return { ok: true, value: { count: known.value, ageMs: known.ageMs } };
  const counted = await fromAll(
    ctx,
    (database) => countOrderRows(database, visible),
    (parts) => parts.reduce((sum, count) => sum + count, 0),
  );
  if (!counted.ok) return counted;
  recent.keep(key, counted.value, ctx.now);
  return { ok: true, value: { count: counted.value, ageMs: 0 } };
}

/** What a reader is not told they can't find out by asking for it: the refusal for such a filter. */
function refuseFilter({ principal }: ServiceContext, { minAmount, maxAmount, customerId }: OrderFilter) {
  if (audienceOf(principal) !== "floor") return null;
  if (minAmount === undefined && maxAmount === undefined && customerId === undefined) return null;
  return refuse("forbidden", `${principal.name} can't look for orders by amount or customer.`);
}

/** The filter with what the caller is bound to; null when the two can't both hold. */
function narrowed({ principal }: ServiceContext, filter: OrderFilter): OrderFilter | null {
  if (principal.role === "customer") {
    if (principal.customerId === null) return { ...filter, placedBy: principal.id };
    return filter.customerId === undefined || filter.customerId === principal.customerId
      ? { ...filter, customerId: principal.customerId }
      : null;
  }
  if (isBoundToWarehouse(principal)) {
    const own = principal.warehouseId as WarehouseId | null;
    return own !== null && (filter.warehouseId === undefined || filter.warehouseId === own)
      ? { ...filter, warehouseId: own, ...(audienceOf(principal) === "floor" && { hidesEmail: true }) }
      : null;
  }
  if (principal.role === "bridge") return { ...filter, hidesEmail: true };
  if (principal.role === "storefront")
    return filter.channel === undefined || filter.channel.includes(principal.channel)
      ? { ...filter, channel: [principal.channel] }
      : null;
  return filter;
}

/** Reads all databases side by side; one that is away makes the list unavailable, never shorter. */
export async function fromAll<Part, Whole>(
  ctx: ServiceContext,
  read: (database: D1Database) => Promise<Part>,
  merge: (parts: Part[]) => Whole,
): Promise<ServiceResult<Whole>> {
  try {
    return { ok: true, value: merge(await Promise.all(allOrderDatabases(ctx.env).map(read))) };
  } catch (error) {
    logError("list_unavailable", error, { requestId: ctx.requestId });
    return refuse(
      "lists_unavailable",
      "Lists are not available at the moment; orders are taken and each can be read by its id.",
    );
  }
}

export type CommandRefusal = Extract<ExecuteResult, { ok: false }>["refusal"];

/** What a refusal of the ledger is to the caller: which rule, and what would be right. */
function refusalProblem(orderId: OrderId, currency: string, refusal: CommandRefusal): ServiceProblem {
  switch (refusal.reason) {
    case "order_unknown":
      return noSuchOrder(orderId).problem;
    case "deed_mismatch":
      return {
        code: "idempotency_mismatch",
        detail: "This Idempotency-Key was used with another request: send the first one again, or use a new key.",
      };
    case "version_stale":
      return {
        code: "version_stale",
        detail: `The order has changed since: it is at version ${refusal.version} now. Read it again before you change it.`,
        extra: { currentVersion: refusal.version },
      };
    case "picking_started":
      return {
        code: "picking_started",
        detail:
          "A shipment is being picked already: only units that are not can still be cancelled, and the contact changed.",
        extra: { shipments: refusal.shipments },
      };
    case "already_ended":
      return { code: "order_state", detail: `The order has ended as ${refusal.state}.` };
    case "already_shipped":
      return { code: "order_state", detail: "The order has been shipped: ask for a return instead." };
    case "cancel_pending":
      return { code: "order_state", detail: "A cancel is under way: the warehouses have been asked to stop." };
    case "payment_not_failed":
      return { code: "order_state", detail: "Another means of payment is taken only after one has failed." };
    case "hold_ended":
      return { code: "order_state", detail: "The stock is not held for this order any more: place it again." };
    case "payment_not_captured":
      return { code: "payment_not_captured", detail: "Nothing ships before its payment is captured." };
    case "shipment_unknown":
      return { code: "not_found", detail: "The order has no such shipment." };
    case "shipment_state":
      return { code: "shipment_state", detail: `That is ${refusal.state}, and must be ${refusal.needs.join(" or ")}.` };
    case "label_missing":
      return {
        code: "label_missing",
        detail: "The parcel has no label yet: wait for it, or give the tracking number.",
      };
    case "line_unknown":
      return {
        code: "invalid_request",
        detail: `The shipment has no line ${refusal.line}.`,
        errors: [{ pointer: "/items", detail: "must name lines of this shipment" }],
      };
    case "quantity_exceeds_shipment":
      return {
        code: "invalid_request",
        detail: `Line ${refusal.line} has ${refusal.quantity} units in this shipment.`,
        errors: [{ pointer: "/items", detail: "must not name more units than the shipment has" }],
      };
    case "nothing_left_to_pack":
      return {
        code: "shipment_state",
        detail: "Every unit of the shipment was reported short: there is nothing to pack.",
      };
    case "effect_unknown":
    case "effect_not_failed":
      return { code: "order_state", detail: "That effect has not failed, so there is nothing to try again." };
    case "refund_made":
      return {
        code: "order_state",
        detail: "Part of the order has been paid back: what it contains can't change any more.",
      };
    case "sold_elsewhere":
      return {
        code: "order_state",
        detail: "A marketplace has sold this order at its price: what would cost more needs an order of its own.",
      };
    case "edit_pending":
      return {
        code: "order_state",
        detail:
          "The change before this one still waits for its payment or for a warehouse: wait for it, then try again.",
      };
    case "quantity_exceeds_open":
      return {
        code: "order_state",
        detail: `Of line ${refusal.line}, ${refusal.quantity} units can still be taken out: the rest is being picked.`,
        errors: [{ pointer: "/lines", detail: `must name at most ${refusal.quantity} units of line ${refusal.line}` }],
      };
    case "reservation_reused":
      return {
        code: "reservation_state",
        detail: `The reservation of line ${refusal.line} stands for another line already: each line needs its own.`,
      };
    case "stock_mismatch":
      return {
        code: "internal",
        detail: `What is held and what waits for line ${refusal.line} is not what it needs: nothing was changed.`,
      };
    case "total_too_small":
      return {
        code: "total_too_small",
        detail: `The total must be more than ${formatMoney({ amount: refusal.minimum, currency })}.`,
      };
    case "not_delivered":
    case "return_unknown":
    case "return_state":
    case "not_returnable":
    case "return_window_ended":
    case "inspection_incomplete":
    case "not_refundable":
    case "refund_too_large":
      return returnProblem(currency, refusal);
    case "payment_unknown":
    case "payment_state":
    case "capture_asked":
    case "stock_not_allocated":
    case "nothing_to_capture":
    case "payment_needed":
      return paymentProblem(currency, refusal);
    case "order_exists":
    case "no_lines":
      return { code: "order_state", detail: "The order can't be placed like that." };
  }
}
