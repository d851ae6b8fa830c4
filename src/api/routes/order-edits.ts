import { addItemsForm, editOrderForm } from "../../contracts/edit-order.ts";
import { orderParams, orderReading } from "../../contracts/orders.ts";
import type { ServiceResult } from "../../contracts/problem.ts";
import type { Order } from "../../domain/order/order.ts";
import type { ServiceContext } from "../../services/context.ts";
import { describeOrder } from "../../services/describe-order.ts";
import { addItems, editOrder } from "../../services/edit-order.ts";
import { expectedVersion } from "../conditional.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";

const editing = {
  tag: "Orders",
  scope: "orders:write",
  audit: "events",
  params: orderParams,
  idempotent: "own",
  answers: {
    200: { description: "Changed.", schema: orderReading },
    202: {
      description: "Asked: `pendingEdit` until the difference is paid and the warehouses have given the parcels back.",
      schema: orderReading,
    },
  },
} as const;

const problems = [
  "version_required",
  "version_stale",
  "order_state",
  "picking_started",
  "unknown_sku",
  "total_too_small",
  "insufficient_stock",
  "idempotency_mismatch",
] as const;

function answer({ principal }: ServiceContext, edited: ServiceResult<Order>): Handled {
  if (!edited.ok) return edited;
  const { value: order, replayed } = edited;
  return {
    status: order.pendingEdit ? 202 : 200,
    body: describeOrder(order, principal),
    version: order.version,
    replayed,
  };
}

const edit = endpoint({
  ...editing,
  method: "PUT",
  path: "/orders/{id}",
  summary: "Change the contact, address, way of shipping or quantities of an order that is as you read it",
  body: editOrderForm,
  problems: [...problems, "unknown_shipping_method", "address_invalid", "not_deliverable"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    return version.ok ? answer(ctx, await editOrder(ctx, params.id, body, version.value)) : version;
  },
});

const add = endpoint({
  ...editing,
  method: "POST",
  path: "/orders/{id}/items",
  summary: "Add items to an order that is as you read it",
  body: addItemsForm,
  problems,
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    return version.ok ? answer(ctx, await addItems(ctx, params.id, body, version.value)) : version;
  },
});

export const orderEditEndpoints: readonly AnyEndpoint[] = [edit, add];
