import type { ReserveAnswer } from "../../src/contracts/inventory.ts";
import type { ReservationId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { pick } from "../../seed/random.ts";
import { type Answer, type Ask, problemOf } from "./client.ts";
import type { LoadContext } from "./load.ts";

interface Reserved {
  reservationId: ReservationId;
  sku: Sku;
  warehouseId: WarehouseId;
  quantity: number;
}

/** The part of a stock command's answer that the journal keeps. */
interface RowAnswer {
  data: { status: string; ref: string; drift?: number }[];
}

/** What warehouses and channels do with stock that no order asks for. */
export class StockActions {
  readonly #context: LoadContext;
  readonly #reserved: Reserved[] = [];

  constructor(context: LoadContext) {
    this.#context = context;
  }

  /** A reservation for an order to name; it is nobody else's from then on. */
  takeReserved(): Reserved | undefined {
    return this.#reserved.shift();
  }

  receive(): Promise<void> {
    const { random, world } = this.#context;
    const isHot = random() < 0.6;
    const row = isHot
      ? { sku: world.hot, warehouseId: pick(random, world.warehouses), quantity: 4 }
      : {
          sku: pick(random, [...world.scarce, world.waiting]),
          warehouseId: pick(random, world.warehouses),
          quantity: 1,
        };
    return this.#move("receipts", row, ({ ref }) => [
      { command: "receipt", ref, sku: row.sku, warehouseId: row.warehouseId, delta: row.quantity },
    ]);
  }

  adjust(): Promise<void> {
    const { random, world } = this.#context;
    const place = { sku: pick(random, world.plain), warehouseId: pick(random, world.warehouses) };
    const delta = pick(random, [-2, -1, 1, 3]);
    return this.#move("adjustments", { ...place, delta, reason: "found on the floor" }, ({ ref }) => [
      { command: "adjustment", ref, ...place, delta },
    ]);
  }

  transfer(): Promise<void> {
    const { random, world } = this.#context;
    const sku = pick(random, world.plain);
    const [first, ...others] = world.warehouses;
    const to = pick(random, [others[0] ?? first, ...others]);
    const quantity = pick(random, [1, 2, 5]);
    return this.#move("transfers", { sku, from: first, to, quantity }, ({ ref }) => [
      { command: "transfer_out", ref, sku, warehouseId: first, delta: -quantity },
      { command: "transfer_in", ref, sku, warehouseId: to, delta: quantity },
    ]);
  }

  async count(): Promise<void> {
    const { random, world, nextKey, perform, journal } = this.#context;
    const place = { sku: pick(random, world.plain), warehouseId: pick(random, world.warehouses) };
    const body = { ...place, quantity: 380 + Math.floor(random() * 30) };
    const ask: Ask = { method: "POST", path: "/api/v1/inventory/counts", key: nextKey("count"), body };
    await perform(ask, (answer) => {
      const [row] = answer.status === 200 ? (answer.body as RowAnswer).data : [];
      if (row !== undefined)
        journal.acknowledge({ kind: "stock_counted", ref: row.ref, ...place, drift: row.drift ?? 0 });
      else this.#expect(ask, answer, ["count_outdated"]);
    });
  }

  async reserve(): Promise<void> {
    const { random, world, nextKey, perform, journal } = this.#context;
    const sku = pick(random, [world.hot, world.hot, ...world.scarce, ...world.plain]);
    const warehouseId = pick(random, world.warehouses);
    const quantity = pick(random, [1, 1, 2]);
    const ask: Ask = {
      method: "POST",
      path: "/inventory/reserve",
      as: "storefront",
      key: nextKey("reserve"),
      body: { productId: sku, warehouseId, quantity },
    };
    await perform(ask, (answer) => {
      if (answer.status !== 201) return this.#expect(ask, answer, ["insufficient_stock"]);
      const reservationId = (answer.body as ReserveAnswer).reservationId as ReservationId;
      const reserved = { reservationId, sku, warehouseId, quantity };
      journal.acknowledge({ kind: "stock_reserved", ...reserved });
      this.#reserved.push(reserved);
    });
  }

  async release(): Promise<void> {
    const reserved = this.takeReserved();
    if (reserved === undefined) return this.reserve();
    const { perform, journal } = this.#context;
    const { reservationId } = reserved;
    const ask: Ask = {
      method: "DELETE",
      path: `/api/v1/inventory/reservations/${encodeURIComponent(reservationId)}`,
      as: "storefront",
    };
    await perform(ask, (answer) => {
      if (answer.status === 204) journal.acknowledge({ kind: "reservation_released", reservationId });
      else this.#expect(ask, answer, []);
    });
  }

  async #move(
    command: "receipts" | "adjustments" | "transfers",
    row: object,
    told: (row: { ref: string }) => {
      command: "receipt" | "adjustment" | "transfer_out" | "transfer_in";
      ref: string;
      sku: Sku;
      warehouseId: WarehouseId;
      delta: number;
    }[],
  ): Promise<void> {
    const { nextKey, perform, journal } = this.#context;
    const ask: Ask = { method: "POST", path: `/api/v1/inventory/${command}`, key: nextKey(command), body: row };
    await perform(ask, (answer) => {
      const [done] = answer.status === 200 ? (answer.body as RowAnswer).data : [];
      if (done !== undefined)
        // Of a transfer that is in transit only the units' leaving has been acknowledged.
        for (const movement of told(done).slice(0, done.status === "in_transit" ? 1 : undefined))
          journal.acknowledge({ kind: "stock_moved", ...movement });
      else this.#expect(ask, answer, ["insufficient_stock"]);
    });
  }

  #expect(ask: Ask, answer: Answer, codes: readonly string[]): void {
    if (!codes.includes(problemOf(answer).code)) this.#context.client.complain(ask, answer);
  }
}
