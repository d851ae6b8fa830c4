import type { AdjustmentRow, ReceiptRow } from "../contracts/inventory.ts";
import type { LevelResult, Performed } from "../contracts/level-rpc.ts";
import { refuse } from "../contracts/problem.ts";
import type { WarehouseId } from "../domain/ids.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import {
  type MovedRow,
  performStock,
  type PlannedRow,
  type Refusal,
  type RefusedRow,
  refusedRow,
  type RowName,
  type RowPlace,
} from "./perform-stock.ts";

/** Goods came in. Makes levels exist. */
export function receiveStock(ctx: ServiceContext, rows: readonly ReceiptRow[]) {
  return performStock(ctx, rows, (row, name) => planReceipt(ctx, row, name), false);
}

/** The books are put right by hand, with a reason. Only for levels that exist. */
export function adjustStock(ctx: ServiceContext, rows: readonly AdjustmentRow[]) {
  return performStock(ctx, rows, (row, name) => planAdjustment(ctx, row, name), false);
}

function planReceipt(ctx: ServiceContext, row: ReceiptRow, name: RowName): PlannedRow | RefusedRow {
  const { sku, warehouseId, quantity } = row;
  const place = { sku, warehouseId, ref: name.ref };
  const occurredAt = movedAt(ctx, [warehouseId], row.occurredAt, "occurredAt");
  if (typeof occurredAt !== "number") return { refused: refusedRow(place, occurredAt) };
  return {
    place,
    makes: true,
    command: () => ({ kind: "receive", ...name, quantity, occurredAt }),
    describe: (answer) => describeMove(place, answer),
  };
}

function planAdjustment(ctx: ServiceContext, row: AdjustmentRow, name: RowName): PlannedRow | RefusedRow {
  const { sku, warehouseId, delta, reason } = row;
  const place = { sku, warehouseId, ref: name.ref };
  const occurredAt = movedAt(ctx, [warehouseId], row.occurredAt, "occurredAt");
  if (typeof occurredAt !== "number") return { refused: refusedRow(place, occurredAt) };
  return {
    place,
    makes: false,
    command: () => ({ kind: "adjust", ...name, delta, reason, occurredAt }),
    describe: (answer) => describeMove(place, answer),
  };
}

function describeMove(place: RowPlace, answer: LevelResult<Performed>): MovedRow {
  if (!answer.ok) return refusedRow(place, explainLevelRefusal(answer.refusal, place));
  if (answer.value.kind !== "moved") throw new Error(`a level answered ${answer.value.kind} to a movement`);
  const { onHand, available } = answer.level;
  return { status: "done", ...place, onHand, available, delta: answer.value.movement.delta };
}

/** Sources' clocks may run ahead of ours by a little; a movement of tomorrow is a mistake. */
const CLOCK_AHEAD_MS = 5 * 60_000;

/**
 * The moment of a movement as epoch milliseconds: now, where nothing is said. Refused where the caller may not move
 * stock at all of these warehouses, and for a moment that has not come.
 */
export function movedAt(
  ctx: ServiceContext,
  warehouses: readonly WarehouseId[],
  moment: string | undefined,
  field: "occurredAt" | "asOf",
): number | Refusal {
  const denied =
    lacking(ctx, "inventory:write") ??
    warehouses.map((warehouseId) => lackingWarehouse(ctx, warehouseId)).find((refusal) => refusal !== null);
  if (denied) return denied;
  if (moment === undefined) return ctx.now;
  const at = Date.parse(moment);
  if (at <= ctx.now + CLOCK_AHEAD_MS) return at;
  return refuse("invalid_request", `${field} lies in the future.`, {
    errors: [{ pointer: `/${field}`, detail: "must not lie in the future" }],
  });
}
