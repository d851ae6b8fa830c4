import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Product, ShippingMethod, TaxRate } from "../../src/domain/catalog.ts";
import type { Sku } from "../../src/domain/ids.ts";
import {
  MAX_AMOUNT,
  type PricingRequest,
  type PricingResult,
  priceOrder,
  priceShipping,
  taxRateFor,
} from "../../src/domain/pricing.ts";

const sku = (name: string): Sku => name as Sku;

function product(name: string, price: number, changes: Partial<Product> = {}): Product {
  return {
    sku: sku(name),
    name,
    category: "mugs",
    unit: "each",
    price,
    currency: "EUR",
    weightGrams: 300,
    taxClass: "standard",
    backorder: false,
    active: true,
    ...changes,
  };
}

const method: ShippingMethod = {
  id: "ground",
  name: "Ground",
  carrier: "fedex",
  service: "FEDEX_GROUND",
  base: 400,
  perKilogram: 100,
  perThousandKm: 50,
  currency: "EUR",
  transitDays: [{ withinKm: 20_000, days: 3 }],
};
const taxRates: TaxRate[] = [
  { country: "DE", taxClass: "standard", ratePpm: 190_000, taxesShipping: true },
  { country: "DE", taxClass: "reduced", ratePpm: 70_000, taxesShipping: true },
  { country: "US", taxClass: "standard", ratePpm: 0, taxesShipping: false },
  { country: "US", region: "NY", taxClass: "standard", ratePpm: 88_750, taxesShipping: false },
];

function request(changes: Partial<PricingRequest> & { catalogue?: Product[] } = {}): PricingRequest {
  const catalogue = changes.catalogue ?? [product("mug", 1999), product("book", 1050, { taxClass: "reduced" })];
  return {
    lines: [{ sku: sku("mug"), quantity: 2 }],
    products: new Map(catalogue.map((each) => [each.sku, each])),
    currency: "EUR",
    method,
    destination: { country: "DE" },
    distanceKm: 300,
    taxRates,
    ...changes,
  };
}

function priced(result: PricingResult): Extract<PricingResult, { ok: true }>["price"] {
  if (!result.ok) throw new Error(`refused: ${result.refusals.map(({ reason }) => reason).join()}`);
  return result.price;
}

const reasons = (result: PricingResult): string[] => (result.ok ? [] : result.refusals.map(({ reason }) => reason));

describe("priceOrder", () => {
  it("adds lines, shipping and tax", () => {
    const price = priced(
      priceOrder(
        request({
          lines: [
            { sku: sku("mug"), quantity: 2 },
            { sku: sku("book"), quantity: 1 },
          ],
        }),
      ),
    );
    expect(price).toEqual({
      currency: "EUR",
      lines: [
        { sku: "mug", quantity: 2, unitPrice: 1999, net: 3998, discount: 0, tax: 760 },
        { sku: "book", quantity: 1, unitPrice: 1050, net: 1050, discount: 0, tax: 74 },
      ],
      subtotal: 5048,
      shipping: 550,
      shippingTax: 105,
      tax: 939,
      discount: 0,
      total: 6537,
    });
  });

  it("rounds each line's tax half away from zero", () => {
    // 19% of 1050 is 199.5
    const price = priced(
      priceOrder(request({ catalogue: [product("a", 1050)], lines: [{ sku: sku("a"), quantity: 1 }] })),
    );
    expect(price.lines[0]?.tax).toBe(200);
  });

  it("taxes what is left after discounts, shared by value", () => {
    const catalogue = [product("a", 3000), product("b", 1000)];
    const discounts = [
      { amount: 300, reason: "late last time" },
      { amount: 101, reason: "coupon" },
    ];
    const price = priced(
      priceOrder(
        request({
          catalogue,
          discounts,
          lines: [
            { sku: sku("a"), quantity: 1 },
            { sku: sku("b"), quantity: 1 },
          ],
        }),
      ),
    );
    expect(price.lines.map((line) => [line.discount, line.tax])).toEqual([
      [301, 513],
      [100, 171],
    ]);
    expect(price.discount).toBe(401);
    expect(price.total).toBe(4000 + price.shipping + price.tax - 401);
  });

  it("takes a marketplace's price where one is given, in the order's currency", () => {
    const price = priced(
      priceOrder(
        request({
          catalogue: [product("mug", 1999, { currency: "USD" })],
          lines: [{ sku: sku("mug"), quantity: 1, unitPrice: 1500 }],
        }),
      ),
    );
    expect(price.lines[0]?.unitPrice).toBe(1500);
  });

  it("uses the region's rate before the country's and does not tax shipping where it is free of tax", () => {
    const inNewYork = priced(priceOrder(request({ destination: { country: "US", region: "ny" } })));
    expect([inNewYork.lines[0]?.tax, inNewYork.shippingTax]).toEqual([355, 0]);
    expect(priced(priceOrder(request({ destination: { country: "US", region: "OR" } }))).tax).toBe(0);
    expect(priced(priceOrder(request({ destination: { country: "KE" } }))).tax).toBe(0);
  });

  it("refuses a total of exactly 5.00 and takes 5.01", () => {
    const free: ShippingMethod = { ...method, base: 0, perKilogram: 0, perThousandKm: 0 };
    const at = (price: number): PricingResult =>
      priceOrder(
        request({
          catalogue: [product("a", price)],
          lines: [{ sku: sku("a"), quantity: 1 }],
          method: free,
          destination: { country: "KE" },
        }),
      );
    expect(at(500)).toEqual({ ok: false, refusals: [{ reason: "total_too_small", total: 500, mustExceed: 500 }] });
    expect(priced(at(501)).total).toBe(501);
  });

  it("knows that 5 yen are 5 and not 500", () => {
    const yen: ShippingMethod = { ...method, base: 0, perKilogram: 0, perThousandKm: 0, currency: "JPY" };
    const at = (price: number): PricingResult =>
      priceOrder(
        request({
          catalogue: [product("a", price, { currency: "JPY" })],
          lines: [{ sku: sku("a"), quantity: 1 }],
          method: yen,
          currency: "JPY",
          destination: { country: "JP" },
        }),
      );
    expect(reasons(at(5))).toEqual(["total_too_small"]);
    expect(priced(at(6)).total).toBe(6);
  });

  it("names every bad line at once", () => {
    const catalogue = [
      product("a", 100),
      product("gone", 100, { active: false }),
      product("pounds", 100, { currency: "GBP" }),
    ];
    const lines = [
      { sku: sku("a"), quantity: 0 },
      { sku: sku("a"), quantity: 1.5 },
      { sku: sku("nowhere"), quantity: 1 },
      { sku: sku("gone"), quantity: 1 },
      { sku: sku("pounds"), quantity: 1 },
      { sku: sku("a"), quantity: 1, unitPrice: -1 },
      { sku: sku("a"), quantity: 1 },
    ];
    expect(priceOrder(request({ catalogue, lines }))).toEqual({
      ok: false,
      refusals: [
        { reason: "quantity_invalid", line: 0 },
        { reason: "quantity_invalid", line: 1 },
        { reason: "unknown_sku", line: 2, sku: "nowhere" },
        { reason: "not_for_sale", line: 3, sku: "gone" },
        { reason: "currency_mismatch", subject: { line: 4, sku: "pounds" }, currency: "GBP" },
        { reason: "price_invalid", line: 5 },
      ],
    });
  });

  it("refuses an order without lines, a method in another currency, and quantities no payment can carry", () => {
    expect(reasons(priceOrder(request({ lines: [] })))).toEqual(["no_lines"]);
    expect(
      reasons(priceOrder(request({ currency: "USD", catalogue: [product("mug", 1999, { currency: "USD" })] }))),
    ).toEqual(["currency_mismatch"]);
    expect(reasons(priceOrder(request({ lines: [{ sku: sku("mug"), quantity: 1e308 }] })))).toEqual([
      "quantity_invalid",
    ]);
    expect(reasons(priceOrder(request({ lines: [{ sku: sku("mug"), quantity: Number.MAX_SAFE_INTEGER }] })))).toEqual([
      "amount_too_large",
    ]);
  });

  it("refuses discounts that are no amounts or more than the lines", () => {
    const discounted = (amount: number): string[] =>
      reasons(priceOrder(request({ discounts: [{ amount, reason: "x" }] })));
    expect(discounted(0)).toEqual(["discount_invalid"]);
    expect(discounted(-100)).toEqual(["discount_invalid"]);
    expect(discounted(10.5)).toEqual(["discount_invalid"]);
    expect(discounted(3999)).toEqual(["discount_too_large"]);
    expect(discounted(3998)).toEqual([]);
  });

  it("always adds up, in whole minor units", () => {
    const anyLine = fc.record({
      quantity: fc.integer({ min: 1, max: 50 }),
      price: fc.integer({ min: 1, max: 20_000 }),
      taxClass: fc.constantFrom("standard" as const, "reduced" as const, "zero" as const),
    });
    fc.assert(
      fc.property(
        fc.array(anyLine, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 20_000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (wanted, distanceKm, share) => {
          const catalogue = wanted.map(({ price, taxClass }, index) => product(`p${index}`, price, { taxClass }));
          const amount = Math.floor(wanted.reduce((sum, { price, quantity }) => sum + price * quantity, 0) * share);
          const discounts = amount > 0 ? [{ amount, reason: "goodwill" }] : [];
          const result = priceOrder(
            request({
              catalogue,
              discounts,
              distanceKm,
              lines: wanted.map(({ quantity }, index) => ({ sku: sku(`p${index}`), quantity })),
            }),
          );
          if (!result.ok) {
            expect(reasons(result)).toEqual(["total_too_small"]);
            return;
          }
          const { price } = result;
          const sum = (pick: (line: (typeof price.lines)[number]) => number): number =>
            price.lines.reduce((total, line) => total + pick(line), 0);
          expect(sum(({ net }) => net)).toBe(price.subtotal);
          expect(sum(({ discount }) => discount)).toBe(price.discount);
          expect(sum(({ tax }) => tax) + price.shippingTax).toBe(price.tax);
          expect(price.subtotal + price.shipping + price.tax - price.discount).toBe(price.total);
          for (const value of [
            price.total,
            price.tax,
            ...price.lines.flatMap((line) => [line.net, line.discount, line.tax]),
          ])
            expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
          for (const line of price.lines) expect(line.discount).toBeLessThanOrEqual(line.net);
          expect(price.total).toBeLessThanOrEqual(MAX_AMOUNT);
        },
      ),
    );
  });
});

describe("priceShipping", () => {
  it("counts started kilograms and started thousands of kilometers", () => {
    const cost = (weightGrams: number, distanceKm: number): number =>
      priceShipping({ method, weightGrams, distanceKm });
    expect(cost(1, 1)).toBe(550);
    expect(cost(1000, 1000)).toBe(550);
    expect(cost(1001, 1000.1)).toBe(700);
    expect(cost(0, 0)).toBe(400);
  });
});

describe("taxRateFor", () => {
  it("does not take another class's or another region's rate", () => {
    expect(taxRateFor(taxRates, { country: "DE" }, "zero")).toBeUndefined();
    expect(taxRateFor(taxRates, { country: "US", region: "NY" }, "standard")?.ratePpm).toBe(88_750);
    expect(taxRateFor(taxRates, { country: "US" }, "standard")?.ratePpm).toBe(0);
  });
});
