import { beforeAll, describe, expect, it } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer, ReturnAnswer } from "../../src/contracts/returns.ts";
import type { OrderId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { EffectKind, EffectOutcome } from "../../src/domain/order/effects.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { sagaContext } from "../../src/saga/saga-context.ts";
import { composeMail } from "../../src/services/messages/compose.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { readOrder } from "../../src/contracts/ledger-rpc.ts";
import { CUSTOMER, json, KEYS, newStock, newWarehouse, prepareWorld, problem, send, workerEnv } from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";

let here: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

const ask = (orderId: OrderId, exchange: unknown, change: Record<string, unknown> = {}, key: string = KEYS.customer) =>
  send("POST", "/api/v1/returns", {
    key,
    body: { orderId, lines: [{ line: 1, quantity: 1 }], reason: "too small", exchange, ...change },
  });

const swap = (sku: Sku, quantity = 1) => ({ lines: [{ sku, quantity }] });

/** A delivered order of two units at 10.00, of which one has come back for what is wanted instead. */
async function inspected(exchange: unknown): Promise<{ orderId: OrderId; returnId: string }> {
  const orderId = await deliverOrder(here);
  const { returnId } = await json<ReturnAnswer>(await ask(orderId, exchange), 201);
  await json(await send("POST", `/api/v1/returns/${returnId}/receive`, { body: { warehouseId: here } }));
  const units = [{ line: 1, quantity: 1, outcome: "quarantine" }];
  await json(await send("POST", `/api/v1/returns/${returnId}/inspect`, { body: { units } }));
  return { orderId, returnId };
}

/** The order's newest effect of this kind, as a consumer has it. */
async function leased(orderId: OrderId, kind: EffectKind, change: Partial<LeasedEffect> = {}): Promise<LeasedEffect> {
  const found = (await ledgerStub(workerEnv, orderId).saga(orderId))?.findLast((effect) => effect.kind === kind);
  if (!found) throw new Error(`no ${kind} was called for`);
  const { id, effect, attempt } = found;
  const lease = { leaseUntil: Date.now() + 60_000, uncertain: false, generationStartedAt: Date.now() };
  return { id, orderId, effect, attempt: Math.max(1, attempt), generation: 1, ...lease, ...change };
}

async function run(effect: LeasedEffect, now = Date.now): Promise<EffectOutcome> {
  const later: Promise<unknown>[] = [];
  const outcome = await runEffect({ ...sagaContext(workerEnv, (work) => void later.push(work)), now }, effect);
  await Promise.all(later);
  if (outcome === null) throw new Error("another consumer is at it");
  return outcome;
}

/** The same, and its order is told. */
async function done(effect: LeasedEffect): Promise<EffectOutcome> {
  const outcome = await run(effect);
  const { id: effectId, orderId, attempt } = effect;
  await ledgerStub(workerEnv, orderId).report([{ effectId, orderId, attempt, outcome }]);
  return outcome;
}

const readReturn = async (id: string) => json<ReturnAnswer>(await send("GET", `/api/v1/returns/${id}`));
const moneyOf = async (id: string) => json<OrderPaymentsAnswer>(await send("GET", `/api/v1/orders/${id}/payments`));

describe("what is wanted in exchange", () => {
  it("is kept with the return, and shown without its means of payment", async () => {
    const orderId = await deliverOrder(here);
    const sku = await newStock({ price: 5_000 });
    const exchange = { ...swap(sku), paymentMethod: { token: "pm_card_mastercard" } };
    const returned = await json<ReturnAnswer>(await ask(orderId, exchange), 201);
    expect(returned).toMatchObject({
      status: "APPROVED",
      exchange: { status: "requested", lines: [{ sku, quantity: 1 }], orderId: null, credit: null, declined: null },
    });
    const history = await send("GET", `/api/v1/orders/${orderId}/history`);
    expect(await history.text()).not.toContain("pm_card_mastercard");
  });

  it("is refused where nobody sells it, and nothing is asked for", async () => {
    const orderId = await deliverOrder(here);
    const refused = await problem(await ask(orderId, swap("NO-SUCH" as Sku)), "unknown_sku");
    expect(refused.errors).toMatchObject([{ pointer: "/exchange/lines/0/sku" }]);
    for (const quantity of [0, -1, 1.5])
      expect((await problem(await ask(orderId, swap(await newStock(), quantity)), "invalid_request")).errors).toEqual([
        expect.objectContaining({ pointer: "/exchange/lines/0/quantity" }),
      ]);
    const history = await send("GET", `/api/v1/orders/${orderId}/history`);
    expect(await history.text()).not.toContain("ReturnRequested");
    expect((await moneyOf(orderId)).refunds).toEqual([]);
  });

  it("is refused where it costs more and nothing may be charged for it", async () => {
    const orderId = await deliverOrder(here);
    const sku = await newStock({ price: 2_000 });
    const refused = await problem(await ask(orderId, swap(sku)), "payment_method_refused");
    // 20.00 with 19 % of tax, for 10.00 that was not taxed.
    expect(refused.detail).toBe("The exchange costs 13.80 EUR more than what comes back.");
    expect(refused.errors).toMatchObject([{ pointer: "/exchange/paymentMethod" }]);
    for (const [token, pointer] of [
      ["external", "/exchange/paymentMethod/token"],
      ["invoice", "/exchange/paymentMethod/token"],
    ]) {
      const answer = await ask(orderId, { ...swap(sku), paymentMethod: { token } });
      expect((await problem(answer, "payment_method_refused")).errors, token).toMatchObject([{ pointer }]);
    }
    const card = await ask(orderId, { ...swap(sku), paymentMethod: { token: "4242424242424242" } });
    expect((await card.text()).includes("4242"), "a card number is not repeated").toBe(false);
    expect(card.status).toBe(422);
  });

  it("is asked for by whoever may see the order, and for units that can come back", async () => {
    const orderId = await deliverOrder(here);
    const exchange = swap(await newStock({ price: 800 }));
    await problem(await ask(orderId, exchange, {}, KEYS.otherCustomer), "not_found");
    const lines = [{ line: 1, quantity: 3 }];
    expect((await problem(await ask(orderId, exchange, { lines }), "invalid_request")).errors).toMatchObject([
      { pointer: "/lines" },
    ]);
    await json(await ask(orderId, exchange, {}, KEYS.csr), 201);
  });
});

describe("the order in exchange", () => {
  it("is placed once however often it is tried, for the same customer, and paid by the credit", async () => {
    const sku = await newStock({ price: 800, units: 1 });
    const { orderId, returnId } = await inspected(swap(sku));
    expect((await readReturn(returnId)).exchange).toMatchObject({ status: "placing" });
    const effect = await leased(orderId, "PlaceExchange");
    const outcome = await run(effect);
    expect(outcome).toMatchObject({ status: "done", result: { kind: "PlaceExchange", credit: 952 } });
    expect(await run({ ...effect, attempt: 2, uncertain: true }), "there is no second unit").toEqual(outcome);
    await done(effect);

    const { exchange, refund } = await readReturn(returnId);
    expect(exchange).toMatchObject({ status: "placed", credit: { amount: 952 } });
    expect(refund).toMatchObject({ amount: { amount: 48 }, credit: { amount: 952 } });
    const answer = await send("GET", `/api/v1/orders/${exchange?.orderId}`, { key: KEYS.customer });
    expect(await json<OrderAnswer>(answer)).toMatchObject({
      customerId: CUSTOMER,
      channel: "storefront",
      exchangeOf: { orderId, returnId },
      lines: [{ sku, quantity: 1, unitPrice: { amount: 800 } }],
      totals: { shipping: { amount: 0 }, total: { amount: 952 } },
      payments: [{ provider: "exchange", status: "captured", captured: { amount: 952 } }],
    });
    expect(await moneyOf(orderId)).toMatchObject({
      credited: { amount: 952 },
      refundable: { amount: 1_000 },
      paymentState: "captured",
    });
    expect(await run(effect), "what is placed is not placed again").toEqual({
      status: "done",
      result: { kind: "nothing" },
    });
    const order = readOrder((await ledgerStub(workerEnv, orderId).get(orderId)) ?? expect.fail());
    const telling = { order, kind: "exchange_placed" as const, about: `return:${returnId}`, text: undefined };
    const message = await composeMail(workerEnv, { ...telling, address: "a@example.com", reference: "r" }, Date.now());
    const { number } = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${exchange?.orderId}`));
    for (const said of [number, "9.52", "0.48"]) expect(message.html).toContain(said);
  });

  it("that nobody has stock for is a definite failure: all of it is paid back", async () => {
    const { orderId, returnId } = await inspected(swap(await newStock({ price: 800, units: 0 })));
    const effect = await leased(orderId, "PlaceExchange");
    expect(await done(effect)).toMatchObject({ status: "failed", code: "insufficient_stock", retryable: false });
    expect(await readReturn(returnId)).toMatchObject({
      exchange: { status: "declined", declined: "insufficient_stock", orderId: null },
      refund: { amount: { amount: 1_000 }, credit: { amount: 0 }, status: "pending" },
    });
  });

  it("is not placed by an attempt that comes too late", async () => {
    const sku = await newStock({ price: 800 });
    const { orderId } = await inspected(swap(sku));
    const effect = await leased(orderId, "PlaceExchange");
    let at = Date.now();
    expect(await run(effect, () => (at += 20_000))).toMatchObject({ status: "unknown" });
    const outcome = await run({ ...effect, attempt: 2 });
    expect(outcome).toMatchObject({ status: "done", result: { credit: 952 } });
  });

  it("whose ledger does not answer may have been placed: the next attempt finds it", async () => {
    const { orderId } = await inspected(swap(await newStock({ price: 800 })));
    const effect = await leased(orderId, "PlaceExchange");
    const env = { ...workerEnv, ORDER_LEDGER: losing(workerEnv.ORDER_LEDGER) };
    const outcome = await runEffect({ ...sagaContext(workerEnv, () => undefined), env }, effect);
    expect(outcome).toMatchObject({ status: "unknown" });
    expect(await run({ ...effect, attempt: 2 })).toMatchObject({ status: "done", result: { credit: 952 } });
  });

  it("is not placed by money that the customer's bank has taken back", async () => {
    const { orderId } = await inspected(swap(await newStock({ price: 800 })));
    const dispute = { id: "dp_1", amount: 2_000, reason: "fraudulent", dueBy: null, status: "open" as const };
    await ledgerStub(workerEnv, orderId).recordPayment(orderId, 1, {
      status: "disputed",
      intentId: `pi_${orderId}`,
      dispute,
    });
    const outcome = await run(await leased(orderId, "PlaceExchange"));
    expect(outcome).toMatchObject({ status: "failed", code: "payment_disputed", retryable: false });
  });
});

describe("the credit of an exchange that is cancelled", () => {
  it("is given back to the order that it came from, once", async () => {
    const { orderId, returnId } = await inspected(swap(await newStock({ price: 800 })));
    await done(await leased(orderId, "PlaceExchange"));
    const other = (await readReturn(returnId)).exchange?.orderId as OrderId;
    const cancel = await send("POST", `/api/v1/orders/${other}/cancel`, { body: { reason: "changed my mind" } });
    expect([200, 202]).toContain(cancel.status);
    const effect = await leased(other, "RefundPayment");
    for (let tries = 0; tries < 2; tries += 1)
      expect(await run(effect)).toMatchObject({ status: "done", result: { kind: "RefundPayment", amount: 952 } });
    const money = await moneyOf(orderId);
    expect(money).toMatchObject({ credited: { amount: 0 }, refundable: { amount: 1_000 } });
    expect(money.refunds.map(({ amount }) => amount.amount)).toEqual([48, 952]);
    await done(effect);
    expect(await moneyOf(other)).toMatchObject({ paymentState: "refunded" });
  });

  it("that nobody takes back is an unknown outcome, and is tried again", async () => {
    const { orderId, returnId } = await inspected(swap(await newStock({ price: 800 })));
    await done(await leased(orderId, "PlaceExchange"));
    const other = (await readReturn(returnId)).exchange?.orderId as OrderId;
    await send("POST", `/api/v1/orders/${other}/cancel`, { body: { reason: "changed my mind" } });
    const context = sagaContext(workerEnv, () => undefined);
    const ledger = { recordReturnedCredit: () => Promise.resolve(false) } as never;
    expect(await runEffect({ ...context, ledger: () => ledger }, await leased(other, "RefundPayment"))).toMatchObject({
      status: "unknown",
    });
    expect((await moneyOf(other)).refunded.amount).toBe(0);
  });
});

/** Ledgers that place an order and don't say so. */
function losing(namespace: typeof workerEnv.ORDER_LEDGER): typeof workerEnv.ORDER_LEDGER {
  const getByName = (name: string) => {
    const stub = namespace.getByName(name) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    return {
      create: async (...args: unknown[]) => {
        await stub["create"]?.(...args);
        throw new Error("the reply was lost");
      },
      find: (...args: unknown[]) => stub["find"]?.(...args),
    };
  };
  return { getByName } as never;
}
