import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { registerLevels } from "../db/ops/save-catalog.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import { levelKey, type Sku, type WarehouseId } from "../domain/ids.ts";
import { type Catalog, catalogOf, invalidateCatalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";

/** Where nothing is said, a level is low at 10. */
const DEFAULT_REORDER_POINT = 10;

type Where = Pick<ServiceContext, "env" | "now" | "defer">;

interface Place {
  sku: Sku;
  warehouseId: WarehouseId;
}

/** A level that is looked for. `make`: where the pair is known and nobody has registered it, it comes to exist. */
interface Wanted extends Place {
  make: boolean;
}

/** The registration of a level that exists; null for a known pair that nobody registered: it is simply 0 and never called. */
export async function findLevel(ctx: Where, place: Place): Promise<ServiceResult<LevelRegistration | null>> {
  return registrationIn(await catalogOf(ctx.env, ctx.now, ctx.defer), place);
}

/** As `findLevel`, but a known pair comes to exist: a receipt, a count or settings make a level. */
export async function findOrRegisterLevel(ctx: Where, place: Place): Promise<ServiceResult<LevelRegistration>> {
  const [found] = await findLevels(ctx, [{ ...place, make: true }]);
  if (found === undefined || (found.ok && found.value === null)) throw new Error("a level was made and is missing");
  return found as ServiceResult<LevelRegistration>;
}

/** Finds any number of levels, in the order asked. All that come to exist are registered together. */
export async function findLevels(
  ctx: Where,
  wanted: readonly Wanted[],
): Promise<ServiceResult<LevelRegistration | null>[]> {
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const found = wanted.map((place) => registrationIn(catalog, place));
  const missing = wanted.filter(({ make }, index) => make && isMissing(found[index]));
  if (missing.length === 0) return found;
  const made = new Map(missing.map((place) => [levelKey(place.sku, place.warehouseId), registrationOf(place)]));
  await registerLevels(openOps(ctx.env.OPS), [...made.values()], ctx.now);
  invalidateCatalog();
  const after = await catalogOf(ctx.env, ctx.now, ctx.defer);
  return wanted.map((place, index) => {
    const before = found[index];
    if (!place.make || !isMissing(before)) return before ?? registrationIn(after, place);
    // Somebody else may have registered it with other numbers at the same time: what OPS has is what the level opens with.
    return { ok: true, value: after.level(place.sku, place.warehouseId) ?? registrationOf(place) };
  });
}

/** The registration as the catalogue has it; refused where the SKU or the warehouse is not known at all. */
function registrationIn(catalog: Catalog, { sku, warehouseId }: Place): ServiceResult<LevelRegistration | null> {
  if (!catalog.products.has(sku)) return refuse("unknown_sku", `There is no product ${sku}.`);
  if (!catalog.warehouses.has(warehouseId)) return refuse("unknown_warehouse", `There is no warehouse ${warehouseId}.`);
  return { ok: true, value: catalog.level(sku, warehouseId) ?? null };
}

function isMissing(found: ServiceResult<LevelRegistration | null> | undefined): boolean {
  return found?.ok === true && found.value === null;
}

function registrationOf({ sku, warehouseId }: Place): LevelRegistration {
  return { sku, warehouseId, opening: 0, safetyStock: 0, reorderPoint: DEFAULT_REORDER_POINT };
}
