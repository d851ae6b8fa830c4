import type { ServiceProblem } from "../contracts/problem.ts";
import type { OrderRefusal } from "../domain/order/commands.ts";
import { formatMoney } from "../domain/money.ts";

type PaymentRefusal = Extract<
  OrderRefusal,
  {
    reason:
      | "payment_unknown"
      | "payment_state"
      | "capture_asked"
      | "stock_not_allocated"
      | "nothing_to_capture"
      | "payment_needed";
  }
>;

/** Why a payment is not captured or given back, and what would be right. */
export function paymentProblem(currency: string, refusal: PaymentRefusal): ServiceProblem {
  switch (refusal.reason) {
    case "payment_unknown":
      return { code: "not_found", detail: "The order has no such payment." };
    case "payment_state":
      return {
        code: "payment_state",
        detail: `The payment is ${refusal.state}, and must be authorized.`,
        extra: { paymentStatus: refusal.state },
      };
    case "capture_asked":
      return {
        code: "payment_state",
        detail:
          "Its capture is asked for already: once captured it can be refunded; a failed capture can be tried again.",
      };
    case "stock_not_allocated":
      return {
        code: "payment_state",
        detail: "No money is taken before the stock of the whole order is allocated: wait for it, or void the payment.",
      };
    case "nothing_to_capture":
      return { code: "payment_state", detail: "Nothing of the order is due by this payment: it can be voided." };
    case "payment_needed": {
      const due = { amount: refusal.amount, currency };
      return {
        code: "payment_state",
        detail: `Without it ${formatMoney(due)} of the order would be unpaid: cancel the order, or units of it, instead.`,
        extra: { unpaid: due },
      };
    }
  }
}
