import { describe, expect, it } from "vitest";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, placedOrder, reservation } from "../support/order-books.ts";

/** Two lines: one held in Berlin and Paris, one all in Berlin. */
const split = () =>
  placedOrder([
    { quantity: 3, held: { berlin: 1, paris: 2 } },
    { quantity: 1, held: { berlin: 1 } },
  ]);
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) =>
  new OrderBooks({ ...split(), ...change }).authorized().allocated();

const DAY = 24 * 60 * MINUTE;

describe("an authorization within 24 hours of lapsing", () => {
  it("is captured where stock is allocated", () => {
    const books = confirmed();
    const { timer, at } = nextTimer(books.order) ?? {};
    expect(timer).toBe("authorization_lapse");
    books.now = at ?? 0;
    books.called();
    books.timer("authorization_lapse");
    expect(books.called()).toMatchObject([{ kind: "CapturePayment", amount: { amount: 4000 } }]);
    expect(nextTimer(books.order), "does not ring twice").toBeNull();
  });

  it("is given back and asked for again where none is", () => {
    const books = new OrderBooks().authorized();
    books.now += 6 * DAY;
    books.called();
    books.timer("authorization_lapse");
    expect(books.kinds()).toEqual(["VoidPayment"]);
    books.done("VoidPayment", { kind: "VoidPayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", payment: 2, amount: { amount: 2000 } }]);
  });

  it("is given back and not asked for again while everything waits for stock", () => {
    const books = new OrderBooks().authorized();
    books.allocated([books.order.reservations[0]!.id]);
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [{ line: 1, quantity: 2 }],
      unavailable: [],
      estimatedDelivery: null,
    });
    books.now += 6 * DAY;
    books.called();
    books.timer("authorization_lapse");
    books.done("VoidPayment", { kind: "VoidPayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.kinds()).toEqual(["VoidPayment"]);
    expect(books.order.state).toBe("PENDING");
    expect(nextTimer(books.order)?.timer).toBe("backorder_limit");
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [reservation(books.order.id, 1, "rome", 2, "p")],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "backorder_arrived" },
      { kind: "AuthorizePayment", payment: 2, amount: { amount: 2000 }, method: "pm_card_visa" },
    ]);
  });
});

describe("cancelling", () => {
  const recall = (books: OrderBooks, index: number, recalled: boolean) => {
    const called = books.effects.filter(({ effect }) => effect.kind === "CancelFulfillment")[index];
    if (!called) throw new Error(`no recall ${index}`);
    return books.done(
      "CancelFulfillment",
      { kind: "CancelFulfillment", recalled, reason: recalled ? "recalled" : "picking has started" },
      called,
    );
  };

  it("with nothing requested is over at once: release, void, tell", () => {
    const books = new OrderBooks().authorized();
    books.called();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(books.kinds()).toEqual(["ReleaseStock", "VoidPayment", "Notify cancelled"]);
    expect(books.order.state).toBe("CANCELLED");
  });

  it("recalls every parcel, and all recalled means cancelled", () => {
    const books = confirmed();
    books.called();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(books.kinds()).toEqual(["CancelFulfillment", "CancelFulfillment"]);
    recall(books, 0, true);
    expect(books.called()).toEqual([]);
    recall(books, 1, true);
    expect(books.kinds()).toEqual(["ReleaseStock", "VoidPayment", "Notify cancelled"]);
    expect(books.order).toMatchObject({ state: "CANCELLED", ended: { reason: "changed my mind" } });
  });

  it("pays back what was captured", () => {
    const books = confirmed({ captureOn: "order" }).captured();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    recall(books, 0, true);
    books.called();
    recall(books, 1, true);
    expect(books.called()).toMatchObject([
      { kind: "RefundPayment", refund: 1, payment: 1, amount: { amount: 4000 } },
      { kind: "ReleaseStock" },
      { kind: "Notify" },
    ]);
    expect(books.order.state).toBe("CANCELLED");
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 4000 });
    expect(books.called()).toEqual([{ kind: "Notify", notification: "refunded", subject: "refund:1" }]);
    expect(books.order.state).toBe("REFUNDED");
  });

  it("counts a refund once, whether its webhook comes before its reply or after", () => {
    for (const webhookFirst of [true, false]) {
      const books = confirmed({ captureOn: "order" }).captured();
      books.accept({ type: "CancelOrder", reason: "changed my mind" });
      recall(books, 0, true);
      recall(books, 1, true);
      const reply = () => books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 4000 });
      const webhook = () => books.payment({ status: "captured", intentId: "pi_1", captured: 4000, refunded: 4000 });
      const told = webhookFirst ? [webhook(), reply()] : [reply(), webhook()];
      expect(told.map((events) => events.map(({ type }) => type))).toEqual(
        webhookFirst ? [["PaymentRefunded"], ["RefundSettled"]] : [["PaymentRefunded", "RefundSettled"], []],
      );
      expect(
        books.effects.filter(({ effect }) => effect.kind === "Notify" && effect.notification === "refunded"),
      ).toEqual([
        expect.objectContaining({ effect: { kind: "Notify", notification: "refunded", subject: "refund:1" } }),
      ]);
      expect(books.order.payments).toMatchObject([{ captured: 4000, refunded: 4000 }]);
    }
  });

  it("a refused recall keeps the order: what was recalled is asked for again, and the customer is told", () => {
    const books = confirmed();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    recall(books, 0, true);
    books.called();
    recall(books, 1, false);
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "cancel_refused" },
      { kind: "RequestFulfillment", shipmentId: books.shipment(0) },
    ]);
    expect(books.order).toMatchObject({
      state: "FULFILLMENT_PENDING",
      cancelling: null,
      shipments: [{ state: "REQUESTED" }, { state: "REQUESTED" }],
    });
  });

  it("a pick during a pending cancel wins, also over recalls that are still on their way", () => {
    const books = confirmed();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.called();
    books.picking(1);
    expect(books.kinds()).toEqual(["Notify cancel_refused"]);
    expect(recall(books, 1, true), "the picked one").toEqual([]);
    expect(recall(books, 0, true).map(({ type }) => type)).toEqual(["FulfillmentCancelled", "FulfillmentReinstated"]);
    expect(books.kinds()).toEqual(["RequestFulfillment"]);
    expect(books.order.state).toBe("FULFILLMENT_IN_PROGRESS");
  });

  it("a parcel that was refused before the cancel is not reinstated by a refused recall", () => {
    const books = confirmed();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    recall(books, 0, false);
    expect(books.order.shipments).toMatchObject([{ state: "REQUESTED" }, { state: "CANCELLED" }]);
  });

  it("a recall that fails for good is a refused one, and opens a deviation", () => {
    const books = confirmed();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.called();
    books.exhausted("CancelFulfillment", "timeout", true);
    expect(books.kinds()).toEqual(["Notify cancel_refused", "OpenDeviation fulfillment_exception"]);
    expect(books.order.cancelling).toBeNull();
  });

  it("a recall that fails for a parcel which its warehouse has refused meanwhile refuses nothing", () => {
    const books = confirmed();
    const [first] = books.effects.filter(({ effect }) => effect.kind === "RequestFulfillment");
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    const [recallOfFirst] = books.effects.filter(({ effect }) => effect.kind === "CancelFulfillment");
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" }, first);
    expect(books.exhausted("CancelFulfillment", "timeout", true, recallOfFirst)).toEqual([]);
    recall(books, 1, true);
    expect(books.order.state).toBe("CANCELLED");
  });

  it("stock that is found during a pending cancel forms no new parcel; a refused cancel forms it then", () => {
    for (const refused of [false, true]) {
      const books = confirmed();
      books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
      books.accept({ type: "CancelOrder", reason: "changed my mind" });
      books.done("ReSource", {
        kind: "ReSource",
        reservations: [reservation(books.order.id, 1, "rome", 2, "r")],
        backordered: [],
        unavailable: [],
        estimatedDelivery: null,
      });
      books.allocated();
      expect(books.order.shipments).toHaveLength(2);
      books.called();
      recall(books, 0, !refused);
      expect(books.order.state).toBe(refused ? "FULFILLMENT_PENDING" : "CANCELLED");
      expect(books.kinds()).toEqual(
        refused ? ["RequestFulfillment", "Notify cancel_refused"] : ["ReleaseStock", "VoidPayment", "Notify cancelled"],
      );
    }
  });
});

describe("facts that come too late for an order that has ended", () => {
  const cancelled = () => {
    const books = new OrderBooks(split()).accept({ type: "CancelOrder", reason: "changed my mind" });
    books.called();
    return books;
  };

  it("PaymentAuthorized is voided", () => {
    expect(cancelled().authorized().kinds()).toEqual(["VoidPayment"]);
  });

  it("captured money is paid back", () => {
    const books = cancelled();
    books.payment({ status: "captured", intentId: "pi_1", captured: 4000, refunded: 0 });
    expect(books.kinds()).toContain("RefundPayment");
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 1, amount: { amount: 4000 } });
  });

  it("captured money of a payment that was given up is paid back while the order lives", () => {
    const books = new OrderBooks();
    books.exhausted("AuthorizePayment", "outcome_unknown", true);
    books.called();
    books.payment({ status: "captured", intentId: "pi_1", captured: 2000, refunded: 0 });
    expect(books.kinds()).toEqual(["RefundPayment"]);
    expect(books.order.state).toBe("PAYMENT_FAILED");
  });

  it("StockAllocated is released", () => {
    const books = new OrderBooks(split()).authorized();
    books.accept({ type: "CancelOrder", reason: "changed my mind" }).allocated();
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ quantity: 1 }, { quantity: 2 }, { quantity: 1 }] },
    ]);
    expect(books.order.reservations.every(({ status }) => status === "RELEASED")).toBe(true);
  });

  it("stock that was sourced is released", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).accept({ type: "CancelOrder", reason: "changed my mind" });
    books.called();
    const found = reservation(books.order.id, 1, "rome", 2, "r");
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [found],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.called()).toMatchObject([{ kind: "ReleaseStock", reservations: [{ id: found.id }] }]);
  });

  it("3-D Secure and declines bother nobody any more", () => {
    const books = cancelled();
    books.payment({ status: "requires_action", intentId: "pi_1", actionUrl: "https://bank.example" });
    books.payment({ status: "failed", intentId: "pi_1", code: "declined", message: "no" });
    expect(books.called()).toEqual([]);
  });

  it("a void is recorded once, however often it is told", () => {
    const books = cancelled().authorized();
    expect(books.payment({ status: "voided", intentId: "pi_1" })).toHaveLength(1);
    expect(books.payment({ status: "voided", intentId: "pi_1" })).toEqual([]);
  });
});

describe("messages and failures", () => {
  it("a message of a person is a new request each time", () => {
    const books = new OrderBooks();
    books.called();
    books.accept({ type: "SendMessage", text: "one" }).accept({ type: "SendMessage", text: "one" });
    const subjects = books.called().map((effect) => (effect.kind === "Notify" ? effect.subject : ""));
    expect(new Set(subjects).size).toBe(2);
  });

  it("a notification that is asked for again is a new request about the same", () => {
    const books = new OrderBooks().authorized().allocated();
    books.called();
    const again = { type: "ResendNotification", notification: "message", about: "message:7", text: "hello" } as const;
    books.accept(again).accept(again);
    const told = books.called();
    expect(told).toMatchObject([
      { kind: "Notify", notification: "message", about: "message:7", text: "hello" },
      { kind: "Notify", notification: "message", about: "message:7", text: "hello" },
    ]);
    expect(new Set(told.map((effect) => (effect.kind === "Notify" ? effect.subject : ""))).size).toBe(2);
  });

  it("a mail that fails for good is told by SMS where there is a telephone, and then by a person", () => {
    const contact = { name: "Ada", email: "ada@example.com", phone: "+4930123456" };
    const books = new OrderBooks(placedOrder(undefined, { contact })).authorized().allocated();
    books.called();
    books.exhausted("Notify", "refused", false);
    const [instead] = books.called();
    expect(instead).toMatchObject({
      kind: "Notify",
      notification: "order_confirmed",
      subject: "order",
      channel: "sms",
    });
    books.exhausted("Notify", "refused", false);
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation: "notification_failed" }]);
    const unsure = new OrderBooks(placedOrder(undefined, { contact })).authorized().allocated();
    unsure.called();
    unsure.exhausted("Notify", "outcome_unknown", true);
    expect(unsure.called(), "it may have gone").toMatchObject([{ kind: "OpenDeviation" }]);
  });

  it.each([
    ["Notify", false, "notification_failed"],
    ["AllocateStock", false, "stock_short"],
    ["RequestFulfillment", false, "fulfillment_exception"],
  ] as const)("%s that fails for good opens a deviation", (kind, unknown, deviation) => {
    const books = new OrderBooks().authorized();
    if (kind !== "AllocateStock") books.allocated();
    books.called();
    const { id } = books.effect(kind);
    books.exhausted(kind, "refused", unknown);
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation, effectId: id }]);
    expect(books.order.failedEffects).toEqual([id]);
  });

  it.each([
    ["refused", false, "fulfillment_exception"],
    ["address_invalid", false, "address_invalid"],
    ["outcome_unknown", true, "label_unknown"],
  ] as const)("a label that fails with %s opens the deviation that tells what to do", (code, unknown, deviation) => {
    const books = new OrderBooks().authorized().allocated().picking();
    books.accept({ type: "PackShipment", shipmentId: books.shipment() }).called();
    books.exhausted("CreateLabel", code, unknown);
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation }]);
  });

  it.each(["ShipStock", "TrackParcel", "CapturePayment"] as const)(
    "%s of a shipped order that fails for good opens a deviation",
    (kind) => {
      const books = new OrderBooks().authorized().allocated().shipped();
      books.called();
      books.exhausted(kind);
      expect(books.kinds()).toHaveLength(1);
      expect(books.effect("OpenDeviation").effect.effectId).toBe(books.effect(kind).id);
    },
  );

  it("a deviation that could not be opened opens no other", () => {
    const books = new OrderBooks().authorized(1, 1);
    books.called();
    books.exhausted("OpenDeviation");
    expect(books.called()).toEqual([]);
  });
});
