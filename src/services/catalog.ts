import { openOps } from "../db/ops/database.ts";
import {
  type Catalog as CatalogRows,
  type ChannelSettings,
  loadCatalog,
  type Versioned,
} from "../db/ops/load-catalog.ts";
import type { LevelRegistration, Product, ShippingMethod, TaxRate, Warehouse } from "../domain/catalog.ts";
import { type LevelKey, levelKey, type Sku, type WarehouseId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";

/** The catalogue as this isolate holds it, ready for look-ups. */
export interface Catalog {
  products: ReadonlyMap<Sku, Versioned<Product>>;
  warehouses: ReadonlyMap<WarehouseId, Versioned<Warehouse>>;
  /** The levels of a SKU; a SKU without any has none registered. */
  levels: ReadonlyMap<Sku, readonly LevelRegistration[]>;
  /** The level of one SKU at one warehouse; undefined for a pair that nobody registered. */
  level(sku: Sku, warehouseId: WarehouseId): LevelRegistration | undefined;
  shippingMethods: ReadonlyMap<string, ShippingMethod>;
  taxRates: readonly TaxRate[];
  channels: ReadonlyMap<string, ChannelSettings>;
}

/** How old the copy may be before it is refreshed behind a request. */
const FRESH_MS = 60_000;
/** A refresh that has not come back by then is given up, and the next request starts another. */
const REFRESH_LIMIT_MS = 15_000;

interface Cached {
  catalog: Catalog;
  loadedAt: number;
  refreshStartedAt: number;
}

let cached: Cached | null = null;

/**
 * The catalogue, warehouses and list of levels: from the isolate, at most a minute old while OPS answers, refreshed
 * behind the request, and served stale while OPS is away. Only an isolate's first request waits for OPS.
 */
export async function catalogOf(env: Env, now: number, defer: (work: Promise<unknown>) => void): Promise<Catalog> {
  // Each waits for its own first load: a promise of one request must not be awaited in another.
  if (cached === null) return refresh(env, now);
  if (now - cached.loadedAt > FRESH_MS && now - cached.refreshStartedAt > REFRESH_LIMIT_MS) {
    cached.refreshStartedAt = now;
    defer(refresh(env, now).catch((error: unknown) => logError("catalog_not_refreshed", error)));
  }
  return cached.catalog;
}

/** Makes this isolate's next request read OPS: after it has changed something itself. */
export function invalidateCatalog(): void {
  cached = null;
}

async function refresh(env: Env, now: number): Promise<Catalog> {
  const catalog = indexed(await loadCatalog(openOps(env.OPS)));
  cached = { catalog, loadedAt: now, refreshStartedAt: 0 };
  return catalog;
}

function indexed(rows: CatalogRows): Catalog {
  const levels = new Map<Sku, LevelRegistration[]>();
  const byKey = new Map<LevelKey, LevelRegistration>();
  for (const level of rows.levels) {
    byKey.set(levelKey(level.sku, level.warehouseId), level);
    const ofSku = levels.get(level.sku);
    if (ofSku) ofSku.push(level);
    else levels.set(level.sku, [level]);
  }
  return {
    products: new Map(rows.products.map((product) => [product.sku, product])),
    warehouses: new Map(rows.warehouses.map((warehouse) => [warehouse.id, warehouse])),
    levels,
    level: (sku, warehouseId) => byKey.get(levelKey(sku, warehouseId)),
    shippingMethods: new Map(rows.shippingMethods.map((method) => [method.id, method])),
    taxRates: rows.taxRates,
    channels: new Map(rows.channels.map((channel) => [channel.id, channel])),
  };
}
