import { describe, expect, it } from "vitest";
import type { StockPolicy, Warehouse } from "../../src/domain/catalog.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import { serveWaiting } from "../../src/domain/sourcing/serve-waiting.ts";
import { isServedPartly, lastDay, mayWait, movedPromise, policyOf, promiseFor } from "../../src/domain/stock-policy.ts";

const DAY = 86_400_000;
/** A Friday. */
const NOW = Date.UTC(2026, 10, 20, 9);
const method = { transitDays: [{ withinKm: 20_000, days: 2 }] };
const from = {
  warehouse: { timeZone: "UTC", cutOffMinutes: 900, workingDays: [1, 2, 3, 4, 5] },
  distanceKm: 10,
};
const promise = (stockPolicy: StockPolicy, now = NOW) =>
  promiseFor({ backorder: true, stockPolicy }, from, method, now);

describe("what is promised of units that wait", () => {
  it("counts a backorder's days from the order, and a preorder's from the day it is to be had", () => {
    expect(promise({ kind: "backorder", leadDays: 10, partly: true })).toEqual({ delivery: "2026-12-02" });
    expect(promise({ kind: "preorder", availableFrom: "2027-01-04", partly: true })).toEqual({
      delivery: "2027-01-06",
      countsFrom: Date.UTC(2027, 0, 4),
    });
    expect(promise({ kind: "preorder", availableFrom: "2026-11-02", partly: true })?.delivery).toBe("2026-11-23");
  });

  it.each([
    ["America/Los_Angeles", "2027-01-04T08:00:00Z"],
    ["Asia/Tokyo", "2027-01-03T15:00:00Z"],
    ["Pacific/Auckland", "2027-01-03T11:00:00Z"],
    ["Asia/Kathmandu", "2027-01-03T18:15:00Z"],
  ])("counts a preorder's day from its beginning at the warehouse: in %s", (timeZone, begins) => {
    const there = { ...from, warehouse: { ...from.warehouse, timeZone } };
    const policy = { kind: "preorder", availableFrom: "2027-01-04", partly: true } as const;
    // 2027-01-04 is a Monday: it leaves on that very day, and is two days on the way.
    expect(promiseFor({ backorder: true, stockPolicy: policy }, there, method, NOW)).toEqual({
      delivery: "2027-01-06",
      countsFrom: Date.parse(begins),
    });
  });

  it("counts a backorder's days by the calendar of the warehouse, over a change of clocks as well", () => {
    const there = { ...from, warehouse: { ...from.warehouse, timeZone: "Europe/Berlin", cutOffMinutes: 1440 } };
    const late = Date.parse("2026-03-24T23:30:00+01:00");
    const policy = { kind: "backorder", leadDays: 7, partly: true } as const;
    // A week after Tuesday evening is Tuesday evening, and not Wednesday half past midnight.
    expect(promiseFor({ backorder: true, stockPolicy: policy }, there, method, late)).toEqual({
      delivery: "2026-04-02",
    });
  });

  it("is nothing where nobody knows, or nothing may wait", () => {
    expect(promise({ kind: "backorder", leadDays: null, partly: true })).toBeNull();
    expect(promise({ kind: "refuse" })).toBeNull();
    expect(promiseFor(undefined, from, method, NOW)).toBeNull();
  });

  it("moves when its day has passed or the day of availability is another one, and stands otherwise", () => {
    const policy: StockPolicy = { kind: "backorder", leadDays: 10, partly: true };
    const first = promise(policy) ?? undefined;
    expect(
      movedPromise(first, promise(policy, NOW + 5 * DAY), "2026-11-25"),
      "a later look changes nothing",
    ).toBeNull();
    const late = NOW + 20 * DAY;
    expect(movedPromise(first, promise(policy, late), "2026-12-10")?.delivery).toBe("2026-12-23");
    const before = promise({ kind: "preorder", availableFrom: "2027-01-04", partly: true }) ?? undefined;
    const postponed = promise({ kind: "preorder", availableFrom: "2027-02-01", partly: true });
    expect(movedPromise(before, postponed, "2026-11-20")).toEqual(postponed);
    expect(movedPromise(before, null, "2026-11-20")).toBeNull();
    expect(movedPromise(undefined, first ?? null, "2026-11-20"), "known for the first time").toEqual(first);
  });

  it("is, for an order, the last day of all, if all are known", () => {
    expect(lastDay(["2026-12-02", "2027-01-06", "2026-11-23"])).toBe("2027-01-06");
    expect(lastDay(["2026-12-02", null])).toBeNull();
    expect(lastDay([undefined, "2026-12-02"])).toBeNull();
    expect(lastDay([])).toBeNull();
  });
});

it("a product that says only whether orders may wait promises nothing and sends nothing in parts", () => {
  expect(policyOf({ backorder: false })).toEqual({ kind: "refuse" });
  expect(policyOf({ backorder: true })).toEqual({ kind: "backorder", leadDays: null, partly: false });
  expect([mayWait({ backorder: true }), mayWait({ backorder: false }), mayWait(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(isServedPartly({ backorder: true })).toBe(false);
  expect(isServedPartly(undefined)).toBe(false);
});

describe("serving what waits", () => {
  const [a, b] = ["A" as Sku, "B" as Sku];
  const at = (id: string, units: [Sku, number][]) => ({
    warehouse: { id: id as WarehouseId } as Warehouse,
    distanceKm: 10,
    available: new Map(units),
  });
  const served = (stock: [Sku, number][], partly: Sku[]) =>
    serveWaiting(
      [
        { lineNumber: 1, sku: a, quantity: 5 },
        { lineNumber: 2, sku: b, quantity: 2 },
      ],
      [at("berlin", stock)],
      (sku) => partly.includes(sku),
    ).flatMap(({ lines }) => lines.map(({ lineNumber, quantity }) => [lineNumber, quantity]));

  it("takes all where all is there", () => {
    expect(
      served(
        [
          [a, 5],
          [b, 2],
        ],
        [],
      ),
    ).toEqual([
      [1, 5],
      [2, 2],
    ]);
  });

  it("takes whole lines only, each by itself, unless a SKU may be sent in parts", () => {
    expect(
      served(
        [
          [a, 3],
          [b, 2],
        ],
        [],
      ),
    ).toEqual([[2, 2]]);
    expect(
      served(
        [
          [a, 3],
          [b, 2],
        ],
        [a],
      ),
    ).toEqual([
      [1, 3],
      [2, 2],
    ]);
    expect(
      served(
        [
          [a, 3],
          [b, 1],
        ],
        [a],
      ),
    ).toEqual([[1, 3]]);
    expect(
      served(
        [
          [a, 3],
          [b, 1],
        ],
        [],
      ),
    ).toEqual([]);
  });

  it("serves each line of one SKU: the earlier ones first, and those that can be had whole", () => {
    const wanted = [2, 3, 1].map((quantity, index) => ({ lineNumber: index + 1, sku: a, quantity }));
    const served = (units: number, partly: boolean) =>
      serveWaiting(wanted, [at("berlin", [[a, units]])], () => partly).flatMap(({ lines }) =>
        lines.map(({ lineNumber, quantity }) => [lineNumber, quantity]),
      );
    expect(served(4, false)).toEqual([
      [1, 2],
      [3, 1],
    ]);
    expect(served(4, true)).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(served(6, false)).toEqual(wanted.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  });

  it("puts a line together from several warehouses", () => {
    const plan = serveWaiting(
      [{ lineNumber: 1, sku: a, quantity: 5 }],
      [at("berlin", [[a, 3]]), at("paris", [[a, 2]])],
      () => false,
    );
    expect(plan.flatMap(({ lines }) => lines.map(({ quantity }) => quantity))).toEqual([3, 2]);
  });
});
