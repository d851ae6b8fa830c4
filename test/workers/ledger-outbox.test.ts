import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectKind, EffectResult, NotificationKind } from "../../src/domain/order/effects.ts";
import type { ShipmentId } from "../../src/domain/ids.ts";
import { placedNow } from "../support/order-books.ts";
import { ACTOR, allocatedAll, authorized, EffectQueueDouble, migrateOrders, TestLedger } from "./ledger-harness.ts";

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

describe("the outbox", () => {
  it("brings back what the queue did not take, once its lease has ended, and not before", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    queue.isDown = true;
    await ledger.create(order);
    await queue.refused();
    queue.isDown = false;
    vi.setSystemTime(start + MINUTE - 1);
    await ledger.ring();
    expect(queue.of(order.id)).toEqual([]);
    vi.setSystemTime(start + MINUTE);
    await ledger.ring();
    const again = await queue.leased(order.id, "AuthorizePayment");
    expect(again).toMatchObject({ attempt: 2, generation: 1, uncertain: true, leaseUntil: start + 3 * MINUTE });
  });

  it("tells how far behind it is, and does nothing about it", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    queue.isDown = true;
    await ledger.create(order);
    await queue.refused();
    queue.isDown = false;
    vi.setSystemTime(start + MINUTE + 5_000);
    const behind = { liveOrders: 1, openEffects: 1, leasedEffects: 1, oldestDueMs: 5_000 };
    expect(await ledger.stub.lag()).toMatchObject(behind);
    expect(await ledger.stub.lag()).toMatchObject(behind);
    expect((await ledger.stub.saga(order.id))?.map(({ attempt }) => attempt)).toEqual([1, 1]);
    await ledger.ring();
    expect(await ledger.stub.lag()).toMatchObject({ openEffects: 1, oldestDueMs: 0 });
    expect(await queue.leased(order.id, "AuthorizePayment")).toMatchObject({ attempt: 2 });
  });

  it("brings back what a crash between the commit and the sending lost", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger
      .inside(async (instance, state) => {
        await instance.create({ order, fingerprint: "body", actor: ACTOR });
        await state.storage.sync();
        state.abort("crash");
      })
      .catch(() => {});
    expect((await ledger.order(order.id)).state).toBe("PENDING");
    vi.setSystemTime(start + MINUTE);
    await ledger.ring();
    expect(await queue.leased(order.id, "AuthorizePayment")).toMatchObject({ attempt: 2, uncertain: true });
  });

  it("brings a lost backlog back although nothing more may be out at a time by either queue", async () => {
    const ledger = new TestLedger();
    queue.isDown = true;
    await ledger.inside((instance) =>
      Promise.all(
        Array.from({ length: 2_005 }, () => instance.create({ order: placedNow(), fingerprint: "body", actor: ACTOR })),
      ),
    );
    const open = () =>
      ledger.rows("SELECT lane, status, count(*) AS n FROM effects GROUP BY lane, status ORDER BY lane, status");
    const atMost = [
      { lane: "notify", status: "due", n: 5 },
      { lane: "notify", status: "leased", n: 2_000 },
      { lane: "payment", status: "due", n: 5 },
      { lane: "payment", status: "leased", n: 2_000 },
    ];
    expect(await open()).toEqual(atMost);
    await ledger.evict();
    queue.isDown = false;
    vi.setSystemTime(start + MINUTE + 1);
    await ledger.ring();
    await vi.waitFor(() => expect(queue.batches.flat().flatMap(({ effects }) => effects)).toHaveLength(4_000), {
      timeout: 10_000,
    });
    expect(await open()).toEqual(atMost);
  }, 30_000);

  it("messages that nobody gets rid of take no room from payments", async () => {
    const ledger = new TestLedger();
    await ledger.inside((instance) =>
      Promise.all(
        Array.from({ length: 2_001 }, () => instance.create({ order: placedNow(), fingerprint: "body", actor: ACTOR })),
      ),
    );
    await ledger.inside((_instance, { storage }) => {
      storage.sql.exec("UPDATE effects SET status = 'done', due_at = NULL WHERE lane = 'payment'");
    });
    await ledger.evict();
    const order = placedNow();
    await ledger.stub.create({ order, fingerprint: "body", actor: ACTOR });
    expect(await queue.leased(order.id, "AuthorizePayment")).toMatchObject({ attempt: 1 });
    expect(queue.of(order.id).map(({ effect }) => effect.kind)).toEqual(["AuthorizePayment"]);
  }, 30_000);

  it("gives up an effect whose lease has lapsed as often as its budget allows, and opens a deviation", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    for (let turn = 1; (await ledger.order(order.id)).state === "PENDING"; turn += 1) {
      expect(turn).toBeLessThan(20);
      vi.setSystemTime(start + turn * 2 * MINUTE - 1);
      // Short of the payment's deadline, so that the lapses alone end it.
      await ledger.inside((_instance, { storage }) => {
        storage.sql.exec("UPDATE effects SET due_at = ? WHERE status = 'leased'", Date.now());
        storage.sql.exec("UPDATE orders SET timer_at = ?", Date.now() + 60 * MINUTE);
      });
      await ledger.ring();
    }
    const kinds = (await ledger.stub.saga(order.id))?.map(({ kind, status }) => `${kind} ${status}`);
    expect(kinds).toEqual([
      "AuthorizePayment failed",
      "Notify done",
      "Notify leased",
      "VoidPayment leased",
      "OpenDeviation leased",
    ]);
  });
});

describe("timers", () => {
  it("end the payment window and then the hold, each once", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    vi.setSystemTime(start + 20 * MINUTE);
    await ledger.ring();
    expect(await ledger.order(order.id)).toMatchObject({ state: "PAYMENT_FAILED", ended: null });
    vi.setSystemTime(start + 30 * MINUTE);
    await ledger.ring();
    expect(await ledger.order(order.id)).toMatchObject({ state: "PAYMENT_FAILED", ended: { as: "PAYMENT_FAILED" } });
    const { version } = await ledger.order(order.id);
    await ledger.ring();
    expect((await ledger.order(order.id)).version).toBe(version);
  });

  it("of an order that is damaged are set aside and hold up no other", async () => {
    const ledger = new TestLedger();
    const [damaged, sound] = [placedNow(), placedNow()];
    await ledger.create(damaged);
    await ledger.create(sound);
    await ledger.rows("UPDATE orders SET doc = '{}' WHERE id = ?", damaged.id);
    vi.setSystemTime(start + 20 * MINUTE);
    await ledger.ring();
    expect((await ledger.order(sound.id)).state).toBe("PAYMENT_FAILED");
    const [row] = await ledger.rows("SELECT timer_at FROM orders WHERE id = ?", damaged.id);
    expect(row?.["timer_at"]).toBe(start + 21 * MINUTE);
  });

  it("that are stored too early ring when they are due", async () => {
    const ledger = new TestLedger();
    const order = placedNow();
    await ledger.create(order);
    await ledger.rows("UPDATE orders SET timer_at = 1");
    await ledger.ring();
    expect((await ledger.order(order.id)).state).toBe("PENDING");
    expect(await ledger.rows("SELECT timer_at FROM orders")).toEqual([{ timer_at: start + 20 * MINUTE }]);
  });
});

/** Does what a warehouse and the outside do, and says what the ledger answered. */
async function liveThrough(ledger: TestLedger, order: ReturnType<typeof placedNow>, between: () => Promise<void>) {
  const answers: unknown[] = [];
  const open: LeasedEffect[] = [];
  // What is still being gathered is lost with the object, and comes back only when its lease has ended.
  const isSent = async () => {
    const leased = ((await ledger.stub.saga(order.id)) ?? []).filter(({ status }) => status === "leased");
    return leased.every(({ id }) => [...queue.of(order.id), ...open].some((one) => one.id === id));
  };
  const note = async (answer: unknown) => {
    answers.push(answer);
    await vi.waitUntil(isSent, { timeout: 3_000, interval: 5 });
    await between();
  };
  const done = async (kind: EffectKind, result: (leased: LeasedEffect) => EffectResult) => {
    const index = open.findIndex(({ effect }) => effect.kind === kind);
    const [leased] = index < 0 ? [await queue.leased(order.id, kind)] : open.splice(index, 1);
    if (!leased) throw new Error(`no ${kind}`);
    const freed = await ledger.done(leased, result(leased));
    open.push(...freed);
    await note(freed);
  };
  const command = async (step: "StartPicking" | "PackShipment" | "ShipShipment" | "DeliverShipment") =>
    note(
      await ledger.execute({
        orderId: order.id,
        command: { type: step, shipmentId: `${order.id.replace("ord_", "shp_")}-1` as ShipmentId },
        actor: ACTOR,
      }),
    );
  const nothing = (): EffectResult => ({ kind: "nothing" });
  await note(await ledger.create(order));
  await done("AuthorizePayment", () => authorized(1, 2000));
  await done("AllocateStock", allocatedAll);
  await done("RequestFulfillment", () => ({
    kind: "RequestFulfillment",
    accepted: true,
    reference: "r",
    picksAtOnce: false,
  }));
  const tell = async (notification: NotificationKind) => {
    const message = await queue.told(order.id, notification);
    await note(await ledger.claim(message.id, 1));
    await note(await ledger.done(message, nothing()));
  };
  await tell("order_confirmed");
  await command("StartPicking");
  await command("PackShipment");
  await done("CreateLabel", () => ({ kind: "CreateLabel", carrier: "fedex", service: "ground", trackingNumber: "T1" }));
  await command("ShipShipment");
  await done("CapturePayment", () => ({
    kind: "CapturePayment",
    payment: { status: "captured", intentId: "pi_1", captured: 2000, refunded: 0 },
  }));
  await done("ShipStock", nothing);
  await tell("shipped");
  await done("TrackParcel", () => ({ kind: "TrackParcel", status: "delivered" }));
  await note(await ledger.order(order.id));
  await note(await ledger.stub.history(order.id));
  await note((await ledger.stub.saga(order.id))?.map((effect) => ({ ...effect, dueAt: null })));
  return answers;
}

describe("eviction", () => {
  it("between any two calls changes no answer", async () => {
    // The last notification stays open, so that neither order leaves.
    const [steady, evicted] = [new TestLedger(), new TestLedger()];
    const [one, other] = [placedNow(), placedNow()];
    // Waiting moves the clock: what is compared is everything but the ids and the times.
    const renamed = (answers: unknown[], id: string) =>
      JSON.parse(
        JSON.stringify(answers)
          .replaceAll(id.slice(4), "0")
          .replaceAll(id.slice(-6), "0")
          .replaceAll(id.slice(-8).toUpperCase(), "0")
          .replaceAll(/\b\d{13}\b/g, "0"),
      );
    const expected = renamed(await liveThrough(steady, one, () => Promise.resolve()), one.id);
    const actual = renamed(await liveThrough(evicted, other, () => evicted.evict()), other.id);
    expect(actual).toEqual(expected);
    expect(expected).toHaveLength(18);
    expect((await evicted.order(other.id)).state).toBe("DELIVERED");
  });
});
