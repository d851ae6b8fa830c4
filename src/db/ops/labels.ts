import { eq } from "drizzle-orm";
import type { OpsDatabase } from "./database.ts";
import { labels } from "./schema/labels.ts";

export type LabelRow = typeof labels.$inferSelect;

/** Keeps a label; a newer label of the same shipment takes its place. */
export async function saveLabel(db: OpsDatabase, label: LabelRow): Promise<void> {
  const { shipmentId: _shipmentId, ...rest } = label;
  await db.insert(labels).values(label).onConflictDoUpdate({ target: labels.shipmentId, set: rest });
}

/** The shipment's label, or null. */
export async function findLabel(db: OpsDatabase, shipmentId: string): Promise<LabelRow | null> {
  const [found] = await db.select().from(labels).where(eq(labels.shipmentId, shipmentId));
  return found ?? null;
}
