import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Role, Scope } from "../../../contracts/principal.ts";
import type { Address } from "../../../domain/catalog.ts";
import type { CustomerId, WarehouseId } from "../../../domain/ids.ts";
import type { Channel } from "../../../domain/order/order.ts";

/** Who buys. The payment method is a provider's token, never a card number. */
export const customers = sqliteTable(
  "customers",
  {
    id: text("id").$type<CustomerId>().primaryKey(),
    name: text("name").notNull(),
    email: text("email"),
    phone: text("phone"),
    address: text("address", { mode: "json" }).$type<Address>().notNull(),
    latitude: real("latitude"),
    longitude: real("longitude"),
    language: text("language").notNull(),
    paymentMethod: text("payment_method"),
    /** Days to pay an invoice in; null for whom none is sent. */
    invoiceTermsDays: integer("invoice_terms_days"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** `searchText` of id, name and e-mail. */
    search: text("search").notNull().default(""),
  },
  (table) => [index("customers_email").on(table.email)],
);

/** Staff who sign in with the embedded issuer. */
export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey(),
    /** Lower case. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    role: text("role").$type<Role>().notNull(),
    warehouseId: text("warehouse_id").$type<WarehouseId>(),
    /** `pbkdf2-sha256$iterations$salt$hash`, salt and hash in base64. */
    passwordHash: text("password_hash").notNull(),
    active: integer("active", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

/**
 * Tries to sign in to an account from one address, counted before the password is looked at. Both are kept as keyed
 * hashes only, and forgotten when the time within which they count is over.
 */
export const signInTries = sqliteTable(
  "sign_in_tries",
  {
    account: text("account").notNull(),
    client: text("client").notNull(),
    tries: integer("tries").notNull(),
    /** When the first of them was made. */
    since: integer("since").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.client] }),
    index("sign_in_tries_since").on(table.since),
    index("sign_in_tries_client").on(table.client),
  ],
);

/** Why a session was ended before its time. */
export type SessionEnd = "signed_out" | "token_reused" | "account_ended";

/** One sign-in of a member of staff, for as long as its refresh tokens are exchanged for new ones. */
export const sessions = sqliteTable(
  "sessions",
  {
    /** SHA-256 (lower-case hex) of the part that all refresh tokens of the session share. */
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    /** The number of the newest refresh token: the only one that is good. */
    generation: integer("generation").notNull(),
    startedAt: integer("started_at").notNull(),
    refreshedAt: integer("refreshed_at").notNull(),
    /** When it ends at the latest. */
    endsAt: integer("ends_at").notNull(),
    endedAt: integer("ended_at"),
    endReason: text("end_reason").$type<SessionEnd>(),
  },
  (table) => [index("sessions_ends").on(table.endsAt), index("sessions_ended").on(table.endedAt)],
);

/** Where a key is good for: a key of one environment is refused in the others. */
export type KeyEnvironment = "local" | "test" | "live";

/** API keys; the key itself is never stored. */
export const apiKeys = sqliteTable("api_keys", {
  /** SHA-256 of the whole key, lower-case hex. */
  hash: text("hash").primaryKey(),
  name: text("name").notNull(),
  role: text("role").$type<Role>().notNull(),
  /** Null: the scopes of the role. */
  scopes: text("scopes", { mode: "json" }).$type<readonly Scope[]>(),
  warehouseId: text("warehouse_id").$type<WarehouseId>(),
  customerId: text("customer_id").$type<CustomerId>(),
  channel: text("channel").$type<Channel>(),
  environment: text("environment").$type<KeyEnvironment>().notNull(),
  createdAt: integer("created_at").notNull(),
  lastUsedAt: integer("last_used_at"),
  revokedAt: integer("revoked_at"),
});
