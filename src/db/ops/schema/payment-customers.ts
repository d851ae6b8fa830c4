import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { CustomerId } from "../../../domain/ids.ts";
import type { PaymentProviderName } from "../../../domain/order/payment-provider.ts";

/** Under which id a payment provider knows a customer of ours, whose means of payment are kept there. */
export const paymentCustomers = sqliteTable(
  "payment_customers",
  {
    customerId: text("customer_id").$type<CustomerId>().notNull(),
    provider: text("provider").$type<PaymentProviderName>().notNull(),
    reference: text("reference").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.provider] })],
);
