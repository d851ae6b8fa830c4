import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import { newId, type IntentLedger } from "./intent-ledger.ts";
import { refuse, wireList, type IntentRow } from "./wire.ts";

/** A row of `disputes`. Times are epoch milliseconds. */
export type DisputeRow = {
  id: string;
  intent_id: string;
  charge_id: string;
  amount: number;
  currency: string;
  reason: string;
  status: string;
  due_by: number;
  created: number;
};

/** Why a customer may dispute, in Stripe's words. */
export const DISPUTE_REASONS = ["fraudulent", "product_not_received", "duplicate", "general"] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

/** How long evidence is taken. */
const EVIDENCE_MS = 7 * 24 * 60 * 60 * 1000;
const isOpen = ({ status }: DisputeRow): boolean => status === "needs_response" || status === "under_review";

/** Disputes about charges, and the money that they take back. Every method runs inside the caller's transaction. */
export class DisputeLedger {
  readonly #sql: SqlStorage;
  readonly #intents: IntentLedger;

  constructor(sql: SqlStorage, intents: IntentLedger) {
    this.#sql = sql;
    this.#intents = intents;
  }

  /**
   * The customer's bank disputes what is left of the payment and takes it back at once; null where nothing is left,
   * or it is disputed already.
   */
  open(intentId: string, reason: DisputeReason, now: number): DisputeRow | null {
    const intent = this.#intents.find(intentId);
    if (intent === null || intent.charge_id === null || intent.received <= intent.refunded) return null;
    if (this.#of(intentId).length > 0) return null;
    const row: DisputeRow = {
      id: newId("dp"),
      intent_id: intentId,
      charge_id: intent.charge_id,
      amount: intent.received - intent.refunded,
      currency: intent.currency,
      reason,
      status: "needs_response",
      due_by: now + EVIDENCE_MS,
      created: now,
    };
    this.#sql.exec(
      "INSERT INTO disputes (id, intent_id, charge_id, amount, currency, reason, status, due_by, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...Object.values(row),
    );
    this.#sql.exec("UPDATE payment_intents SET disputed = 1 WHERE id = ?", intentId);
    this.#intents.moved(intent, "dispute", row.amount, now);
    this.#tell("charge.dispute.created", row, now);
    return row;
  }

  /** Evidence is in: the bank looks at it. Null where there is no open dispute of this id. */
  submit(id: string, now: number): DisputeRow | null {
    return this.#change(id, "under_review", "charge.dispute.updated", now);
  }

  /** The bank decides; what was won comes back. Null where there is no open dispute of this id. */
  close(id: string, outcome: "won" | "lost", now: number): DisputeRow | null {
    const row = this.#change(id, outcome, "charge.dispute.closed", now);
    const intent = row && this.#intents.find(row.intent_id);
    if (row && intent && outcome === "won") this.#intents.moved(intent, "dispute_reversal", row.amount, now);
    return row;
  }

  /** Answers `GET /v1/disputes` and `GET /v1/disputes/{id}`, with the intent itself where it is asked for. */
  read(id: string | undefined, intentId: string | null, expands: boolean): VendorAnswer {
    if (id === undefined) {
      const query = "SELECT * FROM disputes WHERE (?1 IS NULL OR intent_id = ?1) ORDER BY rowid DESC LIMIT 100";
      const rows = this.#sql.exec<DisputeRow>(query, intentId).toArray();
      return wireList(
        "/v1/disputes",
        rows.map((row) => this.#wire(row, false)),
        false,
      );
    }
    const row = this.#find(id) ?? refuse(404, `No such dispute: '${id}'`, { code: "resource_missing" });
    return jsonAnswer(200, this.#wire(row, expands));
  }

  #change(id: string, status: string, event: string, now: number): DisputeRow | null {
    const row = this.#find(id);
    if (row === null || !isOpen(row)) return null;
    this.#sql.exec("UPDATE disputes SET status = ? WHERE id = ?", status, id);
    const changed = { ...row, status };
    this.#tell(event, changed, now);
    return changed;
  }

  #find(id: string): DisputeRow | null {
    return this.#sql.exec<DisputeRow>("SELECT * FROM disputes WHERE id = ?", id).toArray()[0] ?? null;
  }

  #of(intentId: string): DisputeRow[] {
    return this.#sql.exec<DisputeRow>("SELECT * FROM disputes WHERE intent_id = ?", intentId).toArray();
  }

  #tell(type: string, row: DisputeRow, now: number): void {
    this.#intents.told(type, this.#wire(row, false), now);
  }

  #wire(row: DisputeRow, expands: boolean): Record<string, unknown> {
    const intent: IntentRow | null = expands ? this.#intents.find(row.intent_id) : null;
    return {
      id: row.id,
      object: "dispute",
      amount: row.amount,
      balance_transactions: [],
      charge: row.charge_id,
      created: Math.floor(row.created / 1000),
      currency: row.currency,
      enhanced_eligibility_types: [],
      evidence: {},
      evidence_details: {
        due_by: Math.floor(row.due_by / 1000),
        has_evidence: row.status !== "needs_response",
        past_due: false,
        submission_count: row.status === "needs_response" ? 0 : 1,
      },
      is_charge_refundable: false,
      livemode: false,
      metadata: {},
      payment_intent: intent === null ? row.intent_id : this.#intents.wire(intent, false),
      reason: row.reason,
      status: row.status,
    };
  }
}
