import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { PaypalCertificates } from "../../src/providers/webhooks/paypal-certificates.ts";
import { verifyPaypalWebhook } from "../../src/providers/webhooks/paypal.ts";
import { savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let account: string;
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
  account = await savePaypal(world);
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

/** A payment of 20.00 that was captured. */
async function captured() {
  count += 1;
  const orderId = `ord_ppdisputed${count}`;
  const payments = world.providers.payments.paypal;
  const amount = { amount: 2000, currency: "EUR" };
  const input = { orderId, payment: 1, amount, paymentMethod: account, description: orderId };
  const { intentId } = value(await payments.createIntent(input, `${orderId}:create`));
  const by = { paymentMethod: account, returnUrl: "http://localhost:8787/back", offSession: false };
  await payments.confirmIntent(intentId, by, `${orderId}:confirm`);
  value(await payments.capture(intentId, amount, `${orderId}:capture`));
  const [row] = (await world.rows("paypal", "captures")).filter(({ order_id }) => order_id === intentId);
  return { orderId, intentId, captureId: String(row?.["id"]) };
}

const press = (path: string, form: string) =>
  world.fetch(`http://localhost:8787/simulators/paypal/${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form,
  });

async function disputed() {
  const payment = await captured();
  const answer = await press(`captures/${payment.captureId}/dispute`, "reason=UNAUTHORISED");
  expect(answer.status).toBe(200);
  return { ...payment, disputeId: ((await answer.json()) as { id: string }).id };
}

const truthOf = async (id: string) => value(await world.providers.disputes.paypal.retrieveDispute(id));

describe("a dispute at the simulated PayPal", () => {
  it("is read with the payment and the order that it is about", async () => {
    const { orderId, intentId, disputeId } = await disputed();
    expect(await truthOf(disputeId)).toEqual({
      orderId,
      intentId,
      dispute: {
        id: disputeId,
        amount: 2000,
        reason: "UNAUTHORISED",
        dueBy: expect.any(Number) as number,
        status: "open",
      },
    });
    expect(await world.providers.disputes.paypal.retrieveDispute("PP-R-NONE")).toMatchObject({
      outcome: "failed",
      code: "INVALID_RESOURCE_ID",
    });
  });

  it.each([
    ["won", ["dispute", "dispute_reversal"]],
    ["lost", ["dispute"]],
  ])("is told of at each step until it is %s, and moves the money", async (outcome, movements) => {
    const { intentId, disputeId } = await disputed();
    expect((await press(`disputes/${disputeId}`, "status=under_review")).status).toBe(200);
    expect((await truthOf(disputeId)).dispute).toMatchObject({ status: "open", dueBy: null });
    expect((await press(`disputes/${disputeId}`, `status=${outcome}`)).status).toBe(200);
    expect((await truthOf(disputeId)).dispute).toMatchObject({ status: outcome, amount: 2000 });
    expect((await press(`disputes/${disputeId}`, "status=won")).status).toBe(409);
    const config = {
      webhookId: world.vars["PAYPAL_WEBHOOK_ID"] ?? "",
      fetch: world.fetch,
      certificates: new PaypalCertificates(),
    };
    const types = await until("the three webhooks", async () => {
      const read = await Promise.all(
        (await world.delivered(disputeId)).map(({ body, headers }) =>
          verifyPaypalWebhook(body, new Headers(headers), config, Date.now()),
        ),
      );
      const ids = read.flatMap((one) => (one.ok && "paypalEventId" in one.event ? [one.event.paypalEventId] : []));
      const events = await Promise.all(
        ids.map(async (id) => value(await world.providers.paypalEvents.retrieveEvent(id))),
      );
      expect(events.every((event) => event?.disputeId === disputeId && event.status === null)).toBe(true);
      return events.length >= 3 && events.map((event) => event?.type).sort();
    });
    expect(types).toEqual(["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED", "CUSTOMER.DISPUTE.UPDATED"]);
    const moved = (await world.rows("paypal", "money_movements")).filter(
      ({ order_id, kind }) => order_id === intentId && String(kind).startsWith("dispute"),
    );
    expect(moved.map(({ kind }) => kind).toReversed()).toEqual(movements);
  });

  it("keeps the payment from being refunded until it is won, and is opened once", async () => {
    const { intentId, captureId, disputeId } = await disputed();
    const refund = (key: string) =>
      world.providers.payments.paypal.refund(intentId, { amount: 100, currency: "EUR" }, "late", `${intentId}:${key}`);
    expect(await refund("early")).toMatchObject({ outcome: "failed", code: "TRANSACTION_DISPUTED" });
    expect((await press(`captures/${captureId}/dispute`, "reason=OTHER")).status).toBe(409);
    await press(`disputes/${disputeId}`, "status=won");
    expect(await refund("late")).toMatchObject({ outcome: "done" });
  });

  it("has its buttons on the books' page", async () => {
    const { captureId } = await captured();
    const { disputeId } = await disputed();
    const page = await (await world.fetch("http://localhost:8787/simulators/paypal", { method: "GET" })).text();
    expect(page).toContain(`aria-label="Dispute ${captureId}"`);
    expect(page).toContain(`aria-label="Make dispute ${disputeId} lost"`);
  });

  it.each([
    ["captures/NONE/dispute", "reason=OTHER", 409],
    ["captures/NONE/dispute", "reason=because", 422],
    ["captures/NONE/refund", "amount=much", 422],
    ["disputes/NONE", "status=won", 409],
    ["disputes/NONE", "status=gone", 422],
  ])("refuses %s with %s", async (path, form, status) => {
    expect((await press(path, form)).status).toBe(status);
  });
});
