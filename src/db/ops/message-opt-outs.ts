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

/** Makes these topics all that each address is unsubscribed from. */
export async function replaceOptOuts(
  db: OpsDatabase,
  choices: readonly { address: string; topics: readonly string[] }[],
  now: number,
): Promise<void> {
  const statements = choices.flatMap(({ address, topics }) => {
    const chosen = JSON.stringify(topics);
    return [
      db
        .delete(messageOptOuts)
        .where(
          sql`${messageOptOuts.address} = ${address} and ${messageOptOuts.topic} not in (select value from json_each(${chosen}))`,
        ),
      db
        .insert(messageOptOuts)
        .select(sql`select ${address}, value, ${now} from json_each(${chosen}) where true on conflict do nothing`),
    ];
  });
  const [first, ...rest] = statements;
  if (first !== undefined) await db.batch([first, ...rest]);
}

/** Has the reader at `to` unsubscribed from all that the one at `from` is: it is the same reader. */
export async function copyOptOuts(db: OpsDatabase, from: string, to: string): Promise<void> {
  await db
    .insert(messageOptOuts)
    .select(sql`select ${to}, topic, at from message_opt_outs where address = ${from} on conflict do nothing`);
}
