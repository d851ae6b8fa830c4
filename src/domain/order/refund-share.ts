import { allocateMoney, type MinorUnits } from "../money.ts";
import type { OrderLine, Totals } from "./order.ts";

/** What was paid for some units of one line, in its parts. Paid in all: `price − discount + tax + shipping`. */
export interface PaidShare {
  price: MinorUnits;
  /** Taken off the price. */
  discount: MinorUnits;
  tax: MinorUnits;
  /** Of the order's shipping, with the tax on it. */
  shipping: MinorUnits;
}

const NOTHING_PAID: PaidShare = { price: 0, discount: 0, tax: 0, shipping: 0 };

/** The share as one amount. */
export function paidAmount({ price, discount, tax, shipping }: PaidShare): MinorUnits {
  return price - discount + tax + shipping;
}

/**
 * What was paid for each line as a whole, in the order of the lines. Discount and shipping are shared in proportion to
 * the lines' net, as pricing shares the discount; tax that no line has is shipping's. The amounts add up to the order's
 * total exactly.
 */
export function paidForLines({
  lines,
  totals,
}: {
  lines: readonly Pick<OrderLine, "net" | "tax">[];
  totals: Totals;
}): PaidShare[] {
  const nets = lines.map(({ net }) => net);
  const discounts = allocateMoney(totals.discount, nets);
  const shippingTax = totals.tax - lines.reduce((sum, { tax }) => sum + tax, 0);
  const shipping = allocateMoney(totals.shipping + shippingTax, nets);
  return lines.map(({ net, tax }, index) => ({
    price: net,
    discount: discounts[index] ?? 0,
    tax,
    shipping: shipping[index] ?? 0,
  }));
}

/**
 * What was paid for the next `units` of a line of `quantity`, of which `before` units have been given back for
 * `givenBack` in all. Largest remainder, cumulatively: after each step what was given back is the line's share for all
 * units so far, rounded once, so the steps of any sequence add up to the whole line and no cent is lost or invented.
 */
export function shareOfUnits(
  whole: PaidShare,
  quantity: number,
  { before, units, givenBack }: { before: number; units: number; givenBack: PaidShare },
): PaidShare {
  const share = (part: keyof PaidShare) =>
    (allocateMoney(whole[part], [before + units, quantity - before - units])[0] ?? 0) - givenBack[part];
  return { price: share("price"), discount: share("discount"), tax: share("tax"), shipping: share("shipping") };
}

/** The sum of shares, part by part. */
export function sumShares(shares: readonly PaidShare[]): PaidShare {
  return shares.reduce(
    (sum, share) => ({
      price: sum.price + share.price,
      discount: sum.discount + share.discount,
      tax: sum.tax + share.tax,
      shipping: sum.shipping + share.shipping,
    }),
    NOTHING_PAID,
  );
}
