import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { InventoryLevel } from "../../durable-objects/inventory-level/object.ts";
import { type LevelAnswer, MAX_ROWS, type MovementAnswer, type StockResultRow } from "../../src/contracts/inventory.ts";
import type { InventoryLevelRpc, LevelCommands, LevelResult, Performed } from "../../src/contracts/level-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { registerLevels } from "../../src/db/ops/save-catalog.ts";
import { levelKey, type Sku, type WarehouseId } from "../../src/domain/ids.ts";
import { invalidateCatalog } from "../../src/services/catalog.ts";
import { LevelBooks } from "../support/level-books.ts";
import {
  addKey,
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  newWarehouse,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";

const FAR_FLOOR = "hf_test_of-a-far-floor";
let far: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  far = await newWarehouse();
  await addKey(FAR_FLOOR, "warehouse", { warehouseId: far });
});

const path = (command: string) => `/api/v1/inventory/${command}`;

async function level(sku: Sku, warehouseId: WarehouseId): Promise<LevelAnswer> {
  return json<LevelAnswer>(await send("GET", path(`${sku}/${warehouseId}`)));
}

async function ledger(sku: Sku, warehouseId: WarehouseId): Promise<MovementAnswer[]> {
  return (await json<{ data: MovementAnswer[] }>(await send("GET", path(`${sku}/${warehouseId}/ledger`)))).data;
}

async function rows(answer: Response): Promise<StockResultRow[]> {
  return (await json<{ data: StockResultRow[] }>(answer)).data;
}

/** Stock of one SKU here and at the far warehouse. */
async function stockAtBoth(here = 10, there = 0): Promise<Sku> {
  const sku = await newStock({ units: here });
  const registration = { sku, warehouseId: far, opening: there, safetyStock: 0, reorderPoint: 0 };
  await registerLevels(openOps(env.OPS), [registration], Date.now());
  invalidateCatalog();
  return sku;
}

describe("a movement", () => {
  it("belongs to who named it: two principals may use one key and one reference", async () => {
    const sku = await newStock({ units: 0 });
    const body = { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 10 };
    const headers = { "Idempotency-Key": unique("receipt") };
    const receive = (key: string, more: object = {}) =>
      send("POST", path("receipts"), { key, body: { ...body, ...more }, headers: "ref" in more ? {} : headers });
    for (const key of [KEYS.admin, KEYS.floor]) {
      const first = await receive(key);
      const again = await receive(key);
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      expect(await again.json()).toEqual(await first.json());
    }
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(20);

    const ref = unique("document");
    for (const key of [KEYS.admin, KEYS.floor, KEYS.admin])
      expect(await rows(await receive(key, { ref }))).toMatchObject([{ ref }]);
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(40);
    await problem(await receive(KEYS.floor, { ref, quantity: 11 }), "reference_reused");
    const named = (await ledger(sku, FLOOR_WAREHOUSE)).filter((one) => one.ref === ref);
    expect(new Set(named.map(({ by }) => by)).size).toBe(2);
  });

  it("under a key with another content is refused", async () => {
    const sku = await newStock({ units: 5 });
    const headers = { "Idempotency-Key": unique("adjustment") };
    const adjust = (delta: number) =>
      send("POST", path("adjustments"), { body: { sku, warehouseId: FLOOR_WAREHOUSE, delta, reason: "x" }, headers });
    await json(await adjust(-1));
    await problem(await adjust(-2), "idempotency_mismatch");
    await json(await adjust(-1));
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(4);
  });

  it.each(["receipts", "adjustments", "counts"])("whose answer is lost is done once: %s", async (command) => {
    const sku = await newStock({ units: 5 });
    const { perform } = InventoryLevel.prototype;
    const lost = vi.spyOn(InventoryLevel.prototype, "perform").mockImplementationOnce(async function once(
      this: InventoryLevel,
      ...args
    ) {
      await perform.apply(this, args);
      throw new Error("Network connection lost.");
    });
    const content = command === "adjustments" ? { delta: 3, reason: "x" } : { quantity: 8 };
    const body = { sku, warehouseId: FLOOR_WAREHOUSE, ...content };
    expect(await rows(await send("POST", path(command), { body }))).toMatchObject([{ status: "done" }]);
    expect(lost).toHaveBeenCalledTimes(2);
    lost.mockRestore();
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(command === "receipts" ? 13 : 8);
  });

  it("that no level answers to is not known, and the same key finishes it", async () => {
    const sku = await newStock({ units: 5 });
    const lost = vi.spyOn(InventoryLevel.prototype, "perform").mockRejectedValue(new Error("Network connection lost."));
    const receive = () =>
      send("POST", path("receipts"), {
        body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 2 },
        headers: { "Idempotency-Key": sku },
      });
    expect((await problem(await receive(), "temporarily_unavailable")).detail).toContain("same Idempotency-Key");
    lost.mockRestore();
    await json(await receive());
    await json(await receive());
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(7);
  });
});

describe("a reservation", () => {
  it("under a key is the same one for ever, and each principal's own", async () => {
    const sku = await newStock({ units: 9 });
    const headers = { "Idempotency-Key": unique("reserve") };
    const reserve = (key: string, quantity = 2) =>
      send("POST", "/inventory/reserve", {
        key,
        headers,
        body: { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity },
      });
    const first = await json<{ reservationId: string }>(await reserve(KEYS.admin), 201);
    const other = await json<{ reservationId: string }>(await reserve(KEYS.storefront), 201);
    expect(other.reservationId).not.toBe(first.reservationId);
    await problem(await reserve(KEYS.admin, 3), "idempotency_mismatch");
    const id = encodeURIComponent(first.reservationId);
    expect((await send("DELETE", path(`reservations/${id}`))).status).toBe(204);
    const again = await reserve(KEYS.admin);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await json(again, 201)).toEqual(first);
    expect((await level(sku, FLOOR_WAREHOUSE)).held).toBe(2);
  });
});

describe("a transfer", () => {
  const transfer = (key: string, body: object, headers = {}) => send("POST", path("transfers"), { key, body, headers });

  it("needs the right to move stock at both of its ends", async () => {
    const sku = await stockAtBoth(10, 10);
    for (const key of [KEYS.floor, FAR_FLOOR])
      for (const [from, to] of [
        [FLOOR_WAREHOUSE, far],
        [far, FLOOR_WAREHOUSE],
      ])
        await problem(await transfer(key, { sku, from, to, quantity: 3 }), "forbidden");
    expect([(await level(sku, FLOOR_WAREHOUSE)).onHand, (await level(sku, far)).onHand]).toEqual([10, 10]);
    expect(await rows(await transfer(KEYS.admin, { sku, from: far, to: FLOOR_WAREHOUSE, quantity: 3 }))).toMatchObject([
      { status: "done", warehouseId: FLOOR_WAREHOUSE, onHand: 13, delta: 3, transfer: expect.stringContaining(far) },
    ]);
  });

  it("under one document number goes to one warehouse, and from two of them are two transfers", async () => {
    const sku = await stockAtBoth(10, 10);
    const third = await newWarehouse();
    const ref = unique("document");
    const move = (from: WarehouseId, to: WarehouseId) => transfer(KEYS.admin, { sku, from, to, quantity: 5, ref });
    await json(await move(FLOOR_WAREHOUSE, third));
    await problem(await move(FLOOR_WAREHOUSE, far), "reference_reused");
    await json(await move(far, third));
    await json(
      await send("POST", path("receipts"), {
        body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1, ref: `${ref}-b` },
      }),
    );
    await json(await transfer(KEYS.admin, { sku, from: third, to: FLOOR_WAREHOUSE, quantity: 2, ref: `${ref}-b` }));
    const onHand = await Promise.all([FLOOR_WAREHOUSE, far, third].map(async (at) => (await level(sku, at)).onHand));
    expect(onHand).toEqual([5 + 1 + 2, 5, 10 - 2]);
  });

  it("that is cut between its halves is in transit, shown as such, and completed by a repetition", async () => {
    const sku = await stockAtBoth(10, 0);
    const lost = vi.spyOn(InventoryLevel.prototype, "arrive").mockRejectedValue(new Error("Network connection lost."));
    const move = () =>
      transfer(KEYS.admin, { sku, from: FLOOR_WAREHOUSE, to: far, quantity: 4 }, { "Idempotency-Key": `cut-${sku}` });
    expect(await rows(await move())).toMatchObject([{ status: "in_transit", inTransit: 4 }]);
    expect(await level(sku, FLOOR_WAREHOUSE)).toMatchObject({
      onHand: 6,
      inTransit: 4,
      transfers: [{ to: far, quantity: 4, leftAt: expect.any(String) }],
    });
    lost.mockRestore();
    const completed = await move();
    expect(await rows(completed)).toMatchObject([{ status: "done", onHand: 4, delta: 4 }]);
    expect(await level(sku, FLOOR_WAREHOUSE)).toMatchObject({ onHand: 6, inTransit: 0, transfers: [] });
    expect((await level(sku, far)).onHand).toBe(4);
    const [out] = await ledger(sku, FLOOR_WAREHOUSE);
    expect((await ledger(sku, far))[0]?.transfer).toBe(out?.transfer);
  });

  it("in one request may rely on the transfer before it", async () => {
    const sku = await stockAtBoth(10, 0);
    const third = await newWarehouse();
    const chain = [
      { sku, from: FLOOR_WAREHOUSE, to: far, quantity: 6 },
      { sku, from: far, to: third, quantity: 4 },
      { sku, from: third, to: FLOOR_WAREHOUSE, quantity: 3 },
    ];
    const done = await rows(await transfer(KEYS.admin, { rows: chain }));
    expect(done.map(({ status }) => status)).toEqual(["done", "done", "done"]);
    expect((await level(sku, FLOOR_WAREHOUSE)).onHand).toBe(7);
  });
});

/** Counts what one invocation asks of others, and answers for the levels: a thousand objects take a test's time. */
function metered() {
  const asked = { statements: 0, calls: 0 };
  const OPS = new Proxy(workerEnv.OPS, {
    get(target, name) {
      if (name === "prepare") asked.statements += 1;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const books = new Map<string, LevelBooks>();
  const perform = async ({ registration, commands }: LevelCommands): Promise<LevelResult<Performed>[]> => {
    const key = levelKey(registration.sku, registration.warehouseId);
    const level = books.get(key) ?? new LevelBooks(registration);
    books.set(key, level);
    return commands.map((command): LevelResult<Performed> => {
      if (command.kind !== "receive") throw new Error("this double only receives");
      const decision = level.receive(command.quantity, command.ref);
      if (decision.kind === "refused") throw new Error(decision.refusal.reason);
      const { onHand } = level.state;
      const view = { ...registration, onHand, held: 0, allocated: 0, available: onHand, sequence: 1, asOf: 0 };
      return { ok: true, value: { kind: "moved", movement: decision.value }, level: view };
    });
  };
  const stub: Pick<InventoryLevelRpc, "perform" | "performAll"> = {
    perform: (registration, commands) => {
      asked.calls += 1;
      return perform({ registration, commands });
    },
    performAll: (tracks) => {
      asked.calls += 1;
      return Promise.all(tracks.map((track) => Promise.all(track.map(perform))));
    },
  };
  const INVENTORY_LEVEL = new Proxy(workerEnv.INVENTORY_LEVEL, { get: () => () => stub });
  return { asked, books, env: { ...workerEnv, OPS, INVENTORY_LEVEL } };
}

describe("many rows", () => {
  /** So many products that no warehouse has stocked yet. */
  async function newProducts(count: number): Promise<Sku[]> {
    const base = unique("BULK");
    const skus = Array.from({ length: count }, (_, index) => `${base}-${index}` as Sku);
    await env.OPS.prepare(
      `insert into products (sku, name, category, unit, price, currency, weight_grams, tax_class, backorder, active, version, created_at, updated_at)
       select value, value, 'bulk', 'each', 100, 'EUR', 1, 'standard', 0, 1, 1, 0, 0 from json_each(?)`,
    )
      .bind(JSON.stringify(skus))
      .run();
    invalidateCatalog();
    return skus;
  }

  it("of a thousand new levels stay far below what the platform allows one invocation", async () => {
    const skus = await newProducts(MAX_ROWS);
    const { asked, books, env: bindings } = metered();
    const body = { rows: skus.map((sku) => ({ sku, warehouseId: FLOOR_WAREHOUSE, quantity: 10 })) };
    const done = await rows(await send("POST", path("receipts"), { body, env: bindings }));
    expect(done.map(({ row, status, sku, onHand }) => [row, status, sku, onHand])).toEqual(
      skus.map((sku, index) => [index, "done", sku, 10]),
    );
    expect(books.size).toBe(MAX_ROWS);
    expect(asked.statements).toBeLessThan(50);
    expect(asked.calls).toBeLessThan(50);
  });

  it(
    "at more levels than one invocation asks itself are done and refused one by one",
    { timeout: 120_000 },
    async () => {
      const skus = await newProducts(52);
      const receipts = skus.map((sku) => ({ sku, warehouseId: FLOOR_WAREHOUSE, quantity: 10 }));
      const received = await rows(await send("POST", path("receipts"), { body: { rows: receipts } }));
      expect(received.map(({ status, onHand }) => [status, onHand])).toEqual(skus.map(() => ["done", 10]));
      const transfers = skus.map((sku, index) => ({
        sku,
        from: FLOOR_WAREHOUSE,
        to: far,
        quantity: index === 7 ? 11 : 3,
      }));
      const moved = await rows(await send("POST", path("transfers"), { body: { rows: transfers } }));
      expect(moved.map(({ status, onHand }) => [status, onHand])).toEqual(
        skus.map((_, index) => (index === 7 ? ["refused", undefined] : ["done", 3])),
      );
    },
  );

  it("of one level keep their order", async () => {
    const sku = await newStock({ units: 0 });
    const adjustments = Array.from({ length: 40 }, (_, index) => ({
      ...{ sku, warehouseId: FLOOR_WAREHOUSE, reason: "x" },
      delta: index % 2 === 0 ? 1 : -1,
    }));
    const done = await rows(await send("POST", path("adjustments"), { body: { rows: adjustments } }));
    expect(done.map(({ row, status, onHand }) => [row, status, onHand])).toEqual(
      adjustments.map((_, index) => [index, "done", index % 2 === 0 ? 1 : 0]),
    );
  });
});
