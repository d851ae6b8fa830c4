import { beforeAll, describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import {
  CUSTOMER,
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

const env = { ...workerEnv, MOST_UNPAID_UNITS: "10" };

function order(sku: Sku, quantity: number, email: string, { key = KEYS.storefront as string, bindings = env } = {}) {
  const body = orderForm(sku, quantity, { customer: { name: "Ada", email } });
  return send("POST", "/api/v1/orders", { key, body, env: bindings });
}

describe("what a buyer holds and has not paid", () => {
  it("is at most so many units of a product in one order, whatever its lines", async () => {
    const sku = await newStock({ units: 100 });
    const refused = await problem(await order(sku, 11, "ada@example.com"), "invalid_request");
    expect(refused.errors).toEqual([
      { pointer: "/lines/0/quantity", detail: `must be at most 10 units of ${sku} an order` },
    ]);
    const lines = [
      { sku, quantity: 6 },
      { sku, quantity: 6 },
    ];
    const body = orderForm(sku, 1, { lines });
    const split = await problem(
      await send("POST", "/api/v1/orders", { key: KEYS.storefront, body, env }),
      "invalid_request",
    );
    expect(split.errors?.[0]?.pointer).toBe("/lines/0/quantity");
    await problem(
      await send("POST", "/inventory/reserve", {
        key: KEYS.storefront,
        body: { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 11 },
        env,
      }),
      "invalid_request",
    );
  });

  it("is the same over all their orders, also when they come at once, and leaves the rest to others", async () => {
    const warehouseId: WarehouseId = await newWarehouse();
    const sku = await newStock({ units: 100, warehouseId });
    const mail = `${unique("ada")}@example.com`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => order(sku, 4, n % 2 === 0 ? mail : mail.toUpperCase())),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    await json<OrderAnswer>(await order(sku, 10, `${unique("bo")}@example.com`), 201);
  });

  it("counts what an order takes over from a reservation", async () => {
    const sku = await newStock({ units: 100 });
    const reserve = async () => {
      const body = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 6 };
      const reserved = await send("POST", "/inventory/reserve", { key: KEYS.storefront, body, env });
      return (await json<{ reservationId: string }>(reserved, 201)).reservationId;
    };
    const mail = `${unique("ada")}@example.com`;
    const claim = async () => {
      const body = orderForm(sku, 6, {
        customer: { name: "Ada", email: mail },
        lines: [{ sku, quantity: 6, reservationId: await reserve() }],
      });
      return send("POST", "/api/v1/orders", { key: KEYS.storefront, body, env });
    };
    expect((await claim()).status).toBe(201);
    const refused = await problem(await claim(), "reservation_state");
    expect(refused.errors?.[0]?.detail).toContain("4 units are left");
  });

  it("limits neither staff nor who is everybody's customer in short forms", async () => {
    const sku = await newStock({ units: 100 });
    await json(await order(sku, 50, "ada@example.com", { key: KEYS.csr }), 201);
    const short = { productId: sku, quantity: 8, customerLocation: "Berlin" };
    for (let n = 0; n < 3; n += 1)
      await json(await send("POST", "/api/v1/orders", { key: KEYS.storefront, body: short, env }), 201);
    const own = () => send("POST", "/api/v1/orders", { key: KEYS.customer, body: short, env });
    expect((await json<OrderAnswer>(await own(), 201)).customerId).toBe(CUSTOMER);
    await problem(await own(), "insufficient_stock");
  });
});
