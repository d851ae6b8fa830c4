import { describe, expect, it } from "vitest";
import type { EffectId, ReservationId, WarehouseId } from "../../src/domain/ids.ts";
import { checkAll } from "../faults/invariants/check-all.ts";
import type { Finding } from "../faults/invariants/finding.ts";
import type { RawLevel, RawState } from "../faults/raw-rows.ts";
import { type FaultsWorld, healthyWorld, unknownOrder } from "./faults-world.ts";

function damaged(damage: (world: FaultsWorld) => void): Finding[] {
  const world = structuredClone(healthyWorld());
  damage(world);
  return checkAll(world.state, world.journal).filter(({ violations }) => violations.length > 0);
}

function first<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined) throw new Error("there is none");
  return value;
}

function at<Value>(values: readonly Value[], index: number): Value {
  return first(values.slice(index));
}

const levelOf = (state: RawState, order: string): RawLevel =>
  first(state.levels.filter(({ reservations }) => reservations.some(({ id }) => id.includes(order))));
const effectOf = (state: RawState, order: string, kind: string) =>
  first(
    state.ledgers
      .flatMap((ledger) => ledger.effects)
      .filter(({ orderId, effect }) => orderId === order && effect.kind === kind),
  );
const rowOf = (state: RawState, order: string) =>
  first(state.ledgers.flatMap((ledger) => ledger.orders).filter((row) => row.order.id === order));
const intentOf = (state: RawState, id: string) => first(state.books.intents.filter((intent) => intent.id === id));

/** What is done to the rows, and the check that must notice. */
const DAMAGES: [what: string, notices: string, damage: (world: FaultsWorld) => void][] = [
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
    "an order has lost the effect and the timer that would move it",
    "every order ended, waiting or in a deviation",
    ({ state, asking }) => {
      Object.assign(effectOf(state, asking, "AwaitPayment"), { status: "done", settledAt: 1, dueAt: null });
      rowOf(state, asking).timerAt = null;
    },
  ],
  [
    "a ledger sleeps on its work",
    "every order ended, waiting or in a deviation",
    ({ state }) => (first(state.ledgers).alarmAt = null),
  ],
  [
    "a payment was captured twice",
    "no payment captured twice, refunds within captures",
    ({ state }) => state.books.movements.push({ intentId: "pi_shipped", kind: "capture", amount: 2000, key: "c" }),
  ],
  [
    "a second intent has the money as well",
    "no payment captured twice, refunds within captures",
    ({ state }) => {
      state.books.intents.push({ ...intentOf(state, "pi_shipped"), id: "pi_twin" });
      state.books.movements.push({ intentId: "pi_twin", kind: "capture", amount: 2000, key: "c" });
    },
  ],
  [
    "more was refunded than captured",
    "no payment captured twice, refunds within captures",
    ({ state }) => {
      intentOf(state, "pi_shipped").refunded = 2001;
      state.books.movements.push({ intentId: "pi_shipped", kind: "refund", amount: 2001, key: "d" });
    },
  ],
  [
    "the authorization of a cancelled order was never given up",
    "no payment captured twice, refunds within captures",
    ({ state }) => Object.assign(intentOf(state, "pi_cancelled"), { status: "requires_capture", capturable: 2000 }),
  ],
  [
    "an intent was made for no order",
    "no payment captured twice, refunds within captures",
    ({ state }) =>
      state.books.intents.push({ ...intentOf(state, "pi_asking"), id: "pi_nobody", orderId: unknownOrder() }),
  ],
  [
    "the provider has captured and the order does not know",
    "no payment captured twice, refunds within captures",
    ({ state, shipped }) => {
      for (const order of [rowOf(state, shipped).order])
        Object.assign(at(order.payments, 0), { status: "authorized", captured: 0 });
    },
  ],
  [
    "an acknowledged order is nowhere",
    "nothing acknowledged is lost",
    ({ journal }) =>
      journal.acknowledged.push({
        kind: "order_placed",
        key: "k",
        orderId: unknownOrder(),
        version: 1,
        total: 1,
        lines: [],
        reservations: [],
      }),
  ],
  [
    "one key has made two orders",
    "nothing acknowledged is lost",
    ({ journal }) => {
      for (const entry of journal.acknowledged) if (entry.kind === "order_placed") entry.key = "the same";
    },
  ],
  [
    "an order is not what was acknowledged",
    "nothing acknowledged is lost",
    ({ journal }) => {
      for (const entry of journal.acknowledged) if (entry.kind === "order_placed") entry.total += 1;
    },
  ],
  [
    "an acknowledged cancel left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) => journal.acknowledged.push({ kind: "order_cancelled", orderId: shipped, version: 2 }),
  ],
  [
    "an acknowledged shipment left no trace",
    "nothing acknowledged is lost",
    ({ journal, asking }) =>
      journal.acknowledged.push({ kind: "order_fulfilled", orderId: asking, warehouseId: "berlin" as WarehouseId }),
  ],
  [
    "an acknowledged delivery left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) =>
      journal.acknowledged.push({ kind: "shipment_delivered", orderId: shipped, shipmentId: "shp" }),
  ],
  [
    "an acknowledged message left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) => journal.acknowledged.push({ kind: "message_sent", orderId: shipped, text: "hello" }),
  ],
  [
    "an acknowledged movement is not in its level",
    "nothing acknowledged is lost",
    ({ journal }) => {
      for (const entry of journal.acknowledged) if (entry.kind === "stock_moved") entry.ref = "other";
    },
  ],
  [
    "an acknowledged count found something else",
    "nothing acknowledged is lost",
    ({ journal }) => {
      for (const entry of journal.acknowledged) if (entry.kind === "stock_counted") entry.drift = 3;
    },
  ],
  [
    "an acknowledged reservation is gone",
    "nothing acknowledged is lost",
    ({ state, shipped }) => levelOf(state, shipped).reservations.splice(1, 1),
  ],
  [
    "an acknowledged release did not last",
    "nothing acknowledged is lost",
    ({ state, shipped }) => Object.assign(at(levelOf(state, shipped).reservations, 2), { status: "HELD", quantity: 1 }),
  ],
  [
    "an order has an event too few",
    "events without gap fold into the row",
    ({ state, shipped }) => {
      const { events } = first(state.ledgers);
      events.splice(
        events.findIndex(({ orderId, sequence }) => orderId === shipped && sequence === 4),
        1,
      );
    },
  ],
  [
    "an order's row is not what its events come to",
    "events without gap fold into the row",
    ({ state, asking }) => (at(rowOf(state, asking).order.payments, 0).amount = 1),
  ],
  [
    "an order's row carries another version",
    "events without gap fold into the row",
    ({ state, asking }) => (rowOf(state, asking).version += 1),
  ],
  [
    "an order never reached the lists",
    "the lists equal the ledgers",
    ({ state, asking }) => {
      const listing = first(state.listings);
      listing.orders = listing.orders.filter(({ id }) => id !== asking);
    },
  ],
  [
    "the lists show an order as it was",
    "the lists equal the ledgers",
    ({ state, asking }) => {
      const row = first(first(state.listings).orders.filter(({ id }) => id === asking));
      row.doc = { ...row.doc, state: "PENDING" };
    },
  ],
  [
    "the lists show an order twice",
    "the lists equal the ledgers",
    ({ state }) => state.listings.push(structuredClone(first(state.listings))),
  ],
  [
    "the lists show an order that nobody placed",
    "the lists equal the ledgers",
    ({ state }) => {
      const { orders } = first(state.listings);
      orders.push({ ...first(orders), id: unknownOrder() });
    },
  ],
  [
    "an archived order is not in D1",
    "the lists equal the ledgers",
    ({ state }) => first(state.ledgers).archived.push(unknownOrder()),
  ],
  [
    "the lists lack an event",
    "the lists equal the ledgers",
    ({ state, shipped }) => {
      const { events } = first(state.listings);
      events.splice(
        events.findIndex(({ orderId }) => orderId === shipped),
        1,
      );
    },
  ],
  [
    "the lists show another line",
    "the lists equal the ledgers",
    ({ state }) => (first(first(state.listings).lines).quantity += 1),
  ],
  [
    "the lists show another shipment",
    "the lists equal the ledgers",
    ({ state }) => (first(first(state.listings).shipments).trackingNumber = null),
  ],
  [
    "the lists show another payment",
    "the lists equal the ledgers",
    ({ state }) => (first(first(state.listings).payments).captured = 1),
  ],
  [
    "a revision was never written to D1",
    "the lists equal the ledgers",
    ({ state, asking }) => (rowOf(state, asking).revision += 1),
  ],
  [
    "an effect that was called for is missing",
    "every effect done or due, each outcome once",
    ({ state, shipped }) => {
      const { effects } = first(state.ledgers);
      effects.splice(effects.indexOf(effectOf(state, shipped, "ShipStock")), 1);
    },
  ],
  [
    "an effect is there that nothing called for",
    "every effect done or due, each outcome once",
    ({ state, shipped }) => {
      first(state.ledgers).effects.push({
        ...effectOf(state, shipped, "ShipStock"),
        id: `${shipped}:1:ShipStock` as EffectId,
      });
    },
  ],
  [
    "an effect has two outcomes",
    "every effect done or due, each outcome once",
    ({ state, shipped }) => {
      const { attempts } = effectOf(state, shipped, "CapturePayment");
      attempts.push({ ...first(attempts), attempt: 2 });
    },
  ],
  [
    "an effect is neither done nor due",
    "every effect done or due, each outcome once",
    ({ state, asking }) => (effectOf(state, asking, "AwaitPayment").dueAt = null),
  ],
  [
    "an effect waits for a lane that is empty",
    "every effect done or due, each outcome once",
    ({ state, shipped }) =>
      Object.assign(effectOf(state, shipped, "ShipStock"), { status: "blocked", settledAt: null, attempts: [] }),
  ],
  [
    "a payment was authorized twice",
    "every effect done or due, each outcome once",
    ({ state, shipped }) => {
      const { events } = first(state.ledgers);
      const authorized = first(
        events.filter(({ orderId, event }) => orderId === shipped && event.type === "PaymentAuthorized"),
      );
      events.push({ ...authorized, sequence: 11 });
    },
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

describe("the invariants that are checked after every fault", () => {
  it("find nothing in a system that is as it should be, and have looked at something for each", () => {
    const { state, journal } = healthyWorld();
    const findings = checkAll(state, journal);
    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
    expect(findings.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  it.each(DAMAGES)("notice that %s", (_what, notices, damage) => {
    expect(damaged(damage).map(({ title }) => title)).toContain(notices);
  });

  it("leave a hold alone that has run out, whatever its row still says", () => {
    const found = damaged(({ state, asking }) => {
      const [, callers] = levelOf(state, asking).reservations;
      Object.assign(callers ?? {}, { expiresAt: state.readAt - 1, quantity: 500, asked: 1 });
      first(state.ops.stock.filter(({ sku }) => sku === levelOf(state, asking).sku)).held = 2;
    });
    expect(found).toEqual([]);
  });

  it("take an open deviation for somebody who looks after the order", () => {
    const found = damaged(({ state, asking }) => {
      Object.assign(effectOf(state, asking, "AwaitPayment"), { status: "failed", settledAt: 1, dueAt: null });
      rowOf(state, asking).timerAt = null;
      state.ops.deviations.push({ id: "d", kind: "payment_unknown", status: "open", orderId: asking, subject: {} });
    });
    expect(found).toEqual([]);
  });
});
