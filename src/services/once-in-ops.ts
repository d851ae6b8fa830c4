import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { findDeed } from "../db/ops/deeds.ts";
import type { ServiceContext } from "./context.ts";

/**
 * Does once what is decided in OPS. `work` keeps the caller's deed in the transaction that does it; `again` answers a
 * repeat from what the deed was about, as it is now. Where `work` is refused or throws, it may be that another request
 * with the same key has done it, or this one, and the answer was lost: OPS is asked.
 */
export async function onceInOps<Value>(
  ctx: ServiceContext,
  again: (subject: string) => Promise<ServiceResult<Value>>,
  work: () => Promise<ServiceResult<Value>>,
): Promise<ServiceResult<Value>> {
  const before = await doneInOps(ctx, again);
  if (before !== null) return before;
  try {
    const result = await work();
    return result.ok ? result : ((await doneInOps(ctx, again)) ?? result);
  } catch (error) {
    const done = await doneInOps(ctx, again);
    if (done === null) throw error;
    return done;
  }
}

/** The answer to a repeat; null where there is no deed, or it was not done. */
export async function doneInOps<Value>(
  { env, deed }: ServiceContext,
  again: (subject: string) => Promise<ServiceResult<Value>>,
): Promise<ServiceResult<Value> | null> {
  const done = deed && (await findDeed(openOps(env.OPS), deed));
  if (done === null) return null;
  if (done === "mismatch")
    return refuse(
      "idempotency_mismatch",
      "This Idempotency-Key was used with another request: send the first one again, or use a new key.",
    );
  return asReplay(await again(done.subject));
}

/** The result, as the answer to a repeat. */
export function asReplay<Value>(result: ServiceResult<Value>): ServiceResult<Value> {
  return result.ok ? { ...result, replayed: true } : result;
}
