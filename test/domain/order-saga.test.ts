import { describe, expect, it } from "vitest";
import { PAYMENT_WINDOW_MS } from "../../src/domain/order/order.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, PLACED_AT, placedOrder, reservation } from "../support/order-books.ts";

/** Two lines: one held in Berlin and Paris, one all in Berlin. */
const split = () =>
  placedOrder([
    { quantity: 3, held: { berlin: 1, paris: 2 } },
    { quantity: 1, held: { berlin: 1 } },
  ]);
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) =>
  new OrderBooks({ ...split(), ...change }).authorized().allocated();

describe("placing and paying", () => {
  it("OrderPlaced asks for the money and tells the customer", () => {
    const books = new OrderBooks();
    expect(books.called()).toEqual([
      {
        kind: "AuthorizePayment",
        payment: 1,
        amount: { amount: 2000, currency: "EUR" },
        method: "pm_card_visa",
        email: "ada@example.com",
        deadline: PLACED_AT + PAYMENT_WINDOW_MS,
      },
      { kind: "Notify", notification: "order_received", subject: "order" },
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
    expect(books.order).toMatchObject({
      state: "PAYMENT_PROCESSING",
      payments: [{ actionUrl: "https://bank.example" }],
    });
  });

  describe("PaymentApproved", () => {
    const asked = () => {
      const books = new OrderBooks({ ...placedOrder(), paymentMethod: "paypal" });
      books.payment({ status: "requires_action", intentId: "pp_1", actionUrl: "https://provider.example" });
      books.called();
      return books;
    };

    it("asks for the money that the customer has agreed to, once", () => {
      const books = asked();
      books.payment({ status: "approved", intentId: "pp_1" });
      books.payment({ status: "approved", intentId: "pp_1" });
      expect(books.called()).toMatchObject([
        {
          kind: "AuthorizePayment",
          payment: 1,
          method: "paypal",
          approved: true,
          deadline: PLACED_AT + PAYMENT_WINDOW_MS,
        },
      ]);
      expect(books.order).toMatchObject({
        state: "PAYMENT_PROCESSING",
        payments: [{ provider: "paypal", status: "processing", actionUrl: null }],
      });
      books.payment({ status: "authorized", intentId: "pp_1", amount: 2000, expiresAt: PLACED_AT });
      expect(books.kinds()).toEqual(["AllocateStock"]);
    });

    it("may be followed by another question to the customer", () => {
      const books = asked();
      books.payment({ status: "approved", intentId: "pp_1" });
      books.called();
      books.payment({ status: "requires_action", intentId: "pp_1", actionUrl: "https://provider.example" });
      expect(books.kinds()).toContain("AwaitPayment");
    });

    it.each(["nobody was asked yet", "the order is cancelled", "the payment is given up"])(
      "does not follow from an approval when %s",
      (when) => {
        const books = when === "nobody was asked yet" ? new OrderBooks() : asked();
        if (when === "the order is cancelled") books.command({ type: "CancelOrder", reason: "no" });
        if (when === "the payment is given up")
          books.payment({ status: "failed", intentId: "pp_1", code: "declined", message: "no" });
        books.called();
        books.payment({ status: "approved", intentId: "pp_1" });
        expect(books.kinds()).toEqual([]);
      },
    );
  });

  it("PaymentAuthorized allocates what is held", () => {
    const books = new OrderBooks(split()).authorized();
    expect(books.called()).toMatchObject([
      { kind: "AllocateStock", reservations: [{ quantity: 1 }, { quantity: 2 }, { quantity: 1 }] },
    ]);
    expect(books.order.state).toBe("PAYMENT_COMPLETED");
  });

  it("an authorization of less than was asked for goes on, opens a deviation, and ships nothing", () => {
    const books = new OrderBooks().authorized(1, 1999);
    expect(books.kinds()).toEqual(["AllocateStock", "OpenDeviation payment_mismatch"]);
    books.allocated().packed();
    expect(books.command({ type: "ShipShipment", shipmentId: books.shipment() })).toMatchObject({
      refusal: { reason: "payment_not_captured" },
    });
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
    expect(books.called()).toMatchObject([
      {
        kind: "AuthorizePayment",
        payment: 2,
        method: "pm_other",
        amount: { amount: 2000 },
        deadline: PLACED_AT + 30 * MINUTE,
      },
    ]);
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
    expect(books.payment({ status: "voided", intentId: "pi_1" })).toMatchObject([
      { type: "PaymentStarted" },
      { type: "PaymentFailed", code: "payment_canceled" },
    ]);
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
        {
          number: 1,
          warehouseId: "berlin",
          items: [
            { line: 1, quantity: 1 },
            { line: 2, quantity: 1 },
          ],
        },
        { number: 2, warehouseId: "paris", items: [{ line: 1, quantity: 2 }] },
      ],
    });
  });

  it("with capture on order it captures as well", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated();
    expect(books.called()).toMatchObject([
      { kind: "CapturePayment", payment: 1, amount: { amount: 2000 } },
      { kind: "RequestFulfillment" },
      { kind: "Notify" },
    ]);
  });

  it("StockShort sources the short units alone; their new holds are allocated, and then all parcels are asked for", () => {
    const books = new OrderBooks(split()).authorized();
    const paris = books.order.reservations[1]!;
    books.allocated([paris.id]);
    expect(books.called()).toEqual([
      { kind: "ReSource", lines: [{ line: 1, sku: paris.sku, quantity: 2 }], exclude: [] },
    ]);
    expect(books.order.state).toBe("FULFILLMENT_PENDING");
    const found = reservation(books.order.id, 1, "rome", 2, "saga");
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [found],
      backordered: [],
      unavailable: [],
      estimatedDelivery: "2026-12-01",
    });
    expect(books.called()).toMatchObject([{ kind: "AllocateStock", reservations: [{ id: found.id }] }]);
    books.allocated();
    expect(books.kinds()).toEqual(["RequestFulfillment", "RequestFulfillment", "Notify order_confirmed"]);
    expect(books.order.shipments.map(({ warehouseId }) => warehouseId)).toEqual(["berlin", "rome"]);
  });

  it("what can't be sourced but may wait is backordered: the rest goes on and the customer is told", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).called();
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [{ line: 1, quantity: 2 }],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.kinds()).toEqual([
      "RequestFulfillment",
      "Notify order_confirmed",
      "Notify backordered",
      "PromoteBackorder",
    ]);
    expect(books.order.lines[0]).toMatchObject({ backordered: 2, unsourced: 0 });
    expect(books.order.estimatedDelivery).toBeNull();
  });

  it("what can neither be sourced nor wait ends an order of which nothing is on its way: release, void, deviation, and no parcel is asked for", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]).called();
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [],
      unavailable: [{ line: 1, quantity: 2 }],
      estimatedDelivery: null,
    });
    expect(books.kinds()).toEqual(["OpenDeviation stock_short", "ReleaseStock", "VoidPayment", "Notify cancelled"]);
    expect(books.order).toMatchObject({ state: "CANCELLED", shipments: [], ended: { reason: "stock_short" } });
    expect(books.effect("ReleaseStock").effect.reservations).toHaveLength(3);
  });

  it("of an order that is on its way it stays open in a deviation that can be tried again", () => {
    const books = confirmed();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    books.called();
    const sourcing = books.effect("ReSource");
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [],
      unavailable: [{ line: 1, quantity: 2 }],
      estimatedDelivery: null,
    });
    expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation: "stock_short", effectId: sourcing.id }]);
    expect(books.order).toMatchObject({ state: "FULFILLMENT_PENDING", failedEffects: [sourcing.id] });
    books.accept({ type: "RetryEffect", effectId: sourcing.id });
    books.done(
      "ReSource",
      {
        kind: "ReSource",
        reservations: [reservation(books.order.id, 1, "rome", 2, "r")],
        backordered: [],
        unavailable: [],
        estimatedDelivery: null,
      },
      sourcing,
    );
    expect(books.kinds()).toEqual(["AllocateStock"]);
  });

  it("a hold for units that need no stock any more is given back", () => {
    const books = new OrderBooks(split()).authorized();
    books.allocated([books.order.reservations[1]!.id]);
    const sourcing = books.effect("ReSource");
    const answer = (attempt: string) => ({
      kind: "ReSource" as const,
      reservations: [reservation(books.order.id, 1, "rome", 2, attempt)],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
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
    expect(books.order).toMatchObject({
      state: "SHIPPED",
      lines: [{ unsourced: 0 }],
      reservations: [{ status: "SHIPPED" }],
    });
  });
});
