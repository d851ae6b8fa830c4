import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BookDifference } from "../../../domain/reconciliation.ts";

/** Each comparison of our books of payments with a provider's. */
export const reconciliationRuns = sqliteTable(
  "reconciliation_runs",
  {
    id: text("id").primaryKey(),
    provider: text("provider").notNull(),
    /** The day that was compared, `YYYY-MM-DD` in UTC. */
    day: text("day").notNull(),
    /** Who had it done: a principal's id, or `cron`. */
    startedBy: text("started_by").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at").notNull(),
    /** Payments whose money moved on that day, as each side has it. */
    theirs: integer("theirs").notNull(),
    ours: integer("ours").notNull(),
    /** Of them, those that were still being worked on. */
    inFlight: integer("in_flight").notNull(),
    differences: integer("differences").notNull(),
    /** The first of the differences. */
    found: text("found", { mode: "json" }).$type<readonly BookDifference[]>().notNull(),
  },
  (table) => [index("reconciliation_runs_started").on(table.startedAt, table.id)],
);
