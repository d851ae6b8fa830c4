import type { FieldProblem, ServiceResult } from "../contracts/problem.ts";
import { refuse } from "../contracts/problem.ts";
import type { Address, ShippingMethod } from "../domain/catalog.ts";
import type { Coordinates } from "../domain/geography.ts";
import type { Sku } from "../domain/ids.ts";
import { formatMoney, type MinorUnits } from "../domain/money.ts";
import { pointOf, rankingPoint } from "../domain/places.ts";
import { type PricedOrder, type PricingRefusal, priceOrder } from "../domain/pricing.ts";
import { type RankedWarehouse, rankWarehouses } from "../domain/sourcing.ts";
import type { Catalog } from "./catalog.ts";

/**
 * What is to be priced: lines already summed by SKU, each with the pointer that a caller finds it by. `unitPrice` only
 * where it was sold at that price already.
 */
export interface PricingInput {
  lines: readonly { sku: Sku; quantity: number; pointer: string; unitPrice?: MinorUnits }[];
  /** Where it goes: what it costs is priced by this. */
  address: Address;
  /** Where the caller says that is; it only ranks the warehouses. */
  location: Coordinates | null;
  shippingMethod: string;
  currency: string;
  discounts: readonly { amount: number; reason: string }[];
}

export interface PricedInput {
  price: PricedOrder;
  method: ShippingMethod;
  ranked: RankedWarehouse[];
}

/**
 * Ranks the warehouses and prices the order. The price does not depend on the caller's location: shipping is that from
 * the warehouse nearest to the address. Refuses with a pointer to each field that is in the way.
 */
export function priceInput(catalog: Catalog, input: PricingInput): ServiceResult<PricedInput> {
  const method = catalog.shippingMethods.get(input.shippingMethod);
  if (!method) {
    const known = [...catalog.shippingMethods.keys()].join(", ");
    return refuse("unknown_shipping_method", `There is no shipping method ${input.shippingMethod}.`, {
      errors: [{ pointer: "/shippingMethod", detail: `must be one of: ${known}` }],
    });
  }
  const warehouses = [...catalog.warehouses.values()];
  const { country } = input.address;
  const ranked = rankWarehouses(warehouses, { country, location: rankingPoint(input) });
  const [nearest] = rankWarehouses(warehouses, { country, location: pointOf(input.address) });
  if (!nearest)
    return refuse("not_deliverable", `No open warehouse ships to ${input.address.country}.`, {
      errors: [{ pointer: "/address/country", detail: "must be a country that a warehouse ships to" }],
    });
  const priced = priceOrder({
    lines: input.lines.map(({ sku, quantity, unitPrice }) => ({
      sku,
      quantity,
      ...(unitPrice !== undefined && { unitPrice }),
    })),
    products: catalog.products,
    currency: input.currency,
    method,
    destination: {
      country: input.address.country,
      ...(input.address.region !== undefined && { region: input.address.region }),
    },
    distanceKm: nearest.distanceKm,
    taxRates: catalog.taxRates,
    discounts: input.discounts,
  });
  return priced.ok
    ? { ok: true, value: { price: priced.price, method, ranked } }
    : pricingProblem(priced.refusals, input);
}

function pricingProblem(
  refusals: readonly PricingRefusal[],
  { lines, currency }: PricingInput,
): ReturnType<typeof refuse> {
  const errors = refusals.map((refusal) => fieldProblem(refusal, lines, currency));
  const unknown = refusals.some(({ reason }) => reason === "unknown_sku" || reason === "not_for_sale");
  const code = unknown
    ? "unknown_sku"
    : refusals.every(({ reason }) => reason === "total_too_small")
      ? "total_too_small"
      : "invalid_request";
  return refuse(code, errors.map(({ detail }) => detail).join("; "), { errors });
}

function fieldProblem(refusal: PricingRefusal, lines: PricingInput["lines"], currency: string): FieldProblem {
  const at = (line: number, field: string) => `${lines[line]?.pointer ?? `/lines/${line}`}${field}`;
  const money = (amount: number) => formatMoney({ amount, currency });
  switch (refusal.reason) {
    case "no_lines":
      return { pointer: "/lines", detail: "must have at least one line" };
    case "unknown_sku":
      return { pointer: at(refusal.line, "/sku"), detail: `${refusal.sku} is not in the catalogue` };
    case "not_for_sale":
      return { pointer: at(refusal.line, "/sku"), detail: `${refusal.sku} is not for sale any more` };
    case "quantity_invalid":
      return { pointer: at(refusal.line, "/quantity"), detail: "must be a positive whole number" };
    case "price_invalid":
      return { pointer: at(refusal.line, "/unitPrice"), detail: "must be a whole number of minor units, at least 0" };
    case "currency_mismatch":
      return { pointer: "/currency", detail: `must be ${refusal.currency}, the currency of what is ordered` };
    case "discount_invalid":
      return {
        pointer: `/discounts/${refusal.discount}/amount`,
        detail: "must be a positive whole number of minor units",
      };
    case "discount_too_large":
      return { pointer: "/discounts", detail: `must not exceed the lines together, ${money(refusal.maximum)}` };
    case "total_too_small":
      return {
        pointer: "/lines",
        detail: `the total is ${money(refusal.total)} and must be more than ${money(refusal.mustExceed)}`,
      };
    case "amount_too_large":
      return { pointer: "/lines", detail: `the total must not exceed ${money(refusal.maximum)}` };
  }
}
