import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocateMoney,
  currencyExponent,
  formatMoney,
  isCurrency,
  minorUnits,
  partsPerMillion,
} from "../../src/domain/money.ts";

describe("allocateMoney", () => {
  it("neither loses nor invents a unit", () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), weights, (total, shares) => {
        const parts = allocateMoney(total, shares);
        expect(parts).toHaveLength(shares.length);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        for (const part of parts) expect(Number.isInteger(part)).toBe(true);
      }),
    );
  });

  it("gives nobody more than a unit beside their exact share", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 }),
        (total, shares) => {
          const sum = shares.reduce((a, b) => a + b, 0);
          allocateMoney(total, shares).forEach((part, index) =>
            expect(Math.abs(part - (total * (shares[index] ?? 0)) / sum)).toBeLessThan(1),
          );
        },
      ),
    );
  });

  it("gives the rest to the largest remainders, earlier parts first", () => {
    expect(allocateMoney(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocateMoney(5, [3, 3, 4])).toEqual([2, 1, 2]);
    expect(allocateMoney(7, [0, 0])).toEqual([7, 0]);
    expect(allocateMoney(7, [])).toEqual([]);
  });
});

describe("currencies", () => {
  it("have the digits of ISO 4217", () => {
    expect([minorUnits(5, "EUR"), minorUnits(5, "JPY"), minorUnits(5, "KWD")]).toEqual([500, 5, 5000]);
    expect([
      formatMoney({ amount: 1999, currency: "EUR" }),
      formatMoney({ amount: 500, currency: "JPY" }),
      formatMoney({ amount: 5, currency: "USD" }),
    ]).toEqual(["19.99 EUR", "500 JPY", "0.05 USD"]);
  });

  it("are refused where the digits are not known", () => {
    expect(isCurrency("XXX")).toBe(false);
    expect(isCurrency("toString")).toBe(false);
    expect(() => currencyExponent("XXX")).toThrow(RangeError);
  });
});

describe("partsPerMillion", () => {
  it("rounds half away from zero on both sides", () => {
    expect([partsPerMillion(1050, 190_000), partsPerMillion(-1050, 190_000), partsPerMillion(1049, 190_000)]).toEqual([
      200, -200, 199,
    ]);
  });
});
