import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PaymentProviderName } from "../../src/domain/order/payment-provider.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

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

const eur = (amount: number) => ({ amount, currency: "EUR" });

/** A payment of 20.00 that was captured, and of which 5.00 were paid back. */
async function refunded(vendor: PaymentProviderName, paymentMethod: string) {
  count += 1;
  const orderId = `ord_failedrefund${count}`;
  const payments = world.providers.payments[vendor];
  const input = { orderId, payment: 1, amount: eur(2000), paymentMethod, description: orderId };
  const { intentId } = value(await payments.createIntent(input, `${orderId}:create`));
  const by = { paymentMethod, returnUrl: "http://localhost:8787/back", offSession: false };
  value(await payments.confirmIntent(intentId, by, `${orderId}:confirm`));
  value(await payments.capture(intentId, eur(2000), `${orderId}:capture`));
  const { refundId } = value(await payments.refund(intentId, eur(500), "late", `${orderId}:refund`));
  return { orderId, payments, intentId, refundId };
}

const fail = (vendor: PaymentProviderName, refundId: string) =>
  world.fetch(`http://localhost:8787/simulators/${vendor}/refunds/${refundId}/fail`, {
    method: "POST",
    headers: { accept: "application/json" },
  });

const typesAbout = async (refundId: string) =>
  (await world.delivered(refundId)).map(({ body }) => {
    const { type, event_type } = JSON.parse(body) as { type?: string; event_type?: string };
    return type ?? event_type;
  });

describe.each([
  ["stripe", () => "pm_card_visa", ["charge.refund.updated", "refund.created", "refund.failed", "refund.updated"]],
  ["paypal", () => savePaypal(world), ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.FAILED"]],
] as const)("a refund of the simulated %s", (vendor, method, types) => {
  it("may fail after it was made: its money is ours again, and it is told of as the provider tells it", async () => {
    const { payments, intentId, refundId, orderId } = await refunded(vendor, await method());
    expect(value(await payments.retrieveRefund(refundId))).toMatchObject({ status: "done", amount: eur(500) });
    expect((await fail(vendor, refundId)).status).toBe(200);
    expect(value(await payments.retrieveRefund(refundId))).toMatchObject({ status: "failed", amount: eur(500) });
    expect(value(await payments.retrieve(intentId))).toMatchObject({ captured: 2000, refunded: 0 });
    await until("its webhooks", async () => (await typesAbout(refundId)).length >= types.length);
    expect((await typesAbout(refundId)).sort()).toEqual(types);
    expect((await fail(vendor, refundId)).status, "once").toBe(409);
    const again = value(await payments.refund(intentId, eur(2000), "late", `${orderId}:again`));
    expect(again.refundId).not.toBe(refundId);
  });

  it("knows whose the payment is", async () => {
    const { payments, intentId, orderId } = await refunded(vendor, await method());
    expect(value(await payments.findOwner({ intentId }))).toEqual({ intentId, orderId });
    expect(value(await payments.findOwner({ intentId: "none" }))).toMatchObject({ orderId: null });
  });
});

describe("a refund to Stripe's card whose refunds fail", () => {
  it("fails by itself after a while", async () => {
    const { payments, refundId } = await refunded("stripe", "pm_card_refundFail");
    await until("its failure", async () => value(await payments.retrieveRefund(refundId)).status === "failed");
  });
});

describe("a refund that was made by hand at PayPal", () => {
  it("is found by its capture, because it names nothing else of ours", async () => {
    const { payments, intentId, orderId } = await refunded("paypal", await savePaypal(world));
    const capture = (await world.rows("paypal", "captures")).find(({ order_id }) => order_id === intentId);
    const captureId = String(capture?.["id"]);
    expect(value(await payments.findOwner({ intentId: null, captureId }))).toEqual({ intentId, orderId });
  });
});
