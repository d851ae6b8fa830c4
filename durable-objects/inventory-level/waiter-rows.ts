import type { Waiter } from "../../src/domain/inventory-level.ts";

/** The line of those who wait for stock at a level. Synchronous, like all of its rows. */
export class WaiterRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Whoever has waited longest first. */
  all(): Waiter[] {
    return this.#sql
      .exec<{ owner: string; since: number; quantity: number; until: number; channel: string }>(
        "SELECT owner, since, quantity, until, channel FROM waiter ORDER BY since, owner",
      )
      .toArray();
  }

  /** Writes what has changed between two lines: a waiter that has not changed is the same object in both. */
  write(before: readonly Waiter[], after: readonly Waiter[]): void {
    const known = new Set(before);
    const staying = new Set(after.map(({ owner }) => owner));
    for (const { owner } of before)
      if (!staying.has(owner)) this.#sql.exec("DELETE FROM waiter WHERE owner = ?", owner);
    for (const waiter of after) {
      if (known.has(waiter)) continue;
      this.#sql.exec(
        `INSERT INTO waiter (owner, since, quantity, until, channel) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (owner) DO UPDATE SET since = excluded.since, quantity = excluded.quantity,
           until = excluded.until, channel = excluded.channel`,
        waiter.owner,
        waiter.since,
        waiter.quantity,
        waiter.until,
        waiter.channel,
      );
    }
  }
}
