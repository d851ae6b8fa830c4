import type { EffectId } from "../ids.ts";
import { isPaymentAlive, isPaymentOpen, unpaidAmount } from "./amounts.ts";
import { disputeEvents } from "./dispute.ts";
import type { Effect, PaymentFact } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, Payment } from "./order.ts";
import { doneAmount, isPartOpen, partPaidBy, refundedAfter } from "./refund.ts";

/** The events that bring our books of a payment up to the provider's; none when they agree. */
export function paymentEvents(order: Order, number: number, fact: PaymentFact): OrderEvent[] {
  const payment = order.payments.find((candidate) => candidate.number === number);
  if (!payment) return [];
  const { intentId } = fact;
  const started: OrderEvent[] =
    payment.intentId === null ? [{ type: "PaymentStarted", payment: number, intentId }] : [];
  switch (fact.status) {
    case "created":
      return started;
    case "requires_action":
      return payment.status === "requested" || payment.status === "processing"
        ? [...started, { type: "PaymentActionRequired", payment: number, intentId, actionUrl: fact.actionUrl }]
        : started;
    case "approved":
      return payment.status === "requires_action" && !order.ended
        ? [...started, { type: "PaymentApproved", payment: number, intentId }]
        : started;
    case "authorized":
      return payment.authorized > 0
        ? started
        : [...started, ...authorizedEvents(payment, intentId, fact.amount, fact.expiresAt)];
    case "captured": {
      const events = started;
      if (payment.authorized === 0 && isPaymentAlive(payment))
        events.push(...authorizedEvents(payment, intentId, Math.max(fact.captured, payment.amount), 0));
      if (fact.captured > payment.captured)
        events.push({ type: "PaymentCaptured", payment: number, amount: fact.captured });
      if (fact.refunded > payment.refunded)
        events.push({
          type: "PaymentRefunded",
          payment: number,
          amount: fact.refunded - payment.refunded,
          refundId: intentId,
        });
      return events;
    }
    case "voided":
      return voidedEvents(order, payment, started);
    case "failed":
      return isPaymentOpen(payment)
        ? [...started, { type: "PaymentFailed", payment: number, code: fact.code, message: fact.message }]
        : started;
    case "refund_failed":
      return refundFailedEvents(order, payment, fact);
    case "disputed":
      return [...started, ...disputeEvents(payment, fact.dispute)];
  }
}

function voidedEvents(order: Order, payment: Payment, started: OrderEvent[]): OrderEvent[] {
  const { number, status, method, authorizationExpiresAt } = payment;
  const voided: OrderEvent[] = [...started, { type: "PaymentVoided", payment: number }];
  if (order.ended) return isPaymentAlive(payment) || authorizationExpiresAt !== null ? voided : started;
  switch (status) {
    case "requested":
    case "processing":
    case "requires_action":
      // Given up by the customer or the provider before there was any money.
      return [
        ...started,
        { type: "PaymentFailed", payment: number, code: "payment_canceled", message: "The payment was called off." },
      ];
    case "authorized": {
      // The order still lives and its money is gone (lapsed, or given up by the provider): what is due is asked for again.
      const payments = order.payments.map((other) =>
        other.number === number ? { ...other, status: "voided" as const } : other,
      );
      return unpaidAmount({ ...order, payments }) > 0 ? [...voided, anotherPayment(order, method)] : voided;
    }
    case "voided":
    case "failed":
      return authorizationExpiresAt === null ? started : voided;
    case "captured":
      return started;
  }
}

/** The outcome of our own refund; what a webhook has told of it already is not counted twice. */
export function refundedEvents(
  order: Order,
  effect: Extract<Effect, { kind: "RefundPayment" }>,
  refundId: string,
): OrderEvent[] {
  const { refund, payment: number } = effect;
  const payment = order.payments.find((candidate) => candidate.number === number);
  if (!payment || !isPartOpen(order, refund, number)) return [];
  const amount = refundedAfter(order, number, effect.amount.amount) - payment.refunded;
  const settled: OrderEvent = { type: "RefundSettled", refund, payment: number, refundId };
  return amount > 0 ? [{ type: "PaymentRefunded", payment: number, amount, refundId }, settled] : [settled];
}

/**
 * A refund that failed after it had counted as paid back; none where it is known already. What a webhook tells before
 * our own refund has its outcome is for the caller to bring again.
 */
function refundFailedEvents(
  order: Order,
  payment: Payment,
  { refundId, amount, code }: Extract<PaymentFact, { status: "refund_failed" }>,
): OrderEvent[] {
  const { number, refunded, failedRefunds = [] } = payment;
  if (failedRefunds.includes(refundId)) return [];
  const failed = { type: "RefundFailed", payment: number, refundId, code } as const;
  const ours = partPaidBy(order, number, { refundId, amount });
  if (ours) return [{ ...failed, refund: ours.refund, amount: Math.min(ours.part.amount, refunded) }];
  const byAnotherHand = Math.min(amount, refunded - doneAmount(order, number));
  return byAnotherHand > 0 ? [{ ...failed, refund: null, amount: byAnotherHand }] : [];
}

function authorizedEvents(payment: Payment, intentId: string, amount: number, expiresAt: number): OrderEvent[] {
  const authorized: OrderEvent = { type: "PaymentAuthorized", payment: payment.number, intentId, amount, expiresAt };
  return amount < payment.amount
    ? [authorized, { type: "PaymentMismatched", payment: payment.number, expected: payment.amount, actual: amount }]
    : [authorized];
}

/** Asks for what is payable and not asked for yet, by this means. */
export function anotherPayment(order: Order, method: string): OrderEvent {
  return { type: "PaymentMethodProvided", payment: order.payments.length + 1, method };
}

/** A capture that has failed for good: unshipped parcels wait, and a person is asked. */
export function captureFailed(effectId: EffectId, payment: number, code: string, message: string): OrderEvent[] {
  return [
    { type: "CaptureFailed", payment, code, message },
    { type: "EffectFailed", effectId, kind: "CapturePayment", deviation: "payment_failed", code, message },
  ];
}
