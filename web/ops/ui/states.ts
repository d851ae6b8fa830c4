import type { DeviationAnswer } from "../../../src/contracts/deviations.ts";
import type { OrderAnswer, SagaEntry } from "../../../src/contracts/orders.ts";
import type { NotificationAnswer } from "../../../src/contracts/notifications.ts";
import type { RefundAnswer, ReturnAnswer } from "../../../src/contracts/returns.ts";
import type { Dispute } from "../../../src/domain/order/dispute.ts";
import type { Payment } from "../../../src/domain/order/order.ts";
import type { IconName } from "./icons.tsx";

/** What a color means, everywhere: in motion, well, needs an eye, went wrong, over. */
export type Tone = "move" | "good" | "warn" | "bad" | "quiet";

export interface Look {
  label: string;
  tone: Tone;
  icon: IconName;
}

export const ORDER_LOOKS: Readonly<Record<OrderAnswer["orderStatus"], Look>> = {
  PENDING: { label: "Pending", tone: "quiet", icon: "clock" },
  PAYMENT_PROCESSING: { label: "Paying", tone: "move", icon: "card" },
  PAYMENT_COMPLETED: { label: "Paid", tone: "move", icon: "card" },
  FULFILLMENT_PENDING: { label: "To be picked", tone: "move", icon: "box" },
  FULFILLMENT_IN_PROGRESS: { label: "In picking", tone: "move", icon: "hand" },
  SHIPPED: { label: "Shipped", tone: "good", icon: "truck" },
  DELIVERED: { label: "Delivered", tone: "good", icon: "check" },
  PAYMENT_FAILED: { label: "Payment failed", tone: "bad", icon: "card" },
  CANCELLED: { label: "Cancelled", tone: "quiet", icon: "cross" },
  REFUNDED: { label: "Refunded", tone: "quiet", icon: "undo" },
};

export const PAYMENT_LOOKS: Readonly<Record<OrderAnswer["paymentState"], Look>> = {
  unpaid: { label: "Unpaid", tone: "quiet", icon: "clock" },
  requires_action: { label: "Waits for customer", tone: "warn", icon: "user" },
  authorized: { label: "Authorized", tone: "move", icon: "lock" },
  captured: { label: "Captured", tone: "good", icon: "check" },
  partially_refunded: { label: "Partly refunded", tone: "quiet", icon: "undo" },
  refunded: { label: "Refunded", tone: "quiet", icon: "undo" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
};

export const FULFILLMENT_LOOKS: Readonly<Record<OrderAnswer["fulfillmentState"], Look>> = {
  unfulfilled: { label: "Unfulfilled", tone: "quiet", icon: "box" },
  partial: { label: "Partial", tone: "move", icon: "box" },
  fulfilled: { label: "Fulfilled", tone: "good", icon: "check" },
  returned: { label: "Returned", tone: "quiet", icon: "undo" },
  partially_returned: { label: "Partly returned", tone: "quiet", icon: "undo" },
};

export const SHIPMENT_LOOKS: Readonly<Record<OrderAnswer["shipments"][number]["state"], Look>> = {
  REQUESTED: { label: "Requested", tone: "quiet", icon: "clock" },
  ACCEPTED: { label: "Accepted", tone: "move", icon: "check" },
  PICKING: { label: "Picking", tone: "move", icon: "hand" },
  PACKED: { label: "Packed", tone: "move", icon: "box" },
  SHIPPED: { label: "Shipped", tone: "good", icon: "truck" },
  OUT_FOR_DELIVERY: { label: "Out for delivery", tone: "good", icon: "truck" },
  DELIVERED: { label: "Delivered", tone: "good", icon: "check" },
  EXCEPTION: { label: "Exception", tone: "bad", icon: "alert" },
  CANCELLED: { label: "Cancelled", tone: "quiet", icon: "cross" },
};

export const EFFECT_LOOKS: Readonly<Record<SagaEntry["status"], Look>> = {
  blocked: { label: "Waits its turn", tone: "quiet", icon: "pause" },
  due: { label: "Due", tone: "move", icon: "clock" },
  leased: { label: "At work", tone: "move", icon: "retry" },
  done: { label: "Done", tone: "good", icon: "check" },
  failed: { label: "Failed", tone: "bad", icon: "alert" },
};

/** Where one payment stands; the order's payments together are `PAYMENT_LOOKS`. */
export const PAYMENT_STATUS_LOOKS: Readonly<Record<Payment["status"], Look>> = {
  requested: { label: "Requested", tone: "quiet", icon: "clock" },
  processing: { label: "Processing", tone: "move", icon: "card" },
  requires_action: { label: "Waits for customer", tone: "warn", icon: "user" },
  authorized: { label: "Authorized", tone: "move", icon: "lock" },
  captured: { label: "Captured", tone: "good", icon: "check" },
  voided: { label: "Given back", tone: "quiet", icon: "undo" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
};

export const DISPUTE_LOOKS: Readonly<Record<Dispute["status"], Look>> = {
  open: { label: "Disputed", tone: "bad", icon: "alert" },
  won: { label: "Dispute won", tone: "good", icon: "check" },
  lost: { label: "Dispute lost", tone: "bad", icon: "cross" },
};

export const REFUND_LOOKS: Readonly<Record<RefundAnswer["status"], Look>> = {
  pending: { label: "On its way", tone: "move", icon: "clock" },
  failed: { label: "Failed", tone: "bad", icon: "alert" },
  done: { label: "Done", tone: "good", icon: "check" },
};

export const RETURN_LOOKS: Readonly<Record<ReturnAnswer["status"], Look>> = {
  REQUESTED: { label: "Waits for a decision", tone: "warn", icon: "user" },
  APPROVED: { label: "On its way", tone: "move", icon: "truck" },
  REJECTED: { label: "Turned down", tone: "quiet", icon: "cross" },
  RECEIVED: { label: "To be inspected", tone: "move", icon: "box" },
  INSPECTED: { label: "Inspected", tone: "good", icon: "check" },
};

export const EXCHANGE_LOOKS: Readonly<Record<NonNullable<ReturnAnswer["exchange"]>["status"], Look>> = {
  requested: { label: "Asked for", tone: "move", icon: "clock" },
  placing: { label: "Being placed", tone: "move", icon: "clock" },
  placed: { label: "Placed", tone: "good", icon: "check" },
  declined: { label: "Not to be had, paid back", tone: "quiet", icon: "cross" },
};

export const MESSAGE_LOOKS: Readonly<Record<NotificationAnswer["status"], Look>> = {
  claimed: { label: "Being sent", tone: "move", icon: "clock" },
  sent: { label: "Sent", tone: "move", icon: "mail" },
  delivered: { label: "Arrived", tone: "good", icon: "check" },
  failed: { label: "Did not arrive", tone: "bad", icon: "alert" },
  declined: { label: "Not wanted", tone: "quiet", icon: "cross" },
};

export const DEVIATION_LOOKS: Readonly<Record<DeviationAnswer["status"], Look>> = {
  open: { label: "Open", tone: "bad", icon: "flag" },
  assigned: { label: "Assigned", tone: "warn", icon: "user" },
  resolved: { label: "Resolved", tone: "good", icon: "check" },
};

/** The look of a state; one that this release does not know is shown by its own name. */
export function lookOf(looks: Readonly<Record<string, Look>>, state: string): Look {
  return looks[state] ?? { label: humanize(state), tone: "quiet", icon: "clock" };
}

/** `payment_failed`, `PaymentFailed`, `OUT_OF_STOCK` as people write them: "Payment failed". */
export function humanize(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
