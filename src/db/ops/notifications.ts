import { and, desc, eq, lt, or, sql, type SQL } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { notifications, type NotificationChannel } from "./schema/operations.ts";

export type NotificationRow = typeof notifications.$inferSelect;

export interface NotificationClaim {
  /** Also the reference the provider gets. */
  id: string;
  orderId: string;
  /** The order, shipment, refund or single request that the message is about. */
  subject: string;
  kind: string;
  channel: NotificationChannel;
  /** Masked already. */
  recipient: string;
}

/**
 * What a claim came to: the notification as it stands where somebody has claimed it before; null where the claim's id
 * belongs to another subject, which is damage of this claim alone.
 */
export type ClaimedNotification =
  | { claimed: true }
  | { claimed: false; notification: Pick<NotificationRow, "id" | "status"> | null };

/**
 * Claims the sending of messages before they are sent, many in one statement; answers in the order of the claims.
 * `claimed` is true for exactly one caller per subject, kind and channel; everybody else gets the notification as the
 * first caller left it.
 */
export async function claimNotifications(
  db: OpsDatabase,
  claims: readonly NotificationClaim[],
  now: number,
): Promise<ClaimedNotification[]> {
  const inserted = await db.all<{ id: string }>(sql`
    insert into notifications (id, order_id, subject, kind, channel, recipient, status, created_at, updated_at)
    select value ->> '$.id', value ->> '$.orderId', value ->> '$.subject', value ->> '$.kind', value ->> '$.channel',
      value ->> '$.recipient', 'claimed', ${now}, ${now} from json_each(${JSON.stringify(claims)})
    where true on conflict do nothing returning id`);
  const mine = new Set(inserted.map(({ id }) => id));
  const others = claims.filter(({ id }) => !mine.has(id));
  const standing = others.length === 0 ? [] : await findClaimed(db, others);
  return claims.map((claim) => {
    if (mine.has(claim.id)) return { claimed: true };
    return { claimed: false, notification: standing.find(({ asked }) => asked === claim.id) ?? null };
  });
}

/** The notifications of the same subject, kind and channel as these claims; `asked` is the claim's own id. */
function findClaimed(
  db: OpsDatabase,
  claims: readonly NotificationClaim[],
): Promise<(Pick<NotificationRow, "id" | "status"> & { asked: string })[]> {
  return db.all(sql`
    select notifications.id as id, status, claim.value ->> '$.id' as asked
    from json_each(${JSON.stringify(claims)}) as claim join notifications on order_id = claim.value ->> '$.orderId'
      and subject = claim.value ->> '$.subject' and kind = claim.value ->> '$.kind'
      and channel = claim.value ->> '$.channel'`);
}

/** How the sending of a message ended, by the message's id. */
export type NotificationEnd = { id: string } & (
  | { status: "sent" | "delivered"; providerMessageId: string }
  | { status: "failed" | "declined"; error: string }
);

export type EndedNotification = Pick<NotificationRow, "id" | "orderId" | "kind" | "channel" | "status" | "error">;

/** Bounded by D1's limit on a parameter: a provider may tell of 10,000 messages at a time. */
const ENDS_AT_ONCE = 2_000;

/**
 * Records how sending ended, many in one statement, each id once; ids that nobody knows are left out. Answers what was
 * recorded. A delivery that is known already stays: the reply to the sending may be slower than the provider's event.
 */
export async function finishNotifications(
  db: OpsDatabase,
  ends: readonly NotificationEnd[],
  now: number,
): Promise<EndedNotification[]> {
  const recorded: EndedNotification[] = [];
  for (let start = 0; start < ends.length; start += ENDS_AT_ONCE) {
    const some = JSON.stringify(ends.slice(start, start + ENDS_AT_ONCE));
    const rows = await db.all<EndedNotification>(sql`
      update notifications set status = ended.status, error = coalesce(ended.error, notifications.error),
        provider_message_id = coalesce(ended.message_id, notifications.provider_message_id), updated_at = ${now}
      from (select value ->> '$.id' as id, value ->> '$.status' as status, value ->> '$.error' as error,
        value ->> '$.providerMessageId' as message_id from json_each(${some})) as ended
      where notifications.id = ended.id and not (notifications.status = 'delivered' and ended.status = 'sent')
      returning notifications.id as id, order_id as orderId, kind, channel, notifications.status as status,
        notifications.error as error`);
    recorded.push(...rows);
  }
  return recorded;
}

/** A delay that the provider has told of: the message's id, and the event's own. */
export interface NotificationDelay {
  id: string;
  eventId: string;
}

/**
 * Counts delays of messages that are under way, each event once however often it is told. Answers the ids of those
 * that have been delayed at least `most` times by now.
 */
export async function countDelays(
  db: OpsDatabase,
  delays: readonly NotificationDelay[],
  most: number,
  now: number,
): Promise<string[]> {
  const byMessage = [...Map.groupBy(delays, ({ id }) => id)].map(([id, some]) => ({
    id,
    events: some.map(({ eventId }) => eventId),
  }));
  const delayed: string[] = [];
  for (let start = 0; start < byMessage.length; start += ENDS_AT_ONCE) {
    const some = JSON.stringify(byMessage.slice(start, start + ENDS_AT_ONCE));
    const rows = await db.all<{ id: string; times: number }>(sql`
      update notifications set updated_at = ${now}, delays = (select json_group_array(value) from (
          select value from json_each(notifications.delays) union select value from json_each(told.events)))
      from (select value ->> '$.id' as id, value -> '$.events' as events from json_each(${some})) as told
      where notifications.id = told.id and notifications.status in ('claimed', 'sent')
      returning notifications.id as id, json_array_length(notifications.delays) as times`);
    delayed.push(...rows.filter(({ times }) => times >= most).map(({ id }) => id));
  }
  return delayed;
}

/** The notification with this id (the reference that the provider's events carry), or null. */
export async function findNotification(db: OpsDatabase, id: string): Promise<NotificationRow | null> {
  const found = await db.select().from(notifications).where(eq(notifications.id, id));
  return found[0] ?? null;
}

/** Where a page of the list begins: right after this notification. */
export interface NotificationPosition {
  createdAt: number;
  id: string;
}

/** Up to `limit` notifications, of one order when it is given, newest first; `next` is null on the last page. */
export async function listNotifications(
  db: OpsDatabase,
  filter: { orderId?: string },
  page: { after?: NotificationPosition; limit: number },
): Promise<{ rows: NotificationRow[]; next: NotificationPosition | null }> {
  const conditions: (SQL | undefined)[] = [];
  if (filter.orderId !== undefined) conditions.push(eq(notifications.orderId, filter.orderId));
  if (page.after !== undefined) {
    const { createdAt, id } = page.after;
    conditions.push(
      or(lt(notifications.createdAt, createdAt), and(eq(notifications.createdAt, createdAt), lt(notifications.id, id))),
    );
  }
  const found = await db
    .select()
    .from(notifications)
    .where(and(...conditions))
    .orderBy(desc(notifications.createdAt), desc(notifications.id))
    .limit(page.limit + 1);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  return { rows, next: found.length > page.limit && last ? { createdAt: last.createdAt, id: last.id } : null };
}
