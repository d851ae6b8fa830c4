import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WebhookMessage } from "../../src/contracts/messages.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { type Deviation, findDeviation, listDeviations, resolveDeviation } from "../../src/db/ops/deviations.ts";
import { storeWebhookEvent } from "../../src/db/ops/webhook-events.ts";
import type { Dispute } from "../../src/domain/order/dispute.ts";
import type { Effect } from "../../src/domain/order/effects.ts";
import type { PaymentEvent } from "../../src/providers/webhooks/payment-event.ts";
import { consumeWebhooks } from "../../src/saga/consumers/webhooks.ts";
import { openDeviation } from "../../src/saga/handlers/open-deviation.ts";
import { refundPayment } from "../../src/saga/handlers/settle-payment.ts";
import { newOrderId, placedNow } from "../support/order-books.ts";
import { ACTOR, authorized, EffectQueueDouble, migrateOrders, TestLedger } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const ops = openOps(env.OPS);
const DUE_BY = Date.UTC(2026, 11, 1);
let queue: EffectQueueDouble;
let ledger: TestLedger;
let world: SagaWorld;
let made = 0;

beforeEach(async () => {
  queue = new EffectQueueDouble();
  ledger = new TestLedger();
  world = new SagaWorld(ledger);
  await migrateOps();
  await migrateOrders();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
});

const unique = (prefix: string) => `${prefix}-${Date.now()}-${(made += 1)}`;

/** An order whose 20.00 have been captured. */
async function captured(method = "pm_card_visa") {
  const order = placedNow({ paymentMethod: method });
  await ledger.create(order);
  const created = await world.bank.createIntent(
    {
      orderId: order.id,
      payment: 1,
      amount: { amount: 2000, currency: "EUR" },
      paymentMethod: "pm_card_visa",
      description: "x",
    },
    order.id,
  );
  const intentId = created.outcome === "done" ? created.value.intentId : "";
  const { payment } = authorized(1, 2000) as Extract<ReturnType<typeof authorized>, { payment: unknown }>;
  await ledger.done(await queue.leased(order.id, "AuthorizePayment"), {
    kind: "AuthorizePayment",
    payment: { ...payment, intentId },
  });
  await ledger.stub.recordPayment(order.id, 1, { status: "captured", intentId, captured: 2000, refunded: 0 });
  return { id: order.id, intentId, disputeId: unique("dp") };
}

type Disputed = Awaited<ReturnType<typeof captured>>;

/** The bank's word now, and its webhook; answers whether the webhook comes again. */
async function told(
  { id: orderId, intentId, disputeId }: Pick<Disputed, "disputeId"> & { id: string | null; intentId: string | null },
  change: Partial<Dispute> = {},
  provider: "stripe" | "paypal" = "stripe",
) {
  const dispute: Dispute = {
    id: disputeId,
    amount: 2000,
    reason: "fraudulent",
    dueBy: DUE_BY,
    status: "open",
    ...change,
  };
  world.disputes.known.set(disputeId, { orderId, intentId, dispute });
  const message: WebhookMessage = { provider, eventId: unique("evt") };
  const event: PaymentEvent = {
    type: provider === "stripe" ? "charge.dispute.created" : "CUSTOMER.DISPUTE.CREATED",
    status: null,
    createdAt: Date.now(),
    intentId,
    orderId: null,
    payment: null,
    amount: { amount: 2000, currency: "EUR" },
    disputeId,
  };
  // PayPal's own record of the event counts, and not what was stored of it.
  if (provider === "paypal") world.paypalEvents.known.set(message.eventId, event);
  const payload = JSON.stringify(provider === "paypal" ? { paypalEventId: message.eventId } : event);
  await storeWebhookEvent(ops, { ...message, payload }, Date.now());
  const batch = createMessageBatch("holdfast-webhooks", [
    { id: "0", timestamp: new Date(), attempts: 1, body: message },
  ]);
  await consumeWebhooks(batch, world.context);
  const { retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { ...message, comesAgain: retryMessages.length > 0 };
}

/** Does the effect that puts the dispute in front of a person. */
async function opened({ id }: Disputed): Promise<void> {
  const leased = await queue.leased(id, "OpenDeviation");
  await openDeviation(world.context, leased, leased.effect as Extract<Effect, { kind: "OpenDeviation" }>);
}

async function deviationOf({ id }: Disputed): Promise<Deviation | undefined> {
  const { rows } = await listDeviations(ops, { orderId: id, kind: "dispute" }, { limit: 10 });
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
}

describe("a dispute's webhook", () => {
  it("has the provider's own word recorded on the order that was paid, and opens one deviation", async () => {
    const order = await captured();
    expect(await told(order)).toMatchObject({ comesAgain: false });
    await told(order);
    expect((await ledger.order(order.id)).payments[0]?.disputes).toEqual([
      { id: order.disputeId, amount: 2000, reason: "fraudulent", dueBy: DUE_BY, status: "open" },
    ]);
    await opened(order);
    expect(await deviationOf(order)).toMatchObject({
      status: "open",
      subject: { orderId: order.id, provider: "stripe", reference: order.disputeId },
      summary: expect.stringContaining("20.00 EUR of payment 1 (fraudulent)") as string,
    });
  });

  it("that was won needs nobody any more", async () => {
    const order = await captured();
    await told(order);
    await opened(order);
    await told(order, { status: "won" });
    expect((await ledger.order(order.id)).payments[0]?.disputes).toMatchObject([{ status: "won" }]);
    expect(await deviationOf(order)).toMatchObject({ status: "resolved", resolvedBy: "webhook" });
  });

  it("that was lost stays with a person, and is noted once", async () => {
    const order = await captured();
    await told(order);
    await opened(order);
    await told(order, { status: "lost" });
    await told(order, { status: "lost" });
    expect(await deviationOf(order)).toMatchObject({
      status: "open",
      tried: ["The bank has decided for the customer: the money stays with them."],
    });
  });

  it("that was decided before anybody saw it waits until somebody could", async () => {
    const order = await captured();
    expect(await told(order, { status: "won" })).toMatchObject({ comesAgain: true });
    await opened(order);
    expect(await told(order, { status: "won" })).toMatchObject({ comesAgain: false });
    expect(await deviationOf(order)).toMatchObject({ status: "resolved" });
  });

  it("leaves what a person has resolved as it is", async () => {
    const order = await captured();
    await told(order);
    await opened(order);
    const { id } = (await deviationOf(order))!;
    await resolveDeviation(ops, id, { actor: "usr_1", resolution: "accepted", now: Date.now() });
    await told(order, { status: "won" });
    expect(await deviationOf(order)).toMatchObject({ resolvedBy: "usr_1", resolution: "accepted" });
  });

  it("about a payment that is none of ours is put in front of a person; one that can't be read comes again", async () => {
    const stranger = { id: newOrderId(), intentId: "pi_x", disputeId: unique("dp") };
    const unknown = await told(stranger);
    const nameless = await told({ id: null, intentId: null, disputeId: unique("dp") });
    for (const { eventId } of [unknown, nameless])
      expect(await findDeviation(ops, `dev_webhook:stripe:${eventId}`)).toMatchObject({ kind: "webhook_unmatched" });
    world.disputes.will("silent");
    expect(await told(await captured())).toMatchObject({ comesAgain: true });
  });
});

describe("a dispute at PayPal", () => {
  it("takes the same way, and is settled by PayPal's own decision", async () => {
    const order = await captured("paypal");
    expect(await told(order, {}, "paypal")).toMatchObject({ comesAgain: false });
    await opened(order);
    expect(await deviationOf(order)).toMatchObject({
      status: "open",
      subject: { orderId: order.id, provider: "paypal", reference: order.disputeId },
      summary: expect.stringContaining("the customer disputes at PayPal 20.00 EUR of payment 1") as string,
    });
    await told(order, { status: "lost", amount: 700 }, "paypal");
    expect((await ledger.order(order.id)).payments[0]?.disputes).toMatchObject([{ status: "lost", amount: 700 }]);
    expect(await deviationOf(order)).toMatchObject({
      tried: ["PayPal has decided for the customer: the money stays with them."],
    });
  });

  it("is nobody's where the other provider took the payment of that id", async () => {
    const order = await captured();
    const { eventId } = await told(order, {}, "paypal");
    expect(await findDeviation(ops, `dev_webhook:paypal:${eventId}`)).toMatchObject({ kind: "webhook_unmatched" });
    expect((await ledger.order(order.id)).payments[0]?.disputes).toBeUndefined();
  });
});

describe("a refund beside a dispute", () => {
  /** A refund that somebody has asked for, to be tried as often as one likes. */
  async function refundOf(order: Disputed, amount: number) {
    const of = { amount };
    const asked = await ledger.execute({
      orderId: order.id,
      command: { type: "RefundOrder", reason: "goodwill", of },
      actor: ACTOR,
    });
    if (!asked.ok) throw new Error(asked.refusal.reason);
    const effect: Extract<Effect, { kind: "RefundPayment" }> = {
      kind: "RefundPayment",
      refund: asked.order.refunds.length,
      payment: 1,
      amount: { amount, currency: "EUR" },
      reason: "goodwill",
    };
    return () => refundPayment(world.context, leaseOf(order, effect), effect);
  }

  it("waits for a person while the bank decides, and is done once it was won", async () => {
    const order = await captured();
    const run = await refundOf(order, 2000);
    await told(order);
    expect(await run()).toMatchObject({ status: "failed", code: "payment_disputed", retryable: false });
    expect(world.bank.intents.get(order.intentId)).toMatchObject({ refunded: 0 });
    await opened(order);
    await told(order, { status: "won" });
    expect(await run()).toMatchObject({ status: "done", result: { kind: "RefundPayment" } });
  });

  it("never pays back what the customer has got from their bank", async () => {
    const lose = async (order: Disputed) => {
      await told(order, { amount: 1500 });
      await opened(order);
      await told(order, { amount: 1500, status: "lost" });
    };
    const before = await captured();
    const run = await refundOf(before, 501);
    await lose(before);
    expect(await run()).toMatchObject({ status: "failed", code: "payment_disputed" });
    const after = await captured();
    await lose(after);
    await expect(refundOf(after, 501)).rejects.toThrow("refund_too_large");
    expect(await (await refundOf(after, 500))()).toMatchObject({ status: "done" });
  });
});
