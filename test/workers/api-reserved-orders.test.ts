import { beforeAll, describe, expect, it } from "vitest";
import type { LevelAnswer } from "../../src/contracts/inventory.ts";
import type { InventoryLevelRpc } from "../../src/contracts/level-rpc.ts";
import type { OrderLedgerRpc } from "../../src/contracts/ledger-rpc.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Sku } from "../../src/domain/ids.ts";
import type { Env } from "../../src/platform/env.ts";
import {
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  orderForm,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";

beforeAll(prepareWorld);

async function reserve(sku: Sku): Promise<string> {
  const body = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 };
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
