import type { EffectKind, EffectOutcome } from "./effects.ts";

/** How one kind of effect is tried. Times in milliseconds. */
export interface RetryPolicy {
  /** Attempts with a definite or unknown failure before a person is asked. */
  budget: number;
  /** First wait; doubles with each attempt. */
  baseMs: number;
  capMs: number;
  /** Time limit of one attempt, below the lease. */
  timeoutMs: number;
  /** How many of this kind one consumer runs at a time. */
  concurrency: number;
  /** What was done shows at the provider only after this long: a look-up before it proves nothing. */
  showsAfterMs?: number;
}

const MINUTE = 60_000;

/** The policy of each kind. A slow mail provider must not slow payments: each kind has caps of its own. */
export const RETRY_POLICIES: Readonly<Record<EffectKind, RetryPolicy>> = {
  AuthorizePayment: { budget: 12, baseMs: 1_000, capMs: 4 * MINUTE, timeoutMs: 20_000, concurrency: 6 },
  AwaitPayment: { budget: 40, baseMs: 5_000, capMs: MINUTE, timeoutMs: 15_000, concurrency: 4 },
  CapturePayment: { budget: 14, baseMs: 2_000, capMs: 60 * MINUTE, timeoutMs: 20_000, concurrency: 6 },
  VoidPayment: { budget: 14, baseMs: 2_000, capMs: 60 * MINUTE, timeoutMs: 20_000, concurrency: 4 },
  RefundPayment: { budget: 14, baseMs: 2_000, capMs: 60 * MINUTE, timeoutMs: 20_000, concurrency: 4 },
  AllocateStock: { budget: 14, baseMs: 500, capMs: 2 * MINUTE, timeoutMs: 10_000, concurrency: 6 },
  ReSource: { budget: 10, baseMs: 1_000, capMs: 2 * MINUTE, timeoutMs: 15_000, concurrency: 4 },
  PromoteBackorder: { budget: 20, baseMs: MINUTE, capMs: 30 * MINUTE, timeoutMs: 15_000, concurrency: 4 },
  ReleaseStock: { budget: 20, baseMs: 1_000, capMs: 10 * MINUTE, timeoutMs: 10_000, concurrency: 6 },
  ShipStock: { budget: 20, baseMs: 1_000, capMs: 10 * MINUTE, timeoutMs: 10_000, concurrency: 6 },
  WriteOffShort: { budget: 20, baseMs: 1_000, capMs: 10 * MINUTE, timeoutMs: 10_000, concurrency: 4 },
  RequestFulfillment: { budget: 14, baseMs: 1_000, capMs: 15 * MINUTE, timeoutMs: 15_000, concurrency: 6 },
  CancelFulfillment: { budget: 10, baseMs: 1_000, capMs: 5 * MINUTE, timeoutMs: 15_000, concurrency: 4 },
  CreateLabel: {
    budget: 10,
    baseMs: 2_000,
    capMs: 15 * MINUTE,
    timeoutMs: 20_000,
    concurrency: 4,
    showsAfterMs: 30_000,
  },
  CreateReturnLabel: {
    budget: 10,
    baseMs: 2_000,
    capMs: 15 * MINUTE,
    timeoutMs: 20_000,
    concurrency: 4,
    showsAfterMs: 30_000,
  },
  // A later attempt begins when one that was cut off can't place the order any more.
  PlaceExchange: {
    budget: 14,
    baseMs: 2_000,
    capMs: 30 * MINUTE,
    timeoutMs: 15_000,
    concurrency: 4,
    showsAfterMs: 45_000,
  },
  RestockReturn: { budget: 20, baseMs: 1_000, capMs: 10 * MINUTE, timeoutMs: 10_000, concurrency: 4 },
  VoidLabel: { budget: 14, baseMs: 2_000, capMs: 60 * MINUTE, timeoutMs: 20_000, concurrency: 4 },
  TrackParcel: { budget: 60, baseMs: 5 * MINUTE, capMs: 6 * 60 * MINUTE, timeoutMs: 15_000, concurrency: 4 },
  Notify: { budget: 10, baseMs: 5_000, capMs: 60 * MINUTE, timeoutMs: 15_000, concurrency: 6, showsAfterMs: MINUTE },
  OpenDeviation: {
    budget: Number.POSITIVE_INFINITY,
    baseMs: 1_000,
    capMs: 5 * MINUTE,
    timeoutMs: 10_000,
    concurrency: 4,
  },
};

/** A lease lasts this long for the first attempt and doubles with each. */
export const LEASE_MS = 60_000;
/** A lost message must not cost a payment its window of 20 minutes. */
const LEASE_CAP_MS = 4 * MINUTE;
/** After this long a provider may have forgotten an idempotency key: then only look-up. */
export const KEY_LIFE_MS = 20 * 3_600_000;

const REFUSED_MS = 1_000;
const REFUSED_CAP_MS = 60_000;

/** How long attempt n (1, 2, …) is leased for. */
export function leaseMs(attempt: number): number {
  return Math.min(LEASE_CAP_MS, LEASE_MS * 2 ** Math.min(20, attempt - 1));
}

/**
 * Exponential backoff with full jitter above half: between half and the whole of base × 2^(failures − 1), capped.
 * `jitter` is a random number from 0 to 1. A provider's own word (`retryAfterMs`) is a lower bound.
 */
export function backoffMs(kind: EffectKind, failures: number, jitter: number, retryAfterMs = 0): number {
  const { baseMs, capMs } = RETRY_POLICIES[kind];
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.max(retryAfterMs, ceiling / 2 + (ceiling / 2) * jitter);
}

/**
 * When a message that its queue refused is sent again: between half and the whole of 1 s × 2^(times − 1), at most a
 * minute. `times`: how often it was refused so far; `jitter`: a random number from 0 to 1.
 */
export function resendMs(times: number, jitter: number): number {
  const ceiling = Math.min(REFUSED_CAP_MS, REFUSED_MS * 2 ** Math.min(20, Math.max(0, times - 1)));
  return Math.ceil(ceiling / 2 + (ceiling / 2) * jitter);
}

/** Whether the provider has judged the request itself: it was not done, and under this key never will be. */
export function isDefinite(outcome: Extract<EffectOutcome, { status: "failed" | "unknown" }>): boolean {
  return outcome.status === "failed" && outcome.retryAfterMs === undefined;
}

/** What follows a failed attempt: another one after a while, or the end of trying. */
export type Verdict =
  | { next: "retry"; inMs: number; newGeneration: boolean }
  | { next: "exhausted"; code: string; message: string; unknown: boolean };

/**
 * Judges a failure. `failures` counts this one. A definite failure starts a new generation (the provider has a
 * new key to refuse or accept). An unknown one keeps the generation, because it may have been done; and so does one
 * that was turned away unread (`retryAfterMs`), because it says nothing about an attempt before it.
 */
export function judgeFailure(
  kind: EffectKind,
  failures: number,
  outcome: Extract<EffectOutcome, { status: "failed" | "unknown" }>,
  jitter: number,
): Verdict {
  const unknown = outcome.status === "unknown";
  const code = unknown ? "outcome_unknown" : outcome.code;
  const { budget } = RETRY_POLICIES[kind];
  // What has no budget has no end either, whatever it is told.
  const final = !unknown && !outcome.retryable && Number.isFinite(budget);
  if (final || failures >= budget) return { next: "exhausted", code, message: outcome.message, unknown };
  const atLeast = unknown ? RETRY_POLICIES[kind].showsAfterMs : outcome.retryAfterMs;
  return { next: "retry", inMs: backoffMs(kind, failures, jitter, atLeast), newGeneration: isDefinite(outcome) };
}
