import type { Metrics } from "../services/gather-metrics.ts";

type Sample = [labels: Record<string, string>, value: number];

/** The figures in Prometheus' text format. What did not answer has `holdfast_up` 0 and no other sample. */
export function renderMetrics(metrics: Metrics, now: number): string {
  const { ledgers, deviations, stock, refusedOrders, providers } = metrics;
  const lags = ledgers.flatMap(({ name, lag }) => (lag === null ? [] : [{ ledger: name, lag }]));
  const gates = providers.flatMap(({ name, status }) => (status === null ? [] : [{ provider: name, status }]));
  return [
    gauge("holdfast_up", "Whether the part answers.", [
      ...ledgers.map(({ name, lag }): Sample => [{ part: name }, lag === null ? 0 : 1]),
      [{ part: "ops" }, deviations === null ? 0 : 1],
    ]),
    gauge(
      "holdfast_live_orders",
      "Orders that have not ended, or have not left their ledger.",
      lags.map(({ ledger, lag }) => [{ ledger }, lag.liveOrders]),
    ),
    gauge(
      "holdfast_effects_open",
      "Effects without an outcome.",
      lags.map(({ ledger, lag }) => [{ ledger }, lag.openEffects]),
    ),
    gauge(
      "holdfast_effects_leased",
      "Effects that somebody is working on.",
      lags.map(({ ledger, lag }) => [{ ledger }, lag.leasedEffects]),
    ),
    gauge(
      "holdfast_saga_lag_seconds",
      "Age of the oldest effect that is due and not leased.",
      lags.map(({ ledger, lag }) => [{ ledger }, lag.oldestDueMs / 1000]),
    ),
    gauge(
      "holdfast_orders_unprojected",
      "Orders whose newest version is not in the lists yet.",
      lags.map(({ ledger, lag }) => [{ ledger }, lag.unprojectedOrders]),
    ),
    gauge(
      "holdfast_deviations_open",
      "Deviations that are not resolved.",
      (deviations ?? []).map(({ kind, count }) => [{ kind }, count]),
    ),
    gauge(
      "holdfast_deviation_oldest_age_seconds",
      "Age of the oldest deviation that is not resolved.",
      (deviations ?? []).map(({ kind, oldestOpenedAt }) => [{ kind }, Math.max(0, now - oldestOpenedAt) / 1000]),
    ),
    gauge(
      "holdfast_levels_low",
      "Levels at or below their reorder point, none left included.",
      stock === null ? [] : [[{}, stock.low]],
    ),
    gauge("holdfast_levels_out", "Levels with nothing available.", stock === null ? [] : [[{}, stock.out]]),
    gauge(
      "holdfast_orders_refused",
      "Orders of the last hour that were asked for and not taken.",
      // The usual reason is told also when there is none, so that nothing refused is not taken for nothing known.
      refusedOrders === null
        ? []
        : [...new Map([["insufficient_stock", 0], ...refusedOrders])].map(([reason, count]) => [{ reason }, count]),
    ),
    gauge(
      "holdfast_provider_circuit_open",
      "Whether calls to the provider are held back (0.5: one is let through).",
      gates.map(({ provider, status }) => [
        { provider },
        status.circuit === "closed" ? 0 : status.circuit === "open" ? 1 : 0.5,
      ]),
    ),
    gauge(
      "holdfast_provider_calls",
      "Calls of the last five minutes.",
      gates.map(({ provider, status }) => [{ provider }, status.calls]),
    ),
    gauge(
      "holdfast_provider_broken",
      "Calls of the last five minutes without a useful answer.",
      gates.map(({ provider, status }) => [{ provider }, status.broken]),
    ),
    gauge(
      "holdfast_provider_latency_p95_seconds",
      "Of the newest calls.",
      gates.flatMap(({ provider, status }): Sample[] =>
        status.p95Ms === null ? [] : [[{ provider }, status.p95Ms / 1000]],
      ),
    ),
  ].join("");
}

function gauge(name: string, description: string, samples: Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const told = Object.entries(labels).map(
      ([label, text]) => `${label}="${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    );
    return `${name}${told.length === 0 ? "" : `{${told.join(",")}}`} ${value}\n`;
  });
  return `# HELP ${name} ${description}\n# TYPE ${name} gauge\n${lines.join("")}`;
}
