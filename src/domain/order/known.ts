import type { Effect } from "./effects.ts";
import { RETRY_POLICIES } from "./retry.ts";

/**
 * While a deployment is under way, or after it was rolled back, this version meets what newer code has stored or sent.
 * The rule: read it, show it, and leave it for a version that knows it. What this version does not know it neither
 * does, nor counts as failed, nor overwrites; it looks again after this long.
 */
export const LOOK_AGAIN_MS = 5 * 60_000;

/** Whether this version can do the effect. */
export function isKnownEffect({ kind }: Pick<Effect, "kind">): boolean {
  return Object.hasOwn(RETRY_POLICIES, kind);
}
