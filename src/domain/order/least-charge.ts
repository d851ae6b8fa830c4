import { type Currency, currencyExponent, type MinorUnits } from "../money.ts";
import { hasSecured, unpaidAmount } from "./amounts.ts";
import { reshaped } from "./edit-money.ts";
import type { Order, OrderContent } from "./order.ts";
import { type PaymentTaker, providerOf } from "./payment-provider.ts";

/** The reason of the discount that a difference becomes which nobody can be asked for. */
export const TOO_SMALL_TO_CHARGE = "difference too small to charge";

/** The least that the taker charges at all: Stripe refuses less than half a unit of most currencies. */
export function leastCharge(taker: PaymentTaker, currency: Currency): MinorUnits {
  switch (taker) {
    case "stripe":
      return currencyExponent(currency) === 0 ? 50 : 10 ** currencyExponent(currency) / 2;
    case "paypal":
    case "invoice":
    case "external":
    case "exchange":
      return 1;
  }
}

/**
 * The content with what it would cost more than is paid given as a discount, where that is too little for whoever takes
 * the money: an edit must not fail for want of some cents. An order's forgiven cents are asked for, with all the rest,
 * once they come to enough (`priceableDiscounts`).
 */
export function forgiveTrifle(order: Order, content: OrderContent): OrderContent {
  if (!hasSecured(order)) return content;
  const least = leastCharge(providerOf(order.paymentMethod), order.currency);
  let amount = 0;
  let forgiven = content;
  for (let due = unpaidAmount(reshaped(order, content)); due > 0; due = unpaidAmount(reshaped(order, forgiven))) {
    amount += due;
    if (amount >= least) return content;
    const { totals, discounts } = content;
    forgiven = {
      ...content,
      totals: { ...totals, discount: totals.discount + amount, total: totals.total - amount },
      discounts: [...discounts, { amount, reason: TOO_SMALL_TO_CHARGE }],
    };
  }
  return forgiven;
}

/** The discounts that an order keeps when it is priced anew: all but what was forgiven for being too little. */
export function priceableDiscounts({ discounts }: Pick<Order, "discounts">): Order["discounts"] {
  return discounts.filter(({ reason }) => reason !== TOO_SMALL_TO_CHARGE);
}
