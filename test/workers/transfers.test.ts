import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InventoryLevel } from "../../durable-objects/inventory-level/object.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import type { WarehouseId } from "../../src/domain/ids.ts";
import { MAX_UNITS } from "../../src/domain/inventory-level.ts";
import { newRegistration, newReservationId } from "../support/level-books.ts";
import {
  accepted,
  crash,
  doubleStockQueue,
  evict,
  levelOf,
  releaseCommand,
  type StockQueueDouble,
} from "./level-harness.ts";

let queue: StockQueueDouble;

beforeEach(() => {
  queue = doubleStockQueue();
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function twoLevels(opening = 10, there = 0): [LevelRegistration, LevelRegistration] {
  const from = newRegistration({ opening });
  return [from, { ...from, warehouseId: `${from.warehouseId}-there` as WarehouseId, opening: there }];
}

function order(to: LevelRegistration, quantity: number, ref = "doc-1", by = "ada") {
  return { to, quantity, by, ref, occurredAt: Date.now() };
}

/** On hand at the source, in transit, and on hand at the target. */
async function where(from: LevelRegistration, to: LevelRegistration): Promise<[number, number, number]> {
  const [source, target] = [await levelOf(from).view(from), await levelOf(to).view(to)];
  return [source.onHand, source.inTransit ?? 0, target.onHand];
}

/** The target answers nothing for a while; what it has done all the same depends on `isDone`. */
function losingAnswers({ isDone }: { isDone: boolean }) {
  const { arrive } = InventoryLevel.prototype;
  return vi.spyOn(InventoryLevel.prototype, "arrive").mockImplementation(async function lost(
    this: InventoryLevel,
    ...args
  ) {
    if (isDone) await arrive.apply(this, args);
    throw new Error("Network connection lost.");
  });
}

/** Lets the time pass until the source asks again, and has its alarm ring. */
async function laterAlarm(from: LevelRegistration, ms = 5 * 60_000): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runDurableObjectAlarm(levelOf(from));
}

describe("a transfer", () => {
  it("arrives, and answers the same when it is repeated", async () => {
    const [from, to] = twoLevels();
    const first = accepted(await levelOf(from).transfer(from, order(to, 4)));
    expect(first).toMatchObject({ id: `${from.warehouseId}#2`, quantity: 4, state: { kind: "arrived", onHand: 4 } });
    expect(await where(from, to)).toEqual([6, 0, 4]);
    expect(accepted(await levelOf(from).transfer(from, order(to, 4)))).toEqual(first);
    expect(await where(from, to)).toEqual([6, 0, 4]);
    const [[out], [arrived]] = [
      await levelOf(from).movements(from, { limit: 1 }),
      await levelOf(to).movements(to, { limit: 1 }),
    ];
    expect([out, arrived]).toMatchObject([
      { kind: "transfer_out", delta: -4, by: "ada", ref: "doc-1", transfer: first.id },
      { kind: "transfer_in", delta: 4, by: "ada", ref: "doc-1", transfer: first.id },
    ]);
  });

  it.each([
    ["before the target has done anything", false],
    ["after the target has taken the units", true],
  ])("cut %s goes on by itself", async (_moment, isDone) => {
    const [from, to] = twoLevels();
    const lost = losingAnswers({ isDone });
    const cut = accepted(await levelOf(from).transfer(from, order(to, 4)));
    expect(cut.state).toEqual({ kind: "in_transit" });
    expect(await where(from, to)).toEqual([6, 4, isDone ? 4 : 0]);
    await crash(from);
    await evict(to);
    expect(await where(from, to), "it outlives both objects").toEqual([6, 4, isDone ? 4 : 0]);
    lost.mockRestore();
    await laterAlarm(from);
    expect(await where(from, to)).toEqual([6, 0, 4]);
    expect(accepted(await levelOf(from).transfer(from, order(to, 4))).state.kind).toBe("arrived");
    expect(await where(from, to)).toEqual([6, 0, 4]);
  });

  it("cut right after the units have left has an alarm that brings them on", async () => {
    const [from, to] = twoLevels();
    const lost = losingAnswers({ isDone: false });
    lost.mockImplementation(() => new Promise(() => {}));
    const cut = expect(levelOf(from).transfer(from, order(to, 4))).rejects.toThrow();
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
    // The object dies while it waits for the target.
    await crash(from);
    await cut;
    expect(await where(from, to)).toEqual([6, 4, 0]);
    lost.mockRestore();
    await laterAlarm(from);
    expect(await where(from, to)).toEqual([6, 0, 4]);
  });

  it("that the target refuses is back at the source, whenever it is asked again", async () => {
    const [from, to] = twoLevels(10, MAX_UNITS);
    const refused = accepted(await levelOf(from).transfer(from, order(to, 4)));
    expect(refused.state).toEqual({ kind: "returned", refusal: { reason: "too_many_units", most: MAX_UNITS } });
    expect(await where(from, to)).toEqual([10, 0, MAX_UNITS]);
    await crash(from);
    expect(accepted(await levelOf(from).transfer(from, order(to, 4))).state.kind).toBe("returned");
    expect(await where(from, to)).toEqual([10, 0, MAX_UNITS]);
  });

  it("whose refusal was lost is refused for ever, also once there is room", async () => {
    const [from, to] = twoLevels(10, MAX_UNITS);
    const lost = losingAnswers({ isDone: true });
    expect(accepted(await levelOf(from).transfer(from, order(to, 4))).state.kind).toBe("in_transit");
    lost.mockRestore();
    const room = { delta: -1000, reason: "gone", by: "ada", ref: "room", occurredAt: Date.now() };
    accepted(await levelOf(to).adjust(to, room));
    await laterAlarm(from);
    expect(await where(from, to)).toEqual([10, 0, MAX_UNITS - 1000]);
    expect(queue.transfers(from), "who was told that it is under way is told that it is not").toMatchObject([
      { state: "returned", quantity: 4, from: from.warehouseId, to: to.warehouseId },
    ]);
  });

  it("that takes too long is told once, and once more when it has arrived", async () => {
    const [from, to] = twoLevels();
    const lost = losingAnswers({ isDone: false });
    accepted(await levelOf(from).transfer(from, order(to, 4)));
    await laterAlarm(from, 60_000);
    expect(queue.transfers(from)).toEqual([]);
    queue.isDown = true;
    vi.spyOn(console, "error").mockImplementation(() => {});
    await laterAlarm(from);
    queue.isDown = false;
    await laterAlarm(from);
    await laterAlarm(from);
    expect(queue.transfers(from)).toMatchObject([{ state: "in_transit", ref: "doc-1" }]);
    lost.mockRestore();
    await laterAlarm(from);
    await laterAlarm(from);
    expect(queue.transfers(from).map(({ state }) => state)).toEqual(["in_transit", "arrived"]);
    expect(await where(from, to)).toEqual([6, 0, 4]);
  });
});

describe("a deed at a level", () => {
  const deed = { key: "k1", fingerprint: "f1", row: 0 };

  it("is done once and answered as it was then, whatever has happened since", async () => {
    const registration = newRegistration({ opening: 10 });
    const command = { quantity: 5, by: "ada", ref: "r1", occurredAt: Date.now(), deed };
    const first = await levelOf(registration).receive(registration, command);
    await levelOf(registration).receive(registration, { ...command, ref: "r2", deed: { ...deed, key: "k2" } });
    await crash(registration);
    const again = await levelOf(registration).receive(registration, { ...command, ref: "other" });
    expect(again).toEqual({ ...first, replayed: true });
    expect((await levelOf(registration).view(registration)).onHand).toBe(20);
  });

  it("with another content is refused, in whichever row", async () => {
    const registration = newRegistration({ opening: 10 });
    const command = { quantity: 5, by: "ada", ref: "r1", occurredAt: Date.now() };
    accepted(await levelOf(registration).receive(registration, { ...command, deed: { ...deed, row: 3 } }));
    for (const row of [0, 3, 7]) {
      const other = { ...command, ref: `r${row}`, deed: { key: "k1", fingerprint: "f2", row } };
      expect(await levelOf(registration).receive(registration, other)).toMatchObject({
        refusal: { reason: "key_reused" },
      });
    }
    expect((await levelOf(registration).view(registration)).onHand).toBe(15);
  });

  it("that was refused is tried again", async () => {
    const registration = newRegistration({ opening: 1 });
    const command = { delta: -3, reason: "gone", by: "ada", ref: "a1", occurredAt: Date.now(), deed };
    expect((await levelOf(registration).adjust(registration, command)).ok).toBe(false);
    accepted(await levelOf(registration).receive(registration, { quantity: 5, by: "ada", ref: "r1", occurredAt: 1 }));
    expect(accepted(await levelOf(registration).adjust(registration, command)).delta).toBe(-3);
  });

  it("that was a count is not counted again, also where it agreed and another count came after", async () => {
    const registration = newRegistration({ opening: 10 });
    const count = (quantity: number, ref: string, more = {}) =>
      levelOf(registration).count(registration, { quantity, by: "ada", ref, asOf: Date.now(), ...more });
    accepted(await count(10, "c1", { deed }));
    accepted(await count(10, "c2"));
    accepted(await count(7, "c3"));
    expect(accepted(await count(10, "c1", { deed })).drift).toBe(0);
    expect(accepted(await count(10, "c2")), "its name alone is enough").toEqual({ drift: 0, atRisk: [] });
    expect(await count(11, "c2")).toMatchObject({ refusal: { reason: "reference_reused" } });
    expect((await levelOf(registration).view(registration)).onHand).toBe(7);
  });

  it("that was a hold is answered after the hold has ended, and forgotten a day later", async () => {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const registration = newRegistration({ opening: 10 });
    const command = {
      reservationId: newReservationId(registration),
      quantity: 2,
      expiresAt: start + 60_000,
      channel: "storefront",
      deed,
    };
    const first = await levelOf(registration).hold(registration, command);
    accepted(await levelOf(registration).release(registration, releaseCommand(command)));
    vi.setSystemTime(start + 3_600_000);
    expect(await levelOf(registration).hold(registration, { ...command, closed: true })).toEqual({
      ...first,
      replayed: true,
    });
    await laterAlarm(registration, 30 * 3_600_000);
    const late = { ...command, expiresAt: Date.now() + 60_000 };
    expect(await levelOf(registration).hold(registration, late)).not.toHaveProperty("replayed");
  });
});
