import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { placedNow } from "../support/order-books.ts";
import { ACTOR, EffectQueueDouble, migrateOrders, pick, TestLedger } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { SagaWorld } from "./saga-harness.ts";

const MINUTE = 60_000;
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

async function place(change: Parameters<typeof placedNow>[0] = {}) {
  const order = placedNow(change);
  await ledger.create(order);
  return order;
}

describe("a payment", () => {
  it("is asked of PayPal where the means of payment is PayPal's", async () => {
    const { id } = await place({ paymentMethod: "paypal" });
    expect(await run(await queue.leased(id, "AuthorizePayment"))).toMatchObject({ status: "done" });
    expect(world.paypal).toMatchObject({ confirmations: 1 });
    expect(world.bank.intents.size).toBe(0);
    expect((await ledger.order(id)).payments[0]?.provider).toBe("paypal");
  });

  /** A payment that has sent its customer to PayPal, and the effect that waits for them. */
  async function asked() {
    world.paypal.asks = true;
    const { id } = await place({ paymentMethod: "paypal" });
    const leased = await queue.leased(id, "AuthorizePayment");
    const outcome = await run(leased);
    expect(outcome).toMatchObject({ result: { payment: { status: "requires_action" } } });
    const waiting = pick(await ledger.report(leased, outcome!), "AwaitPayment");
    expect(await run(waiting)).toMatchObject({ status: "waiting" });
    const [intentId = ""] = world.paypal.intents.keys();
    return { id, waiting, intentId };
  }

  it("that the customer has approved is asked for again, once, in its own lane", async () => {
    const { waiting, intentId } = await asked();
    world.paypal.approve(intentId);
    const approved = await run(waiting);
    expect(approved).toMatchObject({ status: "done", result: { payment: { status: "approved", intentId } } });
    expect(world.paypal.confirmations, "whoever waits takes no money").toBe(0);
    const leased = pick(await ledger.report(waiting, approved!), "AuthorizePayment");
    expect(await run(leased)).toMatchObject({ result: { payment: { status: "authorized", intentId } } });
    expect(world.paypal).toMatchObject({ confirmations: 1 });
    expect(world.paypal.intents.size).toBe(1);
  });

  it("that was approved is not asked for after its window", async () => {
    const { waiting, intentId } = await asked();
    world.paypal.approve(intentId);
    const leased = pick(await ledger.report(waiting, (await run(waiting))!), "AuthorizePayment");
    vi.setSystemTime(Date.now() + 20 * MINUTE);
    expect(await run(leased)).toMatchObject({ status: "unknown" });
    expect(world.paypal.confirmations).toBe(0);
  });

  it("that was approved is not asked for once the order was cancelled", async () => {
    const { id, waiting, intentId } = await asked();
    world.paypal.approve(intentId);
    const leased = pick(await ledger.report(waiting, (await run(waiting))!), "AuthorizePayment");
    await ledger.stub.execute({
      orderId: id,
      command: { type: "CancelOrder", reason: "changed my mind" },
      actor: ACTOR,
    });
    expect(await run(leased)).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(world.paypal.confirmations).toBe(0);
  });
});
