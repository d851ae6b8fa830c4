import type { TransferNotice } from "../contracts/messages.ts";
import { openOps } from "../db/ops/database.ts";
import { resolveDeviation } from "../db/ops/deviations.ts";
import type { DeviationReport } from "../domain/deviation.ts";
import { reportDeviations } from "../services/report-deviations.ts";
import type { SagaContext } from "./saga-context.ts";

/** Opens a deviation for each transfer that needs a person, and resolves the one that is in transit no longer. */
export async function reportTransfers(context: SagaContext, notices: readonly TransferNotice[]): Promise<void> {
  const { env, defer } = context;
  const now = context.now();
  const open = notices.filter(({ state }) => state !== "arrived");
  if (open.length > 0)
    await reportDeviations(
      { env, now, defer },
      open.map((notice) => reportOf(notice, now)),
    );
  const db = openOps(env.OPS);
  for (const { sku, id, from, to, state } of notices.filter((notice) => notice.state !== "in_transit")) {
    const resolution = state === "arrived" ? `The units have arrived at ${to}.` : `The units are back at ${from}.`;
    await resolveDeviation(db, deviationId({ sku, id, state: "in_transit" }), { actor: "system", resolution, now });
  }
}

function deviationId({ sku, id, state }: Pick<TransferNotice, "sku" | "id" | "state">): string {
  return `transfer~${sku}~${id}${state === "returned" ? "~returned" : ""}`;
}

function reportOf(notice: TransferNotice, now: number): DeviationReport {
  const { id, sku, from, to, quantity, ref, leftAt, tries, state } = notice;
  const units = `${quantity} of ${sku} left ${from} for ${to} (reference ${ref})`;
  return {
    id: deviationId(notice),
    kind: "transfer_incomplete",
    subject: { sku, warehouseId: from, reference: id },
    summary:
      state === "returned"
        ? `${units}, were refused there and are back at ${from}.`
        : `${units} and are still in transit.`,
    tried: [`left ${new Date(leftAt).toISOString()}`, `${to} was asked ${tries + 1} times`],
    openedAt: now,
  };
}
