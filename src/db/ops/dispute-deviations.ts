import { and, eq, inArray, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { deviations } from "./schema/operations.ts";

/** A dispute's deviation is found by its order and the provider's id of the dispute. */
export interface DisputeSubject {
  orderId: string;
  disputeId: string;
}

const isAbout = ({ orderId, disputeId }: DisputeSubject) =>
  and(
    eq(deviations.orderId, orderId),
    eq(deviations.kind, "dispute"),
    eq(sql`${deviations.subject} ->> '$.reference'`, disputeId),
  );

/** Whether the dispute has been put in front of a person. */
export async function hasDisputeDeviation(db: OpsDatabase, subject: DisputeSubject): Promise<boolean> {
  const found = await db.select({ id: deviations.id }).from(deviations).where(isAbout(subject)).limit(1);
  return found.length > 0;
}

/** Resolves the deviation of a dispute that needs nobody any more; one that somebody has resolved stays as it is. */
export async function resolveDisputeDeviation(
  db: OpsDatabase,
  subject: DisputeSubject,
  by: { actor: string; resolution: string; now: number },
): Promise<void> {
  await db
    .update(deviations)
    .set({ status: "resolved", resolvedAt: by.now, resolvedBy: by.actor, resolution: by.resolution })
    .where(and(isAbout(subject), inArray(deviations.status, ["open", "assigned"])));
}

/** Adds to what is known of the dispute, once. */
export async function noteDisputeDeviation(db: OpsDatabase, subject: DisputeSubject, note: string): Promise<void> {
  await db
    .update(deviations)
    .set({ tried: sql`json_insert(${deviations.tried}, '$[#]', ${note})` })
    .where(and(isAbout(subject), sql`not exists (select 1 from json_each(${deviations.tried}) where value = ${note})`));
}
