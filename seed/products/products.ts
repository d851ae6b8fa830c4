import type { Product, TaxClass } from "../../src/domain/catalog.ts";
import type { Sku } from "../../src/domain/ids.ts";
import { GIFT_PRODUCTS } from "./gifts.ts";
import { HOME_PRODUCTS } from "./home.ts";
import { KITCHEN_PRODUCTS } from "./kitchen.ts";

/** A product with how much it sells: in how many of the 6,000 real baskets it was bought. */
export type SeedProduct = Product & { bought: number };

/** Made to order by suppliers who deliver within days, so that orders may wait for them. */
const BACKORDERED = new Set([
  "22423",
  "21485",
  "22697",
  "22699",
  "22698",
  "48138",
  "85099B",
  "22111",
  "21754",
  "21755",
  "22487",
  "20685",
]);

function taxClassOf(name: string): TaxClass {
  return name.startsWith("Plasters") ? "reduced" : "standard";
}

/** The catalogue: the 400 goods most bought in the real baskets, the most popular first. */
export const PRODUCTS: readonly SeedProduct[] = [KITCHEN_PRODUCTS, HOME_PRODUCTS, GIFT_PRODUCTS]
  .flatMap((group) => Object.entries(group))
  .flatMap(([category, rows]) =>
    rows.map(([sku, name, unit, price, weightGrams, bought]) => ({
      sku: sku as Sku,
      name,
      category,
      unit,
      price,
      currency: "EUR",
      weightGrams,
      taxClass: taxClassOf(name),
      backorder: BACKORDERED.has(sku),
      active: true,
      bought,
    })),
  )
  .sort((a, b) => b.bought - a.bought || (a.sku < b.sku ? -1 : 1));
