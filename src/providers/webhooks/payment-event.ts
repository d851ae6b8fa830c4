import type { Money } from "../../domain/money.ts";
import type { PaymentReference, PaymentSnapshot } from "../payment.ts";

/** What an event of a payment provider is about. It is a hint: the truth is retrieved. */
export interface PaymentEvent extends PaymentReference {
  type: string;
  /** What it says has become of the payment; null where its type does not say all of it. */
  status: PaymentSnapshot["status"] | null;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Our order; null where the event does not name it. */
  orderId: string | null;
  /** The number of the payment within the order; null where the event does not name it. */
  payment: number | null;
  /** The amount of the object that the event is about. */
  amount: Money | null;
  /** The refund that the event says has failed. */
  failedRefundId?: string;
  /** The dispute that the event is about, if it is about one. */
  disputeId?: string;
}
