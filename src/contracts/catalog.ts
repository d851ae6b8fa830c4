import { z } from "zod";
import { listOf, pageQuery, queryFlag } from "./lists.ts";
import { address, coordinates, countryCode, money, shortText, sku, warehouseId, wholeNumber } from "./primitives.ts";

const productFields = {
  name: shortText(120),
  category: shortText(80),
  unit: shortText(20).meta({ examples: ["each"] }),
  price: money
    .refine(({ amount }) => amount >= 0, {
      path: ["amount"],
      error: "must be a whole number of minor units, at least 0",
    })
    .meta({ description: "Net.", examples: [{ amount: 295, currency: "EUR" }] }),
  weightGrams: wholeNumber(1, 1_000_000),
  taxClass: z.enum(["standard", "reduced", "zero"]),
  backorder: z.boolean().meta({ description: "Whether orders may wait for stock that is not there." }),
  active: z.boolean(),
};

export const createProductForm = z.strictObject({ sku, ...productFields }).meta({ id: "ProductForm" });
export const replaceProductForm = z.strictObject(productFields).meta({ id: "ProductReplacement" });
export type CreateProductForm = z.infer<typeof createProductForm>;
export type ReplaceProductForm = z.infer<typeof replaceProductForm>;

export const productAnswer = z
  .strictObject({
    sku: z.string(),
    productId: z.string().meta({ description: "The SKU." }),
    name: z.string(),
    category: z.string(),
    unit: z.string(),
    price: money,
    weightGrams: z.int(),
    taxClass: z.enum(["standard", "reduced", "zero"]),
    backorder: z.boolean(),
    active: z.boolean(),
    version: z.int(),
  })
  .meta({ id: "Product" });
export type ProductAnswer = z.infer<typeof productAnswer>;
export const productList = listOf(productAnswer).meta({ id: "ProductList", description: "By SKU." });
export const productQuery = z.strictObject({
  category: shortText(80).optional(),
  active: queryFlag.optional(),
  q: shortText(100).optional().meta({ description: "SKU or a part of the name." }),
  ...pageQuery,
});
export const productParams = z.strictObject({ sku });

const timeZone = z.string().refine(isTimeZone, { error: "must be an IANA time zone, such as Europe/Berlin" });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const warehouseFields = {
  name: shortText(120),
  city: shortText(100),
  country: countryCode,
  location: coordinates,
  timeZone,
  cutOffMinutes: wholeNumber(0, 1439).meta({
    description: "Minutes after local midnight until which an order leaves the same day.",
    examples: [960],
  }),
  workingDays: z
    .array(wholeNumber(1, 7))
    .max(7)
    .refine((days) => new Set(days).size === days.length, { error: "must name each day once" })
    .meta({ description: "ISO weekdays: 1 is Monday." }),
  dailyCapacity: wholeNumber(0, 1_000_000),
  serves: z.array(countryCode).max(250).meta({ description: "Countries it ships to; none means every country." }),
  mode: z.enum(["floor", "wms"]),
  open: z.boolean(),
  address,
};

export const createWarehouseForm = z
  .strictObject({ id: warehouseId, ...warehouseFields })
  .meta({ id: "WarehouseForm" });
export const replaceWarehouseForm = z.strictObject(warehouseFields).meta({ id: "WarehouseReplacement" });
export type CreateWarehouseForm = z.infer<typeof createWarehouseForm>;
export type ReplaceWarehouseForm = z.infer<typeof replaceWarehouseForm>;

export const warehouseAnswer = z
  .strictObject({ warehouseId: z.string(), ...warehouseFields, timeZone: z.string(), version: z.int() })
  .meta({ id: "Warehouse" });
export type WarehouseAnswer = z.infer<typeof warehouseAnswer>;
export const warehouseList = listOf(warehouseAnswer).meta({ id: "WarehouseList", description: "By id." });
export const warehouseQuery = z.strictObject(pageQuery);
export const warehouseParams = z.strictObject({ id: warehouseId });

export const shippingMethodAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    carrier: z.string(),
    service: z.string(),
    base: money,
    perKilogram: money,
    perThousandKm: money,
    transitDays: z.array(z.strictObject({ withinKm: z.number(), days: z.int() })),
  })
  .meta({ id: "ShippingMethod" });
export type ShippingMethodAnswer = z.infer<typeof shippingMethodAnswer>;
export const shippingMethodList = listOf(shippingMethodAnswer).meta({ id: "ShippingMethodList" });
