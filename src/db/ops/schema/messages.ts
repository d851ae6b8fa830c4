import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { TemplateForm } from "../../../contracts/notification-templates.ts";

/** Every edition of every template that was edited; the newest is in use. Rows are only ever added. */
export const messageTemplates = sqliteTable(
  "message_templates",
  {
    kind: text("kind").notNull(),
    channel: text("channel").notNull(),
    language: text("language").notNull(),
    /** 1, 2, 3 …; 0 is the standard text, which is not stored. */
    version: integer("version").notNull(),
    content: text("content", { mode: "json" }).$type<TemplateForm>().notNull(),
    savedAt: integer("saved_at").notNull(),
    savedBy: text("saved_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.channel, table.language, table.version] })],
);

/** What readers have unsubscribed from. An address is kept as a keyed hash only. */
export const messageOptOuts = sqliteTable(
  "message_opt_outs",
  {
    address: text("address").notNull(),
    topic: text("topic").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.address, table.topic] })],
);
