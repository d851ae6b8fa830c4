import { pbkdf2Sync, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { API_KEYS, FLOOR_WAREHOUSE_ID, LOCAL_PASSWORD, USERS } from "../../seed/access.ts";
import { CHANNELS, SHIPPING_METHODS, TAX_RATES } from "../../seed/commerce.ts";
import { CUSTOMERS } from "../../seed/customers.ts";
import { PRODUCTS } from "../../seed/products/products.ts";
import { LEVELS } from "../../seed/stock.ts";
import { WAREHOUSES } from "../../seed/warehouses.ts";
import { checkAddress, checkContact } from "../../src/domain/address.ts";
import { isOnGlobe } from "../../src/domain/geography.ts";
import { SKU_PATTERN, WAREHOUSE_ID_PATTERN } from "../../src/domain/ids.ts";
import { minorUnits } from "../../src/domain/money.ts";
import { priceOrder } from "../../src/domain/pricing.ts";
import { CHANNELS as CHANNEL_IDS } from "../../src/domain/order/order.ts";

function fixture(name: string): string[] {
  return readFileSync(new URL(`../fixtures/orders/${name}`, import.meta.url), "utf8")
    .trim()
    .split("\n");
}

/** How many baskets each good was in; codes of other forms are postage, fees, vouchers and the like. */
function popularity(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of fixture("baskets.csv")) {
    const codes = new Set(line.split(",").map((code) => code.trim().toUpperCase()));
    for (const code of codes) if (/^\d{5}[A-Z]{0,2}$/.test(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

const continentOf = new Map(
  Object.entries({
    Europe: "NL GB FR DE IT ES PL SE TR",
    America: "US CA MX BR CO",
    Asia: "SG JP HK IN AE",
    Africa: "ZA KE",
    Oceania: "AU",
  }).flatMap(([continent, countries]) => countries.split(" ").map((country) => [country, continent] as const)),
);

it("sells the 400 goods that the real baskets have most", () => {
  const most = [...popularity()].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 400);
  expect(PRODUCTS.map(({ sku, bought }) => [sku, bought])).toEqual(most);
});

it("takes names and prices from the invoices where they have them", () => {
  const words = (name: string) => new Set(name.toUpperCase().match(/[A-Z]{4,}/g));
  const invoiced = new Map<string, { name: string; prices: number[] }>();
  for (const line of fixture("invoices-sample.csv").slice(1)) {
    const [, sku = "", name = "", , , price = "", ...rest] = line.split(",");
    // A few lines of the sample lack a comma.
    if (rest.length !== 2) continue;
    const known = invoiced.get(sku) ?? { name, prices: [] };
    known.prices.push(Math.round(Number(price) * 100));
    invoiced.set(sku, known);
  }
  const sold = PRODUCTS.filter(({ sku }) => invoiced.has(sku));
  expect(sold.length).toBeGreaterThan(80);
  for (const { sku, name, price } of sold) {
    const source = invoiced.get(sku);
    expect(source?.prices, sku).toContain(price);
    const kept = [...words(source?.name ?? "")].filter((word) => words(name).has(word));
    expect(kept, `${source?.name} became ${name}`).not.toEqual([]);
  }
});

it("gives every product an id, a name of its own, a price, a weight and a category", () => {
  expect(new Set(PRODUCTS.map(({ name }) => name)).size).toBe(PRODUCTS.length);
  for (const product of PRODUCTS) {
    expect(product.sku).toMatch(SKU_PATTERN);
    expect(product.name).toMatch(/^[A-Z0-9][\w' -]+$/);
    expect(product.price).toBeGreaterThan(0);
    expect(product.weightGrams).toBeGreaterThan(0);
    expect(product.currency).toBe("EUR");
    expect(product.category.length).toBeGreaterThan(3);
  }
  expect(PRODUCTS.filter(({ backorder }) => backorder).length).toBeGreaterThan(5);
  expect(PRODUCTS.filter(({ backorder }) => backorder).length).toBeLessThan(40);
});

it("has 24 warehouses on five continents, each in its city's time zone", () => {
  expect(WAREHOUSES).toHaveLength(24);
  expect(new Set(WAREHOUSES.map(({ id }) => id)).size).toBe(24);
  expect(new Set(WAREHOUSES.map(({ country }) => continentOf.get(country)))).toEqual(
    new Set(["Europe", "America", "Asia", "Africa", "Oceania"]),
  );
  for (const warehouse of WAREHOUSES) {
    expect(warehouse.id).toMatch(WAREHOUSE_ID_PATTERN);
    expect(isOnGlobe(warehouse.location)).toBe(true);
    const noon = new Date(Date.UTC(2026, 0, 15, 12));
    const local = Number(
      new Intl.DateTimeFormat("en", { timeZone: warehouse.timeZone, hour: "numeric", hourCycle: "h23" }).format(noon),
    );
    // A city's clock is within 2.5 hours of what the sun says at its longitude.
    const sun = 12 + warehouse.location.longitude / 15;
    expect(Math.abs(((local - sun + 36) % 24) - 12), warehouse.id).toBeLessThan(2.5);
    expect(warehouse.cutOffMinutes).toBeGreaterThan(12 * 60);
    expect(warehouse.cutOffMinutes).toBeLessThan(20 * 60);
    expect(warehouse.serves.length === 0 || warehouse.serves.includes(warehouse.country)).toBe(true);
  }
});

it("rests on Friday and Saturday in the Gulf", () => {
  expect(WAREHOUSES.find(({ id }) => id === "dubai")?.workingDays).toEqual([1, 2, 3, 4, 7]);
});

it("stocks every product in 4 to 12 warehouses, the popular ones in more and with more", () => {
  const known = new Set(WAREHOUSES.map(({ id }) => id));
  expect(new Set(LEVELS.map(({ sku, warehouseId }) => `${sku}~${warehouseId}`)).size).toBe(LEVELS.length);
  for (const level of LEVELS) {
    expect(known.has(level.warehouseId)).toBe(true);
    expect(Number.isInteger(level.opening) && level.opening >= 0).toBe(true);
    expect(level.safetyStock).toBeLessThanOrEqual(level.opening);
    expect(level.reorderPoint).toBeGreaterThanOrEqual(10);
  }
  const places = PRODUCTS.map(({ sku }) => LEVELS.filter((level) => level.sku === sku));
  for (const levels of places) {
    expect(levels.length).toBeGreaterThanOrEqual(4);
    expect(levels.length).toBeLessThanOrEqual(12);
  }
  const units = (levels: readonly { opening: number }[] = []) => levels.reduce((sum, { opening }) => sum + opening, 0);
  expect(units(places[0])).toBeGreaterThan(5 * units(places.at(-2)));
});

it("has some goods that are nearly sold out", () => {
  const scarce = PRODUCTS.filter(({ sku }) => {
    const left = LEVELS.filter((level) => level.sku === sku && level.opening > 0);
    return left.length <= 2 && left.every(({ opening }) => opening < 10);
  });
  expect(scarce.length).toBeGreaterThan(10);
  expect(scarce.length).toBeLessThan(60);
});

it("knows customers all over the world, with addresses that can only be examples", () => {
  expect(CUSTOMERS).toHaveLength(41);
  expect(new Set(CUSTOMERS.map(({ id }) => id)).size).toBe(41);
  for (const { contact, location } of CUSTOMERS) {
    expect(contact.email).toMatch(/^[a-z.]+@[a-z]{2}\.example$/);
    expect(location && isOnGlobe(location)).toBe(true);
  }
  expect(new Set(CUSTOMERS.map(({ address }) => address.country)).size).toBeGreaterThan(25);
});

it("has nothing but complete addresses", () => {
  for (const { address, contact } of CUSTOMERS) {
    expect(checkAddress(address), address.city).toEqual([]);
    expect(checkContact(contact), contact.name).toEqual([]);
  }
  for (const { address } of WAREHOUSES) expect(checkAddress(address), address.city).toEqual([]);
});

it("can ship to, and tax, every country that a customer lives in or a warehouse serves", () => {
  const taxed = new Set(TAX_RATES.filter((rate) => rate.region === undefined).map(({ country }) => country));
  const countries = [...CUSTOMERS.map(({ address }) => address.country), ...WAREHOUSES.flatMap(({ serves }) => serves)];
  expect(countries.filter((country) => !taxed.has(country))).toEqual([]);
  for (const { transitDays } of SHIPPING_METHODS) {
    const days = transitDays.map((band) => band.days);
    expect(days).toEqual([...days].sort((a, b) => a - b));
    expect(transitDays.at(-1)?.withinKm).toBeGreaterThan(20_015);
  }
});

it("ships in currencies of no, two and three decimals, and an order of each has a price", () => {
  const currencies = new Set(SHIPPING_METHODS.map(({ currency }) => currency));
  expect([...currencies].sort()).toEqual(["EUR", "GBP", "JPY", "KWD", "USD"]);
  expect(new Set(SHIPPING_METHODS.map(({ id }) => id)).size).toBe(SHIPPING_METHODS.length);
  for (const method of SHIPPING_METHODS) {
    const { currency } = method;
    const product = { ...PRODUCTS[0]!, currency, price: minorUnits(40, currency) };
    const priced = priceOrder({
      lines: [{ sku: product.sku, quantity: 1 }],
      products: new Map([[product.sku, product]]),
      currency,
      method,
      destination: { country: "DE" },
      distanceKm: 500,
      taxRates: TAX_RATES,
    });
    expect(priced.ok && priced.price.shipping > 0).toBe(true);
  }
});

it("lets only the storefront take orders from nobody in particular, for a customer that exists", () => {
  expect(CHANNELS.map(({ id }) => id).sort()).toEqual([...CHANNEL_IDS].sort());
  const withProfile = CHANNELS.filter(({ defaultCustomerId }) => defaultCustomerId !== null);
  expect(withProfile).toMatchObject([{ id: "storefront", defaultPaymentMethod: "pm_card_visa" }]);
  expect(CUSTOMERS.some(({ id }) => id === withProfile[0]?.defaultCustomerId)).toBe(true);
});

it("signs its staff in with the local password", () => {
  expect(USERS.map(({ email }) => email.split("@")[0]).sort()).toEqual(["csr", "floor", "manager", "ops"]);
  for (const { passwordHash } of USERS) {
    const [scheme, iterations = "", salt = "", hash = ""] = passwordHash.split("$");
    expect(scheme).toBe("pbkdf2-sha256");
    const derived = pbkdf2Sync(LOCAL_PASSWORD, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
    expect(derived.toString("base64")).toBe(hash);
  }
});

it("stores the five local keys as hashes, each tied to what it may see", () => {
  expect(API_KEYS.map(({ name }) => name).sort()).toEqual(
    ["admin", "csr", "customer", "floor", "storefront"].map((role) => `hf_test_${role}`),
  );
  for (const { name, hash } of API_KEYS) expect(hash).toBe(createHash("sha256").update(name).digest("hex"));
  const byName = new Map(API_KEYS.map((key) => [key.name, key]));
  expect(byName.get("hf_test_floor")?.warehouseId).toBe(FLOOR_WAREHOUSE_ID);
  expect(CUSTOMERS.some(({ id }) => id === byName.get("hf_test_customer")?.customerId)).toBe(true);
});
