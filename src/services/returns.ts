import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { InspectionPreview, ReturnForm } from "../contracts/returns.ts";
import { listReturnRows, type ReturnFilter, type ReturnPosition, type ReturnRow } from "../db/orders/returns.ts";
import { orderOfReturn, type ReturnId, type WarehouseId } from "../domain/ids.ts";
import { decide } from "../domain/order/decide.ts";
import { creditAmount } from "../domain/order/exchange.ts";
import type { Order } from "../domain/order/order.ts";
import { refundAmount, type RequestedRefund } from "../domain/order/refund.ts";
import { findReturn, type InspectedUnits, type Return, type ReturnCommand } from "../domain/order/return.ts";
import { isBoundToWarehouse, lacking, lackingWarehouse, maySeeOrder } from "./authorize.ts";
import { catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { checkExchange } from "./check-exchange.ts";
import { doneBefore, executeOnSeen } from "./execute-order.ts";
import { findOrder, fromAll, getOrder, refusedCommand } from "./orders.ts";

export interface FoundReturn {
  order: Order;
  returned: Return;
}

/**
 * Asks for units of the caller's order to be taken back, for their money or for other goods; staff may ask for any
 * order's, also past the window. Goods that can't be had in exchange are refused before anything is written.
 */
export async function requestReturn(ctx: ServiceContext, form: ReturnForm): Promise<ServiceResult<FoundReturn>> {
  const denied = lacking(ctx, "orders:write");
  if (denied !== null) return denied;
  const { role } = ctx.principal;
  const by = role === "customer" || role === "storefront" ? "customer" : "staff";
  const { orderId, lines, reason, condition } = form;
  const command = { type: "RequestReturn", lines, reason, condition, by } as const;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  const done = (await doneBefore(ctx, seen.value)) ?? (await ask(ctx, seen.value, command, form));
  if (!done.ok) return done;
  const returned = done.value.returns.at(-1);
  if (returned === undefined) throw new Error(`${orderId}: a return was requested and is not there`);
  return { ok: true, value: { order: done.value, returned }, replayed: done.replayed };
}

async function ask(
  ctx: ServiceContext,
  order: Order,
  command: Extract<ReturnCommand, { type: "RequestReturn" }>,
  form: ReturnForm,
): Promise<ServiceResult<Order>> {
  const exchange = form.exchange && (await checkExchange(ctx, order, command, form.exchange));
  if (exchange?.ok === false) return exchange;
  return executeOnSeen(ctx, order, { ...command, ...(exchange && { exchange: exchange.value }) });
}

/** Lets a return that waits for a person come back; its label follows. */
export function approveReturn(ctx: ServiceContext, id: string): Promise<ServiceResult<FoundReturn>> {
  return judge(ctx, id, (returnId) => ({ type: "ApproveReturn", returnId }));
}

/** Turns a return down; the customer is told the reason. */
export function rejectReturn(ctx: ServiceContext, id: string, reason: string): Promise<ServiceResult<FoundReturn>> {
  return judge(ctx, id, (returnId) => ({ type: "RejectReturn", returnId, reason }));
}

async function judge(
  ctx: ServiceContext,
  id: string,
  commandOf: (id: ReturnId) => ReturnCommand,
): Promise<ServiceResult<FoundReturn>> {
  const denied = lacking(ctx, "returns:write");
  if (denied !== null) return denied;
  const found = await readReturn(ctx, id);
  return found.ok ? execute(ctx, found.value, commandOf(found.value.returned.id)) : found;
}

/** The parcel is at this warehouse, which may be another than the label says. */
export async function receiveReturn(
  ctx: ServiceContext,
  id: string,
  warehouseId: WarehouseId,
): Promise<ServiceResult<FoundReturn>> {
  const denied = lacking(ctx, "orders:fulfill") ?? lackingWarehouse(ctx, warehouseId);
  if (denied !== null) return denied;
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  if (!catalog.warehouses.has(warehouseId))
    return refuse("unknown_warehouse", `There is no warehouse ${warehouseId}.`, {
      errors: [{ pointer: "/warehouseId", detail: "must be a warehouse's id" }],
    });
  const found = await readReturn(ctx, id);
  if (!found.ok) return found;
  return execute(ctx, found.value, { type: "ReceiveReturn", returnId: found.value.returned.id, warehouseId });
}

/** Says what each unit was found to be. What was paid for those in the parcel goes back to the customer. */
export async function inspectReturn(
  ctx: ServiceContext,
  id: string,
  units: InspectedUnits[],
): Promise<ServiceResult<FoundReturn>> {
  const denied = lacking(ctx, "orders:fulfill");
  if (denied !== null) return denied;
  const found = await readReturn(ctx, id);
  if (!found.ok) return found;
  const { id: returnId, receivedAt } = found.value.returned;
  const elsewhere = receivedAt === null ? null : lackingWarehouse(ctx, receivedAt);
  return elsewhere ?? execute(ctx, found.value, { type: "InspectReturn", returnId, units });
}

/**
 * What the customer would get for units found to be these, were they inspected now: decided by the same rules, and
 * nothing is changed. For staff who see money; refused for what an inspection would be refused for.
 */
export async function previewInspection(
  ctx: ServiceContext,
  id: string,
  units: InspectedUnits[],
): Promise<ServiceResult<InspectionPreview>> {
  const denied = lacking(ctx, "returns:write");
  if (denied !== null) return denied;
  const found = await readReturn(ctx, id);
  if (!found.ok) return found;
  const { order, returned } = found.value;
  const decision = decide(order, { type: "InspectReturn", returnId: returned.id, units }, ctx.now);
  if (!decision.ok) return refusedCommand(order, decision.refusal);
  const refunds = decision.events.flatMap((event) => (event.type === "RefundRequested" ? [event.refund] : []));
  const money = (of: (refund: RequestedRefund) => number) => ({
    amount: refunds.reduce((sum, refund) => sum + of(refund), 0),
    currency: order.currency,
  });
  return { ok: true, value: { refund: money(refundAmount), credit: money(creditAmount) } };
}

async function execute(
  ctx: ServiceContext,
  { order, returned }: FoundReturn,
  command: ReturnCommand,
): Promise<ServiceResult<FoundReturn>> {
  const result = await executeOnSeen(ctx, order, command);
  if (!result.ok) return result;
  return {
    ok: true,
    value: { order: result.value, returned: findReturn(result.value, returned.id) ?? returned },
    replayed: result.replayed,
  };
}

/**
 * The return and its order, for whoever may see the order; and for the floor of any warehouse, once the parcel may be
 * in their hands. The caller shows the return, and not the order.
 */
export async function readReturn(ctx: ServiceContext, id: string): Promise<ServiceResult<FoundReturn>> {
  const denied = lacking(ctx, "orders:read");
  if (denied !== null) return denied;
  const missing = refuse("not_found", `There is no return ${id}.`);
  const orderId = orderOfReturn(id);
  const order = orderId && (await findOrder(ctx, orderId));
  const returned = order && findReturn(order, id);
  if (!order || !returned) return missing;
  return maySeeOrder(ctx.principal, order) || mayArriveAt(ctx, returned)
    ? { ok: true, value: { order, returned } }
    : missing;
}

function mayArriveAt({ principal }: ServiceContext, { state, receivedAt }: Return): boolean {
  return isBoundToWarehouse(principal) && (state === "APPROVED" || receivedAt === principal.warehouseId);
}

export interface ReturnPage {
  rows: ReturnRow[];
  /** Where the next page begins; null on the last. */
  next: ReturnPosition | null;
}

/** A page of returns, newest first, over all databases. A caller who sees only some orders gets only those. */
export async function listReturns(
  ctx: ServiceContext,
  filter: Pick<ReturnFilter, "orderId" | "status">,
  page: { after: ReturnPosition | null; limit: number },
): Promise<ServiceResult<ReturnPage>> {
  const denied = lacking(ctx, "orders:read");
  if (denied !== null) return denied;
  const visible = { ...filter, ...boundOf(ctx) };
  return fromAll(
    ctx,
    (database) => listReturnRows(database, visible, page.after, page.limit + 1),
    (lists) => {
      const merged = lists.flat().sort((a, b) => b.requestedAt - a.requestedAt || (a.id < b.id ? 1 : -1));
      const rows = merged.slice(0, page.limit);
      const last = rows.at(-1);
      return { rows, next: merged.length > page.limit && last ? { requestedAt: last.requestedAt, id: last.id } : null };
    },
  );
}

/** What the caller is bound to; a warehouse role without a warehouse is bound to one that is none. */
function boundOf({ principal }: ServiceContext): ReturnFilter {
  if (principal.role === "customer")
    return principal.customerId === null ? { placedBy: principal.id } : { customerId: principal.customerId };
  if (isBoundToWarehouse(principal)) return { warehouseId: principal.warehouseId ?? "" };
  return principal.role === "storefront" ? { channel: principal.channel } : {};
}
