import type { Knobs } from "./knobs.ts";

/** Pauses before the second and each later try. */
const RETRY_DELAYS_MS = [2000, 10_000, 60_000, 300_000, 1_800_000, 7_200_000];
const KEPT_DELIVERED_MS = 3_600_000;
const DUPLICATE_AFTER_MS = 150;

/** A webhook on its way; it is signed when it leaves, because the signature has a time. */
export interface OutgoingWebhook {
  id: number;
  eventId: string;
  target: string;
  contentType: string;
  body: string;
  attempts: number;
}

/** The webhooks of one vendor: durable, tried again until the API Worker has taken them. */
export class WebhookOutbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Lays a webhook out, doubled or held back where the dice say so. Call it in the transaction that makes the event. */
  add(
    webhook: { eventId: string; target: string; contentType: string; body: string },
    knobs: Knobs,
    { isDoubled, heldBackMs }: { isDoubled: boolean; heldBackMs: number },
    now: number,
  ): void {
    const state = knobs.webhooksEnabled ? "due" : "withheld";
    const dueAt = now + knobs.webhookDelayMs + heldBackMs;
    for (const at of isDoubled ? [dueAt, dueAt + DUPLICATE_AFTER_MS] : [dueAt]) {
      this.#sql.exec(
        "INSERT INTO outbox (event_id, target, content_type, body, created_at, due_at, attempts, state) VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
        webhook.eventId,
        webhook.target,
        webhook.contentType,
        webhook.body,
        now,
        at,
        state,
      );
    }
  }

  due(now: number, limit: number): OutgoingWebhook[] {
    return this.#sql
      .exec<{ id: number; eventId: string; target: string; contentType: string; body: string; attempts: number }>(
        "SELECT id, event_id AS eventId, target, content_type AS contentType, body, attempts FROM outbox WHERE state = 'due' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        now,
        limit,
      )
      .toArray();
  }

  /** When the next webhook is due; null when none is. */
  nextDue(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM outbox WHERE state = 'due'").one().at;
  }

  /** Records a try: taken, or to be tried again, or given up after the last. */
  settle(webhook: OutgoingWebhook, answer: { ok: boolean; text: string }, now: number): void {
    const delay = RETRY_DELAYS_MS[webhook.attempts];
    const state = answer.ok ? "delivered" : delay === undefined ? "given_up" : "due";
    this.#sql.exec(
      "UPDATE outbox SET state = ?, attempts = attempts + 1, due_at = ?, last_answer = ? WHERE id = ?",
      state,
      now + (delay ?? 0),
      answer.text,
      webhook.id,
    );
  }

  /** Forgets what was delivered long ago. */
  prune(now: number): void {
    this.#sql.exec("DELETE FROM outbox WHERE state = 'delivered' AND created_at < ?", now - KEPT_DELIVERED_MS);
  }

  counts(): Record<string, number> {
    const rows = this.#sql
      .exec<{ state: string; count: number }>("SELECT state, COUNT(*) AS count FROM outbox GROUP BY state")
      .toArray();
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }
}
