import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { parseReservationId, type ReservationId } from "../domain/ids.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { findLevel } from "./find-level.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { holdOwnerOf } from "./reserve-stock.ts";
import { levelStub } from "./stubs.ts";

/**
 * Gives a hold back. Only holds made by `reserveStock` that no order has taken over; what is released or has run out
 * already stays so, without complaint. Others' holds are there only for those who keep the stock's books.
 */
export async function releaseReservation(ctx: ServiceContext, id: string): Promise<ServiceResult<null>> {
  const denied = lacking(ctx, "inventory:reserve");
  if (denied !== null) return denied;
  const parts = parseReservationId(id);
  const mine = parts?.owner === holdOwnerOf(ctx);
  if (parts === null || (!mine && !ctx.principal.scopes.includes("inventory:write")))
    return refuse("not_found", "There is no such reservation.");
  const { sku, warehouseId } = parts;
  const elsewhere = lackingWarehouse(ctx, warehouseId);
  if (elsewhere !== null) return elsewhere;
  if (!parts.owner.startsWith("hold-")) return explainLevelRefusal({ reason: "reservation_taken" }, parts);
  const registration = await findLevel(ctx, { sku, warehouseId });
  if (!registration.ok || registration.value === null) return refuse("not_found", "There is no such reservation.");
  const released = await levelStub(ctx.env, sku, warehouseId).release(registration.value, {
    reservationId: id as ReservationId,
    owner: parts.owner,
  });
  return released.ok ? { ok: true, value: null } : explainLevelRefusal(released.refusal, parts);
}
