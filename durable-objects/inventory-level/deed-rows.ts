import type { LevelView, RowDeed } from "../../src/contracts/level-rpc.ts";

/** What a deed came to, as it was answered then. */
export interface KeptAnswer {
  value: unknown;
  level: LevelView;
}

/**
 * The deeds that a level has done. Each is kept in the transaction that does it, so it is never done twice and never
 * kept without being done.
 */
export class DeedRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * What this row came to, or null; `mismatch` where the level has done something else under the key: another content,
   * in whichever row.
   */
  find({ key, row, fingerprint }: RowDeed): KeptAnswer | "mismatch" | null {
    const found = this.#sql
      .exec<{ row: number; fingerprint: string; answer: string }>(
        // The first row tells whether the key stands for another request, and the wanted one what was answered.
        `SELECT row, fingerprint, answer FROM deed WHERE key = ? AND row = (SELECT MIN(row) FROM deed WHERE key = ?)
         UNION SELECT row, fingerprint, answer FROM deed WHERE key = ? AND row = ?`,
        key,
        key,
        key,
        row,
      )
      .toArray();
    if (found.some((one) => one.fingerprint !== fingerprint)) return "mismatch";
    const done = found.find((one) => one.row === row);
    return done === undefined ? null : (JSON.parse(done.answer) as KeptAnswer);
  }

  /** `forgetAt` (epoch milliseconds) null: kept as long as the movements of the level. */
  keep({ key, row, fingerprint }: RowDeed, answer: KeptAnswer, forgetAt: number | null): void {
    this.#sql.exec(
      "INSERT INTO deed (key, row, fingerprint, answer, forget_at) VALUES (?, ?, ?, ?, ?)",
      key,
      row,
      fingerprint,
      JSON.stringify(answer),
      forgetAt,
    );
  }

  purge(now: number): void {
    this.#sql.exec("DELETE FROM deed WHERE forget_at IS NOT NULL AND forget_at <= ?", now);
  }

  /** When the next deed is to be forgotten; null when none is. */
  nextForgetAt(): number | null {
    return this.#sql
      .exec<{ at: number | null }>("SELECT MIN(forget_at) AS at FROM deed WHERE forget_at IS NOT NULL")
      .one().at;
  }
}
