import { type Figure, type Figures, judge } from "./figures/figure.ts";

const ROWS = [
  "order1",
  "order2",
  "hot",
  "order1-saga",
  "order1-disk",
  "hot-disk",
  "oversell",
  "create-p95",
  "create-p95-saga",
  "query-p95",
  "get-order",
  "get-inventory",
  "saga-p95",
  "bundle",
  "cost",
] as const;

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2).replace(/\.?0+$/, "");
}

function row(name: string, figure: Figure, figures: Figures): string[] {
  const verdict = judge(name, figures);
  return [
    name,
    `${number(figure.value)} ${figure.unit}`,
    figure.floor === null ? "" : number(figure.floor),
    figure.ratioToFloor === null ? "" : `${Math.round(figure.ratioToFloor * 100)}%`,
    verdict?.text ?? "",
    verdict === null ? "" : verdict.isMet ? "ok" : "MISS",
  ];
}

/** The figures as a table for people, in the order in which they are asked for. */
export function renderTable(figures: Figures, notes: readonly string[]): string {
  const head = ["figure", "value", "floor", "ratio", "target", ""];
  const measured = ROWS.flatMap((name) => {
    const figure = figures.get(name);
    return figure === undefined ? [] : [row(name, figure, figures)];
  });
  const table = [head, ...measured];
  const widths = head.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const [first = "", ...rest] = table.map(line);
  return [first, "-".repeat(first.length + 12), ...rest, "", ...notes.map((note) => `* ${note}`), ""].join("\n");
}

/** The figures as the JSON that other programs read. */
export function renderJson(figures: Figures): string {
  const entries = [...figures].map(([name, { value, unit, ratioToFloor }]) => [name, { value, unit, ratioToFloor }]);
  const floors = [...figures].flatMap(([name, { floor, unit }]) => {
    const floorName = FLOORS[name];
    return floor === null || floorName === undefined ? [] : [[floorName, { value: floor, unit, ratioToFloor: 1 }]];
  });
  return `${JSON.stringify({ figures: Object.fromEntries([...entries, ...floors]) }, null, 2)}\n`;
}

const FLOORS: Readonly<Record<string, string>> = {
  order1: "floor1",
  order2: "floor2",
  hot: "floor-hot",
  "get-order": "floor-read",
};
