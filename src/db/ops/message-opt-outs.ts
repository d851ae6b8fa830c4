import { eq, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { messageOptOuts } from "./schema/messages.ts";

/** What the reader at this (hashed) address has unsubscribed from. */
export async function listOptOuts(db: OpsDatabase, address: string): Promise<string[]> {
  const found = await db
    .select({ topic: messageOptOuts.topic })
    .from(messageOptOuts)
    .where(eq(messageOptOuts.address, address));
  return found.map(({ topic }) => topic);
}

/** Unsubscribes the address from these topics; the same twice is once. */
export async function addOptOuts(
  db: OpsDatabase,
  address: string,
  topics: readonly string[],
  now: number,
): Promise<void> {
  if (topics.length === 0) return;
  await db
    .insert(messageOptOuts)
    .values(topics.map((topic) => ({ address, topic, at: now })))
    .onConflictDoNothing();
}

/** Makes these topics all that the address is unsubscribed from. */
export async function replaceOptOuts(
  db: OpsDatabase,
  address: string,
  topics: readonly string[],
  now: number,
): Promise<void> {
  const chosen = JSON.stringify(topics);
  await db.batch([
    db
      .delete(messageOptOuts)
      .where(
        sql`${messageOptOuts.address} = ${address} and ${messageOptOuts.topic} not in (select value from json_each(${chosen}))`,
      ),
    db
      .insert(messageOptOuts)
      .select(sql`select ${address}, value, ${now} from json_each(${chosen}) where true on conflict do nothing`),
  ]);
}
