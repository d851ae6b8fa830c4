import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useEffectEvent, useMemo } from "react";
import { recentOrdersQuery, warehousesQuery } from "../../api/queries.ts";
import { flowByWarehouse } from "../../live/board.ts";
import { useLive } from "../../live/live-context.tsx";
import { Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { useNow } from "../../ui/time.tsx";
import { Figures } from "./figures.tsx";
import { LowStock } from "./low-stock.tsx";
import { OpenDeviations } from "./open-deviations.tsx";
import { RateChart } from "./rate-chart.tsx";
import { Stream } from "./stream.tsx";

// The map and its atlas are most of the bytes of this screen; the orders need not wait for them.
const WorldMap = lazy(async () => ({ default: (await import("../../map/world-map.tsx")).WorldMap }));

const HOUR_MS = 60 * 60_000;
const FLOW_MS = 15 * 60_000;
const route = getRouteApi("/shell/");

/** Everything that moves, on one screen. */
export function LiveScreen() {
  const { board, addToBoard } = useLive();
  const recent = useQuery(recentOrdersQuery(() => Date.now() - HOUR_MS));
  const add = useEffectEvent(addToBoard);
  useEffect(() => {
    if (recent.data !== undefined) add(recent.data.rows);
  }, [recent.data]);
  const oldest = recent.data?.rows.at(-1)?.placedAt;
  const knownSince =
    recent.data === undefined ? Number.POSITIVE_INFINITY : recent.data.complete || oldest === undefined ? 0 : oldest;
  return (
    <div className="flex flex-col gap-3 p-3 md:p-4 xl:h-[calc(100dvh-3rem)] xl:min-h-[46rem]">
      <h1 className="sr-only">Live</h1>
      <Figures />
      <div className="grid min-h-0 flex-1 gap-3 xl:grid-cols-[minmax(0,1fr)_24rem] 2xl:grid-cols-[minmax(0,1fr)_28rem]">
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <MapPanel />
          <Stream isLoading={recent.isPending} error={recent.error} onRetry={() => void recent.refetch()} />
        </div>
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <RateChart knownSince={board.sorted.length === 0 ? 0 : knownSince} />
          <OpenDeviations />
          <LowStock />
        </div>
      </div>
    </div>
  );
}

function MapPanel() {
  const { board } = useLive();
  const { warehouse } = route.useSearch();
  const warehouses = useQuery(warehousesQuery());
  const now = useNow();
  const minute = Math.floor(now / 10_000) * 10_000;
  const flow = useMemo(() => flowByWarehouse(board.sorted, minute - FLOW_MS), [board.sorted, minute]);
  return (
    <Panel
      title="Flow"
      className="shrink-0"
      count={warehouses.data === undefined ? undefined : `${warehouses.data.length} warehouses`}
      action={<span className="text-2xs text-muted max-sm:hidden">size: orders in 15 min · lines: last 3 min</span>}
    >
      {warehouses.isError && <ProblemNote error={warehouses.error} onRetry={() => void warehouses.refetch()} />}
      <div className="overflow-hidden rounded-b-panel bg-sea">
        <Suspense fallback={<Loading what="the map" />}>
          <WorldMap
            warehouses={warehouses.data ?? []}
            orders={board.sorted}
            flow={flow}
            selected={warehouse}
            now={now}
          />
        </Suspense>
      </div>
    </Panel>
  );
}
