import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { providerGateStub } from "../../src/services/provider-gate-stub.ts";
import { RateBook } from "../../durable-objects/provider-gate/rate-book.ts";
import type { CallReport, GatedProvider, ProviderGateRpc } from "../../src/contracts/provider-gate-rpc.ts";

const BUDGET = { calls: 100, windowMs: 60_000 };
const START = Date.parse("2026-11-20T12:00:00Z");

function reportOf(change: Partial<CallReport>): CallReport {
  return { answered: 0, broken: 0, throttled: 0, stayAwayMs: 0, unusedTokens: 0, latenciesMs: [], ...change };
}

let gates = 0;
/** Each test has a gate of its own: an object's memory outlives a test. */
function newGate(): { gate: ProviderGateRpc; name: string } {
  gates += 1;
  const name = `provider-${gates}`;
  return { gate: providerGateStub(env.PROVIDER_GATE, name as GatedProvider), name };
}

const lease = (gate: ProviderGateRpc, want = 10, report: CallReport | null = null) =>
  gate.lease({ want, budget: null, report });

describe("a ProviderGate object", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("lets everything through to a provider that it knows nothing of", async () => {
    const { gate, name } = newGate();
    expect(await lease(gate)).toEqual({ circuit: "closed", tokens: null, validMs: 1000, retryAfterMs: 0 });
    expect(await gate.status()).toMatchObject({
      provider: name,
      circuit: "closed",
      calls: 0,
      broken: 0,
      p50Ms: null,
      budget: null,
    });
  });

  it("opens the circuit once more than half of the last calls are broken", async () => {
    const { gate } = newGate();
    expect(await gate.report(reportOf({ answered: 3, broken: 2 }))).toEqual({ circuit: "closed" });
    expect(await gate.report(reportOf({ broken: 2 }))).toEqual({ circuit: "open" });
    const held = await lease(gate);
    expect(held).toMatchObject({ circuit: "open", tokens: 0 });
    expect(held.retryAfterMs).toBe(2000);
  });

  it("stays closed through a few broken calls among many", async () => {
    const { gate } = newGate();
    expect(await gate.report(reportOf({ answered: 16, broken: 4 }))).toEqual({ circuit: "closed" });
  });

  it("lets one call through after the break, and closes when it is answered", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ broken: 6 }));
    vi.setSystemTime(START + 2001);
    expect(await lease(gate)).toMatchObject({ circuit: "half_open", tokens: 1 });
    expect(await lease(gate)).toMatchObject({ circuit: "open", tokens: 0 });
    expect(await lease(gate, 10, reportOf({ answered: 1 }))).toMatchObject({ circuit: "closed", tokens: null });
  });

  it("opens again, for longer, when the one call is broken too", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ broken: 6 }));
    vi.setSystemTime(START + 2001);
    await lease(gate);
    expect(await gate.report(reportOf({ broken: 1 }))).toEqual({ circuit: "open" });
    expect((await lease(gate)).retryAfterMs).toBe(4000);
  });

  it("says since when the provider is down, over every probe that is broken, until it is back", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ broken: 6 }));
    expect(await lease(gate)).toMatchObject({ circuit: "open", downSince: START });
    vi.setSystemTime(START + 2001);
    expect(await lease(gate)).toMatchObject({ circuit: "half_open", downSince: START });
    await gate.report(reportOf({ broken: 1 }));
    expect(await lease(gate)).toMatchObject({ circuit: "open", downSince: START });
    vi.setSystemTime(START + 10_000);
    await lease(gate);
    expect(await lease(gate, 10, reportOf({ answered: 1 }))).toEqual({
      circuit: "closed",
      tokens: null,
      validMs: 1000,
      retryAfterMs: 0,
    });
  });

  it("takes a probe that nobody reports on for lost", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ broken: 6 }));
    vi.setSystemTime(START + 2001);
    await lease(gate);
    vi.setSystemTime(START + 2001 + 12_001);
    expect(await lease(gate)).toMatchObject({ circuit: "half_open", tokens: 1 });
  });

  it("does not take late answers of the time before for a sign of health", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ broken: 6 }));
    expect(await gate.report(reportOf({ answered: 3 }))).toEqual({ circuit: "open" });
  });

  it("grants no more than the budget in any window, and takes back what was not used", async () => {
    const { gate } = newGate();
    const ask = (want: number, report: CallReport | null = null) => gate.lease({ want, budget: BUDGET, report });
    expect((await ask(60)).tokens).toBe(60);
    expect((await ask(60)).tokens).toBe(40);
    const refused = await ask(1);
    expect(refused).toMatchObject({ circuit: "closed", tokens: 0 });
    expect(refused.retryAfterMs).toBeGreaterThanOrEqual(60_000);
    expect((await ask(10, reportOf({ unusedTokens: 5 }))).tokens).toBe(5);
    expect((await gate.status()).budget).toEqual({ ...BUDGET, used: 100 });
    vi.setSystemTime(START + refused.retryAfterMs);
    expect((await ask(100)).tokens).toBe(100);
  });

  it("leaves a provider alone for as long as it asked", async () => {
    const { gate } = newGate();
    expect(await lease(gate, 5, reportOf({ throttled: 1, stayAwayMs: 9000 }))).toMatchObject({
      circuit: "closed",
      tokens: 0,
      retryAfterMs: 9000,
    });
    vi.setSystemTime(START + 9000);
    expect(await lease(gate)).toMatchObject({ tokens: null });
  });

  it("counts what happened in the last five minutes and forgets what is older", async () => {
    const { gate } = newGate();
    await gate.report(reportOf({ answered: 3, broken: 1, throttled: 1, latenciesMs: [10, 20, 30, 400] }));
    expect(await gate.status()).toMatchObject({ calls: 5, broken: 1, throttled: 1, p50Ms: 30, p95Ms: 400 });
    vi.setSystemTime(START + 301_000);
    expect(await gate.status()).toMatchObject({ calls: 0, broken: 0, throttled: 0, p50Ms: 30 });
  });
});

describe("the budget's log", () => {
  it("never lets more than the budget through in any window, whatever is asked and given back", () => {
    const book = new RateBook();
    const spent: { at: number; tokens: number }[] = [];
    let now = START;
    for (let step = 0; step < 3000; step += 1) {
      now += (step * 7919) % 900;
      const { tokens } = book.grant(1 + ((step * 31) % 12), BUDGET, now);
      const granted = tokens ?? 0;
      const unused = step % 3 === 0 ? Math.floor(granted / 2) : 0;
      book.giveBack(unused);
      spent.push({ at: now, tokens: granted - unused });
      const inWindow = spent.filter(({ at }) => at > now - BUDGET.windowMs).reduce((sum, one) => sum + one.tokens, 0);
      expect(inWindow).toBeLessThanOrEqual(BUDGET.calls);
    }
    expect(spent.reduce((sum, { tokens }) => sum + tokens, 0)).toBeGreaterThan(1000);
  });
});
