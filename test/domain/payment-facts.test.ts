import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PaymentFact } from "../../src/domain/order/effects.ts";
import { OrderBooks } from "../support/order-books.ts";

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
