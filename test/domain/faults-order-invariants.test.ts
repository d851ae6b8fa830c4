import { describe, expect, it } from "vitest";
import type { EffectId, ReturnId, WarehouseId } from "../../src/domain/ids.ts";
import { creditPayment } from "../../src/domain/order/exchange.ts";
import { at, type Damage, damaged, effectOf, first, intentOf, levelOf, rowOf } from "./faults-damage.ts";
import { unknownOrder } from "./faults-world.ts";

const DAMAGES: Damage[] = [
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
    "an order is paid by credit that the order it came from does not know",
    "no payment captured twice, refunds within captures",
    ({ state, shipped, cancelled }) => {
      const { order } = rowOf(state, shipped);
      const origin = { orderId: cancelled, returnId: "rtn_1" as ReturnId, refund: 1, credit: 500 };
      order.payments.push({ ...creditPayment(origin, 500, 0), number: 2 });
      order.exchangeOf = origin;
    },
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
    "the provider has paid back a part twice",
    "no payment captured twice, refunds within captures",
    ({ state }) => {
      intentOf(state, "PAYPAL").refunded = 2000;
      state.books.movements.push({ intentId: "PAYPAL", kind: "refund", amount: 1000, key: "f" });
      state.books.refunds.push({ id: "RE2", intentId: "PAYPAL", amount: 1000 });
    },
  ],
  [
    "a refund that is said to be done was never made",
    "no payment captured twice, refunds within captures",
    ({ state }) => {
      intentOf(state, "PAYPAL").refunded = 0;
      state.books.movements = state.books.movements.filter(({ kind }) => kind !== "refund");
      state.books.refunds = [];
    },
  ],
  [
    "another amount was paid back than was asked for",
    "no payment captured twice, refunds within captures",
    ({ state, returned }) => (at(at(rowOf(state, returned).order.refunds, 0).parts, 0).amount = 999),
  ],
  [
    "a refund was asked for and forgotten",
    "no payment captured twice, refunds within captures",
    ({ state, returned }) => (at(at(rowOf(state, returned).order.refunds, 0).parts, 0).refundId = null),
  ],
  [
    "a PayPal payment was captured twice",
    "no payment captured twice, refunds within captures",
    ({ state }) => state.books.movements.push({ intentId: "PAYPAL", kind: "capture", amount: 2000, key: "g" }),
  ],
  [
    "less was captured than everything that has left costs",
    "no payment captured twice, refunds within captures",
    ({ state, shipped }) => (rowOf(state, shipped).order.totals.total += 1),
  ],
  [
    "more was captured than the order costs since it became smaller",
    "no payment captured twice, refunds within captures",
    ({ state, shipped }) => (rowOf(state, shipped).order.totals.total -= 1),
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
    "an acknowledged short pick left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) => journal.acknowledged.push({ kind: "short_picked", orderId: shipped, shipmentId: "shp" }),
  ],
  [
    "an acknowledged message left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) => journal.acknowledged.push({ kind: "message_sent", orderId: shipped, text: "hello" }),
  ],
  [
    "an acknowledged edit left no trace",
    "nothing acknowledged is lost",
    ({ journal, shipped }) =>
      journal.acknowledged.push({ kind: "order_edited", orderId: shipped, by: "OrderEdited", after: 2, version: 4 }),
  ],
  [
    "units whose cancel was acknowledged are still there",
    "nothing acknowledged is lost",
    ({ journal, cancelled }) =>
      journal.acknowledged.push({ kind: "lines_cancelled", orderId: cancelled, reason: "another one" }),
  ],
  [
    "another means of payment was acknowledged and is forgotten",
    "nothing acknowledged is lost",
    ({ journal, asking }) => journal.acknowledged.push({ kind: "payment_provided", orderId: asking, version: 3 }),
  ],
  [
    "an acknowledged return is lost",
    "nothing acknowledged is lost",
    ({ journal, returned }) =>
      journal.acknowledged.push({ kind: "return_requested", orderId: returned, returnId: "rtn_other" }),
  ],
  [
    "an acknowledged step of a return is lost",
    "nothing acknowledged is lost",
    ({ journal, returned }) => {
      for (const entry of journal.acknowledged)
        if (entry.kind === "return_moved" && entry.orderId === returned) entry.to = "REJECTED";
    },
  ],
  [
    "an acknowledged refund is lost",
    "nothing acknowledged is lost",
    ({ journal }) => {
      for (const entry of journal.acknowledged) if (entry.kind === "refund_asked") entry.amount += 1;
    },
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
    "the lists show a return as it was",
    "the lists equal the ledgers",
    ({ state }) => (first(first(state.listings).returns).state = "RECEIVED"),
  ],
  ["the lists lack a return", "the lists equal the ledgers", ({ state }) => first(state.listings).returns.pop()],
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
    "a refund was settled twice",
    "every effect done or due, each outcome once",
    ({ state, returned }) => {
      const { events } = first(state.ledgers);
      const settled = first(
        events.filter(({ orderId, event }) => orderId === returned && event.type === "RefundSettled"),
      );
      events.push({ ...settled, sequence: settled.sequence + 1 });
    },
  ],
];

describe("the invariants of orders, checked after every fault", () => {
  it("take an open deviation for somebody who looks after the order", () => {
    const found = damaged(({ state, asking }) => {
      Object.assign(effectOf(state, asking, "AwaitPayment"), { status: "failed", settledAt: 1, dueAt: null });
      rowOf(state, asking).timerAt = null;
      state.ops.deviations.push({ id: "d", kind: "payment_unknown", status: "open", orderId: asking, subject: {} });
    });
    expect(found).toEqual([]);
  });

  it.each(DAMAGES)("notice that %s", (_what, notices, damage) => {
    expect(damaged(damage).map(({ title }) => title)).toContain(notices);
  });
});
