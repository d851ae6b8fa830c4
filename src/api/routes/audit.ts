import { z } from "zod";
import { auditList, auditQuery } from "../../contracts/audit.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { readAudit, readOrderAudit } from "../../services/audit.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const position = z.strictObject({ before: z.int() });

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
    if (order !== undefined) {
      const listed = await readOrderAudit(ctx, order);
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
