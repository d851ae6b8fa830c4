import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PaymentFact } from "../../src/domain/order/effects.ts";
import { MINUTE, OrderBooks, PLACED_AT } from "../support/order-books.ts";

describe("what a provider tells of one payment", () => {
  it("comes to one truth, however late, doubled or out of order it is told", () => {
    const told = (total: number): PaymentFact[] => [
      { status: "created", intentId: "pi_1" },
      { status: "authorized", intentId: "pi_1", amount: total, expiresAt: 0 },
      { status: "captured", intentId: "pi_1", captured: total, refunded: 0 },
      { status: "captured", intentId: "pi_1", captured: total, refunded: 300 },
    ];
    const order = fc.shuffledSubarray([0, 1, 2, 3, 0, 1, 2, 3], { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(order, (sequence) => {
        const books = new OrderBooks().authorized().allocated().shipped();
        const { total } = books.order.totals;
        const facts = told(total);
        for (const index of sequence) {
          const fact = facts[index];
          if (fact !== undefined) books.payment(fact);
        }
        expect(books.order.payments).toMatchObject([{ status: "captured", captured: total, refunded: 300 }]);
        const types = books.events.map(({ event }) => event.type);
        for (const once of ["PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"])
          expect(types.filter((type) => type === once)).toHaveLength(1);
      }),
    );
  });
});

describe("a question of the bank that its customer never answers", () => {
  it("ends the payment at minute 20, and the order with all that is held for it when the hold does", () => {
    const books = new OrderBooks();
    books.payment({ status: "requires_action", intentId: "pi_1", actionUrl: "https://bank.example" });
    books.now = PLACED_AT + 20 * MINUTE;
    books.timer("payment_deadline");
    expect(books.effect("VoidPayment").effect).toMatchObject({ payment: 1 });
    expect(books.order).toMatchObject({ state: "PAYMENT_FAILED", ended: null });
    books.now = PLACED_AT + 30 * MINUTE;
    books.timer("hold_end");
    expect(books.order).toMatchObject({ state: "PAYMENT_FAILED", ended: { as: "PAYMENT_FAILED" } });
    expect(books.effect("ReleaseStock").effect).toMatchObject({
      reservations: books.order.reservations.map(({ id }) => ({ id })),
    });
    expect(books.order.reservations.every(({ status }) => status === "RELEASED")).toBe(true);
  });
});
