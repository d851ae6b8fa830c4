/** One measured figure. */
export interface Figure {
  value: number;
  unit: string;
  /** What the floor reached in the same unit, where there is one to compare with. */
  floor: number | null;
  /** Value over floor: where less is better, floor over value. */
  ratioToFloor: number | null;
}

/** What a figure must reach, and how that is written in the table. */
export interface Target {
  text: string;
  isMet: (figure: Figure) => boolean;
}

export type Figures = Map<string, Figure>;

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values have no median");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}

/**
 * A rate beside its floor. The ratio is the median of the rounds' own ratios, because the two of one round were
 * measured right after each other on a machine that may be busier in the next.
 */
export function rateFigure(unit: string, values: readonly number[], floors: readonly number[]): Figure {
  const ratios = values.map((value, round) => value / (floors[round] ?? Number.NaN));
  return { value: median(values), unit, floor: median(floors), ratioToFloor: median(ratios) };
}

/** A figure that has no floor. */
export function plainFigure(value: number, unit: string): Figure {
  return { value, unit, floor: null, ratioToFloor: null };
}

const ratioAtLeast =
  (least: number): Target["isMet"] =>
  ({ ratioToFloor }) =>
    ratioToFloor !== null && ratioToFloor >= least;
const atMost =
  (most: number): Target["isMet"] =>
  ({ value }) =>
    value <= most;

/** What must be reached, by the figure's name. `hot` is compared with `order1`, which `judge` sees to. */
export const TARGETS: Readonly<Record<string, Target>> = {
  order1: { text: ">= 60% of floor1", isMet: ratioAtLeast(0.6) },
  order2: { text: ">= 60% of floor2", isMet: ratioAtLeast(0.6) },
  oversell: { text: "exactly 100 accepted", isMet: ({ value }) => value === 100 },
  "create-p95": { text: "<= 25 ms", isMet: atMost(25) },
  "query-p95": { text: "<= 10 ms", isMet: atMost(10) },
  "get-order": { text: ">= 60% of floor-read", isMet: ratioAtLeast(0.6) },
  "get-inventory": { text: ">= 60% of floor-read", isMet: ratioAtLeast(0.6) },
  "saga-p95": { text: "<= 3 s", isMet: atMost(3_000) },
  bundle: { text: "<= 500 KB gzipped", isMet: atMost(500) },
};

const HOT_OF_ORDER1 = 1.2;

/** What the figure must reach and whether it does; null where nothing is asked of it. */
export function judge(name: string, figures: Figures): { text: string; isMet: boolean } | null {
  const figure = figures.get(name);
  if (figure === undefined) return null;
  if (name === "hot") {
    const order1 = figures.get("order1");
    const share = order1 === undefined ? 0 : figure.value / order1.value;
    return { text: `>= 120% of order1 (${Math.round(share * 100)}%)`, isMet: share >= HOT_OF_ORDER1 };
  }
  const target = TARGETS[name];
  return target === undefined ? null : { text: target.text, isMet: target.isMet(figure) };
}
