import { count } from "./numbers.ts";

/** What is available against the reorder point: the number, and a bar that is full at twice the point. */
export function StockMeter({ available, reorderPoint }: { available: number; reorderPoint: number }) {
  const tone = available === 0 ? "bg-bad" : available <= reorderPoint ? "bg-warn" : "bg-good";
  const share = Math.min(1, available / Math.max(1, reorderPoint * 2));
  return (
    <div className="w-24 shrink-0 text-right">
      <p
        className={`text-[0.8125rem] font-semibold ${available === 0 ? "text-bad" : available <= reorderPoint ? "text-warn" : "text-ink"}`}
      >
        {available === 0 ? "out" : count(available)}
        <span className="text-2xs font-normal text-muted"> / {count(reorderPoint)}</span>
      </p>
      <div className="relative mt-1 h-1 overflow-hidden rounded-full bg-well" aria-hidden="true">
        <div className={`h-full rounded-full ${tone}`} style={{ width: `${share * 100}%` }} />
        <div className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
      </div>
    </div>
  );
}
