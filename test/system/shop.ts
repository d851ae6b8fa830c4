import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";
import type { StockPolicy } from "../../src/domain/catalog.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import { startSystem, type System, type SystemOptions } from "../support/system.ts";

const ADMIN = "hf_test_admin";
let made = 0;

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** The running system as people and programs use it: through its API and the simulators' pages. */
export class Shop {
  /** Where it runs; known once it does. */
  url = "";

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Body };
  }

  /** A product of this test alone, with this much of it at each warehouse. */
  async stock(
    units: Record<string, number>,
    more: { stockPolicy?: StockPolicy; price?: number } = {},
  ): Promise<string> {
    made += 1;
    const sku = `ROAD-${Date.now().toString(36)}-${made}`;
    const product = {
      sku,
      name: `Road test ${sku}`,
      category: "Tests",
      unit: "each",
      price: { amount: more.price ?? 1500, currency: "EUR" },
      weightGrams: 400,
      taxClass: "standard",
      stockPolicy: more.stockPolicy ?? { kind: "refuse" },
      active: true,
    };
    await this.#must(201, this.call("POST", "/api/v1/products", product));
    for (const [warehouseId, quantity] of Object.entries(units))
      await this.#must(
        200,
        this.call("POST", "/api/v1/inventory/receipts", { sku, warehouseId, quantity, ref: `opening-${sku}` }),
      );
    return sku;
  }

  async #must<Body>(status: number, call: Promise<Answer<Body>>): Promise<Answer<Body>> {
    const answer = await call;
    if (answer.status !== status)
      throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** A full-form order from Berlin, paid by this test card. */
  order(lines: { sku: string; quantity: number }[], card = "pm_card_visa"): Record<string, unknown> {
    return {
      customer: { name: "Road Tester", email: "road.tester@example.com" },
      lines,
      address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
      shippingMethod: "standard",
      paymentMethod: { token: card },
      currency: "EUR",
    };
  }

  async place(lines: { sku: string; quantity: number }[], card?: string): Promise<OrderAnswer> {
    const placed = await this.#must(201, this.call<OrderAnswer>("POST", "/api/v1/orders", this.order(lines, card)));
    return placed.body;
  }

  async read(orderId: string): Promise<OrderAnswer> {
    return (await this.#must(200, this.call<OrderAnswer>("GET", `/api/v1/orders/${orderId}`))).body;
  }

  /** Waits for the order to be as said, and answers it. */
  async until(orderId: string, isReached: (order: OrderAnswer) => boolean, what: string): Promise<OrderAnswer> {
    return this.eventually(async () => {
      const order = await this.read(orderId);
      return isReached(order) ? order : null;
    }, what);
  }

  /** Waits until `look` finds something. */
  async eventually<Found>(look: () => Promise<Found | null>, what: string): Promise<Found> {
    const limit = Date.now() + 30_000;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (Date.now() > limit) throw new Error(`did not come: ${what}`);
      await pause(50);
    }
  }

  /** All rows of a table of a simulator's own books. */
  async books(vendor: string, table: string): Promise<Record<string, string | number | null>[]> {
    const { body } = await this.call<{ tables: Record<string, Record<string, string | number | null>[]> }>(
      "GET",
      `/simulators/${vendor}/books.json`,
    );
    return body.tables[table] ?? [];
  }

  async level(
    sku: string,
    warehouse: string,
  ): Promise<{ onHand: number; held: number; allocated: number; available: number }> {
    return (
      await this.#must(
        200,
        this.call<{ onHand: number; held: number; allocated: number; available: number }>(
          "GET",
          `/api/v1/inventory/${sku}/${warehouse}`,
        ),
      )
    ).body;
  }
}

/** The system as it runs for the tests of one file or suite, over a state of its own. */
export function openShop(options: SystemOptions = {}): Shop {
  const shop = new Shop();
  let system: System | undefined;
  beforeAll(async () => {
    system = await startSystem(options);
    shop.url = system.url;
  });
  afterAll(() => system?.stop());
  return shop;
}
