import type { ServiceResult } from "../contracts/problem.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import { isBoundToWarehouse, lacking } from "./authorize.ts";
import { refuse } from "../contracts/problem.ts";
import type { ServiceContext } from "./context.ts";
import { executeOrder, getOrder } from "./orders.ts";

/** Asks an order to be cancelled; `expectedVersion` null cancels whatever it has become. */
export async function cancelOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  reason: string,
  expectedVersion: number | null,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:write");
  if (denied !== null) return denied;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  if (isBoundToWarehouse(ctx.principal)) return refuse("forbidden", "An order is not one warehouse's to cancel.");
  return executeOrder(ctx, orderId, { type: "CancelOrder", reason }, expectedVersion ?? undefined);
}
