import type { DeviationKind } from "../../../src/domain/deviation.ts";
import { humanize } from "./states.ts";
import { dayAndClock } from "./moments.ts";

/** What a kind of deviation is called, and what its worker does first. A kind without its line does not compile. */
export const DEVIATION_WORDS: Readonly<Record<DeviationKind, { name: string; first: string }>> = {
  payment_failed: {
    name: "Payment failed",
    first: "Look at the payment; retry, or ask the customer for another means of payment.",
  },
  payment_unknown: {
    name: "Payment unknown",
    first: "Nobody knows whether money moved: look it up at the provider by the order's id, then retry.",
  },
  payment_mismatch: {
    name: "Books differ",
    first: "The provider's books and ours differ: compare both, settle it, then resolve.",
  },
  dispute: {
    name: "Dispute",
    first: "Accept the customer's claim, or hand in evidence at the provider, in time.",
  },
  refund_due: {
    name: "Refund due",
    first: "No provider pays this back: send the credit note, or refund at the marketplace.",
  },
  stock_short: { name: "No stock", first: "Retry after a receipt, or cancel the order or its units." },
  stock_at_risk: { name: "Stock at risk", first: "Count again; tell the customers of the orders it names." },
  drift: { name: "Stock drift", first: "A count contradicts the books: count again." },
  transfer_incomplete: {
    name: "Transfer incomplete",
    first: "Look at the ledgers of both warehouses: the units are in transit, or back where they came from.",
  },
  fulfillment_exception: {
    name: "Fulfillment exception",
    first: "A warehouse or carrier is in trouble with a parcel: look at the shipment.",
  },
  label_unknown: {
    name: "Label unknown",
    first: "Look it up at the carrier by the shipment's id, then retry.",
  },
  address_invalid: { name: "Address invalid", first: "Correct the address, then retry." },
  unknown_sku: { name: "Unknown SKU", first: "Add the product, or correct who sends it." },
  partial_acceptance: { name: "Partly accepted", first: "Tell the customer what is not taken, or find it elsewhere." },
  rule_conflict: { name: "Rules disagree", first: "Decide by hand, then correct the rules." },
  channel_order_invalid: { name: "Channel order invalid", first: "Correct it at the channel, or turn it down there." },
  oversold_at_channel: { name: "Oversold at channel", first: "Find stock, or cancel at the channel." },
  batch_row_rejected: { name: "Row of a batch rejected", first: "Correct the row and send it again." },
  notification_failed: { name: "Message not delivered", first: "Tell them another way, then resolve." },
  webhook_unmatched: { name: "Webhook not ours", first: "Compare the provider's books with ours." },
  provider_down: { name: "Provider down", first: "Have that day's books compared again once the provider is back." },
  dead_letter: { name: "Dead letter", first: "What it was about is sent again; look at the log for the cause." },
  stuck_order: { name: "Stuck order", first: "Look at the level's ledger, then retry." },
};

/** A summary as people read it: moments in the reader's time, codes and names of steps in words. */
export function plainSummary(summary: string): string {
  return summary
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, (moment) => dayAndClock(Date.parse(moment)))
    .replaceAll(/\(([a-z\d]+(?:_[a-z\d]+)+)\)/g, (_, code: string) => `(${humanize(code).toLowerCase()})`)
    .replaceAll(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)+(?= failed)/g, (name) => humanize(name));
}
