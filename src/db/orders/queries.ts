import { type EffectView, type OrderJson, readOrder } from "../../contracts/ledger-rpc.ts";
import { foldText } from "../../domain/fold-text.ts";
import type { Actor, OrderEvent, RecordedEvent } from "../../domain/order/events.ts";
import type { OrderId, ShipmentId } from "../../domain/ids.ts";
import type { Order } from "../../domain/order/order.ts";

/** What a list of orders may be narrowed by; everything that is set must hold. Times in epoch milliseconds. */
export interface OrderFilter {
  status?: readonly string[] | undefined;
  payment?: readonly string[] | undefined;
  fulfillment?: readonly string[] | undefined;
  channel?: readonly string[] | undefined;
  customerId?: string | undefined;
  placedBy?: string | undefined;
  warehouseId?: string | undefined;
  sku?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  minAmount?: number | undefined;
  maxAmount?: number | undefined;
  /** Number, e-mail, name, SKU or tracking number, in part; case and accents do not matter. */
  text?: string | undefined;
  /** For readers who don't see e-mail addresses: `text` is not looked for in them. */
  hidesEmail?: boolean;
}

/** A place in the list, newest first: what comes after it is strictly older, or the same age with a lower id. */
export interface OrderPosition {
  createdAt: number;
  id: string;
}

/**
 * The parcels that a carrier knows by these numbers, in one statement; a number that is not here has none. A return's
 * parcel is answered under the return's id: no shipment has it, so its tracking tells the order nothing.
 */
export async function findShipmentsByTracking(
  database: D1Database,
  trackingNumbers: readonly string[],
): Promise<{ trackingNumber: string; orderId: OrderId; shipmentId: ShipmentId }[]> {
  const { results } = await database
    .prepare(
      `SELECT tracking_number AS trackingNumber, order_id AS orderId, id AS shipmentId FROM shipments
        WHERE tracking_number IN (SELECT value FROM json_each(?1))
        UNION ALL SELECT tracking_number, order_id, id FROM returns
        WHERE tracking_number IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(trackingNumbers))
    .all<{ trackingNumber: string; orderId: OrderId; shipmentId: ShipmentId }>();
  return results;
}

/** An order as a row of a list. */
export interface OrderSummary {
  orderId: string;
  number: string;
  version: number;
  status: string;
  paymentState: string;
  fulfillmentState: string;
  channel: string;
  customerId: string | null;
  customerName: string;
  total: number;
  currency: string;
  units: number;
  country: string;
  destination: { latitude: number; longitude: number } | null;
  warehouses: string[];
  placedAt: number;
  updatedAt: number;
}

/** The newest orders of one database after `after`, at most `limit`. */
export async function listOrderRows(
  database: D1Database,
  filter: OrderFilter,
  after: OrderPosition | null,
  limit: number,
): Promise<OrderSummary[]> {
  const where = conditions(filter);
  if (after) where.add("(o.created_at, o.id) < (?, ?)", after.createdAt, after.id);
  const sql = `SELECT o.id, o.number, o.version, o.status, o.payment_state, o.fulfillment_state, o.channel, o.customer_id,
      o.customer_name, o.total_amount, o.currency, o.units, o.country, json_extract(o.doc, '$.location') AS location,
      (SELECT json_group_array(DISTINCT json_extract(r.value, '$.warehouseId')) FROM json_each(o.doc, '$.reservations') r) AS warehouses,
      o.created_at, o.updated_at
    FROM orders o ${where.sql()} ORDER BY o.created_at DESC, o.id DESC LIMIT ?`;
  const { results } = await database
    .prepare(sql)
    .bind(...where.values, limit)
    .all<SummaryRow>();
  return results.map(summary);
}

interface SummaryRow {
  id: string;
  number: string;
  version: number;
  status: string;
  payment_state: string;
  fulfillment_state: string;
  channel: string;
  customer_id: string | null;
  customer_name: string;
  total_amount: number;
  currency: string;
  units: number;
  country: string;
  location: string | null;
  warehouses: string;
  created_at: number;
  updated_at: number;
}

function summary(row: SummaryRow): OrderSummary {
  return {
    orderId: row.id,
    number: row.number,
    version: row.version,
    status: row.status,
    paymentState: row.payment_state,
    fulfillmentState: row.fulfillment_state,
    channel: row.channel,
    customerId: row.customer_id,
    customerName: row.customer_name,
    total: row.total_amount,
    currency: row.currency,
    units: row.units,
    country: row.country,
    destination: row.location === null ? null : (JSON.parse(row.location) as OrderSummary["destination"]),
    warehouses: JSON.parse(row.warehouses) as string[],
    placedAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** How many orders of one database the filter lets through. */
export async function countOrderRows(database: D1Database, filter: OrderFilter): Promise<number> {
  const where = conditions(filter);
  const row = await database
    .prepare(`SELECT count(*) AS n FROM orders o ${where.sql()}`)
    .bind(...where.values)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The order as D1 has it, or null. */
export async function findOrderRow(database: D1Database, id: OrderId): Promise<OrderJson | null> {
  return database.prepare("SELECT doc FROM orders WHERE id = ?").bind(id).first<OrderJson>("doc");
}

/** The order's events in their order; empty when D1 does not know it. */
export async function listEventRows(database: D1Database, id: OrderId): Promise<RecordedEvent[]> {
  const { results } = await database
    .prepare("SELECT sequence, at, actor, data FROM order_events WHERE order_id = ? ORDER BY sequence")
    .bind(id)
    .all<{ sequence: number; at: number; actor: string; data: string }>();
  return results.map(({ sequence, at, actor, data }) => ({
    orderId: id,
    sequence,
    at,
    actor: JSON.parse(actor) as Actor,
    event: JSON.parse(data) as OrderEvent,
  }));
}

/** The effects of an order that has ended, or null. */
export async function findSagaRow(database: D1Database, id: OrderId): Promise<EffectView[] | null> {
  const row = await database.prepare("SELECT saga FROM orders WHERE id = ?").bind(id).first<{ saga: string | null }>();
  return row?.saga ? (JSON.parse(row.saga) as EffectView[]) : null;
}

/** All that a ledger needs to take the order back, but its events; null when D1 does not know it. */
export async function findArchivedRow(
  database: D1Database,
  id: OrderId,
): Promise<{ order: Order; revision: number; saga: EffectView[] } | null> {
  const row = await database
    .prepare("SELECT doc, revision, saga FROM orders WHERE id = ?")
    .bind(id)
    .first<{ doc: OrderJson; revision: number; saga: string | null }>();
  return (
    row && {
      order: readOrder(row.doc),
      revision: row.revision,
      saga: JSON.parse(row.saga ?? "[]") as EffectView[],
    }
  );
}

/** Collects conditions and their values side by side. */
class Where {
  readonly values: (string | number)[] = [];
  readonly #parts: string[] = [];

  add(sql: string, ...values: (string | number)[]): void {
    this.#parts.push(sql);
    this.values.push(...values);
  }

  oneOf(column: string, values: readonly string[] | undefined): void {
    if (values && values.length > 0) this.add(`${column} IN (${values.map(() => "?").join(", ")})`, ...values);
  }

  sql(): string {
    return this.#parts.length === 0 ? "" : `WHERE ${this.#parts.join(" AND ")}`;
  }
}

/** The e-mail address is the search text's last line; rows that were written before have it among their words. */
const SEARCH_WITHOUT_EMAIL = `replace(substr(o.search, 1, instr(o.search || char(10), char(10)) - 1),
  lower(coalesce(json_extract(o.doc, '$.contact.email'), '')), '')`;

function conditions(filter: OrderFilter): Where {
  const where = new Where();
  where.oneOf("o.status", filter.status);
  where.oneOf("o.payment_state", filter.payment);
  where.oneOf("o.fulfillment_state", filter.fulfillment);
  where.oneOf("o.channel", filter.channel);
  if (filter.customerId !== undefined) where.add("o.customer_id = ?", filter.customerId);
  if (filter.placedBy !== undefined) where.add("o.placed_by = ?", filter.placedBy);
  if (filter.from !== undefined) where.add("o.created_at >= ?", filter.from);
  if (filter.to !== undefined) where.add("o.created_at < ?", filter.to);
  if (filter.minAmount !== undefined) where.add("o.total_amount >= ?", filter.minAmount);
  if (filter.maxAmount !== undefined) where.add("o.total_amount <= ?", filter.maxAmount);
  if (filter.sku !== undefined) where.add("o.id IN (SELECT order_id FROM order_lines WHERE sku = ?)", filter.sku);
  if (filter.warehouseId !== undefined)
    where.add(
      "EXISTS (SELECT 1 FROM json_each(o.doc, '$.reservations') r WHERE json_extract(r.value, '$.warehouseId') = ?)",
      filter.warehouseId,
    );
  if (filter.text !== undefined)
    where.add(`instr(${filter.hidesEmail ? SEARCH_WITHOUT_EMAIL : "o.search"}, ?) > 0`, foldText(filter.text));
  return where;
}
