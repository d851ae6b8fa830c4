import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { paypalReference } from "../../src/providers/paypal.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { PaymentSnapshot } from "../../src/providers/payment.ts";
import { PaypalCertificates } from "../../src/providers/webhooks/paypal-certificates.ts";
import { verifyPaypalWebhook } from "../../src/providers/webhooks/paypal.ts";
import { savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, until, type Delivered, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let account: string;
let made = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
  account = await savePaypal(world);
}, 60_000);
afterAll(() => world.close());
afterEach(() => world.turn("paypal", { duplicateWebhooks: 0, errorRate: 0 }));

const newOrder = () => `ord_pp${String((made += 1)).padStart(4, "0")}`;
const eur = (amount: number) => ({ amount, currency: "EUR" });
const by = (paymentMethod: string) => ({ paymentMethod, returnUrl: "http://localhost:8787/back" });
const paypal = () => world.providers.payments.paypal;

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

async function created(orderId: string, amount = eur(2599), payment = 1): Promise<PaymentSnapshot> {
  const input = { orderId, payment, amount, paymentMethod: "paypal", description: `Order ${orderId}` };
  return value(await paypal().createIntent(input, `${paypalReference(input)}:create`));
}

async function authorized(orderId: string, amount = eur(2599)): Promise<string> {
  const { intentId } = await created(orderId, amount);
  const confirmed = value(await paypal().confirmIntent(intentId, by(account), `${orderId}:confirm`));
  expect(confirmed).toMatchObject({ status: "authorized", amount });
  return intentId;
}

/** The customer's page of an order, and what it was answered with. */
async function answered(intentId: string, orderId: string, answer: string): Promise<string> {
  const asked = value(await paypal().confirmIntent(intentId, by("paypal"), `${orderId}:ask`));
  if (asked.status !== "requires_action") throw new Error("expected an action to be required");
  const page = await world.fetch(asked.actionUrl, { method: "GET" });
  expect(await page.text()).toContain("Cancel and return");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await world.fetch(asked.actionUrl, { method: "POST", headers, body: `answer=${answer}` });
  expect(reply.status).toBe(303);
  return reply.headers.get("location") ?? "";
}

const rowsOf = async (table: string, intentId: string) =>
  (await world.rows("paypal", table)).filter((row) => row["order_id"] === intentId);

/** A call as any other client of PayPal would make it. */
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const credentials = btoa(`${world.vars["PAYPAL_CLIENT_ID"]}:${world.vars["PAYPAL_CLIENT_SECRET"]}`);
  const token = await world.fetch("https://api-m.paypal.com/v1/oauth2/token", {
    method: "POST",
    headers: { authorization: `Basic ${credentials}` },
    body: "grant_type=client_credentials",
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const reply = await world.fetch(`https://api-m.paypal.com${path}`, {
    method,
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, body: await reply.json() };
}

const verified = ({ body, headers }: Delivered, now = Date.now()) =>
  verifyPaypalWebhook(
    body,
    new Headers(headers),
    { webhookId: world.vars["PAYPAL_WEBHOOK_ID"] ?? "", fetch: world.fetch, certificates: new PaypalCertificates() },
    now,
  );

describe("a simulated PayPal behind the real adapter", () => {
  it("authorizes what the customer has approved, and not before", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId);
    expect(await answered(intentId, orderId, "approve")).toContain(`token=${intentId}`);
    expect(value(await paypal().retrieve(intentId))).toMatchObject({ status: "approved", amount: eur(2599) });
    expect(await rowsOf("authorizations", intentId)).toEqual([]);
    expect(value(await paypal().confirmIntent(intentId, by("paypal"), `${orderId}:2`)).status).toBe("authorized");
    expect(await rowsOf("authorizations", intentId)).toMatchObject([{ status: "CREATED", amount: 2599 }]);
  });

  it("waits on for a customer who came back without approving, and who may approve after all", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId);
    await answered(intentId, orderId, "cancel");
    expect(value(await paypal().retrieve(intentId)).status).toBe("requires_action");
    await answered(intentId, orderId, "approve");
    expect(value(await paypal().retrieve(intentId)).status).toBe("approved");
  });

  it("fails a payment whose card behind the account is declined", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId);
    await answered(intentId, orderId, "approve_declined");
    const result = await paypal().confirmIntent(intentId, by("paypal"), `${orderId}:2`);
    expect(result).toMatchObject({ outcome: "failed", code: "INSTRUMENT_DECLINED", retryable: false });
    expect(result.outcome === "failed" && result.message).toMatch(/debug id/);
  });

  it("gives up an approval that was never used: there is nothing to void", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId);
    await answered(intentId, orderId, "approve");
    expect(value(await paypal().voidIntent(intentId, `${orderId}:void`)).status).toBe("voided");
  });

  it("pays one invoice once, whatever the number of PayPal orders for it", async () => {
    const orderId = newOrder();
    await authorized(orderId);
    const again = { orderId, payment: 1, amount: eur(2599), paymentMethod: account, description: "again" };
    const { intentId } = value(await paypal().createIntent(again, `${orderId}:create:2`));
    expect(await paypal().confirmIntent(intentId, by(account), `${orderId}:confirm:2`)).toMatchObject({
      outcome: "failed",
      code: "DUPLICATE_INVOICE_ID",
      retryable: false,
    });
    const second = await created(orderId, eur(700), 2);
    expect(value(await paypal().confirmIntent(second.intentId, by(account), `${orderId}:confirm:3`)).status).toBe(
      "authorized",
    );
  });

  it.each([
    [{ amount: 500, currency: "JPY" }, "500"],
    [{ amount: 12_300, currency: "HUF" }, "123"],
    [{ amount: 5, currency: "USD" }, "0.05"],
  ])("keeps %o as it is", async (amount, text) => {
    const orderId = newOrder();
    const intentId = await authorized(orderId, amount);
    expect(await call("GET", `/v2/checkout/orders/${intentId}`)).toMatchObject({
      body: { purchase_units: [{ amount: { value: text, currency_code: amount.currency } }] },
    });
    expect(value(await paypal().capture(intentId, amount, `${orderId}:capture`))).toMatchObject({
      captured: amount.amount,
    });
    expect(value(await paypal().refund(intentId, amount, "all", `${orderId}:refund`)).amount).toEqual(amount);
  });

  it("takes several captures until one is final, and renews no authorization that is still guaranteed", async () => {
    const intentId = await authorized(newOrder());
    const [authorization] = await rowsOf("authorizations", intentId);
    const path = `/v2/payments/authorizations/${authorization?.["id"]}`;
    const amount = { currency_code: "EUR", value: "10.00" };
    expect(await call("POST", `${path}/reauthorize`, { amount })).toMatchObject({
      status: 422,
      body: { details: [{ issue: "REAUTHORIZATION_TOO_SOON" }] },
    });
    expect((await call("POST", `${path}/capture`, { amount })).status).toBe(201);
    expect((await call("POST", `${path}/capture`, { amount, final_capture: true })).status).toBe(201);
    expect(await call("POST", `${path}/capture`, { amount })).toMatchObject({
      body: { details: [{ issue: "AUTHORIZATION_ALREADY_CAPTURED" }] },
    });
    expect(await rowsOf("authorizations", intentId)).toMatchObject([{ status: "CAPTURED", captured: 2000 }]);
    expect(value(await paypal().retrieve(intentId))).toMatchObject({ status: "captured", captured: 2000 });
  });

  it("turns strangers away", async () => {
    const reply = await world.fetch("https://api-m.paypal.com/v2/checkout/orders/X", {
      method: "GET",
      headers: { authorization: "Bearer x" },
    });
    expect(reply.status).toBe(401);
    const token = await world.fetch("https://api-m.paypal.com/v1/oauth2/token", {
      method: "POST",
      headers: { authorization: `Basic ${btoa("some:body")}` },
      body: "grant_type=client_credentials",
    });
    expect(token.status).toBe(401);
  });

  it("tells of each step by a webhook that our verifier accepts, and twice when told to", async () => {
    await world.turn("paypal", { duplicateWebhooks: 1 });
    const orderId = newOrder();
    const { intentId } = await created(orderId);
    await answered(intentId, orderId, "approve");
    await paypal().confirmIntent(intentId, by("paypal"), `${orderId}:2`);
    await paypal().capture(intentId, eur(2000), `${orderId}:capture`);
    await paypal().refund(intentId, eur(100), "late", `${orderId}:refund`);
    const deliveries = await until("eight deliveries", async () => {
      const all = await world.delivered(paypalReference({ orderId, payment: 1 }));
      return all.length === 8 && all;
    });
    expect(deliveries.every(({ url }) => url === "http://localhost:8787/api/v1/webhooks/paypal")).toBe(true);
    const events = await Promise.all(deliveries.map((delivery) => verified(delivery)));
    const told = events.flatMap((one) => (one.ok ? [one] : []));
    expect(new Set(told.map(({ eventId }) => eventId)).size, "sent twice, it is one transmission").toBe(4);
    const ids = new Set(told.flatMap(({ event }) => ("paypalEventId" in event ? [event.paypalEventId] : [])));
    const read = await Promise.all(
      [...ids].map(async (id) => value(await world.providers.paypalEvents.retrieveEvent(id))),
    );
    const about = (type: string) => read.find((event) => event?.type === type);
    expect(about("CHECKOUT.ORDER.APPROVED")).toMatchObject({ intentId, orderId, payment: 1, status: null });
    expect(about("PAYMENT.AUTHORIZATION.CREATED")).toMatchObject({
      intentId,
      orderId,
      status: "authorized",
      amount: eur(2599),
    });
    expect(about("PAYMENT.CAPTURE.COMPLETED")).toMatchObject({ intentId, orderId, amount: eur(2000) });
    // A refund does not name PayPal's order: our own reference finds the payment.
    expect(about("PAYMENT.CAPTURE.REFUNDED")).toMatchObject({
      intentId: null,
      orderId,
      payment: 1,
      status: null,
      amount: eur(100),
    });
  });

  it("signs so that a changed body, another webhook or a lost certificate is noticed", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    const delivery = await until("a delivery", async () => (await world.delivered(intentId))[0]);
    expect(await verified({ ...delivery, body: delivery.body.replace("25.99", "0.01") })).toEqual({
      ok: false,
      reason: "signature_wrong",
    });
    await world.turn("paypal", { errorRate: 1 });
    expect(await verified(delivery)).toEqual({ ok: false, reason: "certificate_unavailable" });
  });
});
