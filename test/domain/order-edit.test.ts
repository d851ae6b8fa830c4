import { describe, expect, it } from "vitest";
import { nextTimer } from "../../src/domain/order/timers.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { leastCharge, priceableDiscounts } from "../../src/domain/order/least-charge.ts";
import { MINUTE, OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

/** Two units for 10.00 each and one for 5.00, in Berlin. */
const two = (change: Parameters<typeof placedOrder>[1] = {}) =>
  placedOrder(
    [
      { quantity: 2, held: { berlin: 2 } },
      { quantity: 1, unitPrice: 500, held: { berlin: 1 } },
    ],
    change,
  );
const edit = (books: OrderBooks, quantities: Record<number, number>, added: (string | null)[] = []) =>
  books.command({ type: "EditOrder", edit: { content: contentOf(books.order, quantities, added) } });
const units = ({ lines }: Order) => lines.map(({ quantity }) => quantity);
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) => {
  const books = new OrderBooks(two(change)).authorized().allocated().accepted();
  books.called();
  return books;
};

describe("an edit before any money is secured", () => {
  it("is made at once, and asks for all of it by one payment that has no longer than the first had", () => {
    const books = new OrderBooks(two());
    books.now += 5 * MINUTE;
    books.called();
    edit(books, { 1: 3 });
    expect(books.called()).toMatchObject([
      { kind: "VoidPayment", payment: 1 },
      { kind: "AuthorizePayment", payment: 2, amount: { amount: 3500 } },
    ]);
    expect(books.order).toMatchObject({ state: "PENDING", totals: { total: 3500 }, pendingEdit: null });
    expect(books.order.payments[1]?.deadline).toBe(books.order.payments[0]?.deadline);
    expect(books.order.holdExpiresAt).toBe(books.order.placedAt + 30 * MINUTE);
    expect(books.authorized(2).called()).toMatchObject([
      { kind: "AllocateStock", reservations: [{ quantity: 2 }, { quantity: 1 }, { quantity: 1 }] },
    ]);
  });

  it("gives the first payment's money back when it comes all the same", () => {
    const books = new OrderBooks(two());
    edit(books, { 1: 3 });
    expect(books.authorized(1, 2500).kinds()).toEqual(["VoidPayment"]);
    expect(books.order.state).toBe("PENDING");
  });

  it("that makes it cheaper leaves the payment alone, and captures less", () => {
    const books = new OrderBooks(two({ captureOn: "order" }));
    books.called();
    edit(books, { 1: 1 });
    const [first] = books.order.reservations;
    expect(books.called()).toEqual([
      { kind: "ReleaseStock", reservations: [expect.objectContaining({ id: first?.id, quantity: 1, keep: 1 })] },
    ]);
    books.authorized().allocated();
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(1500);
  });

  it("after a failed payment is part of what the next means of payment is asked for, while the hold lasts", () => {
    const books = new OrderBooks(two());
    books.payment({ status: "failed", intentId: "pi_1", code: "declined", message: "no" });
    books.called();
    edit(books, { 1: 3 });
    expect(books.called()).toEqual([]);
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    expect(books.effect("AuthorizePayment").effect.amount.amount).toBe(3500);
    books.payment({ status: "failed", intentId: "pi_2", code: "declined", message: "no" }, 2);
    books.now = books.order.holdExpiresAt;
    expect(edit(books, { 1: 1 })).toEqual({ ok: false, refusal: { reason: "hold_ended" } });
  });
});

describe("an edit that costs more than is secured", () => {
  it("waits for a payment of the difference, then allocates what is new and asks for a parcel of its own", () => {
    const books = confirmed();
    edit(books, { 1: 3 });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", payment: 2, amount: { amount: 1000 } }]);
    expect(units(books.order)).toEqual([2, 1]);
    expect(books.order.pendingEdit).toMatchObject({ by: "OrderEdited", payment: 2 });
    expect(books.authorized(2).called()).toMatchObject([
      { kind: "AllocateStock", reservations: [{ quantity: 1, warehouseId: "berlin" }] },
    ]);
    expect(units(books.order)).toEqual([3, 1]);
    books.allocated();
    expect(books.called()).toMatchObject([{ kind: "RequestFulfillment" }]);
    expect(books.order.shipments).toMatchObject([{ state: "ACCEPTED" }, { items: [{ line: 1, quantity: 1 }] }]);
  });

  it("is captured by a payment of its own, once what it pays for is allocated", () => {
    const books = confirmed({ captureOn: "order" }).captured();
    edit(books, { 1: 3 });
    books.authorized(2).allocated();
    expect(books.effect("CapturePayment").effect).toMatchObject({ payment: 2, amount: { amount: 1000 } });
    books.captured(2);
    expect(books.order.payments.map(({ captured }) => captured)).toEqual([2500, 1000]);
  });

  it("is given up when its payment is declined: the order is as before, its new stock is free, a person is told", () => {
    const books = confirmed();
    const before = books.order;
    edit(books, { 1: 3, 2: 0 });
    const pending = books.order.pendingEdit;
    const held = pending && "edit" in pending ? pending.edit.content?.reservations[0]?.id : undefined;
    books.called();
    books.payment({ status: "failed", intentId: "pi_2", code: "declined", message: "no" }, 2);
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ id: held }] },
      { kind: "Notify", notification: "edit_declined" },
      { kind: "OpenDeviation", deviation: "payment_failed" },
    ]);
    const { lines, totals, shipments, state } = books.order;
    expect({ lines, totals, shipments, state }).toEqual({
      lines: before.lines,
      totals: before.totals,
      shipments: before.shipments,
      state: before.state,
    });
    expect(books.order.pendingEdit).toBeNull();
  });

  it("is given up when its payment has not come in time, and money that comes later goes back", () => {
    const books = confirmed();
    edit(books, { 1: 3 });
    const { timer, at } = nextTimer(books.order) ?? {};
    expect([timer, at]).toEqual(["payment_deadline", books.now + 20 * MINUTE]);
    books.now = at ?? 0;
    books.called();
    books.timer("payment_deadline");
    expect(books.kinds()).toEqual([
      "VoidPayment",
      "ReleaseStock",
      "Notify edit_declined",
      "OpenDeviation payment_failed",
    ]);
    expect(books.authorized(2, 1000).kinds()).toEqual(["VoidPayment"]);
  });

  it("comes too late once a pick has begun meanwhile, and its money goes back", () => {
    const books = confirmed();
    edit(books, { 1: 3 });
    books.picking();
    expect(books.authorized(2).kinds()).toEqual([
      "ReleaseStock",
      "VoidPayment",
      "Notify edit_declined",
      "OpenDeviation payment_failed",
    ]);
    expect(units(books.order)).toEqual([2, 1]);
  });

  it("is dropped with the order when that is cancelled", () => {
    const books = new OrderBooks(two()).authorized();
    edit(books, { 1: 3 });
    books.called();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ quantity: 2 }, { quantity: 1 }, { quantity: 1 }] },
      { kind: "VoidPayment", payment: 1 },
      { kind: "VoidPayment", payment: 2 },
      { kind: "Notify", notification: "cancelled" },
    ]);
    expect(books.authorized(2, 1000).kinds()).toEqual(["VoidPayment"]);
  });

  it("lets no other edit in until it is settled, but a new contact", () => {
    const books = confirmed();
    edit(books, { 1: 3 });
    expect(edit(books, { 1: 1 })).toEqual({ ok: false, refusal: { reason: "edit_pending" } });
    expect(books.command({ type: "CancelLines", lines: [{ line: 2, quantity: 1 }], reason: "less" })).toEqual({
      ok: false,
      refusal: { reason: "edit_pending" },
    });
    books.accept({ type: "EditOrder", edit: { contact: { name: "Ben", phone: "+4930123456" } } });
    expect(books.order).toMatchObject({ contact: { name: "Ben" }, pendingEdit: { payment: 2 } });
  });
});

describe("an edit that costs less", () => {
  it("withdraws the parcel that nobody has begun, gives the stock back, and asks for the rest anew", () => {
    const books = confirmed();
    edit(books, { 1: 1 });
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ keep: 1 }] },
      { kind: "CancelFulfillment", shipmentId: books.shipment(0) },
      { kind: "RequestFulfillment", shipmentId: books.shipment(1) },
    ]);
    expect(books.order.shipments).toMatchObject([
      { state: "CANCELLED", items: [] },
      {
        state: "REQUESTED",
        items: [
          { line: 1, quantity: 1 },
          { line: 2, quantity: 1 },
        ],
      },
    ]);
  });

  it("captures less at the first parcel", () => {
    const books = confirmed();
    edit(books, { 2: 0 });
    books.shipped(1);
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(2000);
  });

  it("pays the difference back where all was captured, exactly once", () => {
    const books = confirmed({ captureOn: "order" }).captured();
    books.called();
    edit(books, { 2: 0 });
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 1, amount: { amount: 500 } });
    books.accepted();
    edit(books, { 1: 1 });
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 2, amount: { amount: 1000 } });
    books.command({ type: "CancelOrder", reason: "changed my mind" });
    const recalls = books.effects.filter(({ effect }) => effect.kind === "CancelFulfillment");
    const last = recalls.at(-1);
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "recalled" }, last);
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 3, amount: { amount: 1000 } });
  });

  it("pays back what a capture that was on its way has taken too much", () => {
    const books = confirmed({ captureOn: "order" });
    edit(books, { 2: 0 });
    books.called();
    books.captured(1, 2500);
    expect(books.called()).toMatchObject([{ kind: "RefundPayment", amount: { amount: 500 } }]);
  });

  it("gives the later payment up when the first covers what is left", () => {
    const books = confirmed();
    edit(books, { 1: 3 });
    books.authorized(2).allocated().called();
    edit(books, { 1: 1 });
    expect(books.kinds()).toContain("VoidPayment");
    expect(books.effect("VoidPayment").effect.payment).toBe(2);
    expect(books.order.payments.map(({ status }) => status)).toEqual(["authorized", "voided"]);
  });
});

describe("what may be edited when", () => {
  it("an address alone leaves reservations and parcels as they are, and settles the new price", () => {
    const books = confirmed();
    const { reservations, shipments } = books.order;
    const address = { line1: "Jungfernstieg 1", city: "Hamburg", postalCode: "20095", country: "DE" };
    books.accept({ type: "EditOrder", edit: { address, content: contentOf(books.order, {}) } });
    expect(books.called()).toEqual([]);
    expect(books.order).toMatchObject({ address, reservations, shipments });
  });

  it("once picking has begun only the contact changes, and items are added until all has shipped", () => {
    const books = confirmed().picking();
    expect(edit(books, { 1: 1 })).toMatchObject({ refusal: { reason: "picking_started" } });
    books.accept({ type: "EditOrder", edit: { contact: { name: "Ben", email: "ben@example.com" } } });
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, ["rome"]) } });
    books.authorized(2).allocated();
    expect(books.order.shipments).toMatchObject([{ state: "PICKING" }, { warehouseId: "rome" }]);
    const shipped = confirmed().shipped();
    const late = { type: "AddItems", edit: { content: contentOf(shipped.order, {}, ["rome"]) } } as const;
    expect(shipped.command(late)).toEqual({ ok: false, refusal: { reason: "already_shipped" } });
  });

  it("not while a cancel waits, and never down to nothing", () => {
    const books = confirmed();
    expect(edit(books, { 1: 0, 2: 0 })).toEqual({ ok: false, refusal: { reason: "no_lines" } });
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(edit(books, { 1: 1 })).toEqual({ ok: false, refusal: { reason: "cancel_pending" } });
  });

  it("units that have to wait for stock are looked for together with those that wait already", () => {
    const books = confirmed();
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, [null]) } });
    expect(books.called()).toMatchObject([
      { kind: "Notify", notification: "backordered" },
      { kind: "PromoteBackorder", lines: [{ line: 3, quantity: 1 }] },
    ]);
    expect(books.order.pendingEdit, "nothing is due for them yet").toBeNull();
  });
});

describe("an edit whose difference is too little to be charged", () => {
  /** The content at so many cents more. */
  const dearer = (order: Order, cents: number) => {
    const content = contentOf(order, {});
    const { shipping, total } = content.totals;
    return { ...content, totals: { ...content.totals, shipping: shipping + cents, total: total + cents } };
  };

  it("is made at once, and the difference is given as a discount that says so", () => {
    const books = confirmed();
    books.accept({ type: "EditOrder", edit: { shippingMethod: "express", content: dearer(books.order, 49) } });
    expect(books.called()).toEqual([]);
    expect(books.order).toMatchObject({
      shippingMethod: "express",
      pendingEdit: null,
      totals: { shipping: 49, discount: 49, total: 2500 },
      discounts: [{ amount: 49, reason: "difference too small to charge" }],
    });
    books.shipped();
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(2500);
  });

  it("is asked for from the least that its provider takes", () => {
    const books = confirmed();
    books.accept({ type: "EditOrder", edit: { content: dearer(books.order, 50) } });
    expect(books.called()).toMatchObject([{ kind: "AuthorizePayment", amount: { amount: 50 } }]);
    const invoiced = confirmed({ paymentMethod: "invoice" });
    invoiced.accept({ type: "EditOrder", edit: { content: dearer(invoiced.order, 1) } });
    expect(invoiced.called()).toMatchObject([{ kind: "AuthorizePayment", amount: { amount: 1 } }]);
    expect([leastCharge("stripe", "EUR"), leastCharge("stripe", "JPY"), leastCharge("paypal", "EUR")]).toEqual([
      50, 50, 1,
    ]);
  });

  it("is not forgiven twice: the next price is without it", () => {
    const books = confirmed();
    books.accept({ type: "EditOrder", edit: { content: dearer(books.order, 30) } });
    expect(priceableDiscounts(books.order)).toEqual([]);
    expect(priceableDiscounts({ discounts: [{ amount: 5, reason: "welcome" }] })).toHaveLength(1);
  });
});
