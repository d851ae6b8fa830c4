import { openOps } from "../../db/ops/database.ts";
import { hasDisputeDeviation, noteDisputeDeviation, resolveDisputeDeviation } from "../../db/ops/dispute-deviations.ts";
import { isOrderId, type OrderId } from "../../domain/ids.ts";
import type { Dispute } from "../../domain/order/dispute.ts";
import type { PaymentProviderName } from "../../domain/order/payment-provider.ts";
import type { SagaContext } from "../saga-context.ts";

/**
 * Brings a disputed payment's order up to what the provider says now. Answers what nobody here knows, in words, or
 * null. Throws where it has to be tried again.
 */
export async function actOnDispute(
  context: SagaContext,
  provider: PaymentProviderName,
  disputeId: string,
): Promise<string | null> {
  const truth = await context.providers.disputes[provider].retrieveDispute(disputeId);
  if (truth.outcome !== "done") throw new Error(`the dispute could not be fetched: ${truth.message}`);
  const { orderId, intentId, dispute } = truth.value;
  if (orderId === null || intentId === null || !isOrderId(orderId))
    return `a dispute (${dispute.reason}) about a payment that names no order of ours`;
  const order = await context.findOrder(orderId);
  const payment = order?.payments.find(
    (candidate) => candidate.provider === provider && candidate.intentId === intentId,
  );
  if (!payment) return `a dispute (${dispute.reason}) about a payment that no order of ours has`;
  const fact = { status: "disputed" as const, intentId, dispute };
  if (!(await context.ledger(orderId).recordPayment(orderId, payment.number, fact)))
    throw new Error("the ledger did not take the dispute");
  if (dispute.status !== "open") await settle(context, orderId, provider, { ...dispute, status: dispute.status });
  return null;
}

/** A dispute that was won needs nobody any more; one that was lost is still a person's to look at. */
async function settle(
  { env, now }: SagaContext,
  orderId: OrderId,
  provider: PaymentProviderName,
  { id: disputeId, status }: Dispute & { status: "won" | "lost" },
): Promise<void> {
  const ops = openOps(env.OPS);
  const subject = { orderId, disputeId };
  // The order's own effect opens it, and may still be on its way.
  if (!(await hasDisputeDeviation(ops, subject))) throw new Error("the dispute's deviation is not open yet");
  const judge = provider === "paypal" ? "PayPal" : "The bank";
  if (status === "won")
    await resolveDisputeDeviation(ops, subject, {
      actor: "webhook",
      resolution: `${judge} has decided for us: the money is ours again.`,
      now: now(),
    });
  else await noteDisputeDeviation(ops, subject, `${judge} has decided for the customer: the money stays with them.`);
}
