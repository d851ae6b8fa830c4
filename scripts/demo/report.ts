export interface DemoOrderResult {
  orderId: string;
  backordered: boolean;
  /** The warehouses that ship it, with their distance to the customer. */
  parcels: { warehouseId: string; km: number }[];
  /** To the nearest warehouse that had all of it just then; null when none had. */
  nearestKm: number | null;
  /** From placed to fulfillment requested; null when that was not seen. */
  fulfillmentMs: number | null;
}

export interface DemoResult {
  /** Why orders were refused, one reason an order, by the problem's code. */
  refusals: Map<string, string[]>;
  orders: DemoOrderResult[];
  seconds: number;
}

const BAR_WIDTH = 32;

/** A bar on stderr that is redrawn in place on a terminal, and written at every tenth elsewhere. */
export function progressBar(title: string, total: number): { advance(): void; end(): void } {
  const { isTTY } = process.stderr;
  let done = 0;
  let shown = -1;
  const draw = () => {
    const share = total === 0 ? 1 : done / total;
    const step = Math.floor(share * (isTTY ? 100 : 10));
    if (step === shown) return;
    shown = step;
    const filled = Math.round(share * BAR_WIDTH);
    const bar = `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)}`;
    process.stderr.write(`${isTTY ? "\r" : ""}${title.padEnd(18)} ${bar} ${done}/${total}${isTTY ? "" : "\n"}`);
  };
  draw();
  return {
    advance() {
      done += 1;
      draw();
    },
    end() {
      if (isTTY) process.stderr.write("\n");
    },
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

function show(value: number | null, unit: string): string {
  return value === null ? "—" : `${Math.round(value).toLocaleString("en")} ${unit}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(left)}  ${value.padStart(right)}\n`).join("");
}

/** Reasons shown for one code: the most frequent ones. */
const REASONS_SHOWN = 5;

/** Why orders were refused: each reason with how many orders it met. Nothing when none was. */
function reasonsOf(refusals: DemoResult["refusals"]): string {
  const lines = [...refusals].flatMap(([code, reasons]) => {
    const counted = [...Map.groupBy(reasons, (reason) => reason)].sort(([, a], [, b]) => b.length - a.length);
    const left = counted.slice(REASONS_SHOWN).reduce((sum, [, orders]) => sum + orders.length, 0);
    return [
      ...counted.slice(0, REASONS_SHOWN).map(([reason, orders]) => `  ${code}, ${orders.length}×: ${reason}\n`),
      ...(left === 0 ? [] : [`  ${code}, ${left}×: other reasons\n`]),
    ];
  });
  return lines.length === 0 ? "" : `\nWhy orders were refused\n${lines.join("")}`;
}

/** The table that the demo ends with. */
export function report(result: DemoResult, oversold: number): string {
  const { orders, refusals, seconds } = result;
  const refused = [...refusals.values()].reduce((sum, reasons) => sum + reasons.length, 0);
  const whole = orders.filter((order) => order.parcels.length === 1 && !order.backordered);
  const split = orders.filter((order) => order.parcels.length > 1);
  const comparable = whole.filter((order) => order.nearestKm !== null);
  const times = orders.map((order) => order.fulfillmentMs).filter((ms) => ms !== null);

  const perWarehouse = new Map<string, number[]>();
  for (const { warehouseId, km } of orders.flatMap((order) => order.parcels)) {
    perWarehouse.set(warehouseId, [...(perWarehouse.get(warehouseId) ?? []), km]);
  }
  const warehouses = [...perWarehouse].sort(([, a], [, b]) => b.length - a.length);

  return `
Orders
${table([
  ["placed", String(orders.length)],
  ["refused", String(refused)],
  ...[...refusals].map(([code, reasons]) => [`  ${code}`, String(reasons.length)] as const),
  ["in one parcel", String(whole.length)],
  ["split", String(split.length)],
  ["waiting for stock in part", String(orders.filter((order) => order.backordered).length)],
  ["orders a second", (orders.length / Math.max(seconds, 0.001)).toFixed(1)],
  ["oversold", String(oversold)],
])}${reasonsOf(refusals)}
Mean distance of orders in one parcel
${table([
  ["from the warehouse that ships", show(mean(comparable.map((order) => order.parcels[0]?.km ?? 0)), "km")],
  ["from the nearest that had it all", show(mean(comparable.map((order) => order.nearestKm ?? 0)), "km")],
])}
Placed to fulfillment requested
${table([
  ["median", show(percentile(times, 0.5), "ms")],
  ["95th percentile", show(percentile(times, 0.95), "ms")],
  [
    "not seen in time",
    String(orders.filter((o) => o.fulfillmentMs === null && o.parcels.length > 0 && !o.backordered).length),
  ],
])}
Parcels per warehouse (mean distance)
${table(warehouses.map(([id, distances]) => [id, `${distances.length} (${show(mean(distances), "km")})`]))}`;
}
