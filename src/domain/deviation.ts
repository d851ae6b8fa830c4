/** Everything that needs a person. */
export const DEVIATION_KINDS = [
  "payment_failed",
  "payment_unknown",
  "payment_mismatch",
  "dispute",
  "stock_short",
  "stock_at_risk",
  "drift",
  "transfer_incomplete",
  "fulfillment_exception",
  "label_unknown",
  "address_invalid",
  "unknown_sku",
  "partial_acceptance",
  "rule_conflict",
  "channel_order_invalid",
  "oversold_at_channel",
  "batch_row_rejected",
  "notification_failed",
  "webhook_unmatched",
  "provider_down",
  "dead_letter",
  "stuck_order",
  "refund_due",
] as const;
export type DeviationKind = (typeof DEVIATION_KINDS)[number];

/** What a deviation is about; which of these are there depends on its kind. */
export interface DeviationSubject {
  orderId?: string;
  effectId?: string;
  shipmentId?: string;
  sku?: string;
  warehouseId?: string;
  provider?: string;
  reference?: string;
}

/** A deviation as it is opened. The same id opened twice is one deviation. */
export interface DeviationReport {
  id: string;
  kind: DeviationKind;
  subject: DeviationSubject;
  /** One sentence for the person who works on it. */
  summary: string;
  /** What was tried, oldest first. */
  tried: string[];
  openedAt: number;
}

/**
 * What a person can do about a deviation. `retry` asks the order's ledger to try the failed effect again; `cancel_lines`
 * takes units out of the order that nobody has begun to pick, while the rest of it goes on.
 */
export type DeviationAction = "retry" | "resolve" | "assign" | "cancel_order" | "cancel_lines";

/** The actions that make sense for a deviation. */
export function deviationActions(report: Pick<DeviationReport, "kind" | "subject">): DeviationAction[] {
  const actions: DeviationAction[] = ["resolve", "assign"];
  if (report.subject.effectId !== undefined) actions.unshift("retry");
  if (report.subject.orderId !== undefined && (report.kind === "stock_short" || report.kind === "address_invalid"))
    actions.push("cancel_order");
  // After a short pick the rest of the order is on its way already: only what is missing can still be cancelled.
  if (report.subject.orderId !== undefined && report.kind === "stock_short") actions.push("cancel_lines");
  return actions;
}
