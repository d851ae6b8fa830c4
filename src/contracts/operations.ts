import { z } from "zod";
import { listOf } from "./lists.ts";

export const healthAnswer = z
  .strictObject({
    status: z.enum(["ok", "degraded", "down"]),
    environment: z.enum(["local", "test", "production"]),
    checks: z.array(z.strictObject({ name: z.string(), status: z.enum(["ok", "down"]), ms: z.number() })),
  })
  .meta({ id: "Health" });
export type HealthAnswer = z.infer<typeof healthAnswer>;

export const alertRow = z
  .strictObject({
    id: z.string(),
    severity: z.enum(["warning", "critical"]),
    summary: z.string(),
    value: z.number(),
    since: z.string().nullable().meta({ format: "date-time" }),
  })
  .meta({ id: "Alert" });
export type AlertAnswer = z.infer<typeof alertRow>;
export const alertList = listOf(alertRow).meta({ id: "AlertList" });

/** What a person may listen to: `ops`, `warehouse:<id>`, `order:<id>`. */
export const liveTopic = z.string().regex(/^(ops|warehouse:[a-z0-9][a-z0-9-]{0,39}|order:ord_[0-9a-z]{22})$/, {
  error: "must be ops, warehouse:<id> or order:<id>",
});
export const ticketForm = z.strictObject({ topic: liveTopic }).meta({ id: "TicketForm", examples: [{ topic: "ops" }] });
export const ticketAnswer = z
  .strictObject({ ticket: z.string(), topic: z.string(), expiresAt: z.string().meta({ format: "date-time" }) })
  .meta({ id: "Ticket" });
export type TicketAnswer = z.infer<typeof ticketAnswer>;
export const liveQuery = z.strictObject({ topic: liveTopic, ticket: z.string().min(1).max(2000) });
export const orderLiveQuery = z.strictObject({ ticket: z.string().min(1).max(2000) });
