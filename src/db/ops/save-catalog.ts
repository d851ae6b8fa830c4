import { and, eq, sql } from "drizzle-orm";
import type { LevelRegistration, Product, Warehouse } from "../../domain/catalog.ts";
import { type AuditEntry, changeAudited } from "./audit.ts";
import type { OpsDatabase } from "./database.ts";
import type { KeptDeed } from "./deeds.ts";
import { levels, products, warehouses } from "./schema/catalog.ts";
import { stock } from "./schema/stock.ts";

export type SaveResult =
  | { ok: true; version: number }
  | { ok: false; reason: "already_exists" | "name_taken" | "version_stale" };

/** `create` refuses what is there already; `replace` refuses another version than the one expected. */
export type SaveMode = { kind: "create" } | { kind: "replace"; expectedVersion: number };

/** Writes a product, and with it the entry of the audit trail and, of one that is made, the deed. A name belongs to one product only. */
export async function saveProduct(
  db: OpsDatabase,
  product: Product,
  mode: SaveMode,
  now: number,
  entry: AuditEntry | null = null,
  done: KeptDeed | null = null,
): Promise<SaveResult> {
  const { sku, ...rest } = product;
  const values = { ...rest, stockPolicy: rest.stockPolicy ?? null };
  try {
    if (mode.kind === "create") {
      const created = await changeAudited(
        db,
        db
          .insert(products)
          .values({ sku, ...values, version: 1, createdAt: now, updatedAt: now })
          .onConflictDoNothing({ target: products.sku })
          .returning({ version: products.version }),
        entry,
        done,
      );
      return created[0] ? { ok: true, version: created[0].version } : { ok: false, reason: "already_exists" };
    }
    const replaced = await changeAudited(
      db,
      db
        .update(products)
        .set({ ...values, version: mode.expectedVersion + 1, updatedAt: now })
        .where(and(eq(products.sku, sku), eq(products.version, mode.expectedVersion)))
        .returning({ version: products.version }),
      entry,
    );
    return replaced[0] ? { ok: true, version: replaced[0].version } : { ok: false, reason: "version_stale" };
  } catch (error) {
    if (isNameTaken(error)) return { ok: false, reason: "name_taken" };
    throw error;
  }
}

function isNameTaken(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("UNIQUE constraint failed: products.name")) return true;
  }
  return false;
}

/** Writes a warehouse, and with it the entry of the audit trail and, of one that is made, the deed. */
export async function saveWarehouse(
  db: OpsDatabase,
  warehouse: Warehouse,
  mode: SaveMode,
  now: number,
  entry: AuditEntry | null = null,
  done: KeptDeed | null = null,
): Promise<SaveResult> {
  const { id, location, ...rest } = warehouse;
  const values = { ...rest, latitude: location.latitude, longitude: location.longitude };
  if (mode.kind === "create") {
    const created = await changeAudited(
      db,
      db
        .insert(warehouses)
        .values({ id, ...values, version: 1, createdAt: now, updatedAt: now })
        .onConflictDoNothing({ target: warehouses.id })
        .returning({ version: warehouses.version }),
      entry,
      done,
    );
    return created[0] ? { ok: true, version: created[0].version } : { ok: false, reason: "already_exists" };
  }
  const replaced = await changeAudited(
    db,
    db
      .update(warehouses)
      .set({ ...values, version: mode.expectedVersion + 1, updatedAt: now })
      .where(and(eq(warehouses.id, id), eq(warehouses.version, mode.expectedVersion)))
      .returning({ version: warehouses.version }),
    entry,
  );
  return replaced[0] ? { ok: true, version: replaced[0].version } : { ok: false, reason: "version_stale" };
}

/**
 * Makes inventory levels exist, thousands in one round trip. A level that exists keeps its registration: what
 * it opened with is history, and its own books rule from then on.
 */
export async function registerLevels(
  db: OpsDatabase,
  registrations: readonly LevelRegistration[],
  now: number,
): Promise<void> {
  const rows = JSON.stringify(registrations);
  await db.batch([
    db.insert(levels).select(
      sql`select value ->> '$.sku', value ->> '$.warehouseId', value ->> '$.opening', value ->> '$.safetyStock',
        value ->> '$.reorderPoint', ${now} from json_each(${rows}) where true on conflict do nothing`,
    ),
    db.insert(stock).select(
      sql`select value ->> '$.sku', value ->> '$.warehouseId', value ->> '$.opening', 0, 0, value ->> '$.safetyStock',
        max(0, (value ->> '$.opening') - (value ->> '$.safetyStock')), value ->> '$.reorderPoint', 0, ${now}
        from json_each(${rows}) where true on conflict do nothing`,
    ),
  ]);
}
