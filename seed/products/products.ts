import type { Product, StockPolicy, TaxClass } from "../../src/domain/catalog.ts";
import type { Sku } from "../../src/domain/ids.ts";
import { GIFT_PRODUCTS } from "./gifts.ts";
import { HOME_PRODUCTS } from "./home.ts";
import { KITCHEN_PRODUCTS } from "./kitchen.ts";

/** A product with how much it sells: in how many of the 6,000 real baskets it was bought. */
export type SeedProduct = Product & { bought: number };

/** Made to order by suppliers who deliver within days, so that orders may wait for them; sets are sent whole. */
const BACKORDERED: Readonly<Record<string, StockPolicy>> = {
  "22423": { kind: "backorder", leadDays: 14, partly: true },
  "21485": { kind: "backorder", leadDays: 7, partly: true },
  "22697": { kind: "backorder", leadDays: 10, partly: false },
  "22699": { kind: "backorder", leadDays: 10, partly: false },
  "22698": { kind: "backorder", leadDays: 10, partly: false },
  "48138": { kind: "backorder", leadDays: 7, partly: true },
  "85099B": { kind: "backorder", leadDays: 5, partly: true },
  "22111": { kind: "backorder", leadDays: 7, partly: true },
  "21754": { kind: "backorder", leadDays: null, partly: false },
  "21755": { kind: "backorder", leadDays: null, partly: false },
  "22487": { kind: "backorder", leadDays: 21, partly: true },
  "20685": { kind: "backorder", leadDays: 7, partly: true },
};

/** Next season's goods: ordered now, sent when they come. No warehouse has any yet. */
const PREORDERED: Readonly<Record<string, StockPolicy>> = {
  "22933": { kind: "preorder", availableFrom: "2027-02-15", partly: true },
  "22972": { kind: "preorder", availableFrom: "2027-01-18", partly: true },
};

function waits(stockPolicy: StockPolicy | undefined): Pick<Product, "backorder" | "stockPolicy"> {
  return stockPolicy ? { backorder: true, stockPolicy } : { backorder: false };
}

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
      ...waits(BACKORDERED[sku] ?? PREORDERED[sku]),
      active: true,
      bought,
    })),
  )
  .sort((a, b) => b.bought - a.bought || (a.sku < b.sku ? -1 : 1));
