import { beforeAll, describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { QuoteAnswer } from "../../src/contracts/place-order.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, problem, send, unique } from "./api-harness.ts";

beforeAll(prepareWorld);

const PREORDER = { kind: "preorder", availableFrom: "2030-01-07", partly: true } as const;

describe("a product says what becomes of orders for more than there is", () => {
  const form = () => ({
    name: unique("A product"),
    category: "tests",
    unit: "each",
    price: { amount: 1_000, currency: "EUR" },
    weightGrams: 10,
    taxClass: "standard",
    active: true,
  });

  it("by a policy, or by yes or no for short, and a replacement says it anew", async () => {
    const sku = unique("NEW");
    const body = form();
    const added = await send("POST", "/api/v1/products", { body: { sku, ...body, stockPolicy: PREORDER } });
    expect(await json(added, 201)).toMatchObject({ backorder: true, stockPolicy: PREORDER });
    const replaced = await send("PUT", `/api/v1/products/${sku}`, {
      body: { ...body, backorder: true },
      headers: { "If-Match": '"1"' },
    });
    const stockPolicy = { kind: "backorder", leadDays: null, partly: false };
    expect(await json(replaced)).toMatchObject({ backorder: true, stockPolicy });
    expect(await json(await send("GET", `/api/v1/products/${sku}`))).toMatchObject({ stockPolicy });
  });

  it("and is told what is wrong where it says neither, two things, or a day that is none", async () => {
    const refused = async (more: object) => {
      const answer = await send("POST", "/api/v1/products", { body: { sku: unique("NEW"), ...form(), ...more } });
      return (await problem(answer, "invalid_request")).errors?.[0]?.pointer;
    };
    expect(await refused({})).toBe("/stockPolicy");
    expect(await refused({ backorder: false, stockPolicy: PREORDER })).toBe("/stockPolicy");
    expect(await refused({ stockPolicy: { ...PREORDER, availableFrom: "soon" } })).toBe("/stockPolicy/availableFrom");
  });
});

describe("what there is none of yet", () => {
  it("is quoted and ordered with a promised date, which its limit counts from", async () => {
    const sku = await newStock({ units: 0, stockPolicy: PREORDER });
    const order = orderForm(sku, 2);
    const { lines, address, shippingMethod, currency } = order;
    const wanted = { lines, address, shippingMethod, currency };
    const quote = await json<QuoteAnswer>(await send("POST", "/api/v1/orders/quote", { body: wanted }));
    const [waiting] = quote.backordered;
    expect(waiting).toMatchObject({ sku, quantity: 2 });
    expect(waiting?.promisedDate).toMatch(/^2030-01-/);
    expect(quote.estimatedDelivery).toBe(waiting?.promisedDate);
    const placed = await json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body: order }), 201);
    expect(placed).toMatchObject({
      status: "PENDING",
      estimatedDelivery: waiting?.promisedDate,
      lines: [{ backordered: 2, promisedDate: waiting?.promisedDate }],
    });
    expect(placed.backorderedUntil).toMatch(/^2030-02-/);
  });

  it("is promised for the later of two days where a part is there, and not at all where nobody knows", async () => {
    const known = { kind: "backorder", leadDays: 40, partly: true } as const;
    const some = await newStock({ units: 1, stockPolicy: known });
    const part = orderForm(some, 2);
    const placed = await json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body: part }), 201);
    expect(placed.lines).toMatchObject([{ quantity: 2, backordered: 1, promisedDate: placed.estimatedDelivery }]);
    expect(Date.parse(placed.estimatedDelivery ?? "")).toBeGreaterThan(Date.now() + 39 * 86_400_000);
    const vague = await newStock({ units: 0, stockPolicy: { ...known, leadDays: null } });
    const body = orderForm(vague, 1);
    const unknown = await json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body }), 201);
    expect(unknown).toMatchObject({ estimatedDelivery: null, lines: [{ backordered: 1, promisedDate: null }] });
  });
});
