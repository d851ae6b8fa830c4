import { beforeAll, describe, expect, it } from "vitest";
import type { OrderPaymentAnswer, OrderPaymentsAnswer } from "../../src/contracts/returns.ts";
import { type OrderId, paymentIdOf, type WarehouseId } from "../../src/domain/ids.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { placedNow } from "../support/order-books.ts";
import { CUSTOMER, json, KEYS, newWarehouse, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";

let here: WarehouseId;
beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

const ACTOR = { kind: "system", id: "saga" } as const;
const moneyOf = async (id: OrderId, key: string = KEYS.admin) =>
  json<OrderPaymentsAnswer>(await send("GET", `/api/v1/orders/${id}/payments`, { key }));
const settle = (id: string, what: "capture" | "void", key: string = KEYS.admin) =>
  send("POST", `/api/v1/payments/${id}/${what}`, { key });

/** An order of 20.00 whose payment is authorized; with its stock where it is allocated. */
async function authorizedOrder(allocated: boolean): Promise<OrderId> {
  const placed = placedNow({ customerId: CUSTOMER }, [{ quantity: 2, held: { [here]: 2 } }]);
  const ledger = ledgerStub(workerEnv, placed.id);
  await ledger.create({ order: placed, fingerprint: unique("body"), actor: ACTOR });
  const expiresAt = Date.now() + 7 * 24 * 3_600_000;
  const fact = { status: "authorized", intentId: `pi_${placed.id}`, amount: 2_000, expiresAt } as const;
  await ledger.recordPayment(placed.id, 1, fact);
  const allocate = (await ledger.saga(placed.id))?.find(({ kind }) => kind === "AllocateStock");
  if (allocate === undefined) throw new Error("nothing is to be allocated");
  const ids = placed.reservations.map(({ id }) => id);
  if (!allocated) return placed.id;
  const result = { kind: "AllocateStock" as const, allocated: ids, short: [] };
  const { id: effectId, attempt } = allocate;
  await ledger.report([{ orderId: placed.id, effectId, attempt, outcome: { status: "done", result } }]);
  return placed.id;
}

const effectsOf = async (id: OrderId, kind: string) =>
  ((await ledgerStub(workerEnv, id).saga(id)) ?? []).filter((effect) => effect.kind === kind);

describe("a payment by its own id", () => {
  it("is captured by a manager, once, and says who asked", async () => {
    const orderId = await authorizedOrder(true);
    const [payment] = (await moneyOf(orderId)).payments;
    expect(payment).toMatchObject({ paymentId: paymentIdOf(orderId, 1), intentId: `pi_${orderId}`, capture: null });
    const id = payment?.paymentId ?? "";
    expect(await json<OrderPaymentAnswer>(await settle(id, "capture"), 202)).toMatchObject({
      paymentId: id,
      status: "authorized",
      capture: { amount: { amount: 2_000, currency: "EUR" }, status: "asked" },
    });
    expect(await effectsOf(orderId, "CapturePayment")).toHaveLength(1);
    expect((await problem(await settle(id, "capture"), "payment_state")).detail).toContain("asked for already");
    await problem(await settle(id, "void"), "payment_state");
    const history = await json<{ data: { type: string; actor: { role: string } }[] }>(
      await send("GET", `/api/v1/orders/${orderId}/history`),
    );
    expect(history.data.find(({ type }) => type === "CaptureRequested")?.actor.role).toBe("admin");
    await ledgerStub(workerEnv, orderId).recordPayment(orderId, 1, {
      status: "captured",
      intentId: `pi_${orderId}`,
      captured: 2_000,
      refunded: 0,
    });
    expect((await moneyOf(orderId)).payments[0]?.capture).toMatchObject({ status: "done" });
  });

  it("is neither captured without its stock nor given back while the order needs it", async () => {
    const orderId = await authorizedOrder(false);
    const id = paymentIdOf(orderId, 1);
    await problem(await settle(id, "capture"), "payment_state");
    const refused = await problem(await settle(id, "void"), "payment_state");
    expect(refused).toMatchObject({ unpaid: { amount: 2_000, currency: "EUR" } });
  });

  it("is given back where all of the order waits for stock", async () => {
    const orderId = await authorizedOrder(false);
    const ledger = ledgerStub(workerEnv, orderId);
    const done = async (kind: string, result: unknown) => {
      const effect = (await effectsOf(orderId, kind))[0];
      if (effect === undefined) throw new Error(`no ${kind}`);
      const { id: effectId, attempt } = effect;
      await ledger.report([{ orderId, effectId, attempt, outcome: { status: "done", result } } as never]);
    };
    const [held] = (
      await json<{ reservations: { reservationId: string }[] }>(await send("GET", `/api/v1/orders/${orderId}`))
    ).reservations;
    await done("AllocateStock", { kind: "AllocateStock", allocated: [], short: [held?.reservationId] });
    const backordered = [{ line: 1, quantity: 2 }];
    await done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered,
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(await json(await settle(paymentIdOf(orderId, 1), "void"), 202)).toMatchObject({ status: "voided" });
    expect(await effectsOf(orderId, "VoidPayment")).toHaveLength(1);
  });

  it("is for those who may settle payments, and there for those who may see its order", async () => {
    const orderId = await authorizedOrder(true);
    const id = paymentIdOf(orderId, 1);
    for (const key of [KEYS.csr, KEYS.customer, KEYS.storefront, KEYS.floor])
      for (const what of ["capture", "void"] as const) await problem(await settle(id, what, key), "forbidden");
    await problem(await settle(paymentIdOf(orderId, 2), "capture"), "not_found");
    await problem(await settle(id.replace(/.-1$/, "0-1"), "void"), "not_found");
    expect((await problem(await settle("pi_123", "capture"), "not_found")).detail).toContain("must be a payment's id");
  });

  it("keeps the provider's own id for staff", async () => {
    const orderId = await authorizedOrder(true);
    expect((await moneyOf(orderId, KEYS.csr)).payments[0]?.intentId).toBe(`pi_${orderId}`);
    expect((await moneyOf(orderId, KEYS.customer)).payments[0]?.intentId).toBeNull();
  });
});

describe("what can be paid back of an order", () => {
  it("is not what is disputed, nor what was lost in a dispute", async () => {
    const orderId = await deliverOrder(here);
    const dispute = { id: unique("dp"), amount: 500, reason: "fraudulent", dueBy: null };
    const told = (status: "open" | "lost") =>
      ledgerStub(workerEnv, orderId).recordPayment(orderId, 1, {
        status: "disputed",
        intentId: `pi_${orderId}`,
        dispute: { ...dispute, status },
      });
    expect((await moneyOf(orderId)).refundable.amount).toBe(2_000);
    await told("open");
    expect((await moneyOf(orderId)).refundable.amount).toBe(0);
    const body = { amount: { amount: 100, currency: "EUR" }, reason: "goodwill" };
    await problem(await send("POST", `/api/v1/orders/${orderId}/refunds`, { body }), "refund_too_large");
    await told("lost");
    const money = await moneyOf(orderId);
    expect(money).toMatchObject({ refundable: { amount: 1_500 }, payments: [{ disputes: [{ status: "lost" }] }] });
  });
});
