import { and, asc, eq, gt, or, sql, type SQL } from "drizzle-orm";
import { customerSearchText, foldText } from "../../domain/fold-text.ts";
import type { CustomerId } from "../../domain/ids.ts";
import { type AuditEntry, changeAudited } from "./audit.ts";
import type { OpsDatabase } from "./database.ts";
import type { KeptDeed } from "./deeds.ts";
import { customers } from "./schema/people.ts";

export type CustomerRow = typeof customers.$inferSelect;

/** What of a customer can be changed. What they pay with is not: it is saved elsewhere. */
export type CustomerValues = Omit<CustomerRow, "id" | "paymentMethod" | "createdAt" | "updatedAt" | "search">;

/** The row, or null. `updatedAt` is its version too: it grows with every change. */
export async function findCustomerRow(db: OpsDatabase, id: CustomerId): Promise<CustomerRow | null> {
  const found = await db.select().from(customers).where(eq(customers.id, id));
  return found[0] ?? null;
}

/** Customers by id, those after `after`. `text`: a part of the name, mail address, phone or id; case and accents do not matter. */
export async function listCustomerRows(
  db: OpsDatabase,
  filter: { id?: CustomerId | undefined; text?: string | undefined },
  page: { after?: string | undefined; limit: number },
): Promise<CustomerRow[]> {
  const conditions: (SQL | undefined)[] = [];
  if (filter.id !== undefined) conditions.push(eq(customers.id, filter.id));
  if (page.after !== undefined) conditions.push(gt(customers.id, page.after as CustomerId));
  if (filter.text !== undefined) conditions.push(containing(filter.text));
  return db
    .select()
    .from(customers)
    .where(and(...conditions))
    .orderBy(asc(customers.id))
    .limit(page.limit);
}

function containing(text: string): SQL | undefined {
  const parts = [sql`instr(${customers.search}, ${foldText(text)}) > 0`];
  const number = text.replaceAll(/[\s()/.-]/g, "");
  if (/^\+?\d{3,}$/.test(number)) parts.push(sql`instr(${customers.phone}, ${number}) > 0`);
  return or(...parts);
}

/** Adds a customer, and with them the entry of the audit trail and the deed. */
export async function addCustomer(
  db: OpsDatabase,
  id: CustomerId,
  values: CustomerValues,
  now: number,
  entry: AuditEntry,
  done: KeptDeed | null,
): Promise<CustomerRow | null> {
  const [added] = await changeAudited(
    db,
    db
      .insert(customers)
      .values({
        id,
        ...values,
        search: customerSearchText({ id, ...values }),
        paymentMethod: null,
        createdAt: now,
        updatedAt: now,
      })
      .onConflictDoNothing()
      .returning(),
    entry,
    done,
  );
  return added ?? null;
}

/** Replaces a customer that is at the version expected, and makes the entry with it; null where it is at another. */
export async function replaceCustomerRow(
  db: OpsDatabase,
  id: CustomerId,
  values: CustomerValues,
  expectedVersion: number,
  now: number,
  entry: AuditEntry,
): Promise<CustomerRow | null> {
  const [replaced] = await changeAudited(
    db,
    db
      .update(customers)
      .set({ ...values, search: customerSearchText({ id, ...values }), updatedAt: Math.max(now, expectedVersion + 1) })
      .where(and(eq(customers.id, id), eq(customers.updatedAt, expectedVersion)))
      .returning(),
    entry,
  );
  return replaced ?? null;
}
