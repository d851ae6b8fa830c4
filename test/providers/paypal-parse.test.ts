import { describe, expect, it } from "vitest";
import { moneyOf, orderShape, snapshotOf, wireAmount } from "../../src/providers/paypal-parse.ts";
import { authorization, authorizedOrder, daysAgo, order, wire } from "./paypal-wire.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

describe("PayPal's amounts", () => {
  it.each([
    [eur(1), "0.01"],
    [eur(1099), "10.99"],
    [eur(100), "1.00"],
    [{ amount: 500, currency: "JPY" }, "500"],
    [{ amount: 12_300, currency: "HUF" }, "123"],
  ])("write %o as %s, and read it again", (money, value) => {
    expect(wireAmount(money)).toEqual({ currency_code: money.currency, value });
    expect(moneyOf({ currency_code: money.currency, value })).toEqual(money);
  });

  it.each([wire("1.999"), wire("-1.00"), wire(""), wire("1e3"), { currency_code: "XXX", value: "1.00" }])(
    "%o is none",
    (amount) => {
      expect(moneyOf(amount)).toBeNull();
    },
  );

  it("read a shorter or longer text of the same amount", () => {
    expect([moneyOf(wire("1")), moneyOf(wire("1.5")), moneyOf(wire("1.500"))]).toEqual([eur(100), eur(150), eur(150)]);
  });
});

describe("PayPal's orders", () => {
  const meaning = (body: object) => snapshotOf(orderShape.parse(body))?.status ?? null;

  it.each([
    ["CREATED", "created"],
    ["SAVED", "created"],
    ["APPROVED", "approved"],
    ["VOIDED", "voided"],
    ["PAYER_ACTION_REQUIRED", "failed"],
    ["COMPLETED", null],
  ])("that are %s and have no payment mean %s", (status, expected) => {
    expect(meaning(order(status))).toBe(expected);
  });

  it.each([
    ["CREATED", "authorized"],
    ["PENDING", "created"],
    ["VOIDED", "voided"],
    ["EXPIRED", "voided"],
    ["DENIED", "failed"],
    ["SOMETHING_NEW", null],
  ])("whose authorization is %s mean %s", (status, expected) => {
    expect(meaning(authorizedOrder({ status }))).toBe(expected);
  });

  it("whose authorization was renewed mean the newer one", () => {
    const old = authorization({ status: "VOIDED", create_time: daysAgo(4) });
    const renewed = authorization({ id: "AUTH2", amount: wire("10.50") });
    for (const authorizations of [
      [old, renewed],
      [renewed, old],
    ])
      expect(snapshotOf(orderShape.parse(order("COMPLETED", { authorizations })))).toMatchObject({
        status: "authorized",
        amount: eur(1050),
      });
  });
});
