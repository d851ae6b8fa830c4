import { sql } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { stock } from "./schema/stock.ts";

/** How many levels are low (available at or below the reorder point, none left included), and how many have nothing. */
export async function countStockStates(db: OpsDatabase): Promise<{ low: number; out: number }> {
  const [counted] = await db
    .select({ low: sql<number>`count(*)`, out: sql<number>`coalesce(sum(${stock.quantity} = 0), 0)` })
    .from(stock)
    // Written out as the partial index has it, so that SQLite sees that the index answers this.
    .where(sql`${stock.quantity} <= ${stock.threshold}`);
  return counted ?? { low: 0, out: 0 };
}
