import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findLabel } from "../../src/db/ops/labels.ts";
import { claimNotifications, findNotification } from "../../src/db/ops/notifications.ts";
import type { ShipmentId } from "../../src/domain/ids.ts";
import type { EffectKind } from "../../src/domain/order/effects.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { placedNow } from "../support/order-books.ts";
import {
  ACTOR,
  allocatedAll,
  authorized,
  EffectQueueDouble,
  migrateOrders,
  pick,
  TestLedger,
} from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const MINUTE = 60_000;
const ops = openOps(env.OPS);
let queue: EffectQueueDouble;
let ledger: TestLedger;
let world: SagaWorld;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  queue = new EffectQueueDouble();
  ledger = new TestLedger();
  world = new SagaWorld(ledger);
  await migrateOps();
  await migrateOrders();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const run = (leased: LeasedEffect) => runEffect(world.context, leased);
/** As a consumer does what came by its queue: null when another consumer has taken the attempt. */
const takeAndRun = async (leased: LeasedEffect) =>
  (await ledger.take(leased.id, leased.attempt)) ? run(leased) : null;

async function place(change: Parameters<typeof placedNow>[0] = {}) {
  const order = placedNow(change);
  await ledger.create(order);
  return order;
}

/** Lets the clock move until this effect is given out again. */
async function nextAttempt(leased: LeasedEffect): Promise<LeasedEffect> {
  for (let minutes = 0; minutes < 60; minutes += 2) {
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    await ledger.ring();
    const effect = (await ledger.stub.saga(leased.orderId))?.find(({ id }) => id === leased.id);
    if (effect?.status === "leased" && effect.attempt > leased.attempt)
      return queue.leased(leased.orderId, effect.kind, effect.attempt);
  }
  throw new Error(`${leased.id} was not given out again`);
}

/** An order that is confirmed, and the effects that this has called for. */
async function confirmed(change: Parameters<typeof placedNow>[0] = {}) {
  const { id } = await place(change);
  const allocation = pick(
    await ledger.done(await queue.leased(id, "AuthorizePayment"), authorized(1, 2000)),
    "AllocateStock",
  );
  return { id, effects: await ledger.done(allocation, allocatedAll(allocation)) };
}

describe("a notification", () => {
  const confirmation = async () => queue.told((await confirmed()).id, "order_confirmed");

  it("is sent once, however often its message comes", async () => {
    const leased = await confirmation();
    const outcomes = await Promise.all([takeAndRun(leased), takeAndRun(leased), takeAndRun(leased)]);
    expect(world.mail.sent).toEqual([{ reference: leased.id, to: "ada@example.com" }]);
    expect(outcomes.filter((outcome) => outcome?.status === "done")).toHaveLength(1);
    expect(
      outcomes.filter((outcome) => outcome === null),
      "left to the one who sends it",
    ).toHaveLength(2);
    expect(await findNotification(ops, leased.id)).toMatchObject({ status: "sent", recipient: "a…@example.com" });
  });

  it("whose reply was lost is found, and not sent again", async () => {
    const leased = await confirmation();
    world.mail.will("lost");
    const outcome = await run(leased);
    expect(outcome).toMatchObject({ status: "unknown" });
    await ledger.report(leased, outcome!);
    const again = await nextAttempt(leased);
    expect(again.uncertain).toBe(true);
    expect(await run(again)).toMatchObject({ status: "done" });
    expect(world.mail.sent).toHaveLength(1);
  });

  it("that never reached the provider is sent after a look-up has said so", async () => {
    const leased = await confirmation();
    world.mail.will("silent");
    await ledger.report(leased, (await run(leased))!);
    expect(await run(await nextAttempt(leased))).toMatchObject({ status: "done" });
    expect(world.mail.sent).toHaveLength(1);
  });

  it.each(["silent", "throttled", "refused"] as const)(
    "is not sent while the look-up itself is %s, nor after",
    async (fate) => {
      const leased = await confirmation();
      world.mail.will("lost");
      await ledger.report(leased, (await run(leased))!);
      const second = await nextAttempt(leased);
      world.mail.lookUps.will(fate);
      await ledger.report(second, (await run(second))!);
      const third = await nextAttempt(second);
      expect(third).toMatchObject({ uncertain: true, generation: 1 });
      expect(await run(third)).toMatchObject({ status: "done" });
      expect(world.mail.sent).toHaveLength(1);
    },
  );

  it("of a subject that another effect has told already is not sent", async () => {
    const leased = await confirmation();
    const told = {
      id: `${leased.id}-before`,
      orderId: leased.orderId,
      subject: "order",
      kind: "order_confirmed",
      channel: "email" as const,
      recipient: "a…@example.com",
    };
    await claimNotifications(ops, [told], Date.now());
    expect(await run(leased)).toMatchObject({ status: "done" });
    expect(world.mail.sent).toEqual([]);
  });

  it("goes by SMS where there is no mail address, and fails for good where there is neither", async () => {
    const { id } = await confirmed({ contact: { name: "Ada", phone: "+4930123456" } });
    await run(await queue.told(id, "order_confirmed"));
    expect(world.mail.sent).toMatchObject([{ to: "+4930123456" }]);
    const nobody = await confirmed({ contact: { name: "Ada" } });
    expect(await run(await queue.told(nobody.id, "order_confirmed"))).toMatchObject({
      status: "failed",
      code: "no_recipient",
      retryable: false,
    });
  });
});

describe("a label", () => {
  async function packed(change: Parameters<typeof placedNow>[0] = {}) {
    const { id } = await confirmed(change);
    const shipmentId = `${id.replace("ord_", "shp_")}-1` as ShipmentId;
    for (const type of ["StartPicking", "PackShipment"] as const)
      await ledger.execute({ orderId: id, command: { type, shipmentId }, actor: ACTOR });
    const leased = await vi.waitUntil(async () =>
      (await ledger.stub.saga(id))?.find(({ kind }) => kind === "RequestFulfillment"),
    );
    await ledger.stub.report([
      {
        effectId: leased!.id,
        orderId: id,
        attempt: leased!.attempt,
        outcome: { status: "done", result: { kind: "nothing" } },
      },
    ]);
    const label = (await ledger.stub.saga(id))?.find(({ kind }) => kind === "CreateLabel");
    return { id, shipmentId, leased: leaseOf({ id }, label!.effect, { id: label!.id, attempt: label!.attempt }) };
  }

  it("is made once, kept, and answered with its number", async () => {
    const { shipmentId, leased } = await packed();
    const outcomes = await Promise.all([takeAndRun(leased), takeAndRun(leased)]);
    expect(world.carrier.labels).toHaveLength(1);
    expect(outcomes).toContain(null);
    expect(outcomes).toContainEqual({
      status: "done",
      result: { kind: "CreateLabel", carrier: "fake", service: "FEDEX_GROUND", trackingNumber: `T1-${shipmentId}` },
    });
    expect(await findLabel(ops, shipmentId)).toMatchObject({ trackingNumber: `T1-${shipmentId}`, document: "AAAA" });
  });

  it.each(["silent", "throttled", "refused"] as const)(
    "whose reply was lost stays one, also when the look-up is %s at first",
    async (fate) => {
      const { leased } = await packed();
      world.carrier.will("lost");
      await ledger.report(leased, (await run(leased))!);
      const second = await nextAttempt(leased);
      world.carrier.lookUps.will(fate);
      await ledger.report(second, (await run(second))!);
      expect(await run(await nextAttempt(second))).toMatchObject({ status: "done" });
      expect(world.carrier.labels).toHaveLength(1);
    },
  );

  const own = { carrier: "dhl", service: "paket", trackingNumber: "OWN-1" };

  it("that was made while the parcel left with another one is found, and given back", async () => {
    const { id, shipmentId, leased } = await packed();
    world.carrier.will("lost");
    await ledger.report(leased, (await run(leased))!);
    await ledger.stub.execute({
      orderId: id,
      command: { type: "ShipShipment", shipmentId, tracking: own },
      actor: ACTOR,
    });
    const second = await nextAttempt(leased);
    const given = pick(await ledger.report(second, (await run(second))!), "VoidLabel");
    expect(given.effect).toMatchObject({ shipmentId, trackingNumber: `T1-${shipmentId}` });
    expect(await run(given)).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(world.carrier.cancelled).toEqual([`T1-${shipmentId}`]);
    expect((await ledger.order(id)).shipments[0]?.label).toEqual(own);
  });

  it("whose reply was lost, and that the parcel leaves with all the same, is left alone", async () => {
    const { id, shipmentId, leased } = await packed();
    world.carrier.will("lost");
    await ledger.report(leased, (await run(leased))!);
    await ledger.stub.execute({
      orderId: id,
      command: { type: "ShipShipment", shipmentId, tracking: { ...own, trackingNumber: `T1-${shipmentId}` } },
      actor: ACTOR,
    });
    expect(await run(await nextAttempt(leased))).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(world.carrier.labels).toHaveLength(1);
  });

  it("for an address that no carrier could read is not asked for", async () => {
    const { leased } = await packed({ address: { line1: "", city: "", country: "DE" } });
    expect(await run(leased)).toMatchObject({
      status: "failed",
      code: "address_invalid",
      retryable: false,
    });
    expect(world.carrier.labels).toEqual([]);
  });
});

describe("a payment", () => {
  const payment = async () => queue.leased((await place()).id, "AuthorizePayment");

  it("is one intent and one authorization", async () => {
    const leased = await payment();
    expect(await run(leased)).toMatchObject({
      status: "done",
      result: { payment: { status: "authorized", amount: 2000 } },
    });
    expect((await ledger.order(leased.orderId)).payments[0]?.intentId).toBe([...world.bank.intents.keys()][0]);
    expect(world.bank).toMatchObject({ confirmations: 1 });
  });

  it.each([
    ["create", ["lost"]],
    ["confirm", []],
  ] as const)("whose reply was lost after %s is still one intent and one authorization", async (_step, first) => {
    const leased = await payment();
    world.bank.will(...first);
    if (first.length === 0)
      vi.spyOn(world.bank, "confirmIntent").mockImplementationOnce(async (id) => {
        await world.bank.confirmIntent(id);
        return { outcome: "unknown", message: "the reply was lost" };
      });
    const outcome = await run(leased);
    expect(outcome).toMatchObject({ status: "unknown" });
    await ledger.report(leased, outcome!);
    expect(await run(await nextAttempt(leased))).toMatchObject({
      status: "done",
      result: { payment: { status: "authorized" } },
    });
    expect(world.bank.intents.size).toBe(1);
    expect(world.bank.confirmations).toBe(1);
  });

  it("that was turned away unread after a lost reply is asked for under the same key", async () => {
    const leased = await payment();
    world.bank.will("lost");
    await ledger.report(leased, (await run(leased))!);
    const second = await nextAttempt(leased);
    world.bank.will("throttled");
    await ledger.report(second, (await run(second))!);
    expect(await run(await nextAttempt(second))).toMatchObject({ status: "done" });
    expect(world.bank.intents.size).toBe(1);
  });

  it("is not created, nor confirmed, after its window", async () => {
    const leased = await payment();
    vi.setSystemTime(Date.now() + 20 * MINUTE);
    expect(await run(leased)).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(world.bank.intents.size).toBe(0);
  });

  it("that was captured before its void is paid back, once", async () => {
    const { id, effects } = await confirmed({ captureOn: "order" });
    const [intentId = ""] = (await ledger.order(id)).payments.map((one) => one.intentId ?? "");
    world.bank.intents.set(intentId, {
      id: intentId,
      orderId: id,
      amount: { amount: 2000, currency: "EUR" },
      status: "authorized",
      captured: 0,
      refunded: 0,
    });
    const capture = pick(effects, "CapturePayment");
    // The capture is done and its report is lost; then the order is cancelled.
    await run(capture);
    await ledger.done(pick(effects, "RequestFulfillment"), { kind: "nothing" });
    await ledger.execute({ orderId: id, command: { type: "CancelOrder", reason: "x" }, actor: ACTOR });
    const recall = await queue.leased(id, "CancelFulfillment");
    await ledger.report(recall, (await run(recall))!);
    expect((await ledger.order(id)).state).toBe("CANCELLED");
    const again = await nextAttempt(capture);
    const [voiding] = (await ledger.report(again, (await run(again))!)).filter(
      ({ effect }) => effect.kind === "VoidPayment",
    );
    const outcome = await run(voiding!);
    expect(outcome).toMatchObject({ status: "done", result: { payment: { status: "captured" } } });
    const [refund] = await ledger.report(voiding!, outcome!);
    expect(refund).toMatchObject({ effect: { kind: "RefundPayment", refund: 1, amount: { amount: 2000 } } });
    world.bank.will("lost");
    await ledger.report(refund!, (await run(refund!))!);
    const refundAgain = await nextAttempt(refund!);
    await ledger.report(refundAgain, (await run(refundAgain))!);
    expect([...world.bank.intents.values()]).toMatchObject([{ status: "captured", captured: 2000, refunded: 2000 }]);
    expect(world.bank.captures).toBe(1);
    expect((await ledger.order(id)).state).toBe("REFUNDED");
  });
});

describe("a refund", () => {
  it("that a webhook has told of already is not paid again under another key", async () => {
    const { id } = await confirmed();
    const intentId = (await ledger.order(id)).payments[0]?.intentId ?? "";
    await ledger.stub.recordPayment(id, 1, { status: "captured", intentId, captured: 2000, refunded: 0 });
    const command = { type: "RefundOrder", reason: "x", of: { amount: 1500 } } as const;
    await ledger.execute({ orderId: id, command, actor: ACTOR });
    await ledger.stub.recordPayment(id, 1, { status: "captured", intentId, captured: 2000, refunded: 1500 });
    const refund = vi.spyOn(world.bank, "refund");
    const amount = { amount: 1500, currency: "EUR" };
    const effect = { kind: "RefundPayment", refund: 1, payment: 1, amount, reason: "x" } as const;
    const leased = leaseOf({ id }, effect, { generation: 2 });
    expect(await run(leased)).toEqual({
      status: "done",
      result: { kind: "RefundPayment", refundId: leased.id, amount: 1500 },
    });
    expect(refund).not.toHaveBeenCalled();
  });
});

describe("an effect that events have overtaken", () => {
  const overtaken: [EffectKind, (id: Awaited<ReturnType<typeof place>>["id"]) => Parameters<typeof leaseOf>[1]][] = [
    ["ReSource", () => ({ kind: "ReSource", lines: [], exclude: [] })],
    ["PromoteBackorder", () => ({ kind: "PromoteBackorder", lines: [] })],
    ["AwaitPayment", () => ({ kind: "AwaitPayment", payment: 1, intentId: "pi", deadline: 0 })],
    ["CapturePayment", () => ({ kind: "CapturePayment", payment: 1, amount: { amount: 1, currency: "EUR" } })],
    ["VoidPayment", () => ({ kind: "VoidPayment", payment: 1 })],
    [
      "RefundPayment",
      () => ({
        kind: "RefundPayment",
        refund: 1,
        payment: 1,
        amount: { amount: 1, currency: "EUR" },
        reason: "x",
      }),
    ],
    [
      "RequestFulfillment",
      () => ({ kind: "RequestFulfillment", shipmentId: "shp_x" as ShipmentId, warehouseId: "berlin" as never }),
    ],
    [
      "CancelFulfillment",
      () => ({ kind: "CancelFulfillment", shipmentId: "shp_x" as ShipmentId, warehouseId: "berlin" as never }),
    ],
    ["TrackParcel", () => ({ kind: "TrackParcel", shipmentId: "shp_x" as ShipmentId })],
  ];

  it.each(overtaken)("%s is done with nothing to tell", async (_kind, effect) => {
    const order = await place();
    expect(await run(leaseOf(order, effect(order.id)))).toEqual({ status: "done", result: { kind: "nothing" } });
  });
});
