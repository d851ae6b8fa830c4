import { z } from "zod";
import { listOf, pageQuery } from "./lists.ts";
import { orderId, shortText } from "./primitives.ts";

export const auditAnswer = z
  .strictObject({
    sequence: z.int().meta({ description: "Without gap: of the trail, or of the order's events." }),
    at: z.string().meta({ format: "date-time" }),
    actor: z.strictObject({ kind: z.string(), id: z.string(), name: z.string(), role: z.string() }),
    action: z.string(),
    subject: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    origin: z
      .strictObject({ requestId: z.string(), country: z.string().nullable(), ray: z.string().nullable() })
      .nullable()
      .meta({ description: "Where the request came from; `country` and `ray` are the network's." }),
    hash: z.string().nullable().meta({
      description:
        "SHA-256 over this entry and the hash before it; null for a moment after it was written, and of orders.",
    }),
  })
  .meta({ id: "AuditEntry" });
export type AuditAnswer = z.infer<typeof auditAnswer>;
export const auditList = listOf(auditAnswer).meta({ id: "AuditTrail", description: "Newest first." });

export const auditQuery = z.strictObject({
  subject: shortText(200).optional().meta({ description: "What it was done to, such as product:22423." }),
  actor: shortText(200).optional().meta({ description: "The id of who did it." }),
  order: orderId
    .optional()
    .meta({ description: "What was done to this order, out of its own events: all of it, on one page." }),
  ...pageQuery,
});
