import { describe, expect, it } from "vitest";
import type {
  CallReport,
  GateLease,
  GateStatus,
  LeaseRequest,
  ProviderGateRpc,
} from "../../src/contracts/provider-gate-rpc.ts";
import { createGatedFetch, GateMemory } from "../../src/providers/gate.ts";
import { CallHeldBack } from "../../src/providers/http.ts";
import { broken, fakeFetch, text, type Reply } from "./fake-fetch.ts";

const OPEN_HANDED: GateLease = { circuit: "closed", tokens: 3, validMs: 1000, retryAfterMs: 0 };
const BUDGET = { calls: 100, windowMs: 60_000 };

/** A gate that answers leases from a list, the last one for ever, and keeps what it was told. */
function fakeGate(...leases: (GateLease | Error | "silent")[]) {
  const asked: LeaseRequest[] = [];
  const reports: CallReport[] = [];
  const gate: ProviderGateRpc = {
    lease(request) {
      const lease = leases[Math.min(asked.length, leases.length - 1)];
      asked.push(request);
      if (lease === "silent") return new Promise<GateLease>(() => undefined);
      return lease === undefined || lease instanceof Error
        ? Promise.reject(lease ?? new Error("no lease"))
        : Promise.resolve(lease);
    },
    report(report) {
      reports.push(report);
      return Promise.resolve({ circuit: "closed" });
    },
    status: () => Promise.reject<GateStatus>(new Error("not asked for here")),
  };
  return { gate, asked, reports };
}

function world(leases: Parameters<typeof fakeGate>, replies: Reply[], defers = false, untold = 0) {
  const { fetch, sent } = fakeFetch(...replies);
  const { gate, asked, reports } = fakeGate(...leases);
  const clock = { now: 1_000_000 };
  const memory = new GateMemory();
  const deferred: Promise<unknown>[] = [];
  const down: number[] = [];
  const defer = defers ? { defer: (task: Promise<unknown>) => void deferred.push(task) } : {};
  const gated = createGatedFetch(fetch, {
    gate,
    memory,
    budget: BUDGET,
    block: 3,
    now: () => clock.now,
    timeLimitMs: 30,
    onDown: (since) => {
      down.push(since);
      return down.length <= untold ? Promise.reject(new Error("not written down")) : Promise.resolve();
    },
    ...defer,
  });
  const call = () => gated("https://provider.example/", { method: "POST" });
  return { call, sent, asked, reports, clock, deferred, down };
}

const ok = (count: number): Reply[] => Array.from({ length: count }, () => text(200, "ok"));

describe("a gated fetch", () => {
  it("asks the gate once for a block of calls", async () => {
    const { call, asked, sent } = world([OPEN_HANDED], ok(4));
    for (let calls = 0; calls < 3; calls += 1) await call();
    expect(asked).toEqual([{ want: 3, budget: BUDGET, report: null }]);
    await call();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.report).toMatchObject({ answered: 3, broken: 0 });
    expect(sent).toHaveLength(4);
  });

  it("tells once that the provider has been down for ten minutes, and again the next time", async () => {
    const half = (downSince: number): GateLease => ({ ...OPEN_HANDED, circuit: "half_open", tokens: 1, downSince });
    const [first, second] = [1_000_000, 9_000_000];
    const { call, clock, down } = world([half(first), half(first), half(first), OPEN_HANDED, half(second)], ok(5));
    const at = async (now: number) => {
      clock.now = now;
      await call();
      return [...down];
    };
    expect(await at(first + 599_999)).toEqual([]);
    expect(await at(first + 601_000)).toEqual([first]);
    expect(await at(first + 700_000)).toEqual([first]);
    expect(await at(second - 10_000)).toEqual([first]);
    expect(await at(second + 600_000)).toEqual([first, second]);
  });

  it("tells again of a provider that is down where nobody could be told, and once somebody was no more", async () => {
    const since = 1_000_000;
    const half: GateLease = { ...OPEN_HANDED, circuit: "half_open", tokens: 1, downSince: since };
    const { call, clock, down } = world([half, half, half, half], ok(4), false, 2);
    for (const minutes of [11, 12, 13, 14]) {
      clock.now = since + minutes * 60_000;
      await call();
    }
    expect(down).toEqual([since, since, since]);
  });

  it("gives back what a lease left unused when its second is over", async () => {
    const { call, asked, clock } = world([OPEN_HANDED], ok(2));
    await call();
    clock.now += 1001;
    await call();
    expect(asked[1]?.report).toMatchObject({ answered: 1, unusedTokens: 2 });
  });

  it("holds calls back while the circuit is open, without asking again before it is time", async () => {
    const { call, asked, sent, clock } = world(
      [{ circuit: "open", tokens: 0, validMs: 1000, retryAfterMs: 1800 }, OPEN_HANDED],
      ok(1),
    );
    await expect(call()).rejects.toMatchObject({ code: "provider_unavailable", retryAfterMs: 1800 });
    await expect(call()).rejects.toBeInstanceOf(CallHeldBack);
    expect(asked).toHaveLength(1);
    expect(sent).toHaveLength(0);
    clock.now += 1001;
    expect((await call()).status).toBe(200);
  });

  it("holds calls back when the budget is used up", async () => {
    const { call, sent } = world([{ circuit: "closed", tokens: 0, validMs: 1000, retryAfterMs: 40_000 }], []);
    await expect(call()).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 40_000 });
    expect(sent).toHaveLength(0);
  });

  it.each([
    ["fails", new Error("object reset")],
    ["does not answer in time", "silent" as const],
  ])("lets calls through when the gate %s, and leaves it alone for a second", async (_what, lease) => {
    const { call, asked, clock } = world([lease], ok(3));
    await call();
    await call();
    expect(asked).toHaveLength(1);
    clock.now += 1001;
    await call();
    expect(asked).toHaveLength(2);
  });

  it("reports server errors, broken connections and throttling for what they are", async () => {
    const lease: GateLease = { ...OPEN_HANDED, tokens: 1 };
    const { call, asked } = world(
      [lease],
      [text(500, ""), broken, text(429, "", { "retry-after": "9" }), text(404, ""), text(200, "")],
    );
    await call();
    await expect(call()).rejects.toThrow("fetch failed");
    await call();
    await call();
    await call();
    expect(
      asked.slice(1).map(({ report }) => [report?.answered, report?.broken, report?.throttled, report?.stayAwayMs]),
    ).toEqual([
      [0, 1, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 9000],
      [1, 0, 0, 0],
    ]);
  });

  it("tells the gate of a failure at once where it may go on after the answer", async () => {
    const { call, reports, deferred } = world([OPEN_HANDED], [text(200, ""), text(503, "")], true);
    await call();
    expect(reports).toEqual([]);
    await call();
    await Promise.all(deferred);
    expect(reports).toMatchObject([{ answered: 1, broken: 1 }]);
  });

  it("never makes more calls than it was given, however many come at once", async () => {
    const { call, sent } = world(
      [OPEN_HANDED, { circuit: "closed", tokens: 0, validMs: 1000, retryAfterMs: 500 }],
      ok(3),
    );
    const results = await Promise.allSettled(Array.from({ length: 10 }, call));
    expect(sent).toHaveLength(3);
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(7);
  });
});
