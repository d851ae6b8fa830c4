import { and, eq, isNull, lt, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { idempotency } from "./schema/operations.ts";

export type IdempotencyClaim =
  /** The request is the first, or the first was given up: do it, then record the answer. */
  | { outcome: "claimed" }
  | { outcome: "answered"; status: number; response: unknown }
  /** The first request is still at work. */
  | { outcome: "pending" }
  /** The key was used with another body. */
  | { outcome: "mismatch" };

/** After this long without an answer the first request counts as dead, and a repeat may take its place. */
const ABANDONED_AFTER_MS = 60_000;

/** Claims (principal, key) for a request with this fingerprint; true for one caller at a time. */
export async function claimIdempotencyKey(
  db: OpsDatabase,
  request: { principal: string; key: string; fingerprint: string },
  now: number,
): Promise<IdempotencyClaim> {
  const claimed = await db
    .insert(idempotency)
    .values({ ...request, createdAt: now })
    .onConflictDoUpdate({
      target: [idempotency.principal, idempotency.key],
      set: { createdAt: now },
      setWhere: and(
        isNull(idempotency.status),
        lt(idempotency.createdAt, now - ABANDONED_AFTER_MS),
        eq(idempotency.fingerprint, sql`excluded.fingerprint`),
      ),
    })
    .returning({ key: idempotency.key });
  if (claimed.length > 0) return { outcome: "claimed" };
  const [row] = await db.select().from(idempotency).where(keyOf(request));
  if (row === undefined) return { outcome: "pending" };
  if (row.fingerprint !== request.fingerprint) return { outcome: "mismatch" };
  return row.status === null
    ? { outcome: "pending" }
    : { outcome: "answered", status: row.status, response: row.response };
}

/** Keeps the answer for every repeat. */
export async function recordIdempotentAnswer(
  db: OpsDatabase,
  request: { principal: string; key: string },
  answer: { status: number; response: unknown },
): Promise<void> {
  await db.update(idempotency).set(answer).where(keyOf(request));
}

/** Gives up a claim whose request came to nothing, so that the same key may try again. */
export async function releaseIdempotencyKey(
  db: OpsDatabase,
  request: { principal: string; key: string },
): Promise<void> {
  await db.delete(idempotency).where(and(keyOf(request), isNull(idempotency.status)));
}

function keyOf(request: { principal: string; key: string }) {
  return and(eq(idempotency.principal, request.principal), eq(idempotency.key, request.key));
}
