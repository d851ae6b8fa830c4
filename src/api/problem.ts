import type { FieldProblem, ProblemCode, ServiceProblem } from "../contracts/problem.ts";
import type { ProblemDocument } from "../contracts/problem-document.ts";

interface ProblemKind {
  status: number;
  title: string;
  /** What the caller can do about it: the text of the page under `/problems/`. */
  advice: string;
  /** Seconds after which asking again may help. */
  retryAfter?: number;
}

/** The one place that says which HTTP status a refusal has. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_json: { status: 400, title: "The body is not JSON", advice: "Send one JSON value in UTF-8." },
  invalid_request: {
    status: 422,
    title: "The request is not as it should be",
    advice: "Each entry of `errors` points at a field and says what would be right.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    advice: "Send at most 1 MB (10 MB for batches); split the work over several requests.",
  },
  body_too_deep: {
    status: 422,
    title: "The body is nested too deeply",
    advice: "Nest objects and arrays at most 32 deep.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body's type is not understood here",
    advice: "Send `Content-Type: application/json`.",
  },
  unauthenticated: {
    status: 401,
    title: "Who is calling is not known",
    advice: "Send `Authorization: Bearer` with an API key or an access token that has not expired.",
  },
  forbidden: {
    status: 403,
    title: "The caller may not do this",
    advice: "`missingScope` names the scope that is needed; an administrator can grant it.",
  },
  not_found: {
    status: 404,
    title: "There is no such thing",
    advice: "Check the id. What belongs to somebody else is not there either.",
  },
  already_exists: {
    status: 409,
    title: "It exists already",
    advice: "Read it, then replace it with `PUT` and `If-Match`, or choose another name.",
  },
  upgrade_required: {
    status: 426,
    title: "This is a WebSocket",
    advice: "Connect with a WebSocket client and a ticket from `POST /api/v1/live/tickets`.",
  },
  method_not_allowed: {
    status: 405,
    title: "The method is not allowed here",
    advice: "The `Allow` header lists the methods of this address.",
  },
  unknown_sku: {
    status: 422,
    title: "A SKU is not in the catalogue",
    advice: "`GET /api/v1/products` lists what is sold.",
  },
  unknown_warehouse: { status: 422, title: "A warehouse is not known", advice: "`GET /api/v1/warehouses` lists them." },
  warehouse_closed: {
    status: 409,
    title: "The warehouse is closed",
    advice: "It sells nothing new until it opens again. `GET /inventory?productId=` shows which warehouses sell.",
  },
  unknown_shipping_method: {
    status: 422,
    title: "A shipping method is not known",
    advice: "`GET /api/v1/shipping-methods` lists them.",
  },
  unknown_reservation: {
    status: 422,
    title: "A reservation is not known",
    advice: "Reserve again with `POST /api/v1/inventory/reserve`, or leave `reservationId` out.",
  },
  total_too_small: {
    status: 422,
    title: "The order's total is too small",
    advice: "A total must be more than 5.00 of its currency.",
  },
  address_invalid: {
    status: 422,
    title: "The address is incomplete or malformed for its country",
    advice: "Each entry of `errors` names a field of the address and what its country's form needs.",
  },
  profile_incomplete: {
    status: 422,
    title: "Something is not known that the order needs",
    advice: "Use the full form, or complete the customer's or the channel's profile.",
  },
  not_deliverable: { status: 422, title: "Nothing ships there", advice: "No open warehouse serves this destination." },
  insufficient_stock: {
    status: 409,
    title: "There is not enough stock",
    advice: "`availability` tells what is there, per line and warehouse. The same idempotency key may try again.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "The idempotency key was used with another body",
    advice: "A key names one request for ever. Use a new key for a new request.",
  },
  idempotency_in_progress: {
    status: 409,
    title: "The first request with this key is still at work",
    advice: "Send the same request again in a moment.",
    retryAfter: 1,
  },
  version_required: {
    status: 428,
    title: "If-Match is required",
    advice: "Read it, and send its `ETag` as `If-Match`.",
  },
  version_stale: {
    status: 412,
    title: "It has changed since it was read",
    advice: "Read it again, decide again, and send the new `ETag` as `If-Match`.",
  },
  order_state: {
    status: 409,
    title: "The order's state does not allow this",
    advice: "The order's `status` says where it stands; its history says why.",
  },
  order_not_ready: {
    status: 409,
    title: "The order is not ready for this yet",
    advice: "`waitingFor` says what is still on its way. Try again in a moment.",
    retryAfter: 2,
  },
  picking_started: {
    status: 409,
    title: "Picking has started",
    advice: "The whole order can no longer be cancelled. What has shipped can be returned.",
  },
  shipment_state: {
    status: 409,
    title: "The shipment's state does not allow this",
    advice: "A shipment is started, picked, packed, labelled, shipped, delivered, in this order.",
  },
  label_missing: {
    status: 409,
    title: "There is no label yet",
    advice: "A label is made once the shipment is packed and its address is complete.",
    retryAfter: 2,
  },
  deviation_state: {
    status: 409,
    title: "The deviation does not allow this",
    advice: "`actions` lists what can be done about it now.",
  },
  payment_not_captured: {
    status: 409,
    title: "The order is not paid yet",
    advice: "It ships once its payment is captured.",
  },
  payment_state: {
    status: 409,
    title: "The payment's state does not allow this",
    advice:
      "What is authorized can be captured, or voided where the order can do without it; what is captured, refunded.",
  },
  return_state: {
    status: 409,
    title: "The return's state does not allow this",
    advice: "A return is requested, approved or rejected, received, inspected, in this order.",
  },
  return_window_ended: {
    status: 409,
    title: "It is too late to return this",
    advice: "The policy's days count from the parcel's delivery. Customer service can still take it back.",
  },
  refund_too_large: {
    status: 409,
    title: "There is not so much to pay back",
    advice: "`refundable` says how much was captured and is not paid back, or asked to be, yet.",
  },
  payment_method_refused: {
    status: 422,
    title: "This means of payment is not taken",
    advice: "Try another one; `errors` says what this one lacks.",
  },
  reservation_state: {
    status: 409,
    title: "The reservation does not allow this",
    advice: "It has run out, was released, or belongs to an order.",
  },
  count_outdated: {
    status: 409,
    title: "A later count is already in the books",
    advice: "Counts are taken in the order of `asOf`.",
  },
  reference_reused: {
    status: 409,
    title: "The reference was used for another movement",
    advice: "One `ref` names one movement for ever.",
  },
  invalid_cursor: {
    status: 400,
    title: "The cursor is not one of ours",
    advice: "Send `nextCursor` of the page before, unchanged, to the same list.",
  },
  webhook_signature: {
    status: 401,
    title: "The signature does not fit",
    advice: "Sign the raw body with the secret that was agreed, with a clock that is right.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    advice: "Wait as long as `Retry-After` says.",
    retryAfter: 10,
  },
  lists_unavailable: {
    status: 503,
    title: "Lists are not available at the moment",
    advice: "Orders are still taken and read one by one. Try the list again in a moment.",
    retryAfter: 5,
  },
  temporarily_unavailable: {
    status: 503,
    title: "A part of the system does not answer",
    advice: "Repeat the request, with the same `Idempotency-Key` if it had one.",
    retryAfter: 2,
  },
  internal: { status: 500, title: "Something unforeseen happened", advice: "Tell us the `requestId`." },
};

export interface ProblemPlace {
  requestId: string;
  /** Path of the request. */
  instance: string;
  publicUrl: string;
}

/** The problem document for a refusal. */
function problemDocumentOf({ code, detail, errors, extra }: ServiceProblem, place: ProblemPlace): ProblemDocument {
  const { status, title } = PROBLEM_KINDS[code];
  return {
    type: `${place.publicUrl}/problems/${code}`,
    title,
    status,
    detail,
    instance: place.instance,
    code,
    ...(errors !== undefined && { errors }),
    ...extra,
    requestId: place.requestId,
  };
}

/** The answer for a refusal, with the headers that its kind calls for. */
export function problemResponse(
  problem: ServiceProblem,
  place: ProblemPlace,
  more: Record<string, string> = {},
): Response {
  const { status, retryAfter } = PROBLEM_KINDS[problem.code];
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "X-Request-Id": place.requestId,
    "X-Content-Type-Options": "nosniff",
    ...(retryAfter !== undefined && { "Retry-After": String(retryAfter) }),
    ...(status === 401 && { "WWW-Authenticate": 'Bearer realm="holdfast"' }),
    ...more,
  };
  return new Response(JSON.stringify(problemDocumentOf(problem, place)), { status, headers });
}

/** `invalid_request` with each thing that is wrong. */
export function invalidRequest(errors: FieldProblem[]): ServiceProblem {
  const [first] = errors;
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return {
    code: "invalid_request",
    detail: first
      ? `${first.pointer === "" ? "The body" : first.pointer}: ${first.detail}${rest}`
      : "The request is not as it should be.",
    errors,
  };
}
