import type { WebhookMessage } from "../../contracts/messages.ts";
import { openOps } from "../../db/ops/database.ts";
import { countDelays, type NotificationEnd } from "../../db/ops/notifications.ts";
import { countWebhookFailures, markWebhookEventsProcessed, readWaitingPayloads } from "../../db/ops/webhook-events.ts";
import { allOrderDatabases } from "../../db/orders/databases.ts";
import { findShipmentsByTracking } from "../../db/orders/queries.ts";
import { isOrderId } from "../../domain/ids.ts";
import type { Payment } from "../../domain/order/order.ts";
import type { PaymentProviderName } from "../../domain/order/payment-provider.ts";
import { logError } from "../../platform/log.ts";
import type { TrackingSnapshot } from "../../providers/carrier.ts";
import type { PaypalEvent } from "../../providers/webhooks/paypal.ts";
import type { SendgridEvent } from "../../providers/webhooks/sendgrid.ts";
import type { StripeEvent } from "../../providers/webhooks/stripe.ts";
import type { TwilioEvent } from "../../providers/webhooks/twilio.ts";
import { reportDeviations } from "../../services/report-deviations.ts";
import { gather } from "../gather.ts";
import { paymentFact } from "../handlers/payment-fact.ts";
import type { SagaContext } from "../saga-context.ts";
import { actOnDispute } from "./payment-disputes.ts";
import { tellBySms } from "../tell-by-sms.ts";

/** Waits before a webhook is tried again, by how often it was. */
const RETRY_SECONDS = 15;

/**
 * Acts on verified webhooks, each stored under its event id. A webhook is a hint: what it says of a payment that we do
 * not know is fetched. One that fails comes again; one that has been acted on already does nothing.
 */
export async function consumeWebhooks(batch: MessageBatch<WebhookMessage>, context: SagaContext): Promise<void> {
  const statements = statementsFor(context);
  // Side by side: a provider that answers slowly must not hold up the others, and what they ask is asked together.
  await Promise.all(batch.messages.map((message) => consumeWebhook(message, context, statements)));
}

async function consumeWebhook(
  message: Message<WebhookMessage>,
  context: SagaContext,
  statements: Statements,
): Promise<void> {
  const { provider, eventId } = message.body;
  try {
    const payload = await statements.payloadOf(message.body);
    if (payload !== null) {
      await act(context, statements, message.body, JSON.parse(payload));
      await statements.markProcessed(message.body);
    }
    message.ack();
  } catch (error) {
    logError("webhook_failed", error, { provider, eventId });
    message.retry({ delaySeconds: RETRY_SECONDS * message.attempts });
    await statements
      .countFailure(message.body)
      .catch((uncounted: unknown) => logError("webhook_failure_not_counted", uncounted, { provider, eventId }));
  }
}

type Statements = ReturnType<typeof statementsFor>;

/** What a batch asks of the databases: a statement for all that is asked in one turn. */
function statementsFor({ env, now }: SagaContext) {
  const ops = openOps(env.OPS);
  const together = () => "";
  return {
    /** Null when the event is processed. */
    payloadOf: gather(together, (events: WebhookMessage[]) => readWaitingPayloads(ops, events)),
    markProcessed: gather(together, async (events: WebhookMessage[]) => {
      await markWebhookEventsProcessed(ops, events, now());
      return events;
    }),
    countFailure: gather(together, async (events: WebhookMessage[]) => {
      await countWebhookFailures(ops, events);
      return events;
    }),
    /** Null when no order of ours has it. */
    shipmentOf: gather(together, async (trackingNumbers: string[]) => {
      const found = await Promise.all(
        allOrderDatabases(env).map((database) => findShipmentsByTracking(database, trackingNumbers)),
      );
      return trackingNumbers.map((asked) => found.flat().find((shipment) => shipment.trackingNumber === asked) ?? null);
    }),
  };
}

/** What is stored is what the verifiers made of the body, so its shape is known. */
async function act(
  context: SagaContext,
  statements: Statements,
  { provider, eventId }: WebhookMessage,
  event: unknown,
): Promise<void> {
  switch (provider) {
    case "stripe":
      return actOnPaymentProvider(context, provider, eventId, { payment: null, ...(event as StripeEvent) });
    case "paypal":
      return actOnPaymentProvider(context, provider, eventId, event as PaypalEvent);
    case "fedex":
      return actOnTracking(context, statements, eventId, event as TrackingSnapshot);
    case "sendgrid": {
      const events = event as SendgridEvent[];
      // What really became of a mail comes after what is made of its delays.
      const ends = [...(await endsOfDelays(context, events)), ...events.flatMap(endOfMail)];
      return recordEnds(context, ends);
    }
    case "twilio":
      return recordEnds(context, endOfSms(event as TwilioEvent));
  }
}

/** What an event of either payment provider tells. PayPal's do not all name the intent; they name our own payment. */
type PaymentEvent = PaypalEvent;

async function actOnPaymentProvider(
  context: SagaContext,
  provider: PaymentProviderName,
  eventId: string,
  event: PaymentEvent,
): Promise<void> {
  if (event.disputeId === undefined) return actOnPayment(context, provider, eventId, event);
  const unknown = await actOnDispute(context, provider, event.disputeId);
  if (unknown !== null) await unmatched(context, provider, eventId, unknown);
}

async function actOnPayment(
  context: SagaContext,
  provider: PaymentProviderName,
  eventId: string,
  event: PaymentEvent,
): Promise<void> {
  const { orderId } = event;
  if (event.intentId === null && event.payment === null) return;
  if (orderId === null || !isOrderId(orderId))
    return unmatched(context, provider, eventId, `a payment (${event.type}) that names no order of ours`);
  const order = await context.findOrder(orderId);
  const payment = order?.payments.find((candidate) => isAbout(event, provider, candidate));
  if (!order || !payment?.intentId) {
    // The intent's id is recorded right after it is made: what is not known after that is nobody's.
    const fresh = order !== null && event.createdAt > context.now() - 60_000;
    if (fresh) throw new Error("the payment is not recorded yet");
    return unmatched(context, provider, eventId, `a payment (${event.type}) that no order of ours has`);
  }
  if (isKnown(payment, event)) return;
  const truth = await context.providers.payments[provider].retrieve(payment.intentId);
  if (truth.outcome !== "done") throw new Error(`the payment could not be fetched: ${truth.message}`);
  const fact = paymentFact(truth.value);
  // A decline may be soft, and then it is tried again: only the effect that asked for it knows.
  if (fact.status !== "failed" && fact.status !== "created")
    await context.ledger(orderId).recordPayment(orderId, payment.number, fact);
}

function isAbout({ intentId, payment }: PaymentEvent, provider: PaymentProviderName, candidate: Payment): boolean {
  if (candidate.provider !== provider) return false;
  return intentId === null ? candidate.number === payment : candidate.intentId === intentId;
}

/** Whether the event tells what the reply to our own call has told before: the usual case, and nothing to fetch for. */
function isKnown(payment: Payment, { status, amount }: PaymentEvent): boolean {
  return payment.status === status && payment.amount === amount?.amount;
}

async function actOnTracking(
  context: SagaContext,
  statements: Statements,
  eventId: string,
  event: TrackingSnapshot,
): Promise<void> {
  if (event.status === "label_created") return;
  const found = await statements.shipmentOf(event.trackingNumber);
  // A label that we withdrew is no order's any more: that it is gone is what we asked for.
  if (found === null && event.withdrawn) return;
  if (found === null) return unmatched(context, "fedex", eventId, "a parcel that no order of ours has");
  await context.ledger(found.orderId).recordTracking(found.orderId, found.shipmentId, event.status, event.description);
}

function endOfMail({ reference, kind, messageId, reason }: SendgridEvent): NotificationEnd[] {
  if (reference === null) return [];
  switch (kind) {
    case "delivered":
      return [{ id: reference, status: "delivered", providerMessageId: messageId ?? "" }];
    case "bounce":
    case "dropped":
      return [{ id: reference, status: "failed", error: reason ?? kind }];
    default:
      return [];
  }
}

/** A mail that is delayed so often has failed: whoever waits for it is told in another way. */
const MOST_DELAYS = 3;

async function endsOfDelays({ env, now }: SagaContext, events: readonly SendgridEvent[]): Promise<NotificationEnd[]> {
  const delays = events.flatMap(({ kind, id: eventId, reference }) =>
    kind === "deferred" && reference !== null ? [{ id: reference, eventId }] : [],
  );
  if (delays.length === 0) return [];
  const delayed = await countDelays(openOps(env.OPS), delays, MOST_DELAYS, now());
  return delayed.map((id) => ({ id, status: "failed", error: `delayed ${MOST_DELAYS} times` }));
}

function endOfSms({ reference, status, messageId, errorCode }: TwilioEvent): NotificationEnd[] {
  if (reference === null) return [];
  switch (status) {
    case "delivered":
      return [{ id: reference, status, providerMessageId: messageId }];
    case "undelivered":
    case "failed":
      return [{ id: reference, status: "failed", error: errorCode ?? status }];
    default:
      return [];
  }
}

async function recordEnds(context: SagaContext, ends: readonly NotificationEnd[]): Promise<void> {
  const recorded = await Promise.all(ends.map((end) => context.finishNotification(end)));
  const failed = recorded.flatMap((message) => (message?.status === "failed" ? [message] : []));
  if (failed.length === 0) return;
  const untold = (await Promise.all(failed.map(async (one) => ((await tellBySms(context, one)) ? [] : [one])))).flat();
  const now = context.now();
  await reportDeviations(
    { env: context.env, now, defer: context.defer },
    untold.map(({ id, orderId, kind, error }) => ({
      id: `dev_bounced:${id}`,
      kind: "notification_failed",
      subject: { orderId, reference: id },
      summary: `A message (${kind}) did not reach its reader.`,
      tried: error === null ? [] : [error],
      openedAt: now,
    })),
  );
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
