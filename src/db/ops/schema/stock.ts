import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Sku, WarehouseId } from "../../../domain/ids.ts";

/** A copy of every inventory level for lists. The level itself decides; `as_of` says how old the copy is. */
export const stock = sqliteTable(
  "stock",
  {
    sku: text("sku").$type<Sku>().notNull(),
    warehouseId: text("warehouse_id").$type<WarehouseId>().notNull(),
    onHand: integer("on_hand").notNull(),
    held: integer("held").notNull(),
    allocated: integer("allocated").notNull(),
    safetyStock: integer("safety_stock").notNull(),
    /** What is available. */
    quantity: integer("quantity").notNull(),
    /** The reorder point. */
    threshold: integer("threshold").notNull().default(10),
    /** Of two copies the higher is newer; 0 until the level has published for the first time. */
    sequence: integer("sequence").notNull(),
    asOf: integer("as_of").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sku, table.warehouseId] }),
    index("stock_warehouse").on(table.warehouseId, table.sku),
    // Partial, so that only a level that is low costs another written row.
    index("stock_low")
      .on(table.sku, table.warehouseId)
      .where(sql`"quantity" <= "threshold"`),
  ],
);
