import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PaymentSnapshot } from "../../src/providers/payment.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { verifyStripeWebhook } from "../../src/providers/webhooks/stripe.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
}, 60_000);
afterAll(() => world.close());
afterEach(() =>
  world.turn("stripe", {
    errorRate: 0,
    rate429: 0,
    lostReplyRate: 0,
    latencyMs: 0,
    duplicateWebhooks: 0,
    webhooksEnabled: true,
    authorizationSeconds: 604_800,
  }),
);

/** Stripe has been told the means of payment with the intent. */
const BY = { paymentMethod: "pm_card_visa", returnUrl: "http://localhost:8787/back" };

function newOrder(): string {
  count += 1;
  return `ord_test${String(count).padStart(3, "0")}`;
}

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

async function created(orderId: string, paymentMethod = "pm_card_visa", amount = 2599): Promise<PaymentSnapshot> {
  const input = {
    orderId,
    payment: 1,
    amount: { amount, currency: "EUR" },
    paymentMethod,
    description: `Order ${orderId}`,
  };
  return value(await world.providers.payments.stripe.createIntent(input, `${orderId}:create`));
}

async function authorized(orderId: string, amount = 2599): Promise<string> {
  const { intentId } = await created(orderId, "pm_card_visa", amount);
  const confirmed = value(await world.providers.payments.stripe.confirmIntent(intentId, BY, `${orderId}:confirm`));
  expect(confirmed.status).toBe("authorized");
  return intentId;
}

const eur = (amount: number) => ({ amount, currency: "EUR" });

describe("a simulated Stripe behind the real adapter", () => {
  it("authorizes, captures a part and refunds within what was captured", async () => {
    const orderId = newOrder();
    const payments = world.providers.payments.stripe;
    const intentId = await authorized(orderId);
    expect(value(await payments.capture(intentId, eur(2000), `${orderId}:capture`))).toMatchObject({
      status: "captured",
      captured: 2000,
      refunded: 0,
    });
    expect(value(await payments.refund(intentId, eur(500), "late", `${orderId}:refund`)).amount).toEqual(eur(500));
    expect(value(await payments.retrieve(intentId))).toMatchObject({
      status: "captured",
      captured: 2000,
      refunded: 500,
    });
    expect(await payments.refund(intentId, eur(1501), "late", `${orderId}:refund2`)).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
    const movements = (await world.rows("stripe", "money_movements")).filter((row) => row["order_id"] === orderId);
    expect(movements.map(({ kind, amount }) => `${kind} ${amount}`).toReversed()).toEqual([
      "authorize 2599",
      "capture 2000",
      "release 599",
      "refund 500",
    ]);
  });

  it("says until when an authorization lasts", async () => {
    const { intentId } = await created(newOrder());
    const confirmed = value(await world.providers.payments.stripe.confirmIntent(intentId, BY, `${intentId}:c`));
    if (confirmed.status !== "authorized") throw new Error("expected an authorization");
    expect(Math.abs(confirmed.authorizationExpiresAt - (Date.now() + 604_800_000))).toBeLessThan(10_000);
  });

  it("lets an authorization lapse, after which it cannot be captured", async () => {
    await world.turn("stripe", { authorizationSeconds: 1 });
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    const lapsed = await until(
      "the authorization to lapse",
      async () => value(await world.providers.payments.stripe.retrieve(intentId)).status === "voided",
    );
    expect(lapsed).toBe(true);
    expect(await world.providers.payments.stripe.capture(intentId, eur(2599), `${orderId}:capture`)).toMatchObject({
      outcome: "failed",
      code: "payment_intent_unexpected_state",
    });
  });

  it("does a thing once under one idempotency key and answers the same again", async () => {
    const orderId = newOrder();
    const first = await created(orderId);
    expect(await created(orderId)).toEqual(first);
    expect((await world.rows("stripe", "payment_intents")).filter((row) => row["order_id"] === orderId)).toHaveLength(
      1,
    );
  });

  it("refuses another request under the same idempotency key", async () => {
    const orderId = newOrder();
    await created(orderId);
    const other = { orderId, payment: 1, amount: eur(9999), paymentMethod: "pm_card_visa", description: "other" };
    expect(await world.providers.payments.stripe.createIntent(other, `${orderId}:create`)).toMatchObject({
      outcome: "failed",
      code: "idempotency_error",
      retryable: false,
    });
  });

  it("leaves it unknown while the same key is still being worked on", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    await world.turn("stripe", { latencyMs: 1500 });
    const payments = world.providers.payments.stripe;
    const first = payments.capture(intentId, eur(2599), `${orderId}:capture`);
    const second = await until("the second request to meet the first", async () => {
      const result = await payments.capture(intentId, eur(2599), `${orderId}:capture`);
      return result.outcome === "unknown" && result;
    });
    expect(second).toMatchObject({ outcome: "unknown" });
    expect(value(await first)).toMatchObject({ status: "captured", captured: 2599 });
  });

  it("charges once when the reply is lost and the same key is tried again", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    await world.turn("stripe", { lostReplyRate: 1 });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await world.providers.payments.stripe.capture(intentId, eur(2599), `${orderId}:capture`)).toMatchObject({
        outcome: "unknown",
      });
    }
    await world.turn("stripe", { lostReplyRate: 0 });
    expect(
      value(await world.providers.payments.stripe.capture(intentId, eur(2599), `${orderId}:capture`)),
    ).toMatchObject({
      status: "captured",
      captured: 2599,
    });
    const captures = (await world.rows("stripe", "money_movements")).filter(
      (row) => row["intent_id"] === intentId && row["kind"] === "capture",
    );
    expect(captures).toHaveLength(1);
  });

  it("answers a repeated capture or void under a forgotten key with what is there already", async () => {
    const first = newOrder();
    const capturedId = await authorized(first);
    await world.providers.payments.stripe.capture(capturedId, eur(2599), `${first}:capture`);
    expect(
      value(await world.providers.payments.stripe.capture(capturedId, eur(2599), `${first}:capture:other`)),
    ).toMatchObject({ status: "captured" });
    const voidedId = await authorized(newOrder());
    expect(value(await world.providers.payments.stripe.voidIntent(voidedId, `${voidedId}:void`))).toMatchObject({
      status: "voided",
    });
    expect(value(await world.providers.payments.stripe.voidIntent(voidedId, `${voidedId}:void:other`))).toMatchObject({
      status: "voided",
    });
  });

  it("finds an order's intent by the order", async () => {
    const orderId = newOrder();
    expect(value(await world.providers.payments.stripe.findByOrder(orderId))).toBeNull();
    const intentId = await authorized(orderId);
    expect(value(await world.providers.payments.stripe.findByOrder(orderId))).toMatchObject({
      intentId,
      status: "authorized",
    });
  });

  it.each([
    ["pm_card_chargeDeclined", "generic_decline", false],
    ["pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds", false],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", false],
    ["pm_card_chargeDeclinedProcessingError", "processing_error", true],
  ])("declines %s as %s", async (paymentMethod, code, retryable) => {
    const orderId = newOrder();
    const { intentId } = await created(orderId, paymentMethod);
    const result = await world.providers.payments.stripe.confirmIntent(intentId, BY, `${orderId}:confirm`);
    expect(result).toMatchObject({ outcome: "failed", code, retryable });
    expect(result).not.toHaveProperty("retryAfterMs");
    expect(value(await world.providers.payments.stripe.retrieve(intentId))).toMatchObject({
      status: "failed",
      code,
      hard: !retryable,
    });
  });

  it("asks the bank again for a card that was declined softly", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId, "pm_card_chargeDeclinedProcessingError");
    const confirm = (key: string) => world.providers.payments.stripe.confirmIntent(intentId, BY, key);
    await confirm(`${orderId}:confirm:1`);
    expect(await confirm(`${orderId}:confirm:2`)).toMatchObject({ outcome: "failed", code: "processing_error" });
    const declines = (await world.rows("stripe", "money_movements")).filter(
      (row) => row["intent_id"] === intentId && row["kind"] === "decline",
    );
    expect(declines).toHaveLength(2);
  });

  it.each([
    ["complete", "authorized", "succeeded"],
    ["fail", "failed", "failed"],
  ])(
    "sends a 3-D Secure card to the bank's page, where the customer may %s",
    async (answer, status, redirectStatus) => {
      const orderId = newOrder();
      const { intentId } = await created(orderId, "pm_card_threeDSecure2Required");
      const asked = value(await world.providers.payments.stripe.confirmIntent(intentId, BY, `${orderId}:confirm`));
      if (asked.status !== "requires_action") throw new Error("expected an action to be required");
      const page = await world.fetch(asked.actionUrl, { method: "GET" });
      expect(await page.text()).toContain("Complete authentication");
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const done = await world.fetch(asked.actionUrl, { method: "POST", headers: form, body: `answer=${answer}` });
      expect(done.status).toBe(303);
      expect(done.headers.get("location")).toContain(`redirect_status=${redirectStatus}`);
      expect(value(await world.providers.payments.stripe.retrieve(intentId)).status).toBe(status);
    },
  );

  it("turns calls away unread at a rate limit, and does nothing on an error of its own", async () => {
    const orderId = newOrder();
    await world.turn("stripe", { rate429: 1 });
    const input = { orderId, payment: 1, amount: eur(700), paymentMethod: "pm_card_visa", description: "x" };
    expect(await world.providers.payments.stripe.createIntent(input, `${orderId}:create`)).toMatchObject({
      outcome: "failed",
      code: "rate_limited",
      retryable: true,
      retryAfterMs: 1000,
    });
    await world.turn("stripe", { rate429: 0, errorRate: 1 });
    expect(await world.providers.payments.stripe.createIntent(input, `${orderId}:create`)).toMatchObject({
      outcome: "unknown",
    });
    await world.turn("stripe", { errorRate: 0 });
    expect(value(await world.providers.payments.stripe.findByOrder(orderId))).toBeNull();
  });

  it("repeats its faults under the same seed", async () => {
    const { intentId } = await created(newOrder());
    const run = async (): Promise<string> => {
      await world.turn("stripe", { seed: 42, errorRate: 0.5 });
      const outcomes: string[] = [];
      for (let call = 0; call < 12; call += 1)
        outcomes.push((await world.providers.payments.stripe.retrieve(intentId)).outcome);
      return outcomes.join(" ");
    };
    const first = await run();
    expect(first).toContain("done");
    expect(first).toContain("unknown");
    expect(await run()).toBe(first);
  });

  it("delivers webhooks whose signature our verifier accepts, and doubles them when told to", async () => {
    await world.turn("stripe", { duplicateWebhooks: 1 });
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    const [first, second] = await until("two deliveries", async () => {
      const all = await world.delivered(`"order_id":"${orderId}"`);
      return all.length >= 2 && all;
    });
    const secret = world.vars["STRIPE_WEBHOOK_SECRET"] ?? "";
    const verified = await verifyStripeWebhook(first?.body ?? "", new Headers(first?.headers), secret, Date.now());
    expect(verified).toMatchObject({
      ok: true,
      event: { type: "payment_intent.amount_capturable_updated", intentId, orderId, amount: eur(2599) },
    });
    expect(first?.url).toBe("http://localhost:8787/api/v1/webhooks/stripe");
    expect(second?.body).toBe(first?.body);
  });

  it("delivers a webhook again until it is taken", async () => {
    await world.answerWebhooksWith(503);
    const orderId = newOrder();
    await authorized(orderId);
    await until("a first try", async () => (await world.delivered(`"order_id":"${orderId}"`)).length > 0);
    await world.answerWebhooksWith(200);
    const tries = await until("a second try", async () => {
      const all = await world.delivered(`"order_id":"${orderId}"`);
      return all.length > 1 && all;
    });
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
  });

  it("sends no webhook while they are turned off", async () => {
    await world.turn("stripe", { webhooksEnabled: false });
    const silent = newOrder();
    await authorized(silent);
    await world.turn("stripe", { webhooksEnabled: true });
    const heard = newOrder();
    await authorized(heard);
    await until("the later webhook", async () => (await world.delivered(heard)).length > 0);
    expect(await world.delivered(silent)).toEqual([]);
  });
});
