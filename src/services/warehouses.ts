import type {
  CreateWarehouseForm,
  ReplaceWarehouseForm,
  ShippingMethodAnswer,
  WarehouseAnswer,
} from "../contracts/catalog.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import type { Versioned } from "../db/ops/load-catalog.ts";
import { type SaveMode, saveWarehouse } from "../db/ops/save-catalog.ts";
import type { Warehouse } from "../domain/catalog.ts";
import type { WarehouseId } from "../domain/ids.ts";
import { auditEntry, sealAudit } from "./audit.ts";
import { lacking } from "./authorize.ts";
import { catalogOf, invalidateCatalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { onceInOps } from "./once-in-ops.ts";
import { addressOf, incomplete } from "./order-draft.ts";

/** A page of the warehouses by id. */
export async function listWarehouses(
  ctx: ServiceContext,
  page: { after: string | undefined; limit: number },
): Promise<ServiceResult<{ rows: WarehouseAnswer[]; next: string | null }>> {
  const denied = lacking(ctx, "catalog:read");
  if (denied !== null) return denied;
  const { warehouses } = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const later = [...warehouses.values()].filter(({ id }) => page.after === undefined || id > page.after);
  const rows = later.slice(0, page.limit).map(describeWarehouse);
  return { ok: true, value: { rows, next: later.length > page.limit ? (rows.at(-1)?.warehouseId ?? null) : null } };
}

/** One warehouse. */
export async function readWarehouse(ctx: ServiceContext, id: WarehouseId): Promise<ServiceResult<WarehouseAnswer>> {
  const denied = lacking(ctx, "catalog:read");
  if (denied !== null) return denied;
  const warehouse = (await catalogOf(ctx.env, ctx.now, ctx.defer)).warehouses.get(id);
  return warehouse === undefined
    ? refuse("not_found", `There is no warehouse ${id}.`)
    : { ok: true, value: describeWarehouse(warehouse) };
}

/** Adds a warehouse. It stocks nothing until something is received or counted there. */
export async function createWarehouse(
  ctx: ServiceContext,
  form: CreateWarehouseForm,
): Promise<ServiceResult<WarehouseAnswer>> {
  const denied = lacking(ctx, "catalog:write");
  if (denied !== null) return denied;
  const read = addressOf(form.address);
  if (!read.ok) return incomplete(read.errors);
  const again = (id: string) => {
    // This isolate may not have heard of it yet.
    invalidateCatalog();
    return readWarehouse(ctx, id as WarehouseId);
  };
  const warehouse = { ...form, address: read.address };
  return onceInOps(ctx, again, () => save(ctx, warehouse, { kind: "create" }, null));
}

/** Replaces a warehouse, if it is as the caller has read it; `expectedVersion` null replaces it as it is. */
export async function replaceWarehouse(
  ctx: ServiceContext,
  id: WarehouseId,
  form: ReplaceWarehouseForm,
  expectedVersion: number | null,
): Promise<ServiceResult<WarehouseAnswer>> {
  const denied = lacking(ctx, "catalog:write");
  if (denied !== null) return denied;
  invalidateCatalog();
  const before = (await catalogOf(ctx.env, ctx.now, ctx.defer)).warehouses.get(id);
  if (before === undefined) return refuse("not_found", `There is no warehouse ${id}.`);
  const read = addressOf(form.address);
  if (!read.ok) return incomplete(read.errors);
  return save(
    ctx,
    { id, ...form, address: read.address },
    { kind: "replace", expectedVersion: expectedVersion ?? before.version },
    before,
  );
}

async function save(
  ctx: ServiceContext,
  warehouse: Warehouse,
  mode: SaveMode,
  before: Warehouse | null,
): Promise<ServiceResult<WarehouseAnswer>> {
  const entry = auditEntry(ctx, {
    action: mode.kind === "create" ? "warehouse.created" : "warehouse.replaced",
    subject: `warehouse:${warehouse.id}`,
    before,
    after: warehouse,
  });
  const saved = await saveWarehouse(
    openOps(ctx.env.OPS),
    warehouse,
    mode,
    ctx.now,
    entry,
    ctx.deed && { deed: ctx.deed, subject: warehouse.id },
  );
  if (!saved.ok)
    return saved.reason === "version_stale"
      ? refuse("version_stale", `Warehouse ${warehouse.id} has changed since it was read.`)
      : refuse("already_exists", `There is a warehouse ${warehouse.id} already.`);
  ctx.defer(sealAudit(ctx.env));
  invalidateCatalog();
  return { ok: true, value: describeWarehouse({ ...warehouse, version: saved.version }) };
}

/** The ways of shipping, as the catalogue has them. */
export async function listShippingMethods(ctx: ServiceContext): Promise<ServiceResult<ShippingMethodAnswer[]>> {
  const denied = lacking(ctx, "catalog:read");
  if (denied !== null) return denied;
  const { shippingMethods } = await catalogOf(ctx.env, ctx.now, ctx.defer);
  return {
    ok: true,
    value: [...shippingMethods.values()].map(
      ({ base, perKilogram, perThousandKm, currency, transitDays, ...method }) => ({
        ...method,
        base: { amount: base, currency },
        perKilogram: { amount: perKilogram, currency },
        perThousandKm: { amount: perThousandKm, currency },
        transitDays: [...transitDays],
      }),
    ),
  };
}

function describeWarehouse({ id, workingDays, serves, ...warehouse }: Versioned<Warehouse>): WarehouseAnswer {
  return { warehouseId: id, ...warehouse, workingDays: [...workingDays], serves: [...serves] };
}
