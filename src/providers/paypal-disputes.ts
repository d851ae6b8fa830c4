import { z } from "zod";
import type { Dispute } from "../domain/order/dispute.ts";
import type { ProviderResult } from "./outcome.ts";
import type { DisputeDesk, DisputeSnapshot } from "./payment-disputes.ts";
import { findCaptureOwner } from "./paypal-captures.ts";
import { PaypalClient, type PaypalConfig } from "./paypal-client.ts";
import { amountShape, moneyOf } from "./paypal-parse.ts";

const disputeShape = z.object({
  dispute_id: z.string().min(1),
  reason: z.string(),
  status: z.string(),
  dispute_amount: amountShape,
  seller_response_due_date: z.string().nullish(),
  dispute_outcome: z.object({ outcome_code: z.string().nullish(), amount_refunded: amountShape.nullish() }).nullish(),
  disputed_transactions: z.array(z.object({ seller_transaction_id: z.string().nullish() })).nullish(),
});
type WireDispute = z.infer<typeof disputeShape>;

/** Outcomes after which the money is ours. In the others the buyer has it, as far as PayPal says that it paid it back. */
const WON: ReadonlySet<string> = new Set([
  "RESOLVED_SELLER_FAVOUR",
  "RESOLVED_WITH_PAYOUT",
  "CANCELED_BY_BUYER",
  "DENIED",
]);

/** Disputes at PayPal, which are about captures. */
export class PaypalDisputes implements DisputeDesk {
  readonly #client: PaypalClient;

  constructor(config: PaypalConfig) {
    this.#client = new PaypalClient(config);
  }

  async retrieveDispute(disputeId: string): Promise<ProviderResult<DisputeSnapshot>> {
    const answer = await this.#client.get(`/v1/customer/disputes/${encodeURIComponent(disputeId)}`, disputeShape);
    if (answer.outcome !== "done") return answer;
    const dispute = disputeOf(answer.value);
    if (dispute === null) return { outcome: "unknown", message: "unreadable answer" };
    const captureId = answer.value.disputed_transactions?.[0]?.seller_transaction_id;
    if (!captureId) return { outcome: "done", value: { intentId: null, orderId: null, dispute } };
    const owner = await findCaptureOwner(this.#client, captureId);
    return owner.outcome === "done" ? { outcome: "done", value: { ...owner.value, dispute } } : owner;
  }
}

/** What the dispute means to us; null where an amount in it cannot be read. */
function disputeOf(wire: WireDispute): Dispute | null {
  const { dispute_id: id, reason, status, dispute_outcome: outcome } = wire;
  const disputed = moneyOf(wire.dispute_amount);
  const paidBack = outcome?.amount_refunded ? moneyOf(outcome.amount_refunded) : disputed;
  if (disputed === null || paidBack === null) return null;
  const due = Date.parse(wire.seller_response_due_date ?? "");
  const about = { id, reason, dueBy: Number.isNaN(due) ? null : due };
  if (status !== "RESOLVED") return { ...about, amount: disputed.amount, status: "open" };
  const isWon = WON.has(outcome?.outcome_code ?? "") || paidBack.amount === 0;
  // Of a dispute that was settled in part only that part is lost.
  return isWon
    ? { ...about, amount: disputed.amount, status: "won" }
    : { ...about, amount: paidBack.amount, status: "lost" };
}
