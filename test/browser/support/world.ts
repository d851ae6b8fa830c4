import { randomBytes } from "node:crypto";
import { expect, vi } from "vitest";
import { z } from "zod";
import { orderAnswer } from "../../../src/contracts/orders.ts";

const ADMIN = "hf_test_admin";
const STOREFRONT = "hf_test_storefront";

/** What one test works with: its own warehouse and its own SKU, so that no other test's orders are in its way. */
export interface World {
  sku: string;
  productName: string;
  warehouseId: string;
  city: string;
}

/** Calls the API as other systems do; throws with the answer's text when it refuses. */
export async function callApi<Shape extends z.ZodType>(
  url: string,
  path: string,
  options: { key?: string; method?: string; version?: number; body?: unknown; answer: Shape },
): Promise<z.output<Shape>> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    headers: {
      authorization: `Bearer ${options.key ?? ADMIN}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
      ...(options.version !== undefined && { "if-match": `"${options.version}"` }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${options.method ?? "POST"} ${path} was answered ${answer.status}: ${text}`);
  return options.answer.parse(text === "" ? null : JSON.parse(text));
}

/** A new warehouse in the South Pacific, so that no seeded one is nearer, with `stock` units of a new product. */
export async function createWorld(url: string, stock: number): Promise<World> {
  const mark = randomBytes(4).toString("hex");
  const world: World = {
    sku: `BR-${mark.toUpperCase()}`,
    productName: `Test lantern ${mark}`,
    warehouseId: `apia-${mark}`,
    city: `Apia ${mark}`,
  };
  await callApi(url, "/warehouses", {
    body: {
      id: world.warehouseId,
      name: `Warehouse ${mark}`,
      city: world.city,
      country: "NZ",
      location: { latitude: -13.83, longitude: -171.76 },
      timeZone: "Pacific/Auckland",
      cutOffMinutes: 960,
      workingDays: [1, 2, 3, 4, 5, 6, 7],
      dailyCapacity: 1_000,
      serves: [],
      mode: "floor",
      open: true,
      address: { line1: "1 Quay Street", city: "Auckland", postalCode: "1010", country: "NZ" },
    },
    answer: z.unknown(),
  });
  await callApi(url, "/products", {
    body: {
      sku: world.sku,
      name: world.productName,
      category: "Test",
      unit: "each",
      price: { amount: 2_500, currency: "EUR" },
      weightGrams: 400,
      taxClass: "standard",
      backorder: false,
      active: true,
    },
    answer: z.unknown(),
  });
  await callApi(url, "/inventory/receipts", {
    body: { sku: world.sku, warehouseId: world.warehouseId, quantity: stock },
    answer: z.unknown(),
  });
  return world;
}

/** An order for units of this world's product, from the storefront. */
export async function placeOrder(url: string, world: World, quantity = 1): Promise<z.infer<typeof orderAnswer>> {
  return callApi(url, "/orders", {
    key: STOREFRONT,
    body: {
      customer: { name: "Ada Example", email: "ada@example.com" },
      lines: [{ sku: world.sku, quantity }],
      address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
      shippingMethod: "standard",
      paymentMethod: { token: "pm_card_visa" },
      currency: "EUR",
    },
    answer: orderAnswer,
  });
}

/** The order once it is in this state. */
export async function orderIn(url: string, orderId: string, state: string): Promise<z.infer<typeof orderAnswer>> {
  return vi.waitFor(
    async () => {
      const order = await callApi(url, `/orders/${orderId}`, { answer: orderAnswer });
      expect(order.orderStatus, order.number).toBe(state);
      return order;
    },
    { timeout: 20_000 },
  );
}
