import Stripe from "stripe";
import { z } from "zod";
import type { PaymentSnapshot } from "../payment.ts";
import { isRefundOver } from "../stripe-parse.ts";
import type { PaymentEvent } from "./payment-event.ts";
import { idOfBody, isWithinTolerance, UNREADABLE, type WebhookVerification } from "./verification.ts";

const objectShape = z.looseObject({
  object: z.string(),
  // A balance has none.
  id: z.string().nullish(),
  payment_intent: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  amount: z.number().int().nullish(),
  currency: z.string().nullish(),
  status: z.string().nullish(),
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

const cryptoProvider = Stripe.createSubtleCryptoProvider();

/** Verifies a Stripe webhook by the library's own check; timestamps from the future are refused as well. */
export async function verifyStripeWebhook(
  rawBody: string,
  headers: Headers,
  secret: string,
  now: number,
): Promise<WebhookVerification<PaymentEvent>> {
  const header = headers.get("stripe-signature");
  if (header === null || header === "") return { ok: false, reason: "signature_missing" };
  // One signed time only: of two, the library would check the signature by one, and we the age by the other.
  const times = header.split(",").filter((part) => part.trimStart().startsWith("t="));
  const timestamp = times.length === 1 ? /^t=(\d{1,12})$/.exec(times[0]?.trim() ?? "")?.[1] : undefined;
  if (timestamp === undefined) return { ok: false, reason: "signature_malformed" };
  let payload: unknown = null;
  try {
    // Tolerance 0 leaves the time to the check below, which looks in both directions.
    payload = await Stripe.webhooks.constructEventAsync(rawBody, header, secret, 0, cryptoProvider, now);
  } catch (error) {
    // What is signed and no JSON is unreadable.
    const isUnsigned = error instanceof Stripe.errors.StripeSignatureVerificationError;
    if (isUnsigned) return { ok: false, reason: "signature_wrong" };
  }
  if (!isWithinTolerance(Number(timestamp) * 1000, now)) return { ok: false, reason: "timestamp_outside_tolerance" };
  const parsed = eventShape.safeParse(payload);
  if (!parsed.success) return { ok: true, eventId: idOfBody("stripe_", rawBody), event: UNREADABLE };
  const { id, type, created, data } = parsed.data;
  const about = data.object;
  const intent = typeof about.payment_intent === "object" ? about.payment_intent?.id : about.payment_intent;
  const event: PaymentEvent = {
    type,
    status: STATUS_OF_TYPE[type] ?? null,
    createdAt: created * 1000,
    intentId: (about.object === "payment_intent" ? about.id : intent) ?? null,
    orderId: about.metadata?.["order_id"] ?? null,
    payment: null,
    amount:
      typeof about.amount === "number" && about.currency
        ? { amount: about.amount, currency: about.currency.toUpperCase() }
        : null,
    ...(about.object === "refund" && isRefundOver(about.status) && about.id && { failedRefundId: about.id }),
    ...(about.object === "dispute" && about.id && { disputeId: about.id }),
  };
  return { ok: true, eventId: id, event };
}
