/** Why a request was not served. Closed: `api/problem.ts` maps each code to one status and title. */
export const PROBLEM_CODES = [
  "invalid_json",
  "invalid_request",
  "body_too_large",
  "body_too_deep",
  "unsupported_media_type",
  "unauthenticated",
  "forbidden",
  "not_found",
  "already_exists",
  "upgrade_required",
  "method_not_allowed",
  "unknown_sku",
  "unknown_warehouse",
  "warehouse_closed",
  "unknown_shipping_method",
  "unknown_reservation",
  "total_too_small",
  "address_invalid",
  "profile_incomplete",
  "not_deliverable",
  "insufficient_stock",
  "idempotency_mismatch",
  "idempotency_in_progress",
  "version_required",
  "version_stale",
  "order_state",
  "order_not_ready",
  "picking_started",
  "shipment_state",
  "label_missing",
  "deviation_state",
  "payment_not_captured",
  "payment_state",
  "return_state",
  "return_window_ended",
  "refund_too_large",
  "payment_method_refused",
  "reservation_state",
  "count_outdated",
  "reference_reused",
  "invalid_cursor",
  "webhook_signature",
  "rate_limited",
  "lists_unavailable",
  "temporarily_unavailable",
  "internal",
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One thing that is wrong with the request, and where. */
export interface FieldProblem {
  /** RFC 6901 pointer into the body, or `?name` for a query parameter. */
  pointer: string;
  /** What is wrong and what would be right. */
  detail: string;
}

/** A refusal as services give it. `extra` members go into the problem document as they are. */
export interface ServiceProblem {
  code: ProblemCode;
  detail: string;
  errors?: FieldProblem[];
  extra?: Record<string, unknown>;
}

export type ServiceResult<Value> =
  /** `replayed`: an earlier request with the same Idempotency-Key did it, and this is what it was answered. */
  { ok: true; value: Value; replayed?: true | undefined } | { ok: false; problem: ServiceProblem };

/** A refusal, as the result of a service. */
export function refuse(
  code: ProblemCode,
  detail: string,
  more: Omit<ServiceProblem, "code" | "detail"> = {},
): { ok: false; problem: ServiceProblem } {
  return { ok: false, problem: { code, detail, ...more } };
}
