import { describe, expect, it } from "vitest";
import { CallHeldBack } from "../../src/providers/http.ts";
import { StripePayments } from "../../src/providers/stripe.ts";
import { snapshotOf, intentShape } from "../../src/providers/stripe-parse.ts";
import fixtures from "../fixtures/stripe/resources.json" with { type: "json" };
import { broken, fakeFetch, half, json, silent, stuck, text, type Reply } from "./fake-fetch.ts";

const { payment_intent: example, refund: exampleRefund, charge: exampleCharge } = fixtures.resources;
const by = (returnUrl: string) => ({ paymentMethod: "pm_card_visa", returnUrl, offSession: false });
const EUR = (amount: number) => ({ amount, currency: "EUR" });

function intent(change: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...example, currency: "eur", last_payment_error: null, next_action: null, processing: null, ...change };
}

function stripe(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  return { payments: new StripePayments({ secretKey: "sk_test_x", fetch, timeLimitMs: 200 }), sent };
}

const input = {
  orderId: "ord_1",
  payment: 1,
  amount: EUR(1099),
  paymentMethod: "pm_card_visa",
  description: "Order 1",
  customer: "cus_1",
  email: "a@example.com",
};
const cardError = (code: string, declineCode?: string) => ({
  error: { type: "card_error", code, message: "Declined.", ...(declineCode && { decline_code: declineCode }) },
});
const unexpectedState = (intentNow: Record<string, unknown>) => ({
  error: {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    message: "Not now.",
    payment_intent: intentNow,
  },
});

describe("the Stripe adapter", () => {
  it("creates an intent that is captured by hand and names the order", async () => {
    const { payments, sent } = stripe(json(200, intent({ status: "requires_confirmation" })));
    expect(await payments.createIntent(input, "key-1")).toEqual({
      outcome: "done",
      value: { status: "created", intentId: example.id, amount: EUR(1099) },
    });
    const [call] = sent;
    expect(call?.url).toBe("https://api.stripe.com/v1/payment_intents");
    expect(call?.headers.get("idempotency-key")).toBe("key-1");
    const form = Object.fromEntries(new URLSearchParams(call?.body));
    expect(form).toMatchObject({
      amount: "1099",
      currency: "eur",
      capture_method: "manual",
      "metadata[order_id]": "ord_1",
      customer: "cus_1",
      receipt_email: "a@example.com",
    });
    expect(form).not.toHaveProperty("confirm");
  });

  it("reads an authorization and the moment it lapses", async () => {
    const charge = { ...exampleCharge, payment_method_details: { card: { capture_before: 2_000_000_000 } } };
    const { payments } = stripe(json(200, intent({ status: "requires_capture", latest_charge: charge })));
    const value = {
      status: "authorized",
      intentId: example.id,
      amount: EUR(1099),
      authorizationExpiresAt: 2_000_000_000_000,
    };
    expect(await payments.confirmIntent(example.id, by("https://shop.example/back"), "key")).toEqual({
      outcome: "done",
      value,
    });
  });

  it("reads what was captured and what of it was paid back", async () => {
    const charge = { ...exampleCharge, amount_refunded: 99 };
    const { payments } = stripe(
      json(200, intent({ status: "succeeded", amount_received: 1000, latest_charge: charge })),
    );
    expect(await payments.retrieve(example.id)).toMatchObject({
      outcome: "done",
      value: { status: "captured", captured: 1000, refunded: 99 },
    });
  });

  it("hands on the bank's page", async () => {
    const next = {
      type: "redirect_to_url",
      redirect_to_url: { url: "https://bank.example/3ds", return_url: "https://shop.example" },
    };
    const { payments } = stripe(json(200, intent({ status: "requires_action", next_action: next })));
    const result = await payments.confirmIntent(example.id, by("https://shop.example"), "key");
    expect(result).toMatchObject({
      outcome: "done",
      value: { status: "requires_action", actionUrl: "https://bank.example/3ds" },
    });
  });

  it.each([
    ["card_declined", "generic_decline", "generic_decline", false],
    ["card_declined", "insufficient_funds", "insufficient_funds", false],
    ["card_declined", "lost_card", "lost_card", false],
    ["expired_card", undefined, "expired_card", false],
    ["card_declined", "try_again_later", "try_again_later", true],
    ["card_declined", "issuer_not_available", "issuer_not_available", true],
    ["card_declined", "approve_with_id", "approve_with_id", true],
    ["processing_error", undefined, "processing_error", true],
  ])("takes the decline %s/%s for %s, worth trying again: %s", async (code, declineCode, expected, retryable) => {
    const { payments } = stripe(json(402, cardError(code, declineCode)));
    const result = await payments.confirmIntent(example.id, by("https://shop.example"), "key");
    expect(result).toEqual({ outcome: "failed", code: expected, message: "Declined.", retryable });
  });

  it.each([
    ["a connection that breaks", broken],
    ["no answer in time", silent],
    ["half an answer", half(200, JSON.stringify(intent()))],
    ["an answer that never ends", stuck(200, JSON.stringify(intent()))],
    ["an answer that is no JSON", text(200, "<html>")],
    ["an answer without the fields that matter", json(200, { id: "pi_1", object: "payment_intent" })],
    ["a server error", json(500, { error: { type: "api_error", message: "oops" } })],
    ["a gateway's error page", text(502, "Bad Gateway")],
    [
      "a key that is still being worked on",
      json(409, { error: { type: "invalid_request_error", code: "idempotency_key_in_use", message: "in use" } }),
    ],
  ])("leaves it unknown after %s", async (_what, reply) => {
    const { payments, sent } = stripe(reply);
    expect(await payments.capture(example.id, EUR(1099), "key")).toMatchObject({ outcome: "unknown" });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["its own word", { "retry-after": "7" }, 7000],
    ["a second where it says nothing", {}, 1000],
  ])("comes back after a rate limit by %s", async (_what, headers, retryAfterMs) => {
    const { payments } = stripe(
      json(429, { error: { type: "invalid_request_error", code: "rate_limit", message: "slow" } }, headers),
    );
    expect(await payments.refund(example.id, EUR(1), "x", "key")).toMatchObject({
      outcome: "failed",
      code: "rate_limited",
      retryable: true,
      retryAfterMs,
    });
  });

  it("hands on what the gate held back, as something that was never sent", async () => {
    const { payments } = stripe(() => Promise.reject(new CallHeldBack("provider_unavailable", 1500)));
    const expected = { outcome: "failed", code: "provider_unavailable", retryable: true, retryAfterMs: 1500 };
    expect(await payments.capture(example.id, EUR(1099), "key")).toMatchObject(expected);
  });

  it.each([
    [400, "idempotency_error", undefined, "idempotency_error"],
    [400, "invalid_request_error", "amount_too_large", "amount_too_large"],
    [401, "invalid_request_error", undefined, "invalid_request_error"],
    [404, "invalid_request_error", "resource_missing", "resource_missing"],
  ])("takes a %s of %s/%s for a refusal for good", async (status, type, code, expected) => {
    const { payments } = stripe(json(status, { error: { type, message: "No.", ...(code && { code }) } }));
    expect(await payments.createIntent(input, "key")).toEqual({
      outcome: "failed",
      code: expected,
      message: "No.",
      retryable: false,
    });
  });

  it("asks a declined card again by its name, which Stripe has taken off the intent", async () => {
    const lastError = {
      type: "card_error",
      code: "processing_error",
      message: "x",
      payment_method: { id: "pm_9", object: "payment_method" },
    };
    const declined = intent({ status: "requires_payment_method", last_payment_error: lastError });
    const { payments, sent } = stripe(
      json(400, unexpectedState(declined)),
      json(200, intent({ status: "requires_capture" })),
    );
    expect(await payments.confirmIntent(example.id, by("https://shop.example"), "key")).toMatchObject({
      outcome: "done",
      value: { status: "authorized" },
    });
    expect(new URLSearchParams(sent[1]?.body).get("payment_method")).toBe("pm_9");
    expect(sent[1]?.headers.get("idempotency-key")).toBe("key:again");
  });

  it("takes an intent that is already where it should be for done", async () => {
    const captured = intent({ status: "succeeded", amount_received: 1099 });
    const { payments } = stripe(json(400, unexpectedState(captured)), json(200, captured));
    expect(await payments.capture(example.id, EUR(1099), "key")).toMatchObject({
      outcome: "done",
      value: { captured: 1099 },
    });
  });

  it("keeps the refusal where the intent is somewhere else", async () => {
    const canceled = intent({ status: "canceled" });
    const { payments } = stripe(json(400, unexpectedState(canceled)), json(200, canceled));
    expect(await payments.capture(example.id, EUR(1099), "key")).toMatchObject({
      outcome: "failed",
      code: "payment_intent_unexpected_state",
    });
  });

  it("leaves it unknown where the intent's state cannot be read either", async () => {
    const { payments } = stripe(json(400, unexpectedState(intent({ status: "canceled" }))), broken);
    expect(await payments.voidIntent(example.id, "key")).toMatchObject({ outcome: "unknown" });
  });

  it("pays back under the key, and reports a bank that does not take it", async () => {
    const { payments, sent } = stripe(
      json(200, { ...exampleRefund, currency: "eur" }),
      json(200, { ...exampleRefund, status: "failed", failure_reason: "lost_or_stolen_card" }),
    );
    expect(await payments.refund(example.id, EUR(100), "broken", "key")).toEqual({
      outcome: "done",
      value: { refundId: exampleRefund.id, amount: EUR(100) },
    });
    expect(new URLSearchParams(sent[0]?.body).get("metadata[reason]")).toBe("broken");
    expect(await payments.refund(example.id, EUR(100), "broken", "key2")).toMatchObject({
      outcome: "failed",
      code: "lost_or_stolen_card",
      retryable: false,
    });
  });

  it("prefers an order's living intent to a voided one when it looks an order up", async () => {
    const data = [
      intent({ id: "pi_voided", status: "canceled", created: 9 }),
      intent({ id: "pi_live", status: "requires_capture", created: 5 }),
    ];
    const { payments, sent } = stripe(
      json(200, { object: "search_result", data, has_more: false, next_page: null, url: "/v1/payment_intents/search" }),
    );
    expect(await payments.findByOrder("ord_1")).toMatchObject({ outcome: "done", value: { intentId: "pi_live" } });
    expect(decodeURIComponent(sent[0]?.url ?? "")).toContain("metadata['order_id']:'ord_1'");
  });

  it("reads Stripe's own example of an intent", () => {
    const read = intentShape.parse({ ...example, last_payment_error: null });
    expect(snapshotOf(read)).toEqual({
      status: "created",
      intentId: example.id,
      amount: { amount: 1099, currency: "USD" },
    });
  });

  it("never has a card number or the secret in what it reports", async () => {
    const { payments } = stripe(
      json(401, { error: { type: "invalid_request_error", message: "Invalid API Key provided." } }),
    );
    expect(JSON.stringify(await payments.retrieve(example.id))).not.toContain("sk_test_x");
  });
});
