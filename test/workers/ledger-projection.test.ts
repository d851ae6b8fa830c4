import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { databaseOf } from "../../src/db/orders/databases.ts";
import { readOrder, writeOrder } from "../../src/contracts/ledger-rpc.ts";
import { projectOrders } from "../../src/db/orders/projection.ts";
import { findArchivedRow, findOrderRow, findSagaRow, listEventRows } from "../../src/db/orders/queries.ts";
import type { EffectId, OrderId } from "../../src/domain/ids.ts";
import { OrderBooks, placedNow } from "../support/order-books.ts";
import { ACTOR, authorized, EffectQueueDouble, migrateOrders, TestLedger } from "./ledger-harness.ts";

let queue: EffectQueueDouble;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  queue = new EffectQueueDouble();
  await migrateOrders();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const d1 = (id: OrderId) => databaseOf(env, id);

async function shown(id: OrderId) {
  const row = await findOrderRow(d1(id), id);
  return row && readOrder(row);
}

/** An order that has ended, with every effect done but the last notification. */
async function cancelled(ledger: TestLedger) {
  const order = placedNow();
  await ledger.create(order);
  await ledger.execute({
    orderId: order.id,
    command: { type: "CancelOrder", reason: "changed my mind" },
    actor: ACTOR,
  });
  await ledger.done(await queue.leased(order.id, "AuthorizePayment"), { kind: "nothing" });
  await ledger.done(await queue.leased(order.id, "ReleaseStock"), { kind: "nothing" });
  const saga = await ledger.stub.saga(order.id);
  const voiding = saga?.find(({ kind }) => kind === "VoidPayment");
  if (voiding)
    await ledger.stub.report([
      {
        effectId: voiding.id,
        orderId: order.id,
        attempt: voiding.attempt,
        outcome: { status: "done", result: { kind: "nothing" } },
      },
    ]);
  return { id: order.id, order, last: await queue.leased(order.id, "Notify") };
}

/** One that has left for D1. */
async function archived(ledger: TestLedger) {
  const made = await cancelled(ledger);
  await ledger.done(made.last, { kind: "nothing" });
  await ledger.stub.drain();
  expect(await ledger.stub.get(made.id)).toBeNull();
  return made;
}

describe("D1", () => {
  it("shows an order as the ledger has it, with all its events, within half a second", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000));
    await vi.waitFor(
      async () => expect(await findOrderRow(d1(order.id), order.id)).toEqual(await ledger.stub.get(order.id)),
      { timeout: 3_000 },
    );
    expect(await listEventRows(d1(order.id), order.id)).toEqual(await ledger.stub.history(order.id));
    const rows = await d1(order.id)
      .prepare("SELECT status, payment_state, total_amount FROM orders WHERE id = ?")
      .bind(order.id)
      .all();
    expect(rows.results).toEqual([{ status: "PAYMENT_COMPLETED", payment_state: "authorized", total_amount: 2000 }]);
  });

  it("keeps the newer of two projections, whichever comes last, and the saga of the newer one", async () => {
    const books = new OrderBooks();
    const changed = { lines: true, shipments: true, payments: true, returns: true };
    const doc = () => writeOrder(books.order);
    const older = {
      order: books.order,
      doc: doc(),
      revision: 1,
      events: books.events.slice(0, 1),
      changed,
      saga: null,
    };
    books.authorized();
    const newer = { order: books.order, doc: doc(), revision: 2, events: books.events.slice(), changed, saga: [] };
    const sameVersion = { ...newer, revision: 3, saga: [] };
    const { id } = books.order;
    for (const projected of [newer, older, sameVersion, newer]) await projectOrders(d1(id), [projected]);
    expect(await findArchivedRow(d1(id), id)).toEqual({ order: books.order, revision: 3, saga: [] });
    expect(await listEventRows(d1(id), id)).toHaveLength(books.events.length);
    const lines = await d1(id).prepare("SELECT count(*) AS n FROM order_lines WHERE order_id = ?").bind(id).first("n");
    expect(lines).toBe(1);
  });

  it("may be away: orders are placed all the same, and shown once it is back", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    const batch = vi
      .spyOn(Object.getPrototypeOf(d1(order.id)), "batch")
      .mockRejectedValue(new Error("D1_ERROR: Network connection lost"));
    expect(await ledger.create(order)).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(batch).toHaveBeenCalled(), { timeout: 3_000 });
    await ledger.evict();
    await ledger.inside((instance) => expect(instance.drain()).rejects.toThrow("Network connection lost"));
    await ledger.ring();
    expect(await ledger.rows("SELECT projected FROM orders")).toEqual([{ projected: 0 }]);
    batch.mockRestore();
    expect(await ledger.stub.drain()).toMatchObject({ unprojectedOrders: 0 });
    expect(await shown(order.id)).toMatchObject({ id: order.id, version: 1 });
  });

  it("gets all that it missed while it was away, and writes again only what has changed", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    const batch = vi.spyOn(Object.getPrototypeOf(d1(order.id)), "batch");
    batch.mockRejectedValueOnce(new Error("D1_ERROR: Network connection lost"));
    await ledger.create(order);
    await vi.waitFor(() => expect(batch).toHaveBeenCalled(), { timeout: 3_000 });
    await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000));
    expect(await ledger.stub.drain()).toMatchObject({ unprojectedOrders: 0 });
    const versions = async () => ({
      line: await d1(order.id)
        .prepare("SELECT version FROM order_lines WHERE order_id = ?")
        .bind(order.id)
        .first("version"),
      payment: await d1(order.id)
        .prepare("SELECT version, status FROM payments WHERE order_id = ?")
        .bind(order.id)
        .first(),
      events: (await listEventRows(d1(order.id), order.id)).length,
    });
    const { version } = await ledger.order(order.id);
    expect(await versions()).toEqual({ line: version, payment: { version, status: "authorized" }, events: version });

    await ledger.execute({ orderId: order.id, command: { type: "SendMessage", text: "Soon." }, actor: ACTOR });
    await ledger.stub.drain();
    expect(await versions()).toEqual({
      line: version,
      payment: { version, status: "authorized" },
      events: version + 1,
    });
    expect(await shown(order.id)).toEqual(await ledger.order(order.id));
  });

  it("is shown an order in turns that end, although the order changes all the time", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    const prototype: D1Database = Object.getPrototypeOf(env.ORDERS_0);
    const { batch } = prototype;
    let changes = 0;
    vi.spyOn(prototype, "batch").mockImplementation(async function changing(
      this: D1Database,
      statements: D1PreparedStatement[],
    ) {
      changes += 1;
      const command = { type: "SendMessage", text: `change ${changes}` } as const;
      await ledger.execute({ orderId: order.id, command, actor: ACTOR });
      return batch.call(this, statements);
    } as typeof batch);
    await ledger.create(order);
    expect(await ledger.stub.drain()).toMatchObject({ unprojectedOrders: 1 });
    expect(await shown(order.id)).toMatchObject({ id: order.id });
    vi.restoreAllMocks();
    queue = new EffectQueueDouble();
    await ledger.stub.drain();
    expect(await shown(order.id)).toEqual(await ledger.order(order.id));
  });

  it("that does not take one order gets the others", async () => {
    const ledger = new TestLedger();
    const orders = Array.from({ length: 6 }, () => placedNow());
    const [poison, ...sound] = orders.map(({ id }) => id);
    const prototype: D1Database = Object.getPrototypeOf(env.ORDERS_0);
    const { batch } = prototype;
    const refuses = vi.spyOn(prototype, "batch").mockImplementation(function refusing(
      this: D1Database,
      statements: D1PreparedStatement[],
    ) {
      // The statements carry their one parameter inside: what it holds tells whose orders they are.
      const text = JSON.stringify(statements);
      return poison !== undefined && text.includes(poison)
        ? Promise.reject(new Error("too big"))
        : batch.call(this, statements);
    } as typeof batch);
    for (const order of orders) await ledger.create(order);
    await vi.waitFor(
      async () => {
        await ledger.inside((instance) => instance.drain().catch(() => null));
        for (const id of sound) expect(await findOrderRow(d1(id), id)).not.toBeNull();
      },
      { timeout: 5_000 },
    );
    expect(await findOrderRow(d1(poison!), poison!)).toBeNull();
    refuses.mockRestore();
    await ledger.stub.drain();
    expect(await findOrderRow(d1(poison!), poison!)).not.toBeNull();
  });
});

describe("an order that has ended", () => {
  it("stays until its last effect has its outcome and D1 has it, then leaves with its history and saga", async () => {
    const ledger = new TestLedger();
    const { id, last } = await cancelled(ledger);
    await ledger.stub.drain();
    expect((await ledger.order(id)).state).toBe("CANCELLED");
    const [order, history] = [await ledger.order(id), await ledger.stub.history(id)];
    await ledger.done(last, { kind: "nothing" });
    await ledger.stub.drain();
    expect(await ledger.stub.get(id)).toBeNull();
    expect(await ledger.stub.history(id)).toBeNull();
    expect(await ledger.rows("SELECT id FROM effects UNION SELECT order_id FROM events")).toEqual([]);
    expect(await shown(id)).toEqual(order);
    expect(await listEventRows(d1(id), id)).toEqual(history);
    expect((await findSagaRow(d1(id), id))?.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      "AuthorizePayment done",
      "Notify done",
      "ReleaseStock done",
      "VoidPayment done",
      "Notify done",
    ]);
  });

  it("is given back to a repeated create, and its id to nobody else", async () => {
    const ledger = new TestLedger();
    const { id, order } = await archived(ledger);
    expect(await ledger.create(order)).toMatchObject({ ok: true, replayed: true, order: { id, state: "CANCELLED" } });
    expect(await ledger.create(order, "another body")).toEqual({
      ok: false,
      refusal: { reason: "fingerprint_mismatch" },
    });
    expect(await ledger.stub.find(id, "body")).toMatchObject({ ok: true, replayed: true });
  });

  it("comes back for a command, once for all who ask, goes on where it was, and leaves again", async () => {
    const ledger = new TestLedger();
    const { id } = await archived(ledger);
    const before = await findArchivedRow(d1(id), id);
    const command = { type: "SendMessage", text: "hello" } as const;
    const results = await Promise.all([1, 2, 3].map(() => ledger.execute({ orderId: id, command, actor: ACTOR })));
    expect(results.map((result) => result.ok && result.order.version).toSorted()).toEqual(
      [1, 2, 3].map((more) => (before?.order.version ?? 0) + more),
    );
    expect((await ledger.stub.history(id))?.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: (before?.order.version ?? 0) + 3 }, (_, index) => index + 1),
    );
    for (;;) {
      const open = (await ledger.stub.saga(id))?.find(({ status }) => status === "leased");
      if (!open) break;
      await ledger.stub.report([
        {
          effectId: open.id,
          orderId: id,
          attempt: open.attempt,
          outcome: { status: "done", result: { kind: "nothing" } },
        },
      ]);
      await ledger.stub.drain();
    }
    expect(await ledger.stub.get(id)).toBeNull();
    const after = await findArchivedRow(d1(id), id);
    expect(after?.order.version).toBe((before?.order.version ?? 0) + 3);
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
  });

  it("leaves again when nothing came of the command", async () => {
    const ledger = new TestLedger();
    const { id } = await archived(ledger);
    const refused = await ledger.execute({
      orderId: id,
      command: { type: "RetryEffect", effectId: `${id}:1:Notify` as EffectId },
      actor: ACTOR,
    });
    expect(refused).toEqual({ ok: false, refusal: { reason: "effect_not_failed" } });
    await ledger.stub.drain();
    expect(await ledger.stub.get(id)).toBeNull();
  });

  it("takes a provider's late fact, and undoes it", async () => {
    const ledger = new TestLedger();
    const { id } = await archived(ledger);
    expect(
      await ledger.stub.recordPayment(id, 1, {
        status: "authorized",
        intentId: "pi_1",
        amount: 2000,
        expiresAt: Date.now() + 1,
      }),
    ).toBe(true);
    expect(await queue.leased(id, "VoidPayment")).toMatchObject({ attempt: 1 });
    expect(await ledger.stub.recordPayment(placedNow().id, 1, { status: "created", intentId: "pi_1" })).toBe(false);
  });

  it("keeps what is uncertain through its archive, so that a retry uses the same key", async () => {
    const ledger = new TestLedger();
    const { id, last } = await cancelled(ledger);
    await ledger.rows("UPDATE effects SET failures = 9 WHERE id = ?", last.id);
    await ledger.report(last, { status: "unknown", message: "no answer" });
    const deviation = await queue
      .leased(id, "OpenDeviation")
      .catch(async () => (await ledger.stub.saga(id))?.find(({ kind }) => kind === "OpenDeviation"));
    await ledger.stub.report([
      { effectId: deviation!.id, orderId: id, attempt: 1, outcome: { status: "done", result: { kind: "nothing" } } },
    ]);
    await ledger.stub.drain();
    expect(await ledger.stub.get(id)).toBeNull();
    await ledger.execute({ orderId: id, command: { type: "RetryEffect", effectId: last.id }, actor: ACTOR });
    expect(await queue.leased(id, "Notify", 2)).toMatchObject({ generation: 1, uncertain: true });
  });
});
