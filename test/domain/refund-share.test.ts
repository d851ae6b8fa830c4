import fc from "fast-check";
import { expect, it } from "vitest";
import {
  paidAmount,
  paidForLines,
  type PaidShare,
  shareOfUnits,
  sumShares,
} from "../../src/domain/order/refund-share.ts";

const line = fc.record({
  quantity: fc.integer({ min: 1, max: 40 }),
  net: fc.integer({ min: 0, max: 99_999 }),
  tax: fc.integer({ min: 0, max: 19_999 }),
});
const order = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 6 }),
    shipping: fc.integer({ min: 0, max: 4_999 }),
    shippingTax: fc.integer({ min: 0, max: 950 }),
    off: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ lines, shipping, shippingTax, off }) => {
    const subtotal = lines.reduce((sum, { net }) => sum + net, 0);
    const tax = lines.reduce((sum, one) => sum + one.tax, shippingTax);
    const discount = Math.floor((subtotal * off) / 100);
    const totals = { subtotal, shipping, tax, discount, total: subtotal + shipping + tax - discount };
    return { lines, totals };
  });

/** Takes the units of a line back in portions, and answers what each came to. */
function portions(whole: PaidShare, quantity: number, sizes: readonly number[]): PaidShare[] {
  const shares: PaidShare[] = [];
  let before = 0;
  for (const size of [...sizes, quantity]) {
    const units = Math.min(size, quantity - before);
    if (units === 0) continue;
    shares.push(shareOfUnits(whole, quantity, { before, units, givenBack: sumShares(shares) }));
    before += units;
  }
  return shares;
}

it("the lines together are the order's total, to the cent", () => {
  fc.assert(
    fc.property(order, (placed) => {
      expect(paidForLines(placed).reduce((sum, share) => sum + paidAmount(share), 0)).toBe(placed.totals.total);
    }),
  );
});

it("the portions of any sequence add up to what was paid for the line, part by part, and none is negative", () => {
  fc.assert(
    fc.property(order, fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (placed, sizes) => {
      for (const [index, whole] of paidForLines(placed).entries()) {
        const shares = portions(whole, placed.lines[index]?.quantity ?? 1, sizes);
        expect(sumShares(shares)).toEqual(whole);
        for (const share of shares) for (const amount of Object.values(share)) expect(amount).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

it("no portion is further than a cent from its exact share, in any part", () => {
  fc.assert(
    fc.property(order, fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (placed, sizes) => {
      for (const [index, whole] of paidForLines(placed).entries()) {
        const quantity = placed.lines[index]?.quantity ?? 1;
        let left = quantity;
        const taken = [...sizes, quantity].map((size) => {
          const units = Math.min(size, left);
          left -= units;
          return units;
        });
        const shares = portions(whole, quantity, sizes);
        for (const [n, units] of taken.filter((one) => one > 0).entries())
          for (const part of ["price", "discount", "tax", "shipping"] as const)
            expect(Math.abs((shares[n]?.[part] ?? 0) - (whole[part] * units) / quantity)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it("a line that became cheaper or dearer between two portions still comes to what it costs in the end", () => {
  const before: PaidShare = { price: 1_000, discount: 0, tax: 190, shipping: 100 };
  const first = shareOfUnits(before, 3, { before: 0, units: 1, givenBack: sumShares([]) });
  const now: PaidShare = { price: 700, discount: 11, tax: 131, shipping: 0 };
  const rest = shareOfUnits(now, 2, { before: 1, units: 1, givenBack: first });
  expect(sumShares([first, rest])).toEqual(now);
});
