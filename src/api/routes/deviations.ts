import { z } from "zod";
import {
  assignForm,
  deviationAnswer,
  deviationList,
  deviationParams,
  deviationQuery,
  resolveForm,
} from "../../contracts/deviations.ts";
import { noBody } from "../../contracts/fulfillment.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import {
  closeDeviation,
  handOverDeviation,
  readDeviation,
  readDeviations,
  retryDeviation,
} from "../../services/deviations.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Deviations";
const position = z.strictObject({ openedAt: z.int(), id: z.string() });
const one = { description: "The deviation as it is now.", schema: deviationAnswer };

const list = endpoint({
  method: "GET",
  path: "/deviations",
  tag: TAG,
  summary: "What needs a person, newest first",
  scope: "deviations:read",
  query: deviationQuery,
  answers: { 200: { description: "A page of deviations.", schema: deviationList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, query: { limit, cursor, status, kind, order, assignee } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "deviations", cursor, position);
    if (!after.ok) return after;
    const filter = {
      ...(status !== undefined && { status: [status] }),
      ...(kind !== undefined && { kind }),
      ...(order !== undefined && { orderId: order }),
      ...(assignee !== undefined && { assignee }),
    };
    const listed = await readDeviations(ctx, filter, { after: after.value, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "deviations", next));
  },
});

const get = endpoint({
  method: "GET",
  path: "/deviations/{id}",
  tag: TAG,
  summary: "Read a deviation",
  scope: "deviations:read",
  params: deviationParams,
  answers: { 200: one },
  async handle({ ctx, params }) {
    const found = await readDeviation(ctx, params.id);
    return found.ok ? { status: 200, body: found.value } : found;
  },
});

const retry = endpoint({
  method: "POST",
  path: "/deviations/{id}/retry",
  tag: TAG,
  summary: "Have the failed effect tried again",
  scope: "deviations:write",
  audit: "own",
  params: deviationParams,
  body: noBody,
  idempotent: "own",
  answers: { 200: one },
  problems: ["deviation_state", "order_state", "idempotency_mismatch"],
  async handle({ ctx, params }) {
    const retried = await retryDeviation(ctx, params.id);
    return retried.ok ? { status: 200, body: retried.value, replayed: retried.replayed } : retried;
  },
});

const resolve = endpoint({
  method: "POST",
  path: "/deviations/{id}/resolve",
  tag: TAG,
  summary: "Close a deviation with what was done about it",
  scope: "deviations:write",
  audit: "own",
  params: deviationParams,
  body: resolveForm,
  idempotent: "own",
  answers: { 200: one },
  problems: ["deviation_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const closed = await closeDeviation(ctx, params.id, body.resolution);
    return closed.ok ? { status: 200, body: closed.value, replayed: closed.replayed } : closed;
  },
});

const assign = endpoint({
  method: "POST",
  path: "/deviations/{id}/assign",
  tag: TAG,
  summary: "Give a deviation to somebody, or take it",
  scope: "deviations:write",
  audit: "own",
  params: deviationParams,
  body: assignForm,
  idempotent: "own",
  answers: { 200: one },
  problems: ["deviation_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const assigned = await handOverDeviation(ctx, params.id, body?.assignee ?? null);
    return assigned.ok ? { status: 200, body: assigned.value, replayed: assigned.replayed } : assigned;
  },
});

export const deviationEndpoints: readonly AnyEndpoint[] = [list, get, retry, resolve, assign];
