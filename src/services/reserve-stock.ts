import type { ReserveAnswer, ReserveForm } from "../contracts/inventory.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { reservationId } from "../domain/ids.ts";
import { HOLD_MS } from "../domain/order/order.ts";
import { refuseSale } from "../domain/sourcing/may-sell.ts";
import { sha256Hex } from "../platform/sha256.ts";
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

/** Holds units for half an hour, for an order that names the reservation. The same key names the same reservation. */
export async function reserveStock(
  ctx: ServiceContext,
  { productId, warehouseId, quantity }: ReserveForm,
  key: string | null,
): Promise<ServiceResult<ReserveAnswer>> {
  const denied = lacking(ctx, "inventory:reserve") ?? lackingWarehouse(ctx, warehouseId);
  if (denied !== null) return denied;
  const place = { sku: productId, warehouseId };
  const registration = await findLevel(ctx, place);
  if (!registration.ok) return registration;
  const { warehouses } = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const warehouse = warehouses.get(warehouseId);
  if (warehouse && refuseSale(warehouse) !== null)
    return refuse("warehouse_closed", `${warehouseId} is closed and sells nothing at the moment.`);
  if (registration.value === null)
    return refuse("insufficient_stock", `${productId} is not stocked at ${warehouseId}.`, {
      extra: { availability: [{ sku: productId, warehouses: [{ warehouseId, available: 0 }] }] },
    });
  const attempt =
    key === null
      ? crypto.randomUUID().replaceAll("-", "").slice(0, 20)
      : sha256Hex(`${ctx.principal.id}\n${key}`).slice(0, 20);
  const id = reservationId({ owner: holdOwnerOf(ctx), line: 1, attempt, round: 1, ...place });
  const held = await levelStub(ctx.env, productId, warehouseId).hold(registration.value, {
    reservationId: id,
    quantity,
    expiresAt: ctx.now + HOLD_MS,
    channel: ctx.principal.channel,
  });
  if (!held.ok) return explainLevelRefusal(held.refusal, place);
  return {
    ok: true,
    value: {
      status: "success",
      message: "Stock reserved successfully",
      reservationId: id,
      expiresAt: new Date(held.value.expiresAt ?? ctx.now + HOLD_MS).toISOString(),
    },
  };
}
