import type { MinorUnits } from "../money.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, Payment } from "./order.ts";
import { withPayment } from "./order-parts.ts";

/** A customer's claim, at their bank or at PayPal, that a payment was wrong. While it is open the money is not ours. */
export interface Dispute {
  /** The provider's id. */
  id: string;
  /** Minor units of the order's currency; may be less than was captured. */
  amount: MinorUnits;
  /** The customer's reason, in the provider's words. */
  reason: string;
  /** Until when evidence is taken, epoch milliseconds; null where there is nothing to hand in. */
  dueBy: number | null;
  /** `won`: the money is ours again; `lost`: it stays with the customer. */
  status: "open" | "won" | "lost";
}

/** The events that bring our books of a dispute up to the provider's; none when they agree. A decided one stays so. */
export function disputeEvents({ number, disputes = [] }: Payment, { status, ...dispute }: Dispute): OrderEvent[] {
  const known = disputes.find(({ id }) => id === dispute.id);
  const events: OrderEvent[] = [];
  if (known === undefined) events.push({ type: "PaymentDisputed", payment: number, dispute });
  else if (known.status !== "open") return [];
  else if (known.amount !== dispute.amount || known.reason !== dispute.reason || known.dueBy !== dispute.dueBy)
    events.push({ type: "DisputeUpdated", payment: number, dispute });
  if (status !== "open")
    events.push({ type: "DisputeClosed", payment: number, disputeId: dispute.id, outcome: status });
  return events;
}

/** The order after an event of a dispute. */
export function withDispute(
  order: Order,
  event: Extract<OrderEvent, { type: "PaymentDisputed" | "DisputeUpdated" | "DisputeClosed" }>,
): Order {
  return withPayment(order, event.payment, ({ disputes = [], ...payment }) => {
    switch (event.type) {
      case "PaymentDisputed":
        return { ...payment, disputes: [...disputes, { ...event.dispute, status: "open" }] };
      case "DisputeUpdated":
        return {
          ...payment,
          disputes: disputes.map((known) => (known.id === event.dispute.id ? { ...known, ...event.dispute } : known)),
        };
      case "DisputeClosed":
        return {
          ...payment,
          disputes: disputes.map((known) =>
            known.id === event.disputeId ? { ...known, status: event.outcome } : known,
          ),
        };
    }
  });
}

/** Whether the bank has still to decide about a part of this payment: until then nothing of it is paid back. */
export function isDisputed({ disputes = [] }: Payment): boolean {
  return disputes.some(({ status }) => status === "open");
}

/**
 * What of the payment may be paid back: nothing while it is disputed, because the bank has taken the money already
 * and may pay it out itself; never what was lost to a dispute, which the customer has.
 */
export function undisputedAmount(payment: Payment): MinorUnits {
  if (isDisputed(payment)) return 0;
  return Math.max(0, payment.captured - payment.refunded - lostAmount(payment));
}

/** What of the payment the customer has got back by disputes. */
export function lostAmount({ disputes = [] }: Payment): MinorUnits {
  return disputes.reduce((sum, { status, amount }) => sum + (status === "lost" ? amount : 0), 0);
}
