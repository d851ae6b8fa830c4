import type { OrderId } from "../../domain/ids.ts";
import type { MoneyRecord } from "../../domain/reconciliation.ts";

/** A payment as our books have it. */
export interface BookedPayment extends MoneyRecord {
  orderId: OrderId;
  /** Of the payment within its order. */
  number: number;
}

/** Orders that one statement reads, so that a day of any size fits. */
const ORDERS_AT_ONCE = 2_000;

/**
 * Every payment, by this provider, of the orders whose money moved from `from` until before `to` (epoch
 * milliseconds). Payments that the provider was never asked for are left out.
 */
export async function listMovedPayments(
  database: D1Database,
  provider: string,
  from: number,
  to: number,
): Promise<BookedPayment[]> {
  // The list of types is that of the index: spelled otherwise, every event there is would be read.
  const statement = database.prepare(
    `WITH moved AS (
       SELECT DISTINCT order_id FROM order_events
       WHERE "type" in ('PaymentAuthorized', 'PaymentCaptured', 'PaymentRefunded') AND at >= ?1 AND at < ?2 AND order_id > ?3
       ORDER BY order_id LIMIT ?4)
     SELECT m.order_id AS orderId, p.number, p.intent_id AS intentId, p.currency, p.authorized, p.captured, p.refunded
     FROM moved m LEFT JOIN payments p ON p.order_id = m.order_id AND p.provider = ?5 AND p.intent_id IS NOT NULL
     ORDER BY m.order_id`,
  );
  const found: BookedPayment[] = [];
  for (let after = ""; ;) {
    const { results } = await statement
      .bind(from, to, after, ORDERS_AT_ONCE, provider)
      .all<Omit<BookedPayment, "intentId"> & { intentId: string | null }>();
    for (const row of results) if (row.intentId !== null) found.push({ ...row, intentId: row.intentId });
    if (new Set(results.map(({ orderId }) => orderId)).size < ORDERS_AT_ONCE) return found;
    after = results.at(-1)?.orderId ?? after;
  }
}
