import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ProblemCode } from "../../../contracts/problem.ts";
import type { DeviationKind, DeviationSubject } from "../../../domain/deviation.ts";

export type DeviationStatus = "open" | "assigned" | "resolved";

/** What needs a person. */
export const deviations = sqliteTable(
  "deviations",
  {
    id: text("id").primaryKey(),
    kind: text("kind").$type<DeviationKind>().notNull(),
    status: text("status").$type<DeviationStatus>().notNull(),
    subject: text("subject", { mode: "json" }).$type<DeviationSubject>().notNull(),
    orderId: text("order_id"),
    summary: text("summary").notNull(),
    tried: text("tried", { mode: "json" }).$type<string[]>().notNull(),
    assignee: text("assignee"),
    openedAt: integer("opened_at").notNull(),
    resolvedAt: integer("resolved_at"),
    resolvedBy: text("resolved_by"),
    resolution: text("resolution"),
  },
  (table) => [index("deviations_status").on(table.status, table.openedAt), index("deviations_order").on(table.orderId)],
);

export type NotificationChannel = "email" | "sms";
/** `claimed`: somebody is sending it, or died doing so; the outcome is looked up by the id before it is tried again. `declined`: the reader wants none of these. */
export type NotificationStatus = "claimed" | "sent" | "delivered" | "failed" | "declined";

/** Messages to customers: at most one per subject, kind and channel. */
export const notifications = sqliteTable(
  "notifications",
  {
    id: text("id").primaryKey(),
    orderId: text("order_id").notNull(),
    /** What it is about: the order, a shipment, a refund, or one person's request. */
    subject: text("subject").notNull(),
    kind: text("kind").notNull(),
    channel: text("channel").$type<NotificationChannel>().notNull(),
    /** Masked. */
    recipient: text("recipient").notNull(),
    status: text("status").$type<NotificationStatus>().notNull(),
    providerMessageId: text("provider_message_id"),
    error: text("error"),
    /** The provider's ids of events that told of a delay: every third is the end of trying. */
    delays: text("delays", { mode: "json" }).$type<string[]>().notNull().default([]),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("notifications_once").on(table.orderId, table.subject, table.kind, table.channel),
    index("notifications_created").on(table.createdAt, table.id),
  ],
);

/** Verified events of outside providers, each stored once. */
export const webhookEvents = sqliteTable(
  "webhook_events",
  {
    provider: text("provider").notNull(),
    eventId: text("event_id").notNull(),
    payload: text("payload").notNull(),
    receivedAt: integer("received_at").notNull(),
    processedAt: integer("processed_at"),
    attempts: integer("attempts").notNull().default(0),
    /** When it is brought again, as long as it was not acted on. */
    dueAt: integer("due_at").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.eventId] }),
    index("webhook_events_due")
      .on(table.dueAt)
      .where(sql`processed_at is null`),
  ],
);

/** Answers kept for replay, for every route but orders (the ledger keeps those). */
export const idempotency = sqliteTable(
  "idempotency",
  {
    principal: text("principal").notNull(),
    key: text("key").notNull(),
    fingerprint: text("fingerprint").notNull(),
    /** HTTP status; null while the first request is still at work. */
    status: integer("status"),
    response: text("response", { mode: "json" }).$type<unknown>(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.principal, table.key] })],
);

/**
 * What callers have had done once, where OPS is the store that does it. Kept as many days as the configuration says.
 * Holds nothing of a request or an answer, and so nothing personal.
 */
export const deeds = sqliteTable(
  "deeds",
  {
    key: text("key").primaryKey(),
    fingerprint: text("fingerprint").notNull(),
    /** The id of what was made or changed: from that a repeat is answered. */
    subject: text("subject").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("deeds_created").on(table.createdAt)],
);

/** How many orders were refused in a minute, and why. Kept for an hour. */
export const orderRefusals = sqliteTable(
  "order_refusals",
  {
    /** Whole minutes since the epoch. */
    minute: integer("minute").notNull(),
    reason: text("reason").$type<ProblemCode>().notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.reason] })],
);
