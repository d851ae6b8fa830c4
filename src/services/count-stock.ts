import type { CountRow } from "../contracts/inventory.ts";
import type { ReservationView } from "../contracts/level-rpc.ts";
import type { DeviationReport } from "../domain/deviation.ts";
import type { ServiceContext } from "./context.ts";
import { findOrRegisterLevel } from "./find-level.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { inTheFuture, momentOf, type MovedRow, refusedRow, refuseMove, type RowOrigin } from "./move-stock.ts";
import { reportDeviations } from "./report-deviations.ts";
import { levelStub } from "./stubs.ts";

/**
 * What was counted becomes the books. A difference opens a deviation, and so do reservations that no longer fit:
 * nobody's reservation is erased. Makes the level exist.
 */
export async function countStock(ctx: ServiceContext, row: CountRow, origin: RowOrigin): Promise<MovedRow> {
  const { sku, warehouseId, quantity } = row;
  const place = { sku, warehouseId, ref: row.ref ?? origin.ref };
  const denied = refuseMove(ctx, warehouseId);
  if (denied !== null) return refusedRow(place, denied);
  const asOf = momentOf(row.asOf, ctx.now);
  if (asOf === null) return refusedRow(place, inTheFuture("asOf"));
  const registration = await findOrRegisterLevel(ctx, { sku, warehouseId });
  if (!registration.ok) return refusedRow(place, registration);
  const counted = await levelStub(ctx.env, sku, warehouseId).count(registration.value, {
    quantity,
    asOf,
    ref: place.ref,
  });
  if (!counted.ok) return refusedRow(place, explainLevelRefusal(counted.refusal, place));
  const { drift, atRisk } = counted.value;
  const reports = deviationsOf(place, { drift, atRisk, now: ctx.now });
  // Awaited: a count that has put orders at risk is only done once somebody will be told.
  if (reports.length > 0) await reportDeviations(ctx, reports);
  return {
    status: "done",
    ...place,
    onHand: counted.level.onHand,
    available: counted.level.available,
    drift,
    atRisk: atRisk.map(({ owner }) => owner),
  };
}

function deviationsOf(
  place: { sku: string; warehouseId: string; ref: string },
  { drift, atRisk, now }: { drift: number; atRisk: ReservationView[]; now: number },
): DeviationReport[] {
  const { sku, warehouseId, ref } = place;
  const subject = { sku, warehouseId, reference: ref };
  const reports: DeviationReport[] = [];
  if (drift !== 0) {
    const summary = `The count of ${sku} at ${warehouseId} differs from the books by ${drift > 0 ? "+" : ""}${drift}.`;
    reports.push({
      id: `drift~${sku}~${warehouseId}~${ref}`,
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
      id: `stock_at_risk~${sku}~${warehouseId}~${ref}`,
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
