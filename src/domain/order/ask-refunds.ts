import type { MinorUnits } from "../money.ts";
import { borneBy } from "./amounts.ts";
import type { Effect } from "./effects.ts";
import type { Order, Payment } from "./order.ts";
import { withPayment } from "./order-parts.ts";

/**
 * Asks for money to be paid back as soon as more of it was captured than the whole order costs: it became smaller after
 * the capture, or while the capture was on its way. Newest payment first. Money for units that wait for stock is kept
 * as long as they wait.
 */
export function askRefunds(order: Order, version: number): Order {
  if (order.ended) return order;
  const captured = order.payments.filter(({ status }) => status === "captured");
  let surplus = captured.reduce((sum, payment) => sum + borneBy(payment), 0) - order.totals.total;
  let after = order;
  for (const payment of captured.toReversed()) {
    const amount = Math.min(surplus, borneBy(payment), keptOf(payment));
    if (amount <= 0) continue;
    surplus -= amount;
    const refundAsked = {
      reduced: payment.captured - borneBy(payment) + amount,
      amount,
      askedIn: version,
      refundedAfter: payment.captured - keptOf(payment) + amount,
    };
    after = withPayment(after, payment.number, (one) => ({ ...one, refundAsked }));
  }
  return after;
}

/** What was captured and is neither paid back nor asked to be. */
export function keptOf({ captured, refunded, refundAsked }: Payment): MinorUnits {
  return captured - Math.max(refunded, refundAsked?.refundedAfter ?? 0);
}

/** The refunds that this very event has made due. */
export function refunds({ payments, version, currency }: Order): Effect[] {
  return payments.flatMap(({ number, refundAsked }): Effect[] =>
    refundAsked?.askedIn === version
      ? [
          {
            kind: "RefundPayment",
            payment: number,
            amount: { amount: refundAsked.amount, currency },
            refundedAfter: refundAsked.refundedAfter,
            reason: "order reduced",
          },
        ]
      : [],
  );
}

/** Pays back what is left of a payment. */
export function refundRest({ currency }: Order, payment: Payment, reason: string): Effect[] {
  const { number, captured } = payment;
  const amount = keptOf(payment);
  if (amount <= 0) return [];
  return [
    {
      kind: "RefundPayment",
      payment: number,
      amount: { amount, currency },
      refundedAfter: captured,
      reason,
    },
  ];
}
