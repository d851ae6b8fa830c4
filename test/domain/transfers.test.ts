import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WarehouseId } from "../../src/domain/ids.ts";
import { MAX_UNITS } from "../../src/domain/inventory-level.ts";
import {
  type Arrival,
  isNoticeDue,
  postponeTransfer,
  toldOf,
  type Transfer,
} from "../../src/domain/inventory-level/transfers.ts";
import { LevelBooks, newRegistration } from "../support/level-books.ts";

const RUNS = Number(process.env["MODEL_RUNS"] ?? 300);
const NAMES = ["a", "b", "c"];

/** Levels of one SKU at several warehouses. The last one is full, so that it refuses whatever comes. */
function levels() {
  const { sku } = newRegistration();
  return NAMES.map((name, index) => {
    const opening = index === NAMES.length - 1 ? MAX_UNITS : 20;
    return new LevelBooks({ ...newRegistration({ opening }), sku, warehouseId: name as WarehouseId });
  });
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

function accepted(decision: ReturnType<LevelBooks["send"]>): Transfer {
  if (decision.kind === "refused") throw new Error(decision.refusal.reason);
  return decision.value;
}

/** What the source records of the target's decision. */
function decisionOf({ decision }: Arrival, target: LevelBooks) {
  return decision.kind === "taken"
    ? { kind: "taken" as const, onHand: target.state.onHand, available: target.available }
    : decision;
}

/** Asks the target, and tells the source what it has decided. */
function deliver(all: readonly LevelBooks[], transfer: Transfer): void {
  const target = at(all, NAMES.indexOf(transfer.to.warehouseId));
  target.take(transfer);
  const arrival = target.arrivals.get(transfer.id);
  if (arrival) sourceFor(all, transfer).settle(transfer.id, decisionOf(arrival, target));
}

function sourceFor(all: readonly LevelBooks[], { id }: Transfer): LevelBooks {
  return at(all, NAMES.indexOf(id.slice(0, id.indexOf("#"))));
}

/** On hand everywhere, and what has left one level and not arrived at another. */
function unitsOf(all: readonly LevelBooks[]): number {
  const arrived = new Set(
    all.flatMap(({ arrivals }) =>
      [...arrivals.values()].map(({ transfer, decision }) => (decision.kind === "taken" ? transfer : "")),
    ),
  );
  const onTheWay = all.flatMap(({ transfers }) =>
    [...transfers.values()].filter(({ id, state }) => state.kind === "in_transit" && !arrived.has(id)),
  );
  return (
    all.reduce((sum, { state }) => sum + state.onHand, 0) + onTheWay.reduce((sum, { quantity }) => sum + quantity, 0)
  );
}

const warehouse = fc.integer({ min: 0, max: NAMES.length - 1 });
const step = fc.oneof(
  fc.record({
    kind: fc.constant("send" as const),
    from: fc.integer({ min: 0, max: 1 }),
    to: warehouse,
    quantity: fc.integer({ min: 1, max: 8 }),
    by: fc.constantFrom("ada", "ben"),
    ref: fc.constantFrom("1", "2", "3"),
  }),
  // Each half may happen alone, late, twice, or never: a crash lies between any two of them.
  fc.record({ kind: fc.constantFrom("ask" as const, "record" as const), transfer: fc.nat({ max: 30 }) }),
  fc.record({
    kind: fc.constant("receive" as const),
    at: warehouse,
    by: fc.constantFrom("ada", "ben"),
    ref: fc.constantFrom("1", "2", "3"),
  }),
  fc.record({ kind: fc.constant("ship" as const), at: warehouse, quantity: fc.integer({ min: 1, max: 5 }) }),
);

describe("transfers", () => {
  it("conserve units at every moment, wherever they are cut, and come to an end once the target can be asked", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const all = levels();
        const sent: Transfer[] = [];
        let units = unitsOf(all);
        let moves = 0;
        for (const taken of steps) {
          for (const level of all) level.now += 1;
          switch (taken.kind) {
            case "send": {
              if (taken.from === taken.to) break;
              const source = at(all, taken.from);
              const to = source.elsewhere(at(NAMES, taken.to) as WarehouseId);
              const left = source.send(taken.quantity, taken.ref, to, source.now, taken.by);
              if (left.kind === "changed") sent.push(left.value);
              break;
            }
            case "ask": {
              const transfer = sent[taken.transfer % Math.max(1, sent.length)];
              if (transfer) at(all, NAMES.indexOf(transfer.to.warehouseId)).take(transfer);
              break;
            }
            case "record": {
              const transfer = sent[taken.transfer % Math.max(1, sent.length)];
              const target = transfer && at(all, NAMES.indexOf(transfer.to.warehouseId));
              const arrival = transfer && target?.arrivals.get(transfer.id);
              if (arrival && target) sourceFor(all, transfer).settle(transfer.id, decisionOf(arrival, target));
              break;
            }
            case "receive":
              if (at(all, taken.at).receive(1, taken.ref, undefined, taken.by).kind === "changed") units += 1;
              break;
            case "ship":
              if (at(all, taken.at).adjust(-taken.quantity, `s${moves++}`).kind === "changed") units -= taken.quantity;
              break;
          }
          expect(unitsOf(all)).toBe(units);
        }
        for (const transfer of sent) deliver(all, transfer);
        expect(unitsOf(all)).toBe(units);
        for (const { state, transfers } of all) {
          const open = [...transfers.values()].filter((one) => one.state.kind === "in_transit");
          expect(state.inTransit).toBe(open.reduce((sum, { quantity }) => sum + quantity, 0));
          // Only a source that has filled up since can't take its units back.
          if (state.onHand < MAX_UNITS - 100) expect(open).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it("of two targets under one reference are one transfer: the second is refused", () => {
    const [a, b, c] = levels() as [LevelBooks, LevelBooks, LevelBooks];
    const left = accepted(a.send(5, "doc-1", a.elsewhere("b" as WarehouseId), a.now, "ada"));
    expect(a.send(5, "doc-1", a.elsewhere("c" as WarehouseId), a.now, "ada")).toMatchObject({
      refusal: { reason: "reference_reused" },
    });
    deliver([a, b, c], left);
    expect([a.state.onHand, b.state.onHand, c.state.onHand]).toEqual([15, 25, MAX_UNITS]);
  });

  it("from two sources under one reference, and to a target that knows the reference, are two movements", () => {
    const [a, b, c] = levels() as [LevelBooks, LevelBooks, LevelBooks];
    b.receive(1, "doc-1", undefined, "ada");
    deliver([a, b, c], accepted(a.send(5, "doc-1", a.elsewhere("b" as WarehouseId), a.now, "ada")));
    c.state = { ...c.state, onHand: 100 };
    deliver([a, b, c], accepted(c.send(7, "doc-1", c.elsewhere("b" as WarehouseId), c.now, "ada")));
    expect(b.state.onHand).toBe(20 + 1 + 5 + 7);
    expect(b.receive(1, "doc-1", undefined, "ada"), "its own document is still its own").toMatchObject({
      kind: "unchanged",
    });
  });

  it("that the target refuses come back, and a late request for them changes nothing", () => {
    const [a, b, c] = levels() as [LevelBooks, LevelBooks, LevelBooks];
    const left = accepted(a.send(5, "doc-1", a.elsewhere("c" as WarehouseId)));
    expect(a.state).toMatchObject({ onHand: 15, inTransit: 5 });
    deliver([a, b, c], left);
    expect(a.state).toMatchObject({ onHand: 20, inTransit: 0 });
    expect(a.movements.map(({ kind, delta }) => [kind, delta])).toEqual([
      ["opening", 20],
      ["transfer_out", -5],
      ["transfer_back", 5],
    ]);
    expect(a.transfers.get(left.id)?.state).toEqual({
      kind: "returned",
      refusal: { reason: "too_many_units", most: MAX_UNITS },
    });
    c.adjust(-100, "room");
    expect(c.take(left).kind, "the first word of the target is its last").toBe("unchanged");
    expect(c.state.onHand).toBe(MAX_UNITS - 100);
  });

  it("that take too long are told once, and again only when they end", () => {
    const [a, b] = levels() as [LevelBooks, LevelBooks, LevelBooks];
    let transfer = accepted(a.send(5, "doc-1", a.elsewhere("b" as WarehouseId)));
    expect(isNoticeDue(transfer, a.now + 60_000)).toBe(false);
    let now = a.now;
    const pauses: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      const next = postponeTransfer(transfer, now);
      pauses.push((next.dueAt ?? 0) - now);
      now = next.dueAt ?? now;
      transfer = next;
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300, 300, 300].map((seconds) => seconds * 1000));
    expect(isNoticeDue(transfer, now)).toBe(true);
    a.transfers.set(transfer.id, toldOf(transfer));
    expect(isNoticeDue(toldOf(transfer), now + 60_000)).toBe(false);
    a.now = now;
    deliver([a, b], transfer);
    const arrived = a.transfers.get(transfer.id);
    expect(arrived && isNoticeDue(arrived, now)).toBe(true);
    expect(arrived?.dueAt).toBe(now);
    expect(arrived && toldOf(arrived)).toMatchObject({ told: "arrived", dueAt: null });
  });
});
