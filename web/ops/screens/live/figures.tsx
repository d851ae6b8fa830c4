import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { highestOf, sumOf } from "../../api/metrics.ts";
import { explain } from "../../api/problem.ts";
import { metricsQuery } from "../../api/queries.ts";
import { placedSince } from "../../live/board.ts";
import { useLive } from "../../live/live-context.tsx";
import { count, span } from "../../ui/numbers.ts";
import { useNow } from "../../ui/time.tsx";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STOPPED = new Set(["PAYMENT_FAILED", "CANCELLED"]);
/** An effect that is due and not sent for this long is a saga that has fallen behind. */
const SAGA_LATE_MS = 5_000;

/** The names under which `/metrics` reports what is shown here. */
const METRICS = {
  openOrders: "holdfast_live_orders",
  refused: "holdfast_orders_refused",
  sagaLag: "holdfast_saga_lag_seconds",
  effects: "holdfast_effects_open",
  leased: "holdfast_effects_leased",
  low: "holdfast_levels_low",
  out: "holdfast_levels_out",
  deviations: "holdfast_deviations_open",
} as const;

/** The state of the whole in one line. */
export function Figures() {
  const { board } = useLive();
  const now = useNow();
  const metrics = useQuery(metricsQuery());
  const samples = metrics.data ?? [];
  const unreported = metrics.isError ? explain(metrics.error).title : "not reported";
  const lag = highestOf(samples, METRICS.sagaLag);
  const lagMs = lag === null ? null : lag * 1_000;
  const leased = sumOf(samples, METRICS.leased);
  const out = sumOf(samples, METRICS.out);
  const low = sumOf(samples, METRICS.low);
  // No deviation at all is no sample at all.
  const deviations = metrics.data === undefined ? null : (sumOf(samples, METRICS.deviations) ?? 0);
  const placed = placedSince(board.sorted, now - MINUTE_MS);
  const stopped = board.sorted
    .slice(0, placedSince(board.sorted, now - HOUR_MS))
    .filter(({ state }) => STOPPED.has(state)).length;
  return (
    <dl className="panel grid shrink-0 grid-cols-2 overflow-hidden max-sm:[&>*:last-child]:col-span-2 max-sm:[&>*:nth-child(n+3)]:border-t sm:grid-cols-3 sm:max-xl:[&>*:nth-child(n+4)]:border-t xl:grid-cols-9 xl:divide-x xl:divide-line [&>*]:border-line">
      <Figure label="Placed" value={placed} note="in the last 60 s" />
      <Figure
        label="Open orders"
        value={sumOf(samples, METRICS.openOrders)}
        note={<Link to="/orders">All orders</Link>}
        unreported={unreported}
      />
      <Figure
        label="Stopped"
        value={stopped}
        note={
          <Link to="/" search={{ show: "attention" }}>
            in the last hour
          </Link>
        }
      />
      <Figure label="Refused" value={sumOf(samples, METRICS.refused)} note="in the last hour" unreported={unreported} />
      <Figure
        label="Deviations"
        value={deviations}
        tone={deviations === 0 ? "good" : "bad"}
        note={deviations === 0 ? "nothing waits" : <Link to="/deviations">wait for a person</Link>}
        unreported={unreported}
      />
      <Figure
        label="Low stock"
        value={low}
        tone={low === 0 ? "good" : "warn"}
        note={
          <Link to="/stock" search={{ show: "low" }}>
            to be reordered
          </Link>
        }
        unreported={unreported}
      />
      <Figure
        label="Out of stock"
        value={out}
        tone={out === 0 ? "good" : "bad"}
        note={
          <Link to="/stock" search={{ show: "out" }}>
            nothing available
          </Link>
        }
        unreported={unreported}
      />
      <Figure
        label="Saga lag"
        value={lagMs}
        show={span}
        tone={lagMs !== null && lagMs > SAGA_LATE_MS ? "bad" : "good"}
        note="oldest effect due"
        unreported={unreported}
      />
      <Figure
        label="Effects open"
        value={sumOf(samples, METRICS.effects)}
        note={leased === null ? "without an outcome" : `${count(leased)} at work`}
        unreported={unreported}
      />
    </dl>
  );
}

const TONES = { good: "text-good", warn: "text-warn", bad: "text-bad" } as const;

function Figure(props: {
  label: string;
  value: number | null;
  show?: (value: number) => string;
  note: ReactNode;
  tone?: keyof typeof TONES;
  unreported?: string;
}) {
  const { label, value, show = count, note, tone, unreported } = props;
  return (
    <div className="flex min-w-0 flex-col px-4 py-2.5">
      <dt className="eyebrow truncate">{label}</dt>
      <dd
        className={`truncate text-2xl leading-8 font-semibold tracking-tight ${tone === undefined || value === null ? "" : TONES[tone]}`}
      >
        {value === null ? "–" : show(value)}
      </dd>
      <dd className="truncate text-2xs text-muted [&_a]:text-accent [&_a]:hover:underline">
        {value === null ? unreported : note}
      </dd>
    </div>
  );
}
