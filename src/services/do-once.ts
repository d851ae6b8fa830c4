import { z } from "zod";
import type { Deed } from "../contracts/deed.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { claimIdempotencyKey, recordIdempotentAnswer, releaseIdempotencyKey } from "../db/ops/idempotency.ts";
import type { ServiceContext } from "./context.ts";

/** How long a repeat waits for the first request's answer. */
const WAIT_MS = 5_000;

/** What of an answer is kept. */
export interface KeptAnswer {
  status: number;
  body?: unknown;
  location?: string;
  version?: number;
}

const keptShape = z.object({
  body: z.unknown().optional(),
  location: z.string().optional(),
  version: z.number().optional(),
});

/**
 * Does the work once for each deed and keeps its answer for every repeat. Work that answers null came to
 * nothing: it is not kept, and the same key may try again. Another content under its key is `idempotency_mismatch`.
 */
export async function doOnce(
  ctx: ServiceContext,
  { key, fingerprint }: Deed,
  work: () => Promise<KeptAnswer | null>,
): Promise<ServiceResult<{ answer: KeptAnswer; replayed: boolean }>> {
  const db = openOps(ctx.env.OPS);
  const request = { principal: ctx.principal.id, key, fingerprint };
  const giveUpAt = Date.now() + WAIT_MS;
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    const claim = await claimIdempotencyKey(db, request, Date.now());
    if (claim.outcome === "mismatch")
      return refuse("idempotency_mismatch", "This Idempotency-Key was used with another request.");
    if (claim.outcome === "answered") return { ok: true, value: { answer: keptAnswerOf(claim), replayed: true } };
    if (claim.outcome === "claimed") break;
    if (Date.now() >= giveUpAt)
      return refuse(
        "idempotency_in_progress",
        "The first request with this Idempotency-Key has not been answered yet.",
      );
    await scheduler.wait(pause);
  }
  let answer: KeptAnswer | null = null;
  try {
    answer = await work();
  } finally {
    if (answer === null) await releaseIdempotencyKey(db, request);
  }
  if (answer === null) return { ok: true, value: { answer: { status: 204 }, replayed: false } };
  await recordIdempotentAnswer(db, request, { status: answer.status, response: keptShape.parse(answer) });
  return { ok: true, value: { answer, replayed: false } };
}

function keptAnswerOf({ status, response }: { status: number; response: unknown }): KeptAnswer {
  const { body, location, version } = keptShape.parse(response);
  return { status, body, ...(location !== undefined && { location }), ...(version !== undefined && { version }) };
}
