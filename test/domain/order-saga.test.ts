import { describe, expect, it } from "vitest";
import { PAYMENT_WINDOW_MS } from "../../src/domain/order/order.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, PLACED_AT, placedOrder, reservation } from "../support/order-books.ts";

/** Two lines: one held in Berlin and Paris, one all in Berlin. */
const split = () => placedOrder([{ quantity: 3, held: { berlin: 1, paris: 2 } }, { quantity: 1, held: { berlin: 1 } }]);
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) => new OrderBooks({ ...split(), ...change }).authorized().allocated();

const DAY = 24 * 60 * MINUTE;

describe("placing and paying", () => {
  it("OrderPlaced asks for the money", () => {
    const books = new OrderBooks();
    expect(books.called()).toEqual([
      { kind: "AuthorizePayment", payment: 1, amount: { amount: 2000, currency: "EUR" }, method: "pm_card_visa", email: "ada@example.com", deadline: PLACED_AT + PAYMENT_WINDOW_MS },
    ]);
  });

  it("PaymentActionRequired waits for the customer and tells them", () => {
    const books = new OrderBooks();
    books.called();
    books.payment({ status: "requires_action", intentId: "pi_1", actionUrl: "https://bank.example" });
    expect(books.called()).toEqual([
      { kind: "AwaitPayment", payment: 1, intentId: "pi_1", deadline: PLACED_AT + PAYMENT_WINDOW_MS },
      { kind: "Notify", notification: "action_required", subject: "payment:1" },
    ]);
    expect(books.order).toMatchObject({ state: "PAYMENT_PROCESSING", payments: [{ actionUrl: "https://bank.example" }] });
  });

  it("PaymentAuthorized allocates what is held", () => {
    const books = new OrderBooks(split()).authorized();
    expect(books.called()).toMatchObject([{ kind: "AllocateStock", reservations: [{ quantity: 1 }, { quantity: 2 }, { quantity: 1 }] }]);
    expect(books.order.state).toBe("PAYMENT_COMPLETED");
  });

  it("an authorization of less than was asked for goes on, opens a deviation, and ships nothing", () => {
    const books = new OrderBooks().authorized(1, 1999);
    expect(books.kinds()).toEqual(["AllocateStock", "OpenDeviation payment_mismatch"]);
    books.allocated().packed();
    expect(books.command({ type: "ShipShipment", shipmentId: books.shipment() })).toMatchObject({ refusal: { reason: "payment_not_captured" } });
  });

  it("a hard PaymentFailed tells the customer, keeps the hold until its end, then it is final", () => {
    const books = new OrderBooks();
    books.called();
    books.exhausted("AuthorizePayment", "stolen_card");
    expect(books.kinds()).toEqual(["Notify payment_failed"]);
    expect(nextTimer(books.order)).toEqual({ timer: "hold_end", at: PLACED_AT + 30 * MINUTE });
    books.now = PLACED_AT + 30 * MINUTE - 1;
    expect(books.timer("hold_end")).toEqual([]);
    books.now += 1;
    expect(books.timer("hold_end")).toEqual([{ type: "HoldLapsed" }]);
    expect(books.kinds()).toEqual(["ReleaseStock"]);
    expect(books.order).toMatchObject({ state: "PAYMENT_FAILED", ended: { as: "PAYMENT_FAILED" } });
    expect(nextTimer(books.order)).toBeNull();
  });

  it("another means of payment is asked for, and what came of it counts", () => {
    const books = new OrderBooks();
    books.exhausted("AuthorizePayment", "stolen_card");
    books.called();
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", payment: 2, method: "pm_other", amount: { amount: 2000 }, deadline: PLACED_AT + 30 * MINUTE }]);
    books.authorized(2);
    expect(books.kinds()).toEqual(["AllocateStock"]);
  });

  it("a payment of unknown outcome is given up: void, deviation, and a late success is voided too", () => {
    const books = new OrderBooks();
    books.called();
    books.exhausted("AuthorizePayment", "outcome_unknown", true);
    expect(books.kinds()).toEqual(["Notify payment_failed", "VoidPayment", "OpenDeviation payment_unknown"]);
    books.authorized();
    expect(books.kinds()).toEqual(["VoidPayment"]);
    expect(books.order.state).toBe("PAYMENT_FAILED");
  });

  it("at minute 20 a payment that is not through is given up", () => {
    const books = new OrderBooks();
    books.payment({ status: "requires_action", intentId: "pi_1", actionUrl: "https://bank.example" });
    books.called();
    books.now = PLACED_AT + 20 * MINUTE - 1;
    expect(books.timer("payment_deadline")).toEqual([]);
    books.now += 1;
    books.timer("payment_deadline");
    expect(books.kinds()).toEqual(["Notify payment_failed", "VoidPayment"]);
    expect(books.order.payments[0]?.failure?.code).toBe("payment_window_ended");
  });

  it("a payment that its customer or provider called off has failed, once", () => {
    const books = new OrderBooks();
    expect(books.payment({ status: "voided", intentId: "pi_1" })).toMatchObject([{ type: "PaymentStarted" }, { type: "PaymentFailed", code: "payment_canceled" }]);
    expect(books.payment({ status: "voided", intentId: "pi_1" })).toEqual([]);
  });
});

describe("stock", () => {
  it("StockAllocated asks each warehouse for its parcel and confirms, and captures nothing yet", () => {
    const books = new OrderBooks(split()).authorized().allocated();
    expect(books.kinds()).toEqual(["RequestFulfillment", "RequestFulfillment", "Notify order_confirmed"]);
    expect(books.order).toMatchObject({
      state: "FULFILLMENT_PENDING",
      shipments: [
        { number: 1, warehouseId: "berlin", items: [{ line: 1, quantity: 1 }, { line: 2, quantity: 1 }] },
        { number: 2, warehouseId: "paris", items: [{ line: 1, quantity: 2 }] },
      ],
    });
  });

  it("with capture on order it captures as well", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated();
    expect(books.called()).toMatchObject([{ kind: "CapturePayment", payment: 1, amount: { amount: 2000 } }, { kind: "RequestFulfillment" }, { kind: "Notify" }]);
  });

  it("StockShort sources the short units alone; their new holds are allocated, and then all parcels are asked for", () => {
    const books = new OrderBooks(split()).authorized();
    const paris = books.order.reservations[1]!;
    books.allocated([paris.id]);
    expect(books.called()).toEqual([{ kind: "ReSource", lines: [{ line: 1, sku: paris.sku, quantity: 2 }], exclude: [] }]);
    expect(books.order.state).toBe("FULFILLMENT_PENDING");
    const found = reservation(books.order.id, 1, "rome", 2, "saga");
    books.done("ReSource", { kind: "ReSource", reservations: [found], backordered: [], unavailable: [], estimatedDelivery: "2026-12-01" });
    expect(books.called()).toMatchObject([{ kind: "AllocateStock", reservations: [{ id: found.id }] }]);
    books.allocated();
    expect(books.kinds()).toEqual(["RequestFulfillment", "RequestFulfillment", "Notify order_confirmed"]);
    expect(books.order.shipments.map(({ warehouseId }) => warehouseId)).toEqual(["berlin", "rome"]);
  });

  it("what can't be sourced but may wait is backordered: the rest goes on and the customer is told", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).called();
    books.done("ReSource", { kind: "ReSource", reservations: [], backordered: [{ line: 1, quantity: 2 }], unavailable: [], estimatedDelivery: null });
    expect(books.kinds()).toEqual(["RequestFulfillment", "Notify order_confirmed", "Notify backordered", "PromoteBackorder"]);
    expect(books.order.lines[0]).toMatchObject({ backordered: 2, unsourced: 0 });
    expect(books.order.estimatedDelivery).toBeNull();
  });

  it("what can neither be sourced nor wait ends an order of which nothing is on its way: release, void, deviation, and no parcel is asked for", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).called();
    books.done("ReSource", { kind: "ReSource", reservations: [], backordered: [], unavailable: [{ line: 1, quantity: 2 }], estimatedDelivery: null });
    expect(books.kinds()).toEqual(["OpenDeviation stock_short", "ReleaseStock", "VoidPayment", "Notify cancelled"]);
    expect(books.order).toMatchObject({ state: "CANCELLED", shipments: [], ended: { reason: "stock_short" } });
    expect(books.effect("ReleaseStock").effect.reservations).toHaveLength(3);
  });

  it("of an order that is on its way it stays open in a deviation that can be tried again", () => {
    const books = confirmed();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    books.called();
    const sourcing = books.effect("ReSource");
    books.done("ReSource", { kind: "ReSource", reservations: [], backordered: [], unavailable: [{ line: 1, quantity: 2 }], estimatedDelivery: null });
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation: "stock_short", effectId: sourcing.id }]);
    expect(books.order).toMatchObject({ state: "FULFILLMENT_PENDING", failedEffects: [sourcing.id] });
    books.accept({ type: "RetryEffect", effectId: sourcing.id });
    books.done("ReSource", { kind: "ReSource", reservations: [reservation(books.order.id, 1, "rome", 2, "r")], backordered: [], unavailable: [], estimatedDelivery: null }, sourcing);
    expect(books.kinds()).toEqual(["AllocateStock"]);
  });

  it("a hold for units that need no stock any more is given back", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]);
    const sourcing = books.effect("ReSource");
    const answer = (attempt: string) => ({ kind: "ReSource" as const, reservations: [reservation(books.order.id, 1, "rome", 2, attempt)], backordered: [], unavailable: [], estimatedDelivery: null });
    books.done("ReSource", answer("one"), sourcing);
    books.called();
    expect(books.done("ReSource", answer("two"), sourcing)).toMatchObject([{ type: "StockSurplus" }]);
    expect(books.called()).toMatchObject([{ kind: "ReleaseStock", reservations: [{ quantity: 2 }] }]);
    expect(books.order.lines[0]).toMatchObject({ unsourced: 0, backordered: 0 });
  });

  it("a second answer to the same allocation brings nothing back that has shipped or was given up", () => {
    const books = new OrderBooks().authorized();
    const allocation = books.effect("AllocateStock");
    books.allocated().shipped();
    const id = books.order.reservations[0]!.id;
    books.done("AllocateStock", { kind: "AllocateStock", allocated: [id], short: [] }, allocation);
    books.done("AllocateStock", { kind: "AllocateStock", allocated: [], short: [id] }, allocation);
    expect(books.order).toMatchObject({ state: "SHIPPED", lines: [{ unsourced: 0 }], reservations: [{ status: "SHIPPED" }] });
  });
});

describe("fulfillment", () => {
  it("FulfillmentAccepted moves the order only where the warehouse picks at once", () => {
    const floor = confirmed();
    floor.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: true, reference: "x", picksAtOnce: false });
    expect(floor.order.state).toBe("FULFILLMENT_PENDING");
    const wms = confirmed();
    wms.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: true, reference: "x", picksAtOnce: true });
    expect(wms.order.state).toBe("FULFILLMENT_IN_PROGRESS");
  });

  it("packing asks for the label", () => {
    const books = confirmed().picking();
    books.called();
    books.accept({ type: "PackShipment", shipmentId: books.shipment() });
    expect(books.called()).toEqual([{ kind: "CreateLabel", shipmentId: books.shipment() }]);
  });

  it("FulfillmentRefused releases the parcel's stock and sources its units elsewhere", () => {
    const books = confirmed();
    books.called();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ warehouseId: "paris", quantity: 2 }] },
      { kind: "ReSource", lines: [{ line: 1, quantity: 2 }], exclude: ["paris"] },
    ]);
    expect(books.order.shipments[1]).toMatchObject({ state: "CANCELLED", problem: "closed" });
  });

  it("two refusals are two searches, each for its own units", () => {
    const books = confirmed();
    const [first, second] = books.effects.filter(({ effect }) => effect.kind === "RequestFulfillment");
    for (const called of [first!, second!]) books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" }, called);
    const searches = books.effects.flatMap(({ effect }) => (effect.kind === "ReSource" ? [effect.lines.map(({ line, quantity }) => [line, quantity])] : []));
    expect(searches).toEqual([[[1, 1], [2, 1]], [[1, 2]]]);
  });

  it("a short pick writes the units off, sources them elsewhere, and the rest is packed", () => {
    const books = confirmed().picking(1);
    books.called();
    books.accept({ type: "ReportShort", shipmentId: books.shipment(1), items: [{ line: 1, quantity: 1 }], reason: "bin empty" });
    expect(books.called()).toMatchObject([
      { kind: "WriteOffShort", reservations: [{ quantity: 1 }] },
      { kind: "ReSource", lines: [{ line: 1, quantity: 1 }], exclude: ["paris"] },
    ]);
    expect(books.order.shipments[1]).toMatchObject({ state: "PICKING", items: [{ quantity: 1 }] });
    books.accept({ type: "PackShipment", shipmentId: books.shipment(1) });
  });

  it("a short pick of all of a parcel cancels the parcel and frees its reservation", () => {
    const books = confirmed().picking(1);
    books.called();
    books.accept({ type: "ReportShort", shipmentId: books.shipment(1), items: [{ line: 1, quantity: 2 }], reason: "bin empty" });
    expect(books.kinds()).toEqual(["WriteOffShort", "ReleaseStock", "ReSource"]);
    expect(books.order.shipments[1]).toMatchObject({ state: "CANCELLED", items: [] });
    expect(books.command({ type: "PackShipment", shipmentId: books.shipment(1) })).toMatchObject({ refusal: { reason: "shipment_state" } });
  });

  it("the first ShipmentShipped captures all, each one takes its stock, tells, and is tracked", () => {
    const books = confirmed().shipped(0);
    expect(books.called()).toMatchObject([
      { kind: "CapturePayment", payment: 1, amount: { amount: 4000 } },
      { kind: "ShipStock", reservations: [{ quantity: 1 }, { quantity: 1 }] },
      { kind: "Notify", notification: "shipped", subject: `shipment:${books.shipment(0)}` },
      { kind: "TrackParcel", shipmentId: books.shipment(0) },
    ]);
    expect(books.order.state, "never ahead of the slowest parcel").toBe("FULFILLMENT_IN_PROGRESS");
    books.captured().shipped(1);
    expect(books.kinds()).toEqual(["ShipStock", "Notify shipped", "TrackParcel"]);
    expect(books.order.state).toBe("SHIPPED");
  });

  it("ShipmentDelivered tells, and the last one ends the order's way", () => {
    const books = confirmed().delivered(0);
    expect(books.kinds()).toEqual(["Notify delivered"]);
    expect(books.order.state).toBe("FULFILLMENT_IN_PROGRESS");
    books.shipped(1).done("TrackParcel", { kind: "TrackParcel", status: "delivered" });
    expect(books.order.state).toBe("DELIVERED");
  });

  it("the carrier's news is taken once, in whatever order it comes", () => {
    const books = new OrderBooks().authorized().allocated();
    const shipmentId = books.shipment();
    const tell = (status: "in_transit" | "out_for_delivery" | "delivered" | "exception") => books.fact({ type: "RecordTracking", shipmentId, status, description: "scan" }).map(({ type }) => type);
    expect(tell("delivered"), "not shipped yet").toEqual([]);
    books.shipped();
    expect(tell("in_transit")).toEqual([]);
    expect(tell("exception")).toEqual(["ShipmentExceptionRaised"]);
    expect(tell("exception")).toEqual([]);
    expect(tell("out_for_delivery")).toEqual(["ShipmentOutForDelivery"]);
    expect(tell("out_for_delivery")).toEqual([]);
    expect(tell("delivered")).toEqual(["ShipmentDelivered"]);
    expect(tell("out_for_delivery")).toEqual([]);
    expect(tell("delivered")).toEqual([]);
  });

  it("CaptureFailed: unshipped parcels wait, a person is asked, and a retry that works lets them go", () => {
    const books = confirmed().shipped(0);
    books.called();
    const capture = books.effect("CapturePayment");
    books.exhausted("CapturePayment", "card_declined");
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation: "payment_failed", effectId: capture.id }]);
    books.packed(1);
    const ship = { type: "ShipShipment", shipmentId: books.shipment(1) } as const;
    expect(books.command(ship)).toMatchObject({ refusal: { reason: "payment_not_captured" } });
    books.accept({ type: "RetryEffect", effectId: capture.id }).captured();
    expect(books.command(ship)).toMatchObject({ ok: true });
  });

  it("a capture of what the provider no longer holds asks for the money again and captures that", () => {
    const books = confirmed().shipped(0);
    books.called();
    books.done("CapturePayment", { kind: "CapturePayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.kinds()).toEqual(["AuthorizePayment", "OpenDeviation payment_failed"]);
    books.authorized(2);
    expect(books.called()).toMatchObject([{ kind: "CapturePayment", payment: 2, amount: { amount: 4000 } }]);
  });

  it("when the money that is asked for again is refused, a person is asked and another means of payment is taken", () => {
    const books = confirmed();
    books.payment({ status: "voided", intentId: "pi_1" });
    books.called();
    books.exhausted("AuthorizePayment", "card_declined");
    expect(books.kinds()).toEqual(["Notify payment_failed", "OpenDeviation payment_failed"]);
    expect(books.order.state).toBe("FULFILLMENT_PENDING");
    expect(nextTimer(books.order)).toBeNull();
    books.now += DAY;
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", payment: 3, amount: { amount: 4000 }, deadline: books.now + PAYMENT_WINDOW_MS }]);
  });
});

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
    books.done("ReSource", { kind: "ReSource", reservations: [], backordered: [{ line: 1, quantity: 2 }], unavailable: [], estimatedDelivery: null });
    books.now += 6 * DAY;
    books.called();
    books.timer("authorization_lapse");
    books.done("VoidPayment", { kind: "VoidPayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.kinds()).toEqual(["VoidPayment"]);
    expect(books.order.state).toBe("PENDING");
    expect(nextTimer(books.order)).toBeNull();
    books.done("PromoteBackorder", { kind: "PromoteBackorder", reservations: [reservation(books.order.id, 1, "rome", 2, "p")], backordered: [], unavailable: [], estimatedDelivery: null });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", payment: 2, amount: { amount: 2000 }, method: "pm_card_visa" }]);
  });
});

describe("cancelling", () => {
  const recall = (books: OrderBooks, index: number, recalled: boolean) => {
    const called = books.effects.filter(({ effect }) => effect.kind === "CancelFulfillment")[index];
    if (!called) throw new Error(`no recall ${index}`);
    return books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled, reason: recalled ? "recalled" : "picking has started" }, called);
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
    expect(books.called()).toMatchObject([{ kind: "ReleaseStock" }, { kind: "RefundPayment", payment: 1, amount: { amount: 4000 }, refundedAfter: 4000 }, { kind: "Notify" }]);
    expect(books.order.state).toBe("CANCELLED");
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 4000 });
    expect(books.called()).toEqual([{ kind: "Notify", notification: "refunded", subject: "refund:re_1" }]);
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
      expect(told.map((events) => events.length)).toEqual([1, 0]);
      expect(books.order.payments).toMatchObject([{ captured: 4000, refunded: 4000 }]);
    }
  });

  it("a refused recall keeps the order: what was recalled is asked for again, and the customer is told", () => {
    const books = confirmed();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    recall(books, 0, true);
    books.called();
    recall(books, 1, false);
    expect(books.called()).toMatchObject([{ kind: "Notify", notification: "cancel_refused" }, { kind: "RequestFulfillment", shipmentId: books.shipment(0) }]);
    expect(books.order).toMatchObject({ state: "FULFILLMENT_PENDING", cancelling: null, shipments: [{ state: "REQUESTED" }, { state: "REQUESTED" }] });
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

  it("stock that is found during a pending cancel forms no new parcel; a refused cancel forms it then", () => {
    for (const refused of [false, true]) {
      const books = confirmed();
      books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
      books.accept({ type: "CancelOrder", reason: "changed my mind" });
      books.done("ReSource", { kind: "ReSource", reservations: [reservation(books.order.id, 1, "rome", 2, "r")], backordered: [], unavailable: [], estimatedDelivery: null });
      books.allocated();
      expect(books.order.shipments).toHaveLength(2);
      books.called();
      recall(books, 0, !refused);
      expect(books.order.state).toBe(refused ? "FULFILLMENT_PENDING" : "CANCELLED");
      expect(books.kinds()).toEqual(refused ? ["RequestFulfillment", "Notify cancel_refused"] : ["ReleaseStock", "VoidPayment", "Notify cancelled"]);
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
    expect(books.effect("RefundPayment").effect).toMatchObject({ amount: { amount: 4000 }, refundedAfter: 4000 });
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
    expect(books.called()).toMatchObject([{ kind: "ReleaseStock", reservations: [{ quantity: 1 }, { quantity: 2 }, { quantity: 1 }] }]);
    expect(books.order.reservations.every(({ status }) => status === "RELEASED")).toBe(true);
  });

  it("stock that was sourced is released", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).accept({ type: "CancelOrder", reason: "changed my mind" });
    books.called();
    const found = reservation(books.order.id, 1, "rome", 2, "r");
    books.done("ReSource", { kind: "ReSource", reservations: [found], backordered: [], unavailable: [], estimatedDelivery: null });
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

  it.each(["ShipStock", "TrackParcel", "CapturePayment"] as const)("%s of a shipped order that fails for good opens a deviation", (kind) => {
    const books = new OrderBooks().authorized().allocated().shipped();
    books.called();
    books.exhausted(kind);
    expect(books.kinds()).toHaveLength(1);
    expect(books.effect("OpenDeviation").effect.effectId).toBe(books.effect(kind).id);
  });

  it("a deviation that could not be opened opens no other", () => {
    const books = new OrderBooks().authorized(1, 1);
    books.called();
    books.exhausted("OpenDeviation");
    expect(books.called()).toEqual([]);
  });
});
