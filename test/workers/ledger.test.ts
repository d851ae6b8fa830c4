import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EffectId } from "../../src/domain/ids.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { placedNow, placedOrder } from "../support/order-books.ts";
import {
  ACTOR,
  allocatedAll,
  authorized,
  EffectQueueDouble,
  migrateOrders,
  pick,
  TestLedger,
} from "./ledger-harness.ts";

const MINUTE = 60_000;
let queue: EffectQueueDouble;
let start: number;

beforeEach(async () => {
  start = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  queue = new EffectQueueDouble();
  await migrateOrders();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("placing", () => {
  it("gives the stored order back for the same body, and refuses another", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    expect(await ledger.create(order)).toMatchObject({
      ok: true,
      replayed: false,
      order: { state: "PENDING", version: 1 },
    });
    expect(await ledger.create(order)).toMatchObject({ ok: true, replayed: true, order: { version: 1 } });
    expect(await ledger.create(order, "another body")).toEqual({
      ok: false,
      refusal: { reason: "fingerprint_mismatch" },
    });
    expect(await ledger.stub.find(order.id, "body")).toMatchObject({ ok: true, replayed: true });
    expect(await ledger.stub.find(placedNow().id, "body")).toBeNull();
    expect(await ledger.rows("SELECT count(*) AS n FROM events")).toEqual([{ n: 1 }]);
  });

  it("keeps nothing of an order that it refuses", async () => {
    const ledger = new TestLedger();
    const small = placedOrder([{ quantity: 1, unitPrice: 500, held: { berlin: 1 } }]);
    expect(await ledger.create(small)).toEqual({ ok: false, refusal: { reason: "total_too_small", minimum: 500 } });
    expect(await ledger.rows("SELECT id FROM orders UNION SELECT id FROM effects")).toEqual([]);
  });

  it("gathers two hundred that arrive together into one transaction", async () => {
    const ledger = new TestLedger();
    const orders = Array.from({ length: 200 }, () => placedNow());
    const transactions = await ledger.inside(async (instance, { storage }) => {
      const spy = vi.spyOn(storage, "transactionSync");
      const results = await Promise.all(
        orders.map((order) => instance.create({ order, fingerprint: "body", actor: ACTOR })),
      );
      expect(results.every(({ ok }) => ok)).toBe(true);
      return spy.mock.calls.length;
    });
    expect(transactions).toBe(1);
    expect(await ledger.rows("SELECT count(*) AS n FROM orders")).toEqual([{ n: 200 }]);
    await vi.waitFor(() => expect(orders.flatMap(({ id }) => queue.of(id))).toHaveLength(400));
    expect(queue.batches.flat().every(({ effects }) => effects.length <= 25)).toBe(true);
  });

  it("two hundred of one order at the same time are one order", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    const results = await Promise.all(Array.from({ length: 200 }, () => ledger.create(order)));
    expect(results.filter((result) => result.ok && !result.replayed)).toHaveLength(1);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await ledger.rows("SELECT count(*) AS n FROM effects")).toEqual([{ n: 2 }]);
  });
});

describe("commands", () => {
  it("against a stale version are refused with the version there is", async () => {
    const ledger = new TestLedger();
    const { id } = placedNow();
    const order = placedNow({ id });
    await ledger.create(order);
    const command = { type: "SendMessage", text: "hello" } as const;
    expect(await ledger.execute({ orderId: id, command, actor: ACTOR, expectedVersion: 1 })).toMatchObject({
      ok: true,
    });
    expect(await ledger.execute({ orderId: id, command, actor: ACTOR, expectedVersion: 1 })).toEqual({
      ok: false,
      refusal: { reason: "version_stale", version: 2 },
    });
  });

  it("on an order that nobody placed are refused", async () => {
    const ledger = new TestLedger();
    const result = await ledger.execute({
      orderId: placedNow().id,
      command: { type: "CancelOrder", reason: "x" },
      actor: ACTOR,
    });
    expect(result).toEqual({ ok: false, refusal: { reason: "order_unknown" } });
  });

  it("fail whole when another writer has appended the same event, and other orders go on", async () => {
    const ledger = new TestLedger();
    const [mine, other] = [placedNow(), placedNow()];
    await ledger.create(mine);
    await ledger.create(other);
    await ledger.rows("INSERT INTO events (order_id, sequence, at, actor, data) VALUES (?, 2, 0, '{}', '{}')", mine.id);
    await ledger.inside(async (instance) => {
      const run = (orderId: typeof mine.id) =>
        instance.execute({ orderId, command: { type: "CancelOrder", reason: "x" }, actor: ACTOR });
      const results = await Promise.allSettled([run(mine.id), run(other.id)]);
      expect(results).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: { ok: true } }]);
    });
    expect((await ledger.order(mine.id)).version).toBe(1);
    expect((await ledger.order(other.id)).state).toBe("CANCELLED");
  });
});

describe("an outcome", () => {
  it("frees what comes next, and hands it to who reported; a message goes the way of messages", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const payment = await queue.leased(order.id, "AuthorizePayment");
    const freed = await ledger.done(payment, authorized(1, 2000));
    expect(freed).toMatchObject([{ effect: { kind: "AllocateStock" }, attempt: 1, generation: 1, uncertain: false }]);
    const next = await ledger.done(pick(freed, "AllocateStock"), allocatedAll(pick(freed, "AllocateStock")));
    expect(next.map(({ effect }) => effect.kind)).toEqual(["RequestFulfillment"]);
    await vi.waitFor(() =>
      expect(queue.of(order.id)).toContainEqual(
        expect.objectContaining({ attempt: 1, effect: expect.objectContaining({ notification: "order_confirmed" }) }),
      ),
    );
    expect((await ledger.order(order.id)).state).toBe("FULFILLMENT_PENDING");
    const events = (await ledger.stub.history(order.id)) ?? [];
    expect(events.reduce<Order | null>(evolve, null)).toEqual(await ledger.order(order.id));
  });

  it("of success counts once, whichever attempt it is of", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const first = await queue.leased(order.id, "AuthorizePayment", 1);
    await ledger.take(first.id, 1);
    vi.setSystemTime(start + MINUTE + 1);
    await ledger.ring();
    const second = await queue.leased(order.id, "AuthorizePayment", 2);
    expect(second).toMatchObject({ generation: 1, uncertain: true });
    expect(await ledger.done(first, authorized(1, 2000))).toHaveLength(1);
    expect(await ledger.done(second, authorized(1, 2000))).toEqual([]);
    expect(await ledger.done(first, authorized(1, 2000))).toEqual([]);
    expect((await ledger.stub.drain()).leasedEffects, "only the allocation").toBe(1);
  });

  it("of failure counts only of the current attempt", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const first = await queue.leased(order.id, "AuthorizePayment", 1);
    await ledger.take(first.id, 1);
    vi.setSystemTime(start + MINUTE + 1);
    await ledger.ring();
    await queue.leased(order.id, "AuthorizePayment", 2);
    await ledger.report(first, { status: "failed", code: "stolen_card", message: "no", retryable: false });
    expect((await ledger.order(order.id)).state).toBe("PENDING");
    await ledger.report(first, { status: "failed", code: "stolen_card", message: "no", retryable: false }, 2);
    expect((await ledger.order(order.id)).state).toBe("PAYMENT_FAILED");
  });

  it("that is unknown keeps the key, one that was turned away unread keeps it too, a definite one gives a new one", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const first = await queue.leased(order.id, "AuthorizePayment", 1);
    const again = async (attempt: number, after: number) => {
      vi.setSystemTime(start + after);
      await ledger.ring();
      return queue.leased(order.id, "AuthorizePayment", attempt);
    };
    await ledger.report(first, { status: "unknown", message: "no answer" });
    expect(await again(2, MINUTE)).toMatchObject({ generation: 1, uncertain: true });
    await ledger.report(
      first,
      { status: "failed", code: "throttled", message: "later", retryable: true, retryAfterMs: 500 },
      2,
    );
    expect(await again(3, 2 * MINUTE)).toMatchObject({
      generation: 1,
      uncertain: true,
      generationStartedAt: first.generationStartedAt,
    });
    await ledger.report(first, { status: "failed", code: "declined", message: "no", retryable: true }, 3);
    expect(await again(4, 3 * MINUTE)).toMatchObject({ generation: 2, uncertain: false });
  });

  it("of waiting costs no attempt of the budget", async () => {
    const ledger = new TestLedger();
    const order = placedNow({}, [{ quantity: 2 }]);
    await ledger.create(order);
    for (let attempt = 1; attempt <= 30; attempt += 1) {
      const leased = await queue.leased(order.id, "PromoteBackorder", attempt);
      await ledger.report(leased, { status: "waiting", retryAfterMs: MINUTE });
      vi.setSystemTime(start + attempt * 2 * MINUTE);
      await ledger.ring();
    }
    expect((await ledger.stub.saga(order.id))?.find(({ kind }) => kind === "PromoteBackorder")).toMatchObject({
      status: "leased",
      attempt: 31,
    });
  });
});

describe("lanes", () => {
  it("a void never overtakes an authorization: it goes out when that has its outcome", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const payment = await queue.leased(order.id, "AuthorizePayment");
    await ledger.execute({ orderId: order.id, command: { type: "CancelOrder", reason: "x" }, actor: ACTOR });
    await queue.leased(order.id, "ReleaseStock");
    expect(queue.of(order.id).map(({ effect }) => effect.kind)).not.toContain("VoidPayment");
    const freed = await ledger.done(payment, authorized(1, 2000));
    expect(freed.map(({ effect }) => effect.kind)).toEqual(["VoidPayment"]);
    expect(
      (await ledger.stub.saga(order.id))?.filter(({ kind, status }) => kind === "VoidPayment" && status === "blocked"),
      "the late authorization has one of its own",
    ).toHaveLength(1);
  });

  it("go on past an effect that failed for good, and it may be tried again by a person", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const allocation = pick(
      await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000)),
      "AllocateStock",
    );
    const freed = await ledger.report(allocation, {
      status: "failed",
      code: "broken",
      message: "no",
      retryable: false,
    });
    expect(freed.map(({ effect }) => effect.kind)).toEqual(["OpenDeviation"]);
    const [failed] = (await ledger.order(order.id)).failedEffects;
    await ledger.execute({
      orderId: order.id,
      command: { type: "RetryEffect", effectId: failed as EffectId },
      actor: ACTOR,
    });
    const again = await queue.leased(order.id, "AllocateStock", 2);
    expect(again).toMatchObject({ id: allocation.id, generation: 2 });
    await ledger.done(again, allocatedAll(again));
    expect((await ledger.order(order.id)).state).toBe("FULFILLMENT_PENDING");
  });

  it("a late success of what waits for its turn anew gives nobody else a turn", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const allocation = pick(
      await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000)),
      "AllocateStock",
    );
    await ledger.done(allocation, allocatedAll(allocation));
    const confirmation = await queue.told(order.id, "order_confirmed");
    await ledger.report(confirmation, { status: "failed", code: "bounced", message: "no", retryable: false });
    const command = { type: "SendMessage", text: "hello" } as const;
    for (let messages = 0; messages < 2; messages += 1)
      await ledger.execute({ orderId: order.id, command, actor: ACTOR });
    await ledger.execute({
      orderId: order.id,
      command: { type: "RetryEffect", effectId: confirmation.id },
      actor: ACTOR,
    });
    const notifications = async () =>
      (await ledger.stub.saga(order.id))
        ?.filter(({ effect }) => effect.kind === "Notify" && effect.notification !== "order_received")
        .map(({ status }) => status);
    expect(await notifications()).toEqual(["blocked", "leased", "blocked"]);
    expect(await ledger.done(confirmation, { kind: "nothing" })).toEqual([]);
    expect(await notifications()).toEqual(["done", "leased", "blocked"]);
  });

  it("a retry after an unknown outcome uses the same key", async () => {
    const ledger = new TestLedger();
    const order = placedNow({ captureOn: "order" });
    await ledger.create(order);
    const allocation = pick(
      await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000)),
      "AllocateStock",
    );
    const capture = pick(await ledger.done(allocation, allocatedAll(allocation)), "CapturePayment");
    for (let attempt = 1; !(await ledger.order(order.id)).failedEffects.includes(capture.id); attempt += 1) {
      await ledger.report(capture, { status: "unknown", message: "no answer" }, attempt);
      vi.setSystemTime(start + attempt * 70 * MINUTE);
      await ledger.ring();
    }
    await ledger.execute({
      orderId: order.id,
      command: { type: "RetryEffect", effectId: capture.id },
      actor: ACTOR,
    });
    const again = await vi.waitUntil(() =>
      queue.of(order.id).findLast(({ id, attempt }) => id === capture.id && attempt === 15),
    );
    expect(again).toMatchObject({ generation: 1, uncertain: true, generationStartedAt: capture.generationStartedAt });
  });
});

describe("taking an attempt", () => {
  it("is granted once for each attempt, and not for one that is over", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const { id } = await queue.leased(order.id, "AuthorizePayment");
    expect(await Promise.all([ledger.take(id, 1), ledger.take(id, 1)])).toEqual([true, false]);
    await ledger.evict();
    expect(await ledger.take(id, 1)).toBe(false);
    expect(await ledger.take(id, 2), "nobody has it yet").toBe(false);
    vi.setSystemTime(start + MINUTE + 1);
    await ledger.ring();
    await queue.leased(order.id, "AuthorizePayment", 2);
    expect(await ledger.take(id, 1)).toBe(false);
    expect(await ledger.take(id, 2)).toBe(true);
    expect(await ledger.take(`${order.id}:9:Notify` as EffectId, 1)).toBe(false);
  });

  it("gives what is to be done, in one call for many, and to one of two in the same call", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    const { id: effectId, effect } = await queue.leased(order.id, "AuthorizePayment");
    const attempt = { effectId, attempt: 1 };
    const unknown = { effectId: `${order.id}:9:Notify` as EffectId, attempt: 1 };
    expect(await ledger.stub.take([unknown, attempt, attempt])).toEqual([
      { taken: false },
      { taken: true, effect },
      { taken: false },
    ]);
  });
});
