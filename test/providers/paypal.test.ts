import { describe, expect, it } from "vitest";
import { CallHeldBack } from "../../src/providers/http.ts";
import { PaypalPayments } from "../../src/providers/paypal.ts";
import type { PaypalToken } from "../../src/providers/paypal-client.ts";
import { broken, fakeFetch, half, json, silent, stuck, text, type Reply } from "./fake-fetch.ts";
import { authorization, authorizedOrder, daysAgo, order, wire } from "./paypal-wire.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const TOKEN = json(200, { access_token: "A21AA", token_type: "Bearer", expires_in: 32_400 });

/** An adapter that has its token already. */
function paypal(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const tokens = new Map<string, PaypalToken>([["id", { token: "A21AA", usableUntil: Date.now() + 60_000 }]]);
  return { payments: new PaypalPayments({ clientId: "id", clientSecret: "s", fetch, timeLimitMs: 200, tokens }), sent };
}

const refusal = (issue: string) => ({
  name: "UNPROCESSABLE_ENTITY",
  message: "The requested action could not be performed.",
  debug_id: "90957fca61718",
  details: [{ issue, description: "Not now." }],
});
const input = {
  orderId: "ord_1",
  payment: 1,
  amount: eur(1099),
  paymentMethod: "paypal",
  description: "Order 1",
  email: "a@example.com",
};
const by = { paymentMethod: "paypal", returnUrl: "https://shop.example/back", offSession: false };

describe("the PayPal adapter", () => {
  it("creates an order to be authorized that names our order and payment", async () => {
    const { payments, sent } = paypal(json(201, order("CREATED")));
    expect(await payments.createIntent(input, "key-1")).toEqual({
      outcome: "done",
      value: { status: "created", intentId: "ORDER1", amount: eur(1099) },
    });
    const [call] = sent;
    expect(call?.url).toBe("https://api-m.paypal.com/v2/checkout/orders");
    expect(call?.headers.get("paypal-request-id")).toBe("key-1");
    expect(call?.headers.get("authorization")).toBe("Bearer A21AA");
    expect(JSON.parse(call?.body ?? "")).toEqual({
      intent: "AUTHORIZE",
      purchase_units: [{ amount: wire("10.99"), custom_id: "ord_1.1", invoice_id: "ord_1.1", description: "Order 1" }],
    });
  });

  it("sends the customer to PayPal's page, and reads it again where they have been sent before", async () => {
    const links = [
      { rel: "self", href: "https://api-m.paypal.com/v2/checkout/orders/ORDER1" },
      { rel: "payer-action", href: "https://www.paypal.com/checkoutnow?token=ORDER1" },
    ];
    const asking = json(200, order("PAYER_ACTION_REQUIRED", undefined, links));
    const { payments, sent } = paypal(json(200, order("CREATED")), asking, asking);
    const asked = {
      outcome: "done",
      value: {
        status: "requires_action",
        intentId: "ORDER1",
        amount: eur(1099),
        actionUrl: "https://www.paypal.com/checkoutnow?token=ORDER1",
      },
    };
    expect(await payments.confirmIntent("ORDER1", by, "key")).toEqual(asked);
    expect(await payments.confirmIntent("ORDER1", by, "key")).toEqual(asked);
    expect(sent.map(({ method, url }) => `${method} ${url.slice(url.indexOf("/v2"))}`)).toEqual([
      "GET /v2/checkout/orders/ORDER1",
      "POST /v2/checkout/orders/ORDER1/confirm-payment-source",
      "GET /v2/checkout/orders/ORDER1",
    ]);
    expect(JSON.parse(sent[1]?.body ?? "")).toMatchObject({
      payment_source: { paypal: { experience_context: { return_url: by.returnUrl, user_action: "PAY_NOW" } } },
    });
  });

  it("authorizes a saved account without its owner", async () => {
    const { payments, sent } = paypal(json(200, order("CREATED")), json(201, authorizedOrder()));
    const saved = { ...by, paymentMethod: "paypal_8kk_8451t" };
    expect(await payments.confirmIntent("ORDER1", saved, "key")).toEqual({
      outcome: "done",
      value: {
        status: "authorized",
        intentId: "ORDER1",
        amount: eur(1099),
        authorizationExpiresAt: 2_000_000_000_000,
      },
    });
    expect(sent[1]?.url).toMatch(/\/ORDER1\/authorize$/);
    expect(JSON.parse(sent[1]?.body ?? "")).toMatchObject({ payment_source: { paypal: { vault_id: "8kk_8451t" } } });
  });

  it.each([
    ["has been authorized before", "ORDER_ALREADY_AUTHORIZED", authorizedOrder(), "authorized"],
    [
      "needs the customer once more",
      "PAYER_ACTION_REQUIRED",
      order("PAYER_ACTION_REQUIRED", undefined, [{ rel: "payer-action", href: "https://www.paypal.com/x" }]),
      "requires_action",
    ],
  ])("takes an approved order as it stands when it %s", async (_what, issue, now, status) => {
    const { payments } = paypal(json(200, order("APPROVED")), json(422, refusal(issue)), json(200, now));
    expect(await payments.confirmIntent("ORDER1", by, "key")).toMatchObject({ outcome: "done", value: { status } });
  });

  it.each(["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "DUPLICATE_INVOICE_ID"])(
    "takes %s for final, and keeps what PayPal's support asks for",
    async (issue) => {
      const approved = json(200, order("APPROVED"));
      const { payments } = paypal(approved, json(422, refusal(issue)), approved);
      expect(await payments.confirmIntent("ORDER1", by, "key")).toEqual({
        outcome: "failed",
        code: issue,
        message: "Not now. (debug id 90957fca61718)",
        retryable: false,
      });
    },
  );

  it("takes an authorization that PayPal denied for a final decline", async () => {
    const denied = json(201, authorizedOrder({ status: "DENIED" }));
    const { payments } = paypal(json(200, order("APPROVED")), denied);
    expect(await payments.confirmIntent("ORDER1", by, "key")).toMatchObject({
      outcome: "done",
      value: { status: "failed", hard: true },
    });
  });

  it("captures finally, so that the rest is given back", async () => {
    const captured = json(201, { id: "CAP1", status: "COMPLETED", amount: wire("5.00"), final_capture: true });
    const { payments, sent } = paypal(json(200, authorizedOrder()), captured);
    expect(await payments.capture("ORDER1", eur(500), "key")).toEqual({
      outcome: "done",
      value: { status: "captured", intentId: "ORDER1", amount: eur(1099), captured: 500, refunded: 0 },
    });
    expect(sent[1]?.url).toMatch(/\/v2\/payments\/authorizations\/AUTH1\/capture$/);
    expect(JSON.parse(sent[1]?.body ?? "")).toEqual({ amount: wire("5.00"), final_capture: true });
    expect(sent[1]?.headers.get("paypal-request-id")).toBe("key");
  });

  it("renews an authorization that PayPal no longer guarantees before it captures", async () => {
    const renewed = json(201, authorization({ id: "AUTH2" }));
    const captured = json(201, { id: "CAP1", status: "COMPLETED", amount: wire("10.99") });
    const { payments, sent } = paypal(json(200, authorizedOrder({ create_time: daysAgo(4) })), renewed, captured);
    expect(await payments.capture("ORDER1", eur(1099), "key")).toMatchObject({ outcome: "done" });
    expect(
      sent.slice(1).map(({ url, headers }) => [url.split("/").slice(-2), headers.get("paypal-request-id")]),
    ).toEqual([
      [["AUTH1", "reauthorize"], "key:renew"],
      [["AUTH2", "capture"], "key"],
    ]);
  });

  it("captures what could not be renewed all the same, unless that is uncertain", async () => {
    const stale = json(200, authorizedOrder({ create_time: daysAgo(4) }));
    const captured = json(201, { id: "CAP1", status: "COMPLETED", amount: wire("10.99") });
    const refused = paypal(stale, json(422, refusal("REAUTHORIZATION_NOT_SUPPORTED")), captured);
    expect(await refused.payments.capture("ORDER1", eur(1099), "key")).toMatchObject({ outcome: "done" });
    expect(refused.sent[2]?.url).toMatch(/AUTH1\/capture$/);
    const lost = paypal(stale, broken);
    expect(await lost.payments.capture("ORDER1", eur(1099), "key")).toMatchObject({ outcome: "unknown" });
  });

  it("reads a capture that PayPal still looks into as not there yet, and a declined one as failed", async () => {
    const capture = (status: string) => json(201, { id: "CAP1", status, amount: wire("10.99") });
    const pending = paypal(json(200, authorizedOrder()), capture("PENDING"));
    expect(await pending.payments.capture("ORDER1", eur(1099), "key")).toMatchObject({
      outcome: "done",
      value: { status: "authorized" },
    });
    const declined = paypal(json(200, authorizedOrder()), capture("DECLINED"));
    expect(await declined.payments.capture("ORDER1", eur(1099), "key")).toMatchObject({
      outcome: "failed",
      code: "CAPTURE_DECLINED",
      retryable: false,
    });
  });

  it("asks for nothing that is there already", async () => {
    const captured = json(
      200,
      order("COMPLETED", {
        authorizations: [authorization({ status: "CAPTURED" })],
        captures: [{ id: "CAP1", status: "PARTIALLY_REFUNDED", amount: wire("10.99") }],
        refunds: [
          { id: "R1", status: "COMPLETED", amount: wire("1.00") },
          { id: "R2", status: "PENDING", amount: wire("0.50") },
          { id: "R3", status: "FAILED", amount: wire("9.00") },
        ],
      }),
    );
    const { payments, sent } = paypal(captured, captured);
    const value = { status: "captured", intentId: "ORDER1", amount: eur(1099), captured: 1099, refunded: 150 };
    expect(await payments.capture("ORDER1", eur(1099), "key")).toEqual({ outcome: "done", value });
    expect(await payments.voidIntent("ORDER1", "key")).toEqual({ outcome: "done", value });
    expect(sent.every(({ method }) => method === "GET")).toBe(true);
  });

  it("answers a void that meets a capture with the capture", async () => {
    const captures = [{ id: "CAP1", status: "COMPLETED", amount: wire("10.99") }];
    const captured = json(200, order("COMPLETED", { authorizations: [authorization()], captures }));
    const { payments } = paypal(json(200, authorizedOrder()), json(422, refusal("PREVIOUSLY_CAPTURED")), captured);
    expect(await payments.voidIntent("ORDER1", "key")).toMatchObject({
      outcome: "done",
      value: { status: "captured" },
    });
  });

  it.each([
    ["REFUND_FAILED_INSUFFICIENT_FUNDS", true],
    ["PENDING_CAPTURE", true],
    ["CAPTURE_FULLY_REFUNDED", false],
  ])("takes the refusal %s of a refund, worth trying again: %s", async (code, retryable) => {
    const captures = [{ id: "CAP1", status: "COMPLETED", amount: wire("10.99") }];
    const captured = json(200, order("COMPLETED", { authorizations: [authorization()], captures }));
    const { payments } = paypal(captured, json(422, refusal(code)));
    expect(await payments.refund("ORDER1", eur(100), "late", "key")).toMatchObject({
      outcome: "failed",
      code,
      retryable,
    });
  });

  it.each([
    ["FAILED", "failed"],
    ["CANCELLED", "failed"],
    ["PENDING", "done"],
  ])("reads a refund that is %s as %s", async (status, outcome) => {
    const captures = [{ id: "CAP1", status: "COMPLETED", amount: wire("10.99") }];
    const captured = json(200, order("COMPLETED", { authorizations: [authorization()], captures }));
    const { payments, sent } = paypal(captured, json(201, { id: "R1", status, amount: wire("1.00") }));
    expect(await payments.refund("ORDER1", eur(100), "late", "key")).toMatchObject({ outcome });
    expect(JSON.parse(sent[1]?.body ?? "")).toEqual({
      amount: wire("1.00"),
      note_to_payer: "late",
      custom_id: "ord_1.1",
    });
  });

  it.each([
    ["a connection that breaks", broken],
    ["no answer in time", silent],
    ["half an answer", half(200, JSON.stringify(authorizedOrder()))],
    ["an answer that never ends", stuck(200, JSON.stringify(authorizedOrder()))],
    ["an answer that is no JSON", text(200, "<html>")],
    ["an answer without the fields that matter", json(200, { id: "ORDER1" })],
    ["an amount that cannot be read", json(201, { ...order("CREATED"), purchase_units: [{ amount: wire("1.999") }] })],
    ["a server error", json(500, { name: "INTERNAL_SERVER_ERROR", message: "oops", debug_id: "x" })],
    [
      "a key that is still being worked on",
      json(409, { ...refusal("PREVIOUS_REQUEST_IN_PROGRESS"), name: "RESOURCE_CONFLICT" }),
    ],
  ])("leaves it unknown after %s", async (_what, reply) => {
    const { payments, sent } = paypal(reply);
    expect(await payments.createIntent(input, "key")).toMatchObject({ outcome: "unknown" });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["its own word", { "retry-after": "7" }, 7000],
    ["a second where it says nothing", {}, 1000],
  ])("comes back after a rate limit by %s", async (_what, headers, retryAfterMs) => {
    const { payments } = paypal(json(429, { name: "RATE_LIMIT_REACHED", message: "slow" }, headers));
    expect(await payments.createIntent(input, "key")).toMatchObject({
      outcome: "failed",
      code: "rate_limited",
      retryable: true,
      retryAfterMs,
    });
  });

  it("makes no call without a token, and says that none was made", async () => {
    const { fetch, sent } = fakeFetch(broken, json(401, { error: "invalid_client", error_description: "no" }));
    const payments = new PaypalPayments({ clientId: "id", clientSecret: "s", fetch });
    expect(await payments.retrieve("ORDER1")).toMatchObject({
      outcome: "failed",
      code: "no_token",
      retryAfterMs: 1000,
    });
    expect(await payments.retrieve("ORDER1")).toMatchObject({
      outcome: "failed",
      code: "invalid_client",
      retryable: false,
    });
    expect(sent.every(({ url }) => url === "https://api-m.paypal.com/v1/oauth2/token")).toBe(true);
    expect(sent[0]?.headers.get("authorization")).toBe(`Basic ${btoa("id:s")}`);
  });

  it("asks for one token, uses it while it lasts, and renews one that was revoked", async () => {
    const found = json(200, order("CREATED"));
    const { fetch, sent } = fakeFetch(TOKEN, found, found, json(401, { error: "invalid_token" }), TOKEN, found);
    const payments = new PaypalPayments({ clientId: "id", clientSecret: "s", fetch });
    for (let call = 0; call < 3; call += 1)
      expect(await payments.retrieve("ORDER1")).toMatchObject({ outcome: "done" });
    expect(sent.filter(({ url }) => url.endsWith("/token"))).toHaveLength(2);
  });

  it("is held back by the gate without a call", async () => {
    const { payments } = paypal(() => Promise.reject(new CallHeldBack("provider_unavailable", 500)));
    expect(await payments.retrieve("ORDER1")).toMatchObject({ outcome: "failed", retryAfterMs: 500 });
  });

  it("says that it cannot look for an order by our reference", async () => {
    expect(await paypal().payments.findByOrder()).toMatchObject({ outcome: "failed", code: "not_searchable" });
  });

  it("refuses an amount that PayPal cannot write, and asks nothing", async () => {
    const { payments, sent } = paypal();
    const amount = { amount: 12_345, currency: "HUF" };
    expect(await payments.createIntent({ ...input, amount }, "key")).toMatchObject({
      outcome: "failed",
      code: "amount_not_supported",
      retryable: false,
    });
    expect(sent).toEqual([]);
  });
});
