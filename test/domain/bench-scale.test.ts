import { expect, test } from "vitest";
import { CAPACITY, fitZipf, ledgersFor, needsOf, PER_ORDER, simulateSecond } from "../../bench/scale-simulation.ts";
import { readBundleSize } from "../../scripts/local/bundle-size.ts";
import { seededRandom } from "../../seed/random.ts";

test("counts that fall as one over the rank have the Zipf exponent 1", () => {
  const counts = Array.from({ length: 500 }, (_, index) => 10_000 / (index + 1));
  const { exponent, fit } = fitZipf(counts);
  expect(exponent).toBeCloseTo(1, 10);
  expect(fit).toBeCloseTo(1, 10);
});

test("equal counts have the exponent 0", () => {
  expect(fitZipf([7, 7, 7, 7]).exponent).toBeCloseTo(0, 10);
});

test("every line of every order reaches exactly one level, and every order one ledger", () => {
  const demand = {
    baskets: [["a", "b"], ["c"]],
    warehouses: [
      { id: "x", weight: 3 },
      { id: "y", weight: 1 },
    ],
  };
  const second = simulateSecond(demand, 1_000, 8, seededRandom(1));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  expect(sum(second.levels)).toBe(second.lines);
  expect(second.lines).toBeGreaterThan(1_000);
  expect(second.lines).toBeLessThan(2_000);
  expect(sum(second.ledgers)).toBe(1_000 * PER_ORDER.ledgerCalls);
  expect(second.ledgers).toHaveLength(8);
});

test("a warehouse with three times the weight gets about three times the orders", () => {
  const demand = {
    baskets: [["a"]],
    warehouses: [
      { id: "x", weight: 3 },
      { id: "y", weight: 1 },
    ],
  };
  const [more = 0, less = 0] = simulateSecond(demand, 10_000, 4, seededRandom(2)).levels;
  expect(more / less).toBeGreaterThan(2.7);
  expect(more / less).toBeLessThan(3.3);
});

test("a level is split into escrows only when one object would not carry it", () => {
  const most = Math.floor(CAPACITY.gatheredHoldsPerLevel * CAPACITY.share);
  const calm = needsOf({ orders: most, lines: most, levels: [most, 1], ledgers: [1] });
  expect(calm).toMatchObject({ split: 0, escrows: 0 });
  const hot = needsOf({ orders: most, lines: most, levels: [most * 2 + 10, 1], ledgers: [1] });
  expect(hot).toMatchObject({ split: 1, escrows: 3, hottest: most * 2 + 10 });
});

test("there are never more ledgers than virtual shards, and never fewer than run locally", () => {
  expect(ledgersFor(1)).toBe(4);
  expect(ledgersFor(100_000_000)).toBe(1_024);
});

test("the size of a Worker is read from what wrangler says, and its absence is an error", () => {
  expect(readBundleSize("Total Upload: 1453.10 KiB / gzip: 373.25 KiB\nmore")).toEqual({
    total: 1453.1,
    gzipped: 373.25,
  });
  expect(() => readBundleSize("nothing of the kind")).toThrow(/did not tell the size/);
});
