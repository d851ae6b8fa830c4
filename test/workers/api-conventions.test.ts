import { beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../src/platform/env.ts";
import {
  addKey,
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  newWarehouse,
  orderForm,
  prepareWorld,
  problem,
  send,
  SHOP_ORIGIN,
  workerEnv,
} from "./api-harness.ts";

beforeAll(async () => {
  await prepareWorld();
  await addKey("hf_live_of-production", "admin", { environment: "live" });
  await addKey("hf_test_revoked", "admin", { revokedAt: 1 });
});

describe("who may call", () => {
  it("refuses whoever does not say who they are, with a challenge", async () => {
    const answer = await send("GET", "/api/v1/orders", { key: null });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="holdfast"');
    await problem(answer, "unauthenticated");
  });

  it.each([
    ["hf_test_nobody-has-this"],
    ["hf_live_of-production"],
    ["hf_test_revoked"],
    ["not-a-key"],
    ["a.b.c"],
    ["eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6ImFkbWluIn0."],
  ])("refuses the credential %s", async (key) => {
    await problem(await send("GET", "/api/v1/orders", { key }), "unauthenticated");
  });

  it("refuses a malformed Authorization header", async () => {
    for (const header of ["", "Bearer", "Basic YTpi", "Bearer a b", `Bearer ${"x".repeat(5_000)}`])
      await problem(
        await send("GET", "/api/v1/orders", { key: null, headers: { Authorization: header } }),
        "unauthenticated",
      );
  });

  it("names the scope that is missing, before it looks at the body", async () => {
    const answer = await send("POST", "/api/v1/inventory/receipts", { key: KEYS.storefront, body: "not json" });
    expect(answer.status).toBe(403);
    expect(await problem(answer, "forbidden")).toMatchObject({
      missingScope: "inventory:write",
      detail: expect.stringContaining("inventory:write"),
    });
  });

  it("lets warehouse staff act at their own warehouse only", async () => {
    const elsewhere = await newWarehouse();
    const sku = await newStock({ warehouseId: elsewhere });
    await problem(
      await send("POST", "/api/v1/inventory/receipts", {
        key: KEYS.floor,
        body: { sku, warehouseId: elsewhere, quantity: 1 },
      }),
      "forbidden",
    );
    await problem(await send("GET", `/api/v1/inventory/${sku}/${elsewhere}`, { key: KEYS.floor }), "forbidden");
    await json(
      await send("POST", "/api/v1/inventory/receipts", {
        key: KEYS.floor,
        body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 },
      }),
    );
  });
});

describe("addresses and methods", () => {
  it("answers what is not there with a problem", async () => {
    for (const path of ["/api/v1/nothing", "/nothing", "/api/v2/orders", "/problems/nothing"]) {
      const answer = await send("GET", path);
      expect(answer.status, path).toBe(404);
      await problem(answer, "not_found");
    }
  });

  it("names the methods that an address has", async () => {
    const answer = await send("PATCH", "/api/v1/products");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
    await problem(answer, "method_not_allowed");
    const options = await send("OPTIONS", "/api/v1/products", { key: null });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
  });

  it("answers HEAD as GET without a body", async () => {
    const answer = await send("HEAD", "/api/v1/shipping-methods");
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  it("gives every answer a request id, the caller's where it sent one", async () => {
    expect(
      (await send("GET", "/api/v1/orders", { headers: { "X-Request-Id": "checkout-42" } })).headers.get("x-request-id"),
    ).toBe("checkout-42");
    expect((await send("GET", "/nothing", { headers: { "X-Request-Id": "a b" } })).headers.get("x-request-id")).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it("has a page for every problem that it names", async () => {
    const { type } = await problem(await send("GET", "/api/v1/orders", { key: null }), "unauthenticated");
    const page = await send("GET", new URL(String(type)).pathname, { key: null });
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("reads the reference page with no script but its own", async () => {
    const page = await send("GET", "/docs", { key: null });
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
    const sources = [...(await page.text()).matchAll(/src="([^"]+)"/g)].map(([, source]) => source);
    expect(sources).toEqual(["/docs/assets/scalar.js"]);
  });
});

describe("lists", () => {
  it("go on where the cursor says, and say where they go on", async () => {
    const skus = [await newStock(), await newStock(), await newStock()];
    const seen: string[] = [];
    let path: string | null = "/api/v1/products?limit=1&category=tests";
    while (path !== null) {
      const answer = await send("GET", path);
      const link = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1] ?? null;
      const page = await json<{ object: string; data: { sku: string }[]; hasMore: boolean; nextCursor: string | null }>(
        answer,
      );
      expect(page.object).toBe("list");
      expect(page.hasMore).toBe(link !== null);
      seen.push(...page.data.map(({ sku }) => sku));
      path = link;
    }
    expect(seen).toEqual(expect.arrayContaining(skus));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("refuse a forged cursor, and one of another list", async () => {
    const { nextCursor } = await json<{ nextCursor: string }>(await send("GET", "/api/v1/products?limit=1"));
    for (const cursor of ["x", `${nextCursor}x`, nextCursor]) {
      const answer = await send("GET", `/api/v1/orders?cursor=${cursor}`);
      expect(answer.status).toBe(400);
      await problem(answer, "invalid_cursor");
    }
  });

  it("refuse parameters that are malformed, doubled or not known", async () => {
    for (const [query, pointer] of [
      ["limit=0", "?limit"],
      ["limit=101", "?limit"],
      ["limit=1.5", "?limit"],
      ["limit=1&limit=2", "?limit"],
      ["status=LOST", "?status"],
      ["from=yesterday", "?from"],
      ["sort=up", "?sort"],
    ] as const) {
      const document = await problem(await send("GET", `/api/v1/orders?${query}`), "invalid_request");
      expect(
        document.errors?.map((error) => error.pointer),
        query,
      ).toContain(pointer);
    }
  });
});

describe("browsers elsewhere", () => {
  it("may read on an origin of the caller's channel, and on no other", async () => {
    const allowed = await send("GET", "/api/v1/products", { key: KEYS.storefront, headers: { Origin: SHOP_ORIGIN } });
    expect(allowed.headers.get("access-control-allow-origin")).toBe(SHOP_ORIGIN);
    expect(allowed.headers.get("vary")).toContain("Origin");
    for (const [key, origin] of [
      [KEYS.storefront, "https://evil.example"],
      [KEYS.storefront, `${SHOP_ORIGIN}.evil.example`],
      [KEYS.storefront, "null"],
      [KEYS.csr, SHOP_ORIGIN],
    ] as const) {
      const answer = await send("GET", "/api/v1/products", { key, headers: { Origin: origin } });
      expect(answer.headers.has("access-control-allow-origin"), `${key} ${origin}`).toBe(false);
    }
  });

  it("learn by a preflight what they may send", async () => {
    const preflight = (origin: string) =>
      send("OPTIONS", "/api/v1/orders", {
        key: null,
        headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
      });
    const allowed = await preflight(SHOP_ORIGIN);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(SHOP_ORIGIN);
    expect(allowed.headers.get("access-control-allow-methods")).toContain("POST");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
    expect((await preflight("https://evil.example")).headers.has("access-control-allow-origin")).toBe(false);
  });
});

describe("when a part is away", () => {
  /** A database whose connection is lost whenever `away` says so. */
  function losable(database: D1Database, away: () => boolean): D1Database {
    return new Proxy(database, {
      get(target, name) {
        if (away()) throw new Error("D1_ERROR: Network connection lost.");
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  it("goes on placing orders from what the isolate knows while OPS is away", async () => {
    const sku = await newStock();
    let away = false;
    const env: Env = { ...workerEnv, OPS: losable(workerEnv.OPS, () => away) };
    await json(await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku), env }), 201);
    away = true;
    await json(await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku), env }), 201);
    const list = await send("GET", "/api/v1/notifications", { env });
    expect(list.status).toBe(503);
    await problem(list, "lists_unavailable");
  });

  it("answers 503 and not 401 when nobody can say whose key it is", async () => {
    const env: Env = { ...workerEnv, OPS: losable(workerEnv.OPS, () => true) };
    const answer = await send("GET", "/api/v1/orders", { env });
    expect(answer.status).toBe(503);
    expect(answer.headers.has("retry-after")).toBe(true);
  });

  it("makes a list unavailable, and not shorter, when one of its databases is away", async () => {
    const env: Env = { ...workerEnv, ORDERS_1: losable(workerEnv.ORDERS_1, () => true) };
    const answer = await send("GET", "/api/v1/orders", { env });
    expect(answer.status).toBe(503);
    await problem(answer, "lists_unavailable");
  });

  it("says in its health which part is away", async () => {
    expect((await send("GET", "/api/v1/health", { key: null })).status).toBe(200);
    const env: Env = { ...workerEnv, OPS: losable(workerEnv.OPS, () => true) };
    const answer = await send("GET", "/api/v1/health", { key: null, env });
    expect(await json<{ status: string; checks: { name: string; status: string }[] }>(answer, 503)).toMatchObject({
      status: "degraded",
      checks: expect.arrayContaining([expect.objectContaining({ name: "ops", status: "down" })]),
    });
  });

  it("refuses to serve where the repository's own secrets are used in production", async () => {
    const answer = await send("GET", "/api/v1/health", { key: null, env: { ...workerEnv, ENVIRONMENT: "production" } });
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain("sk_test");
  });
});
