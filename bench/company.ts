import type { FullOrderForm } from "../src/contracts/place-order.ts";
import { channels, levels, products, shippingMethods, taxRates, warehouses } from "../src/db/ops/schema/catalog.ts";
import { apiKeys, customers } from "../src/db/ops/schema/people.ts";
import { stock } from "../src/db/ops/schema/stock.ts";
import type { Address, LevelRegistration } from "../src/domain/catalog.ts";
import type { Sku, WarehouseId } from "../src/domain/ids.ts";
import { API_KEYS } from "../seed/access.ts";
import { CHANNELS, SHIPPING_METHODS, TAX_RATES } from "../seed/commerce.ts";
import { CUSTOMERS } from "../seed/customers.ts";
import { seededRandom } from "../seed/random.ts";
import { insertStatements, SEEDED_AT } from "../seed/sql.ts";
import { WAREHOUSES } from "../seed/warehouses.ts";

/** The company that is measured: 200 SKUs in three warehouses, each with more than any run can sell. */

const SKU_COUNT = 200;
const PLENTY = 50_000_000;
/** What 1,000 clients compete for. */
export const OVERSELL = { sku: "BENCH-SCARCE", units: 100, clients: 1_000 } as const;
export const STOREFRONT_KEY = "hf_test_storefront";
export const ADMIN_KEY = "hf_test_admin";

const PLACES: readonly { warehouse: string; address: Address }[] = [
  { warehouse: "berlin", address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" } },
  {
    warehouse: "rotterdam",
    address: { line1: "Coolsingel 40", city: "Rotterdam", postalCode: "3011 AD", country: "NL" },
  },
  {
    warehouse: "milan",
    address: { line1: "Via Torino 12", city: "Milano", region: "MI", postalCode: "20123", country: "IT" },
  },
];

export const SKUS: readonly string[] = Array.from(
  { length: SKU_COUNT },
  (_, index) => `BENCH-${String(index + 1).padStart(3, "0")}`,
);

function levelsOf(): LevelRegistration[] {
  const plenty = SKUS.flatMap((sku) =>
    PLACES.map(({ warehouse }) => ({
      sku: sku as Sku,
      warehouseId: warehouse as WarehouseId,
      opening: PLENTY,
      safetyStock: 0,
      reorderPoint: 10,
    })),
  );
  return [
    ...plenty,
    {
      sku: OVERSELL.sku as Sku,
      warehouseId: "berlin" as WarehouseId,
      opening: OVERSELL.units,
      safetyStock: 0,
      reorderPoint: 0,
    },
  ];
}

/** The company's rows for OPS. */
export function companyStatements(): string[] {
  const made = { createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
  const places = new Set<string>(PLACES.map(({ warehouse }) => warehouse));
  return [
    ...insertStatements(
      products,
      [...SKUS, OVERSELL.sku].map((sku) => ({
        sku: sku as Sku,
        name: `Bench article ${sku}`,
        unit: "each",
        price: 1_995,
        currency: "EUR",
        category: "bench",
        weightGrams: 400,
        taxClass: "standard" as const,
        backorder: false,
        active: true,
        version: 1,
        ...made,
      })),
    ),
    ...insertStatements(
      warehouses,
      WAREHOUSES.filter(({ id }) => places.has(id)).map(({ stocks: _stocks, location, ...warehouse }) => ({
        ...warehouse,
        ...location,
        ...made,
        serves: [],
        version: 1,
      })),
    ),
    ...insertStatements(
      levels,
      levelsOf().map((level) => ({ ...level, createdAt: SEEDED_AT })),
    ),
    ...insertStatements(
      stock,
      levelsOf().map(({ sku, warehouseId, opening, safetyStock, reorderPoint }) => ({
        sku,
        warehouseId,
        onHand: opening,
        held: 0,
        allocated: 0,
        safetyStock,
        quantity: opening,
        threshold: reorderPoint,
        sequence: 0,
        asOf: SEEDED_AT,
      })),
    ),
    ...insertStatements(
      customers,
      CUSTOMERS.map(({ contact, location, ...customer }) => ({ ...customer, ...contact, ...location, ...made })),
    ),
    ...insertStatements(shippingMethods, SHIPPING_METHODS),
    ...insertStatements(taxRates, TAX_RATES),
    ...insertStatements(
      channels,
      CHANNELS.map((channel) => ({ ...channel, active: true })),
    ),
    ...insertStatements(
      apiKeys,
      API_KEYS.map((key) => ({
        ...key,
        warehouseId: null,
        customerId: null,
        scopes: null,
        environment: "local" as const,
        createdAt: SEEDED_AT,
      })),
    ),
  ];
}

function formOf(skus: readonly string[], address: Address): FullOrderForm {
  return {
    customer: { name: "Ada Example", email: "ada@example.com" },
    lines: skus.map((sku) => ({ sku: sku as Sku, quantity: 1 })),
    address,
    shippingMethod: "standard",
    paymentMethod: { token: "pm_card_visa" },
    currency: "EUR",
  };
}

/** Full-form orders with so many lines, spread over all levels; always the same ones. */
export function orderBodies(lines: number, count = 600): string[] {
  const random = seededRandom(lines);
  return Array.from({ length: count }, (_, index) => {
    const place = PLACES[index % PLACES.length];
    if (place === undefined) throw new Error("there are no places");
    const skus = new Set<string>();
    while (skus.size < lines) skus.add(SKUS[Math.floor(random() * SKUS.length)] ?? "");
    return JSON.stringify(formOf([...skus], place.address));
  });
}

/** One order again and again: all for one SKU at one warehouse. */
export function hotBodies(sku: string = SKUS[0] ?? ""): string[] {
  const [place] = PLACES;
  if (place === undefined) throw new Error("there are no places");
  return [JSON.stringify(formOf([sku], place.address))];
}
