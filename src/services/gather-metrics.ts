import { providerGateStub } from "./provider-gate-stub.ts";
import { openOps } from "../db/ops/database.ts";
import type { GatedProvider, GateStatus } from "../contracts/provider-gate-rpc.ts";
import type { LedgerLag } from "../contracts/ledger-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { AlertAnswer } from "../contracts/operations.ts";
import { countOpenDeviations } from "../db/ops/deviations.ts";
import { countOrderRefusals, type RefusalCounts } from "../db/ops/order-refusals.ts";
import { countStockStates } from "../db/ops/stock-counts.ts";
import { ledgerNames } from "../db/shard-map.ts";
import { logWarning } from "../platform/log.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { ledgerByName } from "./stubs.ts";

const TIME_LIMIT_MS = 3_000;
const PROVIDERS: readonly GatedProvider[] = ["stripe", "sendgrid", "twilio", "fedex", "paypal"];

/** What can be known now; null where a part did not answer. */
export interface Metrics {
  ledgers: { name: string; lag: LedgerLag | null }[];
  deviations: { kind: string; count: number; oldestOpenedAt: number }[] | null;
  stock: { low: number; out: number } | null;
  /** Of the last hour. */
  refusedOrders: RefusalCounts | null;
  providers: { name: string; status: GateStatus | null }[];
}

/** Asks every part how it is. A part that is away is told as away, not as well. */
export async function gatherMetrics(ctx: ServiceContext): Promise<ServiceResult<Metrics>> {
  const denied = lacking(ctx, "operations:read");
  if (denied !== null) return denied;
  const db = openOps(ctx.env.OPS);
  const [ledgers, deviations, stock, refusedOrders, providers] = await Promise.all([
    Promise.all(
      ledgerNames(ctx.env.SHARD_MAP).map(async (name) => ({
        name,
        lag: await orNull(ctx, name, () => ledgerByName(ctx.env, name).lag()),
      })),
    ),
    orNull(ctx, "deviations", () => countOpenDeviations(db)),
    orNull(ctx, "stock", () => countStockStates(db)),
    orNull(ctx, "refusals", () => countOrderRefusals(db, ctx.now)),
    Promise.all(
      PROVIDERS.map(async (name) => ({
        name,
        status: await orNull(ctx, name, () => providerGateStub(ctx.env.PROVIDER_GATE, name).status()),
      })),
    ),
  ]);
  return { ok: true, value: { ledgers, deviations, stock, refusedOrders, providers } };
}

async function orNull<Value>(ctx: ServiceContext, part: string, ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await Promise.race([ask(), scheduler.wait(TIME_LIMIT_MS).then(() => null)]);
  } catch (error) {
    logWarning("metrics_part_away", {
      part,
      requestId: ctx.requestId,
      error: error instanceof Error ? error.name : "unknown",
    });
    return null;
  }
}

/** An effect that is due and not leased for this long means that the saga does not keep up. */
const SAGA_LAG_ALERT_MS = 60_000;
const PROJECTION_ALERT_ORDERS = 1_000;
const DEVIATION_ALERT_MS = 60 * 60_000;

/** What somebody should look at now, worst first. */
export async function listAlerts(ctx: ServiceContext): Promise<ServiceResult<AlertAnswer[]>> {
  const metrics = await gatherMetrics(ctx);
  if (!metrics.ok) return metrics;
  const { ledgers, deviations, stock, providers } = metrics.value;
  if (ledgers.every(({ lag }) => lag === null) && deviations === null)
    return refuse("temporarily_unavailable", "Nothing answers that could tell.");
  const alerts: AlertAnswer[] = [];
  for (const { name, lag } of ledgers) {
    if (lag === null)
      alerts.push({
        id: `ledger_away:${name}`,
        severity: "critical",
        summary: `The ledger ${name} does not answer.`,
        value: 1,
        since: null,
      });
    else {
      if (lag.oldestDueMs > SAGA_LAG_ALERT_MS)
        alerts.push({
          id: `saga_lag:${name}`,
          severity: "critical",
          summary: `An effect of ${name} is overdue by ${Math.round(lag.oldestDueMs / 1000)} s.`,
          value: lag.oldestDueMs,
          since: new Date(ctx.now - lag.oldestDueMs).toISOString(),
        });
      if (lag.unprojectedOrders > PROJECTION_ALERT_ORDERS)
        alerts.push({
          id: `projection_lag:${name}`,
          severity: "warning",
          summary: `${lag.unprojectedOrders} orders of ${name} are not in the lists yet.`,
          value: lag.unprojectedOrders,
          since: null,
        });
    }
  }
  for (const { name, status } of providers)
    if (status !== null && status.circuit !== "closed")
      alerts.push({
        id: `provider:${name}`,
        severity: "critical",
        summary: `${name} does not answer as it should: its effects wait.`,
        value: status.broken,
        since: new Date(status.since).toISOString(),
      });
  for (const { kind, count, oldestOpenedAt } of deviations ?? [])
    if (ctx.now - oldestOpenedAt > DEVIATION_ALERT_MS)
      alerts.push({
        id: `deviations:${kind}`,
        severity: "warning",
        summary: `${count} open deviations of kind ${kind}, the oldest for more than an hour.`,
        value: count,
        since: new Date(oldestOpenedAt).toISOString(),
      });
  if (deviations === null)
    alerts.push({
      id: "ops_away",
      severity: "critical",
      summary: "The operations database does not answer.",
      value: 1,
      since: null,
    });
  if (stock !== null && stock.out > 0)
    alerts.push({
      id: "out_of_stock",
      severity: "warning",
      summary: `${stock.out} levels have nothing available.`,
      value: stock.out,
      since: null,
    });
  return { ok: true, value: alerts.sort((a, b) => a.severity.localeCompare(b.severity)) };
}
