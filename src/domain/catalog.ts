import type { CustomerId, Sku, WarehouseId } from "./ids.ts";
import type { Coordinates } from "./geography.ts";
import type { Currency, MinorUnits } from "./money.ts";

/** What is stocked and sold. */
export interface Product {
  sku: Sku;
  name: string;
  category: string;
  /** What one unit is: `each`, `pack`, `set`. */
  unit: string;
  price: MinorUnits;
  currency: Currency;
  /** Weight of one unit in grams: what shipping is priced by. */
  weightGrams: number;
  taxClass: TaxClass;
  /** Whether orders may wait for stock that is not there. */
  backorder: boolean;
  /** The terms of it; absent where nobody has said more than yes or no. */
  stockPolicy?: StockPolicy;
  active: boolean;
}

/**
 * What becomes of orders for more than there is. `partly`: whether units of a line that have come are sent while the
 * rest still waits.
 */
export type StockPolicy =
  | { kind: "refuse" }
  /** `leadDays`: after so many days more should be there; null where nobody knows. */
  | { kind: "backorder"; leadDays: number | null; partly: boolean }
  /** Not to be had before this day, YYYY-MM-DD. */
  | { kind: "preorder"; availableFrom: string; partly: boolean };

export type TaxClass = "standard" | "reduced" | "zero";

/** A place that stocks SKUs and ships parcels. */
export interface Warehouse {
  id: WarehouseId;
  name: string;
  city: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  location: Coordinates;
  /** IANA time zone that the cut-off and the working days are told in. */
  timeZone: string;
  /** Minutes after local midnight until which an order still leaves the same day. */
  cutOffMinutes: number;
  /** Days on which parcels leave, ISO weekday numbers (1 = Monday). */
  workingDays: readonly number[];
  /** Shipments that can leave on one working day. */
  dailyCapacity: number;
  /** Countries (alpha-2) it ships to; empty means every country. */
  serves: readonly string[];
  /** `floor`: our own floor screens; `wms`: the legacy WMS behind the bridge. */
  mode: "floor" | "wms";
  open: boolean;
  /** Where parcels leave from, for the carrier's label. */
  address: Address;
}

/** A postal address, its fields as the country's own form names them. */
export interface Address {
  line1: string;
  line2?: string;
  city: string;
  /** State, province or prefecture, where the country has one. */
  region?: string;
  postalCode?: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

export interface ShippingMethod {
  id: string;
  name: string;
  carrier: "fedex";
  /** The carrier's own code of the service. */
  service: string;
  /** Base price of a parcel, in minor units of `currency`. */
  base: MinorUnits;
  /** Added for each started kilogram. */
  perKilogram: MinorUnits;
  /** Added for each started 1,000 km between warehouse and customer. */
  perThousandKm: MinorUnits;
  currency: Currency;
  /** Days on the way: the first band whose `withinKm` covers the distance. */
  transitDays: readonly { withinKm: number; days: number }[];
}

/** One rate: the most specific match wins (country and region, then country). */
export interface TaxRate {
  country: string;
  region?: string;
  taxClass: TaxClass;
  /** Parts per million of the net amount: 190000 is 19%. */
  ratePpm: number;
  /** Whether shipping is taxed too. */
  taxesShipping: boolean;
}

export interface Contact {
  name: string;
  email?: string;
  /** E.164. */
  phone?: string;
}

export interface Customer {
  id: CustomerId;
  contact: Contact;
  address: Address;
  location?: Coordinates;
  language: string;
  /** Token of the payment method that the customer's orders are paid with; never a card number. */
  paymentMethod?: string;
  /** Days within which a business customer pays an invoice; whoever has none can't pay by one. */
  invoiceTermsDays?: number;
}

/** An inventory level as OPS knows it: what exists, with the stock it opened with. */
export interface LevelRegistration {
  sku: Sku;
  warehouseId: WarehouseId;
  /** Units on hand when the level was first registered. */
  opening: number;
  safetyStock: number;
  reorderPoint: number;
}
