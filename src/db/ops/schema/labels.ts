import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The carrier's labels as they were made: what a reprint shows, any time. */
export const labels = sqliteTable("labels", {
  shipmentId: text("shipment_id").primaryKey(),
  orderId: text("order_id").notNull(),
  carrier: text("carrier").notNull(),
  service: text("service").notNull(),
  trackingNumber: text("tracking_number").notNull(),
  format: text("format", { enum: ["PDF", "ZPL"] }).notNull(),
  /** base64, as the carrier gave it. */
  document: text("document").notNull(),
  createdAt: integer("created_at").notNull(),
});
