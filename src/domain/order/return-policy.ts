import type { Channel } from "./order.ts";
import type { RefundTerms } from "./refund.ts";
import type { InspectionOutcome } from "./return.ts";

/** In what condition the customer says the units are. */
export const RETURN_CONDITIONS = ["unused", "used", "faulty"] as const;
export type ReturnCondition = (typeof RETURN_CONDITIONS)[number];

/**
 * What an inspector of units in this condition most likely finds: unused ones go back into stock. Nothing may be taken
 * for granted of the others, so that a person has to say it: null.
 */
export function likelyOutcome(condition: ReturnCondition): InspectionOutcome | null {
  return condition === "unused" ? "restock" : null;
}

/** The rules of taking goods back. */
export interface ReturnPolicy extends RefundTerms {
  /** Days from a parcel's delivery within which a customer may ask. */
  windowDays: number;
  /** Conditions in which a return is approved without a person's look. */
  approves: readonly ReturnCondition[];
  /** Days from the approval after which the customer is reminded, once, of a parcel that has not come back. */
  reminderDays: number;
}

const DEFAULT_POLICY: ReturnPolicy = {
  windowDays: 30,
  approves: ["unused", "faulty"],
  reminderDays: 14,
  feePpm: 0,
  refundsShipping: true,
};

/** What a channel does otherwise. Batches are a business's orders: a shorter window, and a tenth kept for handling. */
const OF_CHANNEL: Partial<Record<Channel, Partial<ReturnPolicy>>> = {
  batch: { windowDays: 14, approves: ["faulty"], feePpm: 100_000, refundsShipping: false },
};

/** The policy for orders of this channel. */
export function returnPolicyOf(channel: Channel): ReturnPolicy {
  return { ...DEFAULT_POLICY, ...OF_CHANNEL[channel] };
}

/** What is kept of the money: of faulty goods nothing, whatever the policy. */
export function termsFor({ feePpm, refundsShipping }: ReturnPolicy, condition: ReturnCondition): RefundTerms {
  return condition === "faulty" ? { feePpm: 0, refundsShipping: true } : { feePpm, refundsShipping };
}
