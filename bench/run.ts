import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { BenchRun } from "./bench-run.ts";
import { measureBundle } from "./figures/bundle.ts";
import { measureCost } from "./figures/cost.ts";
import { type Figures, judge } from "./figures/figure.ts";
import { measureOversell } from "./figures/oversell.ts";
import { measureReads } from "./figures/reads.ts";
import { measureSaga } from "./figures/saga.ts";
import { measureThroughput, measureWithSaga } from "./figures/throughput.ts";
import { LoadProcess } from "./load/load-process.ts";
import { FULL, QUICK } from "./plan.ts";
import { renderScale } from "./scale-simulation.ts";
import { Systems } from "./systems.ts";
import { renderJson, renderTable } from "./table.ts";

const USAGE = `npm run bench [-- --quick] [-- --json FILE] [-- --only NAMES] [-- --scale]

Measures the built Workers against a floor of bare objects that do the same storage work, side by side.
  --quick      in under two minutes: fewer and shorter runs
  --json FILE  writes the figures
  --only NAMES some of: orders, saga-behind, disk, oversell, reads, saga, bundle, cost (with commas between)
  --scale      the arithmetic of 100,000 orders a second instead (docs/scale.md)
`;

const PARTS: readonly { name: string; measure: (run: BenchRun) => Promise<void> }[] = [
  { name: "orders", measure: (run) => measureThroughput(run, "memory") },
  { name: "reads", measure: measureReads },
  { name: "saga-behind", measure: measureWithSaga },
  { name: "disk", measure: (run) => measureThroughput(run, "disk") },
  { name: "oversell", measure: measureOversell },
  { name: "saga", measure: measureSaga },
  { name: "bundle", measure: measureBundle },
  { name: "cost", measure: measureCost },
];

async function bench(quick: boolean, only: ReadonlySet<string> | null, json: string | null): Promise<void> {
  const figures: Figures = new Map();
  const began = performance.now();
  const notes = [
    "state lies in memory unless the figure says disk; direct sockets; medians, and the ratio is the median of the rounds' own",
    "order1, order2, hot and the reads: the queues' consumers stand still, the ledgers and levels do all they do (outbox, projection, publishing); order1-saga has everything at work behind it on the same cores",
    "past 2,000 effects on their way a ledger keeps further ones in its outbox, as it would with any consumer that stands still",
    "batch comes with batch ingest",
  ];
  const [load1 = 0] = loadavg();
  if (load1 > availableParallelism() / 2)
    notes.push(
      `the machine was busy before the start (load ${load1.toFixed(1)} on ${availableParallelism()} cores): absolute figures are low, ratios uneven`,
    );
  const systems = await Systems.prepare();
  const load = new LoadProcess();
  const say = (text: string) =>
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
  try {
    for (const { name, measure } of PARTS)
      if (only === null || only.has(name))
        await measure({ plan: quick ? QUICK : FULL, systems, load, figures, notes, say });
  } finally {
    load.stop();
    await systems.remove();
  }
  process.stdout.write(`\n${renderTable(figures, notes)}`);
  if (json !== null) await writeFile(json, renderJson(figures));
  const missed = [...figures.keys()].filter((name) => judge(name, figures)?.isMet === false);
  if (missed.length > 0) process.stdout.write(`missed: ${missed.join(", ")}\n`);
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    only: { type: "string" },
    scale: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else if (values.scale) process.stdout.write(await renderScale());
else await bench(values.quick, values.only === undefined ? null : new Set(values.only.split(",")), values.json ?? null);
