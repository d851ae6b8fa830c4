import { openOps } from "../db/ops/database.ts";
import { forgetDeeds } from "../db/ops/deeds.ts";
import type { Env } from "../platform/env.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a repeat of a request that OPS decides is known again, where the configuration does not say. */
const KEPT_DAYS = 30;

/** Forgets the deeds in OPS that are older than the configuration says. Ledgers keep theirs for ever. */
export async function forgetOldDeeds(env: Pick<Env, "OPS" | "DEEDS_KEPT_DAYS">, now: number): Promise<number> {
  const days = env.DEEDS_KEPT_DAYS === undefined ? KEPT_DAYS : Number(env.DEEDS_KEPT_DAYS);
  return forgetDeeds(openOps(env.OPS), now - days * DAY_MS);
}
