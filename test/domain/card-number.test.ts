import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsCardNumber } from "../../src/domain/card-number.ts";

describe("a card number", () => {
  it.each([
    "4242424242424242",
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "5555.5555.5555.4444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "30569309025904",
    "6011111111111117",
    "3566002020360505",
    "6205500000000000004",
    "my card is 4111 1111 1111 1111 12/27 123, please",
    "paypal_4242424242424242",
    "card:4000056655665556;cvc:123",
    "2026-11-20 4242424242424242",
  ])("is found in %j", (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    ["no check digit", "4242424242424241"],
    ["an EAN that begins as a card does", "4006381333931"],
    ["an order at Shopify", "4509876543217"],
    ["an order at Amazon", "403-1234567-1234567"],
    ["a phone number", "+34 912345 678901"],
    ["a tracking number", "794658201234"],
    ["a long tracking number", "9400111899223857265009"],
    ["a UUID of digits", "42424242-4242-4242-8242-424242424242"],
    ["a bank account", "DE89 3704 0044 0532 0130 00"],
    ["an id that ends so", "ord_a4242424242424242"],
    ["a moment", "2026-11-20T12:00:00.000Z"],
    ["more digits than a card has", "42424242424242424242424242424242"],
    ["a million", "1 000 000.00"],
    ["nothing", ""],
  ])("is not %s", (_what, text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  it("is found however it is grouped and whatever words stand around it", () => {
    const word = fc.constantFrom("", "card ", "no. ", "(", "VISA: ");
    const groups = fc.constantFrom(["4242424242424242"], ["4242", "4242", "4242", "4242"], ["424242", "4242424242"]);
    fc.assert(
      fc.property(word, groups, fc.constantFrom(" ", "-", "."), word, (before, parts, between, after) => {
        expect(holdsCardNumber(`${before}${parts.join(between)} ${after}`)).toBe(true);
      }),
    );
  });
});
