import { and, count, desc, eq, inArray, lt, ne, or, sql, type SQL } from "drizzle-orm";
import {
  deviationActions,
  type DeviationAction,
  type DeviationKind,
  type DeviationReport,
} from "../../domain/deviation.ts";
import { type AuditEntry, changeAudited } from "./audit.ts";
import type { OpsDatabase } from "./database.ts";
import type { KeptDeed } from "./deeds.ts";
import { deviations, type DeviationStatus } from "./schema/operations.ts";

/** A deviation as it stands. */
export interface Deviation extends DeviationReport {
  status: DeviationStatus;
  assignee: string | null;
  resolvedAt: number | null;
  resolvedBy: string | null;
  resolution: string | null;
  /** None once it is resolved. */
  actions: DeviationAction[];
}

function toDeviation({ orderId: _orderId, ...row }: typeof deviations.$inferSelect): Deviation {
  return { ...row, actions: row.status === "resolved" ? [] : deviationActions(row) };
}

/**
 * Opens deviations, any number in one statement; an id that is known already, open or resolved, changes nothing. What is
 * about the cause of one that is open (the same failed effect, or the same kind of failure of the same parcel) opens
 * none: that one has it among what was tried, and its newest effect as its subject.
 */
export async function openDeviations(db: OpsDatabase, reports: readonly DeviationReport[]): Promise<void> {
  if (reports.length === 0) return;
  for (const report of reports) {
    const { effectId, orderId } = report.subject;
    if (effectId === undefined || orderId === undefined) continue;
    const news = report.tried.at(-1) ?? report.summary;
    await db
      .update(deviations)
      .set({
        kind: report.kind,
        subject: report.subject,
        summary: report.summary,
        tried: sql`case when exists (select 1 from json_each(${deviations.tried}) where value = ${news})
          then ${deviations.tried} else json_insert(${deviations.tried}, '$[#]', ${news}) end`,
      })
      .where(and(ne(deviations.id, report.id), isOpenAbout(orderId, effectId, report)));
  }
  await db.run(sql`
    insert into deviations (id, kind, status, subject, order_id, summary, tried, opened_at)
    select value ->> '$.id', value ->> '$.kind', 'open', value -> '$.subject', value ->> '$.subject.orderId',
      value ->> '$.summary', value -> '$.tried', value ->> '$.openedAt'
    from json_each(${JSON.stringify(reports)}) r where not exists (
      select 1 from deviations d where d.order_id = r.value ->> '$.subject.orderId' and d.status in ('open', 'assigned')
        and d.subject ->> '$.effectId' = r.value ->> '$.subject.effectId')
    on conflict (id) do nothing`);
}

/** The open deviations of one order that have this effect's failure, or the same of its parcel, as their cause. */
function isOpenAbout(
  orderId: string,
  effectId: string,
  { kind, subject: { shipmentId } }: Pick<DeviationReport, "kind" | "subject">,
): SQL | undefined {
  const subjectOf = (field: string) => sql`${deviations.subject} ->> ${`$.${field}`}`;
  const ofParcel =
    shipmentId === undefined
      ? undefined
      : and(
          eq(deviations.kind, kind),
          sql`${subjectOf("shipmentId")} = ${shipmentId}`,
          sql`${subjectOf("effectId")} is not null`,
        );
  return and(
    eq(deviations.orderId, orderId),
    inArray(deviations.status, ["open", "assigned"]),
    or(sql`${subjectOf("effectId")} = ${effectId}`, ofParcel),
  );
}

/** Resolves what is open because this effect, or one like it for the same parcel, had failed: it has been done. */
export async function settleDeviations(
  db: OpsDatabase,
  { orderId, effectId, shipmentId }: { orderId: string; effectId: string; shipmentId: string },
  by: { resolution: string; now: number },
): Promise<Deviation[]> {
  const kinds = ["address_invalid", "label_unknown", "fulfillment_exception"] as const;
  const causes = kinds.map((kind) => isOpenAbout(orderId, effectId, { kind, subject: { shipmentId } }));
  const settled = await db
    .update(deviations)
    .set({ status: "resolved", resolvedAt: by.now, resolvedBy: "system", resolution: by.resolution })
    .where(or(...causes))
    .returning();
  return settled.map(toDeviation);
}

/** The deviation, or null. */
export async function findDeviation(db: OpsDatabase, id: string): Promise<Deviation | null> {
  const found = await db.select().from(deviations).where(eq(deviations.id, id));
  return found[0] ? toDeviation(found[0]) : null;
}

export interface DeviationFilter {
  /** Any of these. */
  status?: readonly DeviationStatus[];
  kind?: DeviationKind;
  orderId?: string;
  assignee?: string;
}

/** Where a page of the list begins: right after this deviation. */
export interface DeviationPosition {
  openedAt: number;
  id: string;
}

/** Up to `limit` deviations, newest first; `next` is null on the last page. */
export async function listDeviations(
  db: OpsDatabase,
  filter: DeviationFilter,
  page: { after?: DeviationPosition; limit: number },
): Promise<{ rows: Deviation[]; next: DeviationPosition | null }> {
  const conditions: (SQL | undefined)[] = [];
  if (filter.status !== undefined) conditions.push(inArray(deviations.status, [...filter.status]));
  if (filter.kind !== undefined) conditions.push(eq(deviations.kind, filter.kind));
  if (filter.orderId !== undefined) conditions.push(eq(deviations.orderId, filter.orderId));
  if (filter.assignee !== undefined) conditions.push(eq(deviations.assignee, filter.assignee));
  if (page.after !== undefined) {
    const { openedAt, id } = page.after;
    conditions.push(
      or(lt(deviations.openedAt, openedAt), and(eq(deviations.openedAt, openedAt), lt(deviations.id, id))),
    );
  }
  const found = await db
    .select()
    .from(deviations)
    .where(and(...conditions))
    .orderBy(desc(deviations.openedAt), desc(deviations.id))
    .limit(page.limit + 1);
  const rows = found.slice(0, page.limit).map(toDeviation);
  const last = rows.at(-1);
  return { rows, next: found.length > page.limit && last ? { openedAt: last.openedAt, id: last.id } : null };
}

/** How many are not resolved, per kind, with the age of the oldest. */
export async function countOpenDeviations(
  db: OpsDatabase,
): Promise<{ kind: DeviationKind; count: number; oldestOpenedAt: number }[]> {
  return db
    .select({
      kind: deviations.kind,
      count: count(),
      oldestOpenedAt: sql<number>`min(${deviations.openedAt})`,
    })
    .from(deviations)
    .where(inArray(deviations.status, ["open", "assigned"]))
    .groupBy(deviations.kind);
}

/** Resolves, with the entry of the audit trail and the deed; false when there is none or it is resolved already. */
export async function resolveDeviation(
  db: OpsDatabase,
  id: string,
  by: { actor: string; resolution: string; now: number },
  entry: AuditEntry | null = null,
  done: KeptDeed | null = null,
): Promise<boolean> {
  const change = db
    .update(deviations)
    .set({ status: "resolved", resolvedAt: by.now, resolvedBy: by.actor, resolution: by.resolution })
    .where(and(eq(deviations.id, id), inArray(deviations.status, ["open", "assigned"])))
    .returning({ id: deviations.id });
  return (await changeAudited(db, change, entry, done)).length > 0;
}

/**
 * Gives it to somebody, or to somebody else, with the entry of the audit trail and the deed; false when there is none or
 * it is resolved.
 */
export async function assignDeviation(
  db: OpsDatabase,
  id: string,
  assignee: string,
  entry: AuditEntry | null = null,
  done: KeptDeed | null = null,
): Promise<boolean> {
  const change = db
    .update(deviations)
    .set({ status: "assigned", assignee })
    .where(and(eq(deviations.id, id), inArray(deviations.status, ["open", "assigned"])))
    .returning({ id: deviations.id });
  return (await changeAudited(db, change, entry, done)).length > 0;
}

/** Adds to what was tried; silent when there is no such deviation. */
export async function recordDeviationAttempt(db: OpsDatabase, id: string, attempt: string): Promise<void> {
  await db
    .update(deviations)
    .set({ tried: sql`json_insert(${deviations.tried}, '$[#]', ${attempt})` })
    .where(eq(deviations.id, id));
}
