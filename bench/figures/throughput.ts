import { hotBodies, orderBodies } from "../company.ts";
import { type BenchRun, measure, ordersJob } from "../bench-run.ts";
import { CONSUMED_QUEUES, type Medium } from "../systems.ts";
import { rateFigure } from "./figure.ts";

const KINDS = {
  1: { floor: "floor1", ours: "order1", bodies: orderBodies(1) },
  2: { floor: "floor2", ours: "order2", bodies: orderBodies(2) },
  hot: { floor: "floor-hot", ours: "hot", bodies: hotBodies() },
} as const;
type Kind = keyof typeof KINDS;

/**
 * Orders a second, ours and the floor's in turn. Every round starts both afresh: what one round leaves in the
 * outbox must not burden the next.
 */
export async function measureThroughput(run: BenchRun, medium: Medium): Promise<void> {
  const rounds = medium === "memory" ? run.plan.rounds : run.plan.diskRounds;
  const kinds: readonly Kind[] = medium === "memory" ? [1, 2, "hot"] : [1, "hot"];
  const rates = new Map<string, number[]>();
  const note = (name: string, rate: number) => rates.set(name, [...(rates.get(name) ?? []), rate]);
  let generatorLoad = 0;
  for (let round = 1; round <= rounds; round += 1) {
    run.say(`orders, ${medium}, round ${round} of ${rounds}`);
    const floor = await run.systems.startFloor(medium);
    const ours = await run.systems.startHoldfast(medium, { stalledQueues: CONSUMED_QUEUES });
    try {
      for (const [system, share] of [[floor, 0.4], [ours, 1]] as const)
        await measure(run, ordersJob(system.url, KINDS[1].bodies, { ms: run.plan.warmUpMs * share }), 201);
      for (const kind of kinds) {
        const { bodies, floor: floorName, ours: oursName } = KINDS[kind];
        for (const [system, name] of [[floor, floorName], [ours, oursName]] as const) {
          const result = await measure(run, ordersJob(system.url, bodies, { ms: run.plan.runMs }), 201);
          note(name, result.perSecond);
          generatorLoad = Math.max(generatorLoad, result.generatorLoad);
        }
      }
    } finally {
      await floor.remove();
      await ours.remove();
    }
  }
  const suffix = medium === "memory" ? "" : "-disk";
  for (const kind of kinds) {
    const { floor, ours } = KINDS[kind];
    run.figures.set(`${ours}${suffix}`, rateFigure("orders/s", rates.get(ours) ?? [], rates.get(floor) ?? []));
  }
  run.notes.push(`load generator (${medium}): at most ${Math.round(generatorLoad * 100)}% of one core`);
}

/** `order1` with every consumer and the simulators at work behind it, on the same machine. */
export async function measureWithSaga(run: BenchRun): Promise<void> {
  run.say("orders with the saga behind them");
  const ours = await run.systems.startHoldfast("memory");
  try {
    await measure(run, ordersJob(ours.url, KINDS[1].bodies, { ms: run.plan.warmUpMs }), 201);
    const { perSecond } = await measure(run, ordersJob(ours.url, KINDS[1].bodies, { ms: run.plan.runMs }), 201);
    const floor = run.figures.get("order1")?.floor ?? Number.NaN;
    run.figures.set("order1-saga", { value: perSecond, unit: "orders/s", floor, ratioToFloor: perSecond / floor });
  } finally {
    await ours.remove();
  }
}
