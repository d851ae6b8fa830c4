import { z } from "zod";
import { listOf, pageQuery, queryFlag } from "./lists.ts";
import { address, coordinates, countryCode, money, shortText, sku, warehouseId, wholeNumber } from "./primitives.ts";

const day = z.iso.date({ error: "must be a day, such as 2026-12-01" });

/** What becomes of orders for more than there is. */
export const stockPolicy = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("refuse") }),
    z.strictObject({
      kind: z.literal("backorder"),
      leadDays: wholeNumber(0, 365).nullable().meta({ description: "Days until more is there; null: nobody knows." }),
      partly: z.boolean().meta({ description: "Whether units that have come are sent while the rest still waits." }),
    }),
    z.strictObject({
      kind: z.literal("preorder"),
      availableFrom: day.meta({ description: "The day from which it is to be had." }),
      partly: z.boolean(),
    }),
  ])
  .meta({
    description:
      "What becomes of orders for more than there is: refused, or taken with a promised date and served first come, first served.",
    examples: [{ kind: "backorder", leadDays: 10, partly: true }],
  });

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
  backorder: z
    .boolean()
    .optional()
    .meta({ description: "Whether orders may wait for stock that is not there; or say it by a stockPolicy." }),
  stockPolicy: stockPolicy.optional(),
  active: z.boolean(),
};

type Waiting = { backorder?: boolean | undefined; stockPolicy?: z.infer<typeof stockPolicy> | undefined };
const saysWhetherToWait = ({ backorder, stockPolicy: policy }: Waiting) =>
  policy ? backorder === undefined || backorder === (policy.kind !== "refuse") : backorder !== undefined;
const whetherToWait = { path: ["stockPolicy"], error: "is needed, or backorder; and the two must say the same" };

export const createProductForm = z
  .strictObject({ sku, ...productFields })
  .refine(saysWhetherToWait, whetherToWait)
  .meta({ id: "ProductForm" });
export const replaceProductForm = z
  .strictObject(productFields)
  .refine(saysWhetherToWait, whetherToWait)
  .meta({ id: "ProductReplacement" });
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
    stockPolicy,
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
