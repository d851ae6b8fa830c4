import { z } from "zod";
import {
  customerAnswer,
  customerForm,
  customerHistory,
  customerHistoryQuery,
  customerList,
  customerQuery,
  customerSummary,
} from "../../contracts/customers.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { preferencesAnswer, preferencesForm } from "../../contracts/notification-preferences.ts";
import { customerParams } from "../../contracts/payment-methods.ts";
import type { CustomerId } from "../../domain/ids.ts";
import { readCustomerHistory, summarizeCustomer } from "../../services/customer-history.ts";
import { createCustomer, listCustomers, readCustomer, replaceCustomer } from "../../services/customers.ts";
import { changeNotificationPreferences, readNotificationPreferences } from "../../services/notification-preferences.ts";
import { expectedVersion } from "../conditional.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Customers";
const PREFERENCES = "/customers/{id}/notification-preferences";
const position = z.strictObject({ id: z.string() });
const historyPosition = z.strictObject({ at: z.int(), id: z.string() });

const list = endpoint({
  method: "GET",
  path: "/customers",
  tag: TAG,
  summary: "List or search customers, by id; a customer finds themself",
  scope: "customers:read",
  query: customerQuery,
  answers: { 200: { description: "A page of customers.", schema: customerList } },
  problems: ["invalid_cursor"],
  async handle({ ctx, query: { limit, cursor, q } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "customers", cursor, position);
    if (!after.ok) return after;
    const listed = await listCustomers(ctx, { q }, { after: after.value?.id, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "customers", { id: next }));
  },
});

const read = endpoint({
  method: "GET",
  path: "/customers/{id}",
  tag: TAG,
  summary: "Read a customer",
  scope: "customers:read",
  params: customerParams,
  cache: "revalidate",
  answers: {
    200: { description: "The customer.", schema: customerAnswer },
    304: { description: "As the caller knows them." },
  },
  async handle({ ctx, params }) {
    const found = await readCustomer(ctx, params.id as CustomerId);
    return found.ok ? { status: 200, body: found.value, version: found.value.version } : found;
  },
});

const add = endpoint({
  method: "POST",
  path: "/customers",
  tag: TAG,
  summary: "Add a customer",
  scope: "customers:write",
  audit: "own",
  body: customerForm,
  idempotent: "own",
  answers: { 201: { description: "The customer.", schema: customerAnswer } },
  problems: ["address_invalid", "idempotency_mismatch"],
  async handle({ ctx, body }) {
    const created = await createCustomer(ctx, body);
    if (!created.ok) return created;
    const { customerId, version } = created.value;
    const location = `/api/v1/customers/${customerId}`;
    return { status: 201, body: created.value, version, location, replayed: created.replayed };
  },
});

const replace = endpoint({
  method: "PUT",
  path: "/customers/{id}",
  tag: TAG,
  summary: "Replace a customer who is as you read them",
  scope: "customers:write",
  audit: "own",
  params: customerParams,
  body: customerForm,
  answers: { 200: { description: "The customer as they are now.", schema: customerAnswer } },
  problems: ["address_invalid", "version_required", "version_stale"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    if (!version.ok) return version;
    const replaced = await replaceCustomer(ctx, params.id as CustomerId, body, version.value);
    return replaced.ok ? { status: 200, body: replaced.value, version: replaced.value.version } : replaced;
  },
});

const history = endpoint({
  method: "GET",
  path: "/customers/{id}/history",
  tag: TAG,
  summary: "What a customer did and what was done for them, newest first",
  scope: "customers:read",
  params: customerParams,
  query: customerHistoryQuery,
  answers: { 200: { description: "A page of the history: orders, messages, the account.", schema: customerHistory } },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, params, query: { limit, cursor } }) {
    const cursors = `customer-history.${params.id}`;
    const after = await readCursor(ctx.env.SIGNING_SECRET, cursors, cursor, historyPosition);
    if (!after.ok) return after;
    const page = { after: after.value ?? null, limit: limit ?? DEFAULT_LIMIT };
    const listed = await readCustomerHistory(ctx, params.id as CustomerId, page);
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, cursors, next));
  },
});

const summary = endpoint({
  method: "GET",
  path: "/customers/{id}/summary",
  tag: TAG,
  summary: "What a customer has ordered, spent and sent back",
  scope: "customers:read",
  params: customerParams,
  answers: { 200: { description: "Over all their orders.", schema: customerSummary } },
  problems: ["lists_unavailable"],
  async handle({ ctx, params }) {
    const summarized = await summarizeCustomer(ctx, params.id as CustomerId);
    return summarized.ok ? { status: 200, body: summarized.value } : summarized;
  },
});

const readPreferences = endpoint({
  method: "GET",
  path: PREFERENCES,
  tag: TAG,
  summary: "What a customer wants to be told of beside their orders, and how",
  scope: "customers:read",
  params: customerParams,
  answers: { 200: { description: "By topic and way.", schema: preferencesAnswer } },
  async handle({ ctx, params }) {
    const found = await readNotificationPreferences(ctx, params.id as CustomerId);
    return found.ok ? { status: 200, body: found.value } : found;
  },
});

const changePreferences = endpoint({
  method: "PUT",
  path: PREFERENCES,
  tag: TAG,
  summary: "Say what a customer wants to be told of beside their orders, and how",
  scope: "customers:write",
  audit: "own",
  params: customerParams,
  body: preferencesForm,
  answers: { 200: { description: "As it is kept now.", schema: preferencesAnswer } },
  async handle({ ctx, params, body }) {
    const changed = await changeNotificationPreferences(ctx, params.id as CustomerId, body);
    return changed.ok ? { status: 200, body: changed.value } : changed;
  },
});

export const customerEndpoints: readonly AnyEndpoint[] = [
  list,
  read,
  add,
  replace,
  history,
  summary,
  readPreferences,
  changePreferences,
];
