import { z } from "zod";
import { noBody } from "../../contracts/fulfillment.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { orderParams } from "../../contracts/orders.ts";
import type { ServiceResult } from "../../contracts/problem.ts";
import {
  inspectForm,
  inspectionPreview,
  orderPayments,
  receiveForm,
  refundAnswer,
  refundForm,
  rejectForm,
  returnForm,
  returnList,
  returnListQuery,
  returnParams,
  returnReading,
} from "../../contracts/returns.ts";
import type { ServiceContext } from "../../services/context.ts";
import { describePayments, describeRefund, describeReturn, describeReturnRow } from "../../services/describe-return.ts";
import { orderWithMoney } from "../../services/orders.ts";
import type { LabelFormat } from "../../services/read-label.ts";
import { readReturnLabel } from "../../services/read-return-label.ts";
import { refundOrder } from "../../services/refunds.ts";
import {
  approveReturn,
  type FoundReturn,
  inspectReturn,
  listReturns,
  previewInspection,
  readReturn,
  receiveReturn,
  rejectReturn,
  requestReturn,
} from "../../services/returns.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";
import { LABEL_MEDIA_TYPES, labelResponse } from "../label-response.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Returns";
const position = z.strictObject({ requestedAt: z.int(), id: z.string() });
const one = { 200: { description: "The return as it is now.", schema: returnReading } };

function answered({ principal }: ServiceContext, result: ServiceResult<FoundReturn>): Handled {
  if (!result.ok) return result;
  const { order, returned } = result.value;
  return { status: 200, body: describeReturn(order, returned, principal), replayed: result.replayed };
}

const request = endpoint({
  method: "POST",
  path: "/returns",
  tag: TAG,
  summary: "Ask for delivered units to be taken back",
  scope: "orders:write",
  audit: "events",
  body: returnForm,
  idempotent: "own",
  answers: {
    201: { description: "`APPROVED` where the policy allows it; else a person decides.", schema: returnReading },
  },
  problems: [
    "not_found",
    "order_state",
    "return_window_ended",
    "payment_method_refused",
    "unknown_sku",
    "not_deliverable",
    "idempotency_mismatch",
  ],
  async handle({ ctx, body }) {
    const requested = await requestReturn(ctx, body);
    if (!requested.ok) return requested;
    const { order, returned } = requested.value;
    return {
      status: 201,
      body: describeReturn(order, returned, ctx.principal),
      location: `/api/v1/returns/${returned.id}`,
      replayed: requested.replayed,
    };
  },
});

const list = endpoint({
  method: "GET",
  path: "/returns",
  tag: TAG,
  summary: "List returns, newest first",
  scope: "orders:read",
  query: returnListQuery,
  answers: { 200: { description: "A page of returns.", schema: returnList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, query: { limit, cursor, order, status } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "returns", cursor, position);
    if (!after.ok) return after;
    const page = { after: after.value ?? null, limit: limit ?? DEFAULT_LIMIT };
    const listed = await listReturns(ctx, { orderId: order, status }, page);
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(
      rows.map((row) => describeReturnRow(row, ctx.principal)),
      next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "returns", next),
    );
  },
});

const get = endpoint({
  method: "GET",
  path: "/returns/{id}",
  tag: TAG,
  summary: "Read a return",
  scope: "orders:read",
  params: returnParams,
  answers: one,
  async handle({ ctx, params }) {
    return answered(ctx, await readReturn(ctx, params.id));
  },
});

function labelEndpoint(format: LabelFormat): AnyEndpoint {
  return endpoint({
    method: "GET",
    path: `/returns/{id}/label.${format}`,
    tag: TAG,
    summary: `The label that a return's parcel comes back with, as ${format.toUpperCase()}`,
    scope: "orders:read",
    params: returnParams,
    answers: { 200: { description: "The label.", mediaType: LABEL_MEDIA_TYPES[format] } },
    problems: ["label_missing"],
    async handle({ ctx, params }) {
      const label = await readReturnLabel(ctx, params.id, format);
      return label.ok ? labelResponse(label.value, { id: params.id, format, requestId: ctx.requestId }) : label;
    },
  });
}

const approve = endpoint({
  method: "POST",
  path: "/returns/{id}/approve",
  tag: TAG,
  summary: "Let a return come back",
  scope: "returns:write",
  audit: "events",
  params: returnParams,
  body: noBody,
  idempotent: "own",
  answers: one,
  problems: ["order_state", "return_state", "idempotency_mismatch"],
  async handle({ ctx, params }) {
    return answered(ctx, await approveReturn(ctx, params.id));
  },
});

const reject = endpoint({
  method: "POST",
  path: "/returns/{id}/reject",
  tag: TAG,
  summary: "Turn a return down",
  scope: "returns:write",
  audit: "events",
  params: returnParams,
  body: rejectForm,
  idempotent: "own",
  answers: one,
  problems: ["order_state", "return_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    return answered(ctx, await rejectReturn(ctx, params.id, body.reason));
  },
});

const receive = endpoint({
  method: "POST",
  path: "/returns/{id}/receive",
  tag: TAG,
  summary: "The parcel of a return has arrived",
  scope: "orders:fulfill",
  audit: "events",
  params: returnParams,
  body: receiveForm,
  idempotent: "own",
  answers: one,
  problems: ["unknown_warehouse", "order_state", "return_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    return answered(ctx, await receiveReturn(ctx, params.id, body.warehouseId));
  },
});

const inspect = endpoint({
  method: "POST",
  path: "/returns/{id}/inspect",
  tag: TAG,
  summary: "Say what each returned unit was found to be; what was paid for them goes back",
  scope: "orders:fulfill",
  audit: "events",
  params: returnParams,
  body: inspectForm,
  idempotent: "own",
  answers: one,
  problems: ["order_state", "return_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    return answered(ctx, await inspectReturn(ctx, params.id, body.units));
  },
});

const preview = endpoint({
  method: "POST",
  path: "/returns/{id}/inspect/preview",
  tag: TAG,
  summary: "What an inspection would give back, changing nothing",
  scope: "returns:write",
  audit: "none",
  params: returnParams,
  body: inspectForm,
  answers: { 200: { description: "The money of it.", schema: inspectionPreview } },
  problems: ["order_state", "return_state"],
  async handle({ ctx, params, body }) {
    const previewed = await previewInspection(ctx, params.id, body.units);
    return previewed.ok ? { status: 200, body: previewed.value } : previewed;
  },
});

const payments = endpoint({
  method: "GET",
  path: "/orders/{id}/payments",
  tag: "Payments",
  summary: "An order's payments and refunds",
  scope: "orders:read",
  params: orderParams,
  answers: { 200: { description: "What came in and what went back.", schema: orderPayments } },
  async handle({ ctx, params }) {
    const found = await orderWithMoney(ctx, params.id);
    return found.ok ? { status: 200, body: describePayments(found.value, ctx.principal) } : found;
  },
});

const refund = endpoint({
  method: "POST",
  path: "/orders/{id}/refunds",
  tag: "Payments",
  summary: "Pay back an amount, or what was paid for units that have left",
  scope: "refunds:write",
  audit: "events",
  params: orderParams,
  body: refundForm,
  idempotent: "own",
  answers: { 201: { description: "Asked for; `done` once the provider has it.", schema: refundAnswer } },
  problems: ["order_state", "refund_too_large", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const refunded = await refundOrder(ctx, params.id, body);
    if (!refunded.ok) return refunded;
    const { order, refund: made } = refunded.value;
    return { status: 201, body: describeRefund(order, made), replayed: refunded.replayed };
  },
});

export const returnEndpoints: readonly AnyEndpoint[] = [
  request,
  list,
  get,
  labelEndpoint("pdf"),
  labelEndpoint("zpl"),
  approve,
  reject,
  receive,
  inspect,
  preview,
  payments,
  refund,
];
