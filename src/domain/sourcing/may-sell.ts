import type { Warehouse } from "../catalog.ts";

/** Why a warehouse ships nothing: it is closed (or has no working day), or it does not serve the destination. */
export type SaleRefusal = "warehouse_closed" | "destination_not_served";

/**
 * Why new units may not be sold from this warehouse to this country (ISO 3166-1 alpha-2); null where they may. Without a
 * country it answers whether the warehouse sells at all. This is the one place for the rule: sourcing, reservations,
 * quotes and availability ask here. It says nothing about units that an order holds already.
 */
export function refuseSale(
  warehouse: Pick<Warehouse, "open" | "serves" | "workingDays">,
  country?: string,
): SaleRefusal | null {
  if (!warehouse.open || warehouse.workingDays.length === 0) return "warehouse_closed";
  if (country === undefined || warehouse.serves.length === 0 || warehouse.serves.includes(country)) return null;
  return "destination_not_served";
}
