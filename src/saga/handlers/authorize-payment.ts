import type { EffectOutcome } from "../../domain/order/effects.ts";
import { providerOf } from "../../domain/order/payment-provider.ts";
import { readSavedMeans } from "../../domain/order/saved-method.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import type { PaymentSnapshot } from "../../providers/payment.ts";
import { done, type EffectHandler, failure, NOTHING, providerKey, type SagaContext } from "../saga-context.ts";
import { paymentFact } from "./payment-fact.ts";
import { adapterOf, authorizedElsewhere } from "./settled-elsewhere.ts";

/**
 * Asks for the money: creates the intent unconfirmed, has the ledger record its id, confirms it. A later attempt
 * confirms the intent that was recorded, and one whose reply was lost is made again under the same key, which lives
 * far longer than the payment window. After that window nothing is created or confirmed any more.
 */
export const authorizePayment: EffectHandler<"AuthorizePayment"> = async (context, leased, effect) => {
  const elsewhere = authorizedElsewhere(leased, effect);
  if (elsewhere !== null) return elsewhere;
  const provider = adapterOf(context, providerOf(effect.method));
  const known =
    leased.attempt > 1 || effect.approved
      ? await knownIntent(context, leased, effect.payment)
      : { intentId: null, wanted: true };
  if (!known.wanted) return NOTHING;
  if (context.now() >= effect.deadline && known.intentId === null) return NOTHING;
  const saved = readSavedMeans(effect.method);
  let { intentId } = known;
  if (intentId === null) {
    const created = await provider.createIntent(
      {
        orderId: leased.orderId,
        payment: effect.payment,
        amount: effect.amount,
        paymentMethod: saved?.method ?? effect.method,
        ...(saved && { customer: saved.customer }),
        description: `Holdfast order ${leased.orderId}`,
        ...(effect.email !== null && { email: effect.email }),
      },
      providerKey(leased, "create"),
    );
    if (created.outcome !== "done") return failure(created);
    intentId = created.value.intentId;
    const recorded = await context
      .ledger(leased.orderId)
      .recordPayment(leased.orderId, effect.payment, { status: "created", intentId });
    if (!recorded) return { status: "unknown", message: "the ledger did not take the intent's id" };
  }
  if (context.now() >= effect.deadline) return outcomeOf(intentId, await provider.retrieve(intentId));
  const by = {
    paymentMethod: saved?.method ?? effect.method,
    returnUrl: `${context.env.PUBLIC_URL}/payment-return`,
    offSession: saved !== null,
  };
  return outcomeOf(intentId, await provider.confirmIntent(intentId, by, providerKey(leased, "confirm")));
};

/** What is recorded of an intent for this payment, and whether the payment is still to be asked for. */
async function knownIntent(context: SagaContext, leased: Parameters<typeof providerKey>[0], number: number) {
  const order = await context.order(leased.orderId);
  const payment = order.payments.find((candidate) => candidate.number === number);
  const wanted =
    order.ended === null && payment !== undefined && payment.status !== "failed" && payment.status !== "voided";
  return { intentId: payment?.intentId ?? null, wanted };
}

function outcomeOf(intentId: string, result: ProviderResult<PaymentSnapshot>): EffectOutcome {
  if (result.outcome !== "done") return failure(result);
  const snapshot: PaymentSnapshot = result.value;
  if (snapshot.status === "failed" && !snapshot.hard)
    return { status: "failed", code: snapshot.code, message: snapshot.message, retryable: true };
  // Approved after the payment window: its end, not this, says what becomes of the payment.
  if (snapshot.status === "created" || snapshot.status === "approved")
    return { status: "unknown", message: `the provider is still working on ${intentId}` };
  return done({ kind: "AuthorizePayment", payment: paymentFact(snapshot) });
}
