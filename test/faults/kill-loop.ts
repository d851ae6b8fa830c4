import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pick, seededRandom } from "../../seed/random.ts";
import { FaultsClient, Unanswered } from "./client.ts";
import { checkAll } from "./invariants/check-all.ts";
import type { Finding } from "./invariants/finding.ts";
import { Journal } from "./journal.ts";
import { Load } from "./load.ts";
import { describeWork, type OpenWork, openWork, overdueEffects } from "./open-work.ts";
import { freePort, pause, ProcessGroup, type SystemPlace } from "./process-group.ts";
import { readRawState } from "./raw-state.ts";
import type { RawState } from "./raw-rows.ts";
import { waitUntilSettled } from "./settle.ts";
import { buildWorld } from "./world.ts";

export interface RunOptions {
  stateDir: string;
  seed: number;
  /** How often the process group is killed; the last time while it settles. */
  kills: number;
  /** How long the load lasts in all, the restarts left out. */
  loadMs: number;
  /** How long the group stands still once, in the middle of the run; 0 for not at all. */
  freezeMs: number;
  /** How long settling may take. */
  settleWithinMs: number;
  say: (line: string) => void;
}

export interface RunReport {
  findings: Finding[];
  kills: number;
  acknowledgedOrders: number;
  acknowledgements: number;
  /** How often which answer was given. */
  answers: ReadonlyMap<string, number>;
  settledInMs: number;
}

const VENDORS = ["stripe", "paypal", "sendgrid", "twilio", "fedex"] as const;
const CLEAN = {
  latencyMs: 0,
  errorRate: 0,
  rate429: 0,
  lostReplyRate: 0,
  silentRate: 0,
  duplicateWebhooks: 0,
  reorderWebhooks: 0,
  webhookDelayMs: 0,
  webhooksEnabled: true,
};
/** Orders that are delivered before anything breaks. */
const BROUGHT_HOME = 12;
const THAWED_MS = 5_000;
const ASK_AGAIN_WITHIN_MS = 90_000;

/** Loads the system, kills it again and again, lets it settle, and checks the invariants on what is on disk. */
export async function runFaults(options: RunOptions): Promise<RunReport> {
  const { stateDir, seed, kills, say } = options;
  mkdirSync(stateDir, { recursive: true });
  const place: SystemPlace = { stateDir, port: await freePort(), logFile: join(stateDir, "system.log") };
  const journal = new Journal(join(stateDir, "journal.ndjson"));
  const client = new FaultsClient(`http://127.0.0.1:${place.port}`, journal);
  const random = seededRandom(seed);
  let group = await ProcessGroup.start(place);
  try {
    const world = await buildWorld(client, journal, seed);
    const load = new Load({ client, journal, world, random: seededRandom(seed + 1) });
    await load.bringHome(BROUGHT_HOME);
    const orders = (): number => journal.acknowledged.filter(({ kind }) => kind === "order_placed").length;
    for (let kill = 1; kill < kills; kill += 1) {
      await turnKnobs(client, () => randomKnobs(random));
      const stop = new AbortController();
      const running = load.run(stop.signal);
      const lasted = loadTime(options, random);
      await pause(lasted);
      if (kill === Math.ceil(kills / 2) && options.freezeMs > 0) {
        say(`  the group stands still for ${seconds(options.freezeMs)}`);
        await group.freeze(options.freezeMs);
        // Long enough for what stood still to go on, and to find out how late it is.
        await pause(THAWED_MS);
      }
      await group.kill();
      stop.abort();
      await running;
      say(
        `kill ${kill} of ${kills} after ${seconds(lasted)} of load: ${orders()} orders acknowledged, ${load.unanswered} requests unanswered`,
      );
      group = await ProcessGroup.start(place);
    }
    await turnKnobs(client, () => CLEAN);
    await pause(1_000 + random() * 5_000);
    await group.kill();
    say(`kill ${kills} of ${kills} while it settles`);
    group = await ProcessGroup.start(place);
    const settlingSince = Date.now();
    await settle(options, load, client);
    const settledInMs = Date.now() - settlingSince;
    await group.stop();
    const state = readRawState(stateDir);
    const left = openWork(state);
    say(`settled after ${seconds(settledInMs)}; what is left: ${describeWork(left)}`);
    const findings = [...checkAll(state, journal), settledFinding(state, left, load.unanswered), workFinding(orders())];
    return {
      findings,
      kills,
      acknowledgedOrders: orders(),
      acknowledgements: journal.acknowledged.length,
      answers: journal.answers,
      settledInMs,
    };
  } finally {
    await group.kill();
  }
}

async function settle({ stateDir, settleWithinMs, say }: RunOptions, load: Load, client: FaultsClient): Promise<void> {
  await turnKnobs(client, () => CLEAN);
  let isAsking = true;
  const asking = load.askAgain(ASK_AGAIN_WITHIN_MS).finally(() => {
    isAsking = false;
  });
  await waitUntilSettled(stateDir, { withinMs: settleWithinMs, isBusy: () => isAsking, say });
  await asking;
}

/** Rounds differ: some end with the first alarms after a start, most in the middle of things. */
function loadTime({ loadMs, kills }: RunOptions, random: () => number): number {
  const mean = loadMs / Math.max(1, kills - 1);
  return random() < 0.15 ? random() * 600 : mean * (0.4 + 1.4 * random());
}

function randomKnobs(random: () => number): Partial<typeof CLEAN> & { speed?: number } {
  if (random() < 0.3) return CLEAN;
  return {
    latencyMs: pick(random, [0, 0, 30, 250]),
    errorRate: pick(random, [0, 0, 0.1, 0.3]),
    rate429: pick(random, [0, 0, 0, 0.1]),
    lostReplyRate: pick(random, [0, 0.1, 0.3]),
    // Each costs its caller the whole time limit.
    silentRate: pick(random, [0, 0, 0.05, 0.15]),
    duplicateWebhooks: pick(random, [0, 0.5, 1]),
    reorderWebhooks: pick(random, [0, 0.5, 1]),
    webhookDelayMs: pick(random, [0, 0, 800]),
    webhooksEnabled: random() < 0.85,
  };
}

async function turnKnobs(client: FaultsClient, knobs: () => Partial<typeof CLEAN>): Promise<void> {
  for (const vendor of VENDORS) {
    // A parcel travels for days: some of them get to the door within the run.
    const body = { ...knobs(), ...(vendor === "fedex" ? { speed: 8_000 } : {}) };
    try {
      const answer = await client.ask({ method: "PUT", path: `/simulators/${vendor}/knobs`, body });
      if (answer.status !== 200) throw new Error(`the knobs of ${vendor} were answered with ${answer.status}`);
    } catch (error) {
      // They stay as they were for a round.
      if (!(error instanceof Unanswered)) throw error;
    }
  }
}

function settledFinding(state: RawState, left: OpenWork, unanswered: number): Finding {
  const overdue = overdueEffects(state);
  const violations = overdue.map(
    ({ id, status, attempts }) =>
      `${id} is ${status} after ${attempts.length} attempts: ${attempts.at(-1)?.detail ?? "never tried"}`,
  );
  if (left.unprojected > 0) violations.push(`${left.unprojected} orders are not in the lists`);
  if (left.undelivered > 0) violations.push(`${left.undelivered} webhooks are not delivered`);
  if (unanswered > 0) violations.push(`${unanswered} requests were never answered, however often they were repeated`);
  return { invariant: "8", title: "comes to rest by itself", checked: 1 + left.effects.length, violations };
}

/** A run that did nothing has shown nothing. */
function workFinding(orders: number): Finding {
  return {
    invariant: "-",
    title: "the load was real",
    checked: orders,
    violations: orders > 0 ? [] : ["no order was acknowledged in the whole run"],
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
