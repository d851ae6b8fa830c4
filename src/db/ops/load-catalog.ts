import { eq } from "drizzle-orm";
import type { LevelRegistration, Product, ShippingMethod, TaxRate, Warehouse } from "../../domain/catalog.ts";
import type { CustomerId } from "../../domain/ids.ts";
import type { Channel } from "../../domain/order/order.ts";
import { regionKey } from "../../domain/pricing.ts";
import type { OpsDatabase } from "./database.ts";
import { channels, levels, products, shippingMethods, taxRates, warehouses } from "./schema/catalog.ts";

/** A domain thing with its row's version, for `ETag` and `If-Match`. */
export type Versioned<Thing> = Thing & { version: number };

/** A channel's settings. The default profile is who an order that names nobody is for, and what pays for it. */
export interface ChannelSettings {
  id: Channel;
  name: string;
  kind: "own" | "marketplace";
  defaultProfile: { customerId: CustomerId; paymentMethod: string } | null;
  allowedOrigins: readonly string[];
  /** Null: as the deployment is configured. */
  captureOn: "order" | "shipment" | null;
  active: boolean;
}

/** Everything the order path knows of OPS, in one piece. */
export interface Catalog {
  products: Versioned<Product>[];
  warehouses: Versioned<Warehouse>[];
  levels: LevelRegistration[];
  shippingMethods: ShippingMethod[];
  taxRates: TaxRate[];
  channels: ChannelSettings[];
}

/** The product that a row stands for. */
export function toProduct(row: typeof products.$inferSelect): Versioned<Product> {
  const { createdAt: _created, updatedAt: _updated, stockPolicy, ...product } = row;
  return { ...product, ...(stockPolicy && { stockPolicy }) };
}

/** The warehouse that a row stands for. */
export function toWarehouse(row: typeof warehouses.$inferSelect): Versioned<Warehouse> {
  const { latitude, longitude, createdAt: _created, updatedAt: _updated, ...rest } = row;
  return { ...rest, location: { latitude, longitude } };
}

function toTaxRate(row: typeof taxRates.$inferSelect): TaxRate {
  const { region, ...rate } = row;
  return region === "" ? rate : { ...rate, region: regionKey(rate.country, region) };
}

function toChannel(row: typeof channels.$inferSelect): ChannelSettings {
  const { defaultCustomerId, defaultPaymentMethod, ...channel } = row;
  const complete = defaultCustomerId !== null && defaultPaymentMethod !== null;
  return {
    ...channel,
    defaultProfile: complete
      ? { customerId: defaultCustomerId as CustomerId, paymentMethod: defaultPaymentMethod }
      : null,
  };
}

/** Reads the whole catalogue in one round trip. Inactive products and closed warehouses are in it, marked as such. */
export async function loadCatalog(db: OpsDatabase): Promise<Catalog> {
  const [productRows, warehouseRows, levelRows, methodRows, rateRows, channelRows] = await db.batch([
    db.select().from(products).orderBy(products.sku),
    db.select().from(warehouses).orderBy(warehouses.id),
    db
      .select({
        sku: levels.sku,
        warehouseId: levels.warehouseId,
        opening: levels.opening,
        safetyStock: levels.safetyStock,
        reorderPoint: levels.reorderPoint,
      })
      .from(levels),
    db.select().from(shippingMethods),
    db.select().from(taxRates),
    db.select().from(channels).where(eq(channels.active, true)),
  ]);
  return {
    products: productRows.map(toProduct),
    warehouses: warehouseRows.map(toWarehouse),
    levels: levelRows,
    shippingMethods: methodRows,
    taxRates: rateRows.map(toTaxRate),
    channels: channelRows.map(toChannel),
  };
}
