import { z } from "zod";
import { isEmail } from "../domain/email.ts";
import {
  ORDER_ID_PATTERN,
  type OrderId,
  type Sku,
  SKU_PATTERN,
  WAREHOUSE_ID_PATTERN,
  type WarehouseId,
} from "../domain/ids.ts";
import { isCurrency } from "../domain/money.ts";

/** The most units that one line, receipt or reservation may name: beyond it a typing error is likelier than a wish. */
export const MAX_QUANTITY = 1_000_000;

/** Text that people write: no control characters but line breaks and tabs. */
function text(max: number) {
  return (
    z
      .string()
      .trim()
      .min(1)
      .max(max)
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      .refine((value) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(value), {
        error: "must not contain control characters",
      })
  );
}

/** One line of text, up to 200 characters unless told. */
export const shortText = (max = 200) =>
  text(max).refine((value) => !/[\r\n]/.test(value), { error: "must be one line" });
/** Text of several lines. */
export const longText = (max = 2000) => text(max);

/** Text of one form; whatever is wrong with it, this says what would be right. */
export function pattern(form: RegExp, error: string) {
  return z.string({ error }).regex(form, { error });
}

/** A whole number between two bounds, both included; whatever is wrong with it, this says what would be right. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export const sku = pattern(
  SKU_PATTERN,
  "must be a SKU: 1 to 64 letters, digits, dots, hyphens or underscores, such as 85123A",
)
  .transform((value) => value as Sku)
  .meta({ description: "The thing that is stocked and sold.", examples: ["85123A"] });

export const warehouseId = pattern(
  WAREHOUSE_ID_PATTERN,
  "must be a warehouse's id: lower-case letters, digits and hyphens, such as berlin",
)
  .transform((value) => value as WarehouseId)
  .meta({ description: "A place that stocks SKUs and ships parcels.", examples: ["berlin"] });

export const orderId = pattern(ORDER_ID_PATTERN, "must be an order's id: ord_ and 22 characters")
  .transform((value) => value as OrderId)
  .meta({ description: "An order's id.", examples: ["ord_0k3m9v7a2b4c6d8e0f1g2h"] });

export const quantity = wholeNumber(1, MAX_QUANTITY).meta({
  description: "Units: a positive whole number.",
  examples: [2],
});

const CURRENCY_ERROR = "must be a currency of ISO 4217 that is accepted here, in upper case, such as EUR";

export const currency = z
  .string({ error: CURRENCY_ERROR })
  .refine(isCurrency, { error: CURRENCY_ERROR })
  .meta({ description: "ISO 4217, upper case.", examples: ["EUR"] });

export const money = z.strictObject({ amount: z.int(), currency }).meta({
  id: "Money",
  description: "Minor units of one currency: 19.99 EUR is 1999.",
  examples: [{ amount: 1999, currency: "EUR" }],
});

function degrees(most: number) {
  const error = `must be a number of degrees from -${most} to ${most}`;
  return z.number({ error }).min(-most, { error }).max(most, { error });
}

export const coordinates = z
  .strictObject({
    latitude: degrees(90).meta({ description: "Degrees north.", examples: [52.52] }),
    longitude: degrees(180).meta({ description: "Degrees east.", examples: [13.4] }),
  })
  .meta({ id: "Coordinates", description: "WGS 84, in degrees." });

/** Whole seconds matter to nobody here: any RFC 3339 instant, in UTC or with an offset. */
export const instant = z.iso
  .datetime({ offset: true })
  .meta({ description: "RFC 3339.", examples: ["2026-11-21T09:30:00Z"] });

export const countryCode = pattern(/^[A-Z]{2}$/, "must be two upper-case letters of ISO 3166-1, such as DE").meta({
  description: "ISO 3166-1 alpha-2.",
  examples: ["DE"],
});

export const address = z
  .strictObject({
    line1: shortText(),
    line2: shortText().optional(),
    city: shortText(100),
    region: shortText(100)
      .optional()
      .meta({ description: "State, province or prefecture, where the country has one." }),
    postalCode: shortText(20).optional(),
    country: countryCode,
  })
  .meta({
    id: "Address",
    description: "A postal address, with what its country's form needs.",
    examples: [{ line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" }],
  });

const EMAIL_ERROR = "must be an e-mail address, such as ada@example.com";

export const email = z
  .string({ error: EMAIL_ERROR })
  .trim()
  .normalize("NFC")
  .max(254)
  .refine(isEmail, { error: EMAIL_ERROR })
  .meta({ format: "idn-email", examples: ["ada@example.com"] });
export const phone = pattern(/^\+[1-9]\d{6,14}$/, "must be a telephone number in E.164, such as +493012345678").meta({
  description: "E.164.",
  examples: ["+493012345678"],
});

/** Where the caller may look things up again: a reference of the source, which makes a movement idempotent. */
export const reference = shortText(120).meta({
  description: "The source's own reference. The same reference twice is one movement.",
});
