import { takeWebhook, type WebhookProvider } from "../../services/take-webhook.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { readText } from "../read-body.ts";

const NAMES: Readonly<Record<WebhookProvider, string>> = {
  stripe: "Stripe",
  sendgrid: "SendGrid",
  twilio: "Twilio",
  fedex: "FedEx",
  paypal: "PayPal",
};

function webhookEndpoint(provider: WebhookProvider): AnyEndpoint {
  return endpoint({
    method: "POST",
    path: `/webhooks/${provider}`,
    tag: "Webhooks in",
    summary: `Takes an event of ${NAMES[provider]}`,
    scope: "public",
    answers: { 200: { description: "The event is stored and queued; also when it was before." } },
    problems: ["webhook_signature", "body_too_large"],
    async handle({ ctx, request }) {
      const text = await readText(request);
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
