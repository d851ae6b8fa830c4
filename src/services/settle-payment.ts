import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { orderOfPayment } from "../domain/ids.ts";
import type { Order, Payment } from "../domain/order/order.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { executeOrder } from "./execute-order.ts";

/** A payment with the order that it is of. */
export interface PaymentOfOrder {
  order: Order;
  payment: Payment;
}

/** Takes what is due of an authorization now, before a parcel does; at most once, and only what has its stock. */
export function capturePayment(ctx: ServiceContext, id: string): Promise<ServiceResult<PaymentOfOrder>> {
  return settle(ctx, id, "CapturePayment");
}

/** Gives back an authorization that its order can do without. */
export function voidPayment(ctx: ServiceContext, id: string): Promise<ServiceResult<PaymentOfOrder>> {
  return settle(ctx, id, "VoidPayment");
}

async function settle(
  ctx: ServiceContext,
  id: string,
  type: "CapturePayment" | "VoidPayment",
): Promise<ServiceResult<PaymentOfOrder>> {
  const denied = lacking(ctx, "payments:write");
  if (denied !== null) return denied;
  const unknown = refuse("not_found", `There is no payment ${id}.`);
  const named = orderOfPayment(id);
  if (named === null) return unknown;
  const settled = await executeOrder(ctx, named.orderId, { type, payment: named.payment });
  if (!settled.ok) return settled.problem.code === "not_found" ? unknown : settled;
  const order = settled.value;
  const payment = order.payments.find(({ number }) => number === named.payment);
  if (payment === undefined) throw new Error(`${id}: settled and not there`);
  return { ok: true, value: { order, payment }, replayed: settled.replayed };
}
