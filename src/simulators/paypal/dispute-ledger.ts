import type { CheckoutLedger } from "./checkout-ledger.ts";
import { type CaptureRow, type DisputeRow, refuse, wireDispute } from "./wire.ts";

/** Why a buyer may dispute, in PayPal's words. */
export const PAYPAL_DISPUTE_REASONS = [
  "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
  "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
  "UNAUTHORISED",
  "DUPLICATE_TRANSACTION",
  "OTHER",
] as const;
export type PaypalDisputeReason = (typeof PAYPAL_DISPUTE_REASONS)[number];

/** How long the seller may answer. */
const ANSWER_MS = 10 * 24 * 60 * 60 * 1000;

/** Disputes about captures, and the money that they hold. Every method runs inside the caller's transaction. */
export class DisputeLedger {
  readonly #sql: SqlStorage;
  readonly #checkout: CheckoutLedger;

  constructor(sql: SqlStorage, checkout: CheckoutLedger) {
    this.#sql = sql;
    this.#checkout = checkout;
  }

  /** The buyer disputes what is left of a capture, and PayPal holds it; null where nothing is, or it is disputed already. */
  open(captureId: string, reason: PaypalDisputeReason, now: number): DisputeRow | null {
    const capture = this.#one<CaptureRow>("SELECT * FROM captures WHERE id = ?", captureId);
    if (capture === null || capture.amount <= capture.refunded || capture.disputed !== 0) return null;
    const { count } = this.#sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM disputes").one();
    const row: DisputeRow = {
      id: `PP-R-LCL-${10_000_001 + count}`,
      order_id: capture.order_id,
      capture_id: captureId,
      amount: capture.amount - capture.refunded,
      currency: capture.currency,
      reason,
      status: "WAITING_FOR_SELLER_RESPONSE",
      outcome: null,
      due_by: now + ANSWER_MS,
      created: now,
      updated: now,
    };
    this.#sql.exec(
      `INSERT INTO disputes (id, order_id, capture_id, amount, currency, reason, status, outcome, due_by, created, updated)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...Object.values(row),
    );
    this.#sql.exec("UPDATE captures SET disputed = 1 WHERE id = ?", captureId);
    this.#checkout.moved(row.order_id, "dispute", row.amount, row.id, now);
    this.#checkout.told("CUSTOMER.DISPUTE.CREATED", this.#wire(row), now);
    return row;
  }

  /** The seller has answered: PayPal looks at it. Null where there is no open dispute of this id. */
  submit(id: string, now: number): DisputeRow | null {
    const row = this.#openOf(id);
    return row && this.#change({ ...row, status: "UNDER_REVIEW", updated: now }, "CUSTOMER.DISPUTE.UPDATED", now);
  }

  /** PayPal decides; what was won is the seller's again. Null where there is no open dispute of this id. */
  close(id: string, outcome: "won" | "lost", now: number): DisputeRow | null {
    const row = this.#openOf(id);
    if (row === null) return null;
    const decision = outcome === "won" ? "RESOLVED_SELLER_FAVOUR" : "RESOLVED_BUYER_FAVOUR";
    this.#sql.exec("UPDATE captures SET disputed = ? WHERE id = ?", outcome === "won" ? 0 : 1, row.capture_id);
    if (outcome === "won") this.#checkout.moved(row.order_id, "dispute_reversal", row.amount, row.id, now);
    const closed = { ...row, status: "RESOLVED", outcome: decision, updated: now };
    return this.#change(closed, "CUSTOMER.DISPUTE.RESOLVED", now);
  }

  /** `GET /v1/customer/disputes/{id}`. */
  read(id: string): Record<string, unknown> {
    const row = this.#find(id);
    return row === null
      ? refuse(404, "INVALID_RESOURCE_ID", "The dispute ID does not exist or is not yours.")
      : this.#wire(row);
  }

  #change(row: DisputeRow, event: string, now: number): DisputeRow {
    const { id, status, outcome, updated } = row;
    this.#sql.exec(
      "UPDATE disputes SET status = ?, outcome = ?, updated = ? WHERE id = ?",
      status,
      outcome,
      updated,
      id,
    );
    this.#checkout.told(event, this.#wire(row), now);
    return row;
  }

  #wire(row: DisputeRow): Record<string, unknown> {
    return wireDispute(row, this.#checkout.captureRow(row.capture_id), this.#checkout.order(row.order_id));
  }

  #openOf(id: string): DisputeRow | null {
    const row = this.#find(id);
    return row === null || row.status === "RESOLVED" ? null : row;
  }

  #find(id: string): DisputeRow | null {
    return this.#one<DisputeRow>("SELECT * FROM disputes WHERE id = ?", id);
  }

  #one<Row extends Record<string, SqlStorageValue>>(query: string, id: string): Row | null {
    return this.#sql.exec<Row>(query, id).toArray()[0] ?? null;
  }
}
