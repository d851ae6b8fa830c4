import { isOrderId } from "../../domain/ids.ts";
import type { PaymentFact } from "../../domain/order/effects.ts";
import type { Order, Payment } from "../../domain/order/order.ts";
import type { PaymentProviderName } from "../../domain/order/payment-provider.ts";
import { awaitsRefund } from "../../domain/order/refund.ts";
import type { PaymentOwner } from "../../providers/payment.ts";
import type { PaymentEvent } from "../../providers/webhooks/payment-event.ts";
import type { PaypalNotice } from "../../providers/webhooks/paypal.ts";
import { paymentFact } from "../handlers/payment-fact.ts";
import type { SagaContext } from "../saga-context.ts";
import { actOnDispute } from "./payment-disputes.ts";

/** How long a payment's order may take to record the payment's id, which it does right after it was made. */
const RECORDED_WITHIN_MS = 60_000;

/**
 * Brings the order that a payment provider's event is about up to what the provider says now. Answers what nobody here
 * knows, in words, or null. Throws where it has to be tried again.
 */
export async function actOnPaymentEvent(
  context: SagaContext,
  provider: PaymentProviderName,
  event: PaymentEvent,
): Promise<string | null> {
  if (event.disputeId !== undefined) return actOnDispute(context, provider, event.disputeId);
  if (event.intentId === null && event.payment == null && event.captureId === undefined) return null;
  const owner = await ownerOf(context, provider, event);
  if (owner.orderId === null || !isOrderId(owner.orderId))
    return `a payment (${event.type}) that names no order of ours`;
  const order = await context.findOrder(owner.orderId);
  const payment = order?.payments.find((candidate) => isAbout(event, owner, provider, candidate));
  if (!order || !payment?.intentId) {
    const isFresh = order !== null && event.createdAt > context.now() - RECORDED_WITHIN_MS;
    if (isFresh) throw new Error("the payment is not recorded yet");
    return `a payment (${event.type}) that no order of ours has`;
  }
  if (isKnown(payment, event)) return null;
  const refund = await failedRefund(context, provider, order, payment, event);
  const fact = refund ?? (await paymentNow(context, provider, payment.intentId));
  // A decline may be soft, and then it is tried again: only the effect that asked for it knows.
  if (fact.status === "failed" || fact.status === "created") return null;
  if (!(await context.ledger(order.id).recordPayment(order.id, payment.number, fact)))
    throw new Error("the ledger did not take what became of the payment");
  return null;
}

/**
 * The same of a webhook of PayPal's, whose body may be forged: what is acted on is the event as PayPal itself has it.
 * `storedAs` is the id that a webhook was stored under: PayPal's id of the event, before it was kept in the notice.
 */
export async function actOnPaypalNotice(
  context: SagaContext,
  storedAs: string,
  notice: unknown,
): Promise<string | null> {
  const { paypalEventId = storedAs } = notice as Partial<PaypalNotice>;
  const event = await context.providers.paypalEvents.retrieveEvent(paypalEventId);
  if (event.outcome !== "done") throw new Error(`the event could not be fetched: ${event.message}`);
  return event.value === null
    ? "an event that PayPal itself does not know"
    : actOnPaymentEvent(context, "paypal", event.value);
}

/** Whose the payment is: as the event says itself, else as the provider was told when the payment was made. */
async function ownerOf(
  { providers }: SagaContext,
  provider: PaymentProviderName,
  event: PaymentEvent,
): Promise<PaymentOwner> {
  const { orderId, intentId, captureId } = event;
  if (orderId !== null) return { orderId, intentId };
  const reference = { intentId, ...(captureId !== undefined && { captureId }) };
  const owner = await providers.payments[provider].findOwner(reference);
  if (owner.outcome !== "done") throw new Error(`the payment's order could not be looked up: ${owner.message}`);
  return owner.value;
}

function isAbout(
  { payment }: PaymentEvent,
  { intentId }: PaymentOwner,
  provider: PaymentProviderName,
  candidate: Payment,
): boolean {
  if (candidate.provider !== provider) return false;
  return intentId === null ? candidate.number === payment : candidate.intentId === intentId;
}

/** Whether the event tells what the reply to our own call has told before: the usual case, and nothing to fetch for. */
function isKnown(payment: Payment, { status, amount }: PaymentEvent): boolean {
  return payment.status === status && payment.amount === amount?.amount;
}

/** What the provider says of a refund that the event says has failed; null where it tells of none, or it has not. */
async function failedRefund(
  { providers }: SagaContext,
  provider: PaymentProviderName,
  order: Order,
  { number, intentId }: Payment,
  { failedRefundId }: PaymentEvent,
): Promise<PaymentFact | null> {
  if (failedRefundId === undefined || intentId === null) return null;
  const truth = await providers.payments[provider].retrieveRefund(failedRefundId);
  if (truth.outcome !== "done") throw new Error(`the refund could not be fetched: ${truth.message}`);
  const { refundId, status, amount, code } = truth.value;
  if (status !== "failed") return null;
  // The reply to our own refund is on its way: only with it is known which refund this is.
  if (awaitsRefund(order, number, { refundId, amount: amount.amount }))
    throw new Error("the refund is not recorded yet");
  return { status: "refund_failed", intentId, refundId, amount: amount.amount, code: code ?? "refund_failed" };
}

async function paymentNow(
  { providers }: SagaContext,
  provider: PaymentProviderName,
  intentId: string,
): Promise<PaymentFact> {
  const truth = await providers.payments[provider].retrieve(intentId);
  if (truth.outcome !== "done") throw new Error(`the payment could not be fetched: ${truth.message}`);
  return paymentFact(truth.value);
}
