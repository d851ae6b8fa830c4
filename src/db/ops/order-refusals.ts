import { gt, lte, sql } from "drizzle-orm";
import type { ProblemCode } from "../../contracts/problem.ts";
import type { OpsDatabase } from "./database.ts";
import { orderRefusals } from "./schema/operations.ts";

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 60;

/** Orders that were refused, by the reason. */
export type RefusalCounts = ReadonlyMap<ProblemCode, number>;

/** Adds to what was refused in the minute of `now` (epoch milliseconds), and forgets what is older than an hour. */
export async function addOrderRefusals(db: OpsDatabase, counts: RefusalCounts, now: number): Promise<void> {
  const minute = Math.floor(now / MINUTE_MS);
  await db.batch([
    db
      .insert(orderRefusals)
      .select(
        sql`select ${minute}, value ->> '$[0]', value ->> '$[1]' from json_each(${JSON.stringify([...counts])}) where true`,
      )
      .onConflictDoUpdate({
        target: [orderRefusals.minute, orderRefusals.reason],
        set: { count: sql`${orderRefusals.count} + excluded.count` },
      }),
    db.delete(orderRefusals).where(lte(orderRefusals.minute, minute - KEPT_MINUTES)),
  ]);
}

/** What was refused within the hour that ends with the minute of `now`. */
export async function countOrderRefusals(db: OpsDatabase, now: number): Promise<RefusalCounts> {
  const counted = await db
    .select({ reason: orderRefusals.reason, count: sql<number>`sum(${orderRefusals.count})` })
    .from(orderRefusals)
    .where(gt(orderRefusals.minute, Math.floor(now / MINUTE_MS) - KEPT_MINUTES))
    .groupBy(orderRefusals.reason);
  return new Map(counted.map(({ reason, count }) => [reason, count]));
}
