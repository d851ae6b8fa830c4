import { z } from "zod";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { reconcileForm, runList, runQuery } from "../../contracts/reconciliation.ts";
import { readReconciliations, runReconciliation } from "../../services/payment-reconciliation.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Payments";
const position = z.strictObject({ startedAt: z.int(), id: z.string() });

const run = endpoint({
  method: "POST",
  path: "/payments/reconciliation/run",
  tag: TAG,
  summary: "Compare our books of payments with the providers', for one day",
  scope: "payments:reconcile",
  body: reconcileForm,
  idempotent: "own",
  answers: { 200: { description: "What it came to, by provider.", schema: runList } },
  problems: ["temporarily_unavailable", "idempotency_mismatch"],
  async handle({ ctx, body }) {
    const done = await runReconciliation(ctx, body?.date);
    return done.ok ? { ...listAnswer(done.value, null), replayed: done.replayed } : done;
  },
});

const list = endpoint({
  method: "GET",
  path: "/payments/reconciliation",
  tag: TAG,
  summary: "What comparisons of the books came to, newest first",
  scope: "payments:reconcile",
  query: runQuery,
  answers: { 200: { description: "A page of comparisons.", schema: runList } },
  problems: ["invalid_cursor"],
  async handle({ ctx, query: { limit, cursor } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "reconciliation", cursor, position);
    if (!after.ok) return after;
    const listed = await readReconciliations(ctx, { after: after.value, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "reconciliation", next));
  },
});

export const reconciliationEndpoints: readonly AnyEndpoint[] = [run, list];
