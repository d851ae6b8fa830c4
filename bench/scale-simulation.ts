import { readFile } from "node:fs/promises";
import { VIRTUAL_SHARDS } from "../src/domain/ids.ts";
import { seededRandom } from "../seed/random.ts";
import { WAREHOUSES } from "../seed/warehouses.ts";

/** Where 100,000 orders in one second land: see docs/scale.md for what the numbers rest on. */

/** What one of each takes, for planning. The sources are in docs/scale.md. */
export const CAPACITY = {
  /** Calls a second that one object answers when each writes by itself: the platform's own figure, its upper end. */
  callsPerObject: 500,
  /** Holds a second that one level takes when calls are gathered: `hot` of the bench, one core shared by everything. */
  gatheredHoldsPerLevel: 1_500,
  /** Messages a second that one queue takes. */
  messagesPerQueue: 5_000,
  /** How full anything may be planned. */
  share: 0.7,
} as const;

/** What an order asks of the parts behind it, counted by the bench's `cost`. */
export const PER_ORDER = {
  /** Calls that reach its ledger until fulfillment is requested: the order itself, and what the saga asks and reports, gathered. */
  ledgerCalls: 8,
  /** Effect and stock messages. */
  messages: 3,
} as const;

export interface Demand {
  /** SKUs of each basket. */
  baskets: readonly (readonly string[])[];
  /** How likely each warehouse is the nearest. */
  warehouses: readonly { id: string; weight: number }[];
}

export interface Second {
  orders: number;
  lines: number;
  /** Holds that reached each level, busiest first. */
  levels: number[];
  /** Calls that reached each ledger, busiest first. */
  ledgers: number[];
}

/** An exponent s and how well 1/rank^s tells the counts (1 is exactly). */
export interface Zipf {
  exponent: number;
  fit: number;
}

/** The Zipf exponent of counts by rank: the slope of the line through log rank and log count. */
export function fitZipf(counts: readonly number[]): Zipf {
  const points = counts
    .filter((count) => count > 0)
    .toSorted((a, b) => b - a)
    .map((count, index) => ({ x: Math.log(index + 1), y: Math.log(count) }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const x = mean((point) => point.x);
  const y = mean((point) => point.y);
  const covariance = mean((point) => (point.x - x) * (point.y - y));
  const spreadX = mean((point) => (point.x - x) ** 2);
  const spreadY = mean((point) => (point.y - y) ** 2);
  return { exponent: -covariance / spreadX, fit: covariance ** 2 / (spreadX * spreadY) };
}

/** Picks an index with the given weights; logarithmic in their number. */
function weighted(weights: readonly number[], random: () => number): () => number {
  const cumulative: number[] = [];
  let total = 0;
  for (const weight of weights) cumulative.push((total += weight));
  return () => {
    const point = random() * total;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** A second of so many orders, each a basket at its nearest warehouse and on a virtual shard of its own. */
export function simulateSecond(demand: Demand, orders: number, ledgerCount: number, random: () => number): Second {
  const pickWarehouse = weighted(
    demand.warehouses.map(({ weight }) => weight),
    random,
  );
  const levels = new Map<string, number>();
  const ledgers = Array.from({ length: ledgerCount }, () => 0);
  let lines = 0;
  for (let order = 0; order < orders; order += 1) {
    const basket = demand.baskets[Math.floor(random() * demand.baskets.length)] ?? [];
    const warehouse = demand.warehouses[pickWarehouse()]?.id ?? "";
    for (const sku of basket) {
      const level = `${sku}~${warehouse}`;
      levels.set(level, (levels.get(level) ?? 0) + 1);
    }
    lines += basket.length;
    const ledger = Math.floor((Math.floor(random() * VIRTUAL_SHARDS) * ledgerCount) / VIRTUAL_SHARDS);
    ledgers[ledger] = (ledgers[ledger] ?? 0) + PER_ORDER.ledgerCalls;
  }
  return {
    orders,
    lines,
    levels: [...levels.values()].toSorted((a, b) => b - a),
    ledgers: ledgers.toSorted((a, b) => b - a),
  };
}

export interface Needs {
  levels: number;
  hottest: number;
  /** Levels that one object would not carry, and the escrows that they are split into. */
  split: number;
  escrows: number;
  /** Calls a second that reach the busiest ledger. */
  ledgerCalls: number;
  queues: number;
}

/** What the second asks for, when nothing is filled further than `CAPACITY.share`. */
export function needsOf(second: Second): Needs {
  const perLevel = CAPACITY.gatheredHoldsPerLevel * CAPACITY.share;
  const over = second.levels.filter((holds) => holds > perLevel);
  const busiest = second.ledgers[0] ?? 0;
  return {
    levels: second.levels.length,
    hottest: second.levels[0] ?? 0,
    split: over.length,
    escrows: over.reduce((sum, holds) => sum + Math.ceil(holds / perLevel), 0),
    ledgerCalls: busiest,
    queues: Math.ceil((second.orders * PER_ORDER.messages) / (CAPACITY.messagesPerQueue * CAPACITY.share)),
  };
}

/** Ledgers for so many orders a second; more than there are virtual shards is not to be had. */
export function ledgersFor(ordersPerSecond: number): number {
  const perLedger = (CAPACITY.callsPerObject * CAPACITY.share) / PER_ORDER.ledgerCalls;
  return Math.min(VIRTUAL_SHARDS, Math.max(4, Math.ceil(ordersPerSecond / perLedger)));
}

async function readBaskets(): Promise<string[][]> {
  const text = await readFile(new URL("../test/fixtures/orders/baskets.csv", import.meta.url), "utf8");
  return text
    .split("\n")
    .map((line) => [
      ...new Set(
        line
          .split(",")
          .map((code) => code.trim())
          .filter((code) => code !== ""),
      ),
    ])
    .filter((basket) => basket.length > 0);
}

function countsOf(baskets: readonly (readonly string[])[]): number[] {
  const counts = new Map<string, number>();
  for (const sku of baskets.flat()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  return [...counts.values()];
}

const RATES = [1_000, 10_000, 100_000] as const;

/** The simulation as a table: real popularity, orders of one line, of two, and of real sizes. */
export async function renderScale(): Promise<string> {
  const baskets = await readBaskets();
  const counts = countsOf(baskets);
  const zipf = fitZipf(counts.toSorted((a, b) => b - a).slice(0, 1_000));
  const random = seededRandom(2_026);
  const all = baskets.flat();
  const pick = () => all[Math.floor(random() * all.length)] ?? "";
  const mixes = [
    { name: "1 line", baskets: baskets.map(() => [pick()]) },
    { name: "2 lines", baskets: baskets.map(() => [pick(), pick()]) },
    { name: "real baskets", baskets },
    // Every second order is for the one thing that is on offer.
    { name: "flash sale", baskets: baskets.map((basket, index) => (index % 2 === 0 ? ["OFFER"] : basket.slice(0, 2))) },
  ];
  const warehouses = WAREHOUSES.map(({ id, dailyCapacity }) => ({ id, weight: dailyCapacity }));
  const head = [
    "orders/s",
    "basket",
    "holds/s",
    "levels hit",
    "hottest level/s",
    "levels split",
    "escrows",
    "ledgers",
    "busiest ledger/s",
    "queues",
  ];
  const rows = RATES.flatMap((rate) =>
    mixes.map(({ name, baskets: mix }) => {
      const ledgers = ledgersFor(rate);
      const second = simulateSecond({ baskets: mix, warehouses }, rate, ledgers, random);
      const needs = needsOf(second);
      return [
        rate,
        name,
        second.lines,
        needs.levels,
        needs.hottest,
        needs.split,
        needs.escrows,
        ledgers,
        needs.ledgerCalls,
        needs.queues,
      ].map((cell) => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell));
    }),
  );
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [
    `${baskets.length.toLocaleString("en-US")} real baskets, ${counts.length.toLocaleString("en-US")} SKUs; popularity of the first 1,000 is Zipf with exponent ${zipf.exponent.toFixed(2)} (fit ${zipf.fit.toFixed(2)})`,
    `${WAREHOUSES.length} warehouses, nearest in proportion to what they can ship; nothing planned fuller than ${CAPACITY.share * 100}%`,
    "",
    line(head),
    ...rows.map(line),
    "",
  ].join("\n");
}
