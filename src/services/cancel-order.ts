import type { ServiceResult } from "../contracts/problem.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import type { OrderCommand } from "../domain/order/commands.ts";
import { isBoundToWarehouse, lacking } from "./authorize.ts";
import { refuse } from "../contracts/problem.ts";
import type { ServiceContext } from "./context.ts";
import { lineProblem } from "./draft-edit.ts";
import { doneBefore, executeOnSeen } from "./execute-order.ts";
import { getOrder } from "./orders.ts";

/**
 * Asks an order to be cancelled, or only these units of it, which nobody must have begun to pick; `expectedVersion` null
 * cancels whatever it has become.
 */
export async function cancelOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  { reason, lines }: { reason: string; lines?: { line: number; quantity: number }[] | undefined },
  expectedVersion: number | null,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:write");
  if (denied !== null) return denied;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  if (isBoundToWarehouse(ctx.principal)) return refuse("forbidden", "An order is not one warehouse's to cancel.");
  const done = await doneBefore(ctx, seen.value);
  if (done !== null) return done;
  const errors = (lines ?? []).flatMap(({ line }, index) => lineProblem(seen.value, lines ?? [], line, index));
  if (errors.length > 0)
    return refuse("invalid_request", "The lines named are not those of the order, or are named twice.", { errors });
  const command: OrderCommand = lines ? { type: "CancelLines", lines, reason } : { type: "CancelOrder", reason };
  return executeOnSeen(ctx, seen.value, command, expectedVersion ?? undefined);
}
