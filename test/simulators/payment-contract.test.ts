import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PaymentProviderName } from "../../src/domain/order/payment-provider.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { PaymentProvider, PaymentSnapshot } from "../../src/providers/payment.ts";
import { PaypalPayments } from "../../src/providers/paypal.ts";
import { StripePayments } from "../../src/providers/stripe.ts";
import { savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let made = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
}, 60_000);
afterAll(() => world.close());

const eur = (amount: number) => ({ amount, currency: "EUR" });

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

/** The means of payment that behave alike, and what the customer's page of each vendor is answered with. */
const VENDORS: readonly {
  vendor: PaymentProviderName;
  good: (world: SimulatedWorld) => string | Promise<string>;
  declined: (world: SimulatedWorld) => string | Promise<string>;
  asking: string;
  agree: string;
  /** An adapter that does not wait for long. */
  impatient: (world: SimulatedWorld) => PaymentProvider;
}[] = [
  {
    vendor: "stripe",
    good: () => "pm_card_visa",
    declined: () => "pm_card_chargeDeclined",
    asking: "pm_card_threeDSecure2Required",
    agree: "complete",
    impatient: ({ fetch, vars }) =>
      new StripePayments({ secretKey: vars["STRIPE_SECRET_KEY"] ?? "", fetch, timeLimitMs: 1_000 }),
  },
  {
    vendor: "paypal",
    good: (world) => savePaypal(world),
    declined: (world) => savePaypal(world, "approve_declined"),
    asking: "paypal",
    agree: "approve",
    impatient: ({ fetch, vars }) =>
      new PaypalPayments({
        clientId: vars["PAYPAL_CLIENT_ID"] ?? "",
        clientSecret: vars["PAYPAL_CLIENT_SECRET"] ?? "",
        fetch,
        timeLimitMs: 1_000,
      }),
  },
];

/** What the saga relies on, whoever the provider is. */
describe.each(VENDORS)("the payment provider $vendor", ({ vendor, asking, agree, impatient, ...means }) => {
  let good: string;
  let declined: string;
  beforeAll(async () => {
    good = await means.good(world);
    declined = await means.declined(world);
  });
  const provider = (): PaymentProvider => world.providers.payments[vendor];
  const turn = (change: Parameters<SimulatedWorld["turn"]>[1]) => world.turn(vendor, change);
  const newOrder = () => `ord_${vendor}${String((made += 1)).padStart(4, "0")}`;
  const by = (paymentMethod: string) => ({ paymentMethod, returnUrl: "http://localhost:8787/back" });

  async function created(orderId: string, paymentMethod = good, amount = eur(2599)): Promise<PaymentSnapshot> {
    const input = { orderId, payment: 1, amount, paymentMethod, description: `Order ${orderId}` };
    return value(await provider().createIntent(input, `${orderId}:create`));
  }

  async function authorized(orderId: string): Promise<string> {
    const { intentId } = await created(orderId);
    expect(value(await provider().confirmIntent(intentId, by(good), `${orderId}:confirm`)).status).toBe("authorized");
    return intentId;
  }

  /** What the vendor's books say has happened to the money of this order, oldest first. */
  async function movements(orderId: string): Promise<string[]> {
    const rows = await world.rows(vendor, "money_movements");
    return rows
      .filter((row) => [row["order_id"], row["reference"]].some((text) => String(text).split(".")[0] === orderId))
      .map(({ kind, amount }) => `${kind} ${amount}`)
      .toReversed();
  }

  afterEach(() =>
    turn({ errorRate: 0, rate429: 0, lostReplyRate: 0, silentRate: 0, latencyMs: 0, reorderWebhooks: 0 }),
  );

  it("asks for no money by creating", async () => {
    const orderId = newOrder();
    expect(await created(orderId)).toMatchObject({ status: "created", amount: eur(2599) });
    expect(await movements(orderId)).toEqual([]);
  });

  it("authorizes, captures a part, gives the rest back and refunds within what was captured", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    const now = value(await provider().retrieve(intentId));
    if (now.status !== "authorized") throw new Error("expected an authorization");
    expect(now.authorizationExpiresAt).toBeGreaterThan(Date.now() + 6 * 24 * 3_600_000);
    expect(value(await provider().capture(intentId, eur(2000), `${orderId}:capture`))).toEqual({
      status: "captured",
      intentId,
      amount: eur(2599),
      captured: 2000,
      refunded: 0,
    });
    expect(value(await provider().refund(intentId, eur(500), "late", `${orderId}:refund`)).amount).toEqual(eur(500));
    expect(value(await provider().refund(intentId, eur(300), "late", `${orderId}:refund2`)).amount).toEqual(eur(300));
    expect(value(await provider().retrieve(intentId))).toMatchObject({ captured: 2000, refunded: 800 });
    expect(await provider().refund(intentId, eur(1201), "late", `${orderId}:refund3`)).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
    expect(await movements(orderId)).toEqual([
      "authorize 2599",
      "capture 2000",
      "release 599",
      "refund 500",
      "refund 300",
    ]);
  });

  it("gives an authorization up, after which nothing can be captured", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    expect(value(await provider().voidIntent(intentId, `${orderId}:void`))).toMatchObject({ status: "voided" });
    expect(value(await provider().retrieve(intentId))).toMatchObject({ status: "voided" });
    expect(await provider().capture(intentId, eur(2599), `${orderId}:capture`)).toMatchObject({ outcome: "failed" });
    expect(await movements(orderId)).toEqual(["authorize 2599", "void 2599"]);
  });

  it("answers a void of what was captured meanwhile with the capture", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    await provider().capture(intentId, eur(2599), `${orderId}:capture`);
    expect(value(await provider().voidIntent(intentId, `${orderId}:void`))).toMatchObject({
      status: "captured",
      captured: 2599,
    });
  });

  it("captures no more than was authorized", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    expect(await provider().capture(intentId, eur(2600), `${orderId}:capture`)).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
    expect(await movements(orderId)).toEqual(["authorize 2599"]);
  });

  it("does each thing once under its key, and what is done already under another", async () => {
    const orderId = newOrder();
    const first = await created(orderId);
    expect(await created(orderId)).toEqual(first);
    const { intentId } = first;
    for (const key of ["confirm", "confirm", "again"])
      expect(value(await provider().confirmIntent(intentId, by(good), `${orderId}:${key}`)).status).toBe("authorized");
    for (const key of ["capture", "capture", "captureAgain"])
      expect(value(await provider().capture(intentId, eur(2599), `${orderId}:${key}`))).toMatchObject({
        captured: 2599,
      });
    const refunds = [];
    for (const key of ["refund", "refund"])
      refunds.push(value(await provider().refund(intentId, eur(99), "late", `${orderId}:${key}`)));
    expect(refunds[1]).toEqual(refunds[0]);
    expect(await movements(orderId)).toEqual(["authorize 2599", "capture 2599", "refund 99"]);
  });

  it("refuses another request under the same key", async () => {
    const orderId = newOrder();
    await created(orderId);
    const other = { orderId, payment: 1, amount: eur(9999), paymentMethod: good, description: "other" };
    expect(await provider().createIntent(other, `${orderId}:create`)).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
  });

  it("charges once when every reply is lost and the same keys are tried again", async () => {
    const orderId = newOrder();
    const intentId = await authorized(orderId);
    await turn({ lostReplyRate: 1 });
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect((await provider().capture(intentId, eur(2599), `${orderId}:capture`)).outcome).not.toBe("done");
    await turn({ lostReplyRate: 0 });
    expect(value(await provider().capture(intentId, eur(2599), `${orderId}:capture`))).toMatchObject({
      captured: 2599,
    });
    expect(await movements(orderId)).toEqual(["authorize 2599", "capture 2599"]);
  });

  it("leaves it unknown when nothing is answered, and makes each once however often it is asked", async () => {
    const hasty = impatient(world);
    // The access token comes from the same vendor: without one nothing is asked.
    await hasty.retrieve("nobody");
    await turn({ silentRate: 1, seed: 7 });
    const orders = Array.from({ length: 8 }, newOrder);
    const input = { payment: 1, amount: eur(700), paymentMethod: good, description: "x" };
    const createAll = (from: PaymentProvider) =>
      Promise.all(orders.map((orderId) => from.createIntent({ ...input, orderId }, `${orderId}:create`)));
    for (const result of await createAll(hasty)) expect(result).toMatchObject({ outcome: "unknown" });
    await turn({ silentRate: 0 });
    const table = vendor === "stripe" ? "payment_intents" : "orders";
    const countMade = async () =>
      (await world.rows(vendor, table)).filter((row) => orders.some((orderId) => JSON.stringify(row).includes(orderId)))
        .length;
    expect(await until("those that were done unsaid", countMade)).toBeLessThan(orders.length);
    for (const result of await createAll(provider())) expect(result).toMatchObject({ outcome: "done" });
    expect(await countMade()).toBe(orders.length);
  });

  it("tells of what has happened in another order when its webhooks overtake each other", async () => {
    await turn({ reorderWebhooks: 1, seed: 7 });
    const orders = Array.from({ length: 4 }, newOrder);
    for (const orderId of orders) {
      const intentId = await authorized(orderId);
      await provider().capture(intentId, eur(2599), `${orderId}:capture`);
      await provider().refund(intentId, eur(99), "late", `${orderId}:refund`);
    }
    const happened = (await world.rows(vendor, "events")).map(({ id }) => String(id)).toReversed();
    const told = await until("three webhooks an order", async () => {
      const all = await Promise.all(orders.map((orderId) => world.delivered(orderId)));
      const ids = all.map((ofOrder) =>
        ofOrder.map(({ body }) => happened.findIndex((id) => body.includes(`"id":"${id}"`))),
      );
      return ids.every((ofOrder) => ofOrder.length === 3) && ids;
    });
    expect(told.some((places) => places.join() !== places.toSorted((a, b) => a - b).join())).toBe(true);
  });

  it("leaves it unknown while the same key is still being worked on", async () => {
    const orderId = newOrder();
    const input = { orderId, payment: 1, amount: eur(700), paymentMethod: good, description: "x" };
    await created(newOrder());
    await turn({ latencyMs: 1500 });
    const first = provider().createIntent(input, `${orderId}:create`);
    const second = await until("the second request to meet the first", async () => {
      const result = await provider().createIntent(input, `${orderId}:create`);
      return result.outcome === "unknown" && result;
    });
    expect(second).toMatchObject({ outcome: "unknown" });
    expect(value(await first)).toMatchObject({ status: "created" });
  });

  it("is turned away unread at a rate limit, and does nothing on the vendor's own error", async () => {
    const orderId = newOrder();
    const input = { orderId, payment: 1, amount: eur(700), paymentMethod: good, description: "x" };
    await turn({ rate429: 1 });
    expect(await provider().createIntent(input, `${orderId}:create`)).toMatchObject({
      outcome: "failed",
      code: "rate_limited",
      retryable: true,
      retryAfterMs: 1000,
    });
    await turn({ rate429: 0, errorRate: 1 });
    expect(await provider().createIntent(input, `${orderId}:create`)).toMatchObject({ outcome: "unknown" });
    await turn({ errorRate: 0 });
    expect(value(await provider().createIntent(input, `${orderId}:create`)).status).toBe("created");
  });

  it("takes a final decline for final, and no money is held", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId, declined);
    const result = await provider().confirmIntent(intentId, by(declined), `${orderId}:confirm`);
    expect(result).toMatchObject({ outcome: "failed", retryable: false });
    expect(result).not.toHaveProperty("retryAfterMs");
    expect((await movements(orderId)).filter((movement) => !movement.startsWith("decline"))).toEqual([]);
  });

  it("sends the customer to a page, and has the money once they have agreed", async () => {
    const orderId = newOrder();
    const { intentId } = await created(orderId, asking);
    const asked = value(await provider().confirmIntent(intentId, by(asking), `${orderId}:confirm`));
    if (asked.status !== "requires_action") throw new Error("expected an action to be required");
    expect(value(await provider().retrieve(intentId))).toEqual(asked);
    expect(await movements(orderId)).toEqual([]);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answered = await world.fetch(asked.actionUrl, { method: "POST", headers, body: `answer=${agree}` });
    expect(answered.status).toBe(303);
    expect(answered.headers.get("location")).toMatch(/^http:\/\/localhost:8787\/back\?/);
    const agreed = value(await provider().retrieve(intentId));
    const settled =
      agreed.status === "approved"
        ? value(await provider().confirmIntent(intentId, by(asking), `${orderId}:confirm2`))
        : agreed;
    expect(settled.status).toBe("authorized");
    expect(await movements(orderId)).toEqual(["authorize 2599"]);
  });

  it("has no intent that nobody made", async () => {
    expect(await provider().retrieve(vendor === "stripe" ? "pi_nobody" : "NOBODY")).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
  });
});
