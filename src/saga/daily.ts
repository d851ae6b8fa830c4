import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import type { PaymentRecords } from "../providers/payment-records.ts";
import { forgetOldDeeds } from "../services/forget-deeds.ts";
import { dayBefore } from "../services/payment-reconciliation.ts";
import { paymentRecordsOf } from "../services/payment-records.ts";
import { reconcilePayments } from "../services/reconcile-payments.ts";
import { reportDeviations } from "../services/report-deviations.ts";

/**
 * The Worker's cron handler: once a day, yesterday's books are compared with each payment provider's, and old
 * Idempotency-Keys are forgotten.
 */
export async function runDaily(event: ScheduledController, env: Env, ctx: ExecutionContext): Promise<void> {
  const defer = (work: Promise<unknown>): void => ctx.waitUntil(work);
  const now = event.scheduledTime;
  await Promise.all([
    compareYesterday({ env, now, defer }, paymentRecordsOf(env, defer)),
    // What is not forgotten today is forgotten tomorrow.
    forgetOldDeeds(env, now).catch((error: unknown) => logError("deeds_not_forgotten", error)),
  ]);
}

/** Compares with each provider; one that does not give its books is put in front of a person and holds up no other. */
export async function compareYesterday(
  ctx: Parameters<typeof reconcilePayments>[0],
  all: readonly PaymentRecords[],
): Promise<void> {
  const day = dayBefore(ctx.now);
  for (const records of all) {
    try {
      const run = await reconcilePayments(ctx, records, day, "cron");
      if (run.outcome !== "done") throw new Error(run.message);
    } catch (error) {
      const { provider } = records;
      logError("reconciliation_failed", error, { provider, day });
      await reportDeviations(ctx, [
        {
          id: `dev_reconciliation:${provider}:${day}`,
          kind: "provider_down",
          subject: { provider, reference: day },
          summary: `The books of ${day} could not be compared with ${provider}'s.`,
          tried: [error instanceof Error ? error.message : "unknown"],
          openedAt: ctx.now,
        },
      ]);
    }
  }
}
