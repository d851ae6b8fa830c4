import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import type { Effect, EffectOutcome } from "../../domain/order/effects.ts";
import type { Payment } from "../../domain/order/order.ts";
import { isSettledElsewhere, type PaymentTaker, providerOf } from "../../domain/order/payment-provider.ts";
import type { PaymentProvider } from "../../providers/payment.ts";
import { done, type SagaContext } from "../saga-context.ts";

/** The adapter of the provider that takes the money; of money that is settled elsewhere nobody is to be asked. */
export function adapterOf({ providers }: SagaContext, taker: PaymentTaker): PaymentProvider {
  if (isSettledElsewhere(taker)) throw new Error(`there is no provider of payments "${taker}"`);
  return providers.payments[taker];
}

/**
 * The authorization of money that nobody outside is asked for: it is given at once and never lapses. Null for money
 * that a provider takes.
 */
export function authorizedElsewhere(
  { orderId }: LeasedEffect,
  { payment, amount, method }: Extract<Effect, { kind: "AuthorizePayment" }>,
): EffectOutcome | null {
  const provider = providerOf(method);
  if (!isSettledElsewhere(provider)) return null;
  const intentId = `${provider}:${orderId}:${payment}`;
  return done({
    kind: "AuthorizePayment",
    payment: { status: "authorized", intentId, amount: amount.amount, expiresAt: 0 },
  });
}

/**
 * What becomes of such money afterwards, which is only written down: captured is invoiced, or settled by the
 * marketplace; refunded is due to the customer, and the order puts that in front of a person. Null for money that a
 * provider takes.
 */
export function settledElsewhere(
  { id }: LeasedEffect,
  effect: Extract<Effect, { kind: "CapturePayment" | "VoidPayment" | "RefundPayment" }>,
  { provider, intentId, captured, refunded }: Payment,
): EffectOutcome | null {
  if (!isSettledElsewhere(provider) || intentId === null) return null;
  switch (effect.kind) {
    case "CapturePayment":
      return done({
        kind: effect.kind,
        payment: { status: "captured", intentId, captured: effect.amount.amount, refunded },
      });
    case "VoidPayment":
      return done({
        kind: effect.kind,
        payment: captured > 0 ? { status: "captured", intentId, captured, refunded } : { status: "voided", intentId },
      });
    case "RefundPayment":
      return done({ kind: effect.kind, refundId: id, amount: effect.amount.amount });
  }
}
