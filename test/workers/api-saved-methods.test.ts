import { paypalReturnUrl } from "../../src/services/finish-paypal-saving.ts";
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
  workerEnv,
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

/** PayPal's vault, as far as it answers here: one approved set-up, and the accounts of its customer. */
function vault(customer = "PPCUSTOMER1") {
  const saved = new Map<string, string>();
  const setups = new Map<string, string>();
  const token = (id: string, owner: string) => ({
    id,
    customer: { id: owner },
    payment_source: { paypal: { email_address: "ada@example.com" } },
  });
  const answer = (method: string, url: URL, body: string): Response => {
    const path = url.pathname;
    const id = path.split("/").at(-1) ?? "";
    const missing = Response.json(
      { name: "RESOURCE_NOT_FOUND", details: [{ issue: "TOKEN_NOT_FOUND" }] },
      { status: 404 },
    );
    const setup = (made: string) => ({
      id: made,
      status: setups.get(made),
      customer: { id: customer },
      links: [{ rel: "approve", href: `https://www.paypal.com/agreements/approve?approval_session_id=${made}` }],
    });
    switch (`${method} ${path.replace(/-tokens\/.+/, "-tokens/:id")}`) {
      case "POST /v1/oauth2/token":
        return Response.json({ access_token: "A21AA", expires_in: 32_400 });
      case "POST /v3/vault/setup-tokens":
        setups.set(`SETUP${setups.size + 1}`, "PAYER_ACTION_REQUIRED");
        return Response.json(setup(`SETUP${setups.size}`), { status: 201 });
      case "GET /v3/vault/setup-tokens/:id":
        return setups.has(id) ? Response.json(setup(id)) : missing;
      case "POST /v3/vault/payment-tokens": {
        const from = (JSON.parse(body) as { payment_source: { token: { id: string } } }).payment_source.token.id;
        setups.set(from, "VAULTED");
        saved.set(`vault${saved.size + 1}`, customer);
        return Response.json(token(`vault${saved.size}`, customer), { status: 201 });
      }
      case "GET /v3/vault/payment-tokens": {
        const owner = url.searchParams.get("customer_id") ?? "";
        const theirs = [...saved].filter(([, whose]) => whose === owner).map(([one]) => token(one, owner));
        return Response.json({ payment_tokens: theirs, total_pages: 1 });
      }
      case "GET /v3/vault/payment-tokens/:id":
        return saved.has(id) ? Response.json(token(id, saved.get(id) ?? "")) : missing;
      case "DELETE /v3/vault/payment-tokens/:id":
        return saved.delete(id) ? new Response(null, { status: 204 }) : missing;
      default:
        return new Response(null, { status: 500 });
    }
  };
  const fetch = async (url: string, init?: RequestInit) =>
    answer(init?.method ?? "GET", new URL(url), typeof init?.body === "string" ? init.body : "");
  const env = { ...workerEnv, SIMULATORS: { ...workerEnv.ASSETS, fetch } as unknown as Fetcher };
  return { env, saved, approve: (setup: string) => setups.set(setup, "APPROVED") };
}

describe("a PayPal account that a customer saves", () => {
  const paypal = vault();
  const call = (method: string, path: string, body?: unknown, key: string = KEYS.customer) =>
    send(method, path, {
      key,
      body,
      env: paypal.env,
      ...(body !== undefined && { headers: { "Idempotency-Key": unique("key") } }),
    });
  const place = async (paymentMethod: unknown, key: string = KEYS.customer) =>
    call("POST", "/api/v1/orders", orderForm(await newStock(), 1, { paymentMethod }), key);
  const back = async (setup: string) =>
    call("GET", `${new URL(await paypalReturnUrl(paypal.env, CUSTOMER)).pathname}?approval_token_id=${setup}`);

  it("is saved once they have agreed at PayPal and come back, pays for them alone, and can be removed", async () => {
    const asked = await call("POST", pathOf(CUSTOMER), { paymentMethod: { token: "paypal" } });
    const { actionUrl } = await json<{ actionUrl: string }>(asked, 202);
    const setup = new URL(actionUrl).searchParams.get("approval_session_id") ?? "";
    expect(await (await back(setup)).text()).toContain("is not saved");
    paypal.approve(setup);
    for (let time = 0; time < 2; time += 1) expect(await (await back(setup)).text()).toContain("is saved");
    expect(paypal.saved.size).toBe(1);
    expect(await json(await call("GET", pathOf(CUSTOMER)))).toMatchObject({
      data: [{ id: "paypal_vault1", brand: "paypal", account: "a***@example.com" }],
    });
    expect((await place({ saved: "paypal_vault1" })).status).toBe(201);
    expect((await place({ token: "paypal_vault1" })).status).toBe(201);
    const stranger = await place({ token: "paypal_vault1" }, KEYS.otherCustomer);
    expect(stranger.status).toBe(422);
    const { errors } = await problem(stranger, "payment_method_refused");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
    await problem(
      await call("DELETE", `${pathOf(OTHER_CUSTOMER)}/paypal_vault1`, undefined, KEYS.otherCustomer),
      "not_found",
    );
    expect((await call("DELETE", `${pathOf(CUSTOMER)}/paypal_vault1`)).status).toBe(204);
    await problem(await place({ saved: "paypal_vault1" }), "payment_method_refused");
  });

  it("is not saved by a link that we did not make, or by another set-up", async () => {
    const { pathname } = new URL(await paypalReturnUrl(paypal.env, CUSTOMER));
    const [id, mac] = (pathname.split("/").at(-1) ?? "").split(".");
    for (const token of [`${OTHER_CUSTOMER}.${mac}`, `${id}.${"0".repeat(32)}`, `${id}`, `${id}.${mac}.1`])
      await problem(await call("GET", `/payment-methods/paypal/${token}?approval_token_id=SETUP1`), "not_found");
    expect(await (await back("SETUP99")).text()).toContain("is not saved");
    expect(await (await back("../x")).text()).toContain("is not saved");
  });

  it.each(["paypal_vault1", "invoice", "external"])("is none where the token is %s", async (token) => {
    const { errors } = await problem(
      await call("POST", pathOf(CUSTOMER), { paymentMethod: { token } }),
      "payment_method_refused",
    );
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
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
    ["customer service, for a customer who has saved nothing", KEYS.csr, OTHER_CUSTOMER],
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

  it("is no PayPal account of which somebody only says that it is saved", async () => {
    const account = { token: "paypal_8kk8451t" };
    for (const [key, customer] of [
      [KEYS.otherCustomer, undefined],
      [KEYS.storefront, OTHER_CUSTOMER],
    ] as const) {
      const { errors } = await problem(await place(key, customer, account), "payment_method_refused");
      expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
    }
    expect((await place(KEYS.customer, undefined, { token: "paypal" })).status).toBe(201);
  });

  it("takes no token that pretends to be a saved one", async () => {
    const { errors } = await problem(await place(KEYS.customer, undefined, { token: "cus_1/pm_1" }), "invalid_request");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
  });
});
