import { beforeAll, describe, expect, it, vi } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import { countOrders } from "../../src/services/orders.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, send, serviceContext, workerEnv } from "./api-harness.ts";

beforeAll(prepareWorld);

/** Places an order for this SKU and waits until the databases have it. */
async function placeOne(sku: Awaited<ReturnType<typeof newStock>>, key: string = KEYS.storefront): Promise<void> {
  const changes = key === KEYS.customer ? { customer: undefined } : {};
  const answer = await send("POST", "/api/v1/orders", { key, body: orderForm(sku, 1, changes) });
  const { orderId } = await json<OrderAnswer>(answer, 201);
  await vi.waitFor(
    async () => {
      const { data } = await json<{ data: { orderId: string }[] }>(await send("GET", `/api/v1/orders?sku=${sku}`));
      expect(data.map((row) => row.orderId)).toContain(orderId);
    },
    { timeout: 10_000 },
  );
}

/** What a count costs: how often a database is asked. */
function counting(): { env: typeof workerEnv; asked: () => number } {
  let asked = 0;
  const watched = (database: D1Database) =>
    new Proxy(database, {
      get(target, name) {
        if (name === "prepare") asked += 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const env = { ...workerEnv, ORDERS_0: watched(workerEnv.ORDERS_0), ORDERS_1: watched(workerEnv.ORDERS_1) };
  return { env, asked: () => asked };
}

describe("a count of orders", () => {
  it("is read at most every 30 seconds, and says how old it is", async () => {
    const sku = await newStock();
    await placeOne(sku);
    const { env, asked } = counting();
    const start = Date.now();
    const countAt = async (now: number) => {
      const counted = await countOrders({ ...serviceContext({ role: "admin" }), env, now }, { sku });
      return counted.ok ? counted.value : counted;
    };
    expect(await countAt(start)).toEqual({ count: 1, ageMs: 0 });
    const once = asked();
    await placeOne(sku);
    expect(await countAt(start + 29_999)).toEqual({ count: 1, ageMs: 29_999 });
    expect(asked()).toBe(once);
    expect(await countAt(start + 30_000)).toEqual({ count: 2, ageMs: 0 });
    expect(asked()).toBe(2 * once);
  });

  it("is not shared by people who may not see the same orders, nor by other filters", async () => {
    const sku = await newStock();
    await placeOne(sku, KEYS.customer);
    const countFor = async (key: string, query = "") =>
      json(await send("GET", `/api/v1/orders/count?sku=${sku}${query}`, { key }));
    expect(await countFor(KEYS.admin)).toEqual({ count: 1 });
    expect(await countFor(KEYS.customer)).toEqual({ count: 1 });
    expect(await countFor(KEYS.otherCustomer)).toEqual({ count: 0 });
    expect(await countFor(KEYS.admin, "&status=DELIVERED")).toEqual({ count: 0 });
  });

  it("tells caches its age, and staff's not to keep it", async () => {
    const path = `/api/v1/orders/count?sku=${await newStock()}`;
    const read = async (key: string) => (await send("GET", path, { key })).headers;
    const first = await read(KEYS.customer);
    expect([first.get("cache-control"), first.get("age")]).toEqual(["private, max-age=30", "0"]);
    expect((await read(KEYS.admin)).get("cache-control")).toBe("no-store");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 12_000 });
    try {
      expect((await read(KEYS.customer)).get("age")).toBe("12");
      expect((await read(KEYS.admin)).get("age")).toBe("12");
    } finally {
      vi.useRealTimers();
    }
  });
});
