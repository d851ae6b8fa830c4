import { and, asc, desc, eq, gt, lt, sql, type SQL } from "drizzle-orm";
import type { RunnableQuery } from "drizzle-orm/runnable-query";
import type { OpsDatabase } from "./database.ts";
import { keepDeed, keepDeedDoneElsewhere, type KeptDeed } from "./deeds.ts";
import { auditEntries, auditSeals } from "./schema/audit.ts";

export type AuditRow = typeof auditEntries.$inferSelect;
export type AuditEntry = Pick<typeof auditEntries.$inferInsert, "at" | "actor" | "action" | "subject" | "origin"> & {
  /** Null where there was nothing, or where it is not ours to keep: never secrets or personal data. */
  before: unknown;
  after: unknown;
};

/** Appends entries, any number in one statement. */
export async function appendAudit(db: OpsDatabase, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await insertEntries(db, entries, sql`true`);
}

/** Keeps a deed that was done elsewhere, with its entries, in one transaction; no entry where it was kept before. */
export async function appendAuditOnce(
  db: OpsDatabase,
  entries: readonly [AuditEntry, ...AuditEntry[]],
  done: KeptDeed,
): Promise<void> {
  await db.batch([keepDeedDoneElsewhere(db, done, entries[0].at), insertEntries(db, entries, sql`changes() > 0`)]);
}

function insertEntries(db: OpsDatabase, entries: readonly AuditEntry[], condition: SQL) {
  const rows = entries.map((entry) => ({ ...entry, before: textOf(entry.before), after: textOf(entry.after) }));
  return db.insert(auditEntries).select(
    sql`select null, value ->> '$.at', value -> '$.actor', value ->> '$.action', value ->> '$.subject',
      value ->> '$.before', value ->> '$.after', value -> '$.origin' from json_each(${JSON.stringify(rows)})
      where ${condition}`,
  );
}

/**
 * Makes a change of one statement, keeps the deed that asked for it, and appends its entry, in one transaction; neither
 * where the statement changes nothing. Nobody has to account for what is no person's doing: then there is no entry.
 * Answers what the statement returns. Throws, with nothing changed, where the deed's key was used before.
 */
export async function changeAudited<Row>(
  db: OpsDatabase,
  change: RunnableQuery<Row[], "sqlite">,
  entry: AuditEntry | null,
  done: KeptDeed | null = null,
): Promise<Row[]> {
  const kept = done === null ? [] : [keepDeed(db, done, entry?.at ?? Date.now())];
  const entered = entry === null ? [] : [insertEntries(db, [entry], sql`changes() > 0`)];
  const [rows] = await db.batch([change as never, ...kept, ...entered]);
  return rows;
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** The entries that have no seal yet, oldest first, and the seal before them; null before the first. */
export async function readUnsealed(
  db: OpsDatabase,
  limit: number,
): Promise<{ entries: AuditRow[]; seal: { sequence: number; hash: string } | null }> {
  const [last] = await db.select().from(auditSeals).orderBy(desc(auditSeals.sequence)).limit(1);
  const entries = await db
    .select()
    .from(auditEntries)
    .where(gt(auditEntries.sequence, last?.sequence ?? 0))
    .orderBy(asc(auditEntries.sequence))
    .limit(limit);
  return { entries, seal: last ?? null };
}

/** Adds seals; one that is there already stays as it is. */
export async function addSeals(db: OpsDatabase, seals: readonly { sequence: number; hash: string }[]): Promise<void> {
  await db.insert(auditSeals).select(
    sql`select value ->> '$.sequence', value ->> '$.hash' from json_each(${JSON.stringify(seals)}) where true
      on conflict do nothing`,
  );
}

/** Entries with their seals, newest first: those before the sequence `before` when it is given. */
export async function listAudit(
  db: OpsDatabase,
  filter: { subject?: string | undefined; actor?: string | undefined },
  page: { before?: number | undefined; limit: number },
): Promise<(AuditRow & { hash: string | null })[]> {
  const conditions: (SQL | undefined)[] = [];
  if (filter.subject !== undefined) conditions.push(eq(auditEntries.subject, filter.subject));
  if (filter.actor !== undefined) conditions.push(sql`${auditEntries.actor} ->> '$.id' = ${filter.actor}`);
  if (page.before !== undefined) conditions.push(lt(auditEntries.sequence, page.before));
  const found = await db
    .select({ entry: auditEntries, hash: auditSeals.hash })
    .from(auditEntries)
    .leftJoin(auditSeals, eq(auditSeals.sequence, auditEntries.sequence))
    .where(and(...conditions))
    .orderBy(desc(auditEntries.sequence))
    .limit(page.limit);
  return found.map(({ entry, hash }) => ({ ...entry, hash }));
}
