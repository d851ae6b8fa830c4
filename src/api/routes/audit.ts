import { z } from "zod";
import { auditList, auditQuery } from "../../contracts/audit.ts";
import type { OrderId } from "../../domain/ids.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { orderId } from "../../contracts/primitives.ts";
import { readAudit, readOrderAudit } from "../../services/audit.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const position = z.strictObject({ before: z.int() });

/** An order's entries are its events, by whichever parameter it is named. */
function orderOfSubject(subject: string | undefined): OrderId | undefined {
  const named = orderId.safeParse(subject?.startsWith("order:") ? subject.slice("order:".length) : undefined);
  return named.success ? named.data : undefined;
}

const list = endpoint({
  method: "GET",
  path: "/audit",
  tag: "Operations",
  summary: "Who changed what, newest first",
  scope: "admin",
  query: auditQuery,
  answers: { 200: { description: "A page of the trail.", schema: auditList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, query: { order, limit, cursor, ...filter } }) {
    const asked = order ?? orderOfSubject(filter.subject);
    if (asked !== undefined) {
      const listed = await readOrderAudit(ctx, asked);
      return listed.ok ? listAnswer(listed.value, null) : listed;
    }
    const after = await readCursor(ctx.env.SIGNING_SECRET, "audit", cursor, position);
    if (!after.ok) return after;
    const listed = await readAudit(ctx, filter, { before: after.value?.before, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "audit", { before: next }));
  },
});

export const auditEndpoints: readonly AnyEndpoint[] = [list];
