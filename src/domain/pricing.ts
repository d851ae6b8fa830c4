import type { Product, ShippingMethod, TaxClass, TaxRate } from "./catalog.ts";
import { foldText } from "./fold-text.ts";
import type { Sku } from "./ids.ts";
import { type Currency, type MinorUnits, allocateMoney, minorUnits, partsPerMillion } from "./money.ts";
import { regionCode } from "./places/regions.ts";

/** An order must come to more than this many whole units of its currency. */
export const MUST_EXCEED = 5;
/** The most one payment can be (eight digits is what card networks carry); also keeps all arithmetic exact. */
export const MAX_AMOUNT: MinorUnits = 99_999_999;

export interface PricedQuantity {
  sku: Sku;
  quantity: number;
  /** Only where a marketplace has already sold at this price: the caller vouches for it. Else the catalogue's. */
  unitPrice?: MinorUnits;
}

/** Money off, given by the channel or by customer service; never computed here. */
export interface Discount {
  /** A positive amount in minor units of the order's currency. */
  amount: MinorUnits;
  reason: string;
}

export interface PricingRequest {
  lines: readonly PricedQuantity[];
  products: { get(sku: Sku): Product | undefined };
  currency: Currency;
  method: ShippingMethod;
  destination: { country: string; region?: string };
  /** From the nearest ranked warehouse to the customer, see `priceOrder`. */
  distanceKm: number;
  taxRates: readonly TaxRate[];
  discounts?: readonly Discount[];
}

export interface PricedLine {
  sku: Sku;
  quantity: number;
  unitPrice: MinorUnits;
  /** `quantity × unitPrice`. */
  net: MinorUnits;
  /** The line's share of all discounts. */
  discount: MinorUnits;
  /** On `net − discount`. */
  tax: MinorUnits;
}

/** `total = subtotal + shipping + tax − discount`, and each of them is exactly the sum of its parts. */
export interface PricedOrder {
  currency: Currency;
  /** In the order of the request. */
  lines: PricedLine[];
  /** Sum of the lines' `net`. */
  subtotal: MinorUnits;
  /** Before tax. */
  shipping: MinorUnits;
  shippingTax: MinorUnits;
  /** Sum of the lines' taxes and `shippingTax`. */
  tax: MinorUnits;
  discount: MinorUnits;
  total: MinorUnits;
}

/** Why an order has no price. `line` counts from 0. */
export type PricingRefusal =
  | { reason: "no_lines" }
  | { reason: "unknown_sku"; line: number; sku: Sku }
  | { reason: "not_for_sale"; line: number; sku: Sku }
  | { reason: "quantity_invalid"; line: number }
  | { reason: "price_invalid"; line: number }
  | { reason: "currency_mismatch"; subject: { method: string } | { line: number; sku: Sku }; currency: Currency }
  | { reason: "discount_invalid"; discount: number }
  | { reason: "discount_too_large"; maximum: MinorUnits }
  | { reason: "total_too_small"; total: MinorUnits; mustExceed: MinorUnits }
  | { reason: "amount_too_large"; maximum: MinorUnits };

export type PricingResult =
  | { ok: true; price: PricedOrder }
  | { ok: false; refusals: [PricingRefusal, ...PricingRefusal[]] };

/**
 * The price of an order, or everything that keeps it from having one.
 *
 * - Catalogue prices are net; tax comes on top, by the destination (`taxRateFor`), and is 0 where no rate is known.
 * - Tax is rounded once for each line, half away from zero, on the line's net less its share of the discounts; a
 *   line's tax therefore never depends on the other lines' rounding, and can be given back line by line.
 * - Discounts are shared over the lines in proportion to their net, without losing a unit; they never exceed the lines.
 * - Shipping is one parcel of the whole weight from the nearest ranked warehouse. The price is thus known before
 *   anything is held and does not depend on how sourcing divides the order: a split is our cost, not the customer's.
 *   It is taxed as standard goods where the destination's standard rate says so.
 */
export function priceOrder(request: PricingRequest): PricingResult {
  const { currency, method, destination, taxRates, distanceKm } = request;
  const discounts = request.discounts ?? [];
  const refusals: PricingRefusal[] = [];
  if (request.lines.length === 0) refusals.push({ reason: "no_lines" });
  if (method.currency !== currency)
    refusals.push({ reason: "currency_mismatch", subject: { method: method.id }, currency: method.currency });
  const found = request.lines.map((line, index) => checkLine(line, index, request, refusals));
  for (const [index, { amount }] of discounts.entries()) {
    if (!Number.isSafeInteger(amount) || amount <= 0) refusals.push({ reason: "discount_invalid", discount: index });
  }
  if (isRefused(refusals)) return { ok: false, refusals };

  const priced = found.flatMap((line) => line ?? []);
  const subtotal = priced.reduce((sum, { net }) => sum + net, 0);
  const discount = discounts.reduce((sum, { amount }) => sum + amount, 0);
  if (subtotal > MAX_AMOUNT) refusals.push({ reason: "amount_too_large", maximum: MAX_AMOUNT });
  if (discount > subtotal) refusals.push({ reason: "discount_too_large", maximum: subtotal });
  if (isRefused(refusals)) return { ok: false, refusals };

  const shares = allocateMoney(
    discount,
    priced.map(({ net }) => net),
  );
  const lines = priced.map(({ sku, quantity, unitPrice, net, product }, index): PricedLine => {
    const share = shares[index] ?? 0;
    const rate = taxRateFor(taxRates, destination, product.taxClass);
    return { sku, quantity, unitPrice, net, discount: share, tax: partsPerMillion(net - share, rate?.ratePpm ?? 0) };
  });
  const weightGrams = priced.reduce((sum, { product, quantity }) => sum + product.weightGrams * quantity, 0);
  const shipping = priceShipping({ method, weightGrams, distanceKm });
  const shippingRate = taxRateFor(taxRates, destination, "standard");
  const shippingTax = shippingRate?.taxesShipping ? partsPerMillion(shipping, shippingRate.ratePpm) : 0;
  const tax = lines.reduce((sum, line) => sum + line.tax, shippingTax);
  const total = subtotal + shipping + tax - discount;
  const mustExceed = minorUnits(MUST_EXCEED, currency);
  if (total <= mustExceed) refusals.push({ reason: "total_too_small", total, mustExceed });
  if (total > MAX_AMOUNT) refusals.push({ reason: "amount_too_large", maximum: MAX_AMOUNT });
  if (isRefused(refusals)) return { ok: false, refusals };
  return { ok: true, price: { currency, lines, subtotal, shipping, shippingTax, tax, discount, total } };
}

/** What a parcel costs before tax, in minor units of the method's currency: started kilograms, started 1,000 km. */
export function priceShipping({
  method,
  weightGrams,
  distanceKm,
}: {
  method: ShippingMethod;
  weightGrams: number;
  distanceKm: number;
}): MinorUnits {
  return (
    method.base +
    method.perKilogram * Math.ceil(weightGrams / 1000) +
    method.perThousandKm * Math.ceil(distanceKm / 1000)
  );
}

/**
 * The rate for the class at the destination: that of the region where there is one, else the country's. A
 * rate's region is a `regionKey`.
 */
export function taxRateFor(
  rates: readonly TaxRate[],
  destination: { country: string; region?: string },
  taxClass: TaxClass,
): TaxRate | undefined {
  const { country } = destination;
  const region = destination.region === undefined ? null : regionKey(country, destination.region);
  let national: TaxRate | undefined;
  for (const rate of rates) {
    if (rate.country !== country || rate.taxClass !== taxClass) continue;
    if (rate.region === undefined) national ??= rate;
    else if (rate.region === region) return rate;
  }
  return national;
}

/** A region as rates are found by it: its code, or its folded text in upper case where we know no codes. */
export function regionKey(country: string, region: string): string {
  return regionCode(country, region) ?? foldText(region.trim()).toUpperCase();
}

interface CheckedLine extends PricedQuantity {
  unitPrice: MinorUnits;
  net: MinorUnits;
  product: Product;
}

function checkLine(
  line: PricedQuantity,
  index: number,
  { products, currency }: PricingRequest,
  refusals: PricingRefusal[],
): CheckedLine | null {
  const { sku, quantity } = line;
  if (!Number.isSafeInteger(quantity) || quantity < 1) {
    refusals.push({ reason: "quantity_invalid", line: index });
    return null;
  }
  const product = products.get(sku);
  if (product === undefined) {
    refusals.push({ reason: "unknown_sku", line: index, sku });
    return null;
  }
  if (!product.active) {
    refusals.push({ reason: "not_for_sale", line: index, sku });
    return null;
  }
  if (line.unitPrice === undefined && product.currency !== currency) {
    refusals.push({ reason: "currency_mismatch", subject: { line: index, sku }, currency: product.currency });
    return null;
  }
  const unitPrice = line.unitPrice ?? product.price;
  if (!Number.isSafeInteger(unitPrice) || unitPrice < 0) {
    refusals.push({ reason: "price_invalid", line: index });
    return null;
  }
  const net = quantity * unitPrice;
  if (net > MAX_AMOUNT) {
    refusals.push({ reason: "amount_too_large", maximum: MAX_AMOUNT });
    return null;
  }
  return { sku, quantity, unitPrice, net, product };
}

function isRefused(refusals: PricingRefusal[]): refusals is [PricingRefusal, ...PricingRefusal[]] {
  return refusals.length > 0;
}
