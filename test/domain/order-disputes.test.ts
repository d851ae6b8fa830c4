import { describe, expect, it } from "vitest";
import { type Dispute, isDisputed, undisputedAmount } from "../../src/domain/order/dispute.ts";
import { paymentState } from "../../src/domain/order/views.ts";
import { OrderBooks } from "../support/order-books.ts";

const DUE_BY = Date.UTC(2026, 10, 30, 12);
const DISPUTE: Dispute = {
  id: "dp_1",
  amount: 2000,
  reason: "product_not_received",
  dueBy: DUE_BY,
  status: "open",
};

function shipped() {
  const books = new OrderBooks().authorized().allocated().shipped().captured();
  books.called();
  return books;
}
const tell = (books: OrderBooks, change: Partial<Dispute> = {}) =>
  books.payment({ status: "disputed", intentId: "pi_1", dispute: { ...DISPUTE, ...change } });
const payment = (books: OrderBooks) => books.order.payments[0]!;

describe("a disputed payment", () => {
  it("is on the order's history and in front of a person, with amount, reason and time", () => {
    const books = shipped();
    const { status: _status, ...dispute } = DISPUTE;
    expect(tell(books)).toEqual([{ type: "PaymentDisputed", payment: 1, dispute }]);
    expect(books.called()).toEqual([
      {
        kind: "OpenDeviation",
        deviation: "dispute",
        reference: { provider: "stripe", id: "dp_1" },
        summary: `${books.order.number}: the customer's bank disputes 20.00 EUR of payment 1 (product_not_received). Evidence is taken until 2026-11-30T12:00:00.000Z.`,
        tried: [],
      },
    ]);
    expect(payment(books)).toMatchObject({ status: "captured", captured: 2000, disputes: [DISPUTE] });
    expect(books.order.state).toBe("SHIPPED");
    expect(paymentState(books.order)).toBe("captured");
  });

  it("tells nothing new the second time, and what has changed once", () => {
    const books = shipped();
    tell(books);
    books.called();
    expect(tell(books)).toEqual([]);
    expect(tell(books, { amount: 1500 })).toMatchObject([{ type: "DisputeUpdated", dispute: { amount: 1500 } }]);
    expect(tell(books, { amount: 1500 })).toEqual([]);
    expect(books.called()).toEqual([]);
    expect(payment(books).disputes).toMatchObject([{ amount: 1500, status: "open" }]);
  });

  it.each([
    ["won", 2000],
    ["lost", 500],
  ] as const)("may be paid back again once it is decided: %s leaves %i", (outcome, left) => {
    const books = shipped();
    tell(books, { amount: 1500 });
    expect(isDisputed(payment(books))).toBe(true);
    expect(undisputedAmount(payment(books))).toBe(0);
    expect(tell(books, { amount: 1500, status: outcome })).toEqual([
      { type: "DisputeClosed", payment: 1, disputeId: "dp_1", outcome },
    ]);
    expect(isDisputed(payment(books))).toBe(false);
    expect(undisputedAmount(payment(books))).toBe(left);
    // Of what is decided nothing is taken back, in whatever order it is told.
    expect(tell(books, { amount: 1500 })).toEqual([]);
    expect(undisputedAmount(payment(books))).toBe(left);
  });

  it("that we learn of only when it is decided is recorded as both", () => {
    const books = shipped();
    expect(tell(books, { status: "lost" }).map(({ type }) => type)).toEqual(["PaymentDisputed", "DisputeClosed"]);
    expect(books.kinds()).toEqual(["OpenDeviation dispute"]);
  });

  it("may be disputed a second time, on its own account", () => {
    const books = shipped();
    tell(books, { amount: 500, status: "won" });
    tell(books, { id: "dp_2", amount: 700, status: "lost" });
    expect(payment(books).disputes).toMatchObject([
      { id: "dp_1", status: "won" },
      { id: "dp_2", status: "lost" },
    ]);
    expect(undisputedAmount(payment(books))).toBe(1300);
  });
});
