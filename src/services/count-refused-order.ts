import type { ProblemCode, ServiceProblem } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { addOrderRefusals } from "../db/ops/order-refusals.ts";
import { logWarning } from "../platform/log.ts";
import { withinLimit } from "../platform/time-limit.ts";
import type { ServiceContext } from "./context.ts";

/** However many orders an isolate refuses, it writes no oftener than this. */
const GATHER_MS = 500;
const WRITE_LIMIT_MS = 5_000;

/** What this isolate has refused and not written yet. */
const tally = new Map<ProblemCode, number>();
/** Until then some request writes the tally; one that was ended in the midst of it leaves it to another. */
let attendedUntil = 0;

/**
 * Counts an order that was refused, by the reason, for people to see. It costs the order that was refused a few
 * instructions and everybody else nothing: the isolate gathers, and writes behind its answers. An isolate that goes
 * takes along what it had not written, so the count may fall short of the truth by half a second's refusals; a write
 * whose answer was lost is made again, and may count twice.
 */
export function countRefusedOrder(ctx: Pick<ServiceContext, "env" | "now" | "defer">, { code }: ServiceProblem): void {
  tally.set(code, (tally.get(code) ?? 0) + 1);
  if (ctx.now < attendedUntil) return;
  attendedUntil = ctx.now + WRITE_LIMIT_MS;
  ctx.defer(writeTally(ctx));
}

async function writeTally({ env }: Pick<ServiceContext, "env">): Promise<void> {
  const db = openOps(env.OPS);
  while (tally.size > 0) {
    const counts = new Map(tally);
    tally.clear();
    try {
      await withinLimit(addOrderRefusals(db, counts, Date.now()), WRITE_LIMIT_MS, "order refusals");
    } catch (error) {
      logWarning("refused_orders_not_counted", { error: error instanceof Error ? error.name : "unknown" });
      for (const [code, count] of counts) tally.set(code, (tally.get(code) ?? 0) + count);
      // A database that is away is not asked again for every order that is refused meanwhile.
      attendedUntil = Date.now() + WRITE_LIMIT_MS;
      return;
    }
    if (tally.size === 0) break;
    attendedUntil = Date.now() + GATHER_MS + WRITE_LIMIT_MS;
    await scheduler.wait(GATHER_MS);
  }
  attendedUntil = 0;
}
