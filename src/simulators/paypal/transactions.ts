import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import { refuse, wireAmount } from "./wire.ts";

/** Something that happened to money of ours, as a report lists it. */
type TransactionRow = {
  id: string;
  follows: string | null;
  code: string;
  at: number;
  amount: number;
  currency: string;
  reference: string | null;
  invoice_id: string | null;
};

/** Everything that reports list, by PayPal's event codes; what PayPal holds and gives up are lines of their own. */
const TRANSACTIONS = `
  SELECT a.id, a.renews AS follows, CASE WHEN a.renews IS NULL THEN 'T1300' ELSE 'T1301' END AS code, a.created AS at,
         a.amount AS amount, a.currency, o.reference, o.invoice_id
    FROM authorizations a JOIN orders o ON o.id = a.order_id
  UNION ALL
  SELECT c.id, c.authorization_id, CASE WHEN o.source = 'wallet' THEN 'T0006' ELSE 'T0003' END, c.created,
         c.amount, c.currency, o.reference, o.invoice_id
    FROM captures c JOIN orders o ON o.id = c.order_id
  UNION ALL
  SELECT r.id, r.capture_id, 'T1107', r.created, -r.amount, r.currency, COALESCE(r.reference, o.reference), o.invoice_id
    FROM refunds r JOIN orders o ON o.id = r.order_id
  UNION ALL
  SELECT 'MOVEMENT' || printf('%09d', m.seq), a.id, 'T1302', m.at, -m.amount, m.currency, m.reference, o.invoice_id
    FROM money_movements m JOIN orders o ON o.id = m.order_id JOIN authorizations a ON a.order_id = o.id AND a.renews IS NULL
    WHERE m.kind IN ('void', 'lapse')
  UNION ALL
  SELECT 'MOVEMENT' || printf('%09d', m.seq), d.capture_id, CASE m.kind WHEN 'dispute' THEN 'T1110' ELSE 'T1111' END, m.at,
         CASE m.kind WHEN 'dispute' THEN -m.amount ELSE m.amount END, m.currency, m.reference, o.invoice_id
    FROM money_movements m JOIN orders o ON o.id = m.order_id JOIN disputes d ON d.id = m.idempotency_key
    WHERE m.kind IN ('dispute', 'dispute_reversal')`;

const LONGEST_MS = 31 * 24 * 60 * 60 * 1000;
const MOST_LISTED = 10_000;
const MOST_ON_A_PAGE = 500;

/** Answers `GET /v1/reporting/transactions`. */
export function searchTransactions(sql: SqlStorage, query: URLSearchParams, now: number): VendorAnswer {
  const [from, to] = [momentOf(query, "start_date"), momentOf(query, "end_date")];
  if (to < from) return refuse(400, "INVALID_REQUEST", "End date must be after the start date.");
  if (to - from > LONGEST_MS) return refuse(400, "INVALID_REQUEST", "Date range is greater than 31 days");
  const size = countOf(query, "page_size", 100, MOST_ON_A_PAGE);
  const page = countOf(query, "page", 1, Number.MAX_SAFE_INTEGER);
  const all = query.get("balance_affecting_records_only") === "N";
  // Both ends count, by the second.
  const where = `WHERE at >= ?1 AND at < ?2 + 1000 AND (?3 OR code NOT LIKE 'T13%') AND (?4 IS NULL OR id = ?4)`;
  const asked = [from, to, all ? 1 : 0, query.get("transaction_id")];
  const { count } = sql
    .exec<{ count: number }>(`SELECT COUNT(*) AS count FROM (${TRANSACTIONS}) ${where}`, ...asked)
    .one();
  if (count > MOST_LISTED)
    return refuse(400, "RESULTSET_TOO_LARGE", "Result set size is greater than the maximum limit. Change the filters.");
  const pages = Math.max(1, Math.ceil(count / size));
  if (page > pages) return refuse(400, "INVALID_REQUEST", "The page number is greater than the number of pages.");
  const rows = sql
    .exec<TransactionRow>(
      `SELECT * FROM (${TRANSACTIONS}) ${where} ORDER BY at, id LIMIT ?5 OFFSET ?6`,
      ...asked,
      size,
      (page - 1) * size,
    )
    .toArray();
  return jsonAnswer(200, {
    transaction_details: rows.map((row) => ({ transaction_info: wireInfo(row) })),
    account_number: "LOCALMERCHANT",
    start_date: isoWithOffset(from),
    end_date: isoWithOffset(to),
    last_refreshed_datetime: isoWithOffset(now),
    page,
    total_items: count,
    total_pages: pages,
    links: [],
  });
}

function wireInfo(row: TransactionRow): Record<string, unknown> {
  const amount = wireAmount(row.amount, row.currency);
  return {
    transaction_id: row.id,
    ...(row.follows !== null && { paypal_reference_id: row.follows, paypal_reference_id_type: "TXN" }),
    transaction_event_code: row.code,
    transaction_initiation_date: isoWithOffset(row.at),
    transaction_updated_date: isoWithOffset(row.at),
    transaction_amount: amount,
    transaction_status: "S",
    ...(row.reference !== null && { custom_field: row.reference }),
    ...(row.invoice_id !== null && { invoice_id: row.invoice_id }),
    protection_eligibility: "01",
  };
}

function momentOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? refuse(400, "MISSING_REQUIRED_PARAMETER", `The ${name} is required.`);
  const at = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(at) ? refuse(400, "INVALID_PARAMETER_SYNTAX", `The ${name} is no date and time.`) : at;
}

function countOf(query: URLSearchParams, name: string, usual: number, most: number): number {
  const count = Number(query.get(name) ?? usual);
  return Number.isInteger(count) && count >= 1 && count <= most
    ? count
    : refuse(400, "INVALID_PARAMETER_VALUE", `The ${name} must be from 1 to ${most}.`);
}

/** As reports write it: `2026-11-20T12:00:00+0000`. */
function isoWithOffset(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+0000`;
}
