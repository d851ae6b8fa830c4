import type { NotificationKind } from "../../../../../src/domain/order/effects.ts";
import type { InspectionOutcome } from "../../../../../src/domain/order/return.ts";
import type { ReturnCondition } from "../../../../../src/domain/order/return-policy.ts";
import { humanize } from "../../../ui/states.ts";

/** What customers are written to about, as the staff call it. */
const NOTIFICATIONS: Readonly<Record<NotificationKind, string>> = {
  order_received: "we have your order",
  order_confirmed: "your order is confirmed",
  action_required: "your bank wants to see you",
  payment_failed: "your payment failed",
  shipped: "your parcel has left",
  out_for_delivery: "your parcel comes today",
  delivered: "your parcel has arrived",
  cancelled: "your order is cancelled",
  cancel_refused: "your order could not be cancelled",
  refunded: "your money is on its way back",
  backordered: "a part waits for stock",
  items_cancelled: "some items are cancelled",
  edit_declined: "your change could not be made",
  message: "a message of ours",
  return_requested: "we look at your return",
  return_approved: "how to send it back",
  return_rejected: "your return is turned down",
  backorder_arrived: "what you waited for is here",
  return_reminder: "your return is still with you",
  return_received: "your return has arrived",
  exchange_placed: "your exchange is ordered",
  exchange_declined: "your exchange can't be had",
};

export function notificationName(kind: string): string {
  return (NOTIFICATIONS as Readonly<Record<string, string>>)[kind] ?? humanize(kind).toLowerCase();
}

const OUTCOMES: Readonly<Record<InspectionOutcome, string>> = {
  restock: "back in stock",
  quarantine: "in quarantine",
  write_off: "written off",
  missing: "missing from the parcel",
};

export function outcomeName(outcome: InspectionOutcome): string {
  return OUTCOMES[outcome];
}

const CONDITIONS: Readonly<Record<ReturnCondition, string>> = { unused: "unused", used: "used", faulty: "faulty" };

export function conditionName(condition: ReturnCondition): string {
  return CONDITIONS[condition];
}

/** Reasons and codes that Holdfast itself gives; all others are people's or a provider's own words. */
const REASONS: Readonly<Record<string, string>> = {
  backorder_limit: "no stock came in time",
  stock_short: "there is no stock for it",
  hold_lapsed: "it was not paid while its stock was held",
  payment_window_ended: "not completed in time",
  outcome_unknown: "nobody knows whether money moved",
  payment_failed: "the difference could not be paid",
  order_changed: "the order has changed meanwhile",
  recall_refused: "the warehouse has begun",
  "order reduced": "the order became smaller",
  "order cancelled": "the order was cancelled",
  "returned before it was paid": "returned before it was paid",
  "rounding of cancelled units": "rounding of cancelled units",
};

const CODE = /^[a-z\d]+(_[a-z\d]+)*$/;

/** A code as words: our own by what it means, another of our form word by word, a provider's sentence as it is. */
export function codeWords(code: string): string {
  return REASONS[code] ?? (CODE.test(code) ? humanize(code).toLowerCase() : code);
}

const NOT_PROSE = /^[a-z\d]+(_[a-z\d]+)+$/;

/** A reason: our own and a provider's codes in words, what a person wrote as a quotation. */
export function reasonWords(reason: string): string {
  return REASONS[reason] !== undefined || NOT_PROSE.test(reason) ? codeWords(reason) : `“${reason}”`;
}

/** What went wrong in the provider's words, with its code where that says more. */
export function failureWords(code: string, message: string): string {
  const known = REASONS[code];
  if (known !== undefined) return known;
  const words = message === "" ? codeWords(code) : message.replace(/\.$/, "");
  return words.includes(code) || message === "" ? words : `${words} (${code})`;
}
