import type { OpsDatabase } from "./database.ts";
import { audit } from "./schema/operations.ts";

export interface AuditEntry {
  id: string;
  at: number;
  actor: string;
  /** Verb and object: `product.updated`. */
  action: string;
  /** What it was done to: `product:22423`. */
  subject: string;
  /** Before and after; never secrets or personal data. */
  detail: unknown;
  requestId: string | null;
}

/** Appends one entry; the same id twice is one entry. */
export async function recordAudit(db: OpsDatabase, entry: AuditEntry): Promise<void> {
  await db.insert(audit).values(entry).onConflictDoNothing();
}
