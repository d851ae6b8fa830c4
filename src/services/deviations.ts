import type { DeviationAnswer } from "../contracts/deviations.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
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
import { recordChanges } from "./audit.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { executeOrder } from "./execute-order.ts";
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
  const found = await workable(ctx, id, "retry");
  if (!found.ok) return found;
  const { orderId, effectId } = found.value.subject;
  if (orderId === undefined || effectId === undefined || !isOrderId(orderId))
    return refuse("deviation_state", "There is no effect to try again.");
  const retried = await executeOrder(ctx, orderId, { type: "RetryEffect", effectId: effectId as EffectId });
  if (!retried.ok) return retried;
  await recordDeviationAttempt(
    openOps(ctx.env.OPS),
    id,
    `${new Date(ctx.now).toISOString()}: tried again by ${ctx.principal.name}`,
  );
  return entered(ctx, "deviation.retried", found.value);
}

/** Closes the deviation with what was done about it. */
export async function closeDeviation(
  ctx: ServiceContext,
  id: string,
  resolution: string,
): Promise<ServiceResult<DeviationAnswer>> {
  const found = await workable(ctx, id, "resolve");
  if (!found.ok) return found;
  const closed = await resolveDeviation(openOps(ctx.env.OPS), id, {
    actor: ctx.principal.id,
    resolution,
    now: ctx.now,
  });
  if (!closed) return refuse("deviation_state", "Somebody else has resolved it.");
  showDeviations(ctx, [{ ...found.value, status: "resolved" }]);
  return entered(ctx, "deviation.resolved", found.value);
}

/** Gives the deviation to somebody: to the caller, where nobody is named. */
export async function handOverDeviation(
  ctx: ServiceContext,
  id: string,
  assignee: string | null,
): Promise<ServiceResult<DeviationAnswer>> {
  const found = await workable(ctx, id, "assign");
  if (!found.ok) return found;
  const assigned = await assignDeviation(openOps(ctx.env.OPS), id, assignee ?? ctx.principal.id);
  if (!assigned) return refuse("deviation_state", "Somebody else has resolved it.");
  showDeviations(ctx, [{ ...found.value, status: "assigned" }]);
  return entered(ctx, "deviation.assigned", found.value);
}

async function workable(ctx: ServiceContext, id: string, action: DeviationAction): Promise<ServiceResult<Deviation>> {
  const denied = lacking(ctx, "deviations:write");
  if (denied !== null) return denied;
  const deviation = await findDeviation(openOps(ctx.env.OPS), id);
  if (deviation === null) return refuse("not_found", `There is no deviation ${id}.`);
  if (deviation.actions.includes(action)) return { ok: true, value: deviation };
  return refuse(
    "deviation_state",
    deviation.status === "resolved"
      ? "It is resolved already."
      : `What can be done about it: ${deviation.actions.join(", ")}.`,
  );
}

/** The deviation as it is now, once it is in the trail what this caller made of what they had found. */
async function entered(
  ctx: ServiceContext,
  action: string,
  before: Deviation,
): Promise<ServiceResult<DeviationAnswer>> {
  const now = await described(ctx, before.id);
  if (now.ok)
    await recordChanges(ctx, [
      { action, subject: `deviation:${before.id}`, before: standing(before), after: standing(now.value) },
    ]);
  return now;
}

function standing({ status, assignee, resolution }: Pick<Deviation, "status" | "assignee" | "resolution">) {
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
