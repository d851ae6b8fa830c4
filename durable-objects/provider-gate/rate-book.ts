import type { RateBudget } from "../../src/contracts/provider-gate-rpc.ts";

/** A lease may be used up to this long after it was granted, and the provider counts the call then. */
const LEASE_SLACK_MS = 1500;

/** Grants of the last window: a sliding log, because a bucket that refills lets twice its size through in one window. */
export class RateBook {
  #grants: { at: number; tokens: number }[] = [];
  #budget: RateBudget | null = null;
  #stayAwayUntil = 0;

  /** Up to `want` tokens of the budget; null where there is none to keep to. 0 comes with when to ask again. */
  grant(want: number, budget: RateBudget | null, now: number): { tokens: number | null; retryAfterMs: number } {
    this.#budget = budget;
    if (now < this.#stayAwayUntil) return { tokens: 0, retryAfterMs: this.#stayAwayUntil - now };
    if (budget === null) return { tokens: null, retryAfterMs: 0 };
    this.#forget(budget, now);
    const tokens = Math.min(want, budget.calls - this.#used());
    if (tokens > 0) {
      this.#grants.push({ at: now, tokens });
      return { tokens, retryAfterMs: 0 };
    }
    const oldest = this.#grants[0]?.at ?? now;
    return { tokens: 0, retryAfterMs: Math.max(oldest + budget.windowMs + LEASE_SLACK_MS - now, 1) };
  }

  /** Returns tokens of a lease that ended unused. */
  giveBack(tokens: number): void {
    let left = tokens;
    for (const grant of this.#grants.toReversed()) {
      const returned = Math.min(left, grant.tokens);
      grant.tokens -= returned;
      left -= returned;
    }
  }

  /** The provider has asked to be left alone for so long. */
  stayAway(milliseconds: number, now: number): void {
    this.#stayAwayUntil = Math.max(this.#stayAwayUntil, now + milliseconds);
  }

  /** The budget and how much of it the window has used; null without one. */
  standing(now: number): { calls: number; windowMs: number; used: number } | null {
    if (this.#budget === null) return null;
    this.#forget(this.#budget, now);
    return { ...this.#budget, used: this.#used() };
  }

  #used(): number {
    return this.#grants.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  #forget(budget: RateBudget, now: number): void {
    this.#grants = this.#grants.filter(({ at, tokens }) => tokens > 0 && at + budget.windowMs + LEASE_SLACK_MS > now);
  }
}
