import type { ShippingMethod, TaxRate } from "../src/domain/catalog.ts";
import type { Channel } from "../src/domain/order/order.ts";

/** The way round half the globe: the farthest that anything is shipped. */
const ANYWHERE = 20_100;

/** Priced in euro cents. */
const IN_EUROS = [
  {
    id: "economy",
    name: "Economy",
    carrier: "fedex",
    service: "FEDEX_GROUND",
    base: 495,
    perKilogram: 90,
    perThousandKm: 60,
    currency: "EUR",
    transitDays: [
      { withinKm: 300, days: 2 },
      { withinKm: 1_000, days: 3 },
      { withinKm: 2_500, days: 5 },
      { withinKm: 6_000, days: 8 },
      { withinKm: ANYWHERE, days: 14 },
    ],
  },
  {
    id: "standard",
    name: "Standard",
    carrier: "fedex",
    service: "INTERNATIONAL_ECONOMY",
    base: 690,
    perKilogram: 140,
    perThousandKm: 110,
    currency: "EUR",
    transitDays: [
      { withinKm: 300, days: 1 },
      { withinKm: 1_000, days: 2 },
      { withinKm: 2_500, days: 3 },
      { withinKm: 6_000, days: 5 },
      { withinKm: ANYWHERE, days: 7 },
    ],
  },
  {
    id: "express",
    name: "Express",
    carrier: "fedex",
    service: "FEDEX_INTERNATIONAL_PRIORITY",
    base: 1490,
    perKilogram: 260,
    perThousandKm: 240,
    currency: "EUR",
    transitDays: [
      { withinKm: 1_000, days: 1 },
      { withinKm: 6_000, days: 2 },
      { withinKm: ANYWHERE, days: 3 },
    ],
  },
] as const satisfies readonly ShippingMethod[];

/** The price of a parcel in other currencies, in their minor units: pence, cents, whole yen and fils. */
const ABROAD: readonly { currency: string; standard: Price; express: Price }[] = [
  { currency: "GBP", standard: [590, 120, 95], express: [1290, 225, 205] },
  { currency: "USD", standard: [750, 150, 120], express: [1590, 280, 260] },
  { currency: "JPY", standard: [1_100, 220, 175], express: [2_400, 420, 390] },
  { currency: "KWD", standard: [2_300, 460, 365], express: [4_900, 860, 790] },
];
type Price = readonly [base: number, perKilogram: number, perThousandKm: number];

/** The plain and the quick way in each currency that is not the euro: `standard-gbp`, `express-jpy`. */
const IN_OTHER_CURRENCIES = ABROAD.flatMap(({ currency, ...prices }) =>
  (["standard", "express"] as const).map((way): ShippingMethod => {
    const [base, perKilogram, perThousandKm] = prices[way];
    const like = IN_EUROS[way === "standard" ? 1 : 2];
    return { ...like, id: `${way}-${currency.toLowerCase()}`, base, perKilogram, perThousandKm, currency };
  }),
);

/** Ways of shipping: their prices are in the minor units of their own currency. */
export const SHIPPING_METHODS: readonly ShippingMethod[] = [...IN_EUROS, ...IN_OTHER_CURRENCIES];

/** Country, rate in percent, reduced rate in percent, and whether shipping is taxed. */
// prettier-ignore
const COUNTRY_RATES: readonly (readonly [country: string, standard: number, reduced: number, taxesShipping: boolean])[] = [
  ["AE", 5, 5, true], ["AR", 21, 10.5, true], ["AT", 20, 10, true], ["AU", 10, 0, true], ["BD", 15, 15, true],
  ["BE", 21, 6, true], ["BG", 20, 9, true], ["BH", 10, 0, true], ["BR", 17, 7, true], ["BW", 14, 14, true],
  ["CA", 5, 5, true], ["CH", 8.1, 2.6, true], ["CL", 19, 19, true], ["CN", 13, 9, true], ["CO", 19, 5, true],
  ["CZ", 21, 12, true], ["DE", 19, 7, true], ["DK", 25, 25, true], ["EE", 24, 9, true], ["EG", 14, 5, true],
  ["ES", 21, 10, true], ["ET", 15, 15, true], ["FI", 25.5, 14, true], ["FJ", 12.5, 12.5, true], ["FR", 20, 5.5, true],
  ["GB", 20, 5, true], ["GH", 15, 15, true], ["GR", 24, 13, true], ["HK", 0, 0, false], ["HR", 25, 13, true],
  ["HU", 27, 18, true], ["IE", 23, 13.5, true], ["IN", 18, 5, true], ["IT", 22, 10, true], ["JP", 10, 8, true],
  ["KE", 16, 8, true], ["KR", 10, 10, true], ["KW", 0, 0, false], ["LK", 18, 18, true], ["LT", 21, 9, true],
  ["LU", 17, 8, true], ["LV", 21, 12, true], ["MA", 20, 10, true], ["MX", 16, 0, true], ["MY", 10, 5, false],
  ["MZ", 16, 16, true], ["NA", 15, 15, true], ["NG", 7.5, 7.5, true], ["NL", 21, 9, true], ["NO", 25, 15, true],
  ["NZ", 15, 15, true], ["OM", 5, 5, true], ["PE", 18, 18, true], ["PH", 12, 12, true], ["PL", 23, 8, true],
  ["PT", 23, 6, true], ["QA", 0, 0, false], ["RO", 21, 11, true], ["RW", 18, 18, true], ["SA", 15, 15, true],
  ["SE", 25, 12, true], ["SG", 9, 9, true], ["SI", 22, 9.5, true], ["SK", 23, 19, true], ["TH", 7, 7, true],
  ["TR", 20, 10, true], ["TW", 5, 5, true], ["TZ", 18, 18, true], ["UG", 18, 18, true], ["US", 0, 0, false],
  ["UY", 22, 10, true], ["VN", 10, 5, true], ["ZA", 15, 15, true], ["ZW", 15, 15, true],
];

/** Where a state or a province has a rate of its own. */
// prettier-ignore
const REGION_RATES: readonly (readonly [country: string, region: string, standard: number, taxesShipping: boolean])[] = [
  ["US", "CA", 7.25, false], ["US", "NY", 4, true], ["US", "TX", 6.25, true], ["US", "WA", 6.5, true],
  ["US", "IL", 6.25, false], ["US", "FL", 6, true], ["US", "OH", 5.75, true], ["US", "NV", 6.85, false],
  ["US", "MA", 6.25, false], ["US", "CO", 2.9, false], ["US", "GA", 4, true], ["US", "PA", 6, true],
  ["CA", "ON", 13, true], ["CA", "BC", 12, true], ["CA", "QC", 14.975, true], ["CA", "AB", 5, true],
];

function ppm(percent: number): number {
  return Math.round(percent * 10_000);
}

/** Tax of the countries we ship to. */
export const TAX_RATES: readonly TaxRate[] = [
  ...COUNTRY_RATES.flatMap(([country, standard, reduced, taxesShipping]): TaxRate[] => [
    { country, taxClass: "standard", ratePpm: ppm(standard), taxesShipping },
    { country, taxClass: "reduced", ratePpm: ppm(reduced), taxesShipping },
    { country, taxClass: "zero", ratePpm: 0, taxesShipping: false },
  ]),
  ...REGION_RATES.flatMap(([country, region, standard, taxesShipping]): TaxRate[] => [
    { country, region, taxClass: "standard", ratePpm: ppm(standard), taxesShipping },
    { country, region, taxClass: "reduced", ratePpm: ppm(standard), taxesShipping },
    { country, region, taxClass: "zero", ratePpm: 0, taxesShipping: false },
  ]),
];

export interface SeedChannel {
  id: Channel;
  name: string;
  kind: "own" | "marketplace";
  /** Who orders that name nobody are for; only where the channel may have such. */
  defaultCustomerId: string | null;
  defaultPaymentMethod: string | null;
  allowedOrigins: readonly string[];
  captureOn: "order" | "shipment" | null;
}

/** The customer that orders without one are for. */
export const DEFAULT_CUSTOMER_ID = "cus_amelie-fournier";

/** Where orders come from. */
export const CHANNELS: readonly SeedChannel[] = [
  {
    id: "storefront",
    name: "Holdfast shop",
    kind: "own",
    defaultCustomerId: DEFAULT_CUSTOMER_ID,
    defaultPaymentMethod: "pm_card_visa",
    allowedOrigins: ["http://localhost:3000", "http://localhost:5173", "https://shop.holdfast.example"],
    captureOn: null,
  },
  {
    id: "csr",
    name: "Customer service",
    kind: "own",
    defaultCustomerId: null,
    defaultPaymentMethod: null,
    allowedOrigins: [],
    captureOn: null,
  },
  {
    id: "batch",
    name: "Batch upload",
    kind: "own",
    defaultCustomerId: null,
    defaultPaymentMethod: null,
    allowedOrigins: [],
    captureOn: null,
  },
  {
    id: "ebay",
    name: "eBay",
    kind: "marketplace",
    defaultCustomerId: null,
    defaultPaymentMethod: null,
    allowedOrigins: [],
    captureOn: "order",
  },
  {
    id: "amazon",
    name: "Amazon",
    kind: "marketplace",
    defaultCustomerId: null,
    defaultPaymentMethod: null,
    allowedOrigins: [],
    captureOn: "order",
  },
  {
    id: "shopify",
    name: "Shopify",
    kind: "marketplace",
    defaultCustomerId: null,
    defaultPaymentMethod: null,
    allowedOrigins: [],
    captureOn: "order",
  },
];
