import type { CountRow } from "../contracts/inventory.ts";
import type { LevelResult, Performed, ReservationView } from "../contracts/level-rpc.ts";
import type { DeviationReport } from "../domain/deviation.ts";
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
 * What was counted becomes the books. A difference opens a deviation, and so do reservations that no longer fit:
 * nobody's reservation is erased. Makes levels exist.
 */
export function countStock(ctx: ServiceContext, rows: readonly CountRow[]) {
  return performStock(ctx, rows, (row, name) => planCount(ctx, row, name), false);
}

function planCount(ctx: ServiceContext, row: CountRow, name: RowName): PlannedRow | RefusedRow {
  const { sku, warehouseId, quantity } = row;
  const place = { sku, warehouseId, ref: name.ref };
  const asOf = movedAt(ctx, [warehouseId], row.asOf, "asOf");
  if (typeof asOf !== "number") return { refused: refusedRow(place, asOf) };
  return {
    place,
    makes: true,
    command: () => ({ kind: "count", ...name, quantity, asOf }),
    describe: (answer) => describeCount(place, answer),
    deviations: (answer) =>
      answer.ok && answer.value.kind === "counted"
        ? deviationsOf(place, name.by, { ...answer.value, now: ctx.now })
        : [],
  };
}

function describeCount(place: RowPlace, answer: LevelResult<Performed>): MovedRow {
  if (!answer.ok) return refusedRow(place, explainLevelRefusal(answer.refusal, place));
  if (answer.value.kind !== "counted") throw new Error(`a level answered ${answer.value.kind} to a count`);
  const { drift, atRisk } = answer.value;
  const { onHand, available } = answer.level;
  return { status: "done", ...place, onHand, available, drift, atRisk: atRisk.map(({ owner }) => owner) };
}

function deviationsOf(
  place: RowPlace,
  by: string,
  { drift, atRisk, now }: { drift: number; atRisk: ReservationView[]; now: number },
): DeviationReport[] {
  const { sku, warehouseId, ref } = place;
  const subject = { sku, warehouseId, reference: ref };
  const reports: DeviationReport[] = [];
  if (drift !== 0) {
    const summary = `The count of ${sku} at ${warehouseId} differs from the books by ${drift > 0 ? "+" : ""}${drift}.`;
    reports.push({
      id: `drift~${sku}~${warehouseId}~${by}~${ref}`,
      kind: "drift",
      subject,
      summary,
      tried: [],
      openedAt: now,
    });
  }
  if (atRisk.length > 0) {
    const owners = atRisk.map(({ owner, quantity }) => `${owner} (${quantity})`).join(", ");
    const first = atRisk[0]?.owner ?? "";
    reports.push({
      id: `stock_at_risk~${sku}~${warehouseId}~${by}~${ref}`,
      kind: "stock_at_risk",
      subject: first.startsWith("ord_") ? { ...subject, orderId: first } : subject,
      summary:
        `${sku} at ${warehouseId} is promised more often than it is there. At risk, newest first: ${owners}`.slice(
          0,
          2000,
        ),
      tried: [],
      openedAt: now,
    });
  }
  return reports;
}
