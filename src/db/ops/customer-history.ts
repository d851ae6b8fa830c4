import { sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import type { AuditRow } from "./audit.ts";
import type { NotificationRow } from "./notifications.ts";

/** Where a page begins, as the ids of its entries are compared: older, or as old and lower. */
type Bounds = readonly [at: number, id: string];

/** A message to the customer, or a change of what is known of them, under the id of its entry. */
export type MessageEntry = Pick<
  NotificationRow,
  "orderId" | "subject" | "kind" | "channel" | "recipient" | "status" | "error" | "createdAt"
> & { id: string; notificationId: string };
export type AccountEntry = Pick<AuditRow, "at" | "action" | "actor" | "before" | "after"> & { id: string };

/** The newest messages about any of these orders, before the bounds, at most `limit`. */
export async function listMessagesOf(
  db: OpsDatabase,
  orderIds: readonly string[],
  [at, id]: Bounds,
  limit: number,
): Promise<MessageEntry[]> {
  if (orderIds.length === 0) return [];
  return db.all<MessageEntry>(sql`
    select 'message:' || id as id, id as notificationId, order_id as orderId, subject, kind, channel, recipient, status,
      error, created_at as createdAt
    from notifications where order_id in (select value from json_each(${JSON.stringify(orderIds)}))
      and (created_at, 'message:' || id) < (${at}, ${id})
    order by created_at desc, 1 desc limit ${limit}`);
}

/** The newest entries of the audit trail about this subject, before the bounds, at most `limit`. */
export async function listChangesOf(
  db: OpsDatabase,
  subject: string,
  [at, id]: Bounds,
  limit: number,
): Promise<AccountEntry[]> {
  const rows = await db.all<
    Record<"id" | "action" | "actor", string> & Record<"before" | "after", string | null> & { at: number }
  >(sql`
    select 'account:' || printf('%012d', sequence) as id, at, action, actor, "before", "after"
    from audit_entries where subject = ${subject} and (at, 'account:' || printf('%012d', sequence)) < (${at}, ${id})
    order by at desc, 1 desc limit ${limit}`);
  return rows.map(({ actor, before, after, ...row }) => ({
    ...row,
    actor: JSON.parse(actor) as AuditRow["actor"],
    before: before === null ? null : (JSON.parse(before) as unknown),
    after: after === null ? null : (JSON.parse(after) as unknown),
  }));
}
