import type { AdjustmentRow, ReceiptRow, StockResultRow } from "../contracts/inventory.ts";
import type { LevelResult, Movement } from "../contracts/level-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Sku, WarehouseId } from "../domain/ids.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { findLevel, findOrRegisterLevel } from "./find-level.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { levelStub } from "./stubs.ts";

/** What became of one row, without its number. */
export type MovedRow = Omit<StockResultRow, "row">;

/** A row without a reference of its own gets one from here: the same request repeated is the same movement. */
export interface RowOrigin {
  ref: string;
}

/** Goods came in. Makes the level exist. */
export async function receiveStock(ctx: ServiceContext, row: ReceiptRow, origin: RowOrigin): Promise<MovedRow> {
  const { sku, warehouseId, quantity } = row;
  const place = { sku, warehouseId, ref: row.ref ?? origin.ref };
  const denied = refuseMove(ctx, warehouseId);
  if (denied !== null) return refusedRow(place, denied);
  const occurredAt = momentOf(row.occurredAt, ctx.now);
  if (occurredAt === null) return refusedRow(place, inTheFuture("occurredAt"));
  const registration = await findOrRegisterLevel(ctx, { sku, warehouseId });
  if (!registration.ok) return refusedRow(place, registration);
  return movedRow(
    place,
    await levelStub(ctx.env, sku, warehouseId).receive(registration.value, { quantity, ref: place.ref, occurredAt }),
  );
}

/** The books are put right by hand, with a reason. Only for a level that exists. */
export async function adjustStock(ctx: ServiceContext, row: AdjustmentRow, origin: RowOrigin): Promise<MovedRow> {
  const { sku, warehouseId, delta, reason } = row;
  const place = { sku, warehouseId, ref: row.ref ?? origin.ref };
  const denied = refuseMove(ctx, warehouseId);
  if (denied !== null) return refusedRow(place, denied);
  const occurredAt = momentOf(row.occurredAt, ctx.now);
  if (occurredAt === null) return refusedRow(place, inTheFuture("occurredAt"));
  const registration = await findLevel(ctx, { sku, warehouseId });
  if (!registration.ok) return refusedRow(place, registration);
  if (registration.value === null)
    return refusedRow(
      place,
      refuse("not_found", `There is no level of ${sku} at ${warehouseId}: receive or count first.`),
    );
  return movedRow(
    place,
    await levelStub(ctx.env, sku, warehouseId).adjust(registration.value, {
      delta,
      reason,
      ref: place.ref,
      occurredAt,
    }),
  );
}

/** Why the caller may not move stock there; null where they may. */
export function refuseMove(
  ctx: ServiceContext,
  warehouseId: WarehouseId,
): Extract<ServiceResult<never>, { ok: false }> | null {
  return lacking(ctx, "inventory:write") ?? lackingWarehouse(ctx, warehouseId);
}

/** Sources' clocks may run ahead of ours by a little; a movement of tomorrow is a mistake. */
const CLOCK_AHEAD_MS = 5 * 60_000;

/** The moment as epoch milliseconds: now, where nothing is said; null where it lies in the future. */
export function momentOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return now;
  const at = Date.parse(text);
  return at <= now + CLOCK_AHEAD_MS ? at : null;
}

/** The refusal for a moment that has not come. */
export function inTheFuture(field: string): Extract<ServiceResult<never>, { ok: false }> {
  return refuse("invalid_request", `${field} lies in the future.`, {
    errors: [{ pointer: `/${field}`, detail: "must not lie in the future" }],
  });
}

interface RowPlace {
  sku: Sku;
  warehouseId: WarehouseId;
  ref: string;
}

/** The row's result when it was done, or refused by the level. */
export function movedRow(place: RowPlace, result: LevelResult<Movement>): MovedRow {
  if (!result.ok) return refusedRow(place, explainLevelRefusal(result.refusal, place));
  const { onHand, available } = result.level;
  const { delta } = result.value;
  return { status: "done", ...place, onHand, available, delta };
}

/** The row's result when it was refused. */
export function refusedRow(place: RowPlace, { problem }: Extract<ServiceResult<never>, { ok: false }>): MovedRow {
  return { status: "refused", code: problem.code, detail: problem.detail, ...place };
}
