import type { ServiceProblem } from "../contracts/problem.ts";
import type { Principal } from "../contracts/principal.ts";
import type { Env } from "../platform/env.ts";
import { networkOf } from "../platform/network-of.ts";
import { RateGuard } from "../platform/rate-guard.ts";

const MINUTE_MS = 60_000;
/** Requests a minute from one network that prove nobody: wrong keys, tokens, passwords and tickets. */
const MOST_UNPROVEN = 300;
/** Requests a minute of one person or customer, whatever they do: twenty a second is more than any screen makes. */
const MOST_OF_ONE = 1_200;

/** What callers have done lately in this isolate; by environment object, as everything that an isolate keeps. */
interface Guards {
  unproven: RateGuard;
  people: RateGuard;
}
const guards = new WeakMap<Env, Guards>();

function guardsOf(env: Env): Guards {
  let found = guards.get(env);
  if (found === undefined) {
    found = {
      unproven: new RateGuard({ most: MOST_UNPROVEN, windowMs: MINUTE_MS, mostKeys: 20_000 }),
      people: new RateGuard({ most: MOST_OF_ONE, windowMs: MINUTE_MS, mostKeys: 20_000 }),
    };
    guards.set(env, found);
  }
  return found;
}

const TOO_MANY: ServiceProblem = { code: "rate_limited", detail: "Too many requests at once. Wait a minute." };

function networkAt({ headers }: Request): string {
  return networkOf(headers.get("cf-connecting-ip"));
}

/** The refusal for a network that has proven nobody too often, before its next credential is looked at; null for others. */
export function refuseNetwork(env: Env, request: Request, now: number): ServiceProblem | null {
  return guardsOf(env).unproven.isSpent(networkAt(request), now) ? TOO_MANY : null;
}

/** Counts a request that proved nobody. */
export function countUnproven(env: Env, request: Request, now: number): void {
  guardsOf(env).unproven.count(networkAt(request), now);
}

/**
 * The refusal for a caller who asks too much at once; null for others. People and customers are counted here. Shops,
 * bridges and other systems are counted by the platform's guard, where it is bound.
 */
export async function refusePrincipal(
  env: Env,
  { id, kind, role }: Principal,
  now: number,
): Promise<ServiceProblem | null> {
  if ((kind === "user" || role === "customer") && !guardsOf(env).people.count(id, now)) return TOO_MANY;
  if (env.RATE_LIMITER === undefined) return null;
  return (await env.RATE_LIMITER.limit({ key: id })).success ? null : TOO_MANY;
}
