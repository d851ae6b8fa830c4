import type { PaymentMethodForm } from "../contracts/place-order.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import { isBoundToWarehouse, lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { doneBefore, executeOnSeen } from "./execute-order.ts";
import { getOrder } from "./orders.ts";
import { meansOfPayment } from "./payment-methods.ts";

/**
 * Gives an order another means of payment where one has failed and its stock is still held; what is due is asked of
 * it at once.
 */
export async function providePayment(
  ctx: ServiceContext,
  orderId: OrderId,
  form: PaymentMethodForm,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:write");
  if (denied !== null) return denied;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  if (isBoundToWarehouse(ctx.principal)) return refuse("forbidden", "An order is not one warehouse's to have paid.");
  const done = await doneBefore(ctx, seen.value);
  if (done !== null) return done;
  const method = await meansOfPayment(ctx, seen.value, form);
  if (!method.ok) return method;
  return executeOnSeen(ctx, seen.value, { type: "ProvidePayment", method: method.value });
}
