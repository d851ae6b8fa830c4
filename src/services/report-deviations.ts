import type { LiveDeviation } from "../contracts/live.ts";
import { openOps } from "../db/ops/database.ts";
import { type Deviation, openDeviations, settleDeviations } from "../db/ops/deviations.ts";
import type { DeviationReport } from "../domain/deviation.ts";
import { logWarning } from "../platform/log.ts";
import type { ServiceContext } from "./context.ts";
import { liveFeedStub } from "./stubs.ts";

type Told = Pick<ServiceContext, "env" | "now" | "defer">;

/** Opens deviations, and shows them to whoever is watching. The same id twice is one deviation. */
export async function reportDeviations(ctx: Told, reports: readonly DeviationReport[]): Promise<void> {
  await openDeviations(openOps(ctx.env.OPS), reports);
  showDeviations(
    ctx,
    reports.map((report) => ({ ...report, status: "open" })),
  );
}

/** Resolves what was open because an effect for this parcel had failed that is done now, and shows it. */
export async function settleFailures(
  ctx: Told,
  about: { orderId: string; effectId: string; shipmentId: string },
  resolution: string,
): Promise<void> {
  const settled = await settleDeviations(openOps(ctx.env.OPS), about, { resolution, now: ctx.now });
  if (settled.length > 0) showDeviations(ctx, settled);
}

/** Shows how deviations stand now to whoever is watching; nobody waits for it, and nothing fails by it. */
export function showDeviations(
  ctx: Told,
  deviations: readonly Pick<Deviation, "id" | "kind" | "status" | "summary" | "subject" | "openedAt">[],
): void {
  const items = deviations.map(({ id, kind, status, summary, subject, openedAt }) => {
    const deviation: LiveDeviation = {
      id,
      kind,
      status,
      summary,
      orderId: subject.orderId ?? null,
      openedAt,
      version: ctx.now,
    };
    return { type: "deviation" as const, deviation };
  });
  ctx.defer(
    liveFeedStub(ctx.env, "ops")
      .publish(items)
      .catch((error: unknown) =>
        logWarning("live_publish_failed", { error: error instanceof Error ? error.name : "unknown" }),
      ),
  );
}
