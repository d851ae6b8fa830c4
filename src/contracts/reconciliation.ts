import { z } from "zod";
import { listOf, pageQuery } from "./lists.ts";
import { money } from "./primitives.ts";

const when = z.string().meta({ format: "date-time" });

export const reconcileForm = z
  .strictObject({
    date: z.iso
      .date({ error: "must be a day, such as 2026-11-20" })
      .optional()
      .meta({ description: "The day in UTC; yesterday where nothing is said." }),
  })
  .optional();

export const runAnswer = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    day: z.string().meta({ format: "date" }),
    startedBy: z.string().meta({ description: "Who had it done: a principal's id, or `cron`." }),
    startedAt: when,
    finishedAt: when,
    theirs: z.int().meta({ description: "Payments whose money moved on that day, by the provider's books." }),
    ours: z.int().meta({ description: "The same, by our books." }),
    inFlight: z.int().meta({ description: "Of those that differed: still being worked on, so not judged." }),
    differences: z.int().meta({ description: "How many there are; each has a deviation." }),
    found: z
      .array(
        z.strictObject({
          kind: z.enum(["unknown_here", "unknown_there", "authorized", "captured", "refunded"]),
          reference: z.string().meta({ description: "The provider's id of the payment." }),
          orderId: z.string().nullable(),
          theirs: money.nullable(),
          ours: money.nullable(),
        }),
      )
      .meta({ description: "The first hundred of them." }),
  })
  .meta({ id: "ReconciliationRun" });
export type RunAnswer = z.infer<typeof runAnswer>;
export const runList = listOf(runAnswer).meta({ id: "ReconciliationRunList", description: "Newest first." });
export const runQuery = z.strictObject(pageQuery);
