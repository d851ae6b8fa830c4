import { describe, expect, it } from "vitest";
import { refundableNow, refundState } from "../../src/domain/order/refund.ts";
import { paymentState } from "../../src/domain/order/views.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";

/** A delivered order of 20.00 of which 5.00 were paid back. */
function refunded(amount = 500): { books: OrderBooks; intentId: string } {
  const books = new OrderBooks().authorized().allocated().delivered().captured();
  const intentId = books.order.payments[0]?.intentId ?? "";
  books.accept({ type: "RefundOrder", reason: "late", of: { amount } });
  books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount });
  books.called();
  return { books, intentId };
}

const failure = (intentId: string, refundId = "re_1", amount = 500) =>
  ({ status: "refund_failed", intentId, refundId, amount, code: "expired_or_canceled_card" }) as const;

const retryOf = (books: OrderBooks) => books.effect("OpenDeviation").effect.effectId;

describe("a refund that fails after it was done", () => {
  it("is shown as failed, and no longer counts as paid back", () => {
    const { books, intentId } = refunded(2000);
    expect(paymentState(books.order)).toBe("refunded");
    books.payment(failure(intentId, "re_1", 2000));
    expect(books.order.payments).toMatchObject([{ captured: 2000, refunded: 0 }]);
    expect(paymentState(books.order)).toBe("captured");
    expect(books.order.refunds.map(refundState)).toEqual(["failed"]);
  });

  it("takes an order that had been paid back back to what it was before", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().captured();
    books.accept({ type: "CancelOrder", reason: "x" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "" });
    const { effect } = books.effect("RefundPayment");
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: effect.amount.amount });
    expect(books.order.state).toBe("REFUNDED");
    const intentId = books.order.payments[0]?.intentId ?? "";
    books.called();
    books.payment(failure(intentId, "re_1", effect.amount.amount));
    expect(books.order.state).toBe("CANCELLED");
    expect(books.kinds(), "no second refund by itself").toEqual(["OpenDeviation payment_failed"]);
  });

  it("is put in front of a person once, however often it is told", () => {
    const { books, intentId } = refunded();
    expect(books.payment(failure(intentId))).toMatchObject([{ type: "RefundFailed", refund: 1, amount: 500 }]);
    expect(books.kinds()).toEqual(["OpenDeviation payment_failed"]);
    expect(books.payment(failure(intentId))).toEqual([]);
    expect(books.called()).toEqual([]);
  });

  it("keeps its money set aside, so that the customer gets it by trying again and not twice", () => {
    const { books, intentId } = refunded();
    books.payment(failure(intentId));
    expect(refundableNow(books.order)).toBe(1500);
    books.accept({ type: "RetryEffect", effectId: retryOf(books)! });
    expect(books.order.refunds.map(refundState)).toEqual(["pending"]);
    expect(books.effect("RefundPayment").effect).toMatchObject({ refund: 1, payment: 1, amount: { amount: 500 } });
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_2", amount: 500 });
    expect(books.order.payments).toMatchObject([{ refunded: 500 }]);
    expect(books.order.refunds.map(refundState)).toEqual(["done"]);
    expect(books.payment(failure(intentId)), "of the first try").toEqual([]);
    expect(refundableNow(books.order)).toBe(1500);
  });

  it("may fail again, and be tried again", () => {
    const { books, intentId } = refunded();
    for (const [failed, next] of [
      ["re_1", "re_2"],
      ["re_2", "re_3"],
    ] as const) {
      books.payment(failure(intentId, failed));
      books.accept({ type: "RetryEffect", effectId: retryOf(books)! });
      expect(books.command({ type: "RetryEffect", effectId: retryOf(books)! })).toMatchObject({ ok: false });
      books.done("RefundPayment", { kind: "RefundPayment", refundId: next, amount: 500 });
    }
    expect(books.order.payments).toMatchObject([{ refunded: 500 }]);
    expect(books.effects.filter(({ effect }) => effect.kind === "RefundPayment")).toHaveLength(3);
    expect(new Set(books.effects.map(({ id }) => id)).size, "each under a key of its own").toBe(books.effects.length);
  });

  it("is found by its amount where a webhook had told of it before our own reply", () => {
    const books = new OrderBooks().authorized().allocated().delivered().captured();
    const intentId = books.order.payments[0]?.intentId ?? "";
    books.accept({ type: "RefundOrder", reason: "late", of: { amount: 500 } });
    books.payment({ status: "captured", intentId, captured: 2000, refunded: 500 });
    const { id } = books.effect("RefundPayment");
    books.done("RefundPayment", { kind: "RefundPayment", refundId: id, amount: 500 });
    books.payment(failure(intentId));
    expect(books.order.payments).toMatchObject([{ refunded: 0 }]);
    expect(books.order.refunds.map(refundState)).toEqual(["failed"]);
  });

  it("of another hand gives its amount free again, and a person is told", () => {
    const { books, intentId } = refunded();
    books.payment({ status: "captured", intentId, captured: 2000, refunded: 800 });
    expect(refundableNow(books.order)).toBe(1200);
    books.called();
    books.payment(failure(intentId, "re_by_hand", 300));
    expect(books.order.payments).toMatchObject([{ refunded: 500 }]);
    expect(refundableNow(books.order)).toBe(1500);
    expect(books.order.refunds.map(refundState)).toEqual(["done"]);
    expect(books.kinds()).toEqual(["OpenDeviation payment_failed"]);
    expect(retryOf(books)).toBeUndefined();
  });

  it("of which nothing had counted as paid back changes nothing", () => {
    const { books, intentId } = refunded();
    expect(books.payment(failure(intentId, "re_unknown", 300))).toEqual([]);
  });
});

describe("a refund that could not be made", () => {
  it("is shown as failed until a person has it tried again", () => {
    const books = new OrderBooks().authorized().allocated().delivered().captured();
    books.accept({ type: "RefundOrder", reason: "late", of: { amount: 500 } });
    books.exhausted("RefundPayment", "insufficient_funds");
    expect(books.order.refunds.map(refundState)).toEqual(["failed"]);
    const { id } = books.effect("RefundPayment");
    books.accept({ type: "RetryEffect", effectId: id });
    expect(books.order.refunds.map(refundState)).toEqual(["pending"]);
    expect(
      books.effects.filter(({ effect }) => effect.kind === "RefundPayment"),
      "the effect itself starts over",
    ).toHaveLength(1);
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 500 });
    expect(books.order.refunds.map(refundState)).toEqual(["done"]);
  });
});
