import { timeout, TimeoutStrategy } from "cockatiel";
import type { CallReport, CircuitState, ProviderGateRpc, RateBudget } from "../contracts/provider-gate-rpc.ts";
import { logError } from "../platform/log.ts";
import { CallHeldBack, parseRetryAfter, type FetchFunction } from "./http.ts";

/** How long a throttled provider is left alone where it does not say. */
const STAY_AWAY_MS = 1000;
/** How long calls go unasked after the gate has failed: it is not worth a wait on every call. */
const FAIL_OPEN_MS = 1000;
/** A provider that is down for longer than this is told to a person: it is more than a hiccup. */
const LONG_DOWN_MS = 10 * 60_000;
const MOST_LATENCIES = 50;

interface Lease {
  circuit: CircuitState;
  /** Null: as many as wanted. */
  tokens: number | null;
  endsAt: number;
  retryAt: number;
}

/** What one isolate knows of one gate. Lives as long as the isolate; losing it costs a lease. */
export class GateMemory {
  lease: Lease | null = null;
  pending: CallReport = emptyReport();
  /** The beginning of the downtime that a person was told of last, and of the one that is being told. */
  toldDownSince = 0;
  tellingDownSince = 0;
}

export interface GateOptions {
  gate: ProviderGateRpc;
  memory: GateMemory;
  /** The provider's limit; null where it has none worth keeping to. */
  budget: RateBudget | null;
  /** Tokens asked for at a time. */
  block?: number;
  now?: () => number;
  /** Keeps a report going after the answer (a request's `waitUntil`); without it reports travel with the next lease. */
  defer?: (task: Promise<unknown>) => void;
  /**
   * Told of a provider that has been down for ten minutes, with since when: by each isolate until it answers that it has
   * told a person (it resolves), and no more after that.
   */
  onDown?: (since: number) => Promise<void>;
  /** Milliseconds the gate may take; 300 where nothing is said. */
  timeLimitMs?: number;
}

/**
 * A fetch that first asks the provider's gate for leave. Throws CallHeldBack where the circuit is open or the budget
 * used up; any failure of the gate itself counts as leave.
 */
export function createGatedFetch(fetch: FetchFunction, options: GateOptions): FetchFunction {
  const { memory } = options;
  const now = options.now ?? Date.now;
  return async (url, init) => {
    await admit(options, now);
    const startedAt = now();
    try {
      const response = await fetch(url, init);
      noteLatency(memory.pending, now() - startedAt);
      if (response.status === 429) {
        memory.pending.throttled += 1;
        const asked = parseRetryAfter(response.headers.get("retry-after"), now()) ?? STAY_AWAY_MS;
        memory.pending.stayAwayMs = Math.max(memory.pending.stayAwayMs, asked);
        reportSoon(options);
      } else if (response.status >= 500) {
        memory.pending.broken += 1;
        reportSoon(options);
      } else {
        memory.pending.answered += 1;
        if (memory.lease !== null && memory.lease.circuit !== "closed") reportSoon(options);
      }
      return response;
    } catch (error) {
      memory.pending.broken += 1;
      reportSoon(options);
      throw error;
    }
  };
}

async function admit(options: GateOptions, now: () => number): Promise<void> {
  if (takeToken(options.memory, now())) return;
  await renew(options, now);
  // Others may have taken what the lease brought while this call waited for it.
  if (takeToken(options.memory, now())) return;
  const lease = options.memory.lease;
  const retryAfterMs = Math.max((lease?.retryAt ?? 0) - now(), 50);
  throw new CallHeldBack(
    lease !== null && lease.circuit !== "closed" ? "provider_unavailable" : "rate_limited",
    retryAfterMs,
  );
}

/** Whether the lease at hand covers one more call; throws at once where it says that asking again is no use yet. */
function takeToken(memory: GateMemory, at: number): boolean {
  const { lease } = memory;
  if (lease === null || at >= lease.endsAt) return false;
  if (lease.tokens === null) return true;
  if (lease.tokens > 0) {
    lease.tokens -= 1;
    return true;
  }
  return false;
}

async function renew(options: GateOptions, now: () => number): Promise<void> {
  const { memory } = options;
  const ended = memory.lease;
  // A refusal holds until its time is up; asking the gate again on every call would only load it.
  if (ended !== null && ended.tokens === 0 && now() < ended.retryAt && now() < ended.endsAt) return;
  if (ended?.tokens && now() >= ended.endsAt) memory.pending.unusedTokens += ended.tokens;
  if (now() >= (ended?.endsAt ?? 0)) memory.lease = null;
  const report = takePending(memory);
  try {
    const granted = await timeout(options.timeLimitMs ?? 300, TimeoutStrategy.Aggressive).execute(() =>
      options.gate.lease({ want: options.block ?? 20, budget: options.budget, report }),
    );
    const at = now();
    const left = memory.lease !== null && memory.lease.endsAt > at ? memory.lease.tokens : 0;
    memory.lease = {
      circuit: granted.circuit,
      tokens: granted.tokens === null || left === null ? null : granted.tokens + left,
      endsAt: at + granted.validMs,
      retryAt: at + granted.retryAfterMs,
    };
    tellDown(options, granted.downSince, at);
  } catch {
    memory.lease = { circuit: "closed", tokens: null, endsAt: now() + FAIL_OPEN_MS, retryAt: 0 };
  }
}

function tellDown({ memory, onDown, defer }: GateOptions, since: number | undefined, at: number): void {
  if (since === undefined || at - since < LONG_DOWN_MS || memory.toldDownSince === since) return;
  if (onDown === undefined || memory.tellingDownSince === since) return;
  memory.tellingDownSince = since;
  const told = onDown(since).then(
    () => void (memory.toldDownSince = since),
    // Not told: the next lease says so again.
    (error: unknown) => logError("provider_down_not_told", error, { since }),
  );
  const finished = told.finally(() => void (memory.tellingDownSince = 0));
  if (defer === undefined) void finished;
  else defer(finished);
}

function reportSoon({ memory, gate, defer }: GateOptions): void {
  if (defer === undefined) return;
  const report = takePending(memory);
  if (report === null) return;
  defer(
    gate.report(report).then(
      ({ circuit }) => {
        if (memory.lease !== null && memory.lease.circuit !== circuit) memory.lease = null;
      },
      () => undefined,
    ),
  );
}

function takePending(memory: GateMemory): CallReport | null {
  const report = memory.pending;
  if (report.answered + report.broken + report.throttled + report.unusedTokens === 0) return null;
  memory.pending = emptyReport();
  return report;
}

function noteLatency(report: CallReport, milliseconds: number): void {
  report.latenciesMs.push(milliseconds);
  if (report.latenciesMs.length > MOST_LATENCIES) report.latenciesMs.shift();
}

function emptyReport(): CallReport {
  return { answered: 0, broken: 0, throttled: 0, stayAwayMs: 0, unusedTokens: 0, latenciesMs: [] };
}
