import { and, eq, getTableColumns, isNull } from "drizzle-orm";
import type { Customer } from "../../domain/catalog.ts";
import { emailKey } from "../../domain/email.ts";
import type { CustomerId } from "../../domain/ids.ts";
import type { OpsDatabase } from "./database.ts";
import { apiKeys, customers, users } from "./schema/people.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type UserRow = typeof users.$inferSelect;

/** The key with this SHA-256 (lower-case hex), or null; a revoked key is none. */
export async function findApiKey(db: OpsDatabase, hash: string): Promise<ApiKeyRow | null> {
  const found = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)));
  return found[0] ?? null;
}

/** Every key that is not revoked: what an isolate keeps, so that the order path need not ask. */
export async function listApiKeys(db: OpsDatabase): Promise<ApiKeyRow[]> {
  return db.select().from(apiKeys).where(isNull(apiKeys.revokedAt));
}

/** Notes that a key was used. */
export async function touchApiKey(db: OpsDatabase, hash: string, now: number): Promise<void> {
  await db.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.hash, hash));
}

/** The member of staff with this e-mail address (in any case), or null; who has left is nobody. */
export async function findUserByEmail(db: OpsDatabase, email: string): Promise<UserRow | null> {
  const found = await db
    .select()
    .from(users)
    .where(and(eq(users.email, emailKey(email)), eq(users.active, true)));
  return found[0] ?? null;
}

/** Everyone who may sign in: what an isolate keeps, so that a request need not ask. */
export async function listActiveUsers(db: OpsDatabase): Promise<Omit<UserRow, "passwordHash">[]> {
  const { passwordHash: _, ...told } = getTableColumns(users);
  return db.select(told).from(users).where(eq(users.active, true));
}

/** The customer, or null. */
export async function findCustomer(db: OpsDatabase, id: CustomerId): Promise<Customer | null> {
  const found = await db.select().from(customers).where(eq(customers.id, id));
  return found[0] ? toCustomer(found[0]) : null;
}

function toCustomer(row: typeof customers.$inferSelect): Customer {
  return {
    id: row.id,
    contact: {
      name: row.name,
      ...(row.email !== null && { email: row.email }),
      ...(row.phone !== null && { phone: row.phone }),
    },
    address: row.address,
    ...(row.latitude !== null &&
      row.longitude !== null && {
        location: { latitude: row.latitude, longitude: row.longitude },
      }),
    language: row.language,
    ...(row.paymentMethod !== null && { paymentMethod: row.paymentMethod }),
    ...(row.invoiceTermsDays !== null && { invoiceTermsDays: row.invoiceTermsDays }),
  };
}
