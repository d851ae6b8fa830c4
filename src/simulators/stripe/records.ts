import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import { textOf, textsOf, type FormFields } from "./form.ts";
import { newId, type IntentLedger } from "./intent-ledger.ts";
import { createdOf, expandsTo, integerOf, pageOf } from "./list-page.ts";
import { refuse, wireList, type IntentRow } from "./wire.ts";

type RefundRow = {
  id: string;
  intent_id: string;
  charge_id: string | null;
  amount: number;
  currency: string;
  reason: string | null;
  metadata: string;
  created: number;
  status: "succeeded" | "failed";
  failure_reason: string | null;
  /** When it will fail, epoch milliseconds; null for one that does not. */
  fails_at: number | null;
};
type MovedRow = IntentRow & { seq: number; moved: number; moved_at: number };

interface Desk {
  sql: SqlStorage;
  intents: IntentLedger;
}

/** Answers `GET /v1/charges`: what was authorized, newest first. */
export function listCharges(fields: FormFields, { sql, intents }: Desk): VendorAnswer {
  const { limit, after } = pageOf(fields);
  const { from, to } = createdOf(fields);
  const query = `SELECT i.*, m.seq, m.amount AS moved, m.at AS moved_at FROM money_movements m JOIN payment_intents i ON i.id = m.intent_id
    WHERE m.kind = 'authorize' AND m.at >= ?1 AND m.at < ?2 AND (?3 IS NULL OR m.seq < (
      SELECT a.seq FROM money_movements a JOIN payment_intents b ON b.id = a.intent_id WHERE a.kind = 'authorize' AND b.charge_id = ?3))
    ORDER BY m.seq DESC LIMIT ?4`;
  const rows = sql.exec<MovedRow>(query, from, to, after, limit + 1).toArray();
  const data = rows.slice(0, limit).map((row) => intents.charge(row));
  return wireList("/v1/charges", data, rows.length > limit);
}

/** Answers `GET /v1/balance_transactions?type=charge`: what was captured, newest first. */
export function listBalanceTransactions(fields: FormFields, { sql, intents }: Desk): VendorAnswer {
  if (textOf(fields, "type") !== "charge")
    return refuse(400, "The simulator lists balance transactions of type=charge only.", { param: "type" });
  const { limit, after } = pageOf(fields);
  const { from, to } = createdOf(fields);
  const query = `SELECT i.*, m.seq, m.amount AS moved, m.at AS moved_at FROM money_movements m JOIN payment_intents i ON i.id = m.intent_id
    WHERE m.kind = 'capture' AND m.at >= ?1 AND m.at < ?2 AND (?3 IS NULL OR m.seq < ?3) ORDER BY m.seq DESC LIMIT ?4`;
  const before = after === null ? null : Number(after.slice("txn_".length));
  const rows = sql.exec<MovedRow>(query, from, to, before, limit + 1).toArray();
  const expands = expandsTo(fields, "source");
  const data = rows.slice(0, limit).map((row) => ({
    id: `txn_${row.seq}`,
    object: "balance_transaction",
    amount: row.moved,
    available_on: Math.floor(row.moved_at / 1000),
    created: Math.floor(row.moved_at / 1000),
    currency: row.currency,
    description: row.description,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: row.moved,
    reporting_category: "charge",
    source: expands ? intents.charge(row) : row.charge_id,
    status: "available",
    type: "charge",
  }));
  return wireList("/v1/balance_transactions", data, rows.length > limit);
}

/** Answers `GET /v1/refunds` and `GET /v1/refunds/{id}`. */
export function readRefunds(fields: FormFields, desk: Desk, id: string | undefined): VendorAnswer {
  if (id !== undefined) {
    const row = desk.sql.exec<RefundRow>("SELECT * FROM refunds WHERE id = ?", id).toArray()[0];
    return row === undefined
      ? refuse(404, `No such refund: '${id}'`, { code: "resource_missing" })
      : jsonAnswer(200, wireRefund(row));
  }
  const { limit, after } = pageOf(fields);
  const { from, to } = createdOf(fields);
  const query = `SELECT * FROM refunds WHERE (?1 IS NULL OR intent_id = ?1) AND created >= ?2 AND created < ?3
    AND (?4 IS NULL OR rowid < (SELECT rowid FROM refunds WHERE id = ?4)) ORDER BY rowid DESC LIMIT ?5`;
  const intentId = textOf(fields, "payment_intent") ?? null;
  const rows = desk.sql.exec<RefundRow>(query, intentId, from, to, after, limit + 1).toArray();
  const expands = expandsTo(fields, "charge");
  const data = rows.slice(0, limit).map((row) => {
    const intent = expands ? desk.intents.find(row.intent_id) : null;
    return { ...wireRefund(row), ...(intent && { charge: desk.intents.charge(intent) }) };
  });
  return wireList("/v1/refunds", data, rows.length > limit);
}

/** Pays back what the fields say, and keeps it. */
export function refundIntent(
  { fields, key, now }: { fields: FormFields; key: string | null; now: number },
  { sql, intents }: Desk,
): RefundRow {
  const intentId =
    textOf(fields, "payment_intent") ?? refuse(400, "One of the following params should be provided: payment_intent.");
  const { row, amount } = intents.refund(intentId, integerOf(fields, "amount"), key, now);
  const refund: RefundRow = {
    id: newId("re"),
    intent_id: intentId,
    charge_id: row.charge_id,
    amount,
    currency: row.currency,
    reason: textOf(fields, "reason") ?? null,
    metadata: JSON.stringify(textsOf(fields, "metadata")),
    created: now,
    status: "succeeded",
    failure_reason: null,
    fails_at: intents.failsRefunds(row) ? now + REFUND_FAILS_AFTER_MS : null,
  };
  sql.exec(
    `INSERT INTO refunds (id, intent_id, charge_id, amount, currency, reason, metadata, created, status, failure_reason, fails_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...Object.values(refund),
  );
  intents.told("refund.created", wireRefund(refund), now);
  return refund;
}

/** How long after it was made a refund fails, to a card whose refunds do. */
const REFUND_FAILS_AFTER_MS = 3_000;

/** The customer's bank sends a refund back that had succeeded; false where there is none of this id. */
export function failRefund(id: string, now: number, { sql, intents }: Desk): boolean {
  const failed = sql
    .exec<RefundRow>(
      "UPDATE refunds SET status = 'failed', failure_reason = 'expired_or_canceled_card', fails_at = NULL WHERE id = ? AND status = 'succeeded' RETURNING *",
      id,
    )
    .toArray()[0];
  if (failed === undefined) return false;
  intents.takeBackRefund(failed.intent_id, failed.amount, now);
  for (const type of ["refund.failed", "refund.updated", "charge.refund.updated"])
    intents.told(type, wireRefund(failed), now);
  return true;
}

/** Lets every refund fail whose time has come. */
export function failDueRefunds(now: number, desk: Desk): void {
  const due = desk.sql.exec<{ id: string }>("SELECT id FROM refunds WHERE fails_at <= ? LIMIT 200", now).toArray();
  for (const { id } of due) failRefund(id, now, desk);
}

/** A refund as Stripe writes it. */
export function wireRefund(row: RefundRow): Record<string, unknown> {
  return {
    id: row.id,
    object: "refund",
    amount: row.amount,
    balance_transaction: null,
    charge: row.charge_id,
    created: Math.floor(row.created / 1000),
    currency: row.currency,
    ...(row.failure_reason !== null && {
      failure_balance_transaction: `txn_${row.id}`,
      failure_reason: row.failure_reason,
    }),
    destination_details: { card: { type: "refund" }, type: "card" },
    metadata: JSON.parse(row.metadata) as unknown,
    payment_intent: row.intent_id,
    reason: row.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: row.status,
    transfer_reversal: null,
  };
}
