import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { StockBatch } from "../../src/contracts/messages.ts";
import type { LevelRegistration, Product, StockPolicy } from "../../src/domain/catalog.ts";
import type { OrderId, WarehouseId } from "../../src/domain/ids.ts";
import type { PlacedOrder } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { consumeStock } from "../../src/saga/consumers/stock.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import type { Catalog } from "../../src/services/catalog.ts";
import { newRegistration } from "../support/level-books.ts";
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
import { accepted, evict, holdCommand, levelOf } from "./level-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { SagaWorld } from "./saga-harness.ts";

const SECOND = 1_000;

let queue: EffectQueueDouble;
let ledger: TestLedger;
let world: SagaWorld;
let level: LevelRegistration;
/** What became free when each order looked for the first time. */
const news = new Map<OrderId, LeasedEffect[]>();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await migrateOps();
  await migrateOrders();
  queue = new EffectQueueDouble();
  ledger = new TestLedger();
  world = new SagaWorld(ledger);
  level = { ...newRegistration({ opening: 0 }), warehouseId: "berlin" as WarehouseId };
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A catalogue that sells the level's SKU on these terms. */
async function sell(stockPolicy: StockPolicy): Promise<void> {
  const known = await world.context.catalog();
  const product: Product = {
    sku: level.sku,
    name: "Thing",
    category: "Things",
    unit: "each",
    price: 1_000,
    currency: "EUR",
    weightGrams: 100,
    taxClass: "standard",
    backorder: true,
    stockPolicy,
    active: true,
  };
  const methods = [...known.shippingMethods.values()].map(
    (method) => [method.id, { ...method, transitDays: [{ withinKm: 20_000, days: 2 }] }] as const,
  );
  const catalog: Catalog = {
    ...known,
    products: new Map([[level.sku, { ...product, version: 1 }]]),
    levels: new Map([[level.sku, [level]]]),
    level: (sku, warehouseId) => (sku === level.sku && warehouseId === level.warehouseId ? level : undefined),
    shippingMethods: new Map(methods),
  };
  vi.spyOn(world.context, "catalog").mockResolvedValue(catalog);
}

/** An order for so many units of the SKU, all of which wait; a second later than the one before. */
async function placeWaiting(quantity: number): Promise<OrderId> {
  vi.setSystemTime(Date.now() + SECOND);
  const placed = placedNow({}, [{ quantity }]);
  const order: PlacedOrder = { ...placed, lines: placed.lines.map((line) => ({ ...line, sku: level.sku })) };
  await ledger.create(order);
  const freed = await look(order.id, 1);
  news.set(order.id, freed);
  return order.id;
}

/** Lets the order look for its stock, as its attempt of this number, once the ledger has given that out. */
async function look(orderId: OrderId, attempt: number): Promise<LeasedEffect[]> {
  return lookAs(await queue.leased(orderId, "PromoteBackorder", attempt));
}

/** The same, as this attempt; answers what has become free by it. */
async function lookAs(leased: LeasedEffect): Promise<LeasedEffect[]> {
  const outcome = await runEffect(world.context, leased);
  if (outcome === null) throw new Error("nobody else looks");
  return ledger.report(leased, outcome);
}

/** What the level publishes, taken by the consumer. */
async function published(): Promise<string[]> {
  const view = await levelOf(level).view(level);
  const body: StockBatch = { levels: [view], alerts: [] };
  const batch = { messages: [{ body }], ackAll: () => undefined } as unknown as MessageBatch<StockBatch>;
  await consumeStock(batch, world.context);
  return view.waiting?.next ?? [];
}

const receive = async (quantity: number) =>
  accepted(
    await levelOf(level).receive(level, { quantity, by: "tests", ref: `truck ${Date.now()}`, occurredAt: Date.now() }),
  );

async function waitingUnits(orderId: OrderId): Promise<number> {
  const order: Order = await ledger.order(orderId);
  return order.lines.reduce((sum, { backordered }) => sum + backordered, 0);
}

it("of ten orders that wait, a receipt serves exactly the first ones, in parts where that is allowed", async () => {
  await sell({ kind: "backorder", leadDays: null, partly: true });
  const orders: OrderId[] = [];
  for (let made = 0; made < 10; made += 1) orders.push(await placeWaiting(2));
  const [first, second, gone, fourth, fifth] = orders as [OrderId, OrderId, OrderId, OrderId, OrderId];
  await ledger.execute({ orderId: gone, command: { type: "CancelOrder", reason: "waited too long" }, actor: ACTOR });

  await receive(7);
  // Whoever comes now comes after all who wait.
  const late = await levelOf(level).hold(level, holdCommand(level, 1));
  expect(late).toMatchObject({ ok: false, refusal: { reason: "insufficient_stock", available: 0 } });
  await evict(level);
  expect(await published()).toEqual([first, second, gone, fourth]);

  // In whatever order they come, none gets before its turn; the one that was cancelled leaves the line.
  const part = await look(fourth, 2);
  expect(await waitingUnits(fourth), "one unit is left beside those before").toBe(1);
  await look(gone, 2);
  await look(second, 2);
  await look(first, 2);
  expect(await published(), "what the cancelled one has left, and the rest of the fourth").toEqual([fourth, fifth]);
  await look(fifth, 2);
  expect(await Promise.all(orders.map(waitingUnits))).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 2, 2]);
  expect(await levelOf(level).view(level), "one unit is kept").toMatchObject({ held: 6, available: 1 });

  // The first part is paid for and allocated: then the fourth looks for its rest, which nobody else could have.
  const paid = await ledger.done(pick(part, "AuthorizePayment"), authorized(1, 1_000));
  const allocation = pick(paid, "AllocateStock");
  await lookAs(pick(await ledger.done(allocation, allocatedAll(allocation)), "PromoteBackorder"));
  expect(await Promise.all(orders.map(waitingUnits))).toEqual([0, 0, 0, 0, 1, 2, 2, 2, 2, 2]);
  expect(await levelOf(level).view(level)).toMatchObject({ onHand: 7, held: 7, available: 0 });
});

it("leaves the line as soon as the order is cancelled, and not when it would look again", async () => {
  await sell({ kind: "backorder", leadDays: null, partly: true });
  const [gone, next] = [await placeWaiting(2), await placeWaiting(2)];
  await ledger.execute({ orderId: gone, command: { type: "CancelOrder", reason: "changed my mind" }, actor: ACTOR });
  await look(gone, 2);
  await receive(2);
  expect(await published()).toEqual([next]);
});

it("keeps its place when only a part of what it was offered is still there", async () => {
  await sell({ kind: "backorder", leadDays: null, partly: true });
  const catalog = await world.context.catalog();
  const far: LevelRegistration = { ...level, warehouseId: "paris" as WarehouseId };
  let asked = 0;
  // Paris is there when it offers its units, and not when they are held.
  const levelIn = (warehouseId: string) =>
    warehouseId === level.warehouseId ? level : warehouseId === far.warehouseId && (asked += 1) !== 2 ? far : undefined;
  vi.spyOn(world.context, "catalog").mockResolvedValue({
    ...catalog,
    warehouses: new Map(
      [...catalog.warehouses.values()].flatMap((one) => [
        [one.id, one],
        [far.warehouseId, { ...one, id: far.warehouseId }],
      ]),
    ),
    levels: new Map([[level.sku, [level, far]]]),
    level: (_sku, warehouseId) => levelIn(warehouseId),
  });
  accepted(await levelOf(far).receive(far, { quantity: 1, by: "tests", ref: "truck", occurredAt: Date.now() }));
  await receive(3);
  const order = await placeWaiting(4);
  expect(await waitingUnits(order)).toBe(4);
  const late = await levelOf(level).hold(level, holdCommand(level, 1));
  expect(late).toMatchObject({ ok: false, refusal: { reason: "insufficient_stock", available: 0 } });
});

it("sends nothing in parts where that is not allowed: the first keeps what has come until all of it has", async () => {
  await sell({ kind: "backorder", leadDays: null, partly: false });
  const [big, small] = [await placeWaiting(5), await placeWaiting(1)];
  await receive(3);
  expect(await published()).toEqual([big]);
  await look(big, 2);
  expect(await waitingUnits(big)).toBe(5);
  vi.setSystemTime(Date.now() + SECOND);
  await receive(3);
  expect(await published()).toEqual([big, small]);
  await look(small, 2);
  await look(big, 3);
  expect(await Promise.all([big, small].map(waitingUnits))).toEqual([0, 0]);
  expect(await levelOf(level).view(level)).toMatchObject({ onHand: 6, held: 6, available: 0 });
});

it("gives an order a new promise when its day can't be kept, and tells of it", async () => {
  await sell({ kind: "preorder", availableFrom: "2030-01-07", partly: true });
  const order = await placeWaiting(1);
  expect(await ledger.order(order)).toMatchObject({ lines: [{ promise: { delivery: "2030-01-09" } }] });
  await sell({ kind: "preorder", availableFrom: "2030-02-04", partly: true });
  await lookAs(pick(news.get(order) ?? [], "PromoteBackorder"));
  expect(await ledger.order(order)).toMatchObject({
    estimatedDelivery: "2030-02-06",
    lines: [
      { backordered: 1, promise: { delivery: "2030-02-06", countsFrom: Date.parse("2030-02-04T00:00:00+01:00") } },
    ],
  });
  const told = (await ledger.stub.saga(order))?.filter(({ effect }) => effect.kind === "Notify");
  expect(told?.map(({ effect }) => effect.kind === "Notify" && effect.notification)).toContain("backordered");
});

it("an order that is woken while it is looking looks again at once", async () => {
  await sell({ kind: "backorder", leadDays: null, partly: false });
  const id = await placeWaiting(2);
  vi.setSystemTime(Date.now() + 6 * 60 * SECOND);
  await ledger.ring();
  const looking = await queue.leased(id, "PromoteBackorder", 2);
  await ledger.stub.wake([id]);
  await ledger.report(looking, { status: "waiting", retryAfterMs: 5 * 60 * SECOND });
  await ledger.ring();
  const again = await queue.leased(id, "PromoteBackorder", 3);
  await ledger.report(again, { status: "waiting", retryAfterMs: 5 * 60 * SECOND });
  await ledger.ring();
  expect(queue.of(id).filter(({ effect }) => effect.kind === "PromoteBackorder")).toHaveLength(3);
});
