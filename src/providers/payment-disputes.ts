import type { Dispute } from "../domain/order/dispute.ts";
import type { ProviderResult } from "./outcome.ts";

/** A dispute as the provider has it, and what it is about. */
export interface DisputeSnapshot {
  /** The disputed payment; null where it was not made by an intent. */
  intentId: string | null;
  /** Our order, as the intent was told when it was made; null where it names none. */
  orderId: string | null;
  dispute: Dispute;
}

/** Where a provider tells of disputes; it opens and decides them, we only learn of it. */
export interface DisputeDesk {
  /** The provider's own truth about a dispute. */
  retrieveDispute(disputeId: string): Promise<ProviderResult<DisputeSnapshot>>;
}
