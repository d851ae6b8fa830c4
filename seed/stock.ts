import type { LevelRegistration } from "../src/domain/catalog.ts";
import { PRODUCTS, type SeedProduct } from "./products/products.ts";
import { seededRandom } from "./random.ts";
import { WAREHOUSES, type SeedWarehouse } from "./warehouses.ts";

const SMALLEST_SPREAD = 4;
const WIDEST_SPREAD = 12;
/** From this rank of popularity on, every such product is nearly sold out everywhere. */
const SCARCE_FROM = 200;
const SCARCE_EVERY = 16;
/** Units bought over the company's horizon for each basket that the product was found in. */
const UNITS_PER_BASKET = 4;
const REORDER_POINT = 10;

/** A warehouse with the whole range still lacks one product in so many, and no two lack the same. */
const GAP_EVERY = 20;

/** Warehouses with the whole range come first; the others are dealt out in turn, so that each gets its share. */
function warehousesOf(rank: number): SeedWarehouse[] {
  const popularity = 1 - rank / (PRODUCTS.length - 1);
  const spread = Math.round(SMALLEST_SPREAD + (WIDEST_SPREAD - SMALLEST_SPREAD) * popularity ** 0.35);
  const range = WAREHOUSES.filter((warehouse) => warehouse.stocks === "range").filter(
    (_, index) => (rank * 7 + index * 11) % GAP_EVERY !== 0,
  );
  const others = WAREHOUSES.filter((warehouse) => warehouse.stocks === "bestsellers");
  const rotated = others.map((_, index) => others[(index + rank * 5) % others.length]).filter((w) => w !== undefined);
  return [...range, ...rotated].slice(0, spread);
}

function plentiful(product: SeedProduct, rank: number): LevelRegistration[] {
  const random = seededRandom(rank + 1);
  const places = warehousesOf(rank);
  const capacity = places.reduce((sum, warehouse) => sum + warehouse.dailyCapacity, 0);
  return places.map((warehouse) => {
    const share = (product.bought * UNITS_PER_BASKET * warehouse.dailyCapacity) / capacity;
    const opening = Math.max(12, Math.round(share * (0.8 + 0.4 * random())));
    return {
      sku: product.sku,
      warehouseId: warehouse.id,
      opening,
      safetyStock: opening >= 100 ? 4 : opening >= 40 ? 2 : 0,
      reorderPoint: Math.max(REORDER_POINT, Math.round(opening * 0.15)),
    };
  });
}

/** A few units in one or two places, and nothing where there used to be some. */
function scarce(product: SeedProduct, rank: number): LevelRegistration[] {
  const random = seededRandom(rank + 1);
  const left = 1 + Math.floor(random() * 2);
  return warehousesOf(rank).map((warehouse, index) => ({
    sku: product.sku,
    warehouseId: warehouse.id,
    opening: index < left ? 1 + Math.floor(random() * 9) : 0,
    safetyStock: 0,
    reorderPoint: REORDER_POINT,
  }));
}

/** Places that will have it, and have nothing yet. */
function awaited(product: SeedProduct, rank: number): LevelRegistration[] {
  return scarce(product, rank).map((level) => ({ ...level, opening: 0 }));
}

/** What each warehouse opened with: every product in 4 to 12 places, in proportion to how it sells. */
export const LEVELS: readonly LevelRegistration[] = PRODUCTS.flatMap((product, rank) =>
  product.stockPolicy?.kind === "preorder"
    ? awaited(product, rank)
    : rank >= SCARCE_FROM && rank % SCARCE_EVERY === SCARCE_EVERY - 1
      ? scarce(product, rank)
      : plentiful(product, rank),
);
