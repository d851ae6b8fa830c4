import { describe, expect, it } from "vitest";
import { refundedAfter } from "../../src/domain/order/refund.ts";
import { OrderBooks } from "../support/order-books.ts";

describe("a refund beside one that was made at the provider", () => {
  it("is made although as much was paid back before by another hand", () => {
    const books = new OrderBooks().authorized().allocated().delivered().captured();
    const intentId = books.order.payments[0]?.intentId ?? "";
    const byHand = (refunded: number) => books.payment({ status: "captured", intentId, captured: 2000, refunded });
    byHand(500);
    books.accept({ type: "RefundOrder", reason: "late", of: { amount: 300 } });
    expect(books.command({ type: "RefundOrder", reason: "later", of: { amount: 1201 } })).toMatchObject({
      refusal: { reason: "refund_too_large", refundable: 1200 },
    });
    const { effect } = books.effect("RefundPayment");
    expect(refundedAfter(books.order, effect.payment, effect.amount.amount), "by both").toBe(800);
    // The provider's webhook overtakes its reply.
    byHand(800);
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 300 });
    expect(books.order.payments).toMatchObject([{ captured: 2000, refunded: 800 }]);
    expect(books.command({ type: "RefundOrder", reason: "all", of: { amount: 1201 } })).toMatchObject({
      refusal: { reason: "refund_too_large", refundable: 1200 },
    });
    expect(books.command({ type: "RefundOrder", reason: "all", of: { amount: 1200 } })).toMatchObject({ ok: true });
  });
});
