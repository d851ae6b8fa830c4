import { describe, expect, it } from "vitest";
import {
  alertsBetween,
  available,
  availableTo,
  MAX_UNITS,
  openLevel,
  ownerOf,
  reservationsAtRisk,
} from "../../src/domain/inventory-level.ts";
import { LevelBooks, newRegistration, newReservationId } from "../support/level-books.ts";

const ORDER = "ord_0123456789abcdefghjkmn";
const OTHER_ORDER = "ord_zzzzzzzzzzzzzzzzzzzzzz";

function given(stock: Parameters<typeof newRegistration>[0] = {}) {
  const registration = newRegistration(stock);
  return {
    level: new LevelBooks(registration),
    id: newReservationId(registration),
    other: newReservationId(registration),
  };
}

describe("hold", () => {
  it("takes units from what is available until it runs out", () => {
    const { level, id } = given({ opening: 10, safetyStock: 2 });
    expect(level.hold(id, 3, level.now + 1000)).toMatchObject({
      kind: "changed",
      value: { status: "HELD", quantity: 3 },
    });
    expect(level.available).toBe(5);
    level.now += 999;
    expect(level.available).toBe(5);
    level.now += 1;
    expect(level.available).toBe(8);
  });

  it("is refused with what is available when there is too little, and writes nothing", () => {
    const { level, id } = given({ opening: 4, safetyStock: 1 });
    const before = level.state;
    expect(level.hold(id, 4)).toEqual({ kind: "refused", refusal: { reason: "insufficient_stock", available: 3 } });
    expect(level.state).toBe(before);
  });

  it("keeps a channel's buffer from that channel only", () => {
    const { level, id, other } = given({ opening: 10 });
    level.configure(0, 0, { ebay: 8 });
    expect(availableTo(level.state, "ebay")).toBe(2);
    expect(level.hold(id, 3, level.now + 1000, "ebay")).toMatchObject({
      refusal: { reason: "insufficient_stock", available: 2 },
    });
    expect(level.hold(other, 10, level.now + 1000, "storefront").kind).toBe("changed");
  });

  it("does not take the name of an object's own method for a channel with a buffer", () => {
    const { level } = given({ opening: 10 });
    expect(availableTo(level.state, "constructor")).toBe(10);
  });

  it("answers again when repeated and holds no second time", () => {
    const { level, id } = given({ opening: 3 });
    level.hold(id, 2);
    expect(level.hold(id, 2)).toMatchObject({ kind: "unchanged", value: { quantity: 2, status: "HELD" } });
    expect(level.available).toBe(1);
  });

  it("is refused under the same id with another quantity", () => {
    const { level, id } = given();
    level.hold(id, 2);
    expect(level.hold(id, 3)).toMatchObject({ refusal: { reason: "quantity_mismatch", held: 2 } });
  });

  it("is refused when it has run out before it arrives, and when its id has run out before", () => {
    const { level, id, other } = given();
    expect(level.hold(id, 1, level.now)).toMatchObject({ refusal: { reason: "reservation_expired" } });
    level.hold(other, 1);
    level.now += 1000;
    expect(level.hold(other, 1)).toMatchObject({ refusal: { reason: "reservation_expired" } });
  });

  it("answers a repetition after its units have shipped", () => {
    const { level, id } = given();
    level.hold(id, 2);
    level.allocate(id);
    level.ship(id, 2, "s1");
    expect(level.hold(id, 2)).toMatchObject({ kind: "unchanged", value: { quantity: 0 } });
    expect(level.state).toMatchObject({ onHand: 8, held: 0, allocated: 0 });
  });

  it.each([0, -1, 1.5, Number.NaN, 1e308, MAX_UNITS + 1])("throws for a quantity of %s", (quantity) => {
    const { level, id } = given();
    expect(() => level.hold(id, quantity)).toThrow(RangeError);
  });
});

describe("claim and unclaim", () => {
  it("give a hold a new owner and expiry, and both back", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2, level.now + 1000);
    const claimed = level.claim(id, ORDER, 2, level.now + 5000);
    expect(claimed).toMatchObject({ kind: "changed", value: { expiresAt: level.now + 5000, claim: { owner: ORDER } } });
    level.now += 1500;
    expect(level.available).toBe(3);
    level.unclaim(id, ORDER);
    const reservation = level.reservations.get(id);
    expect(reservation && ownerOf(reservation)).toMatch(/^cart/);
    expect(level.available, "its former expiry has passed").toBe(5);
  });

  it("give a hold to one line of the order, whichever attempt asks", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2, level.now + 1000);
    level.claim(id, ORDER, 2, level.now + 5000, "a1", 1);
    for (const attempt of ["a1", "a2"])
      expect(level.claim(id, ORDER, 2, level.now + 5000, attempt, 2)).toMatchObject({
        refusal: { reason: "reservation_taken" },
      });
    expect(level.claim(id, ORDER, 2, level.now + 5000, "a1", 1).kind).toBe("unchanged");
  });

  it("keep the hold counted when it is unclaimed in time", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2, level.now + 1000);
    level.claim(id, ORDER, 2, level.now + 5000);
    expect(level.unclaim(id, ORDER)).toMatchObject({ kind: "changed" });
    expect(level.available).toBe(3);
    level.now += 1000;
    expect(level.available).toBe(5);
  });

  it("do not bring back a hold that ran out while it was claimed", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2, level.now + 9000);
    level.claim(id, ORDER, 2, level.now + 1000);
    level.now += 1000;
    expect(level.available).toBe(5);
    level.unclaim(id, ORDER);
    expect(level.available).toBe(5);
  });

  it("can be repeated", () => {
    const { level, id } = given();
    level.hold(id, 2);
    level.claim(id, ORDER, 2);
    expect(level.claim(id, ORDER, 2).kind).toBe("unchanged");
    level.unclaim(id, ORDER);
    expect(level.unclaim(id, ORDER).kind).toBe("unchanged");
  });

  it("leave the claim that another attempt at the order shares, whichever of the two gives back", () => {
    for (const refused of ["a1", "a2"]) {
      const { level, id } = given({ opening: 5 });
      level.hold(id, 2, level.now + 1000);
      level.claim(id, ORDER, 2, level.now + 5000, "a1");
      const shared = level.claim(id, ORDER, 2, level.now + 9000, "a2");
      expect(shared, "with the expiry that the claim has").toMatchObject({ value: { expiresAt: level.now + 5000 } });
      expect(level.unclaim(id, ORDER, refused).kind).toBe("unchanged");
      level.now += 4999;
      expect(level.available).toBe(3);
      level.now += 1;
      expect(level.available, "it runs out by itself").toBe(5);
    }
  });

  it("give it back before another attempt claims it: that one has it alone", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2);
    level.claim(id, ORDER, 2, level.now + 5000, "a1");
    level.unclaim(id, ORDER, "a1");
    level.claim(id, ORDER, 2, level.now + 5000, "a2");
    expect(level.unclaim(id, ORDER, "a1").kind, "it has none any more").toBe("unchanged");
    expect(level.unclaim(id, ORDER, "a2").kind).toBe("changed");
  });

  it("refuse what another has claimed, what belongs to another order, and what is not there", () => {
    const { level, id } = given();
    level.hold(id, 2);
    level.claim(id, ORDER, 2);
    expect(level.claim(id, OTHER_ORDER, 2)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    expect(level.unclaim(id, OTHER_ORDER).kind, "nothing of that owner to undo").toBe("unchanged");

    const registration = newRegistration();
    const foreign = new LevelBooks(registration);
    const owned = `rsv_${OTHER_ORDER}~1~a~0~${registration.sku}~${registration.warehouseId}` as typeof id;
    foreign.hold(owned, 1);
    expect(foreign.claim(owned, ORDER, 1)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    expect(foreign.claim(id, ORDER, 1)).toMatchObject({ refusal: { reason: "reservation_unknown" } });
  });

  it("refuse another quantity, a hold that has run out, a released one, and an expiry of the past", () => {
    const { level, id, other } = given();
    level.hold(id, 2);
    expect(level.claim(id, ORDER, 1)).toMatchObject({ refusal: { reason: "quantity_mismatch", held: 2 } });
    expect(level.claim(id, ORDER, 2, level.now)).toMatchObject({ refusal: { reason: "reservation_expired" } });
    level.now += 1000;
    expect(level.claim(id, ORDER, 2)).toMatchObject({ refusal: { reason: "reservation_expired" } });
    level.release(other);
    expect(level.claim(other, ORDER, 2)).toMatchObject({ refusal: { reason: "reservation_released" } });
  });

  it("leave with the claimant what has been allocated to it", () => {
    const { level, id } = given();
    level.hold(id, 2);
    level.claim(id, ORDER, 2);
    level.allocate(id);
    expect(level.claim(id, ORDER, 2).kind).toBe("unchanged");
    expect(level.claim(id, OTHER_ORDER, 2)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    expect(level.unclaim(id, ORDER)).toMatchObject({ refusal: { reason: "reservation_taken" } });
  });
});

describe("allocate", () => {
  it("makes a hold last", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2);
    expect(level.allocate(id)).toMatchObject({ kind: "changed", value: { status: "ALLOCATED", expiresAt: null } });
    level.now += 10_000;
    expect(level.available).toBe(3);
    expect(level.allocate(id).kind).toBe("unchanged");
  });

  it("tries to hold again what has run out", () => {
    const { level, id, other } = given({ opening: 3 });
    level.hold(id, 2);
    level.now += 1000;
    expect(level.allocate(id).kind).toBe("changed");
    expect(level.available).toBe(1);

    const short = given({ opening: 3 });
    short.level.hold(short.id, 2);
    short.level.now += 1000;
    short.level.hold(other, 2);
    expect(short.level.allocate(short.id)).toMatchObject({ refusal: { reason: "insufficient_stock", available: 1 } });
  });

  it("takes a hold that stands even when a count has found too little", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 4);
    level.count(1, level.now, "c1");
    expect(level.allocate(id).kind).toBe("changed");
  });

  it("refuses ids that are unknown or released, and answers again for shipped ones", () => {
    const { level, id, other } = given();
    expect(level.allocate(id)).toMatchObject({ refusal: { reason: "reservation_unknown" } });
    level.release(id);
    expect(level.allocate(id)).toMatchObject({ refusal: { reason: "reservation_released" } });
    level.hold(other, 1);
    level.allocate(other);
    level.ship(other, 1, "s1");
    expect(level.allocate(other)).toMatchObject({ kind: "unchanged", value: { quantity: 0 } });
  });
});

describe("release", () => {
  it("frees a hold and an allocation, once", () => {
    const { level, id, other } = given({ opening: 5 });
    level.hold(id, 2);
    level.hold(other, 2);
    level.allocate(other);
    level.release(id);
    level.release(other);
    expect(level.state).toMatchObject({ held: 0, allocated: 0 });
    expect(level.release(id).kind).toBe("unchanged");
    expect(level.available).toBe(5);
  });

  it("frees all but the units that are kept, of a hold and of an allocation, however often it is told", () => {
    const { level, id, other } = given({ opening: 9 });
    level.hold(id, 3);
    level.hold(other, 4);
    level.allocate(other);
    for (const told of ["changed", "unchanged"]) {
      expect(level.release(id, undefined, 1).kind).toBe(told);
      expect(level.release(other, undefined, 3).kind).toBe(told);
      expect(level.state).toMatchObject({ held: 1, allocated: 3 });
    }
    expect(level.allocate(id)).toMatchObject({ value: { quantity: 1 } });
    expect(level.ship(other, 3, "s1")).toMatchObject({ value: { remaining: 0 } });
    expect(level.state).toMatchObject({ onHand: 6, held: 0, allocated: 1 });
  });

  it("keeps nothing of what is not there, and nothing that has run out comes back", () => {
    const { level, id, other } = given({ opening: 5 });
    expect(level.release(other, undefined, 1)).toMatchObject({ refusal: { reason: "reservation_unknown" } });
    level.hold(id, 3);
    level.now += 1000;
    level.release(id, undefined, 1);
    expect(level.available).toBe(5);
    expect(level.allocate(id)).toMatchObject({ value: { quantity: 1 } });
  });

  it("frees nothing of a hold that has run out", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2);
    level.now += 1000;
    level.release(id);
    expect(level.available).toBe(5);
  });

  it("is refused to whoever held what an order has claimed since, also when that has run out", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2);
    level.claim(id, ORDER, 2, level.now + 2000);
    expect(level.release(id)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    level.now += 2000;
    expect(level.release(id)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    level.allocate(id);
    expect(level.release(id)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    expect(level.available).toBe(3);
    level.release(id, ORDER);
    expect(level.available).toBe(5);
  });

  it("is refused to an order that has given its claim back", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 2);
    level.claim(id, ORDER, 2);
    level.unclaim(id, ORDER);
    expect(level.release(id, ORDER)).toMatchObject({ refusal: { reason: "reservation_taken" } });
    expect(level.available).toBe(3);
  });

  it("that arrives before its hold leaves a tombstone that refuses it", () => {
    const { level, id } = given({ opening: 5 });
    expect(level.release(id).kind).toBe("changed");
    expect(level.hold(id, 1)).toMatchObject({ refusal: { reason: "reservation_released" } });
    expect(level.available).toBe(5);
  });

  it("frees what a partial shipment has left", () => {
    const { level, id } = given({ opening: 5 });
    level.hold(id, 3);
    level.allocate(id);
    level.ship(id, 1, "s1");
    level.release(id);
    expect(level.state).toMatchObject({ onHand: 4, allocated: 0 });
    expect(level.available).toBe(4);
  });
});

describe("alerts", () => {
  it("tell each threshold that is crossed, once", () => {
    const { level, id, other } = given({ opening: 12, reorderPoint: 10 });
    const states = [level.state];
    level.hold(id, 2);
    states.push(level.state);
    level.hold(other, 10);
    states.push(level.state);
    level.release(other);
    states.push(level.state);
    const [start, low, out, back] = states as [
      typeof level.state,
      typeof level.state,
      typeof level.state,
      typeof level.state,
    ];
    expect(alertsBetween(start, low)).toEqual(["LOW_STOCK"]);
    expect(alertsBetween(low, out)).toEqual(["OUT_OF_STOCK"]);
    expect(alertsBetween(out, back)).toEqual(["BACK_IN_STOCK"]);
    expect(alertsBetween(start, out)).toEqual(["LOW_STOCK", "OUT_OF_STOCK"]);
    expect(alertsBetween(low, low)).toEqual([]);
  });

  it("tell that stock is low when the reorder point is raised above it", () => {
    const { level } = given({ opening: 12, reorderPoint: 10 });
    const before = level.state;
    level.configure(0, 12);
    expect(alertsBetween(before, level.state)).toEqual(["LOW_STOCK"]);
  });
});

describe("a level", () => {
  it("names the newest reservations that no longer fit, as many as it takes", () => {
    const { level, id, other } = given({ opening: 10 });
    const third = newReservationId(newRegistration());
    for (const [reservation, quantity] of [
      [id, 4],
      [other, 3],
      [third, 2],
    ] as const) {
      level.hold(reservation, quantity);
      level.now += 1;
    }
    expect(reservationsAtRisk(level.state, level.live())).toEqual([]);
    level.count(6, level.now, "c1");
    expect(reservationsAtRisk(level.state, level.live()).map((reservation) => reservation.id)).toEqual([third, other]);
    expect(available(level.state)).toBe(0);
    expect(level.live()).toHaveLength(3);
  });

  it("counts of a reservation at risk only what has not shipped", () => {
    const { level, id, other } = given({ opening: 10 });
    level.hold(other, 3);
    level.now += 1;
    level.hold(id, 5);
    level.allocate(id);
    level.ship(id, 4, "s1");
    level.now += 1;
    level.count(2, level.now, "c1");
    expect(reservationsAtRisk(level.state, level.live()).map((reservation) => reservation.id)).toEqual([id, other]);
  });

  it.each([{ opening: -1 }, { opening: 0.5 }, { safetyStock: -1 }, { reorderPoint: Number.NaN }])(
    "is not opened with %o",
    (stock) => {
      expect(() => openLevel(newRegistration(stock), 0)).toThrow(RangeError);
    },
  );
});
