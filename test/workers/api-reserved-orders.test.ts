import { beforeAll, describe, expect, it } from "vitest";
import type { LevelAnswer } from "../../src/contracts/inventory.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Sku } from "../../src/domain/ids.ts";
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
} from "./api-harness.ts";

beforeAll(prepareWorld);

async function reserve(sku: Sku): Promise<string> {
  const body = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 };
  const reserved = await send("POST", "/inventory/reserve", { key: KEYS.storefront, body });
  return (await json<{ reservationId: string }>(reserved, 201)).reservationId;
}

function place(key: string, lines: { sku: Sku; quantity: number; reservationId?: string }[]): Promise<Response> {
  const [first] = lines;
  if (first === undefined) throw new Error("an order has lines");
  const headers = { "Idempotency-Key": key };
  return send("POST", "/orders", { key: KEYS.storefront, body: orderForm(first.sku, 1, { lines }), headers });
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
});
