import { and, eq } from "drizzle-orm";
import type { CustomerId } from "../../domain/ids.ts";
import type { PaymentProviderName } from "../../domain/order/payment-provider.ts";
import type { OpsDatabase } from "./database.ts";
import { paymentCustomers } from "./schema/payment-customers.ts";

/** The provider's id of this customer; null where it knows none yet. */
export async function findPaymentCustomer(
  db: OpsDatabase,
  customerId: CustomerId,
  provider: PaymentProviderName,
): Promise<string | null> {
  const found = await db
    .select({ reference: paymentCustomers.reference })
    .from(paymentCustomers)
    .where(and(eq(paymentCustomers.customerId, customerId), eq(paymentCustomers.provider, provider)));
  return found[0]?.reference ?? null;
}

/** Keeps the provider's id of a customer; the first that was kept stays. */
export async function keepPaymentCustomer(db: OpsDatabase, row: typeof paymentCustomers.$inferInsert): Promise<void> {
  await db.insert(paymentCustomers).values(row).onConflictDoNothing();
}
