import { z } from "zod";
import { pattern } from "../../contracts/primitives.ts";
import { orderPayment } from "../../contracts/returns.ts";
import type { ServiceContext } from "../../services/context.ts";
import { describeOrderPayment } from "../../services/describe-return.ts";
import { capturePayment, type PaymentOfOrder, voidPayment } from "../../services/settle-payment.ts";
import type { ServiceResult } from "../../contracts/problem.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";

const params = z.strictObject({ id: pattern(/^pay_[0-9a-hjkmnp-tv-z]{22}-[1-9]\d{0,3}$/, "must be a payment's id") });
const asked = {
  202: { description: "It is asked of the provider; the payment as it stands until then.", schema: orderPayment },
};

const capture = endpoint({
  method: "POST",
  path: "/payments/{id}/capture",
  tag: "Payments",
  summary: "Take the money of an authorization before its parcel does",
  scope: "payments:write",
  audit: "events",
  params,
  idempotent: "own",
  answers: asked,
  problems: ["not_found", "order_state", "payment_state", "idempotency_mismatch"],
  handle: async ({ ctx, params: { id } }) => answered(ctx, await capturePayment(ctx, id)),
});

const giveUp = endpoint({
  method: "POST",
  path: "/payments/{id}/void",
  tag: "Payments",
  summary: "Give back an authorization that its order can do without",
  scope: "payments:write",
  audit: "events",
  params,
  idempotent: "own",
  answers: asked,
  problems: ["not_found", "order_state", "payment_state", "idempotency_mismatch"],
  handle: async ({ ctx, params: { id } }) => answered(ctx, await voidPayment(ctx, id)),
});

function answered({ principal }: ServiceContext, settled: ServiceResult<PaymentOfOrder>): Handled {
  if (!settled.ok) return settled;
  const { order, payment } = settled.value;
  const body = describeOrderPayment(order, payment, principal);
  return { status: 202, body, replayed: settled.replayed };
}

export const paymentEndpoints: readonly AnyEndpoint[] = [capture, giveUp];
