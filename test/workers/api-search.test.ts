import { beforeAll, expect, it, vi } from "vitest";
import type { CustomerAnswer } from "../../src/contracts/customers.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Sku } from "../../src/domain/ids.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, send, unique } from "./api-harness.ts";

beforeAll(prepareWorld);

/** A name, and how people ask for it: in any case, composed or not, with or without accents. */
const WRITINGS: readonly (readonly [name: string, questions: readonly string[]])[] = [
  ["Jörg Größe", ["JÖRG GRÖSSE", "jo\u0308rg", "jorg grosse", "größe"]],
  ["İlker Yıldız", ["ilker", "İLKER", "YILDIZ", "ilker yıldız"]],
  ["Νίκος Παππάς", ["ΝΊΚΟΣ", "νικοσ", "ΠΑΠΠΑΣ"]],
  ["Юлия Йорданова", ["ЮЛИЯ", "йорданова", "ЙОРДАНОВА"]],
  ["Zoe\u0308 Łukasik", ["ZOË", "zoe lukasik", "ŁUKASIK"]],
];

async function found(path: string, question: string): Promise<string[]> {
  const list = await json<{ data: Record<string, string>[] }>(
    await send("GET", `${path}${path.includes("?") ? "&" : "?"}q=${encodeURIComponent(question)}`),
  );
  return list.data.map((row) => row["orderId"] ?? row["customerId"] ?? row["sku"] ?? "");
}

it.each(WRITINGS)("customers and orders of %s are found however the name is written", async (name, questions) => {
  const mark = unique("mark");
  const form = {
    name: `${name} ${mark}`,
    email: "someone@example.com",
    address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
    language: "de",
  };
  const { customerId } = await json<CustomerAnswer>(await send("POST", "/api/v1/customers", { body: form }), 201);
  const body = orderForm(await newStock(), 1, { customer: { name: form.name, email: form.email } });
  const { orderId } = await json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body }), 201);
  await vi.waitFor(async () => expect(await found("/api/v1/orders", mark)).toEqual([orderId]), { timeout: 10_000 });
  for (const question of questions) {
    expect([question, await found("/api/v1/customers", `${question}`)]).toEqual([
      question,
      expect.arrayContaining([customerId]),
    ]);
    expect([question, await found("/api/v1/orders", question)]).toEqual([question, expect.arrayContaining([orderId])]);
  }
  expect(await found("/api/v1/customers", `${mark}x`)).toEqual([]);
});

it("products are found however their name is written", async () => {
  const name = `Pâtisserie-Löffel ${unique("spoon")}`;
  const sku = unique("SPOON") as Sku;
  const product = {
    sku,
    name,
    category: "tests",
    unit: "each",
    price: { amount: 100, currency: "EUR" },
    weightGrams: 10,
    taxClass: "standard",
    backorder: false,
    active: true,
  };
  await json(await send("POST", "/api/v1/products", { body: product }), 201);
  for (const question of [
    "PÂTISSERIE",
    "pa\u0302tisserie-lo\u0308ffel",
    "patisserie loffel".slice(0, 10),
    sku.toLowerCase(),
  ])
    expect([question, await found("/api/v1/products", question)]).toEqual([question, expect.arrayContaining([sku])]);
});
