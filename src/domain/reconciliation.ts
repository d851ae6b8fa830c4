import type { MinorUnits } from "./money.ts";

/** What one set of books says of a payment's money, over its whole life. Amounts in minor units. */
export interface MoneyRecord {
  /** The provider's id of the payment. */
  intentId: string;
  /** Null where the provider was never told an order of ours. */
  orderId: string | null;
  currency: string;
  authorized: MinorUnits;
  captured: MinorUnits;
  refunded: MinorUnits;
}

/**
 * How two sets of books differ about one payment. `unknown_here`: the provider has money that we know nothing of;
 * `unknown_there`: we count on money that the provider knows nothing of; else the amount of that name differs.
 */
export interface BookDifference {
  kind: "unknown_here" | "unknown_there" | "authorized" | "captured" | "refunded";
  intentId: string;
  orderId: string | null;
  currency: string;
  /** What the provider says; null where it says nothing. */
  theirs: MinorUnits | null;
  /** What we say; null where we say nothing. */
  ours: MinorUnits | null;
}

const AMOUNTS = ["authorized", "captured", "refunded"] as const;

/** Everything in which the provider's record of a payment and ours differ; a payment that never had money is none. */
export function compareBooks(theirs: MoneyRecord | null, ours: MoneyRecord | null): BookDifference[] {
  const record = ours ?? theirs;
  if (record === null) return [];
  const { intentId, currency } = record;
  const orderId = ours?.orderId ?? theirs?.orderId ?? null;
  const about = { intentId, orderId, currency };
  if (ours === null)
    return hasMoney(record) ? [{ kind: "unknown_here", ...about, theirs: largest(record), ours: null }] : [];
  if (theirs === null)
    return hasMoney(record) ? [{ kind: "unknown_there", ...about, theirs: null, ours: largest(record) }] : [];
  return AMOUNTS.filter(
    (name) => theirs[name] !== ours[name] || (name === "authorized" && theirs.currency !== currency),
  ).map((name) => ({ kind: name, ...about, theirs: theirs[name], ours: ours[name] }));
}

function hasMoney(record: MoneyRecord): boolean {
  return largest(record) > 0;
}

function largest({ authorized, captured }: MoneyRecord): MinorUnits {
  return Math.max(authorized, captured);
}
