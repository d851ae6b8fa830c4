import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Who changed what outside orders, from where, and what it was before and after. Triggers refuse all but adding. */
export const auditEntries = sqliteTable(
  "audit_entries",
  {
    sequence: integer("sequence").primaryKey({ autoIncrement: true }),
    at: integer("at").notNull(),
    actor: text("actor", { mode: "json" }).$type<{ kind: string; id: string; name: string; role: string }>().notNull(),
    /** Verb and object: `product.replaced`. */
    action: text("action").notNull(),
    /** What it was done to: `product:22423`. */
    subject: text("subject").notNull(),
    before: text("before", { mode: "json" }).$type<unknown>(),
    after: text("after", { mode: "json" }).$type<unknown>(),
    origin: text("origin", { mode: "json" })
      .$type<{ requestId: string; country: string | null; ray: string | null }>()
      .notNull(),
  },
  (table) => [index("audit_entries_subject").on(table.subject, table.sequence)],
);

/** The chain over the entries: each hash covers an entry and the hash before it. Triggers refuse all but adding. */
export const auditSeals = sqliteTable("audit_seals", {
  sequence: integer("sequence").primaryKey(),
  hash: text("hash").notNull(),
});
