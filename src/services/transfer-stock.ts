import type { TransferRow } from "../contracts/inventory.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import { refuse } from "../contracts/problem.ts";
import { logWarning } from "../platform/log.ts";
import type { ServiceContext } from "./context.ts";
import { findLevel, findOrRegisterLevel } from "./find-level.ts";
import {
  inTheFuture,
  momentOf,
  type MovedRow,
  movedRow,
  refusedRow,
  refuseMove,
  type RowOrigin,
} from "./move-stock.ts";
import { reportDeviations } from "./report-deviations.ts";
import { levelStub } from "./stubs.ts";

/** How often the second half is tried before a person is told. */
const ARRIVAL_TRIES = 3;

/**
 * Moves units between two warehouses: out of one, then into the other, under one reference. Two objects can't change
 * in one transaction, so a transfer that can't arrive opens a deviation; repeating it with its reference finishes it.
 */
export async function transferStock(ctx: ServiceContext, row: TransferRow, origin: RowOrigin): Promise<MovedRow> {
  const { sku, from, to, quantity } = row;
  const ref = row.ref ?? origin.ref;
  const source = { sku, warehouseId: from, ref };
  const target = { sku, warehouseId: to, ref };
  const denied = refuseMove(ctx, from);
  if (denied !== null) return refusedRow(source, denied);
  const occurredAt = momentOf(row.occurredAt, ctx.now);
  if (occurredAt === null) return refusedRow(source, inTheFuture("occurredAt"));
  const leaving = await findLevel(ctx, { sku, warehouseId: from });
  if (!leaving.ok) return refusedRow(source, leaving);
  if (leaving.value === null) return refusedRow(source, refuse("not_found", `There is no level of ${sku} at ${from}.`));
  const arriving = await findOrRegisterLevel(ctx, { sku, warehouseId: to });
  if (!arriving.ok) return refusedRow(target, arriving);
  const out = await levelStub(ctx.env, sku, from).transferOut(leaving.value, { quantity, ref, occurredAt });
  if (!out.ok) return movedRow(source, out);
  return arrive(ctx, row, { ref, occurredAt, registration: arriving.value });
}

async function arrive(
  ctx: ServiceContext,
  { sku, from, to, quantity }: TransferRow,
  { ref, occurredAt, registration }: { ref: string; occurredAt: number; registration: LevelRegistration },
): Promise<MovedRow> {
  const target = { sku, warehouseId: to, ref };
  for (let tried = 1; ; tried++) {
    try {
      return movedRow(
        target,
        await levelStub(ctx.env, sku, to).transferIn(registration, { quantity, ref, occurredAt }),
      );
    } catch (error) {
      logWarning("transfer_arrival_failed", {
        sku,
        warehouseId: to,
        tried,
        requestId: ctx.requestId,
        error: error instanceof Error ? error.name : "unknown",
      });
      if (tried < ARRIVAL_TRIES) continue;
      const summary = `${quantity} of ${sku} left ${from} and have not arrived at ${to}. Repeat the transfer with the reference ${ref}.`;
      const subject = { sku, warehouseId: to, reference: ref };
      await reportDeviations(ctx, [
        {
          id: `drift~${sku}~${to}~${ref}`,
          kind: "drift",
          subject,
          summary,
          tried: [`${ARRIVAL_TRIES} tries to book the arrival`],
          openedAt: ctx.now,
        },
      ]);
      return refusedRow(target, refuse("temporarily_unavailable", summary));
    }
  }
}
