import type { EffectId, OrderId, ReturnId, Sku } from "../ids.ts";
import { type MinorUnits, minorUnits } from "../money.ts";
import type { PricedOrder } from "../pricing.ts";
import type { Order, Payment } from "./order.ts";
import { newPayment } from "./order-parts.ts";
import { providerOf } from "./payment-provider.ts";
import type { PaidShare } from "./refund-share.ts";
import type { ReturnState } from "./return.ts";
import { readSavedMeans } from "./saved-method.ts";

/** What a customer wants in the place of what they send back. */
export interface WantedExchange {
  lines: { sku: Sku; quantity: number }[];
  /** What pays for what the wanted goods cost more; null where nothing may be charged. Never a card number. */
  method: string | null;
}

/** How far an exchange has come. */
export const EXCHANGE_STATES = ["requested", "placing", "placed", "declined"] as const;
export type ExchangeState = (typeof EXCHANGE_STATES)[number];

/** The exchange of a return: wanted, then placed as an order of its own, or declined and paid back. */
export interface Exchange extends WantedExchange {
  /** The order that was placed for it. */
  orderId: OrderId | null;
  /** Why nothing came of it: a problem's code, or what the inspection came to. */
  declined: string | null;
}

/** How far the exchange of a return in this state has come. */
export function exchangeState(state: ReturnState, { orderId, declined }: Exchange): ExchangeState {
  if (orderId !== null) return "placed";
  if (declined !== null || state === "REJECTED") return "declined";
  return state === "INSPECTED" ? "placing" : "requested";
}

/** Where an order comes from that was placed in exchange for what came back. */
export interface ExchangeOrigin {
  orderId: OrderId;
  returnId: ReturnId;
  /** The refund of the original order that the credit is a part of. */
  refund: number;
  /** What the returned units give, in minor units; the order uses of it what it costs. */
  credit: MinorUnits;
}

/** What of a refund is not paid back, but is credit for another order. */
export interface Credit {
  /** The order that has used it; null while that order is being placed, and all of it is kept for it. */
  orderId: OrderId | null;
  /** By the payment that the money came by. */
  parts: { payment: number; amount: MinorUnits }[];
}

/** A refund of credit that the other order has no use for any more: `by` is that order's own refund. */
export interface ReturnedCredit {
  refund: number;
  by: EffectId;
}

/** What of the refund is credit, minor units. */
export function creditAmount({ credit }: { credit?: Credit }): MinorUnits {
  return credit?.parts.reduce((sum, { amount }) => sum + amount, 0) ?? 0;
}

/** Divides parts of money: up to `amount` of them, the earliest payment first, and what is left. */
export function divideParts(
  parts: Credit["parts"],
  amount: MinorUnits,
): { taken: Credit["parts"]; left: Credit["parts"] } {
  const taken: Credit["parts"] = [];
  const left: Credit["parts"] = [];
  let open = amount;
  for (const { payment, amount: whole } of parts) {
    const part = Math.min(whole, open);
    open -= part;
    if (part > 0) taken.push({ payment, amount: part });
    if (part < whole) left.push({ payment, amount: whole - part });
  }
  return { taken, left };
}

/**
 * The payment that an exchange begins with. The money is here, paid for what came back: it is captured from the start,
 * whatever waits for stock, and never for more than the order costs.
 */
export function creditPayment(origin: ExchangeOrigin, total: MinorUnits, placedAt: number): Payment {
  const amount = Math.min(origin.credit, total);
  return {
    ...newPayment(1, "exchange", amount, placedAt),
    provider: "exchange",
    status: "captured",
    intentId: `exchange:${origin.returnId}:${origin.refund}`,
    authorized: amount,
    captured: amount,
  };
}

/** The means of payment of the original order, where it may be charged while the customer is away; else null. */
export function chargeableMethod({ paymentMethod }: Pick<Order, "paymentMethod">): string | null {
  const isInvoice = providerOf(paymentMethod) === "invoice";
  return isInvoice || readSavedMeans(paymentMethod) !== null ? paymentMethod : null;
}

/** Whole units of a currency that no provider charges less than. */
const LEAST_CHARGE = 0.5;

/** A price with the discounts that brought it about. */
export interface ExchangePrice {
  price: PricedOrder;
  discounts: Order["discounts"];
}

/**
 * The price of an exchange. Its shipping costs what of the shipping comes back with the returned units, and never more,
 * so that equal goods come at no charge; and a difference too small to be charged is waived. `back` is what was paid for
 * the returned units, `credit` what of it comes back.
 */
export function exchangePrice(
  price: PricedOrder,
  discounts: Order["discounts"],
  { back, keptShipping, credit }: { back: PaidShare; keptShipping: MinorUnits; credit: MinorUnits },
): ExchangePrice {
  const gross = price.shipping + price.shippingTax;
  const charged = Math.max(0, Math.min(gross, back.shipping - keptShipping));
  const shippingTax = gross === 0 ? 0 : Math.round((charged * price.shippingTax) / gross);
  const total = price.total - gross + charged;
  const dearer = total - credit;
  const waived = dearer > 0 && dearer < minorUnits(LEAST_CHARGE, price.currency) ? dearer : 0;
  return {
    price: {
      ...price,
      shipping: charged - shippingTax,
      shippingTax,
      tax: price.tax - price.shippingTax + shippingTax,
      discount: price.discount + waived,
      total: total - waived,
    },
    discounts: waived > 0 ? [...discounts, { amount: waived, reason: "exchange: too little to charge" }] : discounts,
  };
}

/** What of a discount on the returned goods is kept for the wanted ones: as much, or its share where they cost less. */
export function keptDiscount({ price, discount }: PaidShare, wanted: MinorUnits): MinorUnits {
  return price === 0 ? 0 : Math.min(discount, Math.floor((discount * wanted) / price));
}
