import { readFile } from "node:fs/promises";
import { type BenchRun, measure, ordersJob } from "../bench-run.ts";
import { orderBodies } from "../company.ts";
import { plainFigure } from "./figure.ts";
import { waitUntilRequested } from "./saga.ts";

/** What bench/cost/metered-entry.js counts. */
interface Counters {
  workerRequests: number;
  objectRequests: number;
  ledgerRequests: number;
  levelRequests: number;
  objectRowsRead: number;
  objectRowsWritten: number;
  d1Queries: number;
  d1RowsRead: number;
  d1RowsWritten: number;
  queueMessages: number;
  queueBytes: number;
  queueBatchesDelivered: number;
}

/** Each message is written, read and deleted. */
const OPERATIONS_PER_MESSAGE = 3;

/** List prices in US dollars for a million of each, of the paid plan beyond what it includes. */
const PRICE_PER_MILLION = {
  workerRequests: 0.3,
  objectRequests: 0.15,
  objectRowsRead: 0.001,
  objectRowsWritten: 1,
  d1RowsRead: 0.001,
  d1RowsWritten: 1,
  queueOperations: 0.4,
} as const;
type Billed = Record<keyof typeof PRICE_PER_MILLION, number>;

const LABELS: Readonly<Record<keyof Billed, string>> = {
  workerRequests: "Worker requests",
  objectRequests: "object requests",
  objectRowsRead: "object rows read",
  objectRowsWritten: "object rows written",
  d1RowsRead: "D1 rows read",
  d1RowsWritten: "D1 rows written",
  queueOperations: "queue operations",
};

const COST_RATE = 40;
const SETTLE_POLL_MS = 500;
const SETTLED_POLLS = 4;
const SETTLE_POLLS_MOST = 60;

async function readCounters(url: string): Promise<Counters> {
  const answer = await fetch(`${url}/bench/counters`);
  return (await answer.json()) as Counters;
}

/** Waits until nothing more is written: what an order costs includes what happens behind it. */
async function readSettledCounters(url: string): Promise<Counters> {
  let last = await readCounters(url);
  let quiet = 0;
  for (let poll = 0; poll < SETTLE_POLLS_MOST && quiet < SETTLED_POLLS; poll += 1) {
    await new Promise((wake) => setTimeout(wake, SETTLE_POLL_MS));
    const next = await readCounters(url);
    quiet =
      next.objectRowsWritten === last.objectRowsWritten && next.d1RowsWritten === last.d1RowsWritten ? quiet + 1 : 0;
    last = next;
  }
  return last;
}

function perOrder(before: Counters, after: Counters, orders: number): Billed {
  const used = (name: keyof Counters) => (after[name] - before[name]) / orders;
  return {
    workerRequests: used("workerRequests"),
    objectRequests: used("objectRequests"),
    objectRowsRead: used("objectRowsRead"),
    objectRowsWritten: used("objectRowsWritten"),
    d1RowsRead: used("d1RowsRead"),
    d1RowsWritten: used("d1RowsWritten"),
    queueOperations: used("queueMessages") * OPERATIONS_PER_MESSAGE,
  };
}

/** Dollars at list price; the same number is dollars for a million orders when `billed` is per order. */
function priceOf(billed: Billed): number {
  return Object.entries(PRICE_PER_MILLION).reduce(
    (sum, [name, price]) => sum + price * billed[name as keyof Billed],
    0,
  );
}

/** Billable operations of a one-line order from its request to fulfillment requested, counted inside the Worker. */
export async function measureCost(run: BenchRun): Promise<void> {
  run.say("what an order costs");
  const entryModule = await readFile(new URL("../cost/metered-entry.js", import.meta.url), "utf8");
  const ours = await run.systems.startHoldfast("memory", { entryModule });
  try {
    const bodies = orderBodies(1);
    const orders = run.plan.costOrders;
    const place = (requests: number) =>
      measure(run, ordersJob(ours.url, bodies, { requests }, { rate: COST_RATE, clients: 64 }), 201);
    // The first orders open levels and fill caches, which later ones do not.
    await place(bodies.length > orders ? orders : bodies.length);
    await waitUntilRequested(ours, orders);
    const before = await readSettledCounters(ours.url);
    await place(orders);
    await waitUntilRequested(ours, orders * 2);
    const after = await readSettledCounters(ours.url);
    const billed = perOrder(before, after, orders);
    const each = (name: keyof Counters) => ((after[name] - before[name]) / orders).toFixed(1);
    run.figures.set("cost", plainFigure(priceOf(billed), "USD per million orders"));
    const parts = Object.entries(LABELS).map(([name, label]) => `${billed[name as keyof Billed].toFixed(1)} ${label}`);
    run.notes.push(
      `cost per order, to fulfillment requested: ${parts.join(", ")}`,
      `of the object requests ${each("ledgerRequests")} went to the order's ledger and ${each("levelRequests")} to its level; ${each("queueMessages")} queue messages, ${each("d1Queries")} D1 statements`,
      "cost is counted inside the Worker: rowsRead/rowsWritten of every object cursor, an alarm as a written row, rows_read/rows_written of every D1 answer, three operations a queue message and 64 KB, calls of object methods as requests; duration and CPU time are not in it",
    );
  } finally {
    await ours.remove();
  }
}
