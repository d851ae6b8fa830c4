import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_ROUNDS, PEEK_WAVE_LEVELS, rankWarehouses } from "../../src/domain/sourcing.ts";
import { BERLIN, type Stock, World, far, middle, near, ranked, shipped, warehouse } from "./sourcing-world.ts";

describe("rankWarehouses", () => {
  it("puts the nearest first", () => {
    expect(ranked.map(({ warehouse: { id } }) => id)).toEqual(["near", "middle", "far"]);
    expect(ranked[0]?.distanceKm).toBeLessThan(3);
  });

  it("leaves out the closed, those that serve other countries, and those that never work", () => {
    const others = [
      warehouse("closed", 52, 13, { open: false }),
      warehouse("us-only", 52, 13, { serves: ["US"] }),
      warehouse("idle", 52, 13, { workingDays: [] }),
      warehouse("de-too", 52, 13, { serves: ["FR", "DE"] }),
    ];
    expect(rankWarehouses(others, { country: "DE", location: BERLIN }).map(({ warehouse: { id } }) => id)).toEqual([
      "de-too",
    ]);
  });

  it("breaks ties by id", () => {
    const twins = [warehouse("b", 52, 13), warehouse("a", 52, 13), warehouse("c", 52, 13)];
    expect(rankWarehouses(twins, { country: "DE", location: BERLIN }).map(({ warehouse: { id } }) => id)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("sourcing", () => {
  it("takes one round trip when the nearest holds everything", () => {
    const world = new World({ near: { a: 5, b: 5 }, far: { a: 5, b: 5 } });
    const done = world.run({ a: 2, b: 1 });
    expect(world.steps).toEqual(["hold", "done"]);
    expect(shipped(done)).toEqual(["1 b@near", "2 a@near"]);
  });

  it("first tries the nearest that carries all SKUs", () => {
    const world = new World({ near: { a: 5 }, middle: { a: 5, b: 5 }, far: { a: 5, b: 5 } });
    expect(shipped(world.run({ a: 1, b: 1 }))).toEqual(["1 a@middle", "1 b@middle"]);
    expect(world.steps).toEqual(["hold", "done"]);
  });

  it("looks first when no warehouse carries all SKUs", () => {
    const world = new World({ near: { a: 5 }, far: { b: 5 } });
    expect(shipped(world.run({ a: 1, b: 1 }))).toEqual(["1 a@near", "1 b@far"]);
    expect(world.steps).toEqual(["peek", "hold", "done"]);
  });

  it("keeps what the first try held and the plan uses, and releases what it does not", () => {
    const kept = new World({ near: { a: 5, b: 0 }, middle: { b: 5 } });
    const done = kept.run({ a: 1, b: 1 });
    expect(shipped(done)).toEqual(["1 a@near", "1 b@middle"]);
    expect(kept.holding()).toEqual(["1 a@near", "1 b@middle"]);
    expect(done.kind === "done" && done.shipments[0]?.lines[0]?.round).toBe(1);

    const released = new World({ near: { a: 5, b: 0 }, middle: { a: 5, b: 5 } });
    expect(shipped(released.run({ a: 1, b: 1 }))).toEqual(["1 a@middle", "1 b@middle"]);
    expect(released.holding()).toEqual(["1 a@middle", "1 b@middle"]);
  });

  it("tries again when somebody was faster, and at most three times", () => {
    const world = new World({ near: { a: 0 }, middle: { a: 1 }, far: { a: 1 } });
    const done = world.run(
      { a: 1 },
      {
        beforeHold: (round) => {
          if (round === 2) world.free.set("a~middle", 0);
        },
      },
    );
    expect(shipped(done)).toEqual(["1 a@far"]);
    expect(done.kind === "done" && done.rounds).toBe(3);

    // The fourth would have had it.
    const places = rankWarehouses([near, middle, far, warehouse("farther", 20, -100)], {
      country: "DE",
      location: BERLIN,
    });
    const unlucky = new World({ near: { a: 1 }, middle: { a: 1 }, far: { a: 1 }, farther: { a: 1 } });
    const order = ["near", "middle", "far"];
    const refused = unlucky.run(
      { a: 1 },
      { places, beforeHold: (round) => void unlucky.free.set(`a~${order[round - 1]}`, 0) },
    );
    expect(refused).toMatchObject({ kind: "refused", availability: [{ wanted: 1, short: 1 }] });
    expect(unlucky.steps.filter((kind) => kind === "hold")).toHaveLength(MAX_ROUNDS);
    expect(unlucky.holding()).toEqual([]);
  });

  it("refuses with what is available where, and holds nothing", () => {
    const world = new World({ near: { a: 2, b: 9 }, far: { a: 1 } });
    const refused = world.run({ a: 5, b: 1 });
    expect(refused).toMatchObject({
      kind: "refused",
      reason: "insufficient_stock",
      availability: [
        {
          sku: "a",
          wanted: 5,
          short: 2,
          warehouses: [
            { warehouseId: "near", available: 2 },
            { warehouseId: "far", available: 1 },
          ],
        },
        { sku: "b", wanted: 1, short: 0, warehouses: [{ warehouseId: "near", available: 9 }] },
      ],
    });
    expect(world.holding()).toEqual([]);
  });

  it("backorders the rest at the nearest warehouse that carries the SKU", () => {
    const world = new World({ near: { b: 1 }, middle: { a: 2 }, far: { a: 1 } });
    const done = world.run({ a: 5, b: 1 }, { backorder: ["a"] });
    expect(shipped(done)).toEqual(["1 a@far", "1 b@near", "2 a@middle"]);
    expect(done.kind === "done" && done.backordered).toEqual([
      { lineNumber: 1, sku: "a", quantity: 2, warehouseId: "middle" },
    ]);
  });

  it("holds for each line of a SKU, and lets the last line wait", () => {
    const world = new World({ near: { a: 3 }, far: { a: 2 } });
    const done = world.run(
      [
        ["a", 2],
        ["a", 2],
        ["a", 3],
      ],
      { backorder: ["a"] },
    );
    if (done.kind !== "done") throw new Error("some of it waits");
    const held = done.shipments.flatMap(({ lines }) => lines.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
    const unitsOf = (line: number) =>
      held.filter(([number]) => number === line).reduce((sum, [, quantity]) => sum + (quantity ?? 0), 0);
    expect([1, 2, 3].map(unitsOf)).toEqual([2, 2, 1]);
    expect(done.backordered).toEqual([{ lineNumber: 3, sku: "a", quantity: 2, warehouseId: "near" }]);
    expect(world.holding()).toEqual(shipped(done));
  });

  it("backorders all of it when there is none", () => {
    const done = new World({ near: { a: 0 } }).run({ a: 3 }, { backorder: ["a"] });
    expect(done).toEqual({
      kind: "done",
      shipments: [],
      backordered: [{ lineNumber: 1, sku: "a", quantity: 3, warehouseId: "near" }],
      release: [],
      rounds: 2,
    });
  });

  it("refuses when one short SKU may wait and another may not, or is carried nowhere", () => {
    expect(new World({ near: { a: 0, b: 0 } }).run({ a: 1, b: 1 }, { backorder: ["a"] }).kind).toBe("refused");
    expect(new World({ near: { a: 1 } }).run({ a: 1, b: 1 }, { backorder: ["b"] }).kind).toBe("refused");
  });

  it("backorders what the last round lost", () => {
    const world = new World({ near: { a: 2, b: 2 }, middle: { a: 2 }, far: { a: 2 } });
    const order = ["near", "middle", "far"];
    const done = world.run(
      { a: 2, b: 1 },
      { backorder: ["a"], beforeHold: (round) => void world.free.set(`a~${order[round - 1]}`, 0) },
    );
    expect(shipped(done)).toEqual(["1 b@near"]);
    expect(done.kind === "done" && done.backordered).toEqual([
      { lineNumber: 1, sku: "a", quantity: 2, warehouseId: "near" },
    ]);
    expect(world.holding()).toEqual(["1 b@near"]);
  });

  it("says so when no warehouse serves the destination", () => {
    expect(new World({}).run({ a: 1 }, { places: [] })).toMatchObject({ kind: "refused", reason: "no_warehouse" });
  });

  it("releases a hold whose outcome is unknown and ships from elsewhere", () => {
    const world = new World({ near: { a: 5 }, far: { a: 5 } });
    world.broken.add("a~near");
    expect(shipped(world.run({ a: 1 }))).toEqual(["1 a@far"]);
    expect(world.holding()).toEqual(["1 a@far"]);
  });

  it("does not ask a level again that failed, nor one that has just answered", () => {
    const world = new World({ near: { a: 5 }, middle: { a: 5 }, far: { a: 5 } });
    world.broken.add("a~near");
    const done = world.run({ a: 1 }, { beforeHold: (round) => void (round === 2 && world.free.set("a~middle", 0)) });
    expect(shipped(done)).toEqual(["1 a@far"]);
    expect(world.peeked).toEqual([["a~middle", "a~far"], ["a~far"]]);
  });

  it("releases what failed in the last round, also when the order goes on to wait", () => {
    const world = new World({ near: { a: 1 }, middle: { a: 1 }, far: { a: 1 } });
    const done = world.run(
      { a: 1 },
      {
        backorder: ["a"],
        beforeHold: (round) => {
          if (round === 1) world.free.set("a~near", 0);
          if (round === 2) world.free.set("a~middle", 0);
          if (round === 3) world.broken.add("a~far");
        },
      },
    );
    expect(done).toMatchObject({
      kind: "done",
      shipments: [],
      backordered: [{ sku: "a", quantity: 1, warehouseId: "near" }],
    });
    expect(world.holding()).toEqual([]);
  });

  it("tells a level that did not answer from an empty one", () => {
    const world = new World({ near: { a: 5 }, far: { a: 0 } });
    world.broken.add("a~near");
    const refused = world.run({ a: 1 });
    expect(refused).toMatchObject({
      kind: "refused",
      availability: [
        {
          warehouses: [
            { warehouseId: "near", available: null },
            { warehouseId: "far", available: 0 },
          ],
        },
      ],
    });
    expect(world.holding()).toEqual([]);
  });

  it("peeks at many levels in waves, nearest first, and stops at a plan of one shipment", () => {
    const places = rankWarehouses(
      Array.from({ length: 20 }, (_, index) => warehouse(`w${String(index).padStart(2, "0")}`, 50 - index, 10)),
      { country: "DE", location: BERLIN },
    );
    const skus = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const stock: Stock = Object.fromEntries(
      places.map(({ warehouse: { id } }, index) => [
        id,
        Object.fromEntries(skus.map((name) => [name, index === 0 ? 0 : 1])),
      ]),
    );
    const world = new World(stock);
    const done = world.run(Object.fromEntries(skus.map((name) => [name, 1])), { places });
    expect(done.kind === "done" && done.shipments.map(({ warehouse: { id } }) => id)).toEqual(["w01"]);
    expect(world.steps).toEqual(["hold", "peek", "hold", "done"]);
    expect(skus.length * 4).toBe(PEEK_WAVE_LEVELS);
  });

  it("finds stock in the last wave rather than refuse", () => {
    const places = rankWarehouses(
      Array.from({ length: 20 }, (_, index) => warehouse(`w${String(index).padStart(2, "0")}`, 50 - index, 10)),
      { country: "DE", location: BERLIN },
    );
    const skus = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const stock: Stock = Object.fromEntries(
      places.map(({ warehouse: { id } }, index) => [
        id,
        Object.fromEntries(skus.map((name) => [name, index === 19 ? 1 : 0])),
      ]),
    );
    const done = new World(stock).run(Object.fromEntries(skus.map((name) => [name, 1])), { places });
    expect(done.kind === "done" && done.shipments.map(({ warehouse: { id } }) => id)).toEqual(["w19"]);
  });

  it("never loses a hold and never ships less than wanted, whoever else takes stock", () => {
    const names = ["a", "b", "c"];
    const ids = ["near", "middle", "far"];
    fc.assert(
      fc.property(
        fc.record({
          stock: fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), {
            minLength: 9,
            maxLength: 9,
          }),
          wanted: fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 5 })), {
            minLength: 1,
            maxLength: 5,
          }),
          backorder: fc.subarray(names),
          broken: fc.array(fc.nat(8), { maxLength: 2 }),
          stolen: fc.array(
            fc.record({
              round: fc.integer({ min: 1, max: 3 }),
              level: fc.nat(8),
              left: fc.integer({ min: 0, max: 2 }),
            }),
            { maxLength: 4 },
          ),
        }),
        ({ stock, wanted, backorder, broken, stolen }) => {
          const level = (index: number): string => `${names[index % 3]}~${ids[Math.floor(index / 3)]}`;
          const world = new World({});
          stock.forEach((units, index) => {
            if (units !== undefined) world.free.set(level(index), units);
          });
          for (const index of broken) world.broken.add(level(index));
          const end = world.run(wanted, {
            backorder,
            beforeHold: (round) => {
              for (const theft of stolen) {
                const key = level(theft.level);
                const free = world.free.get(key);
                if (theft.round === round && free !== undefined) world.free.set(key, Math.min(free, theft.left));
              }
            },
          });
          if (end.kind === "refused") {
            expect(world.holding()).toEqual([]);
            return;
          }
          if (end.kind !== "done") throw new Error("an end is done or refused");
          expect(world.holding()).toEqual(shipped(end));
          for (const [index, [sku, quantity]] of wanted.entries()) {
            const held = end.shipments
              .flatMap((shipment) => shipment.lines)
              .filter((part) => part.lineNumber === index + 1 && part.sku === sku)
              .reduce((sum, part) => sum + part.quantity, 0);
            const waiting = end.backordered
              .filter((part) => part.lineNumber === index + 1 && part.sku === sku)
              .reduce((sum, part) => sum + part.quantity, 0);
            expect(held + waiting).toBe(quantity);
            if (waiting > 0) expect(backorder).toContain(sku);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
