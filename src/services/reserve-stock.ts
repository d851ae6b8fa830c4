import type { ReserveAnswer, ReserveForm } from "../contracts/inventory.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { levelKey, reservationId } from "../domain/ids.ts";
import { HOLD_MS } from "../domain/order/order.ts";
import { refuseSale } from "../domain/sourcing/may-sell.ts";
import { askAgain } from "../platform/perform-tracks.ts";
import { audienceOf } from "./audience.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import { catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { findLevel } from "./find-level.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { levelStub } from "./stubs.ts";

/** Whose holds these are: a principal's id as a reservation id may carry it. */
export function holdOwnerOf({ principal }: Pick<ServiceContext, "principal">): string {
  return `hold-${principal.id.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`;
}

/**
 * Holds units for half an hour, for an order that names the reservation. The same deed is the same reservation, and is
 * answered as the first was for as long as the level keeps the reservation's id.
 */
export async function reserveStock(
  ctx: ServiceContext,
  { productId, warehouseId, quantity }: ReserveForm,
): Promise<ServiceResult<{ reserved: ReserveAnswer; replayed: boolean }>> {
  const denied = lacking(ctx, "inventory:reserve") ?? lackingWarehouse(ctx, warehouseId);
  if (denied !== null) return denied;
  const most = audienceOf(ctx.principal) === "buyers" ? Number(ctx.env.MOST_UNPAID_UNITS ?? Infinity) : Infinity;
  if (quantity > most)
    return refuse("invalid_request", `At most ${most} units are held by one reservation.`, {
      errors: [{ pointer: "/quantity", detail: `must be at most ${most}` }],
    });
  const place = { sku: productId, warehouseId };
  const found = await findLevel(ctx, place);
  if (!found.ok) return found;
  const registration = found.value;
  if (registration === null)
    return refuse("insufficient_stock", `${productId} is not stocked at ${warehouseId}.`, {
      extra: { availability: [{ sku: productId, warehouses: [{ warehouseId, available: 0 }] }] },
    });
  const { warehouses } = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const warehouse = warehouses.get(warehouseId);
  const closed = warehouse !== undefined && refuseSale(warehouse) !== null;
  const attempt = (ctx.deed?.key ?? crypto.randomUUID().replaceAll("-", "")).slice(0, 20);
  const id = reservationId({ owner: holdOwnerOf(ctx), line: 1, attempt, round: 1, ...place });
  const held = await askAgain(levelKey(productId, warehouseId), () =>
    levelStub(ctx.env, productId, warehouseId).hold(registration, {
      reservationId: id,
      quantity,
      expiresAt: ctx.now + HOLD_MS,
      channel: ctx.principal.channel,
      // What was reserved before the warehouse closed is answered still.
      ...(closed && { closed }),
      ...(ctx.deed && { deed: { ...ctx.deed, row: 0 } }),
    }),
  );
  if (held === "unknown")
    return refuse(
      "temporarily_unavailable",
      `${productId} at ${warehouseId} did not answer. Units that it may have held run out by themselves.`,
    );
  if (!held.ok) return explainLevelRefusal(held.refusal, place);
  const reserved: ReserveAnswer = {
    status: "success",
    message: "Stock reserved successfully",
    reservationId: id,
    expiresAt: new Date(held.value.expiresAt ?? ctx.now + HOLD_MS).toISOString(),
  };
  return { ok: true, value: { reserved, replayed: held.replayed === true } };
}
