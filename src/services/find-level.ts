import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { registerLevels } from "../db/ops/save-catalog.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import type { Sku, WarehouseId } from "../domain/ids.ts";
import { catalogOf, invalidateCatalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";

/** Where nothing is said, a level is low at 10. */
const DEFAULT_REORDER_POINT = 10;

type Where = Pick<ServiceContext, "env" | "now" | "defer">;

interface Place {
  sku: Sku;
  warehouseId: WarehouseId;
}

/** Whether the SKU and the warehouse are known at all: null when both are. */
async function refusePlace(ctx: Where, { sku, warehouseId }: Place) {
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  if (!catalog.products.has(sku)) return refuse("unknown_sku", `There is no product ${sku}.`);
  if (!catalog.warehouses.has(warehouseId)) return refuse("unknown_warehouse", `There is no warehouse ${warehouseId}.`);
  return null;
}

/** The registration of a level that exists; null for a known pair that nobody registered: it is simply 0 and never called. */
export async function findLevel(ctx: Where, place: Place): Promise<ServiceResult<LevelRegistration | null>> {
  const unknown = await refusePlace(ctx, place);
  if (unknown !== null) return unknown;
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  return { ok: true, value: catalog.level(place.sku, place.warehouseId) ?? null };
}

/** As `findLevel`, but a known pair comes to exist: a receipt, a count or settings make a level. */
export async function findOrRegisterLevel(ctx: Where, place: Place): Promise<ServiceResult<LevelRegistration>> {
  const found = await findLevel(ctx, place);
  if (!found.ok) return found;
  if (found.value !== null) return { ok: true, value: found.value };
  const registration: LevelRegistration = { ...place, opening: 0, safetyStock: 0, reorderPoint: DEFAULT_REORDER_POINT };
  await registerLevels(openOps(ctx.env.OPS), [registration], ctx.now);
  invalidateCatalog();
  const registered = await findLevel(ctx, place);
  // Somebody else may have registered it with other numbers at the same time: what OPS has is what the level opens with.
  return registered.ok ? { ok: true, value: registered.value ?? registration } : registered;
}
