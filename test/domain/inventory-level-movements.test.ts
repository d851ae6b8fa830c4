import { describe, expect, it } from "vitest";
import { MAX_UNITS } from "../../src/domain/inventory-level.ts";
import { LevelBooks, newRegistration, newReservationId } from "../support/level-books.ts";

function given(stock: Parameters<typeof newRegistration>[0] = {}) {
  const registration = newRegistration(stock);
  return { level: new LevelBooks(registration), id: newReservationId(registration) };
}

/** A level with `units` of the opening stock allocated to `id`. */
function givenAllocated(units: number) {
  const { level, id } = given({ opening: 10 });
  level.hold(id, units);
  level.allocate(id);
  return { level, id };
}

describe("ship", () => {
  it("takes allocated units out of the house and keeps the rest of the reservation", () => {
    const { level, id } = givenAllocated(5);
    expect(level.ship(id, 2, "s1")).toMatchObject({ kind: "changed", value: { remaining: 3 } });
    expect(level.state).toMatchObject({ onHand: 8, allocated: 3 });
    expect(level.available).toBe(5);
    expect(level.ship(id, 3, "s2")).toMatchObject({ value: { remaining: 0 } });
    expect(level.reservations.get(id)).toMatchObject({ status: "SHIPPED", quantity: 0 });
    expect(level.movements.map(({ kind, delta, balance }) => [kind, delta, balance])).toEqual([
      ["opening", 10, 10],
      ["shipment", -2, 8],
      ["shipment", -3, 5],
    ]);
  });

  it("is refused beyond what is allocated, and for what is only held, released or unknown", () => {
    const { level, id } = givenAllocated(2);
    expect(level.ship(id, 3, "s1")).toMatchObject({ refusal: { reason: "quantity_exceeds_allocation", allocated: 2 } });
    const held = newReservationId(newRegistration());
    expect(level.ship(held, 1, "s2")).toMatchObject({ refusal: { reason: "reservation_unknown" } });
    level.hold(held, 1);
    expect(level.ship(held, 1, "s2")).toMatchObject({
      refusal: { reason: "quantity_exceeds_allocation", allocated: 0 },
    });
    level.release(held);
    expect(level.ship(held, 1, "s2")).toMatchObject({ refusal: { reason: "reservation_released" } });
    expect(level.state.onHand).toBe(10);
  });

  it("answers a repeated ref again and refuses it for anything else", () => {
    const { level, id } = givenAllocated(5);
    level.ship(id, 2, "s1");
    expect(level.ship(id, 2, "s1", level.now + 7)).toEqual({ kind: "unchanged", value: { remaining: 3 } });
    expect(level.ship(id, 1, "s1")).toMatchObject({ refusal: { reason: "reference_reused" } });
    expect(level.receive(2, "s1")).toMatchObject({ refusal: { reason: "reference_reused" } });
  });

  it("ships what a count has not found, because it has left", () => {
    const { level, id } = givenAllocated(5);
    level.count(3, level.now, "c1");
    level.now += 1;
    expect(level.ship(id, 5, "s1").kind).toBe("changed");
    expect(level.state).toMatchObject({ onHand: -2, allocated: 0 });
    expect(level.available).toBe(0);
  });
});

describe("receive, transfer and adjust", () => {
  it("move on hand and leave a running balance", () => {
    const { level } = given({ opening: 1 });
    level.receive(5, "r1");
    level.take({ id: "far#2", quantity: 2, by: "them", ref: "t1", occurredAt: level.now });
    level.send(3, "t2");
    level.adjust(-1, "a1");
    expect(level.movements.map(({ sequence, kind, delta, balance }) => [sequence, kind, delta, balance])).toEqual([
      [1, "opening", 1, 1],
      [2, "receipt", 5, 6],
      [3, "transfer_in", 2, 8],
      [4, "transfer_out", -3, 5],
      [5, "adjustment", -1, 4],
    ]);
    expect(level.state.onHand).toBe(4);
  });

  it("answer the first movement again for a repeated ref, and refuse other content", () => {
    const { level } = given();
    const first = level.receive(5, "r1");
    const again = level.receive(5, "r1");
    expect(again.kind).toBe("unchanged");
    expect(again.kind === "unchanged" && first.kind === "changed" && again.value).toEqual(
      first.kind === "changed" && first.value,
    );
    expect(level.receive(6, "r1")).toMatchObject({ refusal: { reason: "reference_reused" } });
    expect(level.adjust(5, "r1")).toMatchObject({ refusal: { reason: "reference_reused" } });
    level.adjust(-1, "a1", level.now, "broken");
    expect(level.adjust(-1, "a1", level.now, "lost")).toMatchObject({ refusal: { reason: "reference_reused" } });
    expect(level.state.onHand).toBe(14);
  });

  it("transfers may take safety stock but nothing that is promised", () => {
    const { level, id } = given({ opening: 10, safetyStock: 4 });
    level.hold(id, 5);
    expect(level.send(6, "t1")).toMatchObject({ refusal: { reason: "insufficient_stock", available: 1 } });
    expect(level.send(5, "t1").kind).toBe("changed");
  });

  it("adjustments may write off what is promised but not what is not there", () => {
    const { level, id } = given({ opening: 10 });
    level.hold(id, 8);
    expect(level.adjust(-9, "a1").kind).toBe("changed");
    expect(level.available).toBe(0);
    expect(level.adjust(-2, "a2")).toMatchObject({ refusal: { reason: "insufficient_stock", available: 0 } });
  });

  it.each([0, -2, 0.1, MAX_UNITS + 1])("throw for %s units received", (quantity) => {
    expect(() => given().level.receive(quantity, "r1")).toThrow(RangeError);
  });

  it("throw rather than lose units to rounding", () => {
    const { level } = given({ opening: MAX_UNITS });
    expect(level.receive(1, "full")).toMatchObject({ refusal: { reason: "too_many_units", most: MAX_UNITS } });
    expect(level.state.onHand).toBe(MAX_UNITS);
    expect(() => level.receive(MAX_UNITS + 1, "r1")).toThrow(RangeError);
    expect(() => level.adjust(0, "a1")).toThrow(RangeError);
    expect(() => level.receive(1, "r1", Number.NaN)).toThrow(RangeError);
  });
});

describe("count", () => {
  it("sets on hand to what was found plus what moved after that moment, and writes the difference as drift", () => {
    const { level } = given({ opening: 10 });
    const asOf = level.now + 100;
    level.now += 200;
    level.receive(5, "before", asOf - 1);
    level.receive(7, "at", asOf);
    level.receive(3, "after", asOf + 1);
    expect(level.count(20, asOf, "c1")).toMatchObject({ kind: "changed", value: { drift: -2 } });
    expect(level.state.onHand).toBe(23);
    expect(level.movements.at(-1)).toMatchObject({
      kind: "drift",
      delta: -2,
      balance: 23,
      ref: "c1",
      occurredAt: asOf,
    });
  });

  it("does not take the opening for a movement, however late the level was opened", () => {
    const { level } = given({ opening: 10 });
    expect(level.count(4, level.now - 500, "c1")).toMatchObject({ value: { drift: -6 } });
    expect(level.state.onHand).toBe(4);
  });

  it("that agrees leaves no movement and can be repeated", () => {
    const { level } = given({ opening: 10 });
    expect(level.count(10, level.now, "c1")).toMatchObject({ kind: "changed", value: { drift: 0 } });
    expect(level.movements).toHaveLength(1);
    expect(level.count(10, level.now, "c1")).toEqual({ kind: "unchanged", value: { drift: 0 } });
    expect(level.count(9, level.now, "c1")).toMatchObject({ refusal: { reason: "reference_reused" } });
    expect(level.receive(1, "c1")).toMatchObject({ refusal: { reason: "reference_reused" } });
  });

  it("that differs answers its drift again when repeated, also after a later count", () => {
    const { level } = given({ opening: 10 });
    const asOf = level.now;
    level.count(8, asOf, "c1");
    level.now += 10;
    level.count(9, level.now, "c2");
    expect(level.count(8, asOf, "c1")).toEqual({ kind: "unchanged", value: { drift: -2 } });
    expect(level.count(7, asOf, "c1")).toMatchObject({ refusal: { reason: "reference_reused" } });
  });

  it("older than the last one is refused", () => {
    const { level } = given({ opening: 10 });
    const asOf = level.now;
    level.now += 10;
    level.count(10, asOf, "c1");
    expect(level.count(3, asOf - 1, "c0")).toEqual({
      kind: "refused",
      refusal: { reason: "count_outdated", lastAsOf: asOf },
    });
    expect(level.count(9, asOf, "c2"), "two counts of one moment: the later stands").toMatchObject({
      value: { drift: -1 },
    });
  });

  it("has seen a movement that is recorded late: it is written with an equal and opposite drift", () => {
    const { level, id } = givenAllocated(4);
    level.now += 100;
    level.count(6, level.now - 50, "c1");
    expect(level.state.onHand).toBe(6);
    expect(level.ship(id, 4, "s1", level.now - 60)).toMatchObject({ kind: "changed", value: { remaining: 0 } });
    expect(level.state).toMatchObject({ onHand: 6, allocated: 0 });
    expect(level.movements.slice(-2)).toMatchObject([
      { kind: "shipment", delta: -4, balance: 2, ref: "s1" },
      { kind: "drift", delta: 4, balance: 6, ref: "s1" },
    ]);
    expect(level.ship(id, 4, "s1")).toEqual({ kind: "unchanged", value: { remaining: 0 } });
  });

  it("lets a late correction pass that on hand alone would refuse", () => {
    const { level } = given({ opening: 3 });
    level.now += 100;
    level.count(0, level.now - 50, "c1");
    expect(level.adjust(-3, "a1", level.now - 60).kind).toBe("changed");
    expect(level.send(3, "t1", undefined, level.now - 60).kind).toBe("changed");
    expect(level.state.onHand).toBe(0);
  });

  it("of the future counts as of now, so that it hides nothing that happens until then", () => {
    const { level } = given({ opening: 10 });
    level.count(10, level.now + 1_000_000, "c1");
    level.now += 5;
    level.receive(2, "r1");
    expect(level.state.onHand).toBe(12);
    level.receive(1, "r2", level.now + 1_000_000);
    level.now += 5;
    expect(level.count(13, level.now, "c2"), "a source's clock that is ahead is not believed").toMatchObject({
      value: { drift: 0 },
    });
  });

  it("takes nobody's reservation away", () => {
    const { level, id } = givenAllocated(5);
    level.count(0, level.now, "c1");
    expect(level.reservations.get(id)).toMatchObject({ status: "ALLOCATED", quantity: 5 });
    expect(level.state.allocated).toBe(5);
  });

  it.each([-1, 0.5, Number.POSITIVE_INFINITY])("of %s units throws", (quantity) => {
    const { level } = given();
    expect(() => level.count(quantity, level.now, "c1")).toThrow(RangeError);
  });
});

describe("configure", () => {
  it("changes the settings and their version, and what is available", () => {
    const { level } = given({ opening: 10 });
    expect(level.configure(4, 5, { amazon: 2 }, 1).kind).toBe("changed");
    expect(level.state).toMatchObject({
      settingsVersion: 2,
      safetyStock: 4,
      reorderPoint: 5,
      channelBuffers: { amazon: 2 },
    });
    expect(level.available).toBe(6);
  });

  it("is refused when it was made from another version", () => {
    const { level } = given();
    level.configure(1, 1);
    expect(level.configure(2, 2, {}, 1)).toEqual({ kind: "refused", refusal: { reason: "version_stale", version: 2 } });
  });

  it("throws for settings that are no whole numbers of units", () => {
    const { level } = given();
    expect(() => level.configure(-1, 0)).toThrow(RangeError);
    expect(() => level.configure(0, 1.5)).toThrow(RangeError);
    expect(() => level.configure(0, 0, { ebay: -1 })).toThrow(RangeError);
  });
});
