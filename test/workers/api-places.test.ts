import { beforeAll, describe, expect, it } from "vitest";
import { TAX_RATES } from "../../seed/commerce.ts";
import type { CustomerAnswer } from "../../src/contracts/customers.ts";
import type { OrderAnswer, QuoteAnswer } from "../../src/contracts/orders.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { taxRates } from "../../src/db/ops/schema/catalog.ts";
import { customers } from "../../src/db/ops/schema/people.ts";
import type { CustomerId } from "../../src/domain/ids.ts";
import { invalidateCatalog } from "../../src/services/catalog.ts";
import {
  addKey,
  CUSTOMER,
  json,
  KEYS,
  newStock,
  newWarehouse,
  orderForm,
  prepareWorld,
  problem,
  send,
  workerEnv,
} from "./api-harness.ts";

const ops = openOps(workerEnv.OPS);

beforeAll(async () => {
  await prepareWorld();
  const abroad = TAX_RATES.filter(({ country }) => country === "US" || country === "CA");
  for (const rate of abroad)
    await ops
      .insert(taxRates)
      .values({ ...rate, region: rate.region ?? "" })
      .onConflictDoNothing();
  await ops.insert(customers).values({
    id: WITHOUT_MEANS,
    name: "Bob Example",
    email: "bob@example.com",
    address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
    language: "en",
    paymentMethod: null,
    createdAt: 0,
    updatedAt: 0,
  });
  await addKey(KEY_WITHOUT_MEANS, "customer", { customerId: WITHOUT_MEANS, channel: "storefront" });
  invalidateCatalog();
});

/** A customer who has nothing that their orders are paid with. */
const WITHOUT_MEANS = "cus_without-means" as CustomerId;
const KEY_WITHOUT_MEANS = "hf_test_of-one-without-means";

const AUSTIN = { line1: "2100 South Lamar Boulevard", city: "Austin", postalCode: "78704", country: "US" };
const MONTREAL = { line1: "4020 Rue Saint-Denis", city: "Montréal", postalCode: "h2w2m5", country: "CA" };

/** Percent that a quote, an order and an edited order are taxed with, and the region that the order keeps. */
async function taxed(address: Record<string, string>) {
  const sku = await newStock({ price: 10_000 });
  const { customer: _customer, paymentMethod: _method, ...quoteForm } = orderForm(sku, 1, { address });
  const quote = await json<QuoteAnswer>(await send("POST", "/api/v1/orders/quote", { body: quoteForm }));
  const order = await json<OrderAnswer>(
    await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(sku, 1, { address }) }),
    201,
  );
  const plain = await json<OrderAnswer>(
    await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(sku, 1) }),
    201,
  );
  const edited = await json<OrderAnswer>(
    await send("PUT", `/api/v1/orders/${plain.orderId}`, {
      body: { address },
      headers: { "If-Match": `"${plain.version}"` },
    }),
  );
  const percent = (line: { tax: { amount: number } } | undefined) => (line?.tax.amount ?? 0) / 100;
  return {
    percents: [percent(quote.lines[0]), percent(order.lines[0]), percent(edited.lines[0])],
    totals: [quote.totals.total.amount, order.totals.total.amount, edited.totals.total.amount],
    regions: [order.address.region, edited.address.region],
  };
}

describe("a state or province by its name is taxed like its code", () => {
  it.each([
    [{ ...AUSTIN, region: "Texas" }, 6.25, "TX"],
    [{ ...AUSTIN, region: "u.s.-tx" }, 6.25, "TX"],
    [{ ...AUSTIN, city: "Carson City", postalCode: "89701", region: "NEVADA" }, 6.85, "NV"],
    [{ ...MONTREAL, region: "Que\u0301bec" }, 14.97, "QC"],
    [{ ...MONTREAL, city: "Vancouver", postalCode: "V6G 2T3", region: "British Columbia" }, 12, "BC"],
  ])("in quotes, orders and edits: %j", async (address, percent, code) => {
    const { percents, totals, regions } = await taxed(address);
    for (const one of percents) expect(one).toBeCloseTo(percent, 1);
    expect(new Set(totals).size).toBe(1);
    expect(regions).toEqual([code, code]);
  });

  it("and kept as its code with a customer", async () => {
    const form = {
      name: "Ada Example",
      email: "info@mu\u0308ller.de",
      address: { ...MONTREAL, region: "Québec" },
      language: "fr",
    };
    const customer = await json<CustomerAnswer>(await send("POST", "/api/v1/customers", { body: form }), 201);
    expect(customer.address).toMatchObject({ region: "QC", postalCode: "H2W 2M5" });
    expect(customer.email).toBe("info@müller.de");
  });

  it("one that its country does not have is refused with a pointer", async () => {
    const sku = await newStock();
    const body = orderForm(sku, 1, { address: { ...AUSTIN, region: "Bavaria" } });
    const refused = await problem(await send("POST", "/api/v1/orders", { key: KEYS.csr, body }), "address_invalid");
    expect(refused.errors?.map(({ pointer }) => pointer)).toEqual(["/address/region"]);
  });
});

describe("what an order costs does not depend on the location that its caller gives", () => {
  it("for a quote, an order and an edit", async () => {
    const sku = await newStock({ price: 10_000 });
    const afar = await newWarehouse(undefined, { location: { latitude: -33.87, longitude: 151.2 }, serves: ["NZ"] });
    expect(afar).toBeDefined();
    const fromSydney = { latitude: -33.8, longitude: 151 };
    const { customer: _customer, paymentMethod: _method, ...form } = orderForm(sku);
    const quoteOf = async (location?: unknown) =>
      json<QuoteAnswer>(
        await send("POST", "/api/v1/orders/quote", { body: { ...form, ...(location !== undefined && { location }) } }),
      );
    const right = (await quoteOf()).totals;
    expect(right.shipping.amount).toBeGreaterThan(0);
    expect((await quoteOf(fromSydney)).totals).toEqual(right);
    const order = await json<OrderAnswer>(
      await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(sku, 1, { location: fromSydney }) }),
      201,
    );
    expect(order.totals).toEqual(right);
    const edited = await json<OrderAnswer>(
      await send("PUT", `/api/v1/orders/${order.orderId}`, {
        body: { location: { latitude: 52.5, longitude: 13.4 } },
        headers: { "If-Match": `"${order.version}"` },
      }),
    );
    expect(edited.totals).toEqual(right);
  });
});

describe("the channel's default means of payment", () => {
  it("pay for the default profile's own customer, and for nobody else", async () => {
    const sku = await newStock({ price: 10_000 });
    const body = { productId: sku, quantity: 1, customerLocation: "Berlin" };
    const refused = await problem(
      await send("POST", "/orders", { key: KEY_WITHOUT_MEANS, body }),
      "profile_incomplete",
    );
    expect(refused.detail).toContain("paymentMethod");
    expect(refused.detail).toContain(WITHOUT_MEANS);
    const taken = await json<{ orderId: string }>(await send("POST", "/orders", { key: KEYS.storefront, body }), 201);
    const order = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${taken.orderId}`));
    expect(order.customerId).toBe(CUSTOMER);
  });
});
