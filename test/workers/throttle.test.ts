import { beforeAll, describe, expect, it } from "vitest";
import { RateGuard } from "../../src/platform/rate-guard.ts";
import { json, KEYS, prepareWorld, problem, send, workerEnv } from "./api-harness.ts";

beforeAll(prepareWorld);

/** Bindings as another isolate has them: nothing was counted there yet. */
const freshEnv = () => ({ ...workerEnv });
const from = (address: string) => ({ "CF-Connecting-IP": address });

describe("a network that proves nobody too often", () => {
  it("waits before its next key is looked at, a right one too, and nobody elsewhere does", async () => {
    const env = freshEnv();
    for (let n = 0; n < 300; n += 1)
      await problem(
        await send("GET", "/api/v1/orders", { key: `hf_test_guess-${n}`, env, headers: from(`2001:db8::${n + 1}`) }),
        "unauthenticated",
      );
    const refused = await send("GET", "/api/v1/orders", { env, headers: from("2001:db8::ffff") });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await problem(
      await send("POST", "/api/v1/auth/refresh", { key: null, env, headers: from("2001:db8::1:2:3:4") }),
      "rate_limited",
    );
    await json(await send("GET", "/api/v1/orders", { env, headers: from("2001:db8:0:1::1") }));
    await json(await send("GET", "/api/v1/orders", { env, headers: from("203.0.113.9") }));
  });
});

describe("one person or customer", () => {
  it("makes 1,200 requests a minute, and leaves room for the others", async () => {
    const env = freshEnv();
    const read = (key: string) => send("GET", "/api/v1/shipping-methods", { key, env });
    for (let n = 0; n < 1_200; n += 1) expect((await read(KEYS.customer)).status).toBe(200);
    await problem(await read(KEYS.customer), "rate_limited");
    expect((await read(KEYS.otherCustomer)).status).toBe(200);
    expect((await read(KEYS.storefront)).status).toBe(200);
  });
});

describe("a guard", () => {
  it("forgets a window once it is over, and keeps no more keys than it may", () => {
    const guard = new RateGuard({ most: 2, windowMs: 1_000, mostKeys: 2 });
    expect([guard.count("a", 0), guard.count("a", 1), guard.count("a", 2)]).toEqual([true, true, false]);
    expect(guard.isSpent("a", 999)).toBe(true);
    expect(guard.isSpent("a", 1_000)).toBe(false);
    expect(guard.count("a", 1_000)).toBe(true);
    guard.count("b", 1_000);
    guard.count("b", 1_000);
    guard.count("c", 1_000);
    expect(guard.count("a", 1_001), "the oldest made room").toBe(true);
    expect(guard.isSpent("b", 1_001)).toBe(false);
  });
});
