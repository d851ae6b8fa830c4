import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunAnswer } from "../../src/contracts/reconciliation.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findDeviation } from "../../src/db/ops/deviations.ts";
import type { MoneyRecord } from "../../src/domain/reconciliation.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { NamedIntent, PaymentRecords } from "../../src/providers/payment-records.ts";
import { compareYesterday } from "../../src/saga/daily.ts";
import { reconcilePayments } from "../../src/services/reconcile-payments.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { newOrderId, placedNow } from "../support/order-books.ts";
import { json, KEYS, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";
import { ACTOR, EffectQueueDouble } from "./ledger-harness.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const ops = openOps(workerEnv.OPS);
let queue: EffectQueueDouble;
let deferred: Promise<unknown>[] = [];

/** A provider's books, of all tests of this file: what one test has put there is there for the next. */
class FakeRecords implements PaymentRecords {
  readonly provider: "stripe" | "paypal";
  readonly books = new Map<string, MoneyRecord>();
  isAway = false;
  intentOf: NamedIntent = () => null;

  constructor(provider: "stripe" | "paypal") {
    this.provider = provider;
  }

  movedBetween(_from: number, _to: number, intentOf: NamedIntent): Promise<ProviderResult<MoneyRecord[]>> {
    this.intentOf = intentOf;
    return this.isAway
      ? Promise.resolve({ outcome: "unknown", message: "no answer" })
      : Promise.resolve({ outcome: "done", value: [...this.books.values()] });
  }

  findRecord(intentId: string): Promise<ProviderResult<MoneyRecord | null>> {
    return Promise.resolve({ outcome: "done", value: this.books.get(intentId) ?? null });
  }

  put(intentId: string, orderId: string | null, amounts: Partial<MoneyRecord> = {}): void {
    const record = { intentId, orderId, currency: "EUR", authorized: 2000, captured: 2000, refunded: 0, ...amounts };
    this.books.set(intentId, record);
  }
}
const records = new FakeRecords("stripe");

beforeAll(prepareWorld);
beforeEach(() => {
  queue = new EffectQueueDouble();
  deferred = [];
  records.isAway = false;
});
afterEach(async () => {
  await Promise.allSettled(deferred);
  vi.restoreAllMocks();
});

const context = (now = Date.now()) => ({
  env: workerEnv,
  now,
  defer: (work: Promise<unknown>) => void deferred.push(work),
});

/** An order of 20.00 that was authorized and captured, in our books, D1 included. */
async function captured({ settled = true, by = "pm_card_visa" }: { settled?: boolean; by?: string } = {}) {
  const order = placedNow({ paymentMethod: by });
  const intentId = unique(`pi_${order.id}`);
  const ledger = () => ledgerStub(workerEnv, order.id);
  await ledger().create({ order, fingerprint: order.id, actor: ACTOR });
  const payment = { status: "authorized" as const, intentId, amount: 2000, expiresAt: Date.now() + DAY_MS };
  const { id: effectId, attempt } = await queue.leased(order.id, "AuthorizePayment");
  if (settled)
    await ledger().report([
      {
        effectId,
        orderId: order.id,
        attempt,
        outcome: { status: "done", result: { kind: "AuthorizePayment", payment } },
      },
    ]);
  else await ledger().recordPayment(order.id, 1, payment);
  await tell({ id: order.id, intentId }, 2000, 0);
  return { id: order.id, intentId };
}

/** What our books learn of the money. */
async function tell(
  { id, intentId }: { id: ReturnType<typeof newOrderId>; intentId: string },
  paid: number,
  back: number,
) {
  const ledger = ledgerStub(workerEnv, id);
  await ledger.recordPayment(id, 1, { status: "captured", intentId, captured: paid, refunded: back });
  await ledger.drain();
}

const today = () => new Date().toISOString().slice(0, 10);

/** Compares today's books; answers what was found of this payment, and the run. */
async function compared(intentId: string) {
  const run = await reconcilePayments(context(), records, today(), "usr_1");
  if (run.outcome !== "done") throw new Error(`not compared: ${run.message}`);
  return { run: run.value, found: run.value.found.filter((difference) => difference.intentId === intentId) };
}
const deviation = (intentId: string, kind: string) => findDeviation(ops, `dev_books:stripe:${intentId}:${kind}`);

describe("the daily comparison of books", () => {
  it("finds nothing where both sides say the same, and keeps what it came to", async () => {
    const order = await captured();
    records.put(order.intentId, order.id);
    const { run, found } = await compared(order.intentId);
    expect(found).toEqual([]);
    expect(run).toMatchObject({ provider: "stripe", day: today(), startedBy: "usr_1", differences: 0 });
    expect(run.theirs).toBeGreaterThan(0);
    expect(run.ours).toBe(run.theirs);
  });

  it("finds money that the provider has and we do not know, with an order of ours or without", async () => {
    const [stranger, nameless] = [unique("pi"), unique("pi")];
    const unknownOrder = newOrderId();
    records.put(stranger, unknownOrder);
    records.put(nameless, null);
    const { run } = await compared(stranger);
    expect(run.found).toEqual(
      expect.arrayContaining([
        {
          kind: "unknown_here",
          intentId: stranger,
          orderId: unknownOrder,
          currency: "EUR",
          theirs: 2000,
          ours: null,
        },
        { kind: "unknown_here", intentId: nameless, orderId: null, currency: "EUR", theirs: 2000, ours: null },
      ]),
    );
    expect(await deviation(stranger, "unknown_here")).toMatchObject({
      kind: "payment_mismatch",
      subject: { orderId: unknownOrder, provider: "stripe", reference: stranger },
      summary: "stripe has a payment of 20.00 EUR that our books do not know.",
    });
    expect((await deviation(nameless, "unknown_here"))?.subject).toEqual({ provider: "stripe", reference: nameless });
    records.books.delete(stranger);
    records.books.delete(nameless);
  });

  it("finds money that we count on and the provider does not know", async () => {
    const order = await captured();
    expect((await compared(order.intentId)).found).toMatchObject([
      { kind: "unknown_there", orderId: order.id, theirs: null, ours: 2000 },
    ]);
    expect(await deviation(order.intentId, "unknown_there")).toMatchObject({ subject: { orderId: order.id } });
    records.put(order.intentId, order.id);
  });

  it.each([
    ["another amount captured", { captured: 1500 }, "captured", 1500, 2000],
    ["another amount authorized", { authorized: 2100 }, "authorized", 2100, 2000],
    ["a refund that we do not know", { refunded: 300 }, "refunded", 300, 0],
  ] as const)("finds %s", async (_what, amounts, kind, theirs, ours) => {
    const order = await captured();
    records.put(order.intentId, order.id, amounts);
    expect((await compared(order.intentId)).found).toMatchObject([{ kind, orderId: order.id, theirs, ours }]);
    expect(await deviation(order.intentId, kind)).toMatchObject({ status: "open", kind: "payment_mismatch" });
    records.put(order.intentId, order.id);
  });

  it("finds a refund that only we know", async () => {
    const order = await captured();
    await tell(order, 2000, 500);
    records.put(order.intentId, order.id);
    expect((await compared(order.intentId)).found).toMatchObject([{ kind: "refunded", theirs: 0, ours: 500 }]);
    records.put(order.intentId, order.id, { refunded: 500 });
  });

  it("opens a deviation once, however often it is found", async () => {
    const order = await captured();
    records.put(order.intentId, order.id, { captured: 1 });
    await compared(order.intentId);
    const first = await deviation(order.intentId, "captured");
    await compared(order.intentId);
    expect(await deviation(order.intentId, "captured")).toEqual(first);
    records.put(order.intentId, order.id);
  });

  it("leaves a payment alone that is still being worked on", async () => {
    const order = await captured({ settled: false });
    records.put(order.intentId, order.id, { captured: 1 });
    const { run, found } = await compared(order.intentId);
    expect(found).toEqual([]);
    expect(run.inFlight).toBeGreaterThan(0);
    expect(await deviation(order.intentId, "captured")).toBeNull();
    records.put(order.intentId, order.id);
  });

  it("believes the order's ledger where D1 is behind it", async () => {
    const order = await captured();
    records.put(order.intentId, order.id, { refunded: 700 });
    const ledger = ledgerStub(workerEnv, order.id);
    await workerEnv.ORDERS_0.exec(`UPDATE payments SET refunded = 0 WHERE order_id = '${order.id}'`);
    await workerEnv.ORDERS_1.exec(`UPDATE payments SET refunded = 0 WHERE order_id = '${order.id}'`);
    await ledger.recordPayment(order.id, 1, {
      status: "captured",
      intentId: order.intentId,
      captured: 2000,
      refunded: 700,
    });
    expect((await compared(order.intentId)).found).toEqual([]);
  });

  it("is the same for PayPal, whose books know no payment of Stripe's", async () => {
    const paypal = new FakeRecords("paypal");
    const [agreed, theirs, ours] = [await captured({ by: "paypal" }), unique("PP"), await captured({ by: "paypal" })];
    const byCard = await captured();
    records.put(byCard.intentId, byCard.id);
    paypal.put(agreed.intentId, agreed.id);
    paypal.put(theirs, null);
    const run = await reconcilePayments(context(), paypal, today(), "usr_1");
    expect(run.outcome === "done" && run.value).toMatchObject({
      provider: "paypal",
      found: expect.arrayContaining([
        { kind: "unknown_here", intentId: theirs, orderId: null, currency: "EUR", theirs: 2000, ours: null },
        expect.objectContaining({ kind: "unknown_there", intentId: ours.intentId, orderId: ours.id, ours: 2000 }),
      ]) as unknown,
      differences: 2,
    });
    expect(paypal.intentOf(agreed.id, 1)).toBe(agreed.intentId);
    expect([paypal.intentOf(agreed.id, 2), paypal.intentOf(byCard.id, 1)]).toEqual([null, null]);
    expect(await findDeviation(ops, `dev_books:paypal:${theirs}:unknown_here`)).toMatchObject({
      subject: { provider: "paypal", reference: theirs },
      summary: "paypal has a payment of 20.00 EUR that our books do not know.",
    });
  });

  it("is done for yesterday by the clock; books that nobody gives are put in front of a person", async () => {
    const tomorrow = Date.now() + DAY_MS;
    const order = await captured();
    records.put(order.intentId, order.id, { captured: 1 });
    await compareYesterday(context(tomorrow), [records]);
    expect(await deviation(order.intentId, "captured")).not.toBeNull();
    records.put(order.intentId, order.id);
    records.isAway = true;
    await compareYesterday(context(tomorrow), [records]);
    expect(await findDeviation(ops, `dev_reconciliation:stripe:${today()}`)).toMatchObject({
      kind: "provider_down",
      tried: ["no answer"],
    });
  });
});

describe("comparing the books through the API", () => {
  const RUN = "/api/v1/payments/reconciliation/run";
  const LIST = "/api/v1/payments/reconciliation";

  it("needs the scope for it", async () => {
    for (const key of [KEYS.customer, KEYS.csr, KEYS.storefront, KEYS.floor]) {
      expect(await problem(await send("POST", RUN, { key, body: {} }), "forbidden")).toMatchObject({
        missingScope: "payments:reconcile",
      });
      await problem(await send("GET", LIST, { key }), "forbidden");
    }
  });

  it.each(["2999-01-01", "yesterday", "2026-02-30"])("refuses the day %s", async (date) => {
    const { errors } = await problem(await send("POST", RUN, { body: { date } }), "invalid_request");
    expect(errors).toMatchObject([{ pointer: "/date" }]);
  });

  it("says so where the provider does not answer", async () => {
    const SIMULATORS = { ...workerEnv.ASSETS, fetch: () => Promise.reject(new Error("no way there")) } as Fetcher;
    await problem(
      await send("POST", RUN, { body: { date: "2026-01-05" }, env: { ...workerEnv, SIMULATORS } }),
      "temporarily_unavailable",
    );
  });

  it("answers what it came to, which is listed newest first and page by page", async () => {
    await workerEnv.OPS.exec("DELETE FROM reconciliation_runs");
    const answers: Readonly<Record<string, unknown>> = {
      "/v1/oauth2/token": { access_token: "A21AA", expires_in: 32_400 },
      "/v1/reporting/transactions": { transaction_details: [], page: 1, total_items: 0, total_pages: 1 },
    };
    const nothing = (url: string) => {
      const list = { object: "list", data: [], has_more: false, url: "/v1" };
      return Promise.resolve(Response.json(answers[new URL(url).pathname] ?? list));
    };
    const env = { ...workerEnv, SIMULATORS: { ...workerEnv.ASSETS, fetch: nothing } as unknown as Fetcher };
    const ran = await json<{ data: RunAnswer[] }>(await send("POST", RUN, { body: { date: "2026-01-05" }, env }));
    const agreed = { day: "2026-01-05", theirs: 0, ours: 0, differences: 0 };
    expect(ran.data).toMatchObject([
      { provider: "stripe", ...agreed },
      { provider: "paypal", ...agreed },
    ]);
    const second = await json<{ data: RunAnswer[] }>(await send("POST", RUN, { body: { date: "2026-01-06" }, env }));
    type Page = { data: RunAnswer[]; nextCursor: string };
    const first = await json<Page>(await send("GET", `${LIST}?limit=2`));
    expect(first.data).toEqual(expect.arrayContaining(second.data));
    const next = await json<Page>(await send("GET", `${LIST}?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`));
    expect(next.data).toEqual(expect.arrayContaining(ran.data));
    await problem(await send("GET", `${LIST}?cursor=forged`), "invalid_cursor");
  });
});
