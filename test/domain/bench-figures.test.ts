import { expect, test } from "vitest";
import { type Figures, judge, median, plainFigure, rateFigure } from "../../bench/figures/figure.ts";
import { renderJson, renderTable } from "../../bench/table.ts";

test("the median of an even number of runs is the mean of the two in the middle", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test("the ratio compares what was measured in the same round, not the medians of different rounds", () => {
  // The machine was twice as busy in the second round; in each round ours reached half of the floor.
  const figure = rateFigure("orders/s", [500, 250, 490], [1_000, 500, 980]);
  expect(figure).toEqual({ value: 490, unit: "orders/s", floor: 980, ratioToFloor: 0.5 });
});

test("a ratio just below its target is a miss, and one at it is not", () => {
  const figures: Figures = new Map([
    ["order1", rateFigure("orders/s", [599], [1_000])],
    ["order2", rateFigure("orders/s", [600], [1_000])],
  ]);
  expect(judge("order1", figures)?.isMet).toBe(false);
  expect(judge("order2", figures)?.isMet).toBe(true);
});

test("a hot SKU is compared with order1 and not with its floor", () => {
  const figures: Figures = new Map([
    ["order1", rateFigure("orders/s", [1_000], [1_200])],
    ["hot", rateFigure("orders/s", [1_190], [1_200])],
  ]);
  expect(judge("hot", figures)).toEqual({ text: ">= 120% of order1 (119%)", isMet: false });
  figures.set("hot", rateFigure("orders/s", [1_200], [4_000]));
  expect(judge("hot", figures)?.isMet).toBe(true);
});

test("one unit too few accepted is as much a miss as one too many", () => {
  for (const accepted of [99, 101])
    expect(judge("oversell", new Map([["oversell", plainFigure(accepted, "accepted")]]))?.isMet).toBe(false);
  expect(judge("oversell", new Map([["oversell", plainFigure(100, "accepted")]]))?.isMet).toBe(true);
});

test("a saga that never ended is a miss", () => {
  expect(judge("saga-p95", new Map([["saga-p95", plainFigure(Number.POSITIVE_INFINITY, "ms")]]))?.isMet).toBe(false);
});

test("the JSON has value, unit and ratio of every figure, and the floors beside them", () => {
  const figures: Figures = new Map([
    ["order1", rateFigure("orders/s", [600], [1_000])],
    ["bundle", plainFigure(373, "KB gzipped")],
  ]);
  expect(JSON.parse(renderJson(figures))).toEqual({
    figures: {
      order1: { value: 600, unit: "orders/s", ratioToFloor: 0.6 },
      bundle: { value: 373, unit: "KB gzipped", ratioToFloor: null },
      floor1: { value: 1_000, unit: "orders/s", ratioToFloor: 1 },
    },
  });
});

test("the table says ok and MISS, and keeps its notes", () => {
  const table = renderTable(
    new Map([
      ["bundle", plainFigure(501, "KB gzipped")],
      ["create-p95", plainFigure(12.34, "ms")],
    ]),
    ["one note"],
  );
  expect(table).toMatch(/bundle\s+501 KB gzipped\s+<= 500 KB gzipped\s+MISS/);
  expect(table).toMatch(/create-p95\s+12\.34 ms\s+<= 25 ms\s+ok/);
  expect(table).toContain("* one note");
});
