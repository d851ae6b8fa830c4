import { and, asc, eq, gt, or, sql, type SQL } from "drizzle-orm";
import type { LevelView } from "../../contracts/level-rpc.ts";
import type { Sku, WarehouseId } from "../../domain/ids.ts";
import type { OpsDatabase } from "./database.ts";
import { products } from "./schema/catalog.ts";
import { deviations } from "./schema/operations.ts";
import { stock } from "./schema/stock.ts";

/**
 * Copies levels into the projection, any number in one statement. Of two copies of a level the one with the
 * higher sequence stays, so messages may come late, twice and in any order.
 */
export async function upsertStock(db: OpsDatabase, views: readonly LevelView[]): Promise<void> {
  if (views.length === 0) return;
  await db.run(sql`
    insert into stock (sku, warehouse_id, on_hand, held, allocated, safety_stock, quantity, threshold, sequence, as_of)
    select value ->> '$.sku', value ->> '$.warehouseId', value ->> '$.onHand', value ->> '$.held',
      value ->> '$.allocated', value ->> '$.safetyStock', value ->> '$.available', value ->> '$.reorderPoint',
      value ->> '$.sequence', value ->> '$.asOf'
    from json_each(${JSON.stringify(views)}) where true
    on conflict (sku, warehouse_id) do update set
      on_hand = excluded.on_hand, held = excluded.held, allocated = excluded.allocated,
      safety_stock = excluded.safety_stock, quantity = excluded.quantity, threshold = excluded.threshold,
      sequence = excluded.sequence, as_of = excluded.as_of
    where excluded.sequence > stock.sequence`);
}

/** A level as lists show it: a copy, as old as `asOf` says. */
export interface StockRow extends LevelView {
  name: string;
  category: string;
}

export interface StockFilter {
  /** `low`: available at or below the reorder point (out of stock included); `out`: nothing available. */
  state?: "low" | "out";
  /** Only levels with a deviation of kind drift that is not resolved. */
  drifted?: boolean;
  warehouseId?: WarehouseId;
  category?: string;
  sku?: Sku;
}

/** Where a page of the stock list begins: right after this level. */
export interface StockPosition {
  sku: Sku;
  warehouseId: WarehouseId;
}

/** Up to `limit` levels ordered by SKU and warehouse; `next` is null on the last page. */
export async function listStock(
  db: OpsDatabase,
  filter: StockFilter,
  page: { after?: StockPosition; limit: number },
): Promise<{ rows: StockRow[]; next: StockPosition | null }> {
  const conditions: (SQL | undefined)[] = [];
  // Written out as the partial index has it, so that SQLite sees that the index answers this.
  if (filter.state !== undefined) conditions.push(sql`${stock.quantity} <= ${stock.threshold}`);
  if (filter.state === "out") conditions.push(eq(stock.quantity, 0));
  if (filter.drifted === true) {
    conditions.push(sql`exists (select 1 from ${deviations} where ${deviations.kind} = 'drift'
      and ${deviations.status} in ('open', 'assigned')
      and ${deviations.subject} ->> '$.sku' = ${stock.sku}
      and ${deviations.subject} ->> '$.warehouseId' = ${stock.warehouseId})`);
  }
  if (filter.warehouseId !== undefined) conditions.push(eq(stock.warehouseId, filter.warehouseId));
  if (filter.sku !== undefined) conditions.push(eq(stock.sku, filter.sku));
  if (filter.category !== undefined) conditions.push(eq(products.category, filter.category));
  if (page.after !== undefined) {
    const { sku, warehouseId } = page.after;
    conditions.push(or(gt(stock.sku, sku), and(eq(stock.sku, sku), gt(stock.warehouseId, warehouseId))));
  }
  const found = await db
    .select({ level: stock, name: products.name, category: products.category })
    .from(stock)
    .innerJoin(products, eq(products.sku, stock.sku))
    .where(and(...conditions))
    .orderBy(asc(stock.sku), asc(stock.warehouseId))
    .limit(page.limit + 1);
  const rows = found.slice(0, page.limit).map(({ level, name, category }): StockRow => {
    const { quantity, threshold, ...rest } = level;
    return { ...rest, available: quantity, reorderPoint: threshold, name, category };
  });
  const last = rows.at(-1);
  const next = found.length > page.limit && last ? { sku: last.sku, warehouseId: last.warehouseId } : null;
  return { rows, next };
}
