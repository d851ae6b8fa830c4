import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import { undisputedAmount } from "../../domain/order/dispute.ts";
import type { Effect, EffectOutcome } from "../../domain/order/effects.ts";
import type { Order, Payment } from "../../domain/order/order.ts";
import { isPartOpen, refundedAfter } from "../../domain/order/refund.ts";
import { KEY_LIFE_MS } from "../../domain/order/retry.ts";
import type { PaymentSnapshot } from "../../providers/payment.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import {
  done,
  type EffectHandler,
  failure,
  lookUpFailure,
  NOTHING,
  providerKey,
  type SagaContext,
} from "../saga-context.ts";
import { paymentFact } from "./payment-fact.ts";
import { adapterOf, settledElsewhere } from "./settled-elsewhere.ts";

/** Captures what was authorized; what is captured already is only recorded. */
export const capturePayment: EffectHandler<"CapturePayment"> = async (context, leased, effect) => {
  const payment = await paymentOf(context, leased, effect.payment);
  if (payment?.intentId == null || payment.captured > 0) return NOTHING;
  const elsewhere = settledElsewhere(leased, effect, payment);
  if (elsewhere !== null) return elsewhere;
  const provider = adapterOf(context, payment.provider);
  if (isKeyForgotten(context, leased)) {
    const now = await provider.retrieve(payment.intentId);
    if (now.outcome !== "done") return lookUpFailure(now);
    if (now.value.status !== "authorized") return settled("CapturePayment", now);
  }
  return settled("CapturePayment", await provider.capture(payment.intentId, effect.amount, providerKey(leased)));
};

/** Gives up the authorization. Money that was captured meanwhile is reported as captured: the saga refunds it. */
export const voidPayment: EffectHandler<"VoidPayment"> = async (context, leased, effect) => {
  const payment = await paymentOf(context, leased, effect.payment);
  if (payment?.intentId == null) return NOTHING;
  const elsewhere = settledElsewhere(leased, effect, payment);
  if (elsewhere !== null) return elsewhere;
  const provider = adapterOf(context, payment.provider);
  const result = await provider.voidIntent(payment.intentId, providerKey(leased));
  return settled("VoidPayment", result);
};

/** A refund beside a dispute would pay twice: a person decides, and has it tried again once it is decided. */
const DISPUTED: EffectOutcome = {
  status: "failed",
  code: "payment_disputed",
  message: "This payment is disputed: what the customer gets back that way is not paid back by us as well.",
  retryable: false,
};

/** Pays back. Past the life of the key only a look-up tells whether it was done. */
export const refundPayment: EffectHandler<"RefundPayment"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const payment = order.payments.find(({ number }) => number === effect.payment);
  if (payment?.intentId == null || !isPartOpen(order, effect.refund, effect.payment)) return NOTHING;
  const after = refundedAfter(order, effect.payment, effect.amount.amount);
  const known = done({ kind: "RefundPayment", refundId: leased.id, amount: effect.amount.amount });
  if (payment.refunded >= after) return known;
  if (payment.disputes && effect.amount.amount > undisputedAmount(payment)) return DISPUTED;
  if (payment.provider === "exchange") await giveCreditBack(context, leased, order, effect);
  const elsewhere = settledElsewhere(leased, effect, payment);
  if (elsewhere !== null) return elsewhere;
  const provider = adapterOf(context, payment.provider);
  if (isKeyForgotten(context, leased)) {
    const now = await provider.retrieve(payment.intentId);
    if (now.outcome !== "done") return lookUpFailure(now);
    const refunded = now.value.status === "captured" ? now.value.refunded : 0;
    if (refunded >= after) return known;
  }
  const result = await provider.refund(payment.intentId, effect.amount, effect.reason, providerKey(leased));
  return result.outcome === "done"
    ? done({ kind: "RefundPayment", refundId: result.value.refundId, amount: result.value.amount.amount })
    : failure(result);
};

/** Credit goes back to the order that it came from, which pays it back; told again it is the same. */
async function giveCreditBack(
  context: SagaContext,
  { id }: LeasedEffect,
  { id: orderId, exchangeOf }: Order,
  { amount: { amount }, reason }: Extract<Effect, { kind: "RefundPayment" }>,
): Promise<void> {
  const known =
    exchangeOf !== undefined &&
    (await context
      .ledger(exchangeOf.orderId)
      .recordReturnedCredit(exchangeOf.orderId, { refund: exchangeOf.refund, amount, by: id, reason }));
  if (!known) throw new Error(`${orderId}: nobody knows the order that its credit came from`);
}

async function paymentOf(context: SagaContext, leased: LeasedEffect, number: number): Promise<Payment | undefined> {
  return (await context.order(leased.orderId)).payments.find((payment) => payment.number === number);
}

function isKeyForgotten(context: SagaContext, leased: LeasedEffect): boolean {
  return leased.uncertain && context.now() - leased.generationStartedAt >= KEY_LIFE_MS;
}

function settled(kind: "CapturePayment" | "VoidPayment", result: ProviderResult<PaymentSnapshot>): EffectOutcome {
  if (result.outcome !== "done") return failure(result);
  const { status } = result.value;
  // Asked for and not done, without a reason: a later attempt finds out.
  if (kind === "CapturePayment" && status === "authorized") return { status: "unknown", message: "not captured yet" };
  return done({ kind, payment: paymentFact(result.value) });
}
