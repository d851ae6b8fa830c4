import { circuitBreaker, CircuitState as BreakerState, CountBreaker, DelegateBackoff, handleAll } from "cockatiel";
import type { CallReport, CircuitState } from "../../src/contracts/provider-gate-rpc.ts";

/** More than half of the last 20 calls broken, and at least 6 made: the provider is down. */
const WINDOW = { size: 20, threshold: 0.5, minimumNumberOfCalls: 6 };
const FIRST_BREAK_MS = 2000;
const LONGEST_BREAK_MS = 30_000;
/** A probe that nobody reports on within this time is taken for lost, and another is let through. */
const PROBE_MS = 12_000;
/** A report counts no more calls than fill the window twice. */
const MOST_COUNTED = 40;

/** The circuit breaker, fed with reports in place of the calls themselves, which happen elsewhere. */
export class CircuitBook {
  #since = 0;
  /** Since when the circuit has not been closed, whatever probes there were; null while it is. */
  #downSince: number | null = null;
  #reopensAt = 0;
  #breakMs = FIRST_BREAK_MS;
  #probeEndsAt = 0;
  readonly #breaker = circuitBreaker(handleAll, {
    breaker: new CountBreaker(WINDOW),
    halfOpenAfter: new DelegateBackoff(({ attempt }: { attempt: number }) => this.#nextBreak(attempt)),
  });

  constructor() {
    this.#breaker.onStateChange((state) => {
      this.#since = Date.now();
      this.#downSince = state === BreakerState.Closed ? null : (this.#downSince ?? this.#since);
      if (state === BreakerState.Open) this.#reopensAt = Date.now() + this.#breakMs;
      if (state !== BreakerState.HalfOpen) this.#probeEndsAt = 0;
    });
  }

  /** Feeds the breaker with what the calls came to; throttled calls say nothing about the provider's health. */
  async add(report: CallReport, now: number): Promise<void> {
    const broken = Math.min(report.broken, MOST_COUNTED);
    const answered = Math.min(report.answered, MOST_COUNTED);
    // While the circuit is open, only what a probe has found out may close it.
    if (this.#breaker.state === BreakerState.Open && (now < this.#reopensAt || this.#probeEndsAt === 0)) return;
    for (let call = 0; call < answered; call += 1) await this.#breaker.execute(() => undefined).catch(() => undefined);
    for (let call = 0; call < broken; call += 1) await this.#breaker.execute(fail).catch(() => undefined);
  }

  /** Whether calls may pass now. */
  passage(now: number): { state: CircuitState; retryAfterMs: number } {
    if (this.#breaker.state === BreakerState.Closed) return { state: "closed", retryAfterMs: 0 };
    const waitMs = Math.max(this.#reopensAt, this.#probeEndsAt) - now;
    return waitMs > 0 ? { state: "open", retryAfterMs: waitMs } : { state: "half_open", retryAfterMs: 0 };
  }

  /** Since when the provider is down, where it is. */
  down(): { downSince?: number } {
    return this.#downSince === null ? {} : { downSince: this.#downSince };
  }

  /** One call is on its way to see whether the provider is back. */
  probing(now: number): void {
    this.#probeEndsAt = now + PROBE_MS;
  }

  /** The state, and since when. */
  standing(now: number): { state: CircuitState; since: number } {
    return { state: this.passage(now).state, since: this.#since };
  }

  #nextBreak(attempt: number): number {
    this.#breakMs = Math.min(FIRST_BREAK_MS * 2 ** (attempt - 1), LONGEST_BREAK_MS);
    return this.#breakMs;
  }
}

function fail(): never {
  throw new Error("the call got no answer");
}
