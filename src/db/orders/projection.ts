import type { EffectView, OrderJson } from "../../contracts/ledger-rpc.ts";
import { searchText } from "../../domain/fold-text.ts";
import type { RecordedEvent } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/order.ts";
import { fulfillmentState, paymentState } from "../../domain/order/views.ts";

/** The parts of an order that have tables of their own. */
export interface ChangedParts {
  lines: boolean;
  shipments: boolean;
  payments: boolean;
  returns: boolean;
}

/** One order as its ledger wants D1 to show it: the row, the events D1 does not have yet, and the saga once it has ended. */
export interface ProjectedOrder {
  order: Order;
  doc: OrderJson;
  /** Rises with every change, also where the version stays: of two projections the higher is newer. */
  revision: number;
  events: readonly RecordedEvent[];
  /** What D1 may not have as it is now; the rest is not written again. */
  changed: ChangedParts;
  saga: EffectView[] | null;
}

/**
 * Writes many orders in one D1 batch, each table with one statement fed from one JSON parameter. Guarded by
 * version and revision, so that writing again, or late, does no harm. Throws when D1 does: the ledger writes again later.
 */
export async function projectOrders(database: D1Database, projected: readonly ProjectedOrder[]): Promise<void> {
  const rowsOf = (part: keyof ChangedParts, rows: (order: Order) => unknown[][]) =>
    projected.flatMap(({ order, changed }) => (changed[part] ? rows(order) : []));
  const statements: [sql: string, rows: unknown[][]][] = [
    [UPSERT_ORDERS, projected.map(orderRow)],
    [UPSERT_LINES, rowsOf("lines", lineRows)],
    [UPSERT_SHIPMENTS, rowsOf("shipments", shipmentRows)],
    [UPSERT_PAYMENTS, rowsOf("payments", paymentRows)],
    [UPSERT_RETURNS, rowsOf("returns", returnRows)],
    [INSERT_EVENTS, projected.flatMap(({ events }) => events.map(eventRow))],
  ];
  const called = statements.filter(([, rows]) => rows.length > 0);
  if (called.length === 0) return;
  await database.batch(called.map(([sql, rows]) => database.prepare(sql).bind(JSON.stringify(rows))));
}

/** `INSERT … SELECT` from a JSON array of rows; a row that is there already is replaced only by one as new or newer. */
function upsert(table: string, key: string[], columns: string[], age: "version" | "revision" = "version"): string {
  const set = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  const values = columns.map((column, index) => `json_extract(value, '$[${index}]') AS ${column}`);
  // `WHERE true` tells SQLite's parser that the ON after it is the upsert's, not a join's.
  return `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?1) WHERE true
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${set.join(", ")} WHERE excluded.${age} >= ${table}.${age}`;
}

const UPSERT_ORDERS = upsert(
  "orders",
  ["id"],
  [
    "id",
    "number",
    "version",
    "status",
    "payment_state",
    "fulfillment_state",
    "channel",
    "customer_id",
    "placed_by",
    "customer_name",
    "total_amount",
    "currency",
    "units",
    "delivery_address",
    "country",
    "estimated_delivery",
    "created_at",
    "updated_at",
    "search",
    "doc",
    "saga",
    "revision",
  ],
  "revision",
);

function orderRow({ order, doc, revision, saga }: ProjectedOrder): unknown[] {
  const words = searchText([
    order.number,
    order.id,
    order.contact.name,
    ...order.lines.map(({ sku }) => sku),
    ...order.shipments.map(({ label }) => label?.trackingNumber),
  ]);
  return [
    order.id,
    order.number,
    order.version,
    order.state,
    paymentState(order),
    fulfillmentState(order),
    order.channel,
    order.customerId,
    order.placedBy,
    order.contact.name,
    order.totals.total,
    order.currency,
    order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    JSON.stringify(order.address),
    order.address.country,
    order.estimatedDelivery,
    order.placedAt,
    order.updatedAt,
    // The address is a line of its own: not every reader may look for it.
    `${words}\n${searchText([order.contact.email])}`,
    doc,
    saga && JSON.stringify(saga),
    revision,
  ];
}

const UPSERT_LINES = upsert(
  "order_lines",
  ["order_id", "number"],
  ["order_id", "number", "version", "sku", "name", "quantity", "unit_price", "net", "tax", "backordered"],
);

function lineRows(order: Order): unknown[][] {
  return order.lines.map((line) => [
    order.id,
    line.number,
    order.version,
    line.sku,
    line.name,
    line.quantity,
    line.unitPrice,
    line.net,
    line.tax,
    line.backordered,
  ]);
}

const UPSERT_SHIPMENTS = upsert(
  "shipments",
  ["id"],
  [
    "id",
    "order_id",
    "number",
    "version",
    "warehouse_id",
    "state",
    "carrier",
    "tracking_number",
    "requested_at",
    "shipped_at",
    "delivered_at",
  ],
);

function shipmentRows(order: Order): unknown[][] {
  return order.shipments.map(({ id, number, warehouseId, state, label, reachedAt }) => [
    id,
    order.id,
    number,
    order.version,
    warehouseId,
    state,
    label?.carrier ?? null,
    label?.trackingNumber ?? null,
    reachedAt.REQUESTED ?? order.placedAt,
    reachedAt.SHIPPED ?? null,
    reachedAt.DELIVERED ?? null,
  ]);
}

const UPSERT_PAYMENTS = upsert(
  "payments",
  ["order_id", "number"],
  [
    "order_id",
    "number",
    "version",
    "provider",
    "intent_id",
    "status",
    "amount",
    "authorized",
    "captured",
    "refunded",
    "currency",
  ],
);

function paymentRows(order: Order): unknown[][] {
  return order.payments.map((payment) => [
    order.id,
    payment.number,
    order.version,
    payment.provider,
    payment.intentId,
    payment.status,
    payment.amount,
    payment.authorized,
    payment.captured,
    payment.refunded,
    order.currency,
  ]);
}

const UPSERT_RETURNS = upsert(
  "returns",
  ["id"],
  [
    "id",
    "order_id",
    "order_number",
    "version",
    "state",
    "reason",
    "units",
    "customer_id",
    "placed_by",
    "channel",
    "warehouse_id",
    "tracking_number",
    "requested_at",
    "updated_at",
  ],
);

function returnRows(order: Order): unknown[][] {
  return order.returns.map(({ id, state, reason, lines, warehouseId, receivedAt, label, reachedAt }) => [
    id,
    order.id,
    order.number,
    order.version,
    state,
    reason,
    lines.reduce((sum, { quantity }) => sum + quantity, 0),
    order.customerId,
    order.placedBy,
    order.channel,
    receivedAt ?? warehouseId,
    label?.trackingNumber ?? null,
    reachedAt.REQUESTED ?? order.updatedAt,
    reachedAt[state] ?? order.updatedAt,
  ]);
}

const INSERT_EVENTS = `INSERT OR IGNORE INTO order_events (order_id, sequence, at, type, actor, data)
  SELECT ${[0, 1, 2, 3, 4, 5].map((index) => `json_extract(value, '$[${index}]')`).join(", ")} FROM json_each(?1)`;

function eventRow({ orderId, sequence, at, actor, event }: RecordedEvent): unknown[] {
  return [orderId, sequence, at, event.type, JSON.stringify(actor), JSON.stringify(event)];
}
