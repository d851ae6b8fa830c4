import { describe, expect, it } from "vitest";
import { providerOf } from "../../src/domain/order/payment-provider.ts";

describe("whoever is asked for the money", () => {
  it.each([
    ["pm_card_visa", "stripe"],
    ["pm_1Pgc7aB7WZ01zgkWT2G0bGoL", "stripe"],
    ["paypal", "paypal"],
    ["paypal_8kk8451t", "paypal"],
    ["LOCALCUST1/paypal_8kk8451t", "paypal"],
    ["cus_1/pm_1Pgc7aB7WZ01zgkWT2G0bGoL", "stripe"],
    ["paypalish", "stripe"],
    ["pm_paypal", "stripe"],
  ])("is told by the token %s: %s", (token, provider) => {
    expect(providerOf(token)).toBe(provider);
  });
});
