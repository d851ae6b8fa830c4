/** The outside providers that a ProviderGate object stands before, one object each. */
export type GatedProvider = "stripe" | "sendgrid" | "twilio" | "fedex" | "paypal";

/** `half_open`: one call is let through to see whether the provider is back. */
export type CircuitState = "closed" | "open" | "half_open";

/** How many calls the provider takes: at most `calls` in any stretch of `windowMs`. */
export interface RateBudget {
  calls: number;
  windowMs: number;
}

/** What became of the calls made under leases since the last report. Counts are of calls; latencies in milliseconds. */
export interface CallReport {
  /** Answered by the provider, whatever the answer, throttling and server errors aside. */
  answered: number;
  /** No answer, or a server error: what opens the circuit. */
  broken: number;
  /** Turned away by the provider for coming too often. */
  throttled: number;
  /** How long the provider asked us to stay away, in milliseconds from now; 0 where it did not. */
  stayAwayMs: number;
  /** Tokens of leases that ended unused; they go back to the budget. */
  unusedTokens: number;
  /** At most the newest 50. */
  latenciesMs: number[];
}

export interface LeaseRequest {
  /** Calls the asker wants to make within a second. */
  want: number;
  /** The provider's limit; null where it has none worth keeping to. */
  budget: RateBudget | null;
  report: CallReport | null;
}

/**
 * Leave to call the provider. `tokens` is how many calls may be made (null: as many as wanted) within `validMs`
 * milliseconds of receipt; 0 means none, and `retryAfterMs` when to ask again.
 */
export interface GateLease {
  circuit: CircuitState;
  tokens: number | null;
  validMs: number;
  retryAfterMs: number;
  /** Epoch milliseconds since when the provider has not been well; absent while it is. */
  downSince?: number;
}

/** What the operations screen shows of a provider. Figures are of this gate's memory, which a restart empties. */
export interface GateStatus {
  provider: string;
  circuit: CircuitState;
  /** Epoch milliseconds since when the circuit stands so. */
  since: number;
  /** Calls of the last five minutes. */
  calls: number;
  broken: number;
  throttled: number;
  /** Of the newest calls; null before the first. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** Null where the provider has no budget, or nobody has asked for a lease yet. */
  budget: { calls: number; windowMs: number; used: number } | null;
}

/** What a ProviderGate object answers. Callers treat any failure of the gate as leave to call. */
export interface ProviderGateRpc {
  /** Leave for up to `want` calls; never grants more than the budget has left. */
  lease(request: LeaseRequest): Promise<GateLease>;
  /** Takes a report outside a lease. */
  report(report: CallReport): Promise<{ circuit: CircuitState }>;
  status(): Promise<GateStatus>;
}
