import { beforeAll, describe, expect, it } from "vitest";
import {
  CUSTOMER,
  json,
  KEYS,
  newStock,
  orderForm,
  OTHER_CUSTOMER,
  prepareWorld,
  problem,
  send,
  unique,
} from "./api-harness.ts";

beforeAll(prepareWorld);

const pathOf = (customer: string) => `/api/v1/customers/${customer}/payment-methods`;
const FORM = { paymentMethod: { token: "pm_card_visa" } };

describe("what a customer has saved to pay with", () => {
  it("is nothing at first", async () => {
    expect(await json(await send("GET", pathOf(CUSTOMER), { key: KEYS.customer }))).toMatchObject({ data: [] });
  });

  it("is nobody else's", async () => {
    for (const [method, path, body] of [
      ["GET", pathOf(OTHER_CUSTOMER), undefined],
      ["POST", pathOf(OTHER_CUSTOMER), FORM],
      ["DELETE", `${pathOf(OTHER_CUSTOMER)}/pm_1abc`, undefined],
      ["GET", pathOf("cus_none"), undefined],
    ] as const)
      await problem(await send(method, path, { key: KEYS.customer, body }), "not_found");
    await problem(await send("GET", pathOf(CUSTOMER), { key: KEYS.floor }), "forbidden");
    await problem(await send("DELETE", `${pathOf(CUSTOMER)}/pm_1abc`, { key: KEYS.csr }), "not_found");
  });

  it.each([
    ["a card number for a token", { paymentMethod: { token: "4242424242424242" } }, "/paymentMethod/token"],
    ["one with hyphens", { paymentMethod: { token: "4242-4242-4242-4242" } }, "/paymentMethod/token"],
    ["the card itself", { ...FORM, card: { number: "4242424242424242" } }, "/card/number"],
    [
      "a number beside the token",
      { paymentMethod: { token: "pm_x", number: "4242424242424242" } },
      "/paymentMethod/number",
    ],
    ["a saved one", { paymentMethod: { saved: "pm_1abc" } }, "/paymentMethod/token"],
  ])("never becomes %s", async (_what, body, pointer) => {
    const { errors } = await problem(
      await send("POST", pathOf(CUSTOMER), { key: KEYS.customer, body }),
      "invalid_request",
    );
    expect(errors?.map((error) => error.pointer)).toContain(pointer);
    expect(JSON.stringify(errors)).not.toContain("4242");
  });
});

describe("an order paid by what is saved", () => {
  const place = async (key: string, customer: string | undefined, paymentMethod: unknown) =>
    send("POST", "/api/v1/orders", {
      key,
      body: orderForm(await newStock(), 1, { customer: customer && { id: customer }, paymentMethod }),
      headers: { "Idempotency-Key": unique("key") },
    });

  it.each([
    ["a customer who has saved nothing", KEYS.customer, undefined],
    ["customer service, for a customer who has saved nothing", KEYS.csr, CUSTOMER],
  ])("is refused for %s", async (_who, key, customer) => {
    const answer = await place(key, customer, { saved: "pm_1abc" });
    expect(answer.status).toBe(422);
    const { errors } = await problem(answer, "payment_method_refused");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/saved" }]);
  });

  it.each(["4242424242424242", "cus_1/pm_1", "pm_1/2", ""])("takes no %j for a saved one", async (saved) => {
    const { errors } = await problem(await place(KEYS.customer, undefined, { saved }), "invalid_request");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/saved" }]);
  });

  it("is no PayPal account of which a customer only says that it is saved", async () => {
    const account = { token: "paypal_8kk8451t" };
    const { errors } = await problem(await place(KEYS.customer, undefined, account), "payment_method_refused");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
    expect((await place(KEYS.storefront, CUSTOMER, account)).status).toBe(201);
    expect((await place(KEYS.customer, undefined, { token: "paypal" })).status).toBe(201);
  });

  it("takes no token that pretends to be a saved one", async () => {
    const { errors } = await problem(await place(KEYS.customer, undefined, { token: "cus_1/pm_1" }), "invalid_request");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
  });
});
