import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { perMinute } from "../../live/board.ts";
import { useLive } from "../../live/live-context.tsx";
import { onThemeChange, themeShown } from "../../theme.ts";
import { count } from "../../ui/numbers.ts";
import { Panel } from "../../ui/panel.tsx";
import { useNow } from "../../ui/time.tsx";

const MINUTES = 60;
const HEIGHT = 132;

/** Orders placed in each of the last sixty minutes. `knownSince`: what lies before it was not loaded. */
export function RateChart({ knownSince }: { knownSince: number }) {
  const { board } = useLive();
  const now = useNow();
  const tick = Math.floor(now / 1_000);
  const buckets = useMemo(() => perMinute(board.sorted, tick * 1_000, MINUTES), [board.sorted, tick]);
  const theme = useSyncExternalStore(onThemeChange, themeShown);
  const holder = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<uPlot | null>(null);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const drawn = new uPlot(options(element.clientWidth), [[], [], []], element);
    setChart(drawn);
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [theme]);

  useEffect(() => {
    const last = buckets.length - 1;
    chart?.setData([
      buckets.map(({ at }) => at / 1_000),
      buckets.map(({ at, count: placed }, index) => (index === last || at + 60_000 <= knownSince ? null : placed)),
      buckets.map(({ count: placed }, index) => (index === last ? placed : null)),
    ]);
  }, [chart, buckets, knownSince]);

  const whole = buckets.slice(0, -1);
  const peak = Math.max(0, ...whole.map((bucket) => bucket.count));
  const running = buckets.at(-1)?.count ?? 0;
  return (
    <Panel
      title="Orders per minute"
      count="last 60 min"
      action={<span className="text-2xs text-muted">peak {count(peak)}</span>}
    >
      <div
        role="img"
        aria-label={`Orders per minute over the last hour: ${count(running)} in this minute so far, at most ${count(peak)} in one minute.`}
        className="px-2 py-2"
      >
        <div ref={holder} aria-hidden="true" style={{ height: HEIGHT }} />
      </div>
    </Panel>
  );
}

function options(width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: color("--muted"),
    font,
    ticks: { show: false },
    grid: { stroke: color("--line"), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      // Half a minute more on either side, so that the first and the last bar are whole.
      x: { time: true, range: (_chart, min, max) => [min - 30, max + 30] },
      y: { range: (_chart, _min, max) => [0, Math.max(4, Math.ceil((max ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 24, values: "{HH}:{mm}" },
      { ...axis, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] },
    ],
    series: [
      {},
      bars(color("--bar")),
      // The running minute is not over: paler, so that it is not read as a fall.
      bars(color("--bar-now")),
    ],
  };
}

function bars(color: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.72, 14], radius: 0.2 });
  return { stroke: color, fill: color, width: 0, points: { show: false }, ...(paths !== undefined && { paths }) };
}
