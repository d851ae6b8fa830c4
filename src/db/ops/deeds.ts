import { eq, sql } from "drizzle-orm";
import type { Deed } from "../../contracts/deed.ts";
import type { OpsDatabase } from "./database.ts";
import { deeds } from "./schema/operations.ts";

/** A deed, and the id of what it made or changed: from that a repeat is answered. */
export interface KeptDeed {
  deed: Deed;
  subject: string;
}

/** What was done under this key; `mismatch` where that was something else; null where nothing was. */
export async function findDeed(
  db: OpsDatabase,
  { key, fingerprint }: Deed,
): Promise<{ subject: string } | "mismatch" | null> {
  const [found] = await db.select().from(deeds).where(eq(deeds.key, key));
  if (found === undefined) return null;
  return found.fingerprint === fingerprint ? { subject: found.subject } : "mismatch";
}

/**
 * The statement that keeps a deed, right after the statement that does it and in the same batch. It keeps nothing where
 * that one changed nothing. Where the key was used before it fails, and its batch is undone.
 */
export function keepDeed(db: OpsDatabase, { deed, subject }: KeptDeed, now: number) {
  return db.insert(deeds).select(sql`select ${deed.key}, ${deed.fingerprint}, ${subject}, ${now} where changes() > 0`);
}

/** The same for what was done elsewhere: the first that is kept stays. */
export function keepDeedDoneElsewhere(db: OpsDatabase, { deed, subject }: KeptDeed, now: number) {
  return db
    .insert(deeds)
    .values({ ...deed, subject, createdAt: now })
    .onConflictDoNothing();
}

/** Rows that one statement deletes. */
const AT_ONCE = 1_000;

/** Forgets the deeds of before this moment (epoch milliseconds). Answers how many. */
export async function forgetDeeds(db: OpsDatabase, before: number): Promise<number> {
  let forgotten = 0;
  for (let more = true; more;) {
    const gone = await db.all(
      sql`delete from ${deeds} where ${deeds.key} in
        (select ${deeds.key} from ${deeds} where ${deeds.createdAt} < ${before} order by ${deeds.createdAt} limit ${AT_ONCE})
        returning 1`,
    );
    forgotten += gone.length;
    more = gone.length === AT_ONCE;
  }
  return forgotten;
}
