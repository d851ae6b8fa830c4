import type { Address, Contact } from "../catalog.ts";
import type { Coordinates } from "../geography.ts";
import type { CustomerId, EffectId, OrderId, ReservationId, ShipmentId, Sku, WarehouseId } from "../ids.ts";
import type { Currency, MinorUnits } from "../money.ts";
import type { Dispute } from "./dispute.ts";
import type { ExchangeOrigin } from "./exchange.ts";
import type { PaymentTaker } from "./payment-provider.ts";
import type { Refund } from "./refund.ts";
import type { Return } from "./return.ts";
import type { StockPromise } from "../stock-policy.ts";

export const ORDER_STATES = [
  "PENDING",
  "PAYMENT_PROCESSING",
  "PAYMENT_COMPLETED",
  "FULFILLMENT_PENDING",
  "FULFILLMENT_IN_PROGRESS",
  "SHIPPED",
  "DELIVERED",
  "PAYMENT_FAILED",
  "CANCELLED",
  "REFUNDED",
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export const PAYMENT_STATES = [
  "unpaid",
  "requires_action",
  "authorized",
  "captured",
  "partially_refunded",
  "refunded",
  "failed",
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

export const FULFILLMENT_STATES = ["unfulfilled", "partial", "fulfilled", "returned", "partially_returned"] as const;
export type FulfillmentState = (typeof FULFILLMENT_STATES)[number];

export const SHIPMENT_STATES = [
  "REQUESTED",
  "ACCEPTED",
  "PICKING",
  "PACKED",
  "SHIPPED",
  "OUT_FOR_DELIVERY",
  "DELIVERED",
  "EXCEPTION",
  "CANCELLED",
] as const;
export type ShipmentState = (typeof SHIPMENT_STATES)[number];

export const CHANNELS = ["storefront", "ebay", "amazon", "shopify", "csr", "batch"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface OrderLine {
  /** 1, 2, 3 … in the order given. */
  number: number;
  sku: Sku;
  name: string;
  quantity: number;
  unitPrice: MinorUnits;
  /** unit price × quantity. */
  net: MinorUnits;
  tax: MinorUnits;
  weightGrams: number;
  /** Units of this line that wait for stock. */
  backordered: number;
  /** Units that lost their stock and are being sourced again, or wait for a person to decide. */
  unsourced: number;
  /** What is promised of the units that wait; absent while none does, or nobody knows. */
  promise?: StockPromise;
  /** Epoch milliseconds since when units of this line wait: their place in the line. Absent while none does. */
  waitingSince?: number;
}

/** Units promised to this order at one level; has one id for its whole life. */
export interface Reservation {
  id: ReservationId;
  line: number;
  sku: Sku;
  warehouseId: WarehouseId;
  quantity: number;
  status: "HELD" | "ALLOCATED" | "SHIPPED" | "RELEASED";
  /** The payment without which these units are not allocated; absent where it is the one the order was placed with. */
  payment?: number;
}

export interface ShipmentItem {
  line: number;
  sku: Sku;
  quantity: number;
  reservationId: ReservationId;
}

/** The part of an order that one warehouse ships in one parcel. */
export interface Shipment {
  id: ShipmentId;
  number: number;
  warehouseId: WarehouseId;
  state: ShipmentState;
  items: ShipmentItem[];
  label: { carrier: string; service: string; trackingNumber: string } | null;
  /** Epoch milliseconds at which the shipment reached each state. */
  reachedAt: Partial<Record<ShipmentState, number>>;
  /** What went wrong, while something is. */
  problem: string | null;
  /** Sequence of the event that asked the warehouse for it. */
  requestedIn: number;
  /** Accepted by a WMS, which picks without telling when it begins. */
  acceptedByWms: boolean;
  /** The carrier has refused to label the packed parcel: the effect that has asked in vain. It waits for a person. */
  labelRefused?: EffectId;
  /** Sequence of the event that asks the carrier for its label again. */
  relabelledIn?: number;
}

/** One authorization and what became of it. An order has one, and one more for each later difference. */
export interface Payment {
  number: number;
  provider: PaymentTaker;
  /** The provider's token of the means of payment; never a card number. */
  method: string;
  amount: MinorUnits;
  status: "requested" | "processing" | "requires_action" | "authorized" | "captured" | "voided" | "failed";
  intentId: string | null;
  authorized: MinorUnits;
  captured: MinorUnits;
  refunded: MinorUnits;
  /** Epoch milliseconds at which the authorization lapses; null while there is none, 0 for one that never does. */
  authorizationExpiresAt: number | null;
  /** Where the customer passes 3-D Secure. */
  actionUrl: string | null;
  failure: { code: string; message: string } | null;
  /** Retries and 3-D Secure end at this moment; no confirmation starts later. Epoch milliseconds. */
  deadline: number;
  /** The one capture that is ever asked for, and the version at which it was; null before. */
  capture: { amount: MinorUnits; askedIn: number } | null;
  /** Set while a capture has definitely failed: unshipped shipments wait. */
  captureFailed: boolean;
  /** What of `refunded` no refund of the order had asked for: paid back at the provider, by another hand; absent before. */
  refundedElsewhere?: MinorUnits;
  /** The provider's ids of refunds that did not reach the customer, so that each counts once; absent before. */
  failedRefunds?: string[];
  /** What of the captured money was asked back because the order became smaller; absent before. */
  reduced?: MinorUnits;
  /** What the customer's bank has disputed of it, oldest first; absent where it never has. */
  disputes?: Dispute[];
}

export interface Totals {
  /** Sum of the lines' net amounts. */
  subtotal: MinorUnits;
  shipping: MinorUnits;
  tax: MinorUnits;
  discount: MinorUnits;
  /** subtotal + shipping + tax − discount. */
  total: MinorUnits;
}

export interface Cancellation {
  reason: string;
  requestedAt: number;
}

/** Units of one line. */
export interface LineUnits {
  line: number;
  quantity: number;
}

/** Units of one line that wait for stock, with what is promised of them. */
export interface WaitingUnits extends LineUnits {
  promise?: StockPromise;
}

/** A line as an edit leaves it; how many of its units have stock follows from what is added and taken out. */
export type EditedLine = Omit<OrderLine, "backordered" | "unsourced" | "promise" | "waitingSince">;

/** Everything that is ordered, at its price, and the stock that was held for what is new of it. */
export interface OrderContent {
  /** Every line of the order, those with nothing left too: a line's number is never used again. */
  lines: EditedLine[];
  totals: Totals;
  discounts: Order["discounts"];
  /** Held for the units that are new. */
  reservations: Omit<Reservation, "status" | "payment">[];
  /** New units that wait for stock. */
  backordered: WaitingUnits[];
  /** YYYY-MM-DD; null while nobody knows when a part of the order has stock. */
  estimatedDelivery: string | null;
}

/** What an edit makes of an order. What is left out stays as it is. */
export interface OrderEdit {
  contact?: Contact;
  address?: Address;
  location?: Coordinates | null;
  shippingMethod?: string;
  /** Left out only where nothing but the contact changes: all else has its price. */
  content?: OrderContent;
}

/**
 * A change of the order that is made once the payment of its difference is authorized and then the parcels that it
 * changes have come back from their warehouses, and else never.
 */
export type PendingEdit = {
  /** The payment of the difference; null where nothing more is due. */
  payment: number | null;
  /** The parcels that are asked back; absent while only the payment is waited for. */
  recall?: ShipmentId[];
} & (
  | { by: "OrderEdited" | "ItemsAdded"; edit: OrderEdit }
  | { by: "LinesCancelled"; lines: LineUnits[]; reason: string }
);

export interface Order {
  id: OrderId;
  /** What people say on the telephone. */
  number: string;
  /** Sequence of the newest event. */
  version: number;
  state: OrderState;
  channel: Channel;
  /** Who placed it: the principal's id, for audit and idempotency. */
  placedBy: string;
  customerId: CustomerId | null;
  contact: Contact;
  address: Address;
  location: Coordinates | null;
  shippingMethod: string;
  currency: Currency;
  lines: OrderLine[];
  discounts: { amount: MinorUnits; reason: string }[];
  totals: Totals;
  captureOn: "order" | "shipment";
  /** The means of payment that was given last; what later units are paid by. Never a card number. */
  paymentMethod: string;
  payments: Payment[];
  reservations: Reservation[];
  shipments: Shipment[];
  /** A change that waits for its payment or for parcels to come back; until then the order is as before. */
  pendingEdit: PendingEdit | null;
  /** A cancel that waits for the warehouses' answers. */
  cancelling: Cancellation | null;
  /** How the order ended before its time; null while it lives or is delivered. */
  ended: { as: "CANCELLED" | "PAYMENT_FAILED"; reason: string; at: number } | null;
  placedAt: number;
  updatedAt: number;
  /** Holds made for this order run out at this moment. */
  holdExpiresAt: number;
  /** YYYY-MM-DD; null while nobody knows when a part of the order has stock. */
  estimatedDelivery: string | null;
  /** Epoch milliseconds since when a part of the order waits for stock; null while none does. */
  backorderedSince: number | null;
  /** Units wait for stock this many days, and are then cancelled; 30 where the order does not say. */
  backorderLimitDays?: number;
  /** Version at which stock for all backordered units was asked for; null while nobody looks for any. */
  promotingSince: number | null;
  /** Effects that have failed for good and may be tried again by a person. */
  failedEffects: string[];
  returns: Return[];
  refunds: Refund[];
  /** The return that this order was placed for in exchange; absent for any other order. */
  exchangeOf?: ExchangeOrigin;
}

/** Holds last 30 minutes from placing and are not extended. */
export const HOLD_MS = 30 * 60_000;
/** Payment retries and 3-D Secure end at minute 20. */
export const PAYMENT_WINDOW_MS = 20 * 60_000;
