import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { RefundForm } from "../contracts/returns.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import type { Refund } from "../domain/order/refund.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { executeOnSeen } from "./execute-order.ts";
import { getOrder } from "./orders.ts";

/** Pays back an amount, or what was paid for units that have left; never more than was captured. */
export async function refundOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  { amount, lines, restock = false, reason }: RefundForm,
): Promise<ServiceResult<{ order: Order; refund: Refund }>> {
  const denied = lacking(ctx, "refunds:write");
  if (denied !== null) return denied;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  const { currency } = seen.value;
  if (amount !== undefined && amount.currency !== currency)
    return refuse("invalid_request", `The order is in ${currency}.`, {
      errors: [{ pointer: "/amount/currency", detail: `must be ${currency}, the order's` }],
    });
  const of = amount === undefined ? { lines: lines ?? [], restock } : { amount: amount.amount };
  const result = await executeOnSeen(ctx, seen.value, { type: "RefundOrder", reason, of });
  if (!result.ok) return result;
  const refund = result.value.refunds.at(-1);
  if (refund === undefined) throw new Error(`${orderId}: a refund was requested and is not there`);
  return { ok: true, value: { order: result.value, refund }, replayed: result.replayed };
}
