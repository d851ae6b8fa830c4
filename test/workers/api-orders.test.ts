import { beforeAll, describe, expect, it } from "vitest";
import type { AvailabilityAnswer } from "../../src/contracts/inventory.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderId, Sku } from "../../src/domain/ids.ts";
import { fulfillOrder } from "../../src/services/fulfill-order.ts";
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
  serviceContext,
  unique,
} from "./api-harness.ts";

beforeAll(prepareWorld);

async function place(sku: Sku, key: string = KEYS.storefront): Promise<OrderAnswer> {
  return json<OrderAnswer>(await send("POST", "/api/v1/orders", { key, body: orderForm(sku) }), 201);
}

async function heldOf(sku: Sku): Promise<number> {
  const { stockLevels } = await json<AvailabilityAnswer>(await send("GET", `/api/v1/inventory?productId=${sku}`));
  return stockLevels.reduce((sum, { held = 0 }) => sum + held, 0);
}

describe("placing an order", () => {
  it("answers 201 with the order, where it is, and its version, and reads back what was written", async () => {
    const sku = await newStock({ price: 1_999 });
    const placed = await send("POST", "/api/v1/orders", { key: KEYS.storefront, body: orderForm(sku, 2) });
    const order = await json<OrderAnswer>(placed, 201);
    expect(placed.headers.get("location")).toBe(`/api/v1/orders/${order.orderId}`);
    expect(placed.headers.get("etag")).toBe(`"${order.version}"`);
    expect(order).toMatchObject({
      status: "PENDING",
      orderStatus: "PENDING",
      lines: [{ sku, quantity: 2, unitPrice: { amount: 1_999, currency: "EUR" } }],
    });
    const read = await json<OrderAnswer>(
      await send("GET", placed.headers.get("location") ?? "", { key: KEYS.storefront }),
    );
    expect(read).toMatchObject({
      orderId: order.orderId,
      totals: order.totals,
      reservations: [{ sku, quantity: 2, warehouseId: FLOOR_WAREHOUSE }],
    });
    expect(await heldOf(sku)).toBe(2);
  });

  it("never tells the token of the means of payment, in the order, its history or its saga", async () => {
    const { orderId } = await place(await newStock());
    for (const path of ["", "/history", "/saga"]) {
      const text = await (await send("GET", `/api/v1/orders/${orderId}${path}`)).text();
      expect(text, path).toContain(orderId);
      expect(text, path).not.toContain("pm_card_visa");
    }
  });

  it("answers the short form with exactly the fields that it promises, at the root as well", async () => {
    const sku = await newStock();
    for (const path of ["/orders", "/api/v1/orders"]) {
      const order = await json(
        await send("POST", path, {
          key: KEYS.storefront,
          body: { productId: sku, quantity: 1, customerLocation: { latitude: 52.5, longitude: 13.4 } },
        }),
        201,
      );
      expect(order).toMatchObject({
        status: "confirmed",
        orderStatus: "PENDING",
        estimatedDelivery: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        customerId: CUSTOMER,
      });
    }
  });

  it("gives the same order back for the same key and body, and refuses another body", async () => {
    const sku = await newStock();
    const headers = { "Idempotency-Key": unique("key") };
    const first = await json<OrderAnswer>(
      await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku), headers }),
      201,
    );
    const again = await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku), headers });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await json<OrderAnswer>(again, 201)).orderId).toBe(first.orderId);
    await problem(
      await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku, 2), headers }),
      "idempotency_mismatch",
    );
    expect(await heldOf(sku)).toBe(1);
  });

  it("says what is there when there is not enough, and holds nothing", async () => {
    const sku = await newStock({ units: 3 });
    const refused = await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku, 4) });
    expect(refused.status).toBe(409);
    const document = await problem(refused, "insufficient_stock");
    expect(JSON.stringify(document["availability"])).toContain(FLOOR_WAREHOUSE);
    expect(await heldOf(sku)).toBe(0);
  });

  it("uses a reservation made before and holds nothing again", async () => {
    const sku = await newStock({ units: 5 });
    const reserved = await json<{ reservationId: string }>(
      await send("POST", "/inventory/reserve", {
        key: KEYS.storefront,
        body: { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 2 },
      }),
      201,
    );
    const lines = [{ sku, quantity: 2, reservationId: reserved.reservationId }];
    await json(await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku, 2, { lines }) }), 201);
    expect(await heldOf(sku)).toBe(2);
    const release = await send("DELETE", `/api/v1/inventory/reservations/${reserved.reservationId}`, {
      key: KEYS.storefront,
    });
    await problem(release, "reservation_state");
    expect(await heldOf(sku)).toBe(2);
  });

  it.each([
    ["a SKU that nobody sells", { lines: [{ sku: "NO-SUCH-SKU", quantity: 1 }] }, "unknown_sku", "/lines/0/sku"],
    ["a quantity of 0", { lines: [{ sku: "X", quantity: 0 }] }, "invalid_request", "/lines/0/quantity"],
    ["no lines", { lines: [] }, "invalid_request", "/lines"],
    [
      "an address without a country",
      { address: { line1: "x 1", city: "Berlin", postalCode: "10117" } },
      "invalid_request",
      "/address/country",
    ],
    [
      "a postal code that its country does not write",
      { address: { line1: "x 1", city: "Berlin", postalCode: "A1", country: "DE" } },
      "address_invalid",
      "/address/postalCode",
    ],
    [
      "coordinates outside the globe",
      { location: { latitude: 91, longitude: 0 } },
      "invalid_request",
      "/location/latitude",
    ],
    [
      "a shipping method that there is not",
      { shippingMethod: "teleport" },
      "unknown_shipping_method",
      "/shippingMethod",
    ],
  ] as const)("refuses %s with a pointer", async (_what, changes, code, pointer) => {
    const sku = await newStock();
    const refused = await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(sku, 1, changes) });
    expect(refused.status).toBe(422);
    expect((await problem(refused, code)).errors?.map((error) => error.pointer)).toContain(pointer);
    expect(await heldOf(sku)).toBe(0);
  });

  it("refuses a total of 5.00, and takes 5.01", async () => {
    // 4.20 and 19% of tax are exactly 5.00.
    const tooCheap = await newStock({ price: 420 });
    await problem(
      await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(tooCheap, 1, { shippingMethod: "free" }) }),
      "total_too_small",
    );
    expect(await heldOf(tooCheap)).toBe(0);
    const enough = await newStock({ price: 421 });
    const order = await json<OrderAnswer>(
      await send("POST", "/orders", { key: KEYS.storefront, body: orderForm(enough, 1, { shippingMethod: "free" }) }),
      201,
    );
    expect(order.totals.total.amount).toBe(501);
  });

  it("refuses what is not JSON, too deep, too large, or of another type", async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      send("POST", "/orders", { key: KEYS.storefront, body, headers });
    await problem(await post('{"lines":'), "invalid_json");
    await problem(await post("[".repeat(40) + "]".repeat(40)), "body_too_deep");
    const large = await post(`{"a":"${"x".repeat(1_100_000)}"}`);
    expect(large.status).toBe(413);
    await problem(large, "body_too_large");
    await problem(await post("a=b", { "Content-Type": "application/x-www-form-urlencoded" }), "unsupported_media_type");
    await problem(
      await send("POST", "/orders", { key: KEYS.storefront, headers: { "Content-Type": "application/json" } }),
      "invalid_json",
    );
  });
});

describe("reading and cancelling an order", () => {
  it("answers 304 to whoever has this version already", async () => {
    const { orderId, version } = await place(await newStock());
    const known = await send("GET", `/api/v1/orders/${orderId}`, { headers: { "If-None-Match": `"${version}"` } });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe("");
    expect((await send("GET", `/api/v1/orders/${orderId}`, { headers: { "If-None-Match": '"99"' } })).status).toBe(200);
  });

  it("keeps answers to staff out of every cache", async () => {
    const { orderId } = await place(await newStock());
    expect((await send("GET", `/api/v1/orders/${orderId}`, { key: KEYS.csr })).headers.get("cache-control")).toBe(
      "no-store",
    );
  });

  it("shows customers their own orders and hides everybody else's", async () => {
    const { orderId, customerId } = await json<OrderAnswer>(
      await send("POST", "/orders", {
        key: KEYS.customer,
        body: orderForm(await newStock(), 1, { customer: undefined }),
      }),
      201,
    );
    expect(customerId).toBe(CUSTOMER);
    for (const path of ["", "/history", "/saga"]) {
      expect((await send("GET", `/api/v1/orders/${orderId}${path}`, { key: KEYS.customer })).status, path).toBe(200);
      await problem(await send("GET", `/api/v1/orders/${orderId}${path}`, { key: KEYS.otherCustomer }), "not_found");
    }
    await problem(
      await send("POST", `/api/v1/orders/${orderId}/cancel`, { key: KEYS.otherCustomer, body: { reason: "mine now" } }),
      "not_found",
    );
  });

  it("shows warehouse staff what their warehouse ships, and nothing else", async () => {
    const own = await place(await newStock());
    const elsewhere = await place(await newStock({ warehouseId: await newWarehouse() }));
    expect((await send("GET", `/api/v1/orders/${own.orderId}`, { key: KEYS.floor })).status).toBe(200);
    await problem(await send("GET", `/api/v1/orders/${elsewhere.orderId}`, { key: KEYS.floor }), "not_found");
  });

  it("says the same of an order that never was and of an id that is none", async () => {
    for (const id of [`ord_${"0".repeat(22)}`, "ord_x", "1", "%00"]) {
      const answer = await send("GET", `/api/v1/orders/${id}`);
      expect(answer.status, id).toBe(404);
      await problem(answer, "not_found");
    }
  });

  it("cancels by DELETE only against the version that was read", async () => {
    const { orderId, version } = await place(await newStock());
    const path = `/api/v1/orders/${orderId}`;
    const body = { reason: "ordered by mistake" };
    await problem(await send("DELETE", path, { body }), "version_required");
    await problem(await send("DELETE", path, { body, headers: { "If-Match": `"${version + 5}"` } }), "version_stale");
    await problem(await send("DELETE", path, { body: {}, headers: { "If-Match": `"${version}"` } }), "invalid_request");
    const current = (await send("GET", path)).headers.get("etag") ?? "";
    const cancelled = await json<OrderAnswer>(await send("DELETE", path, { body, headers: { "If-Match": current } }));
    expect(cancelled).toMatchObject({ status: "CANCELLED", ended: { reason: "ordered by mistake" } });
    await problem(await send("POST", `${path}/cancel`, { body }), "order_state");
  });

  it("says what an order waits for that can't be fulfilled yet", async () => {
    const { orderId } = await place(await newStock());
    const waited = await fulfillOrder(serviceContext({ role: "admin" }), orderId as OrderId, FLOOR_WAREHOUSE, 100);
    expect(waited).toMatchObject({
      ok: false,
      problem: { code: "order_not_ready", extra: { waitingFor: "its payment" } },
    });
  });
});
