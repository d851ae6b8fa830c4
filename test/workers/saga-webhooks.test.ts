import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeOrder } from "../../src/contracts/ledger-rpc.ts";
import type { WebhookMessage } from "../../src/contracts/messages.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findDeviation } from "../../src/db/ops/deviations.ts";
import { claimNotifications, findNotification, finishNotifications } from "../../src/db/ops/notifications.ts";
import { storeWebhookEvent, takeLostWebhookEvents } from "../../src/db/ops/webhook-events.ts";
import { projectOrders } from "../../src/db/orders/projection.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import type { PaymentEvent } from "../../src/providers/webhooks/payment-event.ts";
import { UNREADABLE } from "../../src/providers/webhooks/verification.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import { refundState } from "../../src/domain/order/refund.ts";
import { orderOfEffect } from "../../src/domain/order/effects.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { consumeWebhooks } from "../../src/saga/consumers/webhooks.ts";
import { queueLostWebhooks, sweepWebhooks } from "../../src/saga/sweep-webhooks.ts";
import { newOrderId, OrderBooks, placedOrder } from "../support/order-books.ts";
import { authorized, EffectQueueDouble, migrateOrders, TestLedger } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { SagaWorld } from "./saga-harness.ts";

const MINUTE = 60_000;
const ops = openOps(env.OPS);
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

async function stored(provider: WebhookMessage["provider"], event: unknown, receivedAt = Date.now()) {
  const message: WebhookMessage = { provider, eventId: unique("evt") };
  await storeWebhookEvent(ops, { ...message, payload: JSON.stringify(event) }, receivedAt);
  return message;
}

/** Gives the consumer these messages in one batch; answers which of them come again. */
async function consume(...messages: WebhookMessage[]): Promise<number[]> {
  const batch = createMessageBatch(
    "holdfast-webhooks",
    messages.map((body, index) => ({ id: `${index}`, timestamp: new Date(), attempts: 1, body })),
  );
  await consumeWebhooks(batch, world.context);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  expect(explicitAcks.length + retryMessages.length, "none is left to chance").toBe(messages.length);
  return retryMessages.map(({ msgId }) => Number(msgId)).sort();
}

const rowOf = ({ provider, eventId }: WebhookMessage) =>
  env.OPS.prepare(
    "SELECT processed_at AS processedAt, attempts FROM webhook_events WHERE provider = ? AND event_id = ?",
  )
    .bind(provider, eventId)
    .first<{ processedAt: number | null; attempts: number }>();

/** An order whose payment of 20.00 the bank has authorized, and the ledger knows of it. */
async function paid() {
  const order = placedOrder(undefined, { placedAt: Date.now(), holdExpiresAt: Date.now() + 30 * MINUTE });
  await ledger.create(order);
  const created = await world.bank.createIntent(
    {
      orderId: order.id,
      payment: 1,
      amount: { amount: 2000, currency: "EUR" },
      paymentMethod: "pm_card_visa",
      description: "an order",
    },
    order.id,
  );
  const intentId = created.outcome === "done" ? created.value.intentId : "";
  await world.bank.confirmIntent(intentId);
  const { payment } = authorized(1, 2000) as Extract<ReturnType<typeof authorized>, { payment: unknown }>;
  await ledger.done(await queue.leased(order.id, "AuthorizePayment"), {
    kind: "AuthorizePayment",
    payment: { ...payment, intentId },
  });
  return { id: order.id, intentId };
}

function paymentEvent(
  { id, intentId }: { id: string; intentId: string },
  change: Partial<PaymentEvent> = {},
): PaymentEvent {
  return {
    type: "payment_intent.amount_capturable_updated",
    status: "authorized",
    createdAt: Date.now() - 5 * MINUTE,
    intentId,
    orderId: id,
    payment: null,
    amount: { amount: 2000, currency: "EUR" },
    ...change,
  };
}

describe("a payment's event", () => {
  it("that tells what the order knows is done without asking the provider", async () => {
    const order = await paid();
    const retrieve = vi.spyOn(world.bank, "retrieve");
    const { version } = await ledger.order(order.id);
    const message = await stored("stripe", paymentEvent(order));
    expect(await consume(message)).toEqual([]);
    expect(await rowOf(message)).toMatchObject({ processedAt: expect.any(Number) as number, attempts: 0 });
    expect(retrieve).not.toHaveBeenCalled();
    expect((await ledger.order(order.id)).version).toBe(version);
  });

  it.each([
    ["another state", { type: "payment_intent.succeeded", status: "captured" }],
    ["another amount", { amount: { amount: 1999, currency: "EUR" } }],
    ["what only the provider can tell", { type: "charge.refunded", status: null }],
  ] as const)("that tells of %s has the truth fetched and recorded", async (_what, change) => {
    const order = await paid();
    await world.bank.capture(order.intentId, { amount: 2000, currency: "EUR" });
    expect(await consume(await stored("stripe", paymentEvent(order, change)))).toEqual([]);
    expect((await ledger.order(order.id)).payments[0]).toMatchObject({ status: "captured", captured: 2000 });
  });

  it("of PayPal that names only our own payment finds it, and no other provider's", async () => {
    const order = placedOrder(undefined, {
      placedAt: Date.now(),
      holdExpiresAt: Date.now() + 30 * MINUTE,
      paymentMethod: "paypal",
    });
    await ledger.create(order);
    world.paypal.asks = true;
    const leased = await queue.leased(order.id, "AuthorizePayment");
    await ledger.report(leased, (await runEffect(world.context, leased))!);
    const [intentId = ""] = world.paypal.intents.keys();
    world.paypal.approve(intentId);
    const event: PaymentEvent = {
      ...paymentEvent({ id: order.id, intentId }, { type: "CHECKOUT.ORDER.APPROVED", status: null }),
      intentId: null,
      payment: 1,
    };
    expect(await consume(await stored("stripe", { ...event, intentId }))).toEqual([]);
    expect((await ledger.order(order.id)).payments[0]?.status).toBe("requires_action");
    world.paypalEvents.known.set("WH-1", event);
    expect(await consume(await stored("paypal", { paypalEventId: "WH-1" }))).toEqual([]);
    expect((await ledger.order(order.id)).payments[0]?.status).toBe("processing");
    await vi.waitUntil(() =>
      queue.of(order.id).some(({ effect }) => effect.kind === "AuthorizePayment" && effect.approved === true),
    );
  });

  it("is acted on once: a message that comes again does nothing", async () => {
    const order = await paid();
    const message = await stored("stripe", paymentEvent(order, { status: null }));
    const retrieve = vi.spyOn(world.bank, "retrieve");
    await consume(message);
    expect(await consume(message)).toEqual([]);
    expect(retrieve).toHaveBeenCalledTimes(1);
  });

  it("comes again, alone, when the provider does not answer, and the failure is counted", async () => {
    const [one, other] = [await paid(), await paid()];
    const messages = [
      await stored("stripe", paymentEvent(one, { status: null })),
      await stored("stripe", paymentEvent(other)),
    ];
    world.bank.will("silent");
    expect(await consume(...messages)).toEqual([0]);
    expect(await rowOf(messages[0]!)).toEqual({ processedAt: null, attempts: 1 });
    expect(await rowOf(messages[1]!)).toMatchObject({ processedAt: expect.any(Number) as number });
  });

  it("about an order that nobody knows is put in front of a person, and one that can't be looked up comes again", async () => {
    const message = await stored("stripe", paymentEvent({ id: newOrderId(), intentId: "pi_x" }));
    const deviation = () => findDeviation(ops, `dev_webhook:stripe:${message.eventId}`);
    vi.spyOn(world.context, "findOrder").mockRejectedValueOnce(new Error("overloaded"));
    expect(await consume(message)).toEqual([0]);
    expect(await deviation()).toBeNull();
    expect(await consume(message)).toEqual([]);
    expect(await deviation()).toMatchObject({ kind: "webhook_unmatched" });
  });
});

describe("an event that names a payment of ours and not its order", () => {
  it.each(["review.opened", "radar.early_fraud_warning.created", "refund.created", "refund.updated"])(
    "(%s) is ours: the order is found by the payment",
    async (type) => {
      const order = await paid();
      await world.bank.capture(order.intentId, { amount: 2000, currency: "EUR" });
      const message = await stored("stripe", paymentEvent(order, { type, status: null, orderId: null, amount: null }));
      expect(await consume(message)).toEqual([]);
      expect(await findDeviation(ops, `dev_webhook:stripe:${message.eventId}`)).toBeNull();
      expect((await ledger.order(order.id)).payments[0]).toMatchObject({ status: "captured", captured: 2000 });
    },
  );

  it("comes again where the provider does not say whose it is", async () => {
    const message = await stored("stripe", paymentEvent(await paid(), { status: null, orderId: null }));
    world.bank.will("silent");
    expect(await consume(message)).toEqual([0]);
    expect(await consume(message)).toEqual([]);
  });

  it("and is nobody's is put in front of a person", async () => {
    const stranger = paymentEvent({ id: newOrderId(), intentId: "pi_strange" }, { status: null, orderId: null });
    const message = await stored("stripe", stranger);
    expect(await consume(message)).toEqual([]);
    expect(await findDeviation(ops, `dev_webhook:stripe:${message.eventId}`)).toMatchObject({
      kind: "webhook_unmatched",
    });
  });
});

describe("an event of a refund that failed", () => {
  /** An order of 20.00 of which 5.00 were paid back, and the provider's id of that refund. */
  async function refunded() {
    const order = await paid();
    const { id, intentId } = order;
    await world.bank.capture(intentId, { amount: 2000, currency: "EUR" });
    await ledger.stub.recordPayment(id, 1, { status: "captured", intentId, captured: 2000, refunded: 0 });
    const command = { type: "RefundOrder", reason: "late", of: { amount: 500 } } as const;
    const actor = { kind: "system", id: "saga" } as const;
    await ledger.execute({ orderId: id, command, actor });
    const leased = await queue.leased(id, "RefundPayment");
    const outcome = (await runEffect(world.context, leased))!;
    return { ...order, leased, outcome, refundId: [...world.bank.refunds.keys()].at(-1) ?? "" };
  }
  const event = (order: { id: string; intentId: string }, refundId: string) =>
    paymentEvent(order, { type: "refund.failed", status: null, orderId: null, failedRefundId: refundId });
  const moneyOf = async (id: OrderId) => {
    const { payments, refunds } = await ledger.order(id);
    return { refunded: payments[0]?.refunded, refunds: refunds.map(refundState) };
  };

  it("shows it as failed and the money as ours, once, however often and in whatever words it is told", async () => {
    const { leased, outcome, refundId, ...order } = await refunded();
    await ledger.report(leased, outcome);
    expect(await moneyOf(order.id)).toEqual({ refunded: 500, refunds: ["done"] });
    world.bank.failRefund(refundId);
    for (const type of ["refund.failed", "refund.updated", "charge.refund.updated"])
      expect(await consume(await stored("stripe", { ...event(order, refundId), type }))).toEqual([]);
    // An event from before it failed, which comes late.
    expect(
      await consume(await stored("stripe", paymentEvent(order, { type: "charge.refunded", status: null }))),
    ).toEqual([]);
    expect(await moneyOf(order.id)).toEqual({ refunded: 0, refunds: ["failed"] });
    const deviations = (await ledger.stub.saga(order.id))?.filter(({ kind }) => kind === "OpenDeviation") ?? [];
    expect(deviations).toHaveLength(1);
  });

  it("waits for the reply to the refund itself, where it comes before that", async () => {
    const { leased, outcome, refundId, ...order } = await refunded();
    world.bank.failRefund(refundId);
    const message = await stored("stripe", event(order, refundId));
    expect(await consume(message)).toEqual([0]);
    await ledger.report(leased, outcome);
    expect(await consume(message)).toEqual([]);
    expect(await moneyOf(order.id)).toEqual({ refunded: 0, refunds: ["failed"] });
  });

  it("says nothing new where the provider has the refund as made", async () => {
    const { leased, outcome, refundId, ...order } = await refunded();
    await ledger.report(leased, outcome);
    expect(await consume(await stored("stripe", event(order, refundId)))).toEqual([]);
    expect(await moneyOf(order.id)).toEqual({ refunded: 500, refunds: ["done"] });
  });

  it("lets a person have it paid back again, under another key and once", async () => {
    const { leased, outcome, refundId, ...order } = await refunded();
    await ledger.report(leased, outcome);
    world.bank.failRefund(refundId);
    await consume(await stored("stripe", event(order, refundId)));
    const [deviation] = (await ledger.stub.saga(order.id))?.filter(({ kind }) => kind === "OpenDeviation") ?? [];
    const effectId = deviation?.effect.kind === "OpenDeviation" ? deviation.effect.effectId : undefined;
    const actor = { kind: "system", id: "saga" } as const;
    const retry = { orderId: order.id, command: { type: "RetryEffect", effectId: effectId! }, actor } as const;
    expect(await ledger.execute(retry)).toMatchObject({ ok: true });
    const again = await vi.waitUntil(() =>
      queue.of(order.id).find(({ id, effect }) => effect.kind === "RefundPayment" && id !== leased.id),
    );
    await ledger.report(again, (await runEffect(world.context, again))!);
    expect(await moneyOf(order.id)).toEqual({ refunded: 500, refunds: ["done"] });
    expect(world.bank.intents.get(order.intentId)).toMatchObject({ captured: 2000, refunded: 500 });
    expect(await ledger.execute(retry)).toMatchObject({ ok: false });
  });
});

describe("an event that can't be trusted or read", () => {
  it("of PayPal's that PayPal itself does not know is acted on by nobody, and a person is told", async () => {
    const message = await stored("paypal", { paypalEventId: "WH-FORGED" });
    expect(await consume(message)).toEqual([]);
    expect(await findDeviation(ops, `dev_webhook:paypal:${message.eventId}`)).toMatchObject({
      kind: "webhook_unmatched",
    });
  });

  it("of PayPal's comes again while PayPal does not answer", async () => {
    const message = await stored("paypal", { paypalEventId: "WH-2" });
    world.paypalEvents.will("silent");
    expect(await consume(message)).toEqual([0]);
  });

  it.each(["stripe", "paypal", "fedex", "sendgrid", "twilio"] as const)(
    "of %s is put in front of a person, and does not come again",
    async (provider) => {
      const message = await stored(provider, UNREADABLE);
      expect(await consume(message)).toEqual([]);
      expect(await findDeviation(ops, `dev_webhook:${provider}:${message.eventId}`)).toMatchObject({
        kind: "webhook_unmatched",
      });
    },
  );
});

describe("a message's event", () => {
  async function told(channel: "email" | "sms") {
    const id = unique("ntf");
    const claim = { id, orderId: newOrderId(), subject: "order", kind: "order_confirmed", channel, recipient: "a…" };
    await claimNotifications(ops, [claim], Date.now());
    return id;
  }
  const mail = (reference: string | null, kind: string) => ({
    id: unique("sg"),
    kind,
    at: Date.now(),
    messageId: "m1",
    reference,
    reason: kind === "bounce" ? "mailbox full" : null,
  });
  const statusOf = async (id: string) => (await findNotification(ops, id))?.status;

  it("records what became of each, those of a batch in one statement, and the later end of two", async () => {
    const [arrived, bounced, texted, failed] = [
      await told("email"),
      await told("email"),
      await told("sms"),
      await told("sms"),
    ];
    const sms = (reference: string, status: string) => ({ messageId: "SM1", status, reference, errorCode: "30003" });
    const messages = [
      await stored("sendgrid", [
        mail(null, "unreadable"),
        mail(arrived, "processed"),
        mail(arrived, "delivered"),
        mail(null, "delivered"),
      ]),
      await stored("sendgrid", [mail(bounced, "delivered"), mail(bounced, "bounce"), mail("nobody's", "delivered")]),
      await stored("twilio", sms(texted, "delivered")),
      await stored("twilio", sms(failed, "undelivered")),
    ];
    const statements = vi.spyOn(env.OPS, "prepare");
    expect(await consume(...messages)).toEqual([]);
    await world.settled();
    expect(await Promise.all([arrived, bounced, texted, failed].map(statusOf))).toEqual([
      "delivered",
      "failed",
      "delivered",
      "failed",
    ]);
    expect(await findDeviation(ops, `dev_bounced:${bounced}`)).toMatchObject({
      kind: "notification_failed",
      tried: ["mailbox full"],
    });
    expect(await findDeviation(ops, `dev_bounced:${failed}`)).toMatchObject({ tried: ["30003"] });
    expect(await findDeviation(ops, `dev_bounced:${arrived}`)).toBeNull();
    const updates = statements.mock.calls.filter(([statement]) => statement.includes("update notifications"));
    expect(updates).toHaveLength(1);
  });
});

describe("a mail that does not reach its reader", () => {
  const event = (reference: string, kind: string) => ({
    id: unique("sg"),
    kind,
    at: Date.now(),
    messageId: "m1",
    reference,
    reason: "550 no such mailbox",
  });

  /** An order whose message was sent by mail, and the message's id. */
  async function mailed(contact: { name: string; email: string; phone?: string }) {
    const order = placedOrder(undefined, {
      contact,
      placedAt: Date.now(),
      holdExpiresAt: Date.now() + 30 * MINUTE,
    });
    await ledger.create(order);
    const id = `${order.id}:1:Notify`;
    const claim = { id, orderId: order.id, subject: "order", kind: "order_received", channel: "email" as const };
    await claimNotifications(ops, [{ ...claim, recipient: "a…" }], Date.now());
    await finishNotifications(ops, [{ id, status: "sent", providerMessageId: "m1" }], Date.now());
    const bySms = async () =>
      (await ledger.stub.saga(order.id))?.filter(
        ({ effect }) => effect.kind === "Notify" && effect.channel === "sms",
      ) ?? [];
    return { id, bySms, deviation: () => findDeviation(ops, `dev_bounced:${id}`) };
  }
  const reachable = { name: "Ada", email: "ada@example.com", phone: "+4930123456" };

  it("is told by SMS after a bounce, by one message however often the bounce is told", async () => {
    const { id, bySms, deviation } = await mailed(reachable);
    const message = await stored("sendgrid", [event(id, "bounce")]);
    expect(await consume(message)).toEqual([]);
    const [first] = await bySms();
    expect(first?.effect).toMatchObject({ notification: "order_received", subject: "order" });
    expect(await consume(await stored("sendgrid", [event(id, "dropped")]))).toEqual([]);
    for (const { id: effectId, effect, attempt } of await bySms()) {
      const lease = { id: effectId, orderId: orderOfEffect(effectId), effect, attempt, generation: 1 };
      const leased = { ...lease, leaseUntil: Date.now() + MINUTE, uncertain: false, generationStartedAt: 0 };
      const outcome = await runEffect(world.context, leased);
      if (outcome) await ledger.report(leased, outcome);
    }
    expect(world.mail.sent.filter(({ to }) => to === reachable.phone)).toHaveLength(1);
    expect(await findNotification(ops, id)).toMatchObject({ status: "failed", error: "550 no such mailbox" });
    expect(await deviation()).toBeNull();
  });

  it("is a person's to know of where there is no telephone", async () => {
    const { id, bySms, deviation } = await mailed({ name: "Ada", email: "ada@example.com" });
    expect(await consume(await stored("sendgrid", [event(id, "bounce")]))).toEqual([]);
    expect(await bySms()).toEqual([]);
    expect(await deviation()).toMatchObject({ kind: "notification_failed" });
  });

  it("is told by SMS after the third delay, each counted once, and not once it has arrived", async () => {
    const { id, bySms } = await mailed(reachable);
    const delay = event(id, "deferred");
    await consume(await stored("sendgrid", [delay, event(id, "deferred")]));
    await consume(await stored("sendgrid", [delay]));
    expect(await bySms()).toEqual([]);
    expect(await findNotification(ops, id)).toMatchObject({ status: "sent" });
    await consume(await stored("sendgrid", [event(id, "deferred")]));
    expect(await bySms()).toHaveLength(1);
    const arrived = await mailed(reachable);
    const late = ["deferred", "deferred", "delivered", "deferred"].map((kind) => event(arrived.id, kind));
    await consume(await stored("sendgrid", late));
    expect(await findNotification(ops, arrived.id)).toMatchObject({ status: "delivered" });
    expect(await arrived.bySms()).toEqual([]);
  });
});

describe("a parcel's event", () => {
  const parcel = (trackingNumber: string, status: string) => ({
    trackingNumber,
    status,
    at: Date.now(),
    description: "",
  });

  it("is recorded on the order that has the parcel, else put in front of a person", async () => {
    const books = new OrderBooks().authorized().allocated().packed().labelled();
    const { order } = books;
    const trackingNumber = unique("T");
    const shipments = order.shipments.map((one) => ({ ...one, label: one.label && { ...one.label, trackingNumber } }));
    const shipped = { ...order, shipments };
    const changed = { lines: true, shipments: true, payments: true, returns: true };
    const projected = { order: shipped, doc: writeOrder(shipped), revision: 1, events: [], changed, saga: null };
    await projectOrders(databaseOf(env, order.id), [projected]);
    const record = vi.fn(() => Promise.resolve(true));
    vi.spyOn(world.context, "ledger").mockReturnValue({ recordTracking: record } as never);
    const unknown = await stored("fedex", parcel(unique("T"), "delivered"));
    expect(
      await consume(
        await stored("fedex", parcel(trackingNumber, "out_for_delivery")),
        await stored("fedex", parcel(unique("T"), "label_created")),
        unknown,
      ),
    ).toEqual([]);
    expect(record.mock.calls).toEqual([[order.id, books.shipment(), "out_for_delivery", ""]]);
    expect(await findDeviation(ops, `dev_webhook:fedex:${unknown.eventId}`)).not.toBeNull();
  });

  it("that tells of a label's withdrawal needs nobody where no order has the label any more", async () => {
    const told = await stored("fedex", { ...parcel(unique("T"), "exception"), withdrawn: true });
    expect(await consume(told)).toEqual([]);
    expect(await findDeviation(ops, `dev_webhook:fedex:${told.eventId}`)).toBeNull();
  });
});

describe("a webhook whose message was lost", () => {
  it("is queued again once it is a minute old, by one of those who look", async () => {
    const lost = await stored("stripe", paymentEvent(await paid()), Date.now() - MINUTE);
    const young = await stored("stripe", paymentEvent(await paid()));
    const sent: unknown[] = [];
    vi.mocked(env.WEBHOOKS.sendBatch).mockImplementation((messages) => {
      sent.push(...[...messages].map(({ body }) => body));
      return Promise.resolve() as never;
    });
    await Promise.all([queueLostWebhooks(world.context), queueLostWebhooks(world.context)]);
    expect(sent.filter((body) => (body as WebhookMessage).eventId === lost.eventId)).toEqual([lost]);
    expect(sent).not.toContainEqual(young);
  });

  it("is brought again less and less often, and is never given up", async () => {
    const lost = await stored("stripe", paymentEvent(await paid()), Date.now() - MINUTE);
    const isBrought = async (at: number) =>
      (await takeLostWebhookEvents(ops, at)).some(({ eventId }) => eventId === lost.eventId);
    let at = Date.now();
    for (let round = 1; round <= 14; round += 1) {
      const wait = MINUTE * 2 ** Math.min(round, 11);
      expect(await isBrought(at), `round ${round}`).toBe(true);
      expect(await isBrought(at + wait - 1)).toBe(false);
      at += wait;
    }
  });

  it("is found however many newer ones there are, those first that wait the longest", async () => {
    const old = await stored("stripe", paymentEvent(await paid()), Date.now() - 60 * MINUTE);
    await env.OPS.prepare(
      `INSERT INTO webhook_events (provider, event_id, payload, received_at, processed_at, due_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       SELECT 'fedex', ?1 || i, '{}', ?2, ?2, ?2 FROM n`,
    )
      .bind(unique("many"), Date.now())
      .run();
    const taken = await takeLostWebhookEvents(ops, Date.now());
    expect(taken).toContainEqual(old);
  });

  it("is looked for by an index of those that nobody has acted on", async () => {
    const { results } = await env.OPS.prepare(
      "EXPLAIN QUERY PLAN SELECT rowid FROM webhook_events WHERE processed_at IS NULL AND due_at <= 1 ORDER BY due_at LIMIT 10",
    ).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual([expect.stringContaining("webhook_events_due") as string]);
  });

  it("is looked for once a minute, behind whatever batch there is", () => {
    const start = Date.now();
    const looks = [0, 1, MINUTE - 1, MINUTE, MINUTE + 1].map((after) => {
      vi.spyOn(world.context, "now").mockReturnValue(start + after);
      const before = world.deferred.length;
      sweepWebhooks(world.context);
      return world.deferred.length - before;
    });
    expect(looks).toEqual([1, 0, 0, 1, 0]);
  });
});
