import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { RunAnswer } from "../contracts/reconciliation.ts";
import { openOps } from "../db/ops/database.ts";
import {
  findReconciliationRun,
  listReconciliationRuns,
  type ReconciliationRun,
  type RunPosition,
} from "../db/ops/reconciliation.ts";
import type { PaymentRecords } from "../providers/payment-records.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { deedOfPart } from "./deed.ts";
import { onceInOps } from "./once-in-ops.ts";
import { paymentRecordsOf } from "./payment-records.ts";
import { reconcilePayments } from "./reconcile-payments.ts";

/** The day before the one that `now` (epoch milliseconds) lies in, `YYYY-MM-DD` in UTC: the last whole one. */
export function dayBefore(now: number): string {
  return dayOf(now - 24 * 60 * 60 * 1000);
}

/** Has the books of a day compared at once; yesterday's where none is named. A day that is yet to come is refused. */
export async function runReconciliation(ctx: ServiceContext, date?: string): Promise<ServiceResult<RunAnswer[]>> {
  const denied = lacking(ctx, "payments:reconcile");
  if (denied !== null) return denied;
  const day = date ?? dayBefore(ctx.now);
  if (day > dayOf(ctx.now))
    return refuse("invalid_request", "That day is yet to come.", {
      errors: [{ pointer: "/date", detail: "must be today or a day before it, in UTC" }],
    });
  const runs: RunAnswer[] = [];
  let replayed = 0;
  for (const records of paymentRecordsOf(ctx.env, ctx.defer)) {
    const run = await compareOnce({ ...ctx, deed: deedOfPart(ctx.deed, records.provider) }, records, day);
    if (!run.ok) return run;
    if (run.replayed) replayed += 1;
    runs.push(run.value);
  }
  return { ok: true, value: runs, ...(replayed === runs.length && { replayed: true }) };
}

/** Compares with one provider; a repeat gets what the first comparison came to. */
function compareOnce(ctx: ServiceContext, records: PaymentRecords, day: string): Promise<ServiceResult<RunAnswer>> {
  const again = async (id: string): Promise<ServiceResult<RunAnswer>> => {
    const run = await findReconciliationRun(openOps(ctx.env.OPS), id);
    return run === null
      ? refuse("not_found", "What that comparison came to is not kept any more.")
      : { ok: true, value: describeRun(run) };
  };
  return onceInOps(ctx, again, async () => {
    const run = await reconcilePayments(ctx, records, day, ctx.principal.id, ctx.deed);
    return run.outcome === "done"
      ? { ok: true, value: describeRun(run.value) }
      : refuse("temporarily_unavailable", `${records.provider} does not give its books: ${run.message}.`);
  });
}

/** A page of what comparisons came to, newest first. */
export async function readReconciliations(
  ctx: ServiceContext,
  page: { after: RunPosition | undefined; limit: number },
): Promise<ServiceResult<{ rows: RunAnswer[]; next: RunPosition | null }>> {
  const denied = lacking(ctx, "payments:reconcile");
  if (denied !== null) return denied;
  const { rows, next } = await listReconciliationRuns(openOps(ctx.env.OPS), page);
  return { ok: true, value: { rows: rows.map(describeRun), next } };
}

function describeRun({ found, startedAt, finishedAt, ...run }: ReconciliationRun): RunAnswer {
  const money = (amount: number | null, currency: string) => (amount === null ? null : { amount, currency });
  return {
    ...run,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    found: found.map(({ kind, intentId, orderId, currency, theirs, ours }) => ({
      kind,
      reference: intentId,
      orderId,
      theirs: money(theirs, currency),
      ours: money(ours, currency),
    })),
  };
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
