import { and, eq, gt, isNull, lte } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { type SessionEnd, sessions, users } from "./schema/people.ts";

type SessionRow = typeof sessions.$inferSelect;
type UserRow = typeof users.$inferSelect;

/** Adds a session, and removes those that ended by their age at `forgottenUntil` or before. */
export async function addSession(
  db: OpsDatabase,
  session: Pick<SessionRow, "id" | "userId" | "startedAt" | "endsAt">,
  forgottenUntil: number,
): Promise<void> {
  await db.batch([
    db.delete(sessions).where(lte(sessions.endsAt, forgottenUntil)),
    db.insert(sessions).values({ ...session, generation: 1, refreshedAt: session.startedAt }),
  ]);
}

/** The session and its user, or null. A user who was deactivated is null. */
export async function findSession(
  db: OpsDatabase,
  id: string,
): Promise<{ session: SessionRow; user: UserRow | null } | null> {
  const [found] = await db
    .select({ session: sessions, user: users })
    .from(sessions)
    .leftJoin(users, and(eq(users.id, sessions.userId), eq(users.active, true)))
    .where(eq(sessions.id, id));
  return found ?? null;
}

/** Counts the session up by one refresh token. False where another request has done so first, or it has ended. */
export async function countSessionUp(
  db: OpsDatabase,
  { id, generation }: Pick<SessionRow, "id" | "generation">,
  now: number,
): Promise<boolean> {
  const counted = await db
    .update(sessions)
    .set({ generation: generation + 1, refreshedAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.generation, generation), isNull(sessions.endedAt)))
    .returning({ id: sessions.id });
  return counted.length > 0;
}

/** Ends the session. False where it had ended before. */
export async function endSessionRow(db: OpsDatabase, id: string, reason: SessionEnd, now: number): Promise<boolean> {
  const ended = await db
    .update(sessions)
    .set({ endedAt: now, endReason: reason })
    .where(and(eq(sessions.id, id), isNull(sessions.endedAt)))
    .returning({ id: sessions.id });
  return ended.length > 0;
}

/** The ids of the sessions that were ended after this moment. */
export async function listEndedSessions(db: OpsDatabase, after: number): Promise<string[]> {
  const ended = await db.select({ id: sessions.id }).from(sessions).where(gt(sessions.endedAt, after));
  return ended.map(({ id }) => id);
}
