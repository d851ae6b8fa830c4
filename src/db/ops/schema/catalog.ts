import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Address, StockPolicy, TaxClass } from "../../../domain/catalog.ts";
import type { Sku, WarehouseId } from "../../../domain/ids.ts";
import type { Channel } from "../../../domain/order/order.ts";

/** What is sold. `version` rises with every change; times are epoch milliseconds, here and in every table. */
export const products = sqliteTable(
  "products",
  {
    sku: text("sku").$type<Sku>().primaryKey(),
    name: text("name").notNull(),
    unit: text("unit").notNull(),
    /** Minor units of `currency`. */
    price: integer("price").notNull(),
    currency: text("currency").notNull(),
    category: text("category").notNull(),
    weightGrams: integer("weight_grams").notNull(),
    taxClass: text("tax_class").$type<TaxClass>().notNull(),
    backorder: integer("backorder", { mode: "boolean" }).notNull(),
    /** Null where nobody has said more than `backorder`. */
    stockPolicy: text("stock_policy", { mode: "json" }).$type<StockPolicy>(),
    active: integer("active", { mode: "boolean" }).notNull(),
    version: integer("version").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [uniqueIndex("products_name").on(table.name), index("products_category").on(table.category, table.sku)],
);

/** Places that stock and ship. */
export const warehouses = sqliteTable("warehouses", {
  id: text("id").$type<WarehouseId>().primaryKey(),
  name: text("name").notNull(),
  city: text("city").notNull(),
  country: text("country").notNull(),
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
  timeZone: text("time_zone").notNull(),
  cutOffMinutes: integer("cut_off_minutes").notNull(),
  workingDays: text("working_days", { mode: "json" }).$type<readonly number[]>().notNull(),
  dailyCapacity: integer("daily_capacity").notNull(),
  serves: text("serves", { mode: "json" }).$type<readonly string[]>().notNull(),
  mode: text("mode").$type<"floor" | "wms">().notNull(),
  open: integer("open", { mode: "boolean" }).notNull(),
  address: text("address", { mode: "json" }).$type<Address>().notNull(),
  version: integer("version").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Which inventory levels exist, and what each opened with. Pairs that are not here are 0 and never called. */
export const levels = sqliteTable(
  "levels",
  {
    sku: text("sku").$type<Sku>().notNull(),
    warehouseId: text("warehouse_id").$type<WarehouseId>().notNull(),
    opening: integer("opening").notNull(),
    safetyStock: integer("safety_stock").notNull(),
    reorderPoint: integer("reorder_point").notNull().default(10),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.sku, table.warehouseId] })],
);

/** Ways of shipping; prices in minor units of `currency`. */
export const shippingMethods = sqliteTable("shipping_methods", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  carrier: text("carrier").$type<"fedex">().notNull(),
  service: text("service").notNull(),
  base: integer("base").notNull(),
  perKilogram: integer("per_kilogram").notNull(),
  perThousandKm: integer("per_thousand_km").notNull(),
  currency: text("currency").notNull(),
  transitDays: text("transit_days", { mode: "json" }).$type<readonly { withinKm: number; days: number }[]>().notNull(),
});

/** Tax by destination. An empty region stands for the whole country. */
export const taxRates = sqliteTable(
  "tax_rates",
  {
    country: text("country").notNull(),
    region: text("region").notNull().default(""),
    taxClass: text("tax_class").$type<TaxClass>().notNull(),
    ratePpm: integer("rate_ppm").notNull(),
    taxesShipping: integer("taxes_shipping", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.country, table.region, table.taxClass] })],
);

/** Where orders come from, and who pays for an order of the channel that names nobody. */
export const channels = sqliteTable("channels", {
  id: text("id").$type<Channel>().primaryKey(),
  name: text("name").notNull(),
  kind: text("kind").$type<"own" | "marketplace">().notNull(),
  defaultCustomerId: text("default_customer_id"),
  defaultPaymentMethod: text("default_payment_method"),
  allowedOrigins: text("allowed_origins", { mode: "json" }).$type<readonly string[]>().notNull(),
  /** Null: as the deployment is configured. */
  captureOn: text("capture_on").$type<"order" | "shipment">(),
  active: integer("active", { mode: "boolean" }).notNull(),
});
