import { isPaymentOpen } from "./amounts.ts";
import { backorderLimit } from "./backorder-limit.ts";
import type { OrderTimer } from "./commands.ts";
import type { Order } from "./order.ts";
import { LAPSE_NOTICE_MS } from "./record.ts";
import { reminderDueAt } from "./return-reminder.ts";

/** The next moment at which the order itself must be looked at, or null. Epoch milliseconds. */
export function nextTimer(order: Order): { timer: OrderTimer; at: number } | null {
  if (order.ended) return null;
  const timers: { timer: OrderTimer; at: number }[] = [];
  for (const payment of order.payments)
    if (isPaymentOpen(payment)) timers.push({ timer: "payment_deadline", at: payment.deadline });
  if (order.state === "PAYMENT_FAILED") timers.push({ timer: "hold_end", at: order.holdExpiresAt });
  for (const payment of order.payments)
    if (
      payment.status === "authorized" &&
      payment.authorizationExpiresAt !== null &&
      payment.authorizationExpiresAt > 0
    )
      timers.push({ timer: "authorization_lapse", at: payment.authorizationExpiresAt - LAPSE_NOTICE_MS });
  const limit = backorderLimit(order);
  // What changes the order otherwise is waited for.
  if (limit !== null && !order.cancelling && !order.pendingEdit) timers.push({ timer: "backorder_limit", at: limit });
  const reminder = reminderDueAt(order);
  if (reminder !== null) timers.push({ timer: "return_reminder", at: reminder });
  return timers.reduce<(typeof timers)[number] | null>(
    (first, timer) => (first === null || timer.at < first.at ? timer : first),
    null,
  );
}
