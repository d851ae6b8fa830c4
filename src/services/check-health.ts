import type { HealthAnswer } from "../contracts/operations.ts";
import { allOrderDatabases } from "../db/orders/databases.ts";
import { ledgerNames, databaseNames } from "../db/shard-map.ts";
import { ORDER_ID_BYTES, orderIdFromBytes } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { ledgerByName } from "./stubs.ts";

const TIME_LIMIT_MS = 3_000;
/** Anyone may ask, so asking often must cost nothing. */
const KEPT_MS = 1_000;

let kept: { env: Env; at: number; answer: HealthAnswer } | null = null;

/** The order whose every bit is 0: there is none, and looking it up proves that a ledger answers. */
const NO_ORDER = orderIdFromBytes(new Uint8Array(ORDER_ID_BYTES));

/** Whether every part answers. `down`: orders can't be taken; `degraded`: they can, but something else is away. */
export async function checkHealth(env: Env, now: number): Promise<HealthAnswer> {
  if (kept !== null && kept.env === env && now - kept.at < KEPT_MS) return kept.answer;
  const databases = allOrderDatabases(env);
  const simulators = env.SIMULATORS;
  const checks = await Promise.all([
    check("ops", () => env.OPS.prepare("SELECT 1").first()),
    ...databaseNames(env.SHARD_MAP).map((name, index) =>
      check(name.toLowerCase(), async () => databases[index]?.prepare("SELECT 1 FROM orders LIMIT 1").first()),
    ),
    ...ledgerNames(env.SHARD_MAP).map((name) => check(name, () => ledgerByName(env, name).get(NO_ORDER))),
    ...(simulators === undefined ? [] : [check("simulators", () => expectOk(simulators, env.PUBLIC_URL))]),
  ]);
  const away = checks.filter(({ status }) => status === "down");
  const ledgersAway = away.filter(({ name }) => ledgerNames(env.SHARD_MAP).includes(name)).length;
  const status = away.length === 0 ? "ok" : ledgersAway > 0 ? "down" : "degraded";
  const answer: HealthAnswer = { status, environment: env.ENVIRONMENT, checks };
  kept = { env, at: now, answer };
  return answer;
}

async function expectOk(simulators: Fetcher, publicUrl: string): Promise<void> {
  const answer = await simulators.fetch(new URL("/simulators/", publicUrl));
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`simulators answer ${answer.status}`);
}

async function check(name: string, ask: () => Promise<unknown>): Promise<HealthAnswer["checks"][number]> {
  const startedAt = Date.now();
  const late = scheduler.wait(TIME_LIMIT_MS).then(() => "down" as const);
  // Begun inside the chain, so that what throws at once counts as down too.
  const asked = Promise.resolve()
    .then(ask)
    .then(
      () => "ok" as const,
      () => "down" as const,
    );
  const status = await Promise.race([asked, late]);
  return { name, status, ms: Date.now() - startedAt };
}
