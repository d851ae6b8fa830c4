import { z } from "zod";
import { DEVIATION_KINDS } from "../domain/deviation.ts";
import { listOf, pageQuery } from "./lists.ts";
import { orderId, shortText } from "./primitives.ts";

const when = z.string().meta({ format: "date-time" });

export const deviationAnswer = z
  .strictObject({
    id: z.string(),
    kind: z.enum(DEVIATION_KINDS),
    status: z.enum(["open", "assigned", "resolved"]),
    subject: z.strictObject({
      orderId: z.string().optional(),
      effectId: z.string().optional(),
      shipmentId: z.string().optional(),
      sku: z.string().optional(),
      warehouseId: z.string().optional(),
      provider: z.string().optional(),
      reference: z.string().optional(),
    }),
    summary: z.string(),
    tried: z.array(z.string()).meta({ description: "What was tried, oldest first." }),
    actions: z
      .array(z.enum(["retry", "resolve", "assign", "cancel_order", "cancel_lines"]))
      .meta({ description: "What can be done about it now." }),
    assignee: z.string().nullable(),
    openedAt: when,
    resolvedAt: when.nullable(),
    resolvedBy: z.string().nullable(),
    resolution: z.string().nullable(),
  })
  .meta({ id: "Deviation" });
export type DeviationAnswer = z.infer<typeof deviationAnswer>;
export const deviationList = listOf(deviationAnswer).meta({ id: "DeviationList", description: "Newest first." });
export const deviationQuery = z.strictObject({
  status: z
    .enum(["open", "assigned", "resolved"])
    .optional()
    .meta({ description: "`open` is what nobody has taken yet." }),
  kind: z.enum(DEVIATION_KINDS).optional(),
  order: orderId.optional(),
  assignee: shortText(80).optional(),
  ...pageQuery,
});
export const deviationParams = z.strictObject({ id: z.string().min(1).max(200) });

export const resolveForm = z.strictObject({ resolution: shortText(500) }).meta({ id: "ResolveForm" });
export const assignForm = z
  .strictObject({
    assignee: shortText(80).optional().meta({ description: "A person's id; the caller where nothing is said." }),
  })
  .optional();
