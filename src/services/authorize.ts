import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Principal, Scope } from "../contracts/principal.ts";
import type { WarehouseId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";

type Refusal = Extract<ServiceResult<never>, { ok: false }>;
type Caller = { principal: Principal };

/** The refusal for a caller without this scope; null for one who has it. */
export function lacking({ principal }: Caller, scope: Scope): Refusal | null {
  if (principal.scopes.includes(scope)) return null;
  return refuse("forbidden", `This needs the scope ${scope}, which ${principal.name} does not have.`, {
    extra: { missingScope: scope },
  });
}

/** Warehouse staff act at their own warehouse only: the refusal for any other; null where the caller may act. */
export function lackingWarehouse({ principal }: Caller, warehouseId: WarehouseId): Refusal | null {
  if (!isBoundToWarehouse(principal) || principal.warehouseId === warehouseId) return null;
  return refuse(
    "forbidden",
    `${principal.name} may act at warehouse ${principal.warehouseId ?? "(none)"} only, not at ${warehouseId}.`,
  );
}

/** Whether the caller sees one warehouse only: a warehouse role without a warehouse sees none. */
export function isBoundToWarehouse(principal: Pick<Principal, "role" | "warehouseId">): boolean {
  return principal.role === "warehouse" || principal.warehouseId !== null;
}

/**
 * Whether the order exists for this caller: customers see their own, warehouse staff what their warehouse ships or
 * holds, channels that are not staff what came through them.
 */
export function maySeeOrder(
  principal: Principal,
  order: Pick<Order, "customerId" | "placedBy" | "channel" | "shipments" | "reservations">,
): boolean {
  if (principal.role === "customer") return isOwnOrder(principal, order);
  if (isBoundToWarehouse(principal))
    return [...order.shipments, ...order.reservations].some(({ warehouseId }) => warehouseId === principal.warehouseId);
  if (principal.role === "storefront") return order.channel === principal.channel;
  return true;
}

function isOwnOrder(principal: Principal, order: Pick<Order, "customerId" | "placedBy">): boolean {
  return order.customerId === null ? order.placedBy === principal.id : order.customerId === principal.customerId;
}

/** The answer for an order that is not there, and for one that is none of the caller's business: the same. */
export function noSuchOrder(id: string): Refusal {
  return refuse("not_found", `There is no order ${id}.`);
}
