import { hotBodies, orderBodies } from "../company.ts";
import { type BenchRun, measure, ordersJob } from "../bench-run.ts";
import { cpuSeconds, waitUntilIdle } from "../runtime-cpu.ts";
import { CONSUMED_QUEUES, type Measured, type Medium } from "../systems.ts";
import { median, rateFigure } from "./figure.ts";

const KINDS = {
  1: { floor: "floor1", ours: "order1", bodies: orderBodies(1) },
  2: { floor: "floor2", ours: "order2", bodies: orderBodies(2) },
  hot: { floor: "floor-hot", ours: "hot", bodies: hotBodies() },
} as const;
type Kind = keyof typeof KINDS;

/** What the runs came to, by the figure's name. */
class Runs {
  readonly #perSecond = new Map<string, number[]>();
  readonly #cpuMs = new Map<string, number[]>();
  generatorLoad = 0;

  async add(run: BenchRun, system: Measured, name: string, bodies: readonly string[]): Promise<void> {
    const cpuBefore = cpuSeconds(system.pid);
    const result = await measure(run, ordersJob(system.url, bodies, { ms: run.plan.runMs }), 201);
    // What an order leaves to be done is part of its price, and must not be in the way of what is measured next.
    await waitUntilIdle(system.pid);
    const cpuAfter = cpuSeconds(system.pid);
    append(this.#perSecond, name, result.perSecond);
    if (cpuBefore !== null && cpuAfter !== null)
      append(this.#cpuMs, name, ((cpuAfter - cpuBefore) * 1000) / result.requests);
    this.generatorLoad = Math.max(this.generatorLoad, result.generatorLoad);
  }

  rates(name: string): number[] {
    return this.#perSecond.get(name) ?? [];
  }

  /** Processor milliseconds of one order in the middle run; null where the machine does not tell. */
  cpuMs(name: string): number | null {
    const values = this.#cpuMs.get(name);
    return values === undefined ? null : median(values);
  }
}

function append(lists: Map<string, number[]>, name: string, value: number): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}

/**
 * Orders a second, ours and the floor's in turn. Every round starts both afresh: what one round leaves in the
 * outbox must not burden the next.
 */
export async function measureThroughput(run: BenchRun, medium: Medium): Promise<void> {
  const rounds = medium === "memory" ? run.plan.rounds : run.plan.diskRounds;
  const kinds: readonly Kind[] = medium === "memory" ? [1, 2, "hot"] : [1, "hot"];
  const runs = new Runs();
  for (let round = 1; round <= rounds; round += 1) {
    run.say(`orders, ${medium}, round ${round} of ${rounds}`);
    const floor = await run.systems.startFloor(medium);
    const ours = await run.systems.startHoldfast(medium, { stalledQueues: CONSUMED_QUEUES });
    try {
      for (const system of [floor, ours]) {
        await measure(run, ordersJob(system.url, KINDS[1].bodies, { ms: run.plan.warmUpMs }), 201);
        await waitUntilIdle(system.pid);
      }
      for (const kind of kinds) {
        const { bodies, floor: floorName, ours: oursName } = KINDS[kind];
        await runs.add(run, floor, floorName, bodies);
        await runs.add(run, ours, oursName, bodies);
      }
    } finally {
      await floor.remove();
      await ours.remove();
    }
  }
  const suffix = medium === "memory" ? "" : "-disk";
  for (const kind of kinds) {
    const { floor, ours } = KINDS[kind];
    run.figures.set(`${ours}${suffix}`, rateFigure("orders/s", runs.rates(ours), runs.rates(floor)));
    const [cpu, floorCpu] = [runs.cpuMs(ours), runs.cpuMs(floor)];
    if (medium === "memory" && cpu !== null && floorCpu !== null)
      run.notes.push(
        `${ours}: ${cpu.toFixed(2)} ms of processor time an order with all that follows it, ${floor} ${floorCpu.toFixed(2)} ms (${Math.round((floorCpu / cpu) * 100)}%)`,
      );
  }
  run.notes.push(`load generator (${medium}): at most ${Math.round(runs.generatorLoad * 100)}% of one core`);
}

/** `order1` with every consumer and the simulators at work behind it, on the same machine. */
export async function measureWithSaga(run: BenchRun): Promise<void> {
  run.say("orders with the saga behind them");
  const ours = await run.systems.startHoldfast("memory");
  try {
    await measure(run, ordersJob(ours.url, KINDS[1].bodies, { ms: run.plan.warmUpMs }), 201);
    const { perSecond } = await measure(run, ordersJob(ours.url, KINDS[1].bodies, { ms: run.plan.runMs }), 201);
    const floor = run.figures.get("order1")?.floor ?? null;
    run.figures.set("order1-saga", {
      value: perSecond,
      unit: "orders/s",
      floor,
      ratioToFloor: floor === null ? null : perSecond / floor,
    });
  } finally {
    await ours.remove();
  }
}
