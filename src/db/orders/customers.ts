import type { OrderEvent, RecordedEvent } from "../../domain/order/events.ts";
import type { OrderId } from "../../domain/ids.ts";

/** A place in a customer's history, newest first: what comes after it is strictly older, or the same age with a lower id. */
export interface HistoryPosition {
  at: number;
  id: string;
}

/** An order as a customer's history names it. */
export interface CustomerOrder {
  orderId: string;
  number: string;
  status: string;
}

/** An event of one of a customer's orders, with where that order stands now. */
export interface CustomerEventRow extends CustomerOrder {
  /** Of the entry: the order's id and the event's sequence. */
  id: string;
  at: number;
  currency: string;
  actor: RecordedEvent["actor"];
  event: OrderEvent;
}

/** The newest events of these types in the customer's orders of one database, after `after`, at most `limit`. */
export async function listCustomerEvents(
  database: D1Database,
  customerId: string,
  types: readonly OrderEvent["type"][],
  after: HistoryPosition | null,
  limit: number,
): Promise<CustomerEventRow[]> {
  const id = "e.order_id || ':' || printf('%06d', e.sequence)";
  const { results } = await database
    .prepare(
      `SELECT ${id} AS id, e.order_id AS orderId, o.number, o.status, o.currency, e.at, e.actor, e.data
        FROM orders o JOIN order_events e ON e.order_id = o.id
        WHERE o.customer_id = ?1 AND e.type IN (SELECT value FROM json_each(?2)) AND (e.at, ${id}) < (?3, ?4)
        ORDER BY e.at DESC, 1 DESC LIMIT ?5`,
    )
    .bind(customerId, JSON.stringify(types), ...bounds(after), limit)
    .all<Omit<CustomerEventRow, "actor" | "event"> & { actor: string; data: string }>();
  return results.map(({ actor, data, ...row }) => ({
    ...row,
    actor: JSON.parse(actor) as RecordedEvent["actor"],
    event: JSON.parse(data) as OrderEvent,
  }));
}

/** The position to compare with: past everything where a page is the first. */
export function bounds(after: HistoryPosition | null): [at: number, id: string] {
  return after === null ? [Number.MAX_SAFE_INTEGER, ""] : [after.at, after.id];
}

/** Every order of the customer in one database. */
export async function listCustomerOrders(database: D1Database, customerId: string): Promise<CustomerOrder[]> {
  const { results } = await database
    .prepare("SELECT id AS orderId, number, status FROM orders WHERE customer_id = ?")
    .bind(customerId)
    .all<CustomerOrder & { orderId: OrderId }>();
  return results;
}

/** What a customer's orders of one database and one currency come to. Amounts in minor units. */
export interface CustomerSums {
  currency: string;
  orders: number;
  cancelled: number;
  /** Of orders that were not cancelled. */
  units: number;
  returned: number;
  captured: number;
  refunded: number;
  firstOrderAt: number;
  lastOrderAt: number;
}

/** The customer's sums, a row for each currency; none where there is no order. */
export async function sumCustomerOrders(database: D1Database, customerId: string): Promise<CustomerSums[]> {
  const { results } = await database
    .prepare(
      `SELECT o.currency, sum(o.status NOT IN ('CANCELLED', 'PAYMENT_FAILED')) AS orders,
          sum(o.status IN ('CANCELLED', 'PAYMENT_FAILED')) AS cancelled,
          sum(iif(o.status IN ('CANCELLED', 'PAYMENT_FAILED'), 0, o.units)) AS units,
          sum((SELECT coalesce(sum(json_extract(i.value, '$.quantity')), 0)
            FROM json_each(o.doc, '$.returns') r, json_each(r.value, '$.inspected') i
            WHERE json_extract(i.value, '$.outcome') <> 'missing')
            + (SELECT coalesce(sum(json_extract(u.value, '$.quantity')), 0)
            FROM json_each(o.doc, '$.refunds') f, json_each(f.value, '$.restock') u)) AS returned,
          sum((SELECT coalesce(sum(p.captured), 0) FROM payments p WHERE p.order_id = o.id)) AS captured,
          sum((SELECT coalesce(sum(p.refunded), 0) FROM payments p WHERE p.order_id = o.id)) AS refunded,
          min(o.created_at) AS firstOrderAt, max(o.created_at) AS lastOrderAt
        FROM orders o WHERE o.customer_id = ? GROUP BY o.currency`,
    )
    .bind(customerId)
    .all<CustomerSums>();
  return results;
}
