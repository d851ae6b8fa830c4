import { orderBodies, SKUS } from "../company.ts";
import { type BenchRun, measure, ordersJob, readsJob } from "../bench-run.ts";
import { CONSUMED_QUEUES } from "../systems.ts";
import { plainFigure, rateFigure } from "./figure.ts";

const ORDERS_READ = 500;

/** Reads a second beside a bare object's read, and the tail of creating and asking at half of what was the most. */
export async function measureReads(run: BenchRun): Promise<void> {
  const rates: Record<"floor" | "order" | "inventory" | "queries", number[]> = {
    floor: [],
    order: [],
    inventory: [],
    queries: [],
  };
  const floor = await run.systems.startFloor("memory");
  const ours = await run.systems.startHoldfast("memory", { stalledQueues: CONSUMED_QUEUES });
  try {
    const bodies = orderBodies(1);
    const place = async (origin: string, requests: number) =>
      (await measure(run, ordersJob(origin, bodies, { requests }, { collectIds: true }), 201)).ids;
    const floorPaths = (await place(floor.url, ORDERS_READ)).map((id) => `/api/v1/orders/${id}`);
    // As many as there are levels, so that each has been asked before it is measured.
    const orderPaths = (await place(ours.url, bodies.length)).map((id) => `/api/v1/orders/${id}`);
    const inventoryPaths = SKUS.map((sku) => `/api/v1/inventory?productId=${sku}`);
    const queryPaths = orderPaths.flatMap((path, index) => [
      path,
      inventoryPaths[index % inventoryPaths.length] ?? "",
      "/api/v1/orders?limit=20",
    ]);
    for (const [origin, paths] of [
      [floor.url, floorPaths],
      [ours.url, queryPaths],
    ] as const)
      await measure(run, readsJob(origin, paths, { ms: run.plan.warmUpMs / 2 }), 200);
    for (let round = 1; round <= run.plan.rounds; round += 1) {
      run.say(`reads, round ${round} of ${run.plan.rounds}`);
      const until = { ms: run.plan.runMs };
      rates.floor.push((await measure(run, readsJob(floor.url, floorPaths, until), 200)).perSecond);
      rates.order.push((await measure(run, readsJob(ours.url, orderPaths, until), 200)).perSecond);
      rates.inventory.push((await measure(run, readsJob(ours.url, inventoryPaths, until), 200)).perSecond);
      rates.queries.push((await measure(run, readsJob(ours.url, queryPaths, until), 200)).perSecond);
    }
    run.figures.set("get-order", rateFigure("reads/s", rates.order, rates.floor));
    run.figures.set("get-inventory", rateFigure("reads/s", rates.inventory, rates.floor));

    run.say("tails at half the peak");
    const createRate = (run.figures.get("order1")?.value ?? 0) / 2;
    const creates = await measure(
      run,
      ordersJob(ours.url, bodies, { ms: run.plan.latencyMs }, { rate: createRate, clients: 256 }),
      201,
    );
    run.figures.set("create-p95", plainFigure(creates.p95, "ms"));
    const queryRate = Math.min(...rates.queries) / 2;
    const queries = await measure(
      run,
      readsJob(ours.url, queryPaths, { ms: run.plan.latencyMs }, { rate: queryRate, clients: 256 }),
      200,
    );
    run.figures.set("query-p95", plainFigure(queries.p95, "ms"));
    run.notes.push(
      `create-p95 at ${Math.round(createRate)} orders/s, query-p95 at ${Math.round(queryRate)} queries/s (an order, a SKU's stock, a page of orders in turn); requests begin when they are due, and waiting counts`,
      "get-inventory asks three levels for each read; floor-read asks one object",
    );
  } finally {
    await floor.remove();
    await ours.remove();
  }
}
