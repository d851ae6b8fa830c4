import { and, desc, eq, lt, or } from "drizzle-orm";
import type { Deed } from "../../contracts/deed.ts";
import type { OpsDatabase } from "./database.ts";
import { keepDeed } from "./deeds.ts";
import { reconciliationRuns } from "./schema/reconciliation.ts";

export type ReconciliationRun = typeof reconciliationRuns.$inferSelect;

/** Keeps what a comparison came to, and the deed that asked for it, in one transaction. */
export async function recordReconciliationRun(
  db: OpsDatabase,
  run: ReconciliationRun,
  deed: Deed | null,
): Promise<void> {
  const insert = db.insert(reconciliationRuns).values(run);
  await db.batch(deed === null ? [insert] : [insert, keepDeed(db, { deed, subject: run.id }, run.startedAt)]);
}

/** What one comparison came to; null where there is none of this id. */
export async function findReconciliationRun(db: OpsDatabase, id: string): Promise<ReconciliationRun | null> {
  const [found] = await db.select().from(reconciliationRuns).where(eq(reconciliationRuns.id, id));
  return found ?? null;
}

/** Where a page of the list begins: right after this run. */
export interface RunPosition {
  startedAt: number;
  id: string;
}

/** Up to `limit` comparisons, newest first; `next` is null on the last page. */
export async function listReconciliationRuns(
  db: OpsDatabase,
  page: { after: RunPosition | undefined; limit: number },
): Promise<{ rows: ReconciliationRun[]; next: RunPosition | null }> {
  const { startedAt, id } = reconciliationRuns;
  const found = await db
    .select()
    .from(reconciliationRuns)
    .where(
      page.after &&
        or(lt(startedAt, page.after.startedAt), and(eq(startedAt, page.after.startedAt), lt(id, page.after.id))),
    )
    .orderBy(desc(startedAt), desc(id))
    .limit(page.limit + 1);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  return { rows, next: found.length > page.limit && last ? { startedAt: last.startedAt, id: last.id } : null };
}
