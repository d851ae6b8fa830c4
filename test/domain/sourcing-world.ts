import type { Warehouse } from "../../src/domain/catalog.ts";
import { type Sku, type WarehouseId, levelKey } from "../../src/domain/ids.ts";
import { type SourcingStep, rankWarehouses, startSourcing } from "../../src/domain/sourcing.ts";
import type { HoldOutcome, HoldRequest } from "../../src/domain/sourcing/holds.ts";

export const BERLIN = { latitude: 52.52, longitude: 13.4 };

export function warehouse(
  id: string,
  latitude: number,
  longitude: number,
  changes: Partial<Warehouse> = {},
): Warehouse {
  const address = { line1: "1 Dock Road", city: "Town", country: "DE" };
  return {
    id: id as WarehouseId,
    name: id,
    city: "Town",
    country: "DE",
    location: { latitude, longitude },
    timeZone: "UTC",
    cutOffMinutes: 960,
    workingDays: [1, 2, 3, 4, 5],
    dailyCapacity: 100,
    serves: [],
    mode: "floor",
    open: true,
    address,
    ...changes,
  };
}

export const near = warehouse("near", 52.5, 13.4);
export const middle = warehouse("middle", 50, 8);
export const far = warehouse("far", 40, -3);
export const ranked = rankWarehouses([far, middle, near], { country: "DE", location: BERLIN });

export type Stock = Record<string, Record<string, number>>;

/** Levels as a level's rules have them, with an interloper who may act before each hold, and levels that do not answer. */
export class World {
  readonly free = new Map<string, number>();
  readonly held = new Map<string, HoldRequest>();
  readonly steps: string[] = [];
  readonly peeked: string[][] = [];
  readonly broken = new Set<string>();

  constructor(stock: Stock) {
    for (const [warehouseId, skus] of Object.entries(stock)) {
      for (const [sku, units] of Object.entries(skus))
        this.free.set(levelKey(sku as Sku, warehouseId as WarehouseId), units);
    }
  }

  hold(request: HoldRequest): HoldOutcome {
    const key = levelKey(request.sku, request.warehouseId);
    const free = this.free.get(key) ?? 0;
    if (this.broken.has(key)) {
      // The reply is lost, the hold is not.
      if (free >= request.quantity) this.#take(key, request, free);
      return { kind: "failed" };
    }
    if (free < request.quantity) return { kind: "refused", available: free };
    this.#take(key, request, free);
    return { kind: "held", available: free - request.quantity };
  }

  #take(key: string, request: HoldRequest, free: number): void {
    this.free.set(key, free - request.quantity);
    this.held.set(nameOf(request), request);
  }

  release(request: HoldRequest): void {
    const key = levelKey(request.sku, request.warehouseId);
    const found = this.held.get(nameOf(request));
    if (found === undefined) return;
    this.held.delete(nameOf(request));
    this.free.set(key, (this.free.get(key) ?? 0) + found.quantity);
  }

  run(
    wanted: Record<string, number> | readonly (readonly [sku: string, quantity: number])[],
    options: { backorder?: string[]; places?: typeof ranked; beforeHold?: (round: number) => void } = {},
  ): SourcingStep {
    const { backorder = [], places = ranked, beforeHold } = options;
    let step = startSourcing({
      lines: (Array.isArray(wanted) ? wanted : Object.entries(wanted)).map(([sku, quantity], index) => ({
        lineNumber: index + 1,
        sku: sku as Sku,
        quantity,
      })),
      ranked: places,
      carries: (sku, warehouseId) => this.free.has(levelKey(sku, warehouseId)),
      allowsBackorder: (sku) => backorder.includes(sku),
    });
    for (let turns = 0; turns < 100; turns += 1) {
      this.steps.push(step.kind);
      if (step.kind === "peek") {
        this.peeked.push(step.levels.map((level) => levelKey(level.sku, level.warehouseId)));
        step = step.next(
          step.levels.map((level) => {
            const key = levelKey(level.sku, level.warehouseId);
            return this.broken.has(key) ? null : (this.free.get(key) ?? 0);
          }),
        );
        continue;
      }
      for (const request of step.release) this.release(request);
      if (step.kind !== "hold") return step;
      beforeHold?.(step.holds[0]?.round ?? 0);
      step = step.next(step.holds.map((request) => this.hold(request)));
    }
    throw new Error("the sourcing does not end");
  }

  holding(): string[] {
    return [...this.held.values()].map(({ sku, warehouseId, quantity }) => `${quantity} ${sku}@${warehouseId}`).sort();
  }
}

/** A line has at most one hold of a round at a level: this is what its reservation is named by. */
function nameOf({ lineNumber, round, sku, warehouseId }: HoldRequest): string {
  return `${levelKey(sku, warehouseId)} ${lineNumber} ${round}`;
}

export function shipped(step: SourcingStep): string[] {
  if (step.kind !== "done") throw new Error(`expected done, not ${step.kind}`);
  return step.shipments
    .flatMap(({ lines }) => lines.map(({ sku, warehouseId, quantity }) => `${quantity} ${sku}@${warehouseId}`))
    .sort();
}
