import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { highestOf, sumOf } from "../../api/metrics.ts";
import { deviationsQuery, metricsQuery, stockQuery } from "../../api/queries.ts";
import { placedSince } from "../../live/board.ts";
import { useLive } from "../../live/live-context.tsx";
import { count, span } from "../../ui/numbers.ts";
import { useNow } from "../../ui/time.tsx";

const MINUTE_MS = 60_000;
/** An effect that is due and not sent for this long is a saga that has fallen behind. */
const SAGA_LATE_MS = 5_000;

/** The names under which `/metrics` reports what is shown here. */
const METRICS = {
  openOrders: "holdfast_orders_live",
  refused: "holdfast_orders_refused_total",
  sagaLag: "holdfast_saga_oldest_due_seconds",
  effects: "holdfast_effects_open",
} as const;

/** The state of the whole in one line. */
export function Figures() {
  const { board } = useLive();
  const now = useNow();
  const metrics = useQuery(metricsQuery());
  const deviations = useInfiniteQuery(deviationsQuery({ status: "open" }));
  const low = useInfiniteQuery(stockQuery({ low: true }));
  const samples = metrics.data ?? [];
  const lag = highestOf(samples, METRICS.sagaLag);
  const lagMs = lag === null ? null : lag * 1_000;
  const openDeviations = deviations.data?.pages.reduce((sum, page) => sum + page.data.length, 0) ?? null;
  const lowRows = low.data?.pages.flatMap((page) => page.data).filter((row) => row.available <= row.reorderPoint) ?? null;
  const out = lowRows?.filter((row) => row.available === 0).length ?? 0;
  const effects = sumOf(samples, METRICS.effects);
  return (
    <dl className="panel grid grid-cols-2 divide-line overflow-hidden max-sm:[&>*:nth-child(n+3)]:border-t sm:grid-cols-3 sm:max-lg:[&>*:nth-child(n+4)]:border-t lg:grid-cols-6 lg:divide-x [&>*]:border-line">
      <Figure label="Placed per minute" value={count(placedSince(board.sorted, now - MINUTE_MS))} note="in the last 60 s" />
      <Figure label="Open orders" value={figure(sumOf(samples, METRICS.openOrders))} note={<Link to="/orders">All orders</Link>} />
      <Figure label="Refused" value={figure(sumOf(samples, METRICS.refused))} note="for want of stock" />
      <Figure
        label="Deviations open"
        value={openDeviations === null ? "—" : `${count(openDeviations)}${deviations.hasNextPage ? "+" : ""}`}
        tone={openDeviations !== null && openDeviations > 0 ? "bad" : "good"}
        note={openDeviations === 0 ? "nothing waits" : "wait for a person"}
      />
      <Figure label="Low stock" value={lowRows === null ? "—" : `${count(lowRows.length)}${low.hasNextPage ? "+" : ""}`} tone={out > 0 ? "warn" : undefined} note={`${count(out)} out of stock`} />
      <Figure
        label="Saga lag"
        value={lagMs === null ? "—" : span(lagMs)}
        tone={lagMs === null ? undefined : lagMs > SAGA_LATE_MS ? "bad" : "good"}
        note={effects === null ? "oldest effect due" : `${count(effects)} effects open`}
      />
    </dl>
  );
}

function figure(value: number | null): string {
  return value === null ? "—" : count(value);
}

const TONES = { good: "text-good", warn: "text-warn", bad: "text-bad" } as const;

function Figure({ label, value, note, tone }: { label: string; value: string; note: ReactNode; tone?: keyof typeof TONES | undefined }) {
  return (
    <div className="flex min-w-0 flex-col px-4 py-2.5">
      <dt className="eyebrow truncate">{label}</dt>
      <dd className={`text-2xl leading-8 font-semibold tracking-tight ${tone === undefined ? "" : TONES[tone]}`}>{value}</dd>
      <dd className="truncate text-2xs text-muted [&_a]:text-accent [&_a]:hover:underline">{note}</dd>
    </div>
  );
}
