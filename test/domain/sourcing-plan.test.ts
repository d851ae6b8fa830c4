import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Warehouse } from "../../src/domain/catalog.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import {
  type Candidate,
  type SourcingPlan,
  type WantedLine,
  choosePlan,
  divideShort,
  sumBySku,
  withoutMissing,
} from "../../src/domain/sourcing/choose-plan.ts";
import { coverGreedily, searchWarehouses } from "../../src/domain/sourcing/search-warehouses.ts";

const sku = (name: string): Sku => name as Sku;

function warehouse(id: string): Warehouse {
  const address = { line1: "1 Dock Road", city: "Town", country: "DE" };
  return {
    id: id as WarehouseId,
    name: id,
    city: "Town",
    country: "DE",
    location: { latitude: 0, longitude: 0 },
    timeZone: "UTC",
    cutOffMinutes: 960,
    workingDays: [1, 2, 3, 4, 5],
    dailyCapacity: 100,
    serves: [],
    mode: "floor",
    open: true,
    address,
  };
}

function candidate(
  id: string,
  distanceKm: number,
  stock: Record<string, number>,
  held?: Record<number, number>,
): Candidate {
  const units = (record: Record<string, number>): Map<Sku, number> =>
    new Map(Object.entries(record).map(([name, count]) => [sku(name), count]));
  return {
    warehouse: warehouse(id),
    distanceKm,
    available: units(stock),
    ...(held && { held: new Map(Object.entries(held).map(([lineNumber, count]) => [Number(lineNumber), count])) }),
  };
}

function line(name: string, quantity: number, lineNumber = 1): WantedLine {
  return { lineNumber, sku: sku(name), quantity };
}

function planOf(lines: WantedLine[], candidates: Candidate[]): SourcingPlan {
  const choice = choosePlan(lines, candidates);
  if (choice.kind !== "plan") throw new Error("expected a plan");
  return choice.plan;
}

const summary = (plan: SourcingPlan): Record<string, Record<string, number>> =>
  Object.fromEntries(
    plan.shipments.map(({ warehouse: { id }, lines }) => [
      id,
      Object.fromEntries(lines.map((part) => [part.sku, part.quantity])),
    ]),
  );

/** Every subset, no cleverness: size, then distance, then units left. */
function bruteForce(
  lines: readonly WantedLine[],
  candidates: readonly Candidate[],
): { size: number; distance: number; left: number } | null {
  let best: { size: number; distance: number; left: number } | null = null;
  const wanted = sumBySku(lines);
  for (let set = 1; set < 1 << candidates.length; set += 1) {
    const chosen = candidates.filter((_, index) => (set >> index) & 1);
    const units = (name: Sku): number => chosen.reduce((sum, { available }) => sum + (available.get(name) ?? 0), 0);
    if (wanted.some((each) => units(each.sku) < each.quantity)) continue;
    const found = {
      size: chosen.length,
      distance: chosen.reduce((sum, { distanceKm }) => sum + distanceKm, 0),
      left: wanted.reduce((sum, each) => sum + units(each.sku), 0),
    };
    const worse =
      best !== null && (best.size - found.size || best.distance - found.distance || found.left - best.left) <= 0;
    if (!worse) best = found;
  }
  return best;
}

const names = ["a", "b", "c", "d"];
const anyCandidates = fc
  .array(
    fc.record({
      distanceKm: fc.integer({ min: 0, max: 8 }),
      stock: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((places) =>
    places.map(({ distanceKm, stock }, index) =>
      candidate(`w${index}`, distanceKm, Object.fromEntries(names.map((name, at) => [name, stock[at] ?? 0]))),
    ),
  );
const anyLines = fc
  .array(fc.record({ name: fc.constantFrom(...names), quantity: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((wanted) => wanted.map(({ name, quantity }, index) => line(name, quantity, index + 1)));

describe("choosePlan", () => {
  it("is never worse than trying every set of warehouses", () => {
    fc.assert(
      fc.property(anyLines, anyCandidates, (lines, candidates) => {
        const best = bruteForce(lines, candidates);
        const choice = choosePlan(lines, candidates);
        expect(choice.kind).toBe(best === null ? "shortfall" : "plan");
        if (best === null) return;
        if (choice.kind !== "plan") throw new Error("there is a plan");
        const used = new Set(choice.plan.shipments.map((shipment) => shipment.warehouse.id));
        const left = candidates
          .filter(({ warehouse: { id } }) => used.has(id))
          .reduce(
            (sum, { available }) =>
              sum + sumBySku(lines).reduce((units, each) => units + (available.get(each.sku) ?? 0), 0),
            0,
          );
        expect({ size: used.size, distance: choice.plan.totalDistanceKm, left }).toEqual(best);
        expect(choice.plan.proven).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("ships exactly what is wanted and nowhere more than there is", () => {
    fc.assert(
      fc.property(anyLines, anyCandidates, (lines, candidates) => {
        const choice = choosePlan(lines, candidates);
        if (choice.kind !== "plan") return;
        for (const {
          warehouse: { id },
          lines: parts,
        } of choice.plan.shipments) {
          const from = candidates.find((each) => each.warehouse.id === id);
          for (const { sku: name, quantity } of sumBySku(parts)) {
            expect(quantity).toBeGreaterThan(0);
            expect(quantity).toBeLessThanOrEqual(from?.available.get(name) ?? 0);
          }
        }
        for (const wanted of lines) {
          const parts = choice.plan.shipments.flatMap((shipment) =>
            shipment.lines.filter(({ lineNumber }) => lineNumber === wanted.lineNumber),
          );
          expect(parts.every((part) => part.sku === wanted.sku)).toBe(true);
          expect(parts.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(wanted.quantity);
          if (lines.filter((other) => other.sku === wanted.sku).length > 1) continue;
          const whole = choice.plan.shipments.some(
            (shipment) =>
              (candidates.find((each) => each.warehouse.id === shipment.warehouse.id)?.available.get(wanted.sku) ??
                0) >= wanted.quantity,
          );
          if (whole) expect(parts).toHaveLength(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("prefers one far shipment to two near ones", () => {
    const plan = planOf(
      [line("a", 1), line("b", 1, 2)],
      [candidate("near-a", 1, { a: 5 }), candidate("near-b", 2, { b: 5 }), candidate("far", 9000, { a: 1, b: 1 })],
    );
    expect(summary(plan)).toEqual({ far: { a: 1, b: 1 } });
  });

  it("prefers the nearer of two that are enough, and the fuller of two as near", () => {
    expect(summary(planOf([line("a", 2)], [candidate("far", 20, { a: 90 }), candidate("near", 10, { a: 2 })]))).toEqual(
      { near: { a: 2 } },
    );
    expect(
      summary(planOf([line("a", 2)], [candidate("a-poor", 10, { a: 2 }), candidate("b-rich", 10, { a: 9 })])),
    ).toEqual({ "b-rich": { a: 2 } });
  });

  it("splits a line only when no warehouse of the plan has it whole, and into the fewest parts", () => {
    const plan = planOf(
      [line("a", 10)],
      [candidate("w1", 1, { a: 2 }), candidate("w2", 2, { a: 6 }), candidate("w3", 3, { a: 5 })],
    );
    expect(summary(plan)).toEqual({ w2: { a: 6 }, w3: { a: 4 } });
  });

  it("asks for the sum of the lines of one SKU, and gives each line its own part", () => {
    const lines = [line("a", 2, 1), line("a", 3, 3)];
    expect(planOf(lines, [candidate("w1", 1, { a: 5 })]).shipments[0]?.lines).toEqual(lines);
    expect(choosePlan(lines, [candidate("w1", 1, { a: 4 })])).toMatchObject({ shortfall: [{ wanted: 5, short: 1 }] });
    const apart = planOf(lines, [candidate("w1", 1, { a: 2 }), candidate("w2", 2, { a: 3 })]);
    expect(apart.shipments.map(({ lines: parts }) => parts)).toEqual([[line("a", 2, 1)], [line("a", 3, 3)]]);
  });

  it("lets the last lines of a SKU go short", () => {
    const lines = [line("a", 2, 1), line("b", 1, 2), line("a", 3, 3), line("a", 1, 4)];
    const choice = choosePlan(lines, [candidate("w1", 1, { a: 4, b: 1 })]);
    if (choice.kind !== "shortfall") throw new Error("there is no plan");
    const missing = divideShort(lines, choice.shortfall);
    expect(missing).toEqual([line("a", 1, 3), line("a", 1, 4)]);
    expect(withoutMissing(lines, missing)).toEqual([line("a", 2, 1), line("b", 1, 2), line("a", 2, 3)]);
  });

  it("leaves a line where it is held when another warehouse of the plan would do as well", () => {
    const lines = [line("a", 1), line("b", 1, 2), line("c", 1, 3)];
    const plan = planOf(lines, [candidate("w1", 1, { a: 3, b: 1 }, { 2: 1 }), candidate("w2", 2, { b: 9, c: 1 })]);
    expect(summary(plan)).toEqual({ w1: { a: 1, b: 1 }, w2: { c: 1 } });
  });

  it("tells of every SKU what there is and what is short", () => {
    const choice = choosePlan(
      [line("a", 5), line("b", 1, 2)],
      [candidate("w1", 1, { a: 2, b: 4 }), candidate("w2", 2, { a: 1 })],
    );
    expect(choice).toEqual({
      kind: "shortfall",
      shortfall: [
        {
          sku: "a",
          wanted: 5,
          short: 2,
          warehouses: [
            { warehouseId: "w1", available: 2 },
            { warehouseId: "w2", available: 1 },
          ],
        },
        {
          sku: "b",
          wanted: 1,
          short: 0,
          warehouses: [
            { warehouseId: "w1", available: 4 },
            { warehouseId: "w2", available: 0 },
          ],
        },
      ],
    });
  });

  it("proves the best plan of 4 shipments out of 24 warehouses for 200 lines", () => {
    const skus = Array.from({ length: 200 }, (_, index) => `s${index}`);
    // Warehouses 0 to 3 and 20 to 23 each have every fourth SKU; the rest have three of each four but little of it.
    const candidates = Array.from({ length: 24 }, (_, at) => {
      const owner = at < 4 || at >= 20;
      return candidate(
        `w${String(at).padStart(2, "0")}`,
        at,
        Object.fromEntries(skus.map((name, index) => [name, owner ? (index % 4 === at % 4 ? 10 : 0) : 1])),
      );
    });
    const plan = planOf(
      skus.map((name, index) => line(name, 10, index + 1)),
      candidates,
    );
    expect(plan.shipments.map((shipment) => shipment.warehouse.id)).toEqual(["w00", "w01", "w02", "w03"]);
    expect(plan.proven).toBe(true);
  });
});

describe("a search that reaches its bound", () => {
  const anySearch = fc
    .record({
      wanted: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      rows: fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 8,
      }),
    })
    .map(({ wanted, rows }) => ({
      wanted,
      supply: rows.map((row) => row.slice(0, wanted.length)),
      distanceKm: rows.map((_, index) => index),
    }))
    .filter(({ wanted, supply }) =>
      wanted.every((units, column) => supply.reduce((sum, row) => sum + (row[column] ?? 0), 0) >= units),
    );

  const covers = (
    wanted: readonly number[],
    supply: readonly (readonly number[])[],
    rows: readonly number[],
  ): boolean =>
    wanted.every((units, column) => rows.reduce((sum, row) => sum + (supply[row]?.[column] ?? 0), 0) >= units);

  it("still answers with warehouses that have everything, none of them needless", () => {
    fc.assert(
      fc.property(anySearch, ({ wanted, supply }) => {
        const rows = coverGreedily({ wanted, supply });
        expect(covers(wanted, supply, rows)).toBe(true);
        for (const row of rows)
          expect(
            covers(
              wanted,
              supply,
              rows.filter((other) => other !== row),
            ),
          ).toBe(false);
      }),
    );
  });

  it("does not claim the plan to be proven", () => {
    const search = {
      wanted: [2, 2],
      supply: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      distanceKm: [1, 2, 3],
    };
    expect(searchWarehouses(search, 1).proven).toBe(false);
    expect(searchWarehouses(search)).toEqual({ chosen: [0, 1], proven: true });
  });
});
