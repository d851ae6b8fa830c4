import type { Deed } from "../../src/contracts/deed.ts";
import type { ExecuteResult } from "../../src/contracts/ledger-rpc.ts";
import type { OrderId } from "../../src/domain/ids.ts";

/** What was done under a key: the order was at this version when it was done. */
export type DoneDeed = { orderId: OrderId; version: number } | "mismatch";

/**
 * The deeds that this ledger has done, kept for ever: also those of orders that have left for D1. A deed is kept in the
 * transaction that does it, so it is never done twice and never kept without being done.
 */
export class DeedBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** What was done under this key, or null; `mismatch` where it was something else than what is asked for now. */
  find({ key, fingerprint }: Deed): DoneDeed | null {
    const [row] = this.#sql.exec<{ order_id: OrderId; fingerprint: string; version: number }>(
      "SELECT order_id, fingerprint, version FROM deeds WHERE key = ?",
      key,
    );
    if (row === undefined) return null;
    return row.fingerprint === fingerprint ? { orderId: row.order_id, version: row.version } : "mismatch";
  }

  /**
   * Runs the command, unless its deed was done before. Keeps the deed of a command that was accepted. A refusal is not
   * kept: the same key may try again. For use inside one transaction.
   */
  once(
    deed: Deed | undefined,
    orderId: OrderId,
    command: () => ExecuteResult | "absent",
  ): ExecuteResult | "absent" | DoneDeed {
    if (deed === undefined) return command();
    const done = this.find(deed);
    if (done !== null) return done;
    const result = command();
    if (result !== "absent" && result.ok)
      this.#sql.exec(
        "INSERT INTO deeds (key, fingerprint, order_id, version) SELECT ?, ?, id, version FROM orders WHERE id = ?",
        deed.key,
        deed.fingerprint,
        orderId,
      );
    return result;
  }
}
