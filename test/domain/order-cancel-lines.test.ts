import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextTimer } from "../../src/domain/order/timers.ts";
import type { LineUnits } from "../../src/domain/order/order.ts";
import { MINUTE, OrderBooks, placedOrder, reservation } from "../support/order-books.ts";

const DAY = 24 * 60 * MINUTE;

/** Two units for 10.00 and 1.90 tax in Berlin, one for 5.00 in Paris; 3.00 shipping, 1.00 off. */
const mixed = (change: Parameters<typeof placedOrder>[1] = {}) =>
  placedOrder(
    [
      { quantity: 2, tax: 380, held: { berlin: 2 } },
      { quantity: 1, unitPrice: 500, tax: 95, held: { paris: 1 } },
    ],
    {
      discounts: [{ amount: 100, reason: "welcome" }],
      totals: { subtotal: 2500, shipping: 300, tax: 475, discount: 100, total: 3175 },
      ...change,
    },
  );
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) => {
  const books = new OrderBooks(mixed(change)).authorized().allocated().accepted();
  books.called();
  return books;
};
const cancel = (books: OrderBooks, ...lines: LineUnits[]) =>
  books.command({ type: "CancelLines", lines, reason: "one is enough" });

describe("cancelling units of an order", () => {
  it("takes their price, tax and share of the discount out, and leaves the shipping", () => {
    const books = confirmed();
    cancel(books, { line: 1, quantity: 1 });
    expect(books.order).toMatchObject({
      lines: [{ quantity: 1, net: 1000, tax: 190, weightGrams: 100 }, { quantity: 1 }],
      totals: { subtotal: 1500, shipping: 300, tax: 285, discount: 60, total: 2025 },
      discounts: [{ amount: 60, reason: "welcome" }],
    });
    expect(books.kinds()).toEqual([
      "ReleaseStock",
      "CancelFulfillment",
      "RequestFulfillment",
      "Notify items_cancelled",
    ]);
  });

  it("of what is being picked is refused, and goes on for the other parcel", () => {
    const books = confirmed().picking(0);
    expect(cancel(books, { line: 1, quantity: 1 })).toEqual({
      ok: false,
      refusal: { reason: "quantity_exceeds_open", line: 1, quantity: 0 },
    });
    expect(cancel(books, { line: 2, quantity: 1 }).ok).toBe(true);
    expect(books.order.shipments).toMatchObject([{ state: "PICKING" }, { state: "CANCELLED", items: [] }]);
    books
      .accept({ type: "PackShipment", shipmentId: books.shipment(0) })
      .labelled(0)
      .accept({ type: "ShipShipment", shipmentId: books.shipment(0) });
    expect(books.order.state, "all that is left has shipped").toBe("SHIPPED");
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(books.order.totals.total);
  });

  it("pays back what was captured for them", () => {
    const books = confirmed({ captureOn: "order" }).captured();
    books.called();
    cancel(books, { line: 2, quantity: 1 });
    // 5.00 and 0.95 tax, less a fifth of the discount.
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 1, amount: { amount: 575 } });
    expect(books.order.state).toBe("FULFILLMENT_PENDING");
  });

  it("of all of them is a cancel of the order, shipping and all", () => {
    const books = confirmed();
    cancel(books, { line: 1, quantity: 2 }, { line: 2, quantity: 1 });
    expect(books.order.cancelling).toMatchObject({ reason: "one is enough" });
    expect(books.kinds()).toEqual(["CancelFulfillment", "CancelFulfillment"]);
  });

  it("names lines of the order, once each, and no more than are open", () => {
    const books = confirmed();
    expect(cancel(books, { line: 7, quantity: 1 })).toEqual({
      ok: false,
      refusal: { reason: "line_unknown", line: 7 },
    });
    for (const quantity of [0, -1, 1.5, 3])
      expect(cancel(books, { line: 1, quantity })).toMatchObject({ refusal: { reason: "quantity_exceeds_open" } });
    expect(cancel(books, { line: 1, quantity: 1 }, { line: 1, quantity: 1 })).toMatchObject({ ok: false });
    expect(cancel(books)).toEqual({ ok: false, refusal: { reason: "no_lines" } });
    books.accept({ type: "CancelOrder", reason: "all" });
    expect(cancel(books, { line: 1, quantity: 1 })).toEqual({ ok: false, refusal: { reason: "cancel_pending" } });
  });

  it("keeps stock that is on its way for the units that are left, and gives the rest of it back", () => {
    const books = new OrderBooks(mixed()).authorized();
    books.allocated([books.order.reservations[0]!.id]);
    cancel(books, { line: 1, quantity: 1 });
    books.called();
    const found = reservation(books.order.id, 1, "rome", 2, "r");
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [found],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.called()).toMatchObject([
      { kind: "AllocateStock", reservations: [{ id: found.id, quantity: 1 }] },
      { kind: "ReleaseStock", reservations: [{ id: found.id, keep: 1 }] },
    ]);
    expect(books.order.lines).toMatchObject([{ unsourced: 0, quantity: 1 }, {}]);
  });

  it("loses and invents no cent, whatever is cancelled in whatever order", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            quantity: fc.integer({ min: 1, max: 7 }),
            unitPrice: fc.integer({ min: 101, max: 999 }),
            tax: fc.nat(500),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        fc.nat(99),
        fc.nat(500),
        fc.array(fc.record({ line: fc.nat(3), quantity: fc.integer({ min: 1, max: 4 }) }), { maxLength: 12 }),
        (lines, discount, shipping, cancels) => {
          const placed = placedOrder(lines.map((line) => ({ ...line, held: { berlin: line.quantity } })));
          const { subtotal, tax } = placed.totals;
          const total = subtotal + tax + shipping - discount;
          fc.pre(total > 500);
          const discounts = discount > 0 ? [{ amount: discount, reason: "welcome" }] : [];
          const totals = { subtotal, tax, shipping, discount, total };
          const books = new OrderBooks({ ...placed, captureOn: "order", discounts, totals }).authorized().allocated();
          books.captured();
          const refunds = () =>
            books.effects.reduce(
              (sum, { effect }) => sum + (effect.kind === "RefundPayment" ? effect.amount.amount : 0),
              0,
            );
          for (const { line, quantity } of cancels) {
            if (books.order.ended ?? books.order.cancelling) break;
            cancel(books, { line: 1 + (line % lines.length), quantity });
            expect(refunds()).toBe(total - books.order.totals.total);
            expect(books.order.totals.total).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("units that wait for stock", () => {
  const half = (change: Parameters<typeof placedOrder>[1] = {}) =>
    placedOrder(
      [
        { quantity: 1, held: { berlin: 1 } },
        { quantity: 2, unitPrice: 333 },
      ],
      {
        totals: { subtotal: 1666, shipping: 400, tax: 0, discount: 0, total: 2066 },
        ...change,
      },
    );

  it("are cancelled by the customer, who is asked for nothing more: their share of the shipping was never due", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    const due = books.order.payments[0]?.amount;
    books.called();
    cancel(books, { line: 2, quantity: 2 });
    expect(books.order).toMatchObject({ totals: { subtotal: 1000, total: due }, promotingSince: null });
    expect(books.kinds()).toEqual(["Notify items_cancelled"]);
    books.shipped();
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(due);
  });

  it("are cancelled after 30 days, and the rest of the order stays", () => {
    const books = new OrderBooks(half()).authorized().allocated();
    books.shipped().captured();
    const { timer, at } = nextTimer(books.order) ?? {};
    expect([timer, at]).toEqual(["backorder_limit", books.order.placedAt + 30 * DAY]);
    books.now = (at ?? 0) - 1;
    expect(books.timer("backorder_limit")).toEqual([]);
    books.now += 1;
    books.called();
    books.timer("backorder_limit");
    expect(books.kinds()).toEqual(["Notify items_cancelled"]);
    expect(books.order.state).toBe("SHIPPED");
    expect(nextTimer(books.order)).toBeNull();
  });

  it("are the whole order: it is cancelled then", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 2 }], { backorderLimitDays: 5 }));
    expect(nextTimer(books.order)).toEqual({ timer: "backorder_limit", at: books.order.placedAt + 5 * DAY });
    books.now += 5 * DAY;
    books.called();
    books.timer("backorder_limit");
    expect(books.kinds()).toEqual(["Notify cancelled"]);
    expect(books.order).toMatchObject({ state: "CANCELLED", ended: { reason: "backorder_limit" } });
  });

  it("are promised anew when they wait again", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 2 }]));
    books.now += 10 * DAY;
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [reservation(books.order.id, 1, "rome", 2, "p")],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.order.backorderedSince).toBeNull();
    books.authorized();
    books.allocated([books.effect("AllocateStock").effect.reservations[0]!.id]);
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [{ line: 1, quantity: 2 }],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.order.backorderedSince).toBe(books.now);
  });
});
