import { and, eq, lte, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { signInTries } from "./schema/people.ts";

/** Whose tries: hashes of an account and of the address that they come from. */
export interface Trier {
  account: string;
  client: string;
}

/**
 * Counts one more try, and forgets all that began at `forgottenUntil` or before. Answers how many that makes from this
 * address, and how many from all together, none of which counts for more than `mostFromOne`.
 */
export async function countSignInTry(
  db: OpsDatabase,
  trier: Trier,
  { now, forgottenUntil, mostFromOne }: { now: number; forgottenUntil: number; mostFromOne: number },
): Promise<{ fromHere: number; fromAll: number }> {
  const [, [mine], [all]] = await db.batch([
    db.delete(signInTries).where(lte(signInTries.since, forgottenUntil)),
    db
      .insert(signInTries)
      .values({ ...trier, tries: 1, since: now })
      .onConflictDoUpdate({
        target: [signInTries.account, signInTries.client],
        set: { tries: sql`${signInTries.tries} + 1` },
      })
      .returning({ tries: signInTries.tries }),
    db
      .select({ tries: sql<number>`sum(min(${signInTries.tries}, ${mostFromOne}))` })
      .from(signInTries)
      .where(eq(signInTries.account, trier.account)),
  ]);
  return { fromHere: mine?.tries ?? 1, fromAll: all?.tries ?? 1 };
}

/** Forgets what was tried from this address: whoever it was has the password. */
export async function forgetSignInTries(db: OpsDatabase, { account, client }: Trier): Promise<void> {
  await db.delete(signInTries).where(and(eq(signInTries.account, account), eq(signInTries.client, client)));
}
