import type { TransferRow } from "../contracts/inventory.ts";
import type { LevelResult, Performed } from "../contracts/level-rpc.ts";
import { refuse } from "../contracts/problem.ts";
import type { ServiceContext } from "./context.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { movedAt } from "./move-stock.ts";
import {
  type MovedRow,
  performStock,
  type PlannedRow,
  type RefusedRow,
  refusedRow,
  type RowName,
  type RowPlace,
} from "./perform-stock.ts";

/**
 * Moves units between two warehouses, for a caller who may move stock at both. They leave the source at once and are in
 * transit until the target has them. Where it does not answer in time the row is `in_transit`, and the source goes on by
 * itself; where it refuses them they are back at the source. A target that has no level of the SKU gets one.
 */
export function transferStock(ctx: ServiceContext, rows: readonly TransferRow[]) {
  return performStock(ctx, rows, (row, name) => planTransfer(ctx, row, name), true);
}

function planTransfer(ctx: ServiceContext, row: TransferRow, name: RowName): PlannedRow | RefusedRow {
  const { sku, from, to, quantity } = row;
  const source = { sku, warehouseId: from, ref: name.ref };
  const occurredAt = movedAt(ctx, [from, to], row.occurredAt, "occurredAt");
  if (typeof occurredAt !== "number") return { refused: refusedRow(source, occurredAt) };
  return {
    place: source,
    makes: false,
    target: { sku, warehouseId: to },
    command: (target) => {
      if (target === null) throw new Error("a transfer without a target");
      return { kind: "transfer", ...name, to: target, quantity, occurredAt };
    },
    describe: (answer) => describeTransfer(source, { ...source, warehouseId: to }, answer),
  };
}

function describeTransfer(source: RowPlace, target: RowPlace, answer: LevelResult<Performed>): MovedRow {
  if (!answer.ok) return refusedRow(source, explainLevelRefusal(answer.refusal, source));
  if (answer.value.kind !== "transferred") throw new Error(`a level answered ${answer.value.kind} to a transfer`);
  const { id, quantity, state } = answer.value.transfer;
  switch (state.kind) {
    case "arrived": {
      const { onHand, available } = state;
      return { status: "done", ...target, transfer: id, onHand, available, delta: quantity };
    }
    case "in_transit": {
      const detail =
        `${quantity} of ${source.sku} have left ${source.warehouseId} and are in transit: ` +
        `${target.warehouseId} has not confirmed them yet.`;
      return { status: "in_transit", ...target, transfer: id, inTransit: quantity, detail };
    }
    case "returned": {
      const { problem } = explainLevelRefusal(state.refusal, target);
      const detail = `${problem.detail} The units are back at ${source.warehouseId}.`;
      return { ...refusedRow(target, refuse(problem.code, detail)), transfer: id };
    }
  }
}
