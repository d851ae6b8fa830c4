/**
 * Brings everything that a clock which ran ahead has stamped down to `now`: none of it can have happened later. Holds
 * that were settled as run out by that clock (up to `from`) stay run out. All moments are epoch milliseconds.
 */
export function setClockBack(sql: SqlStorage, now: number, from: number): void {
  sql.exec(
    "UPDATE reservation SET expires_at = ? WHERE status = 'HELD' AND expires_at > ? AND expires_at <= ?",
    now,
    now,
    from,
  );
  sql.exec(
    "UPDATE reservation SET created_at = MIN(created_at, ?), changed_at = ? WHERE changed_at > ?",
    now,
    now,
    now,
  );
  sql.exec(
    "UPDATE movement SET occurred_at = MIN(occurred_at, ?), recorded_at = ? WHERE recorded_at > ?",
    now,
    now,
    now,
  );
  sql.exec("UPDATE transfer SET left_at = MIN(left_at, ?), due_at = MIN(due_at, ?) WHERE due_at IS NOT NULL", now, now);
}
