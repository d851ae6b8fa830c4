import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { LevelAnswer } from "../../src/contracts/inventory.ts";
import type { InventoryLevelRpc } from "../../src/contracts/level-rpc.ts";
import type { OrderLedgerRpc } from "../../src/contracts/ledger-rpc.ts";
import type { OrderAnswer, QuoteAnswer } from "../../src/contracts/orders.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { warehouses } from "../../src/db/ops/schema/catalog.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { Env } from "../../src/platform/env.ts";
import { invalidateCatalog } from "../../src/services/catalog.ts";
import {
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  newWarehouse,
  orderForm,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";

beforeAll(prepareWorld);

async function reserve(sku: Sku, quantity = 1, warehouseId = FLOOR_WAREHOUSE): Promise<string> {
  const body = { productId: sku, warehouseId, quantity };
  const reserved = await send("POST", "/inventory/reserve", { key: KEYS.storefront, body });
  return (await json<{ reservationId: string }>(reserved, 201)).reservationId;
}

function place(
  key: string,
  lines: { sku: Sku; quantity: number; reservationId?: string }[],
  env: Env = workerEnv,
): Promise<Response> {
  const [first] = lines;
  if (first === undefined) throw new Error("an order has lines");
  const headers = { "Idempotency-Key": key };
  return send("POST", "/orders", { key: KEYS.storefront, body: orderForm(first.sku, 1, { lines }), headers, env });
}

/** The namespace with one method of its objects done another way: `call` is the method as it is. */
function around<Rpc>(
  namespace: DurableObjectNamespace,
  name: keyof Rpc,
  run: (call: () => Promise<unknown>) => Promise<unknown>,
): DurableObjectNamespace {
  const wrap = (stub: DurableObjectStub) =>
    new Proxy(stub, {
      get: (target, property) => {
        // A method of a stub is itself a stub, whose own `apply` would be called far away.
        const method: () => Promise<unknown> = Reflect.get(target, property);
        return (...args: []) => {
          const call = () => Reflect.apply(method, target, args);
          return property === name ? run(call) : call();
        };
      },
    });
  return new Proxy(namespace, { get: (target) => (objectName: string) => wrap(target.getByName(objectName)) });
}

async function ownerOf(sku: Sku, reservationId: string): Promise<string | undefined> {
  const level = await json<LevelAnswer>(await send("GET", `/api/v1/inventory/${sku}/${FLOOR_WAREHOUSE}`));
  return level.reservations.find((reservation) => reservation.reservationId === reservationId)?.owner;
}

describe("an order with a reservation made before", () => {
  it("keeps it when the request is repeated under its key", async () => {
    const sku = await newStock({ units: 5 });
    const lines = [{ sku, quantity: 1, reservationId: await reserve(sku) }];
    const [reservationId] = lines.map((line) => line.reservationId);
    const key = unique("key");
    const { orderId } = await json<OrderAnswer>(await place(key, lines), 201);
    expect((await json<OrderAnswer>(await place(key, lines), 201)).orderId).toBe(orderId);
    expect(await ownerOf(sku, reservationId ?? "")).toBe(orderId);
    await problem(await place(unique("key"), lines), "reservation_state");
  });

  it("keeps it when its key is used for another body", async () => {
    const sku = await newStock({ units: 5 });
    const reservationId = await reserve(sku);
    const key = unique("key");
    const line = { sku, quantity: 1, reservationId };
    const { orderId } = await json<OrderAnswer>(await place(key, [line]), 201);
    await problem(await place(key, [line, { sku: await newStock(), quantity: 1 }]), "idempotency_mismatch");
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });

  it("keeps it when the repetition finds a line sold out, or another reservation gone", async () => {
    const sku = await newStock({ units: 5 });
    const last = await newStock({ units: 1 });
    const reservationId = await reserve(sku);
    const key = unique("key");
    const lines = [
      { sku, quantity: 1, reservationId },
      { sku: last, quantity: 1 },
    ];
    const { orderId } = await json<OrderAnswer>(await place(key, lines), 201);
    expect((await json<OrderAnswer>(await place(key, lines), 201)).orderId).toBe(orderId);
    const gone = lines.map((line) =>
      line.sku === last ? { ...line, reservationId: reservationId.replace(sku, last) } : line,
    );
    await problem(await place(key, gone), "idempotency_mismatch");
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });

  it("gives it back when the order can't be placed, to be used for another", async () => {
    const sku = await newStock({ units: 5 });
    const reservationId = await reserve(sku);
    const line = { sku, quantity: 1, reservationId };
    await problem(
      await place(unique("key"), [line, { sku: await newStock({ units: 0 }), quantity: 1 }]),
      "insufficient_stock",
    );
    const { orderId } = await json<OrderAnswer>(await place(unique("key"), [line]), 201);
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });

  it("keeps it when the same request at the same time is refused", async () => {
    const sku = await newStock({ units: 5 });
    const last = await newStock({ units: 1 });
    const reservationId = await reserve(sku);
    const key = unique("key");
    const lines = [
      { sku, quantity: 1, reservationId },
      { sku: last, quantity: 1 },
    ];
    // The first claims and then finds the other line sold out: to the second, which claims after it.
    const claimed = Promise.withResolvers<void>();
    const soldOut = Promise.withResolvers<void>();
    const first = place(key, lines, {
      ...workerEnv,
      INVENTORY_LEVEL: around<InventoryLevelRpc>(workerEnv.INVENTORY_LEVEL, "hold", async (hold) => {
        claimed.resolve();
        await soldOut.promise;
        return hold();
      }),
    });
    await claimed.promise;
    // The second is recorded only when the first has given back what it gives back.
    const second = place(key, lines, {
      ...workerEnv,
      ORDER_LEDGER: around<OrderLedgerRpc>(workerEnv.ORDER_LEDGER, "create", async (create) => {
        soldOut.resolve();
        await problem((await first).clone(), "insufficient_stock");
        return create();
      }),
    });
    const { orderId } = await json<OrderAnswer>(await second, 201);
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
    await problem(await place(unique("key"), [{ sku, quantity: 1, reservationId }]), "reservation_state");
  });

  it("keeps it, and what it holds, when the answer that it is placed is lost", async () => {
    const sku = await newStock({ units: 5 });
    const other = await newStock({ units: 5 });
    const reservationId = await reserve(sku);
    let lost = false;
    const env = {
      ...workerEnv,
      ORDER_LEDGER: around<OrderLedgerRpc>(workerEnv.ORDER_LEDGER, "create", async (create) => {
        const answer = await create();
        if (lost) return answer;
        lost = true;
        throw new Error("Network connection lost.");
      }),
    };
    const lines = [
      { sku, quantity: 1, reservationId },
      { sku: other, quantity: 2 },
    ];
    const { orderId } = await json<OrderAnswer>(await place(unique("key"), lines, env), 201);
    expect(lost).toBe(true);
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
    const level = await json<LevelAnswer>(await send("GET", `/api/v1/inventory/${other}/${FLOOR_WAREHOUSE}`));
    expect(level).toMatchObject({ available: 3, reservations: [{ owner: orderId, quantity: 2 }] });
  });

  it("keeps it when whoever reserved it gives it back at the same time", async () => {
    const sku = await newStock({ units: 5 });
    const reservationId = await reserve(sku);
    const asked = Promise.withResolvers<void>();
    const placed = Promise.withResolvers<void>();
    const path = `/api/v1/inventory/reservations/${reservationId}`;
    const released = send("DELETE", path, {
      key: KEYS.storefront,
      env: {
        ...workerEnv,
        INVENTORY_LEVEL: around<InventoryLevelRpc>(workerEnv.INVENTORY_LEVEL, "release", async (release) => {
          asked.resolve();
          await placed.promise;
          return release();
        }),
      },
    });
    await asked.promise;
    const { orderId } = await json<OrderAnswer>(await place(unique("key"), [{ sku, quantity: 1, reservationId }]), 201);
    placed.resolve();
    await problem(await released, "reservation_state");
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });
});

describe("a reservation stands for one line of one order", () => {
  it("so the second line that names it is refused, and the first may use it", async () => {
    const sku = await newStock({ units: 10 });
    const reservationId = await reserve(sku, 2);
    const line = { sku, quantity: 2, reservationId };
    const refused = await problem(await place(unique("key"), [line, line, line]), "reservation_state");
    expect(refused.errors?.map(({ pointer }) => pointer)).toEqual(["/lines/1/reservationId", "/lines/2/reservationId"]);
    const { orderId } = await json<OrderAnswer>(await place(unique("key"), [line]), 201);
    expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });

  it("so two lines of one SKU with a reservation each have their own", async () => {
    const sku = await newStock({ units: 3 });
    const lines = [
      { sku, quantity: 1, reservationId: await reserve(sku, 1) },
      { sku, quantity: 2, reservationId: await reserve(sku, 2) },
    ];
    const { orderId } = await json<OrderAnswer>(await place(unique("key"), lines), 201);
    for (const { reservationId } of lines) expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });
});

describe("a reservation is used only where its warehouse may sell", () => {
  const become = async (id: WarehouseId, more: { open?: boolean; serves?: string[] }) => {
    await openOps(workerEnv.OPS).update(warehouses).set(more).where(eq(warehouses.id, id));
    invalidateCatalog();
  };

  it("not from a warehouse that has closed since, nor to a country that it does not serve", async () => {
    const warehouseId = await newWarehouse();
    const sku = await newStock({ units: 5, warehouseId });
    const lines = [{ sku, quantity: 1, reservationId: await reserve(sku, 1, warehouseId) }];
    for (const [more, why] of [
      [{ open: false }, "closed"],
      [{ open: true, serves: ["FR", "IT"] }, "does not ship to DE"],
    ] satisfies [Parameters<typeof become>[1], string][]) {
      await become(warehouseId, more);
      const placed = await problem(await place(unique("key"), lines), "reservation_state");
      expect(placed.errors).toEqual([
        { pointer: "/lines/0/reservationId", detail: expect.stringContaining(why) as string },
      ]);
      const quoted = await send("POST", "/api/v1/orders/quote", { key: KEYS.storefront, body: quoteOf(lines) });
      expect((await problem(quoted, "reservation_state")).errors).toEqual(placed.errors);
    }
    await become(warehouseId, { serves: [] });
    const order = await json<OrderAnswer>(await place(unique("key"), lines), 201);
    expect(order.estimatedDelivery).not.toBeNull();
  });
});

function quoteOf(lines: unknown): Record<string, unknown> {
  const { customer: _customer, paymentMethod: _method, ...form } = orderForm("X" as Sku, 1, { lines });
  return form;
}

describe("a quote", () => {
  it("counts the caller's own reserved units as theirs, and everybody else's as gone", async () => {
    const sku = await newStock({ units: 3, price: 2_000 });
    const reservationId = await reserve(sku, 2);
    const ask = async (lines: unknown) =>
      send("POST", "/api/v1/orders/quote", { key: KEYS.storefront, body: quoteOf(lines) });
    const lines = [
      { sku, quantity: 2, reservationId },
      { sku, quantity: 1 },
    ];
    const { shipments } = await json<QuoteAnswer>(await ask(lines));
    expect(shipments.map(({ warehouseId }) => warehouseId)).toEqual([FLOOR_WAREHOUSE]);
    expect(shipments[0]?.items.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(3);
    await problem(await ask([{ sku, quantity: 3 }]), "insufficient_stock");
    const wrong = await problem(await ask([{ sku, quantity: 1, reservationId }]), "reservation_state");
    expect(wrong.errors).toEqual([
      { pointer: "/lines/0/reservationId", detail: "holds 2 units, and the line wants 1" },
    ]);
    await json(await place(unique("key"), lines), 201);
    await problem(await ask([{ sku, quantity: 2, reservationId }]), "reservation_state");
  });
});

describe("a claim whose answer is lost", () => {
  it("gives back every reservation of the request, the one of the lost answer too", async () => {
    const [first, second] = [await newStock({ units: 1 }), await newStock({ units: 1 })];
    const lines = [
      { sku: first, quantity: 1, reservationId: await reserve(first) },
      { sku: second, quantity: 1, reservationId: await reserve(second) },
    ];
    let claims = 0;
    const env = {
      ...workerEnv,
      INVENTORY_LEVEL: around<InventoryLevelRpc>(workerEnv.INVENTORY_LEVEL, "claim", async (claim) => {
        const answer = await claim();
        claims += 1;
        if (claims === 1) throw new Error("Network connection lost.");
        return answer;
      }),
    };
    await problem(await place(unique("key"), lines, env), "temporarily_unavailable");
    const { orderId } = await json<OrderAnswer>(await place(unique("other"), lines), 201);
    for (const { sku, reservationId } of lines) expect(await ownerOf(sku, reservationId)).toBe(orderId);
  });
});
