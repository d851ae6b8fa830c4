import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type LeasedEffect,
  type OrderLedgerRpc,
  type OutcomeReport,
  writeOrder,
} from "../../src/contracts/ledger-rpc.ts";
import type { LevelView } from "../../src/contracts/level-rpc.ts";
import type { EffectBatch, StockBatch } from "../../src/contracts/messages.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findDeviation } from "../../src/db/ops/deviations.ts";
import { consumeDeadLetters } from "../../src/saga/consumers/dead-letters.ts";
import { consumeEffects } from "../../src/saga/consumers/effects.ts";
import { consumeStock } from "../../src/saga/consumers/stock.ts";
import { ledgerCalls } from "../../src/saga/ledger-calls.ts";
import { newRegistration } from "../support/level-books.ts";
import { newOrderId, OrderBooks } from "../support/order-books.ts";
import { TestLedger } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const ops = openOps(env.OPS);
const SHIPPED = new OrderBooks().authorized().allocated().shipped();

let world: SagaWorld;
/** What was reported, and what reporting it frees. */
let reports: OutcomeReport[];
let frees: (report: OutcomeReport) => LeasedEffect[];
let reportCalls: number;
/** Whose attempts may be taken. */
let taken: (effectId: string) => boolean;
const leases = new Map<string, LeasedEffect>();
let made = 0;

beforeEach(async () => {
  await migrateOps();
  const ledger = new TestLedger();
  reports = [];
  reportCalls = 0;
  frees = () => [];
  world = new SagaWorld(ledger);
  taken = () => true;
  const double: Pick<OrderLedgerRpc, "report" | "open" | "take"> = {
    report: (taken) => {
      reports.push(...taken);
      reportCalls += 1;
      return Promise.resolve(taken.flatMap((report) => frees(report)));
    },
    open: (orderIds) => Promise.resolve(orderIds.map(() => writeOrder(SHIPPED.order))),
    take: (attempts) =>
      Promise.resolve(
        attempts.map(({ effectId }) => {
          const effect = leases.get(effectId)?.effect;
          return effect && taken(effectId) ? { taken: true as const, effect } : { taken: false as const };
        }),
      ),
  };
  Object.assign(
    world.context,
    ledgerCalls(world.context.env, () => double as OrderLedgerRpc),
  );
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
});

function lease(effect: Parameters<typeof leaseOf>[1], change: Partial<LeasedEffect> = {}): LeasedEffect {
  made += 1;
  const id = `ord_x:${made}:${effect.kind}` as LeasedEffect["id"];
  const leased = leaseOf({ id: newOrderId() }, effect, { id, ...change });
  leases.set(id, leased);
  return leased;
}
const tracking = (change: Partial<LeasedEffect> = {}) =>
  lease({ kind: "TrackParcel", shipmentId: SHIPPED.shipment() }, change);
const capture = () => lease({ kind: "CapturePayment", payment: 1, amount: { amount: 1, currency: "EUR" } });

function batchOf<Body>(queue: string, bodies: Body[]): MessageBatch<Body> {
  return createMessageBatch(
    queue,
    bodies.map((body, index) => ({ id: `message-${made}-${index}`, timestamp: new Date(), attempts: 1, body })),
  );
}

const consume = (...messages: LeasedEffect[][]) => {
  const batch = batchOf<EffectBatch>(
    "holdfast-effects",
    messages.map((effects) => ({ effects })),
  );
  return { batch, done: consumeEffects(batch, world.context) };
};

describe("the consumer of effects", () => {
  it("does every effect of every message, reports each, and takes the batch in any case", async () => {
    const ledgers = vi.spyOn(world.carrier, "track").mockRejectedValueOnce(new Error("broken"));
    const { batch, done } = consume([tracking(), tracking()], [tracking()]);
    await done;
    expect(ledgers).toHaveBeenCalledTimes(3);
    expect(reports.map(({ outcome }) => outcome.status).toSorted()).toEqual(["unknown", "waiting", "waiting"]);
    expect(await getQueueResult(batch, createExecutionContext())).toMatchObject({ ackAll: true });
  });

  it("takes the batch when the ledger does not take the report", async () => {
    vi.spyOn(world.context, "report").mockRejectedValue(new Error("overloaded"));
    const { batch, done } = consume([tracking()]);
    await done;
    expect(await getQueueResult(batch, createExecutionContext())).toMatchObject({ ackAll: true });
  });

  it("leaves alone what could not be done within its lease", async () => {
    await consume([
      tracking({ leaseUntil: Date.now() - 1 }),
      tracking({ leaseUntil: Date.now() + 15_000 }),
      tracking({ leaseUntil: Date.now() + 25_000 }),
    ]).done;
    expect(world.carrier.tracked).toBe(1);
    expect(reports).toHaveLength(1);
  });

  it("reports nothing for an attempt that another consumer is at", async () => {
    taken = () => false;
    await consume([tracking(), capture()]).done;
    expect(reports).toEqual([]);
    expect(world.carrier.tracked).toBe(0);
  });

  it("leaves an effect of newer code to its ledger, and does its neighbours", async () => {
    const newer = { ...tracking(), effect: { kind: "GrantPoints" } } as unknown as LeasedEffect;
    const { batch, done } = consume([newer, tracking()], [tracking()]);
    await done;
    expect(world.carrier.tracked).toBe(2);
    expect(reports).toHaveLength(2);
    expect(await getQueueResult(batch, createExecutionContext())).toMatchObject({ ackAll: true, retryMessages: [] });
  });

  it("leaves a message that it can't read to its queue, and does its neighbours", async () => {
    const batch = batchOf<EffectBatch>("holdfast-effects", [
      { bundles: [] } as never,
      { effects: [tracking(), {} as never] },
    ]);
    await consumeEffects(batch, world.context);
    expect(world.carrier.tracked).toBe(1);
    const { retryMessages } = await getQueueResult(batch, createExecutionContext());
    expect(retryMessages.map(({ msgId }) => msgId)).toEqual([batch.messages[0]?.id]);
  });

  it("gives back what it took and can't do within its lease", async () => {
    const [first, second] = [capture(), capture()];
    vi.spyOn(world.context, "now")
      .mockReturnValueOnce(Date.now())
      .mockReturnValueOnce(Date.now())
      .mockReturnValueOnce(Date.now())
      .mockReturnValue(Date.now() + 50_000);
    await consume([first, second]).done;
    expect(reports.map(({ outcome }) => outcome.status)).toContain("not_made");
  });

  it("is given by the ledger what was too large for a message", async () => {
    const leased = tracking();
    const named = { ...leased, effect: { kind: "TrackParcel", isLeftOut: true } } as unknown as LeasedEffect;
    await consume([named]).done;
    expect(reports.map(({ outcome }) => outcome.status)).toEqual(["waiting"]);
  });

  it("does what a report frees right away", async () => {
    const [first, second] = [tracking(), capture()];
    frees = ({ effectId }) => (effectId === first.id ? [second] : []);
    await consume([first]).done;
    expect(reports.map(({ effectId }) => effectId)).toEqual([first.id, second.id]);
  });

  it("reports what ends in one turn in one call", async () => {
    const id = newOrderId();
    await consume([tracking({ orderId: id }), tracking({ orderId: id }), tracking({ orderId: id })]).done;
    expect(reports).toHaveLength(3);
    expect(reportCalls).toBe(1);
  });

  it("has six calls open at a time, four of a kind that is capped at four, and lets other kinds pass", async () => {
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    vi.spyOn(world.carrier, "track").mockImplementation(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise<void>((resolve) => waiting.push(resolve));
      open -= 1;
      return { outcome: "done", value: [] };
    });
    const payments = new Array<() => void>();
    vi.spyOn(world.context, "order").mockImplementation(async () => {
      const unpaid = structuredClone(SHIPPED.order);
      return { ...unpaid, payments: unpaid.payments.map((payment) => ({ ...payment, intentId: "pi_1" })) };
    });
    vi.spyOn(world.bank, "capture").mockImplementation(async () => {
      await new Promise<void>((resolve) => payments.push(resolve));
      return { outcome: "unknown", message: "no" };
    });
    const { done } = consume(
      Array.from({ length: 9 }, () => tracking()),
      Array.from({ length: 9 }, () => capture()),
    );
    await vi.waitFor(() => expect([waiting.length, payments.length]).toEqual([4, 2]));
    payments[0]?.();
    await vi.waitFor(() => expect([waiting.length, payments.length]).toEqual([4, 3]));
    let finished = false;
    void done.then(() => (finished = true));
    await vi.waitFor(() => {
      for (const resolve of [...waiting, ...payments]) resolve();
      expect(finished).toBe(true);
    });
    expect(most).toBe(4);
    expect(reports).toHaveLength(18);
  });
});

describe("the consumer of stock", () => {
  const view = (registration: ReturnType<typeof newRegistration>, sequence: number, available: number): LevelView => ({
    sku: registration.sku,
    warehouseId: registration.warehouseId,
    onHand: available,
    held: 0,
    allocated: 0,
    safetyStock: 0,
    reorderPoint: 5,
    available,
    sequence,
    asOf: Date.now(),
  });
  const quantityOf = ({ sku }: ReturnType<typeof newRegistration>) =>
    env.OPS.prepare("SELECT quantity, sequence FROM stock WHERE sku = ?").bind(sku).first();
  const take = async (...bodies: StockBatch[]) => consumeStock(batchOf("holdfast-stock", bodies), world.context);

  it("keeps the highest sequence, within a batch and between batches, from levels and alerts", async () => {
    const registration = newRegistration();
    await take(
      { levels: [view(registration, 3, 30)], alerts: [] },
      { levels: [view(registration, 2, 20)], alerts: [{ alert: "LOW_STOCK", level: view(registration, 4, 40) }] },
    );
    expect(await quantityOf(registration)).toEqual({ quantity: 40, sequence: 4 });
    await take({ levels: [view(registration, 1, 10)], alerts: [] });
    await take({ levels: [view(registration, 4, 41)], alerts: [] });
    expect(await quantityOf(registration)).toEqual({ quantity: 40, sequence: 4 });
    await take({ levels: [view(registration, 5, 50)], alerts: [] });
    expect(await quantityOf(registration)).toEqual({ quantity: 50, sequence: 5 });
  });

  it("has the queue bring a batch again that OPS did not take", async () => {
    const batch = batchOf<StockBatch>("holdfast-stock", [{ levels: [view(newRegistration(), 1, 1)], alerts: [] }]);
    vi.spyOn(world.context, "env", "get").mockReturnValue({
      ...world.context.env,
      OPS: {
        prepare: () => {
          throw new Error("D1_ERROR: Network connection lost");
        },
      } as never,
    });
    await consumeStock(batch, world.context);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result).toMatchObject({
      ackAll: false,
      explicitAcks: [],
      retryMessages: [{ msgId: batch.messages[0]?.id }],
    });
  });
});

describe("the consumer of dead letters", () => {
  it("puts each message in front of a person, once", async () => {
    const batch = () =>
      createMessageBatch("holdfast-effects-dead", [
        { id: "dead-1", timestamp: new Date(0), attempts: 2, body: { secret: "not shown" } },
      ]);
    await consumeDeadLetters(batch(), world.context);
    await consumeDeadLetters(batch(), world.context);
    const deviation = await findDeviation(ops, "dev_dead:holdfast-effects-dead:dead-1");
    expect(deviation).toMatchObject({ kind: "dead_letter", status: "open", subject: { reference: "dead-1" } });
    expect(JSON.stringify(deviation)).not.toContain("not shown");
  });
});
