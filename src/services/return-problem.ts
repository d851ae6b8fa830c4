import type { ServiceProblem } from "../contracts/problem.ts";
import { formatMoney } from "../domain/money.ts";
import type { ReturnRefusal } from "../domain/order/return.ts";

/** What a refusal about returns and refunds is to the caller: which rule, and what would be right. */
export function returnProblem(currency: string, refusal: ReturnRefusal): ServiceProblem {
  switch (refusal.reason) {
    case "not_delivered":
      return {
        code: "order_state",
        detail: "Nothing of the order has been delivered yet: there is nothing to return.",
      };
    case "return_unknown":
      return { code: "not_found", detail: "The order has no such return." };
    case "return_state":
      return { code: "return_state", detail: `The return is ${refusal.state}, and must be ${refusal.needs}.` };
    case "not_returnable":
      return unitsProblem(refusal, "/lines", "that were delivered and no return or refund speaks for");
    case "not_refundable":
      return unitsProblem(refusal, "/lines", "that have left and no return or refund speaks for");
    case "inspection_incomplete":
      return {
        code: "invalid_request",
        detail: `The return has ${refusal.quantity} units of line ${refusal.line}: say of each what it is.`,
        errors: [{ pointer: "/units", detail: "must account for every unit of the return, and no other" }],
      };
    case "return_window_ended":
      return {
        code: "return_window_ended",
        detail: `Line ${refusal.line} could be returned for ${refusal.windowDays} days from its delivery.`,
        extra: { windowDays: refusal.windowDays },
      };
    case "refund_too_large": {
      const refundable = { amount: refusal.refundable, currency };
      return {
        code: "refund_too_large",
        detail: `At most ${formatMoney(refundable)} can be paid back.`,
        extra: { refundable },
      };
    }
  }
}

function unitsProblem(
  { line, quantity }: { line: number; quantity: number },
  pointer: string,
  which: string,
): ServiceProblem {
  return {
    code: "invalid_request",
    detail: `Line ${line} has ${quantity} units ${which}.`,
    errors: [{ pointer, detail: "must name lines of the order, each once, and no more units than there are" }],
  };
}
