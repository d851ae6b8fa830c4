import { allocateMoney, type MinorUnits } from "../money.ts";
import type { Order, Payment } from "./order.ts";

type Priced = Pick<Order, "totals"> & {
  lines: readonly { quantity: number; net: number; tax: number; backordered: number }[];
};

/**
 * What of the order's total is due for the units that have stock. Backordered units are paid when they are
 * promoted; shipping, tax and discount follow the units in proportion to their value, so that the parts add up
 * to the total exactly.
 */
export function payableAmount(order: Priced): MinorUnits {
  const value = (line: Priced["lines"][number], units: number) =>
    line.quantity === 0 ? 0 : ((line.net + line.tax) * units) / line.quantity;
  const waiting = order.lines.reduce((sum, line) => sum + value(line, line.backordered), 0);
  if (waiting === 0) return order.totals.total;
  const ready = order.lines.reduce((sum, line) => sum + value(line, line.quantity - line.backordered), 0);
  return allocateMoney(order.totals.total, [ready, waiting])[0] ?? 0;
}

/** The same for the units that have a parcel: at least this must be secured before the parcel may leave. */
export function dueForParcels(order: Pick<Order, "lines" | "shipments" | "totals">): MinorUnits {
  const items = order.shipments.filter(({ state }) => state !== "CANCELLED").flatMap((shipment) => shipment.items);
  const unitsOf = (number: number) =>
    items.filter(({ line }) => line === number).reduce((sum, { quantity }) => sum + quantity, 0);
  return payableAmount({
    totals: order.totals,
    lines: order.lines.map(({ number, quantity, net, tax }) => ({
      quantity,
      net,
      tax,
      backordered: Math.max(0, quantity - unitsOf(number)),
    })),
  });
}

/** What is secured: captured, or authorized and neither on its way back nor known to be uncapturable. */
export function securedAmount(order: Pick<Order, "payments">): MinorUnits {
  return order.payments
    .filter(isSecured)
    .reduce(
      (sum, payment) =>
        sum +
        (payment.captured > 0
          ? borneBy(payment)
          : payment.captureFailed || isGivenBack(payment)
            ? 0
            : (payment.capture?.amount ?? payment.authorized)),
      0,
    );
}

/** What was captured and pays for the order as it is now: money of a payment that was given up is on its way back. */
export function capturedAmount(order: Pick<Order, "payments">): MinorUnits {
  return order.payments.filter(isPaymentAlive).reduce((sum, payment) => sum + borneBy(payment), 0);
}

/** Whether the payment still can, or already does, bring money. */
export function isPaymentAlive(payment: Payment): boolean {
  return payment.status !== "voided" && payment.status !== "failed";
}

/** Whether the money of this payment is secured. */
export function isSecured(payment: Payment): boolean {
  return payment.status === "authorized" || payment.status === "captured";
}

/** Whether the authorization would have lapsed with nothing to capture it for, and the provider is to give it up. */
export function isGivenBack({ status, authorizationExpiresAt, capture }: Payment): boolean {
  return status === "authorized" && authorizationExpiresAt === null && capture === null;
}

/** The payments that the customer makes for this order, as against credit from another one. */
export function ownPayments({ payments }: Pick<Order, "payments">): Payment[] {
  return payments.filter(({ provider }) => provider !== "exchange");
}

/**
 * Whether what the order waited for first is secured. Credit alone is enough where nothing else was ever asked for, where
 * stock was allocated for it, or where it has come to cover all that is due.
 */
export function hasSecured(order: Priced & Pick<Order, "payments" | "pendingEdit" | "reservations">): boolean {
  const own = ownPayments(order);
  if (own.some(isSecured)) return true;
  if (own.length === order.payments.length) return false;
  const isUsed = order.reservations.some(({ status }) => status === "ALLOCATED" || status === "SHIPPED");
  return own.length === 0 || isUsed || (!own.some(isPaymentAlive) && unpaidAmount(order) === 0);
}

/** Whether the payment's outcome is still open. */
export function isPaymentOpen(payment: Payment): boolean {
  return isPaymentAlive(payment) && !isSecured(payment);
}

/**
 * What is payable and no payment has been asked for yet; never negative. A payment of which less was captured than
 * authorized brings no more than that: most cards allow one capture. The payment of an edit pays for nothing until the
 * edit is made.
 */
export function unpaidAmount(order: Priced & Pick<Order, "payments" | "pendingEdit">): MinorUnits {
  const asked = order.payments
    .filter((payment) => isPaymentAlive(payment) && payment.number !== order.pendingEdit?.payment)
    .reduce((sum, payment) => sum + broughtBy(payment), 0);
  return Math.max(0, payableAmount(order) - asked);
}

/** What the payment brings, or is expected to bring, for the order as it is now. */
export function broughtBy(payment: Payment): MinorUnits {
  return payment.captured > 0 ? borneBy(payment) : (payment.capture?.amount ?? payment.amount);
}

/** What of the captured money pays for the order as it is now: all but what went back because it became smaller. */
export function borneBy({ captured, reduced = 0 }: Payment): MinorUnits {
  return captured - reduced;
}

/** Sum of what was captured and of what was paid back. */
export function settledAmounts(order: Pick<Order, "payments">): { captured: MinorUnits; refunded: MinorUnits } {
  return {
    captured: order.payments.reduce((sum, payment) => sum + payment.captured, 0),
    refunded: order.payments.reduce((sum, payment) => sum + payment.refunded, 0),
  };
}
