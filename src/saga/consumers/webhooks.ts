import type { WebhookMessage } from "../../contracts/messages.ts";
import { openOps } from "../../db/ops/database.ts";
import { findNotification, finishNotification } from "../../db/ops/notifications.ts";
import { beginWebhookEvent, markWebhookEventProcessed } from "../../db/ops/webhook-events.ts";
import { allOrderDatabases } from "../../db/orders/databases.ts";
import { findShipmentByTracking } from "../../db/orders/queries.ts";
import { isOrderId, type OrderId } from "../../domain/ids.ts";
import { logError } from "../../platform/log.ts";
import type { TrackingSnapshot } from "../../providers/carrier.ts";
import type { SendgridEvent } from "../../providers/webhooks/sendgrid.ts";
import type { StripeEvent } from "../../providers/webhooks/stripe.ts";
import type { TwilioEvent } from "../../providers/webhooks/twilio.ts";
import { reportDeviations } from "../../services/report-deviations.ts";
import { paymentFact } from "../handlers/payment-fact.ts";
import type { SagaContext } from "../saga-context.ts";

/** Waits before a webhook is tried again, by how often it was. */
const RETRY_SECONDS = 15;

/**
 * Acts on verified webhooks, each stored under its event id. A webhook is a hint: for payments the truth is fetched.
 * One that fails comes again; one that has been acted on already does nothing.
 */
export async function consumeWebhooks(batch: MessageBatch<WebhookMessage>, context: SagaContext): Promise<void> {
  // Side by side: a provider that answers slowly must not hold up the others. The queue's batch size bounds how many.
  await Promise.all(batch.messages.map((message) => consumeWebhook(message, context)));
}

async function consumeWebhook(message: Message<WebhookMessage>, context: SagaContext): Promise<void> {
  const ops = openOps(context.env.OPS);
  try {
    const stored = await beginWebhookEvent(ops, message.body);
    if (stored !== null) {
      await act(context, message.body, JSON.parse(stored.payload));
      await markWebhookEventProcessed(ops, message.body, context.now());
    }
    message.ack();
  } catch (error) {
    logError("webhook_failed", error, { provider: message.body.provider, eventId: message.body.eventId });
    message.retry({ delaySeconds: RETRY_SECONDS * message.attempts });
  }
}

/** What is stored is what the verifiers made of the body, so its shape is known. */
async function act(context: SagaContext, { provider, eventId }: WebhookMessage, event: unknown): Promise<void> {
  switch (provider) {
    case "stripe":
      return actOnPayment(context, eventId, event as StripeEvent);
    case "fedex":
      return actOnTracking(context, eventId, event as TrackingSnapshot);
    case "sendgrid":
      for (const one of event as SendgridEvent[]) await actOnMail(context, one);
      return;
    case "twilio":
      return actOnSms(context, event as TwilioEvent);
  }
}

async function actOnPayment(context: SagaContext, eventId: string, event: StripeEvent): Promise<void> {
  const { intentId, orderId } = event;
  if (intentId === null) return;
  if (orderId === null || !isOrderId(orderId))
    return unmatched(context, "stripe", eventId, `a payment (${event.type}) that names no order of ours`);
  const order = await knownOrder(context, orderId);
  const payment = order?.payments.find((candidate) => candidate.intentId === intentId);
  if (!order || !payment) {
    // The intent's id is recorded right after it is made: what is not known after that is nobody's.
    const fresh = order !== null && event.createdAt > context.now() - 60_000;
    if (fresh) throw new Error("the payment is not recorded yet");
    return unmatched(context, "stripe", eventId, `a payment (${event.type}) that no order of ours has`);
  }
  const truth = await context.providers.payments.retrieve(intentId);
  if (truth.outcome !== "done") throw new Error(`the payment could not be fetched: ${truth.message}`);
  const fact = paymentFact(truth.value);
  // A decline may be soft, and then it is tried again: only the effect that asked for it knows.
  if (fact.status !== "failed" && fact.status !== "created")
    await context.ledger(orderId).recordPayment(orderId, payment.number, fact);
}

async function knownOrder(context: SagaContext, orderId: OrderId) {
  try {
    return await context.order(orderId);
  } catch {
    return null;
  }
}

async function actOnTracking(context: SagaContext, eventId: string, event: TrackingSnapshot): Promise<void> {
  if (event.status === "label_created") return;
  for (const database of allOrderDatabases(context.env)) {
    const found = await findShipmentByTracking(database, event.trackingNumber);
    if (found === null) continue;
    await context
      .ledger(found.orderId)
      .recordTracking(found.orderId, found.shipmentId, event.status, event.description);
    return;
  }
  await unmatched(context, "fedex", eventId, "a parcel that no order of ours has");
}

async function actOnMail(context: SagaContext, { reference, kind, messageId, reason }: SendgridEvent): Promise<void> {
  if (reference === null) return;
  if (kind === "delivered") await recordEnd(context, reference, { delivered: true, messageId: messageId ?? "" });
  if (kind === "bounce" || kind === "dropped")
    await recordEnd(context, reference, { delivered: false, error: reason ?? kind });
}

async function actOnSms(context: SagaContext, { reference, status, messageId, errorCode }: TwilioEvent): Promise<void> {
  if (reference === null) return;
  if (status === "delivered") await recordEnd(context, reference, { delivered: true, messageId });
  if (status === "undelivered" || status === "failed")
    await recordEnd(context, reference, { delivered: false, error: errorCode ?? status });
}

type MessageEnd = { delivered: true; messageId: string } | { delivered: false; error: string };

async function recordEnd(context: SagaContext, reference: string, end: MessageEnd): Promise<void> {
  const ops = openOps(context.env.OPS);
  const notification = await findNotification(ops, reference);
  if (notification === null) return;
  const now = context.now();
  if (end.delivered)
    return finishNotification(ops, reference, { status: "delivered", providerMessageId: end.messageId }, now);
  await finishNotification(ops, reference, { status: "failed", error: end.error }, now);
  await reportDeviations({ env: context.env, now, defer: context.defer }, [
    {
      id: `dev_bounced:${reference}`,
      kind: "notification_failed",
      subject: { orderId: notification.orderId, reference },
      summary: `A message (${notification.kind}) did not reach its reader.`,
      tried: [end.error],
      openedAt: now,
    },
  ]);
}

async function unmatched(context: SagaContext, provider: string, eventId: string, what: string): Promise<void> {
  const now = context.now();
  await reportDeviations({ env: context.env, now, defer: context.defer }, [
    {
      id: `dev_webhook:${provider}:${eventId}`,
      kind: "webhook_unmatched",
      subject: { provider, reference: eventId },
      summary: `${provider} told of ${what}.`,
      tried: ["looked in every ledger and order database"],
      openedAt: now,
    },
  ]);
}
