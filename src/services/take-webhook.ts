import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { WebhookMessage } from "../contracts/messages.ts";
import { openOps } from "../db/ops/database.ts";
import { storeWebhookEvent } from "../db/ops/webhook-events.ts";
import type { Env } from "../platform/env.ts";
import { logWarning } from "../platform/log.ts";
import { outsideFetch } from "../providers/http.ts";
import { verifyFedexWebhook } from "../providers/webhooks/fedex.ts";
import { PaypalCertificates } from "../providers/webhooks/paypal-certificates.ts";
import { verifyPaypalWebhook } from "../providers/webhooks/paypal.ts";
import { verifySendgridWebhook } from "../providers/webhooks/sendgrid.ts";
import { verifyStripeWebhook } from "../providers/webhooks/stripe.ts";
import { verifyTwilioWebhook } from "../providers/webhooks/twilio.ts";
import { isUnreadable, type WebhookVerification } from "../providers/webhooks/verification.ts";

/** PayPal's certificates, as long as the isolate lives. */
const paypalCertificates = new PaypalCertificates();

export type WebhookProvider = WebhookMessage["provider"];

interface Delivery {
  provider: WebhookProvider;
  rawBody: string;
  headers: Headers;
  /** The request's own query, as the sender signed it. */
  search: string;
  requestId: string;
}

/**
 * Takes a provider's event: its signature first, then it is stored under the provider's id, then queued. Answers ok only
 * once the queue has it; an event that was acted on already is left alone. What is stored is the verifier's event as JSON.
 */
export async function takeWebhook(env: Env, delivery: Delivery, now: number): Promise<ServiceResult<null>> {
  const { provider, requestId } = delivery;
  const verified = await verify(env, delivery, now);
  if (!verified.ok) {
    logWarning("webhook_refused", { provider, reason: verified.reason, requestId });
    return refuse("webhook_signature", "The signature does not fit the body, or is too old.");
  }
  const { eventId, event } = verified;
  if (isUnreadable(event)) logWarning("webhook_unreadable", { provider, eventId, requestId });
  const state = await storeWebhookEvent(openOps(env.OPS), { provider, eventId, payload: JSON.stringify(event) }, now);
  if (state === "waiting") await env.WEBHOOKS.send({ provider, eventId });
  return { ok: true, value: null };
}

function verify(
  env: Env,
  { provider, rawBody, headers, search }: Delivery,
  now: number,
): Promise<WebhookVerification<unknown>> {
  switch (provider) {
    case "stripe":
      return verifyStripeWebhook(rawBody, headers, env.STRIPE_WEBHOOK_SECRET, now);
    case "sendgrid":
      return verifySendgridWebhook(rawBody, headers, env.SENDGRID_WEBHOOK_PUBLIC_KEY ?? "", now);
    case "twilio":
      // Twilio signs the address it was given, which is the public one whatever host answers here.
      return verifyTwilioWebhook(rawBody, headers, {
        authToken: env.TWILIO_AUTH_TOKEN,
        url: `${env.PUBLIC_URL}/api/v1/webhooks/twilio${search}`,
      });
    case "fedex":
      return verifyFedexWebhook(rawBody, headers, env.FEDEX_WEBHOOK_SECRET ?? "");
    case "paypal":
      return verifyPaypalWebhook(
        rawBody,
        headers,
        {
          webhookId: env.PAYPAL_WEBHOOK_ID,
          fetch: outsideFetch(env.SIMULATORS),
          certificates: paypalCertificates,
        },
        now,
      );
  }
}
