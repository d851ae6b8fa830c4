import { describe, expect, it } from "vitest";
import type { EffectId, ReservationId } from "../../src/domain/ids.ts";
import { checkAll } from "../faults/invariants/check-all.ts";
import { at, type Damage, damaged, effectOf, first, levelOf, rowOf } from "./faults-damage.ts";
import { healthyWorld, unknownOrder } from "./faults-world.ts";

const DAMAGES: Damage[] = [
  [
    "a receipt is lost from the middle of a level's movements",
    "on hand = opening + movements",
    ({ state }) => first(state.levels).movements.splice(1, 1),
  ],
  [
    "a running balance is wrong",
    "on hand = opening + movements",
    ({ state }) => (at(first(state.levels).movements, 2).balance += 1),
  ],
  [
    "a level opened with more than was registered",
    "on hand = opening + movements",
    ({ state }) => (first(state.ops.registrations).opening = 9),
  ],
  [
    "a parcel left twice",
    "on hand = opening + movements",
    ({ state, shipped }) => {
      const { movements } = levelOf(state, shipped);
      const left = at(movements, 3);
      movements.push({ ...left, sequence: 5, balance: left.balance + left.delta });
    },
  ],
  [
    "a shipped parcel never left the books",
    "on hand = opening + movements",
    ({ state, shipped }) => levelOf(state, shipped).movements.pop(),
  ],
  [
    "a unit that came back became stock twice",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => {
      const { movements } = levelOf(state, returned);
      const back = at(movements, 4);
      movements.push({ ...back, sequence: 6, balance: back.balance + back.delta });
    },
  ],
  [
    "a unit that came back became stock at another warehouse as well",
    "what comes back is stock once, as inspected",
    ({ state, shipped, returned }) => {
      const { movements } = levelOf(state, shipped);
      movements.push({ ...at(levelOf(state, returned).movements, 4), sequence: 5 });
    },
  ],
  [
    "a unit that was to be sold again never became stock",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => levelOf(state, returned).movements.pop(),
  ],
  [
    "a unit that was written off became stock",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => (at(at(rowOf(state, returned).order.returns, 0).inspected, 0).outcome = "write_off"),
  ],
  [
    "more units came back than had left",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => {
      const { returns } = rowOf(state, returned).order;
      returns.push(...[1, 2].map((number) => ({ ...at(returns, 0), id: at(returns, 0).id, number })));
    },
  ],
  [
    "a unit came back and its money was never asked for",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => rowOf(state, returned).order.refunds.pop(),
  ],
  [
    "a unit of a return was not inspected",
    "what comes back is stock once, as inspected",
    ({ state, returned }) => (at(at(rowOf(state, returned).order.returns, 0).lines, 0).quantity = 2),
  ],
  [
    "the stock list has not heard of the last change",
    "the stock list equals the levels",
    ({ state }) => (first(state.levels).sequence += 1),
  ],
  [
    "the stock list shows other units than the level has",
    "the stock list equals the levels",
    ({ state }) => (first(state.ops.stock).onHand += 1),
  ],
  [
    "more units are allocated than there are",
    "no unit oversold",
    ({ state, asking }) => {
      const { reservations } = levelOf(state, asking);
      reservations.push({
        ...at(reservations, 0),
        id: at(reservations, 1).id,
        quantity: 14,
        asked: 14,
        createdAt: at(reservations, 0).createdAt + 300,
      });
    },
  ],
  [
    "units were promised twice and freed again before anyone looked",
    "no unit oversold",
    ({ state, asking }) => {
      const { reservations } = levelOf(state, asking);
      const held = at(reservations, 0);
      reservations.push({
        ...held,
        id: at(reservations, 2).id,
        status: "RELEASED",
        quantity: 0,
        asked: 14,
        createdAt: held.createdAt + 300,
        changedAt: held.createdAt + 400,
        expiresAt: null,
      });
    },
  ],
  [
    "an allocation belongs to no order",
    "every hold has a live order, or runs out",
    ({ state, cancelled }) => {
      const { reservations } = levelOf(state, cancelled);
      reservations.push({
        ...at(reservations, 1),
        id: at(reservations, 1).id.replace("hold-key_storefront", unknownOrder()) as ReservationId,
        status: "ALLOCATED",
        expiresAt: null,
      });
    },
  ],
  [
    "an ended order still has its stock",
    "every hold has a live order, or runs out",
    ({ state, cancelled }) =>
      Object.assign(at(levelOf(state, cancelled).reservations, 0), { status: "ALLOCATED", quantity: 2 }),
  ],
  [
    "a hold never runs out",
    "every hold has a live order, or runs out",
    ({ state, asking }) => (at(levelOf(state, asking).reservations, 1).expiresAt = Number.MAX_SAFE_INTEGER),
  ],
  [
    "an order's hold is gone from its level",
    "every hold has a live order, or runs out",
    ({ state, asking }) => levelOf(state, asking).reservations.shift(),
  ],
  [
    "a customer was told the same twice",
    "at most one message per subject and kind",
    ({ state }) => state.books.mails.push({ ...first(state.books.mails), id: "again" }),
  ],
  [
    "a customer was told the same by mail and again under another effect",
    "at most one message per subject and kind",
    ({ state, shipped }) => {
      const notify = effectOf(state, shipped, "Notify");
      first(state.ledgers).effects.push({ ...notify, id: `${notify.id}:9` as EffectId });
      state.books.mails.push({ id: "again", reference: `${notify.id}:9` });
    },
  ],
  [
    "a customer was told of one refund twice",
    "at most one message per subject and kind",
    ({ state, returned }) => {
      const told = first(
        state.ledgers
          .flatMap((ledger) => ledger.effects)
          .filter(
            ({ orderId, effect }) =>
              orderId === returned && effect.kind === "Notify" && effect.notification === "refunded",
          ),
      );
      state.books.mails.push({ id: "again", reference: told.id });
    },
  ],
  [
    "a mail went out that no order asked for",
    "at most one message per subject and kind",
    ({ state }) => state.books.mails.push({ id: "stray", reference: null }),
  ],
  [
    "a message is done and was never sent",
    "at most one message per subject and kind",
    ({ state }) => state.books.mails.shift(),
  ],
  [
    "a parcel has two labels",
    "at most one live label per parcel",
    ({ state }) => state.books.parcels.push({ ...first(state.books.parcels), trackingNumber: "795" }),
  ],
  [
    "a label that was given back is live",
    "at most one live label per parcel",
    ({ state }) => (at(state.books.parcels, 1).cancelledAt = null),
  ],
  [
    "a return has two labels",
    "at most one live label per parcel",
    ({ state }) => state.books.parcels.push({ ...at(state.books.parcels, 3), trackingNumber: "896" }),
  ],
  [
    "a label was made for no shipment",
    "at most one live label per parcel",
    ({ state }) => state.books.parcels.push({ trackingNumber: "796", reference: "shp_nobody", cancelledAt: null }),
  ],
  [
    "an order shows a label that the carrier does not know",
    "at most one live label per parcel",
    ({ state }) => state.books.parcels.splice(0),
  ],
  [
    "a caller was answered with a failure of ours",
    "no answer that no fault excuses",
    ({ journal }) => journal.wrong.push({ asked: "GET /orders/{id}", status: 404, code: "not_found", detail: "" }),
  ],
];

describe("the invariants of stock and of the outside world, checked after every fault", () => {
  it("find nothing in a system that is as it should be, and have looked at something for each", () => {
    const { state, journal } = healthyWorld();
    const findings = checkAll(state, journal);
    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
    expect(findings.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  it("find nothing in a label that waits to be given back", () => {
    const { state, journal, shipped } = healthyWorld();
    Object.assign(effectOf(state, shipped, "VoidLabel"), { status: "due", settledAt: null, dueAt: state.readAt });
    at(state.books.parcels, 1).cancelledAt = null;
    expect(checkAll(state, journal).flatMap(({ violations }) => violations)).toEqual([]);
  });

  it("leave a hold alone that has run out, whatever its row still says", () => {
    const found = damaged(({ state, asking }) => {
      const [, callers] = levelOf(state, asking).reservations;
      Object.assign(callers ?? {}, { expiresAt: state.readAt - 1, quantity: 500, asked: 1 });
      first(state.ops.stock.filter(({ sku }) => sku === levelOf(state, asking).sku)).held = 2;
    });
    expect(found).toEqual([]);
  });

  it.each(DAMAGES)("notice that %s", (_what, notices, damage) => {
    expect(damaged(damage).map(({ title }) => title)).toContain(notices);
  });
});
