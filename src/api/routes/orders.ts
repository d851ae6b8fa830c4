import { z } from "zod";
import {
  cancelForm,
  cancelOrderForm,
  fullOrderForm,
  historyList,
  orderAnswer,
  orderCount,
  type OrderFilterQuery,
  orderFilterQuery,
  orderList,
  orderListQuery,
  orderReading,
  orderParams,
  placeOrderForm,
  type PlaceOrderInput,
  providePaymentForm,
  quoteAnswer,
  quoteForm,
  sagaList,
  shortOrderAnswer,
  shortOrderForm,
  userParams,
} from "../../contracts/orders.ts";
import { DEFAULT_LIMIT, pageQuery } from "../../contracts/lists.ts";
import { cancelOrder } from "../../services/cancel-order.ts";
import { describeOrder, describeShortOrder, describeSummary } from "../../services/describe-order.ts";
import { describeHistory, describeSaga } from "../../services/describe-history.ts";
import { countRefusedOrder } from "../../services/count-refused-order.ts";
import { countOrders, getOrder, listOrders, orderHistory, orderSaga } from "../../services/orders.ts";
import { placeOrder } from "../../services/place-order.ts";
import { providePayment } from "../../services/provide-payment.ts";
import { quoteOrder } from "../../services/quote-order.ts";
import type { ServiceContext } from "../../services/context.ts";
import { expectedVersion } from "../conditional.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, type Call, endpoint, type Handled } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Orders";

/** A body with `productId` and no lines is meant as the short form. */
const fullInput = fullOrderForm.transform((form): PlaceOrderInput => ({ form: "full", ...form }));
const shortInput = shortOrderForm.transform((form): PlaceOrderInput => ({ form: "short", ...form }));

function isShortForm(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    !("lines" in body) &&
    ("productId" in body || "customerLocation" in body)
  );
}

const placed = {
  description: "The order and its holds are durable.",
  schema: z.union([orderAnswer, shortOrderAnswer]),
};

const place = endpoint<undefined, undefined, PlaceOrderInput>({
  method: "POST",
  path: "/orders",
  plain: true,
  tag: TAG,
  summary: "Place an order",
  scope: "orders:write",
  audit: "events",
  body: { documented: placeOrderForm, choose: (body) => (isShortForm(body) ? shortInput : fullInput) },
  idempotent: "own",
  answers: { 201: placed },
  problems: [
    "unknown_sku",
    "unknown_shipping_method",
    "unknown_reservation",
    "total_too_small",
    "address_invalid",
    "profile_incomplete",
    "payment_method_refused",
    "not_deliverable",
    "insufficient_stock",
    "reservation_state",
    "idempotency_mismatch",
  ],
  async handle({ ctx, body }) {
    const result = await placeOrder(ctx, body);
    if (!result.ok) return result;
    const { order, replayed } = result.value;
    return {
      status: 201,
      body: body.form === "short" ? describeShortOrder(order) : describeOrder(order, ctx.principal),
      version: order.version,
      location: `/api/v1/orders/${order.id}`,
      replayed,
    };
  },
  refused: countRefusedOrder,
});

const quote = endpoint({
  method: "POST",
  path: "/orders/quote",
  tag: TAG,
  summary: "What an order would cost, from where, and when it would arrive",
  scope: "orders:write",
  audit: "none",
  body: quoteForm,
  answers: { 200: { description: "Nothing is held.", schema: quoteAnswer } },
  problems: ["unknown_sku", "unknown_shipping_method", "address_invalid", "not_deliverable", "insufficient_stock"],
  async handle({ ctx, body }) {
    const quoted = await quoteOrder(ctx, body);
    return quoted.ok ? { status: 200, body: quoted.value } : quoted;
  },
});

function filterOf(query: OrderFilterQuery) {
  const { customer, warehouse, from, to, q, ...same } = query;
  return {
    ...same,
    customerId: customer,
    warehouseId: warehouse,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    text: q,
  };
}

const position = z.strictObject({ createdAt: z.int(), id: z.string() });

async function listPage(
  ctx: ServiceContext,
  filter: ReturnType<typeof filterOf>,
  page: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Handled> {
  const after = await readCursor(ctx.env.SIGNING_SECRET, "orders", page.cursor, position);
  if (!after.ok) return after;
  const listed = await listOrders(ctx, filter, { after: after.value ?? null, limit: page.limit ?? DEFAULT_LIMIT });
  if (!listed.ok) return listed;
  const { rows, next } = listed.value;
  return listAnswer(
    rows.map((row) => describeSummary(row, ctx.principal)),
    next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "orders", next),
  );
}

const list = endpoint({
  method: "GET",
  path: "/orders",
  tag: TAG,
  summary: "List orders, newest first",
  scope: "orders:read",
  query: orderListQuery,
  answers: { 200: { description: "A page of orders.", schema: orderList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  handle({ ctx, query: { limit, cursor, ...filter } }) {
    return listPage(ctx, filterOf(filter), { limit, cursor });
  },
});

const count = endpoint({
  method: "GET",
  path: "/orders/count",
  tag: TAG,
  summary: "Count orders",
  scope: "orders:read",
  query: orderFilterQuery,
  cache: "half_minute",
  answers: {
    200: { description: "How many there are, or were up to 30 seconds ago: `Age` says it.", schema: orderCount },
  },
  problems: ["lists_unavailable"],
  async handle({ ctx, query }) {
    const counted = await countOrders(ctx, filterOf(query));
    if (!counted.ok) return counted;
    const { count: orders, ageMs } = counted.value;
    return { status: 200, body: { count: orders }, ageSeconds: Math.floor(ageMs / 1_000) };
  },
});

const listOfUser = endpoint({
  method: "GET",
  path: "/orders/user/{userId}",
  tag: TAG,
  summary: "List the orders of one customer, newest first",
  scope: "orders:read",
  params: userParams,
  query: z.strictObject(pageQuery),
  cache: "revalidate",
  answers: { 200: { description: "A page of orders.", schema: orderList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  handle({ ctx, params, query }) {
    return listPage(ctx, filterOf({ customer: params.userId }), query);
  },
});

const get = endpoint({
  method: "GET",
  path: "/orders/{id}",
  tag: TAG,
  summary: "Read an order",
  scope: "orders:read",
  params: orderParams,
  cache: "revalidate",
  answers: {
    200: { description: "The order as it stands: you read what you wrote.", schema: orderReading },
    304: { description: "As the caller knows it." },
  },
  async handle({ ctx, params }) {
    const found = await getOrder(ctx, params.id);
    return found.ok
      ? { status: 200, body: describeOrder(found.value, ctx.principal), version: found.value.version }
      : found;
  },
});

const history = endpoint({
  method: "GET",
  path: "/orders/{id}/history",
  tag: TAG,
  summary: "What happened to an order: who, when, before and after",
  scope: "orders:read",
  params: orderParams,
  answers: { 200: { description: "All events, oldest first.", schema: historyList } },
  async handle({ ctx, params }) {
    const found = await orderHistory(ctx, params.id);
    return found.ok ? listAnswer(describeHistory(found.value, ctx.principal), null) : found;
  },
});

const saga = endpoint({
  method: "GET",
  path: "/orders/{id}/saga",
  tag: TAG,
  summary: "What an order has set in motion: effects, attempts, outcomes",
  scope: "orders:read",
  params: orderParams,
  answers: { 200: { description: "All effects, oldest first.", schema: sagaList } },
  async handle({ ctx, params }) {
    const found = await orderSaga(ctx, params.id);
    return found.ok ? listAnswer(describeSaga(found.value, ctx.principal), null) : found;
  },
});

type CancelCall = Call<z.infer<typeof orderParams>, undefined, z.infer<typeof cancelOrderForm>>;

async function handleCancel({ ctx, params, body, request }: CancelCall, required: boolean): Promise<Handled> {
  const version = expectedVersion(request.headers.get("if-match"), required);
  if (!version.ok) return version;
  const cancelled = await cancelOrder(ctx, params.id, body, version.value);
  return cancelled.ok
    ? {
        status: cancelled.value.cancelling || cancelled.value.pendingEdit ? 202 : 200,
        body: describeOrder(cancelled.value, ctx.principal),
        version: cancelled.value.version,
        replayed: cancelled.replayed,
      }
    : cancelled;
}

const cancelling = {
  tag: TAG,
  scope: "orders:write",
  audit: "events",
  params: orderParams,
  body: cancelForm,
  idempotent: "own",
  answers: {
    200: { description: "Cancelled.", schema: orderReading },
    202: {
      description: "Asked: `cancelling` (of some units: `pendingEdit`) while the warehouses are asked to stop.",
      schema: orderReading,
    },
  },
} as const;

const cancel = endpoint<z.infer<typeof orderParams>, undefined, z.infer<typeof cancelOrderForm>>({
  ...cancelling,
  body: cancelOrderForm,
  method: "POST",
  path: "/orders/{id}/cancel",
  summary: "Cancel an order, or units of its lines that nobody has begun to pick",
  problems: ["version_stale", "order_state", "picking_started", "idempotency_mismatch"],
  handle: (call) => handleCancel(call, false),
});

const remove = endpoint<z.infer<typeof orderParams>, undefined, z.infer<typeof cancelForm>>({
  ...cancelling,
  method: "DELETE",
  path: "/orders/{id}",
  summary: "Cancel an order that is as you read it",
  problems: ["version_required", "version_stale", "order_state", "picking_started", "idempotency_mismatch"],
  handle: (call) => handleCancel(call, true),
});

const pay = endpoint({
  method: "POST",
  path: "/orders/{id}/payment-method",
  tag: TAG,
  summary: "Pay an order by another means, after one has failed",
  scope: "orders:write",
  audit: "events",
  params: orderParams,
  body: providePaymentForm,
  idempotent: "own",
  answers: { 200: { description: "Taken, and asked for what is due.", schema: orderReading } },
  problems: ["order_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const paying = await providePayment(ctx, params.id, body.paymentMethod);
    if (!paying.ok) return paying;
    const { value: order, replayed } = paying;
    return { status: 200, body: describeOrder(order, ctx.principal), version: order.version, replayed };
  },
});

export const orderEndpoints: readonly AnyEndpoint[] = [
  place,
  quote,
  list,
  count,
  listOfUser,
  get,
  history,
  saga,
  cancel,
  remove,
  pay,
];
