import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { verifyStripeWebhook } from "../../src/providers/webhooks/stripe.ts";
import { isUnreadable } from "../../src/providers/webhooks/verification.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

const BY = { paymentMethod: "pm_card_visa", returnUrl: "http://localhost:8787/back", offSession: false };

let world: SimulatedWorld;
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

/** A payment of 20.00 that was captured. */
async function captured() {
  count += 1;
  const orderId = `ord_disputed${count}`;
  const payments = world.providers.payments.stripe;
  const amount = { amount: 2000, currency: "EUR" };
  const input = { orderId, payment: 1, amount, paymentMethod: "pm_card_visa", description: orderId };
  const { intentId } = value(await payments.createIntent(input, `${orderId}:create`));
  await payments.confirmIntent(intentId, BY, `${orderId}:confirm`);
  value(await payments.capture(intentId, amount, `${orderId}:capture`));
  return { orderId, intentId };
}

const press = (path: string, form: string) =>
  world.fetch(`http://localhost:8787/simulators/stripe/${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form,
  });

async function disputed() {
  const payment = await captured();
  const answer = await press(`payment_intents/${payment.intentId}/dispute`, "reason=fraudulent");
  expect(answer.status).toBe(200);
  return { ...payment, disputeId: ((await answer.json()) as { id: string }).id };
}

describe("a dispute at the simulated Stripe", () => {
  it("is read with the payment and the order that it is about", async () => {
    const { orderId, intentId, disputeId } = await disputed();
    expect(value(await world.providers.disputes.stripe.retrieveDispute(disputeId))).toEqual({
      orderId,
      intentId,
      dispute: {
        id: disputeId,
        amount: 2000,
        reason: "fraudulent",
        dueBy: expect.any(Number) as number,
        status: "open",
      },
    });
    expect(await world.providers.disputes.stripe.retrieveDispute("dp_none")).toMatchObject({
      outcome: "failed",
      code: "resource_missing",
    });
  });

  it.each([
    ["won", ["dispute", "dispute_reversal"]],
    ["lost", ["dispute"]],
  ])("is told of at each step until it is %s, and moves the money", async (outcome, movements) => {
    const { intentId, disputeId } = await disputed();
    expect((await press(`disputes/${disputeId}`, "status=under_review")).status).toBe(200);
    expect(value(await world.providers.disputes.stripe.retrieveDispute(disputeId)).dispute.status).toBe("open");
    expect((await press(`disputes/${disputeId}`, `status=${outcome}`)).status).toBe(200);
    expect(value(await world.providers.disputes.stripe.retrieveDispute(disputeId)).dispute.status).toBe(outcome);
    expect((await press(`disputes/${disputeId}`, "status=won")).status).toBe(409);
    const secret = world.vars["STRIPE_WEBHOOK_SECRET"] ?? "";
    const types = await until("the three webhooks", async () => {
      const read = await Promise.all(
        (await world.delivered(disputeId)).map(({ body, headers }) =>
          verifyStripeWebhook(body, new Headers(headers), secret, Date.now()),
        ),
      );
      const events = read.flatMap((one) => (one.ok && !isUnreadable(one.event) ? [one.event] : []));
      expect(events.every((event) => event.disputeId === disputeId && event.intentId === intentId)).toBe(true);
      return events.length >= 3 && events.map(({ type }) => type).sort();
    });
    expect(types).toEqual(["charge.dispute.closed", "charge.dispute.created", "charge.dispute.updated"]);
    const moved = (await world.rows("stripe", "money_movements")).filter(
      ({ intent_id, kind }) => intent_id === intentId && String(kind).startsWith("dispute"),
    );
    expect(moved.map(({ kind }) => kind).toReversed()).toEqual(movements);
  });

  it("keeps the payment from being refunded, and is opened once", async () => {
    const { intentId } = await disputed();
    const amount = { amount: 100, currency: "EUR" };
    expect(await world.providers.payments.stripe.refund(intentId, amount, "late", `${intentId}:refund`)).toMatchObject({
      outcome: "failed",
      code: "charge_disputed",
    });
    expect((await press(`payment_intents/${intentId}/dispute`, "reason=duplicate")).status).toBe(409);
  });

  it("has its buttons on the books' page", async () => {
    const { intentId } = await captured();
    const { disputeId } = await disputed();
    const page = await (await world.fetch("http://localhost:8787/simulators/stripe", { method: "GET" })).text();
    expect(page).toContain(`aria-label="Dispute ${intentId}"`);
    expect(page).toContain(`aria-label="Make dispute ${disputeId} lost"`);
  });

  it.each([
    ["payment_intents/pi_none/dispute", "reason=fraudulent", 409],
    ["payment_intents/pi_none/dispute", "reason=because", 422],
    ["disputes/dp_none", "status=won", 409],
    ["disputes/dp_none", "status=gone", 422],
  ])("refuses %s with %s", async (path, form, status) => {
    expect((await press(path, form)).status).toBe(status);
  });
});
