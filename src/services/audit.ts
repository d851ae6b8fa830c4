import type { AuditAnswer } from "../contracts/audit.ts";
import type { HistoryEntry } from "../contracts/orders.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import {
  addSeals,
  appendAudit,
  appendAuditOnce,
  type AuditEntry,
  type AuditRow,
  listAudit,
  readUnsealed,
} from "../db/ops/audit.ts";
import { openOps, type OpsDatabase } from "../db/ops/database.ts";
import type { KeptDeed } from "../db/ops/deeds.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import { CHAIN_START, hashOf } from "./audit-chain.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { describeHistory } from "./describe-history.ts";
import { orderHistory } from "./orders.ts";

/** What was done, to what, and what it was before and after; never with secrets or personal data. */
export interface Change {
  /** Object and verb: `product.replaced`. */
  action: string;
  /** `product:22423`. */
  subject: string;
  before?: unknown;
  after?: unknown;
}

/** Whose doing it is, from where, and where it is entered. */
export type Recorder = Pick<ServiceContext, "env" | "principal" | "now" | "requestId" | "origin" | "defer">;

/** The entry for a change that this caller makes now. Whoever has written it has it sealed. */
export function auditEntry(
  ctx: Pick<Recorder, "principal" | "now" | "requestId" | "origin">,
  { action, subject, before = null, after = null }: Change,
): AuditEntry {
  const { kind, id, name, role } = ctx.principal;
  return {
    at: ctx.now,
    actor: { kind, id, name, role },
    action,
    subject,
    before,
    after,
    origin: { requestId: ctx.requestId, ...ctx.origin },
  };
}

/**
 * Enters what has been done elsewhere than in OPS, and so can't be entered in the same transaction. It is done: where
 * it can't be entered, the log says so.
 */
export async function recordChanges(ctx: Recorder, changes: readonly Change[]): Promise<void> {
  const entries = changes.map((change) => auditEntry(ctx, change));
  await recorded(ctx, changes[0], (db) => appendAudit(db, entries));
}

/** The same for one change, with the deed that asked for it: a repeat is not entered again. */
export async function recordOnce(ctx: Recorder, change: Change, done: KeptDeed | null): Promise<void> {
  const entry = auditEntry(ctx, change);
  await recorded(ctx, change, (db) => (done === null ? appendAudit(db, [entry]) : appendAuditOnce(db, [entry], done)));
}

async function recorded(
  ctx: Recorder,
  change: Change | undefined,
  write: (db: OpsDatabase) => Promise<void>,
): Promise<void> {
  try {
    await write(openOps(ctx.env.OPS));
    ctx.defer(sealAudit(ctx.env));
  } catch (error) {
    logError("audit_not_recorded", error, {
      requestId: ctx.requestId,
      actor: ctx.principal.id,
      action: change?.action ?? "",
      subject: change?.subject ?? "",
    });
  }
}

const SEALED_AT_ONCE = 200;

/**
 * Chains the entries that are not chained yet. Any number may do it at a time: entries never change, so all of them
 * come to the same hashes. What one leaves undone the next does.
 */
export async function sealAudit(env: Env): Promise<void> {
  try {
    const db = openOps(env.OPS);
    for (let more = true; more;) {
      const { entries, seal } = await readUnsealed(db, SEALED_AT_ONCE);
      let hash = seal?.hash ?? CHAIN_START;
      const seals = entries.map((entry) => {
        hash = hashOf(hash, entry);
        return { sequence: entry.sequence, hash };
      });
      if (seals.length > 0) await addSeals(db, seals);
      more = entries.length === SEALED_AT_ONCE;
    }
  } catch (error) {
    logError("audit_not_sealed", error);
  }
}

/** A page of the audit trail, newest first; `next` is the sequence that the next page lies before. */
export async function readAudit(
  ctx: ServiceContext,
  filter: { subject?: string | undefined; actor?: string | undefined },
  page: { before: number | undefined; limit: number },
): Promise<ServiceResult<{ rows: AuditAnswer[]; next: number | null }>> {
  const denied = lacking(ctx, "admin");
  if (denied !== null) return denied;
  try {
    const found = await listAudit(openOps(ctx.env.OPS), filter, { before: page.before, limit: page.limit + 1 });
    const rows = found.slice(0, page.limit);
    const next = found.length > page.limit ? (rows.at(-1)?.sequence ?? null) : null;
    return { ok: true, value: { rows: rows.map(describe), next } };
  } catch (error) {
    logError("audit_list_unavailable", error, { requestId: ctx.requestId });
    return refuse("lists_unavailable", "The list can't be read at the moment.");
  }
}

/**
 * What people and keys did to one order, newest first: its events are its trail, without gap by their sequence, and
 * so nothing of it is written twice.
 */
export async function readOrderAudit(ctx: ServiceContext, orderId: OrderId): Promise<ServiceResult<AuditAnswer[]>> {
  const denied = lacking(ctx, "admin");
  if (denied !== null) return denied;
  const events = await orderHistory(ctx, orderId);
  if (!events.ok) return events;
  const rows = describeHistory(events.value, ctx.principal).flatMap((entry, index): AuditAnswer[] => {
    const actor = events.value[index]?.actor;
    if (actor === undefined || actor.kind === "system") return [];
    return [
      {
        sequence: entry.sequence,
        at: entry.at,
        actor: entry.actor,
        action: `order.${entry.type}`,
        subject: `order:${orderId}`,
        before: entry.before === null ? null : { status: entry.before, ...sideOf(entry, "before") },
        after: { status: entry.after, ...sideOf(entry, "after") },
        origin: actor.origin ?? null,
        hash: null,
      },
    ];
  });
  return { ok: true, value: rows.toReversed() };
}

function sideOf({ changes }: HistoryEntry, side: "before" | "after"): Record<string, unknown> {
  return Object.fromEntries(changes.map((change) => [change.field, change[side]]));
}

function describe({ at, before, after, ...row }: AuditRow & { hash: string | null }): AuditAnswer {
  return { ...row, at: new Date(at).toISOString(), before: before ?? null, after: after ?? null };
}
