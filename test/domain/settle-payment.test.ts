import { describe, expect, it } from "vitest";
import type { OrderId } from "../../src/domain/ids.ts";
import { orderOfPayment, paymentIdOf } from "../../src/domain/ids.ts";
import { refundableNow } from "../../src/domain/order/refund.ts";
import { OrderBooks, placedOrder, reservation } from "../support/order-books.ts";

const capture = { type: "CapturePayment", payment: 1 } as const;
const giveUp = { type: "VoidPayment", payment: 1 } as const;
const refusalOf = (books: OrderBooks, command: Parameters<OrderBooks["command"]>[0]) => {
  const decided = books.command(command);
  return decided.ok ? null : decided.refusal;
};

/** An order that is paid, and whose units all turned out to wait for stock. */
function waiting(): OrderBooks {
  const books = new OrderBooks().authorized();
  const [held] = books.order.reservations;
  if (held === undefined) throw new Error("nothing is held");
  books.done("AllocateStock", { kind: "AllocateStock", allocated: [], short: [held.id] });
  const lines = books.order.lines.map(({ number, quantity }) => ({ line: number, quantity }));
  books.done("ReSource", {
    kind: "ReSource",
    reservations: [],
    backordered: lines,
    unavailable: [],
    estimatedDelivery: null,
  });
  return books;
}

describe("capturing a payment by hand", () => {
  it("takes all that is due, once, and the parcel takes nothing more", () => {
    const books = new OrderBooks().authorized().allocated().accept(capture);
    const { total } = books.order.totals;
    expect(books.effect("CapturePayment").effect.amount.amount).toBe(total);
    expect(refusalOf(books, capture)).toEqual({ reason: "capture_asked" });
    expect(refusalOf(books, giveUp)).toEqual({ reason: "capture_asked" });
    books.captured();
    expect(refusalOf(books, capture)).toEqual({ reason: "payment_state", state: "captured" });
    books.shipped();
    expect(books.effects.filter(({ effect }) => effect.kind === "CapturePayment")).toHaveLength(1);
  });

  it("is refused before the stock is allocated, for a payment that is not there, and while a cancel is under way", () => {
    expect(refusalOf(new OrderBooks().authorized(), capture)).toEqual({ reason: "stock_not_allocated" });
    const books = new OrderBooks().authorized().allocated();
    expect(refusalOf(books, { ...capture, payment: 2 })).toEqual({ reason: "payment_unknown" });
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(refusalOf(books, capture)).toEqual({ reason: "cancel_pending" });
  });

  it("is paid back when the order is cancelled afterwards", () => {
    const books = new OrderBooks().authorized().allocated().accept(capture).captured();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "recalled" });
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(books.order.totals.total);
  });
});

describe("giving a payment back by hand", () => {
  it("is refused where a part of the order would be unpaid", () => {
    const books = new OrderBooks().authorized().allocated();
    expect(refusalOf(books, giveUp)).toEqual({ reason: "payment_needed", amount: books.order.totals.total });
  });

  it("gives an order that waits for stock its money back, and asks for it again when the stock has come", () => {
    const books = waiting();
    expect(refusalOf(books, capture)).toEqual({ reason: "stock_not_allocated" });
    books.accept(giveUp);
    expect(books.effect("VoidPayment").effect).toMatchObject({ payment: 1 });
    expect(books.order.payments).toMatchObject([{ status: "voided" }]);
    expect(refusalOf(books, giveUp)).toEqual({ reason: "payment_state", state: "voided" });
    books.done("VoidPayment", { kind: "VoidPayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.order.state).toBe("PENDING");
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [reservation(books.order.id, 1, "berlin", books.order.lines[0]?.quantity ?? 0, "again")],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(books.order.payments).toMatchObject([{ status: "voided" }, { status: "requested" }]);
    expect(books.order.payments[1]?.amount).toBe(books.order.totals.total);
  });

  it("pays back what a late capture has taken all the same", () => {
    const books = waiting().accept(giveUp);
    const { total } = books.order.totals;
    books.payment({ status: "captured", intentId: "pi_1", captured: total, refunded: 0 });
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(total);
  });
});

describe("what can be paid back", () => {
  const taken = () =>
    new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().captured();
  const dispute = { id: "dp_1", amount: 100, reason: "fraudulent", dueBy: null };

  it.each([
    ["open", "nothing", (total: number) => total],
    ["lost", "what is not lost", () => 100],
    ["won", "all of it", () => 0],
  ] as const)("is, of a payment whose dispute is %s, %s", (status, _what, less) => {
    const books = taken();
    const { total } = books.order.totals;
    books.payment({ status: "disputed", intentId: "pi_1", dispute: { ...dispute, status } });
    const there = total - less(total);
    expect(refundableNow(books.order)).toBe(there);
    expect(refusalOf(books, { type: "RefundOrder", reason: "goodwill", of: { amount: there + 1 } })).toEqual({
      reason: "refund_too_large",
      refundable: there,
    });
    if (there > 0) books.accept({ type: "RefundOrder", reason: "goodwill", of: { amount: there } });
    expect(refundableNow(books.order)).toBe(0);
  });
});

describe("a payment's id", () => {
  const orderId = "ord_0123456789abcdefghjkmn" as OrderId;

  it("names its order and its number", () => {
    expect(orderOfPayment(paymentIdOf(orderId, 12))).toEqual({ orderId, payment: 12 });
  });

  it.each(["pay_0123456789abcdefghjkmn", "pay_0123456789abcdefghjkmn-0", "ord_0123456789abcdefghjkmn-1", ""])(
    "is not %j",
    (text) => {
      expect(orderOfPayment(text)).toBeNull();
    },
  );
});
