import type Stripe from "stripe";
import { z } from "zod";
import type { Dispute } from "../domain/order/dispute.ts";
import type { ProviderResult } from "./outcome.ts";
import type { DisputeDesk, DisputeSnapshot } from "./payment-disputes.ts";
import { shortfallOf, stripeClient, type StripeConfig } from "./stripe.ts";

const disputeShape = z.object({
  id: z.string(),
  amount: z.number().int(),
  reason: z.string(),
  status: z.string(),
  evidence_details: z.object({ due_by: z.number().nullish() }).nullish(),
  payment_intent: z.object({ id: z.string(), metadata: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** Disputes that are decided. An inquiry that was closed and a dispute that was prevented cost us nothing more. */
const DECIDED: Readonly<Record<string, Dispute["status"]>> = {
  won: "won",
  warning_closed: "won",
  prevented: "won",
  lost: "lost",
};

/** Disputes at Stripe. */
export class StripeDisputes implements DisputeDesk {
  readonly #stripe: Stripe;

  constructor(config: StripeConfig) {
    this.#stripe = stripeClient(config);
  }

  async retrieveDispute(disputeId: string): Promise<ProviderResult<DisputeSnapshot>> {
    try {
      const answer = await this.#stripe.disputes.retrieve(disputeId, { expand: ["payment_intent"] });
      const read = disputeShape.safeParse(answer);
      if (!read.success) return { outcome: "unknown", message: "unreadable answer" };
      const { id, amount, reason, status, evidence_details, payment_intent } = read.data;
      const dueBy = evidence_details?.due_by;
      return {
        outcome: "done",
        value: {
          intentId: payment_intent?.id ?? null,
          orderId: payment_intent?.metadata?.["order_id"] ?? null,
          dispute: { id, amount, reason, dueBy: dueBy ? dueBy * 1000 : null, status: DECIDED[status] ?? "open" },
        },
      };
    } catch (error) {
      return shortfallOf(error);
    }
  }
}
