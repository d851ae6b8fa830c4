import type { DeviationAnswer } from "../contracts/deviations.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps, type OpsDatabase } from "../db/ops/database.ts";
import type { KeptDeed } from "../db/ops/deeds.ts";
import {
  assignDeviation,
  type Deviation,
  type DeviationFilter,
  type DeviationPosition,
  findDeviation,
  listDeviations,
  recordDeviationAttempt,
  resolveDeviation,
} from "../db/ops/deviations.ts";
import type { DeviationAction } from "../domain/deviation.ts";
import { type EffectId, isOrderId } from "../domain/ids.ts";
import { logWarning } from "../platform/log.ts";
import { auditEntry, type Change, recordChanges, sealAudit } from "./audit.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { doneBefore, executeOnSeen } from "./execute-order.ts";
import { asReplay, onceInOps } from "./once-in-ops.ts";
import { getOrder } from "./orders.ts";
import { showDeviations } from "./report-deviations.ts";

/** A page of deviations, newest first. */
export async function readDeviations(
  ctx: ServiceContext,
  filter: DeviationFilter,
  page: { after: DeviationPosition | undefined; limit: number },
): Promise<ServiceResult<{ rows: DeviationAnswer[]; next: DeviationPosition | null }>> {
  const denied = lacking(ctx, "deviations:read");
  if (denied !== null) return denied;
  try {
    const { rows, next } = await listDeviations(openOps(ctx.env.OPS), filter, {
      limit: page.limit,
      ...(page.after !== undefined && { after: page.after }),
    });
    return { ok: true, value: { rows: rows.map(describeDeviation), next } };
  } catch (error) {
    logWarning("deviation_list_unavailable", {
      requestId: ctx.requestId,
      error: error instanceof Error ? error.name : "unknown",
    });
    return refuse("lists_unavailable", "The list can't be read at the moment.");
  }
}

/** One deviation, with what can be done about it now. */
export async function readDeviation(ctx: ServiceContext, id: string): Promise<ServiceResult<DeviationAnswer>> {
  const denied = lacking(ctx, "deviations:read");
  if (denied !== null) return denied;
  return described(ctx, id);
}

/** Has the failed effect tried again by its order's ledger. The deviation stays open until a person sees that it is well. */
export async function retryDeviation(ctx: ServiceContext, id: string): Promise<ServiceResult<DeviationAnswer>> {
  const found = await changeable(ctx, id);
  if (!found.ok) return found;
  const { orderId, effectId } = found.value.subject;
  if (orderId === undefined || effectId === undefined || !isOrderId(orderId))
    return refuse("deviation_state", "There is no effect to try again.");
  const order = await getOrder(ctx, orderId);
  if (!order.ok) return order;
  const done = await doneBefore(ctx, order.value);
  if (done !== null) return done.ok ? asReplay(await described(ctx, id)) : done;
  const unworkable = refuseAction(found.value, "retry");
  if (unworkable !== null) return unworkable;
  const retried = await executeOnSeen(ctx, order.value, { type: "RetryEffect", effectId: effectId as EffectId });
  if (!retried.ok) return retried;
  await recordDeviationAttempt(
    openOps(ctx.env.OPS),
    id,
    `${new Date(ctx.now).toISOString()}: tried again by ${ctx.principal.name}`,
  );
  return entered(ctx, "deviation.retried", found.value);
}

/** Closes the deviation with what was done about it. */
export function closeDeviation(
  ctx: ServiceContext,
  id: string,
  resolution: string,
): Promise<ServiceResult<DeviationAnswer>> {
  return change(ctx, id, "resolve", (before, db, done) => {
    const entry = auditEntry(
      ctx,
      changeOf("deviation.resolved", before, { ...before, status: "resolved", resolution }),
    );
    return resolveDeviation(db, id, { actor: ctx.principal.id, resolution, now: ctx.now }, entry, done);
  });
}

/** Gives the deviation to somebody: to the caller, where nobody is named. */
export function handOverDeviation(
  ctx: ServiceContext,
  id: string,
  named: string | null,
): Promise<ServiceResult<DeviationAnswer>> {
  const assignee = named ?? ctx.principal.id;
  return change(ctx, id, "assign", (before, db, done) => {
    const entry = auditEntry(ctx, changeOf("deviation.assigned", before, { ...before, status: "assigned", assignee }));
    return assignDeviation(db, id, assignee, entry, done);
  });
}

/** Changes the deviation once, with the deed and the entry of the audit trail. `write` is false where it was too late. */
async function change(
  ctx: ServiceContext,
  id: string,
  action: DeviationAction,
  write: (before: Deviation, db: OpsDatabase, done: KeptDeed | null) => Promise<boolean>,
): Promise<ServiceResult<DeviationAnswer>> {
  const found = await changeable(ctx, id);
  if (!found.ok) return found;
  const before = found.value;
  const again = (subject: string) => described(ctx, subject);
  return onceInOps(ctx, again, async () => {
    const unworkable = refuseAction(before, action);
    if (unworkable !== null) return unworkable;
    const written = await write(before, openOps(ctx.env.OPS), ctx.deed && { deed: ctx.deed, subject: id });
    if (!written) return refuse("deviation_state", "Somebody else has resolved it.");
    ctx.defer(sealAudit(ctx.env));
    const now = await described(ctx, id);
    if (now.ok) showDeviations(ctx, [{ ...before, status: now.value.status }]);
    return now;
  });
}

/** The deviation, for whoever may change deviations. */
async function changeable(ctx: ServiceContext, id: string): Promise<ServiceResult<Deviation>> {
  const denied = lacking(ctx, "deviations:write");
  if (denied !== null) return denied;
  const deviation = await findDeviation(openOps(ctx.env.OPS), id);
  return deviation === null ? refuse("not_found", `There is no deviation ${id}.`) : { ok: true, value: deviation };
}

function refuseAction({ actions, status }: Deviation, action: DeviationAction): ReturnType<typeof refuse> | null {
  if (actions.includes(action)) return null;
  return refuse(
    "deviation_state",
    status === "resolved" ? "It is resolved already." : `What can be done about it: ${actions.join(", ")}.`,
  );
}

/** The deviation as it is now, once it is in the trail what this caller made of what they had found. */
async function entered(
  ctx: ServiceContext,
  action: string,
  before: Deviation,
): Promise<ServiceResult<DeviationAnswer>> {
  const now = await described(ctx, before.id);
  if (now.ok) await recordChanges(ctx, [changeOf(action, before, now.value)]);
  return now;
}

function changeOf(action: string, before: Deviation, after: Standing): Change {
  return { action, subject: `deviation:${before.id}`, before: standing(before), after: standing(after) };
}

type Standing = Pick<Deviation, "status" | "assignee" | "resolution">;

function standing({ status, assignee, resolution }: Standing): Standing {
  return { status, assignee, resolution };
}

async function described(ctx: ServiceContext, id: string): Promise<ServiceResult<DeviationAnswer>> {
  const deviation = await findDeviation(openOps(ctx.env.OPS), id);
  return deviation === null
    ? refuse("not_found", `There is no deviation ${id}.`)
    : { ok: true, value: describeDeviation(deviation) };
}

function describeDeviation({ openedAt, resolvedAt, ...deviation }: Deviation): DeviationAnswer {
  return {
    ...deviation,
    openedAt: new Date(openedAt).toISOString(),
    resolvedAt: resolvedAt === null ? null : new Date(resolvedAt).toISOString(),
  };
}
