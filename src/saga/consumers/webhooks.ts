import type { WebhookMessage } from "../../contracts/messages.ts";
import { openOps } from "../../db/ops/database.ts";
import { countDelays, type NotificationEnd } from "../../db/ops/notifications.ts";
import { countWebhookFailures, markWebhookEventsProcessed, readWaitingPayloads } from "../../db/ops/webhook-events.ts";
import { allOrderDatabases } from "../../db/orders/databases.ts";
import { findShipmentsByTracking } from "../../db/orders/queries.ts";
import { logError } from "../../platform/log.ts";
import type { TrackingSnapshot } from "../../providers/carrier.ts";
import type { PaymentEvent } from "../../providers/webhooks/payment-event.ts";
import { type SendgridEvent, UNREADABLE_KIND } from "../../providers/webhooks/sendgrid.ts";
import type { TwilioEvent } from "../../providers/webhooks/twilio.ts";
import { isUnreadable } from "../../providers/webhooks/verification.ts";
import { reportDeviations } from "../../services/report-deviations.ts";
import { gather } from "../gather.ts";
import type { SagaContext } from "../saga-context.ts";
import { actOnPaymentEvent, actOnPaypalNotice } from "./payment-events.ts";
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
      await countWebhookFailures(ops, events, now());
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
  if (isUnreadable(event)) return unmatched(context, provider, eventId, "something that can't be read");
  switch (provider) {
    case "stripe":
    case "paypal": {
      const unknown =
        provider === "stripe"
          ? await actOnPaymentEvent(context, provider, event as PaymentEvent)
          : await actOnPaypalNotice(context, eventId, event);
      return unknown === null ? undefined : unmatched(context, provider, eventId, unknown);
    }
    case "fedex":
      return actOnTracking(context, statements, eventId, event as TrackingSnapshot);
    case "sendgrid": {
      const events = event as SendgridEvent[];
      if (events.some(({ kind }) => kind === UNREADABLE_KIND))
        await unmatched(context, provider, eventId, "something among others that can't be read");
      // What really became of a mail comes after what is made of its delays.
      const ends = [...(await endsOfDelays(context, events)), ...events.flatMap(endOfMail)];
      return recordEnds(context, ends);
    }
    case "twilio":
      return recordEnds(context, endOfSms(event as TwilioEvent));
  }
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
