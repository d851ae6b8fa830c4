import { done, type EffectHandler, failure, NOTHING } from "../saga-context.ts";
import { paymentFact } from "./payment-fact.ts";
import { adapterOf } from "./settled-elsewhere.ts";

/** How often a payment that waits for its customer is looked at: its webhook may never come. */
const POLL_MS = 15_000;

/** Waits for the customer to pass 3-D Secure or to approve at the provider; the payment's deadline, not this, ends the waiting. */
export const awaitPayment: EffectHandler<"AwaitPayment"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const payment = order.payments.find(({ number }) => number === effect.payment);
  if (payment?.status !== "requires_action") return NOTHING;
  const result = await adapterOf(context, payment.provider).retrieve(effect.intentId);
  if (result.outcome !== "done") return failure(result);
  const { status } = result.value;
  if (status === "requires_action" || status === "created") return { status: "waiting", retryAfterMs: POLL_MS };
  return done({ kind: "AwaitPayment", payment: paymentFact(result.value) });
};
