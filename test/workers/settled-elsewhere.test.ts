import { eq } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { customers } from "../../src/db/ops/schema/people.ts";
import type { Effect } from "../../src/domain/order/effects.ts";
import { authorizePayment } from "../../src/saga/handlers/authorize-payment.ts";
import { capturePayment, refundPayment, voidPayment } from "../../src/saga/handlers/settle-payment.ts";
import { placedNow } from "../support/order-books.ts";
import {
  CUSTOMER,
  json,
  KEYS,
  newStock,
  orderForm,
  OTHER_CUSTOMER,
  prepareWorld,
  problem,
  send,
  workerEnv,
} from "./api-harness.ts";
import { ACTOR, EffectQueueDouble, TestLedger } from "./ledger-harness.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

beforeAll(async () => {
  await prepareWorld();
  await openOps(workerEnv.OPS).update(customers).set({ invoiceTermsDays: 30 }).where(eq(customers.id, OTHER_CUSTOMER));
});
afterEach(() => vi.restoreAllMocks());

const place = async (token: string, change: Record<string, unknown>) =>
  send("POST", "/api/v1/orders", {
    key: KEYS.csr,
    body: orderForm(await newStock(), 1, { paymentMethod: { token }, ...change }),
  });

describe("an order that no provider of ours is paid for", () => {
  it.each([
    ["invoice", { customer: { id: OTHER_CUSTOMER } }],
    ["external", { channel: "ebay" }],
  ])("is taken by %s from who may", async (token, change) => {
    const order = await json<OrderAnswer>(await place(token, change), 201);
    expect(order.payments).toMatchObject([{ provider: token, status: "requested", amount: order.totals.total }]);
  });

  it.each([
    ["invoice", "a customer without terms", { customer: { id: CUSTOMER } }],
    ["invoice", "nobody's customer", {}],
    ["external", "our own shop", { channel: "storefront" }],
  ])("is refused by %s from %s", async (token, _who, change) => {
    const answer = await place(token, change);
    expect(answer.status).toBe(422);
    const { errors } = await problem(answer, "payment_method_refused");
    expect(errors).toMatchObject([{ pointer: "/paymentMethod/token" }]);
  });

  it.each(["invoice", "external"])(
    "has %s authorized, captured and paid back without asking anybody",
    async (method) => {
      const queue = new EffectQueueDouble();
      const ledger = new TestLedger();
      const world = new SagaWorld(ledger);
      const order = placedNow({ paymentMethod: method });
      await ledger.create(order);
      const leased = await queue.leased(order.id, "AuthorizePayment");
      const effect = leased.effect as Extract<Effect, { kind: "AuthorizePayment" }>;
      const outcome = await authorizePayment(world.context, leased, effect);
      expect(outcome).toMatchObject({ status: "done", result: { payment: { status: "authorized", amount: 2000 } } });
      await ledger.report(leased, outcome!);
      const amount = { amount: 2000, currency: "EUR" };
      const capture = { kind: "CapturePayment" as const, payment: 1, amount };
      const giveUp = { kind: "VoidPayment" as const, payment: 1 };
      expect(await voidPayment(world.context, leaseOf(order, giveUp), giveUp)).toMatchObject({
        status: "done",
        result: { payment: { status: "voided" } },
      });
      expect(await capturePayment(world.context, leaseOf(order, capture), capture)).toMatchObject({
        status: "done",
        result: { payment: { status: "captured", captured: 2000, refunded: 0 } },
      });
      const intentId = (await ledger.order(order.id)).payments[0]?.intentId ?? "";
      await ledger.stub.recordPayment(order.id, 1, { status: "captured", intentId, captured: 2000, refunded: 0 });
      const command = { type: "RefundOrder", reason: "goodwill", of: { amount: 2000 } } as const;
      expect(await ledger.execute({ orderId: order.id, command, actor: ACTOR })).toMatchObject({ ok: true });
      const refund = { kind: "RefundPayment" as const, refund: 1, payment: 1, amount, reason: "goodwill" };
      expect(await refundPayment(world.context, leaseOf(order, refund), refund)).toMatchObject({
        status: "done",
        result: { kind: "RefundPayment", amount: 2000 },
      });
      // Too late to be given up: what was invoiced is told, and the order pays it back.
      expect(await voidPayment(world.context, leaseOf(order, giveUp), giveUp)).toMatchObject({
        result: { payment: { status: "captured", captured: 2000 } },
      });
      expect(world.bank.intents.size).toBe(0);
    },
  );
});
