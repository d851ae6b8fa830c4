import Stripe from "stripe";
import { z } from "zod";
import type { Money } from "../../domain/money.ts";
import type { PaymentSnapshot } from "../payment.ts";
import { isWithinTolerance, type WebhookVerification } from "./verification.ts";

const objectShape = z.looseObject({
  object: z.string(),
  id: z.string().min(1),
  payment_intent: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  amount: z.number().int().nullish(),
  currency: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

const eventShape = z.object({
  id: z.string().min(1),
  object: z.literal("event"),
  type: z.string().min(1),
  created: z.number(),
  data: z.object({ object: objectShape }),
});

/** What types of events say of the payment, where that is the whole truth: of others only `retrieve` tells it. */
const STATUS_OF_TYPE: Readonly<Record<string, PaymentSnapshot["status"]>> = {
  "payment_intent.amount_capturable_updated": "authorized",
  "payment_intent.succeeded": "captured",
  "payment_intent.canceled": "voided",
};

/** What a Stripe event is about. It is a hint: the truth is `retrieve`d. */
export interface StripeEvent {
  type: string;
  /** What it says has become of the payment; null where its type does not say. */
  status: PaymentSnapshot["status"] | null;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Null where the event is about no payment. */
  intentId: string | null;
  orderId: string | null;
  /** The amount of the object that the event is about. */
  amount: Money | null;
  /** The dispute that the event is about, if it is about one. */
  disputeId?: string;
}

const cryptoProvider = Stripe.createSubtleCryptoProvider();

/** Verifies a Stripe webhook by the library's own check; timestamps from the future are refused as well. */
export async function verifyStripeWebhook(
  rawBody: string,
  headers: Headers,
  secret: string,
  now: number,
): Promise<WebhookVerification<StripeEvent>> {
  const header = headers.get("stripe-signature");
  if (header === null || header === "") return { ok: false, reason: "signature_missing" };
  const timestamp = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(header)?.[1];
  if (timestamp === undefined) return { ok: false, reason: "signature_malformed" };
  let payload: unknown;
  try {
    // Tolerance 0 leaves the time to the check below, which looks in both directions.
    payload = await Stripe.webhooks.constructEventAsync(rawBody, header, secret, 0, cryptoProvider, now);
  } catch (error) {
    const isUnsigned = error instanceof Stripe.errors.StripeSignatureVerificationError;
    return { ok: false, reason: isUnsigned ? "signature_wrong" : "payload_unreadable" };
  }
  if (!isWithinTolerance(Number(timestamp) * 1000, now)) return { ok: false, reason: "timestamp_outside_tolerance" };
  const parsed = eventShape.safeParse(payload);
  if (!parsed.success) return { ok: false, reason: "payload_unreadable" };
  const { id, type, created, data } = parsed.data;
  const about = data.object;
  const intent = typeof about.payment_intent === "object" ? about.payment_intent?.id : about.payment_intent;
  const event: StripeEvent = {
    type,
    status: STATUS_OF_TYPE[type] ?? null,
    createdAt: created * 1000,
    intentId: about.object === "payment_intent" ? about.id : (intent ?? null),
    orderId: about.metadata?.["order_id"] ?? null,
    amount:
      typeof about.amount === "number" && about.currency
        ? { amount: about.amount, currency: about.currency.toUpperCase() }
        : null,
    ...(about.object === "dispute" && { disputeId: about.id }),
  };
  return { ok: true, eventId: id, event };
}
