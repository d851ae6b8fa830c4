import {
  customerParams,
  saveAnswer,
  savedMethodList,
  savedMethodParams,
  savePaymentMethodForm,
} from "../../contracts/payment-methods.ts";
import type { CustomerId } from "../../domain/ids.ts";
import { listPaymentMethods, removePaymentMethod, savePaymentMethod } from "../../services/payment-methods.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Payments";

const list = endpoint({
  method: "GET",
  path: "/customers/{id}/payment-methods",
  tag: TAG,
  summary: "What a customer has saved to pay with",
  scope: "orders:read",
  params: customerParams,
  answers: {
    200: {
      description: "The saved means of payment: cards, newest first, then PayPal accounts.",
      schema: savedMethodList,
    },
  },
  problems: ["not_found", "temporarily_unavailable"],
  async handle({ ctx, params }) {
    const listed = await listPaymentMethods(ctx, params.id as CustomerId);
    return listed.ok ? listAnswer(listed.value, null) : listed;
  },
});

const save = endpoint({
  method: "POST",
  path: "/customers/{id}/payment-methods",
  tag: TAG,
  summary: "Save a means of payment, to be charged while the customer is away",
  scope: "orders:write",
  params: customerParams,
  body: savePaymentMethodForm,
  idempotent: "own",
  audit: "own",
  answers: {
    201: { description: "It is saved.", schema: saveAnswer },
    202: { description: "The customer's bank, or PayPal, asks them first.", schema: saveAnswer },
  },
  problems: ["not_found", "payment_method_refused", "temporarily_unavailable", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const saved = await savePaymentMethod(ctx, params.id as CustomerId, body.paymentMethod.token);
    if (!saved.ok) return saved;
    return { status: saved.value.status === "ready" ? 201 : 202, body: saved.value, replayed: saved.replayed };
  },
});

const remove = endpoint({
  method: "DELETE",
  path: "/customers/{id}/payment-methods/{method}",
  tag: TAG,
  summary: "Forget a saved means of payment",
  scope: "orders:write",
  params: savedMethodParams,
  answers: { 204: { description: "It is gone, and can never be charged again." } },
  changes: ({ params }) => [
    { action: "payment_method.removed", subject: `customer:${params.id}`, before: { id: params.method } },
  ],
  problems: ["not_found", "temporarily_unavailable"],
  async handle({ ctx, params }) {
    const removed = await removePaymentMethod(ctx, params.id as CustomerId, params.method);
    return removed.ok ? { status: 204 } : removed;
  },
});

export const paymentMethodEndpoints: readonly AnyEndpoint[] = [list, save, remove];
