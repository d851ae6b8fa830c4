import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { flushStock, offerStock } from "../../durable-objects/inventory-level/stock-buffer.ts";
import type { LevelView } from "../../src/contracts/level-rpc.ts";
import type { StockBatch } from "../../src/contracts/messages.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import { levelKey } from "../../src/domain/ids.ts";
import { newRegistration } from "../support/level-books.ts";
import {
  accepted,
  crash,
  doubleStockQueue,
  evict,
  GatherTimers,
  holdCommand,
  inside,
  levelOf,
  releaseCommand,
  rowsOf,
  type StockQueueDouble,
} from "./level-harness.ts";

let queue: StockQueueDouble;
let timers: GatherTimers;

beforeEach(() => {
  queue = doubleStockQueue();
  timers = new GatherTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  // What a test leaves behind lies in the isolate's buffer and would reach the next test's queue.
  await flushStock({ send: () => Promise.resolve() });
  vi.restoreAllMocks();
});

const isOfLevel = (registration: LevelRegistration) => expect.objectContaining({ sku: registration.sku });

/** What a level has to publish is offered as soon as it is on disk, and it asks before we do. */
async function untilOffered(registration: LevelRegistration): Promise<void> {
  await inside(registration, (_level, { storage }) => storage.sync());
}

async function ringAlarm(registration: LevelRegistration): Promise<void> {
  expect(await runDurableObjectAlarm(levelOf(registration)), "an alarm was set").toBe(true);
}

/** Lets so much time pass that what the queue has taken is not lost any more. */
function takenForGood(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
}

async function dueInMs(registration: LevelRegistration): Promise<number | null> {
  const at = await inside(registration, (_level, { storage }) => storage.getAlarm());
  return at === null ? null : at - Date.now();
}

it("changes are gathered and published as they stand, within half a second", async () => {
  const registration = newRegistration({ opening: 100, reorderPoint: 10 });
  const level = levelOf(registration);
  accepted(await level.hold(registration, holdCommand(registration, 1)));
  await vi.waitFor(() => expect(timers.delays).toHaveLength(1));
  expect(timers.delays[0]).toBeLessThan(500);
  for (let units = 2; units <= 5; units += 1) {
    accepted(await level.hold(registration, holdCommand(registration, units)));
    await untilOffered(registration);
  }
  const view = await level.view(registration);
  expect(queue.batches).toEqual([]);
  expect(timers.delays).toHaveLength(1);
  timers.ring();
  await vi.waitFor(() => expect(queue.levels(registration)).not.toEqual([]));
  expect(queue.levels(registration)).toEqual([{ ...view, asOf: expect.any(Number) }]);
  expect(queue.levels(registration)).toMatchObject([{ held: 15, available: 85, sequence: 6 }]);
  expect(queue.alerts(registration)).toEqual([]);
});

it("a crossed threshold is published at once, with the level as it was then", async () => {
  const registration = newRegistration({ opening: 12, reorderPoint: 10 });
  const level = levelOf(registration);
  const last = holdCommand(registration, 10);
  // No timer rings in this test: what was told was not gathered.
  accepted(await level.hold(registration, holdCommand(registration, 2)));
  await vi.waitFor(() => expect(queue.alerts(registration)).toEqual(["LOW_STOCK"]));
  accepted(await level.hold(registration, last));
  await vi.waitFor(() => expect(queue.alerts(registration)).toContain("OUT_OF_STOCK"));
  accepted(await level.release(registration, releaseCommand(last)));
  await vi.waitFor(() => expect(queue.alerts(registration)).toContain("BACK_IN_STOCK"));
  const crossings = queue.batches
    .flatMap(({ alerts }) => alerts)
    .filter((alert) => alert.level.sku === registration.sku);
  expect(crossings.map(({ alert, level: { available } }) => [alert, available])).toEqual([
    ["LOW_STOCK", 10],
    ["OUT_OF_STOCK", 0],
    ["BACK_IN_STOCK", 10],
  ]);
});

it("levels of one isolate share a message", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const registrations = Array.from({ length: 20 }, () => newRegistration({ opening: 50 }));
  await Promise.all(
    registrations.map((registration) => levelOf(registration).hold(registration, holdCommand(registration, 1))),
  );
  await Promise.all(registrations.map(untilOffered));
  expect(timers.delays).toHaveLength(1);
  timers.ring();
  await vi.waitFor(() => expect(queue.batches).toHaveLength(1));
  expect(queue.batches[0]?.levels).toEqual(expect.arrayContaining(registrations.map(isOfLevel)));
});

it("what the queue does not take is published by the alarm, and its alerts are stored until then", async () => {
  queue.isDown = true;
  const registration = newRegistration({ opening: 3, reorderPoint: 2 });
  accepted(await levelOf(registration).hold(registration, holdCommand(registration, 3)));
  expect(await rowsOf(registration, "alert")).toMatchObject([{ alert: "LOW_STOCK" }, { alert: "OUT_OF_STOCK" }]);
  expect(await dueInMs(registration)).toBeLessThanOrEqual(10_000);
  await ringAlarm(registration);
  expect(await rowsOf(registration, "alert")).toHaveLength(2);
  expect(await dueInMs(registration), "it waits longer after each failure").toBeGreaterThan(15_000);

  queue.isDown = false;
  await ringAlarm(registration);
  expect(new Set(queue.alerts(registration))).toEqual(new Set(["LOW_STOCK", "OUT_OF_STOCK"]));
  expect(await rowsOf(registration, "alert"), "the queue may still lose them").toHaveLength(2);
  takenForGood();
  await ringAlarm(registration);
  expect(await rowsOf(registration, "alert")).toEqual([]);
  expect(await rowsOf(registration, "level")).toMatchObject([{ published_sequence: 2 }]);
  expect(await dueInMs(registration), "the next due is the expiry").toBeGreaterThan(60_000);
});

it("what was not published survives a crash", async () => {
  queue.isDown = true;
  const registration = newRegistration({ opening: 3, reorderPoint: 2 });
  accepted(await levelOf(registration).hold(registration, holdCommand(registration, 3)));
  await crash(registration);
  await flushStock({ send: () => Promise.resolve() });
  queue.isDown = false;
  await ringAlarm(registration);
  expect(queue.levels(registration)).toContainEqual(expect.objectContaining({ held: 3, available: 0, sequence: 2 }));
  expect(new Set(queue.alerts(registration))).toEqual(new Set(["LOW_STOCK", "OUT_OF_STOCK"]));
});

it("what the queue took and lost in a crash is published again", async () => {
  const registration = newRegistration({ opening: 3, reorderPoint: 2 });
  accepted(await levelOf(registration).hold(registration, holdCommand(registration, 3)));
  await ringAlarm(registration);
  expect(queue.levels(registration)).not.toEqual([]);
  await crash(registration);
  queue.batches.length = 0;
  await ringAlarm(registration);
  expect(queue.levels(registration)).toContainEqual(expect.objectContaining({ held: 3, available: 0, sequence: 2 }));
  expect(new Set(queue.alerts(registration))).toEqual(new Set(["LOW_STOCK", "OUT_OF_STOCK"]));
});

it("a level that comes back publishes by itself what it had not, and nothing when it had all", async () => {
  queue.isDown = true;
  const registration = newRegistration({ opening: 30 });
  accepted(await levelOf(registration).hold(registration, holdCommand(registration, 3)));
  await crash(registration);
  await flushStock({ send: () => Promise.resolve() });
  queue.isDown = false;
  await levelOf(registration).view(registration);
  await vi.waitFor(() => {
    timers.ring();
    expect(queue.levels(registration)).toMatchObject([{ held: 3 }]);
  });
  takenForGood();
  await ringAlarm(registration);

  await evict(registration);
  const published = queue.levels(registration).length;
  await levelOf(registration).view(registration);
  await evict(registration);
  expect(queue.levels(registration)).toHaveLength(published);
});

it("holds that run out are told by the alarm, and forgotten a day later", async () => {
  const start = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  const registration = newRegistration({ opening: 2 });
  const level = levelOf(registration);
  const command = holdCommand(registration, 2, { expiresAt: start + 60_000 });
  accepted(await level.hold(registration, command));
  await ringAlarm(registration);
  vi.setSystemTime(start + 6_000);
  await ringAlarm(registration);
  expect(await dueInMs(registration)).toBeGreaterThanOrEqual(54_000);
  expect(await dueInMs(registration)).toBeLessThan(59_000);

  vi.setSystemTime(start + 61_000);
  await ringAlarm(registration);
  const told = queue.levels(registration).at(-1);
  expect(told).toMatchObject({ held: 0, available: 2 });
  expect(told?.sequence).toBe(3);
  expect(queue.alerts(registration)).toEqual(["OUT_OF_STOCK", "BACK_IN_STOCK"]);
  expect(await rowsOf(registration, "reservation"), "an allocation that comes late may hold it again").toHaveLength(1);

  vi.setSystemTime(start + 26 * 60 * 60_000);
  await ringAlarm(registration);
  expect(await rowsOf(registration, "reservation")).toEqual([]);
  expect(await dueInMs(registration), "nothing is due").toBeNull();
  await crash(registration);
  const next = await levelOf(registration).hold(registration, holdCommand(registration, 1));
  expect(next.level.sequence, "the sequence outlives the rows that told it").toBeGreaterThan(told?.sequence ?? 0);
  expect(await levelOf(registration).hold(registration, command)).toMatchObject({
    ok: false,
    refusal: { reason: "reservation_expired" },
  });
});

it("a released id is remembered for a day", async () => {
  const start = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  const registration = newRegistration({ opening: 2 });
  const command = holdCommand(registration, 1, { expiresAt: start + 48 * 60 * 60_000 });
  accepted(await levelOf(registration).release(registration, releaseCommand(command)));
  await ringAlarm(registration);
  vi.setSystemTime(start + 23 * 60 * 60_000);
  await crash(registration);
  expect(await levelOf(registration).hold(registration, command)).toMatchObject({
    ok: false,
    refusal: { reason: "reservation_released" },
  });
  vi.setSystemTime(start + 25.5 * 60 * 60_000);
  await ringAlarm(registration);
  expect(await rowsOf(registration, "reservation")).toEqual([]);
});

it("the alarm never throws, and is set again, whatever fails in it", async () => {
  const registration = newRegistration({ opening: 5 });
  queue.isDown = true;
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  accepted(await levelOf(registration).hold(registration, holdCommand(registration, 1)));
  await inside(registration, async (level, { storage }) => {
    storage.sql.exec("CREATE TRIGGER fail_level BEFORE UPDATE ON level BEGIN SELECT RAISE(ABORT, 'disk says no'); END");
    await expect(level.alarm()).resolves.toBeUndefined();
    expect(await storage.getAlarm()).not.toBeNull();
  });
  expect(errors).toHaveBeenCalledWith(expect.stringContaining('"task":"publish"'));
});

it("messages stay below the queue's limit, however many levels there are", async () => {
  const levels = Array.from({ length: 2000 }, (_, index): LevelView => {
    const { sku, warehouseId } = newRegistration();
    return {
      sku,
      warehouseId,
      onHand: index,
      held: 0,
      allocated: 0,
      safetyStock: 0,
      reorderPoint: 0,
      available: index,
      sequence: 1,
      asOf: 1,
    };
  });
  const acknowledgements = levels.map((level) => {
    const acknowledgement = { sequence: 0, takenAt: 0, alerts: new Map<string, number>() };
    offerStock({
      key: levelKey(level.sku, level.warehouseId),
      level,
      alerts: [{ alert: "LOW_STOCK", level }],
      acknowledgement,
    });
    return acknowledgement;
  });
  const sent: StockBatch[] = [];
  await flushStock({ send: (batch) => Promise.resolve(void sent.push(batch)) });
  for (const batch of sent) expect(JSON.stringify(batch).length).toBeLessThan(128_000);
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.flatMap((batch) => batch.levels)).toHaveLength(2000);
  expect(sent.flatMap((batch) => batch.alerts)).toHaveLength(2000);
  expect(acknowledgements.every(({ sequence, alerts }) => sequence === 1 && alerts.has("1:LOW_STOCK"))).toBe(true);
});

it("what a queue has not taken is acknowledged to nobody and sent with the next flush", async () => {
  const { sku, warehouseId } = newRegistration();
  const level: LevelView = {
    sku,
    warehouseId,
    onHand: 1,
    held: 0,
    allocated: 0,
    safetyStock: 0,
    reorderPoint: 0,
    available: 1,
    sequence: 4,
    asOf: 1,
  };
  const acknowledgement = { sequence: 0, takenAt: 0, alerts: new Map<string, number>() };
  offerStock({ key: levelKey(sku, warehouseId), level, alerts: [], acknowledgement });
  await expect(flushStock({ send: () => Promise.reject(new Error("down")) })).rejects.toThrow("down");
  expect(acknowledgement.sequence).toBe(0);
  const sent: StockBatch[] = [];
  await flushStock({ send: (batch) => Promise.resolve(void sent.push(batch)) });
  expect(sent).toEqual([{ levels: [level], alerts: [] }]);
  expect(acknowledgement.sequence).toBe(4);
});
