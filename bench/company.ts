import type { FullOrderForm } from "../src/contracts/place-order.ts";
import type { Address, LevelRegistration } from "../src/domain/catalog.ts";
import type { Sku, WarehouseId } from "../src/domain/ids.ts";
import { API_KEYS } from "../seed/access.ts";
import { seededRandom } from "../seed/random.ts";
import { companyStatements } from "../seed/sql.ts";
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

/** The company's rows for OPS. Its warehouses ship anywhere, and its keys belong to no place and no customer. */
export function benchStatements(): string[] {
  const places = new Set<string>(PLACES.map(({ warehouse }) => warehouse));
  return companyStatements({
    products: [...SKUS, OVERSELL.sku].map((sku) => ({
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
    })),
    warehouses: WAREHOUSES.filter(({ id }) => places.has(id)).map((warehouse) => ({ ...warehouse, serves: [] })),
    levels: levelsOf(),
    users: [],
    apiKeys: API_KEYS.map((key) => ({ ...key, warehouseId: null, customerId: null })),
  });
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
