import { and, eq, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { webhookEvents } from "./schema/operations.ts";

/** Names an event as its provider does. */
export interface WebhookEventId {
  provider: string;
  eventId: string;
}

/**
 * Stores a verified event under the provider's id. `processed`: a delivery of it was acted on already, nothing
 * is left to do. `waiting`: stored (now or before) and still to be acted on, so it belongs into the queue.
 */
export async function storeWebhookEvent(
  db: OpsDatabase,
  event: WebhookEventId & { payload: string },
  now: number,
): Promise<"waiting" | "processed"> {
  const inserted = await db
    .insert(webhookEvents)
    .values({ ...event, receivedAt: now, dueAt: now + LOST_AFTER_MS })
    .onConflictDoNothing()
    .returning({ eventId: webhookEvents.eventId });
  if (inserted.length > 0) return "waiting";
  const found = await db
    .select({ processedAt: webhookEvents.processedAt })
    .from(webhookEvents)
    .where(and(eq(webhookEvents.provider, event.provider), eq(webhookEvents.eventId, event.eventId)));
  return found[0]?.processedAt == null ? "waiting" : "processed";
}

/** The payloads of these events in one statement; null for one that nobody knows or that is processed. */
export async function readWaitingPayloads(
  db: OpsDatabase,
  events: readonly WebhookEventId[],
): Promise<(string | null)[]> {
  const rows = await db.all<{ provider: string; eventId: string; payload: string }>(sql`
    select provider, event_id as eventId, payload from webhook_events
    where processed_at is null and ${isOneOf(events)}`);
  return events.map(
    ({ provider, eventId }) =>
      rows.find((row) => row.provider === provider && row.eventId === eventId)?.payload ?? null,
  );
}

/** Marks events as acted on, in one statement. */
export async function markWebhookEventsProcessed(
  db: OpsDatabase,
  events: readonly WebhookEventId[],
  now: number,
): Promise<void> {
  await db.run(sql`update webhook_events set processed_at = ${now} where ${isOneOf(events)}`);
}

/** An event that nobody has acted on for this long may be lost; twice as long after each attempt. */
const LOST_AFTER_MS = 60_000;
/** So often that time is doubled, which comes to a day and a half: what can't be acted on is never forgotten. */
const MOST_DOUBLINGS = 11;
/** How many are brought again at a time: what a queue was away for must not drown the system when it is back. */
const MOST_AT_ONCE = 2_000;

/** Counts an attempt to act on each of these events that came to nothing, in one statement. */
export async function countWebhookFailures(
  db: OpsDatabase,
  events: readonly WebhookEventId[],
  now: number,
): Promise<void> {
  await db.run(sql`update webhook_events set ${attempted(now)} where ${isOneOf(events)}`);
}

/**
 * Takes the events that nobody has acted on in time, those first that wait the longest, and counts it as an attempt, so
 * that an event is taken by one caller, and less and less often.
 */
export async function takeLostWebhookEvents(db: OpsDatabase, now: number): Promise<WebhookEventId[]> {
  return db.all(sql`
    update webhook_events set ${attempted(now)} where rowid in (
      select rowid from webhook_events where processed_at is null and due_at <= ${now} order by due_at limit ${MOST_AT_ONCE})
    returning provider, event_id as eventId`);
}

function attempted(now: number) {
  return sql`attempts = attempts + 1, due_at = ${now} + (${LOST_AFTER_MS} << min(attempts + 1, ${MOST_DOUBLINGS}))`;
}

/** Any number of events as one parameter, found by the primary key. */
function isOneOf(events: readonly WebhookEventId[]) {
  const ids = events.map(({ provider, eventId }) => [provider, eventId]);
  return sql`(provider, event_id) in (select value ->> 0, value ->> 1 from json_each(${JSON.stringify(ids)}))`;
}
