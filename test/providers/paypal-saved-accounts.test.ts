import { describe, expect, it } from "vitest";
import type { PaypalToken } from "../../src/providers/paypal-client.ts";
import { PaypalSavedAccounts } from "../../src/providers/paypal-saved-accounts.ts";
import { broken, fakeFetch, json, type Reply, text } from "./fake-fetch.ts";

function accounts(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const tokens = new Map<string, PaypalToken>([["id", { token: "A21AA", usableUntil: Date.now() + 60_000 }]]);
  return {
    saved: new PaypalSavedAccounts({ clientId: "id", clientSecret: "s", fetch, timeLimitMs: 200, tokens }),
    sent,
  };
}

const setup = (status: string) => ({
  id: "5C991763VB2771612",
  status,
  customer: { id: "CUST1" },
  links: [
    { rel: "approve", href: "https://www.paypal.com/agreements/approve?approval_session_id=5C991763VB2771612" },
    { rel: "confirm", href: "https://api-m.paypal.com/v3/vault/payment-tokens" },
  ],
});
const token = (id: string, customer = "CUST1", email: string | null = "ada@example.com") => ({
  id,
  customer: { id: customer },
  payment_source: { paypal: { ...(email !== null && { email_address: email }), account_id: "X" } },
});
const missing = json(404, { name: "RESOURCE_NOT_FOUND", details: [{ issue: "TOKEN_NOT_FOUND" }] });

describe("PayPal's vault", () => {
  it("makes the customer with a set-up that names ours, and keeps PayPal's own id of them", async () => {
    const { saved, sent } = accounts(json(201, setup("CREATED")));
    expect(await saved.createCustomer({ id: "cus_1" }, "customer:cus_1")).toEqual({ outcome: "done", value: "CUST1" });
    expect(sent[0]?.headers.get("paypal-request-id")).toBe("customer:cus_1");
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      payment_source: { paypal: { usage_type: "MERCHANT" } },
      customer: { merchant_customer_id: "cus_1" },
    });
  });

  it("asks the customer at PayPal's page", async () => {
    const { saved, sent } = accounts(json(201, setup("PAYER_ACTION_REQUIRED")));
    expect(await saved.save("CUST1", "paypal", "https://shop.example/back", "key")).toMatchObject({
      outcome: "done",
      value: { status: "requires_action", actionUrl: expect.stringContaining("agreements/approve") as string },
    });
    expect(sent[0]?.url).toBe("https://api-m.paypal.com/v3/vault/setup-tokens");
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({
      payment_source: {
        paypal: { usage_type: "MERCHANT", experience_context: { return_url: "https://shop.example/back" } },
      },
      customer: { id: "CUST1" },
    });
  });

  it("saves what was approved, under a key of its own", async () => {
    const { saved, sent } = accounts(json(200, setup("APPROVED")), json(201, token("8kk8451t")));
    expect(await saved.finish("CUST1", "5C991763VB2771612")).toEqual({ outcome: "done", value: "saved" });
    expect(sent[1]?.url).toBe("https://api-m.paypal.com/v3/vault/payment-tokens");
    expect(sent[1]?.headers.get("paypal-request-id")).toBe("vault:5C991763VB2771612");
    expect(JSON.parse(sent[1]?.body ?? "")).toEqual({
      payment_source: { token: { id: "5C991763VB2771612", type: "SETUP_TOKEN" } },
    });
  });

  it.each([
    ["has been saved before", "CUST1", json(200, setup("VAULTED")), "saved_before"],
    ["was not approved", "CUST1", json(200, setup("PAYER_ACTION_REQUIRED")), "refused"],
    ["is another customer's", "CUST2", json(200, setup("APPROVED")), "refused"],
    ["PayPal does not know", "CUST1", missing, "refused"],
  ])("asks for nothing more of a set-up that %s", async (_what, customer, reply, value) => {
    const { saved, sent } = accounts(reply);
    expect(await saved.finish(customer, "5C991763VB2771612")).toEqual({ outcome: "done", value });
    expect(sent).toHaveLength(1);
  });

  it("lists page after page, with no more of an address than its owner needs", async () => {
    const { saved, sent } = accounts(
      json(200, { payment_tokens: [token("a"), token("b", "CUST1", null)], total_pages: 2 }),
      json(200, { payment_tokens: [token("c")], total_pages: 2 }),
    );
    expect(await saved.list("CUST1")).toEqual({
      outcome: "done",
      value: [
        { id: "paypal_a", account: "a***@example.com" },
        { id: "paypal_b", account: null },
        { id: "paypal_c", account: "a***@example.com" },
      ],
    });
    expect(sent.map(({ url }) => new URL(url).searchParams.get("page"))).toEqual(["1", "2"]);
  });

  it("knows nothing saved of a customer whom the vault does not know", async () => {
    expect(await accounts(missing).saved.list("CUST1")).toEqual({ outcome: "done", value: [] });
  });

  it.each([
    ["theirs", json(200, token("8kk")), { id: "paypal_8kk", account: "a***@example.com" }],
    ["another's", json(200, token("8kk", "CUST2")), null],
    ["gone", missing, null],
  ])("finds an account that is %s", async (_what, reply, value) => {
    expect(await accounts(reply).saved.find("CUST1", "paypal_8kk")).toEqual({ outcome: "done", value });
  });

  it("asks PayPal of no means that is not in its vault", async () => {
    expect(await accounts().saved.find("CUST1", "pm_1")).toEqual({ outcome: "done", value: null });
  });

  it.each([
    ["removed", text(204, ""), { outcome: "done", value: null }],
    ["gone already", missing, { outcome: "done", value: null }],
    ["perhaps removed", broken, { outcome: "unknown" }],
    [
      "not removed",
      json(403, { name: "NOT_AUTHORIZED", message: "no" }),
      { outcome: "failed", code: "NOT_AUTHORIZED" },
    ],
  ])("says of an account that it is %s", async (_what, reply, outcome) => {
    const { saved, sent } = accounts(reply);
    expect(await saved.remove("paypal_8kk")).toMatchObject(outcome);
    expect(`${sent[0]?.method} ${sent[0]?.url}`).toBe("DELETE https://api-m.paypal.com/v3/vault/payment-tokens/8kk");
  });
});
