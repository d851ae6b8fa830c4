import { and, eq, lte, sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { signInTries } from "./schema/people.ts";

/** Whose tries: hashes of an account and of the address that they come from. */
export interface Trier {
  account: string;
  client: string;
}

/** How many tries there were within the window, this one included. */
export interface TryCounts {
  /** At this account from this address. */
  here: number;
  /** At all accounts from this address. */
  fromAddress: number;
  /** At this account from all addresses. */
  atAccount: number;
}

/** Counts one more try, and forgets all that began at `forgottenUntil` or before. */
export async function countSignInTry(
  db: OpsDatabase,
  trier: Trier,
  { now, forgottenUntil }: { now: number; forgottenUntil: number },
): Promise<TryCounts> {
  const tries = sql<number>`sum(${signInTries.tries})`;
  const [, [here], [fromAddress], [atAccount]] = await db.batch([
    db.delete(signInTries).where(lte(signInTries.since, forgottenUntil)),
    db
      .insert(signInTries)
      .values({ ...trier, tries: 1, since: now })
      .onConflictDoUpdate({
        target: [signInTries.account, signInTries.client],
        set: { tries: sql`${signInTries.tries} + 1` },
      })
      .returning({ tries: signInTries.tries }),
    db.select({ tries }).from(signInTries).where(eq(signInTries.client, trier.client)),
    db.select({ tries }).from(signInTries).where(eq(signInTries.account, trier.account)),
  ]);
  return { here: here?.tries ?? 1, fromAddress: fromAddress?.tries ?? 1, atAccount: atAccount?.tries ?? 1 };
}

/** Forgets what was tried from this address: whoever it was has the password. */
export async function forgetSignInTries(db: OpsDatabase, { account, client }: Trier): Promise<void> {
  await db.delete(signInTries).where(and(eq(signInTries.account, account), eq(signInTries.client, client)));
}
