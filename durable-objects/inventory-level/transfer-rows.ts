import type { LevelRegistration } from "../../src/domain/catalog.ts";
import type { Arrival, Transfer, TransferState } from "../../src/domain/inventory-level/transfers.ts";

type TransferRow = {
  id: string;
  named_by: string;
  ref: string;
  target: string;
  quantity: number;
  occurred_at: number;
  left_at: number;
  state: string;
  tries: number;
  due_at: number | null;
  told: string | null;
};

const COLUMNS = "id, named_by, ref, target, quantity, occurred_at, left_at, state, tries, due_at, told";

/** The transfers that left a level, and what it has decided on those that came. Synchronous, like all of its rows. */
export class TransferRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Transfers for which something is still to be done, oldest first. */
  open(): Transfer[] {
    return this.#sql
      .exec<TransferRow>(`SELECT ${COLUMNS} FROM transfer WHERE due_at IS NOT NULL ORDER BY left_at, id`)
      .toArray()
      .map(transferFrom);
  }

  find(id: string): Transfer | null {
    const [row] = this.#sql.exec<TransferRow>(`SELECT ${COLUMNS} FROM transfer WHERE id = ?`, id).toArray();
    return row === undefined ? null : transferFrom(row);
  }

  write(transfer: Transfer): void {
    this.#sql.exec(
      `INSERT INTO transfer (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, tries = excluded.tries, due_at = excluded.due_at,
         told = excluded.told`,
      transfer.id,
      transfer.by,
      transfer.ref,
      JSON.stringify(transfer.to),
      transfer.quantity,
      transfer.occurredAt,
      transfer.leftAt,
      JSON.stringify(transfer.state),
      transfer.tries,
      transfer.dueAt,
      transfer.told,
    );
  }

  /** What was decided on a transfer that came here; null while nothing was. */
  arrival(transfer: string): Arrival | null {
    const [row] = this.#sql
      .exec<{ decision: string }>("SELECT decision FROM arrival WHERE transfer = ?", transfer)
      .toArray();
    return row === undefined ? null : { transfer, decision: JSON.parse(row.decision) as Arrival["decision"] };
  }

  keepArrival({ transfer, decision }: Arrival): void {
    this.#sql.exec("INSERT INTO arrival (transfer, decision) VALUES (?, ?)", transfer, JSON.stringify(decision));
  }
}

function transferFrom(row: TransferRow): Transfer {
  return {
    id: row.id,
    by: row.named_by,
    ref: row.ref,
    to: JSON.parse(row.target) as LevelRegistration,
    quantity: row.quantity,
    occurredAt: row.occurred_at,
    leftAt: row.left_at,
    state: JSON.parse(row.state) as TransferState,
    tries: row.tries,
    dueAt: row.due_at,
    told: row.told as Transfer["told"],
  };
}
