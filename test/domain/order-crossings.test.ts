import { describe, expect, it } from "vitest";
import type { ReturnId } from "../../src/domain/ids.ts";
import { paymentState } from "../../src/domain/order/views.ts";
import { MINUTE, newOrderId, OrderBooks, placedOrder, reservation } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

/** Where two things that happen to one order meet. */

const DAY = 24 * 60 * MINUTE;
const CREDIT = { orderId: newOrderId(), returnId: "rtn_1" as ReturnId, refund: 1 };

describe("money that pays for nothing of the order", () => {
  /** The first payment came too late; the second is authorized, and its parcel packed. */
  function paidTwice(): OrderBooks {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" }));
    books.now += 21 * MINUTE;
    books.timer("payment_deadline");
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    books.authorized(2).allocated().packed();
    books.payment({ status: "captured", intentId: "pi_1", captured: 2000, refunded: 0 }, 1);
    return books;
  }

  it("is no payment of a parcel", () => {
    const books = paidTwice();
    const ship = { type: "ShipShipment", shipmentId: books.shipment() } as const;
    expect(books.command(ship)).toMatchObject({ refusal: { reason: "payment_not_captured" } });
    books.captured(2);
    books.accept(ship);
  });

  it("went back at the provider, and what such an order contains changes no more", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" }));
    books.authorized().allocated().captured();
    books.payment({ status: "captured", intentId: "pi_1", captured: 2000, refunded: 1000 });
    const lines = [{ line: 1, quantity: 1 }];
    expect(books.command({ type: "CancelLines", lines, reason: "one less" })).toMatchObject({
      refusal: { reason: "refund_made" },
    });
  });

  it("goes back, and the order may change as before", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 3, held: { berlin: 3 } }]));
    books.now += 21 * MINUTE;
    books.timer("payment_deadline");
    books.payment({ status: "captured", intentId: "pi_1", captured: 3000, refunded: 0 }, 1);
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    books.authorized(2).allocated().accepted();
    books.accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "one less" });
    expect(books.order.totals.total).toBe(2000);
  });
});

describe("an authorization that is given back before it lapses", () => {
  it("secures no parcel that is found meanwhile, and is asked for anew", () => {
    const books = new OrderBooks().authorized();
    const [held] = books.order.reservations;
    books.allocated([held!.id]);
    books.now += 7 * DAY;
    books.timer("authorization_lapse");
    expect(books.called()).toContainEqual({ kind: "VoidPayment", payment: 1 });
    const found = { backordered: [], unavailable: [], estimatedDelivery: null };
    const reservations = [reservation(books.order.id, 1, "paris", 2, "again")];
    books.done("ReSource", { kind: "ReSource", ...found, reservations });
    books.allocated().packed();
    const ship = { type: "ShipShipment", shipmentId: books.shipment() } as const;
    expect(books.command(ship)).toMatchObject({ refusal: { reason: "payment_not_captured" } });
    books.done("VoidPayment", { kind: "VoidPayment", payment: { status: "voided", intentId: "pi_1" } });
    books.authorized(2).accept(ship);
    expect(books.effect("CapturePayment").effect).toMatchObject({ payment: 2, amount: { amount: 2000 } });
  });
});

describe("money for an edit that waits for its parcels", () => {
  it("is given back, and not taken, when it would lapse", () => {
    const books = new OrderBooks(
      placedOrder([
        { quantity: 2, held: { berlin: 2 } },
        { quantity: 1, held: { paris: 1 } },
      ]),
    );
    const until = books.now + 30 * DAY;
    books.payment({ status: "authorized", intentId: "pi_1", amount: 3000, expiresAt: until });
    books.allocated().accepted(true);
    const address = { ...books.order.address, line1: "Elsewhere 1" };
    books.accept({ type: "EditOrder", edit: { address, content: contentOf(books.order, { 1: 3 }) } });
    books.authorized(2);
    expect(books.order.pendingEdit?.recall).toHaveLength(2);
    books.called();
    books.now += 7 * DAY;
    books.timer("authorization_lapse");
    expect(books.called()).toEqual([{ kind: "VoidPayment", payment: 2 }]);
  });
});

describe("an exchange whose credit pays for all that an edit leaves of it", () => {
  /** Goods for 20.00, half of it by credit. */
  const exchanged = () => new OrderBooks(placedOrder(undefined, { exchangeOf: { ...CREDIT, credit: 1000 } }));

  it("is paid, and does not end with the holds", () => {
    const books = exchanged();
    books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 1 }) } });
    expect(books.order.payments).toMatchObject([{ status: "captured" }, { status: "voided" }]);
    expect(books.order.state).toBe("PAYMENT_COMPLETED");
    expect(paymentState(books.order)).toBe("captured");
    books.allocated().delivered();
    expect(books.order.state).toBe("DELIVERED");
  });

  it("is edited once a later difference is paid, and not before", () => {
    const books = exchanged().authorized(2).allocated().accepted();
    books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 1 }) } });
    expect(books.order.payments[1]?.status).toBe("voided");
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, ["berlin"]) } });
    expect(books.order.pendingEdit).toMatchObject({ payment: 3 });
    expect(books.order.lines).toHaveLength(1);
    books.payment({ status: "failed", intentId: "pi_3", code: "declined", message: "no" }, 3);
    expect(books.order).toMatchObject({ pendingEdit: null, state: "FULFILLMENT_PENDING" });
  });

  it("goes on when units that came later are not paid for", () => {
    const specs = [{ quantity: 1, held: { berlin: 1 } }, { quantity: 1 }];
    const books = new OrderBooks(placedOrder(specs, { exchangeOf: { ...CREDIT, credit: 1000 } }));
    books.allocated().accepted();
    const found = reservation(books.order.id, 2, "berlin", 1, "found");
    const nothing = { backordered: [], unavailable: [], estimatedDelivery: null };
    books.done("PromoteBackorder", { kind: "PromoteBackorder", reservations: [found], ...nothing });
    books.called();
    books.payment({ status: "failed", intentId: "pi_2", code: "declined", message: "no" }, 2);
    expect(books.order.reservations[1], "the hold is given back").toMatchObject({ status: "RELEASED" });
    expect(books.order.lines[1]).toMatchObject({ unsourced: 1 });
  });
});

describe("units that lost their stock for want of money", () => {
  it("are looked for again when their payment comes, whatever else it is for", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 1, held: { berlin: 1 } }, { quantity: 2 }]));
    books.authorized().allocated().accepted();
    // Two efforts look for the second line: one from before the third line was added, one from after.
    const early = books.effect("PromoteBackorder");
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, [null]) } });
    const nothing = { backordered: [], unavailable: [], estimatedDelivery: null };
    const find = (line: number, called: typeof early) =>
      books.done(
        "PromoteBackorder",
        {
          kind: "PromoteBackorder",
          reservations: [reservation(books.order.id, line, "berlin", 1, `found${line}`)],
          ...nothing,
        },
        called,
      );
    find(2, books.effect("PromoteBackorder"));
    books.payment({ status: "failed", intentId: "pi_2", code: "declined", message: "no" }, 2);
    expect(books.order.lines.map(({ unsourced }) => unsourced)).toEqual([0, 1, 0]);
    find(3, early);
    books.called();
    books.authorized(3);
    expect(books.called()).toMatchObject([
      { kind: "AllocateStock", reservations: [{ quantity: 1 }] },
      { kind: "ReSource", lines: [{ line: 2, quantity: 1 }] },
    ]);
  });
});
