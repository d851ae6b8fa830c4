import { createDurable } from "itty-durable";
import type {
  CallReport,
  CircuitState,
  GateLease,
  GateStatus,
  LeaseRequest,
  ProviderGateRpc,
} from "../../src/contracts/provider-gate-rpc.ts";
import { CircuitBook } from "./circuit-book.ts";
import { RateBook } from "./rate-book.ts";
import { StatsBook } from "./stats-book.ts";

/** A lease is short, so that a circuit that opens is known everywhere within a second. */
const LEASE_MS = 1000;

/**
 * Circuit, rate budget and figures of one outside provider, in memory only: losing them costs nothing, because a gate
 * that has forgotten lets calls through and learns again. Called through `connectProviderGate`.
 */
export class ProviderGate extends createDurable() implements ProviderGateRpc {
  readonly #circuit = new CircuitBook();
  readonly #rate = new RateBook();
  readonly #stats = new StatsBook();

  /** Leave for up to `want` calls within a second; none while the circuit is open or the budget is used up. */
  async lease(request: LeaseRequest): Promise<GateLease> {
    const now = Date.now();
    if (request.report !== null) await this.#take(request.report, now);
    const passage = this.#circuit.passage(now);
    if (passage.state === "open") {
      return {
        circuit: "open",
        tokens: 0,
        validMs: Math.min(LEASE_MS, passage.retryAfterMs),
        retryAfterMs: passage.retryAfterMs,
        ...this.#circuit.down(),
      };
    }
    const want = passage.state === "half_open" ? 1 : Math.max(1, Math.floor(request.want));
    const grant = this.#rate.grant(want, request.budget, now);
    if (passage.state === "half_open" && grant.tokens !== 0) this.#circuit.probing(now);
    const tokens = passage.state === "half_open" && grant.tokens === null ? 1 : grant.tokens;
    const { retryAfterMs } = grant;
    return { circuit: passage.state, tokens, validMs: LEASE_MS, retryAfterMs, ...this.#circuit.down() };
  }

  /** Takes a report outside a lease. */
  async report(report: CallReport): Promise<{ circuit: CircuitState }> {
    const now = Date.now();
    await this.#take(report, now);
    return { circuit: this.#circuit.passage(now).state };
  }

  /** Figures for the operations screen. */
  status(): Promise<GateStatus> {
    const now = Date.now();
    const { state, since } = this.#circuit.standing(now);
    const provider = String(this.id);
    return Promise.resolve({
      provider,
      circuit: state,
      since,
      ...this.#stats.figures(now),
      budget: this.#rate.standing(now),
    });
  }

  async #take(report: CallReport, now: number): Promise<void> {
    this.#stats.add(report, now);
    this.#rate.giveBack(report.unusedTokens);
    if (report.throttled > 0) this.#rate.stayAway(report.stayAwayMs, now);
    await this.#circuit.add(report, now);
  }
}
