import type { WarehouseAnswer } from "../../src/contracts/catalog.ts";
import type { StockRowAnswer } from "../../src/contracts/inventory.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import { type Coordinates, distanceKm } from "../../src/domain/geography.ts";

export interface Demand {
  sku: string;
  quantity: number;
}

interface Entry {
  onHand: number;
  available: number;
  /** Units that the demo's own orders were promised. */
  promised: number;
}

/** The demo's own account of the stock: what was there before, less what its orders were promised. */
export class Books {
  readonly #levels = new Map<string, Entry>();
  readonly #warehouses: ReadonlyMap<string, WarehouseAnswer>;

  constructor(stock: readonly StockRowAnswer[], warehouses: readonly WarehouseAnswer[]) {
    for (const { sku, warehouseId, onHand, available } of stock) {
      this.#levels.set(`${sku}~${warehouseId}`, { onHand, available, promised: 0 });
    }
    this.#warehouses = new Map(warehouses.map((warehouse) => [warehouse.warehouseId, warehouse]));
  }

  /** Kilometres from the customer to the nearest warehouse that has all of it, or null when none has. */
  nearestWithAll(demands: readonly Demand[], customer: Coordinates, country: string): number | null {
    const distances = [...this.#warehouses.values()]
      .filter((warehouse) => warehouse.open && (warehouse.serves.length === 0 || warehouse.serves.includes(country)))
      .filter((warehouse) => demands.every(({ sku, quantity }) => this.#left(sku, warehouse.warehouseId) >= quantity))
      .map((warehouse) => distanceKm(warehouse.location, customer));
    return distances.length === 0 ? null : Math.min(...distances);
  }

  /** Kilometres from the customer to a warehouse. */
  distanceTo(warehouseId: string, customer: Coordinates): number {
    const warehouse = this.#warehouses.get(warehouseId);
    if (warehouse === undefined) throw new Error(`an order was sourced from ${warehouseId}, which is no warehouse`);
    return distanceKm(warehouse.location, customer);
  }

  /** Books what an order was promised. */
  record(order: OrderAnswer): void {
    for (const { sku, warehouseId, quantity } of order.reservations) {
      const key = `${sku}~${warehouseId}`;
      const entry = this.#levels.get(key) ?? { onHand: 0, available: 0, promised: 0 };
      entry.promised += quantity;
      this.#levels.set(key, entry);
    }
  }

  /** Units promised beyond what was physically there before: must be 0. */
  promisedBeyondStock(): number {
    return [...this.#levels.values()].reduce((sum, { promised, onHand }) => sum + Math.max(0, promised - onHand), 0);
  }

  #left(sku: string, warehouseId: string): number {
    const entry = this.#levels.get(`${sku}~${warehouseId}`);
    return entry === undefined ? 0 : entry.available - entry.promised;
  }
}
