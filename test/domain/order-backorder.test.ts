import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueForParcels, payableAmount, securedAmount, unpaidAmount } from "../../src/domain/order/amounts.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, PLACED_AT, placedOrder, reservation } from "../support/order-books.ts";

/** One line that is held and one that waits. */
const half = (change: Parameters<typeof placedOrder>[1] = {}) =>
  placedOrder(
    [
      { quantity: 1, held: { berlin: 1 } },
      { quantity: 2, unitPrice: 333 },
    ],
    change,
  );
const promoted = (books: OrderBooks, line = 2, quantity = 2) =>
  books.done("PromoteBackorder", {
    kind: "PromoteBackorder",
    reservations: [reservation(books.order.id, line, "rome", quantity, `p${books.order.version}`)],
    backordered: [],
    unavailable: [],
    estimatedDelivery: "2026-12-20",
  });

describe("an order of which a part waits for stock", () => {
  it("is paid for what has stock, and looks for the rest once that is paid and allocated", () => {
    const books = new OrderBooks(half());
    expect(books.called()).toMatchObject([
      { kind: "AuthorizePayment", amount: { amount: 1000 } },
      { kind: "Notify", notification: "order_received" },
      { kind: "Notify", notification: "backordered" },
    ]);
    expect(books.authorized().kinds()).toEqual(["AllocateStock"]);
    books.allocated();
    expect(books.called()).toMatchObject([
      { kind: "RequestFulfillment" },
      { kind: "Notify", notification: "order_confirmed" },
      { kind: "PromoteBackorder", lines: [{ line: 2, quantity: 2 }] },
    ]);
  });

  it("pays promoted units by a payment of their own, allocates those alone, and ships them as another parcel", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    books.called();
    promoted(books);
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "backorder_arrived" },
      { kind: "AuthorizePayment", payment: 2, amount: { amount: 666 }, method: "pm_card_visa" },
    ]);
    expect(books.order.estimatedDelivery).toBe("2026-12-20");
    books.authorized(2);
    expect(books.called()).toMatchObject([{ kind: "AllocateStock", reservations: [{ warehouseId: "rome" }] }]);
    books.allocated();
    expect(books.kinds()).toEqual(["RequestFulfillment"]);
    expect(books.order.shipments).toMatchObject([{ warehouseId: "berlin" }, { warehouseId: "rome" }]);
  });

  it("ships the first parcel while the second is not paid yet, and captures each amount once", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    promoted(books);
    books.shipped(0);
    expect(books.called()).toMatchObject([
      { kind: "CapturePayment", payment: 1, amount: { amount: 1000 } },
      { kind: "ShipStock" },
      {},
      {},
    ]);
    books.captured(1);
    expect(books.order.state, "not ahead of what waits").toBe("FULFILLMENT_IN_PROGRESS");
    books.authorized(2).allocated();
    expect(books.called()).toMatchObject([
      { kind: "CapturePayment", payment: 2, amount: { amount: 666 } },
      { kind: "RequestFulfillment" },
    ]);
    books.captured(2, 666).shipped(1);
    expect(books.order.state).toBe("SHIPPED");
  });

  it("loses only the promoted units when their payment fails, and finds them again with another means", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    promoted(books);
    books.called();
    books.payment({ status: "failed", intentId: "pi_2", code: "declined", message: "no" }, 2);
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "payment_failed" },
      { kind: "OpenDeviation", deviation: "payment_failed" },
      { kind: "ReleaseStock", reservations: [{ warehouseId: "rome", quantity: 2 }] },
    ]);
    expect(books.order).toMatchObject({
      state: "FULFILLMENT_PENDING",
      reservations: [{ status: "ALLOCATED" }, { status: "RELEASED" }],
      lines: [{ unsourced: 0 }, { unsourced: 2 }],
    });
    books.accept({ type: "ProvidePayment", method: "pm_other" }).authorized(3);
    expect(books.called()).toMatchObject([{ kind: "ReSource", lines: [{ line: 2, quantity: 2 }] }]);
  });

  it("allocates promoted units for their own payment alone", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    promoted(books);
    books.payment({ status: "voided", intentId: "pi_1" });
    expect(books.order.payments.map(({ status }) => status)).toEqual(["voided", "requested", "requested"]);
    expect(books.authorized(3).kinds(), "instead of the first").toEqual([]);
    expect(books.authorized(2).kinds()).toEqual(["AllocateStock"]);
  });

  it("with nothing in stock asks for no money until there is, and then by the means that was given", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 2 }], { paymentMethod: "pm_theirs" }));
    expect(books.kinds()).toEqual(["Notify order_received", "Notify backordered", "PromoteBackorder"]);
    expect(books.order).toMatchObject({ state: "PENDING", payments: [] });
    books.now += 3 * 24 * 60 * MINUTE;
    promoted(books, 1, 2);
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "backorder_arrived" },
      {
        kind: "AuthorizePayment",
        payment: 1,
        amount: { amount: 2000 },
        method: "pm_theirs",
        deadline: books.now + 20 * MINUTE,
      },
    ]);
    expect(books.order.holdExpiresAt, "its holds are new").toBe(books.now + 30 * MINUTE);
    expect(books.authorized().kinds()).toEqual(["AllocateStock"]);
  });

  it("allocates at once what is free of charge, and looks for the rest then", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 1, unitPrice: 0, held: { berlin: 1 } }, { quantity: 2 }]));
    expect(books.kinds()).toEqual(["AllocateStock", "Notify order_received", "Notify backordered"]);
    expect(books.allocated().kinds()).toEqual(["RequestFulfillment", "Notify order_confirmed", "PromoteBackorder"]);
  });

  it("looks for stock once at a time", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 2, held: { berlin: 2 } }, { quantity: 1 }]))
      .authorized()
      .allocated();
    expect(books.order.promotingSince).toBe(books.order.version);
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    books.called();
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [{ line: 1, quantity: 2 }],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.kinds(), "line 1 waits until the search for line 2 is over").toEqual(["Notify backordered"]);
    promoted(books, 2, 1);
    expect(books.order).toMatchObject({ promotingSince: null, lines: [{ backordered: 2 }, { backordered: 0 }] });
    books.allocated();
    expect(books.called()).toMatchObject([
      { kind: "RequestFulfillment" },
      { kind: "PromoteBackorder", lines: [{ line: 1, quantity: 2 }] },
    ]);
  });

  it("takes no more than it waits for", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    const search = books.effect("PromoteBackorder");
    promoted(books);
    books.called();
    books.done(
      "PromoteBackorder",
      {
        kind: "PromoteBackorder",
        reservations: [reservation(books.order.id, 2, "rome", 2, "late")],
        backordered: [],
        unavailable: [],
        estimatedDelivery: null,
      },
      search,
    );
    expect(books.kinds()).toEqual(["ReleaseStock"]);
    expect(books.order.lines[1]?.backordered).toBe(0);
  });
});

describe("amounts", () => {
  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 9 }),
    unitPrice: fc.integer({ min: 1, max: 99_999 }),
    tax: fc.integer({ min: 0, max: 9_999 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it("lose and invent no cent, in whatever portions an order is paid", () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 5 }),
        fc.nat(5_000),
        fc.nat(400),
        fc.infiniteStream(fc.nat()),
        (specs, shipping, discount, picks) => {
          const placed = placedOrder(
            specs.map(({ quantity, unitPrice, tax, share }) => ({
              quantity,
              unitPrice,
              tax,
              held: { berlin: Math.floor(quantity * share) },
            })),
          );
          const total = placed.totals.total + shipping - Math.min(discount, placed.totals.total);
          fc.pre(total > 500);
          const books = new OrderBooks({
            ...placed,
            reservations: placed.reservations.filter(({ quantity }) => quantity > 0),
            totals: { ...placed.totals, shipping, discount, total },
          });
          let asked = books.order.payments[0]?.amount ?? 0;
          let order = books.order;
          while (order.lines.some(({ backordered }) => backordered > 0)) {
            const waiting = order.lines.filter(({ backordered }) => backordered > 0);
            const number = waiting[(picks.next().value ?? 0) % waiting.length]?.number;
            const before = payableAmount(order);
            order = {
              ...order,
              lines: order.lines.map((one) =>
                one.number === number ? { ...one, backordered: one.backordered - 1 } : one,
              ),
            };
            expect(payableAmount(order)).toBeGreaterThanOrEqual(before);
            const due = unpaidAmount(order);
            expect(due).toBe(payableAmount(order) - asked);
            asked += due;
            const [first] = books.order.payments;
            const payment = { ...(first ?? new OrderBooks().order.payments[0]!), amount: asked };
            order = { ...order, payments: [payment] };
          }
          expect(asked).toBe(total);
          expect(unpaidAmount(order)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("what is due for parcels is never more than what is payable, and all of it once everything has a parcel", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (specs) => {
        const placed = placedOrder(
          specs.map(({ quantity, unitPrice, tax, share }) => ({
            quantity,
            unitPrice,
            tax,
            held: { berlin: Math.max(1, Math.floor(quantity * share)) },
          })),
        );
        fc.pre(placed.totals.total > 500);
        const books = new OrderBooks(placed).authorized();
        expect(dueForParcels(books.order)).toBe(0);
        books.allocated();
        expect(dueForParcels(books.order)).toBe(payableAmount(books.order));
        expect(securedAmount(books.order)).toBe(payableAmount(books.order));
        const [shipment] = books.order.shipments;
        const part = { ...books.order, shipments: [{ ...shipment!, items: shipment!.items.slice(1) }] };
        expect(dueForParcels(part)).toBeLessThanOrEqual(payableAmount(books.order));
      }),
      { numRuns: 200 },
    );
  });

  it("a capture that has failed secures nothing", () => {
    const books = new OrderBooks().authorized().allocated().shipped();
    expect(securedAmount(books.order)).toBe(2000);
    books.exhausted("CapturePayment", "declined");
    expect(securedAmount(books.order)).toBe(0);
    books.captured();
    expect(securedAmount(books.order)).toBe(2000);
    expect(books.now).toBe(PLACED_AT);
  });
});

describe("what is promised of units that wait", () => {
  const DAY = 24 * 60 * MINUTE;
  const preordered = PLACED_AT + 60 * DAY;
  const withPromise = () => {
    const placed = half();
    const promise = { delivery: "2027-01-22", countsFrom: preordered };
    return new OrderBooks({
      ...placed,
      lines: placed.lines.map((one) => (one.number === 2 ? { ...one, promise } : one)),
    });
  };
  const awaited = (books: OrderBooks, promises: { line: number; promise: { delivery: string } }[]) =>
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
      promises,
    });

  it("lets a preorder wait to its limit from the day on which it is to be had", () => {
    const books = withPromise().authorized().allocated();
    books.shipped().captured();
    expect(nextTimer(books.order)).toEqual({ timer: "backorder_limit", at: preordered + 30 * DAY });
    books.now = preordered;
    expect(books.timer("backorder_limit")).toEqual([]);
    books.now = preordered + 30 * DAY;
    expect(books.timer("backorder_limit")).toMatchObject([{ type: "LinesCancelled", reason: "backorder_limit" }]);
  });

  it("gives each line its own time", () => {
    const placed = placedOrder([{ quantity: 1 }, { quantity: 2, unitPrice: 333 }]);
    const promise = { delivery: "2027-01-22", countsFrom: preordered };
    const books = new OrderBooks({
      ...placed,
      lines: placed.lines.map((one) => (one.number === 2 ? { ...one, promise } : one)),
    });
    books.now += 30 * DAY;
    books.timer("backorder_limit");
    expect(books.order).toMatchObject({ ended: null, lines: [{ quantity: 0, backordered: 0 }, { backordered: 2 }] });
    expect(nextTimer(books.order)).toMatchObject({ at: preordered + 30 * DAY });
  });

  it("is news when it moves, and stock is looked for again", () => {
    const books = withPromise().authorized().allocated();
    books.called();
    awaited(books, [{ line: 2, promise: { delivery: "2027-03-01" } }]);
    expect(books.kinds()).toEqual(["Notify backordered", "PromoteBackorder"]);
    expect(books.order).toMatchObject({
      estimatedDelivery: "2027-03-01",
      lines: [{}, { promise: { delivery: "2027-03-01" } }],
    });
  });

  it("is no news, and looked for again, where its line has gone meanwhile and another still waits", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 1 }, { quantity: 2, unitPrice: 333 }]));
    const search = books.effect("PromoteBackorder");
    books.accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "less" });
    books.called();
    books.done(
      "PromoteBackorder",
      {
        kind: "PromoteBackorder",
        reservations: [reservation(books.order.id, 1, "rome", 1, "p")],
        backordered: [],
        unavailable: [],
        estimatedDelivery: null,
      },
      search,
    );
    expect(books.kinds()).toEqual(["ReleaseStock", "PromoteBackorder"]);
  });

  it("ends with the waiting: a line that is served in part keeps its place, one that is served whole has none", () => {
    const books = withPromise().authorized().allocated();
    const since = books.order.lines[1]?.waitingSince;
    expect(since).toBe(PLACED_AT);
    books.now += DAY;
    promoted(books, 2, 1);
    expect(books.order.lines[1]).toMatchObject({
      backordered: 1,
      waitingSince: since,
      promise: { delivery: "2027-01-22" },
    });
    books.authorized(2);
    books.allocated();
    promoted(books, 2, 1);
    expect(books.order.lines[1]).not.toHaveProperty("waitingSince");
    expect(books.order.lines[1]).not.toHaveProperty("promise");
  });
});
