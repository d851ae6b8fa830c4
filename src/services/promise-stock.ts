import type { ShippingMethod } from "../domain/catalog.ts";
import type { WaitingUnits } from "../domain/order/order.ts";
import type { BackorderedLine, RankedWarehouse } from "../domain/sourcing.ts";
import { promiseFor, type StockPromise } from "../domain/stock-policy.ts";
import type { Catalog } from "./catalog.ts";

/** What is promised at `now` of units that wait at the warehouse that they will be sent from; null: nobody knows when. */
export function promiseOf(
  catalog: Catalog,
  { sku, warehouseId }: Pick<BackorderedLine, "sku" | "warehouseId">,
  ranked: readonly RankedWarehouse[],
  method: Pick<ShippingMethod, "transitDays"> | undefined,
  now: number,
): StockPromise | null {
  const from = ranked.find(({ warehouse }) => warehouse.id === warehouseId);
  return from && method ? promiseFor(catalog.products.get(sku), from, method, now) : null;
}

/** Units that a sourcing lets wait, with what is promised of them. */
export function waitingUnits(
  catalog: Catalog,
  line: BackorderedLine,
  ranked: readonly RankedWarehouse[],
  method: Pick<ShippingMethod, "transitDays"> | undefined,
  now: number,
): WaitingUnits {
  const promise = promiseOf(catalog, line, ranked, method, now);
  return { line: line.lineNumber, quantity: line.quantity, ...(promise && { promise }) };
}
