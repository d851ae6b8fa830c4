import { takeWebhook, type WebhookProvider } from "../../services/take-webhook.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { readText } from "../read-body.ts";

const KB = 1024;

/**
 * The providers, and how large a body is read before its signature is checked. SendGrid gathers events until there are
 * 768 KB of them (its documentation of the Event Webhook). An event of Stripe, PayPal or FedEx is one object of some
 * kilobytes, and Twilio's a short form: theirs is many times what they send.
 */
const SENDERS: Readonly<Record<WebhookProvider, { name: string; maxBytes: number }>> = {
  stripe: { name: "Stripe", maxBytes: 256 * KB },
  sendgrid: { name: "SendGrid", maxBytes: 1024 * KB },
  twilio: { name: "Twilio", maxBytes: 16 * KB },
  fedex: { name: "FedEx", maxBytes: 256 * KB },
  paypal: { name: "PayPal", maxBytes: 256 * KB },
};

function webhookEndpoint(provider: WebhookProvider): AnyEndpoint {
  return endpoint({
    method: "POST",
    path: `/webhooks/${provider}`,
    tag: "Webhooks in",
    summary: `Takes an event of ${SENDERS[provider].name}`,
    scope: "public",
    answers: { 200: { description: "The event is stored and queued; also when it was before." } },
    problems: ["webhook_signature", "body_too_large"],
    async handle({ ctx, request }) {
      const text = await readText(request, SENDERS[provider].maxBytes);
      if (!text.ok) return text;
      const { search } = new URL(request.url);
      const taken = await takeWebhook(
        ctx.env,
        { provider, rawBody: text.value, headers: request.headers, search, requestId: ctx.requestId },
        ctx.now,
      );
      return taken.ok ? { status: 200 } : taken;
    },
  });
}

export const webhookEndpoints: readonly AnyEndpoint[] = [
  webhookEndpoint("stripe"),
  webhookEndpoint("sendgrid"),
  webhookEndpoint("twilio"),
  webhookEndpoint("fedex"),
  webhookEndpoint("paypal"),
];
