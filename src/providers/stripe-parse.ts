import { z } from "zod";
import type { Money } from "../domain/money.ts";
import type { PaymentSnapshot, RefundSnapshot } from "./payment.ts";

/**
 * Decline codes after which Stripe's own guidance is to attempt the same payment again.
 * All others ask for another card or another action of the customer.
 */
const SOFT_DECLINES: ReadonlySet<string> = new Set([
  "try_again_later",
  "processing_error",
  "issuer_not_available",
  "approve_with_id",
]);

/** How long a card authorization lasts where the charge does not say: Stripe's usual seven days. */
const USUAL_AUTHORIZATION_MS = 7 * 24 * 60 * 60 * 1000;

const intentErrorShape = z.object({
  code: z.string().nullish(),
  decline_code: z.string().nullish(),
  message: z.string().nullish(),
  payment_method: z.object({ id: z.string() }).nullish(),
});

const chargeShape = z.object({
  id: z.string(),
  amount_refunded: z.number().int(),
  payment_method_details: z.object({ card: z.object({ capture_before: z.number().nullish() }).nullish() }).nullish(),
});

/** The fields of a PaymentIntent that we rely on; an answer without them is no answer. */
export const intentShape = z.object({
  id: z.string(),
  status: z.enum([
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
  ]),
  amount: z.number().int(),
  amount_received: z.number().int().nullish(),
  currency: z.string(),
  created: z.number(),
  latest_charge: z.union([z.string(), chargeShape]).nullish(),
  last_payment_error: intentErrorShape.nullish(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullish() }).nullish() }).nullish(),
});

export const refundShape = z.object({
  id: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  status: z.string().nullish(),
  failure_reason: z.string().nullish(),
});

/** Whether a refund in this state has not reached the customer, and never will. */
export function isRefundOver(status: string | null | undefined): boolean {
  return status === "failed" || status === "canceled";
}

/** What the refund means to us. */
export function refundSnapshotOf(refund: z.infer<typeof refundShape>): RefundSnapshot {
  const { id, amount, currency, status, failure_reason: reason } = refund;
  const isFailed = isRefundOver(status);
  return {
    refundId: id,
    status: isFailed ? "failed" : status === "succeeded" ? "done" : "pending",
    amount: { amount, currency: currency.toUpperCase() },
    code: isFailed ? (reason ?? "refund_failed") : null,
  };
}

export type StripeIntent = z.infer<typeof intentShape>;

/** Whether a decline with this code is final for the means of payment. */
export function isHardDecline(code: string): boolean {
  return !SOFT_DECLINES.has(code);
}

/** The code by which a card error is judged: the bank's reason where there is one, else Stripe's. */
export function declineCode(error: {
  code?: string | null | undefined;
  decline_code?: string | null | undefined;
}): string {
  return error.decline_code || error.code || "card_declined";
}

/** What the intent means to us. Its charge must have been expanded where amounts refunded matter. */
export function snapshotOf(intent: StripeIntent): PaymentSnapshot {
  const amount: Money = { amount: intent.amount, currency: intent.currency.toUpperCase() };
  const base = { intentId: intent.id, amount };
  const charge = typeof intent.latest_charge === "object" ? intent.latest_charge : null;
  switch (intent.status) {
    case "requires_confirmation":
    case "processing":
      return { status: "created", ...base };
    case "requires_payment_method": {
      const error = intent.last_payment_error;
      if (!error) return { status: "created", ...base };
      const code = declineCode(error);
      return { status: "failed", ...base, code, message: error.message ?? code, hard: isHardDecline(code) };
    }
    case "requires_action": {
      const url = intent.next_action?.redirect_to_url?.url;
      if (!url) {
        const message = "the bank asks for a step that has no page";
        return { status: "failed", ...base, code: "unsupported_action", message, hard: true };
      }
      return { status: "requires_action", ...base, actionUrl: url };
    }
    case "requires_capture": {
      const before = charge?.payment_method_details?.card?.capture_before;
      const authorizationExpiresAt = before ? before * 1000 : intent.created * 1000 + USUAL_AUTHORIZATION_MS;
      return { status: "authorized", ...base, authorizationExpiresAt };
    }
    case "canceled":
      return { status: "voided", ...base };
    case "succeeded":
      return {
        status: "captured",
        ...base,
        captured: intent.amount_received ?? intent.amount,
        refunded: charge?.amount_refunded ?? 0,
      };
    default:
      return unknownStatus(intent.status);
  }
}

function unknownStatus(status: never): never {
  throw new RangeError(`unknown intent status ${String(status)}`);
}
