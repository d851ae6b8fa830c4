import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The databases of orders (`ORDERS_0 … ORDERS_n`): what lists, search and reports read. Written by the ledgers'
 * projection alone; every row carries the order's version, and a newer row is never overwritten by an older one.
 * Times are epoch milliseconds, amounts minor units.
 */
export const orders = sqliteTable(
  "orders",
  {
    id: text("id").primaryKey(),
    number: text("number").notNull(),
    version: integer("version").notNull(),
    status: text("status").notNull(),
    paymentState: text("payment_state").notNull(),
    fulfillmentState: text("fulfillment_state").notNull(),
    channel: text("channel").notNull(),
    customerId: text("customer_id"),
    placedBy: text("placed_by").notNull(),
    customerName: text("customer_name").notNull(),
    totalAmount: integer("total_amount").notNull(),
    currency: text("currency").notNull(),
    units: integer("units").notNull(),
    deliveryAddress: text("delivery_address", { mode: "json" }).notNull(),
    country: text("country").notNull(),
    estimatedDelivery: text("estimated_delivery"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** `searchText` of number, name, SKUs and tracking numbers; in a line below, of the e-mail address. */
    search: text("search").notNull(),
    /** The whole order as the ledger holds it. */
    doc: text("doc").notNull(),
    /** The order's effects, once it has ended. */
    saga: text("saga"),
    /** The ledger's count of changes, effects included: of two rows the higher is newer. */
    revision: integer("revision").notNull().default(0),
  },
  (table) => [
    index("orders_created").on(table.createdAt, table.id),
    index("orders_status").on(table.status, table.createdAt),
    index("orders_customer").on(table.customerId, table.createdAt),
  ],
);

export const orderLines = sqliteTable(
  "order_lines",
  {
    orderId: text("order_id").notNull(),
    number: integer("number").notNull(),
    version: integer("version").notNull(),
    sku: text("sku").notNull(),
    name: text("name").notNull(),
    quantity: integer("quantity").notNull(),
    unitPrice: integer("unit_price").notNull(),
    net: integer("net").notNull(),
    tax: integer("tax").notNull(),
    backordered: integer("backordered").notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.number] }), index("order_lines_sku").on(table.sku)],
);

export const shipments = sqliteTable(
  "shipments",
  {
    id: text("id").primaryKey(),
    orderId: text("order_id").notNull(),
    number: integer("number").notNull(),
    version: integer("version").notNull(),
    warehouseId: text("warehouse_id").notNull(),
    state: text("state").notNull(),
    carrier: text("carrier"),
    trackingNumber: text("tracking_number"),
    requestedAt: integer("requested_at").notNull(),
    shippedAt: integer("shipped_at"),
    deliveredAt: integer("delivered_at"),
  },
  (table) => [
    index("shipments_warehouse").on(table.warehouseId, table.state),
    index("shipments_tracking").on(table.trackingNumber),
  ],
);

export const payments = sqliteTable(
  "payments",
  {
    orderId: text("order_id").notNull(),
    number: integer("number").notNull(),
    version: integer("version").notNull(),
    provider: text("provider").notNull(),
    intentId: text("intent_id"),
    status: text("status").notNull(),
    amount: integer("amount").notNull(),
    authorized: integer("authorized").notNull(),
    captured: integer("captured").notNull(),
    refunded: integer("refunded").notNull(),
    currency: text("currency").notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.number] })],
);

export const returns = sqliteTable(
  "returns",
  {
    id: text("id").primaryKey(),
    orderId: text("order_id").notNull(),
    orderNumber: text("order_number").notNull(),
    version: integer("version").notNull(),
    state: text("state").notNull(),
    reason: text("reason").notNull(),
    units: integer("units").notNull(),
    customerId: text("customer_id"),
    placedBy: text("placed_by").notNull(),
    channel: text("channel").notNull(),
    /** Where it arrived, or will by its label. */
    warehouseId: text("warehouse_id").notNull(),
    trackingNumber: text("tracking_number"),
    requestedAt: integer("requested_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("returns_requested").on(table.requestedAt, table.id),
    index("returns_order").on(table.orderId),
    index("returns_tracking").on(table.trackingNumber),
  ],
);

export const orderEvents = sqliteTable(
  "order_events",
  {
    orderId: text("order_id").notNull(),
    sequence: integer("sequence").notNull(),
    at: integer("at").notNull(),
    type: text("type").notNull(),
    actor: text("actor").notNull(),
    data: text("data").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.sequence] }),
    // What the books of a day are compared by. Partial, so that only money that moved costs another written row.
    index("order_events_money")
      .on(table.at)
      .where(sql`"type" in ('PaymentAuthorized', 'PaymentCaptured', 'PaymentRefunded')`),
  ],
);
