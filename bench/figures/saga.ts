import { DatabaseSync } from "node:sqlite";
import { type BenchRun, measure, ordersJob } from "../bench-run.ts";
import { orderBodies } from "../company.ts";
import { SAGA_RATE } from "../plan.ts";
import { databasesWith, type Measured } from "../systems.ts";
import { plainFigure } from "./figure.ts";

const GIVE_UP_MS = 30_000;
const POLL_MS = 500;

/** Milliseconds from placed to fulfillment requested, of each order that got there, from the ledgers' own events. */
async function timesToFulfillment(stateDir: string): Promise<number[]> {
  const times: number[] = [];
  for (const file of await databasesWith(stateDir, "do", "effects")) {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const rows = database
        .prepare(
          `SELECT requested.at - placed.at AS ms FROM events placed JOIN events requested ON requested.order_id = placed.order_id
            WHERE placed.sequence = 1 AND json_extract(requested.data, '$.type') = 'FulfillmentAccepted'`,
        )
        .all();
      times.push(...rows.map((row) => Number(row["ms"])));
    } finally {
      database.close();
    }
  }
  return times;
}

/** The times of those that got there, once so many have or half a minute is over. */
export async function waitUntilRequested(ours: Measured, orders: number): Promise<number[]> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  for (;;) {
    const times = await timesToFulfillment(ours.stateDir);
    if (times.length >= orders || Date.now() > giveUpAt) return times;
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

/** From placed to fulfillment requested at 100 orders a second, with every consumer and the simulators at work. */
export async function measureSaga(run: BenchRun): Promise<void> {
  run.say(`the saga at ${SAGA_RATE} orders/s`);
  const ours = await run.systems.startHoldfast("memory");
  try {
    const bodies = orderBodies(1);
    const warmUp = 100;
    await measure(run, ordersJob(ours.url, bodies, { requests: warmUp }, { rate: SAGA_RATE / 2, clients: 256 }), 201);
    await waitUntilRequested(ours, warmUp);
    const creates = await measure(
      run,
      ordersJob(ours.url, bodies, { requests: run.plan.sagaOrders }, { rate: SAGA_RATE, clients: 256 }),
      201,
    );
    const expected = warmUp + run.plan.sagaOrders;
    const times = (await waitUntilRequested(ours, expected)).toSorted((a, b) => a - b);
    const late = expected - times.length;
    // What never got there is slower than anything that did.
    const p95 = times[Math.floor(expected * 0.95)] ?? Number.POSITIVE_INFINITY;
    run.figures.set("saga-p95", plainFigure(p95, "ms"));
    run.figures.set("create-p95-saga", plainFigure(creates.p95, "ms"));
    run.notes.push(
      `saga: ${times.length} of ${expected} orders got to fulfillment requested${late > 0 ? `; ${late} did not within ${GIVE_UP_MS / 1000} s` : ""}`,
    );
  } finally {
    await ours.remove();
  }
}
