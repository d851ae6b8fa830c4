import { and, eq, isNull, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { webhookEvents } from "./schema/operations.ts";

/**
 * Stores a verified event under the provider's id. `processed`: a delivery of it was acted on already, nothing
 * is left to do. `waiting`: stored (now or before) and still to be acted on, so it belongs into the queue.
 */
export async function storeWebhookEvent(
  db: OpsDatabase,
  event: { provider: string; eventId: string; payload: string },
  now: number,
): Promise<"waiting" | "processed"> {
  const inserted = await db
    .insert(webhookEvents)
    .values({ ...event, receivedAt: now })
    .onConflictDoNothing()
    .returning({ eventId: webhookEvents.eventId });
  if (inserted.length > 0) return "waiting";
  const found = await db.select({ processedAt: webhookEvents.processedAt }).from(webhookEvents).where(keyOf(event));
  return found[0]?.processedAt == null ? "waiting" : "processed";
}

/** Counts an attempt and gives the payload; null when there is no such event or it is processed. */
export async function beginWebhookEvent(
  db: OpsDatabase,
  event: { provider: string; eventId: string },
): Promise<{ payload: string; receivedAt: number; attempts: number } | null> {
  const begun = await db
    .update(webhookEvents)
    .set({ attempts: sql`${webhookEvents.attempts} + 1` })
    .where(and(keyOf(event), isNull(webhookEvents.processedAt)))
    .returning({
      payload: webhookEvents.payload,
      receivedAt: webhookEvents.receivedAt,
      attempts: webhookEvents.attempts,
    });
  return begun[0] ?? null;
}

/** Marks the event as acted on. */
export async function markWebhookEventProcessed(
  db: OpsDatabase,
  event: { provider: string; eventId: string },
  now: number,
): Promise<void> {
  await db.update(webhookEvents).set({ processedAt: now }).where(keyOf(event));
}

function keyOf(event: { provider: string; eventId: string }) {
  return and(eq(webhookEvents.provider, event.provider), eq(webhookEvents.eventId, event.eventId));
}
