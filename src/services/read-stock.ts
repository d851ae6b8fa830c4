import { z } from "zod";
import type {
  AvailabilityAnswer,
  InventoryQuery,
  LevelAnswer,
  MovementAnswer,
  OfferRowAnswer,
  StockRowAnswer,
} from "../contracts/inventory.ts";
import type { LevelView } from "../contracts/level-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { listStock, type StockPosition, type StockRow } from "../db/ops/stock.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import { levelKey, type Sku, type WarehouseId } from "../domain/ids.ts";
import { spareUnits } from "../domain/inventory-level/waiting.ts";
import { refuseSale } from "../domain/sourcing/may-sell.ts";
import { logWarning } from "../platform/log.ts";
import { audienceOf, type Reader } from "./audience.ts";
import { isBoundToWarehouse, lacking, lackingWarehouse } from "./authorize.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { findLevel } from "./find-level.ts";
import { levelStub } from "./stubs.ts";

const LEVEL_TIMEOUT_MS = 2_000;

/** What each warehouse has of the product now, asked of the levels themselves. Who is away is named, never shown as 0. */
export async function readAvailability(ctx: ServiceContext, sku: Sku): Promise<ServiceResult<AvailabilityAnswer>> {
  const denied = lacking(ctx, "inventory:read");
  if (denied !== null) return denied;
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  if (!catalog.products.has(sku)) return refuse("not_found", `There is no product ${sku}.`);
  const registrations = (catalog.levels.get(sku) ?? []).filter(({ warehouseId }) => sees(ctx, warehouseId));
  const views = await Promise.all(registrations.map((registration) => viewInTime(ctx, registration)));
  const told = audienceOf(ctx.principal) === "buyers" ? describeOffer : describeLevel;
  const stockLevels = views
    .filter((view) => view !== null)
    .map((view) => told(view, isClosed(catalog, view.warehouseId)));
  const away = registrations.filter((_, index) => views[index] === null).map(({ warehouseId }) => warehouseId);
  if (away.length > 0 && stockLevels.length === 0)
    return refuse("temporarily_unavailable", `No level of ${sku} answers at the moment.`);
  return { ok: true, value: { productId: sku, stockLevels, ...(away.length > 0 && { unavailable: away }) } };
}

async function viewInTime(ctx: ServiceContext, registration: LevelRegistration): Promise<LevelView | null> {
  const { sku, warehouseId } = registration;
  try {
    const late = scheduler.wait(LEVEL_TIMEOUT_MS).then(() => null);
    const view = await Promise.race([levelStub(ctx.env, sku, warehouseId).view(registration), late]);
    if (view === null) logWarning("level_late", { level: levelKey(sku, warehouseId), requestId: ctx.requestId });
    return view;
  } catch (error) {
    logWarning("level_away", {
      level: levelKey(sku, warehouseId),
      requestId: ctx.requestId,
      error: error instanceof Error ? error.name : "unknown",
    });
    return null;
  }
}

function sees({ principal }: ServiceContext, warehouseId: WarehouseId): boolean {
  return !isBoundToWarehouse(principal) || principal.warehouseId === warehouseId;
}

type StockAt = AvailabilityAnswer["stockLevels"][number];

/** Whether nothing new is sold from there: then nothing of its stock is offered. */
function isClosed({ warehouses }: Catalog, warehouseId: WarehouseId): boolean {
  const warehouse = warehouses.get(warehouseId);
  return warehouse !== undefined && refuseSale(warehouse) !== null;
}

/** What may be sold of so many units, marked where a closed warehouse offers none. */
function offerOf<Name extends "quantity" | "available">(
  name: Name,
  units: number,
  closed: boolean,
): Record<Name, number> & { closed?: true } {
  const offered = { [name]: closed ? 0 : units } as Record<Name, number>;
  return closed ? { ...offered, closed } : offered;
}

function describeOffer(level: LevelView, closed: boolean): StockAt {
  const { warehouseId, asOf } = level;
  return { warehouseId, ...offerOf("quantity", spareUnits(level), closed), asOf: rfc3339(asOf) };
}

function describeLevel(level: LevelView, closed: boolean): StockAt {
  const { onHand, held, allocated, safetyStock, reorderPoint, inTransit, waiting } = level;
  const counts = { onHand, held, allocated, safetyStock, reorderPoint, ...(inTransit && { inTransit }) };
  return { ...describeOffer(level, closed), ...counts, ...(waiting && { waitedFor: waiting.units }) };
}

/** A page of the projection: a copy of the levels that says how old it is. */
export async function listInventory(
  ctx: ServiceContext,
  query: Omit<InventoryQuery, "productId" | "limit" | "cursor">,
  page: { after: StockPosition | undefined; limit: number },
): Promise<ServiceResult<{ rows: (StockRowAnswer | OfferRowAnswer)[]; next: StockPosition | null }>> {
  const denied =
    lacking(ctx, "inventory:read") ?? (query.warehouse === undefined ? null : lackingWarehouse(ctx, query.warehouse));
  if (denied !== null) return denied;
  // Both compare with figures that they are not told.
  if (audienceOf(ctx.principal) === "buyers" && (query.low === true || query.drift === true))
    return refuse("forbidden", `${ctx.principal.name} can't look for stock by reorder point or drift.`);
  const bound = isBoundToWarehouse(ctx.principal) ? (ctx.principal.warehouseId ?? "") : null;
  const warehouseId = query.warehouse ?? (bound === null ? undefined : (bound as WarehouseId));
  try {
    const { rows, next } = await listStock(
      openOps(ctx.env.OPS),
      {
        ...(query.out === true ? { state: "out" as const } : query.low === true ? { state: "low" as const } : {}),
        ...(query.drift === true && { drifted: true }),
        ...(warehouseId !== undefined && { warehouseId }),
        ...(query.category !== undefined && { category: query.category }),
        ...(query.sku !== undefined && { sku: query.sku }),
      },
      { limit: page.limit, ...(page.after !== undefined && { after: page.after }) },
    );
    const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
    return {
      ok: true,
      value: { rows: rows.map((row) => describeRow(row, isClosed(catalog, row.warehouseId), ctx.principal)), next },
    };
  } catch (error) {
    return listsAway(ctx, error);
  }
}

function listsAway(ctx: ServiceContext, error: unknown): ServiceResult<never> {
  logWarning("stock_list_unavailable", {
    requestId: ctx.requestId,
    error: error instanceof Error ? error.name : "unknown",
  });
  return refuse(
    "lists_unavailable",
    "The stock list can't be read at the moment; GET /inventory?productId= asks the levels themselves.",
  );
}

/** A row of the stock list as this reader may know it. */
function describeRow(row: StockRow, closed: boolean, reader: Reader): StockRowAnswer | OfferRowAnswer {
  const { sku, name, category, warehouseId, available, asOf, ...counts } = row;
  const place = { sku, name, category, warehouseId };
  const offer = { ...place, ...offerOf("available", available, closed), asOf: rfc3339(asOf) };
  return audienceOf(reader) === "buyers" ? offer : { ...offer, ...counts };
}

/** One level with its settings and reservations. */
export async function readLevel(
  ctx: ServiceContext,
  sku: Sku,
  warehouseId: WarehouseId,
): Promise<ServiceResult<LevelAnswer>> {
  const registration = await readable(ctx, sku, warehouseId);
  if (!registration.ok) return registration;
  const { level, settings, reservations, transfers } = await levelStub(ctx.env, sku, warehouseId).detail(
    registration.value,
  );
  const closed = isClosed(await catalogOf(ctx.env, ctx.now, ctx.defer), warehouseId);
  const { onHand, held, allocated, available, sequence, asOf } = level;
  return {
    ok: true,
    value: {
      sku,
      warehouseId,
      onHand,
      held,
      allocated,
      ...offerOf("available", available, closed),
      sequence,
      asOf: rfc3339(asOf),
      settings,
      inTransit: level.inTransit ?? 0,
      transfers: transfers.map(({ id, to, quantity, ref, leftAt }) => ({
        ...{ id, to: to.warehouseId, quantity, ref },
        leftAt: rfc3339(leftAt),
      })),
      reservations: reservations.map(({ expiresAt, ...reservation }) => ({
        ...reservation,
        expiresAt: expiresAt === null ? null : rfc3339(expiresAt),
      })),
    },
  };
}

export const movementPosition = z.strictObject({ before: z.int() });

/** The movements of one level, newest first. */
export async function listMovements(
  ctx: ServiceContext,
  sku: Sku,
  warehouseId: WarehouseId,
  page: { before: number | undefined; limit: number },
): Promise<ServiceResult<{ rows: MovementAnswer[]; next: number | null }>> {
  const registration = await readable(ctx, sku, warehouseId);
  if (!registration.ok) return registration;
  const found = await levelStub(ctx.env, sku, warehouseId).movements(registration.value, {
    limit: page.limit + 1,
    ...(page.before !== undefined && { before: page.before }),
  });
  const rows = found.slice(0, page.limit);
  return {
    ok: true,
    value: {
      rows: rows.map(({ occurredAt, recordedAt, by, transfer, ...movement }) => ({
        ...movement,
        ...(by !== "" && { by }),
        ...(transfer !== null && { transfer }),
        occurredAt: rfc3339(occurredAt),
        recordedAt: rfc3339(recordedAt),
      })),
      next: found.length > page.limit ? (rows.at(-1)?.sequence ?? null) : null,
    },
  };
}

async function readable(
  ctx: ServiceContext,
  sku: Sku,
  warehouseId: WarehouseId,
): Promise<ServiceResult<LevelRegistration>> {
  const denied = lacking(ctx, "inventory:read") ?? lackingWarehouse(ctx, warehouseId);
  if (denied !== null) return denied;
  if (audienceOf(ctx.principal) === "buyers")
    return refuse("forbidden", `${ctx.principal.name} sees what is available, not the books.`);
  const found = await findLevel(ctx, { sku, warehouseId });
  if (!found.ok || found.value === null) return refuse("not_found", `There is no level of ${sku} at ${warehouseId}.`);
  return { ok: true, value: found.value };
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
