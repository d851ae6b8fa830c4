import { useQuery } from "@tanstack/react-query";
import type { HistoryEntry } from "../../../../src/contracts/orders.ts";
import { historyQuery } from "../../api/queries.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Loading, ProblemNote } from "../../ui/panel.tsx";
import { humanize, lookOf, ORDER_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";

/** Which mark stands for what kind of event; the first that fits. */
const MARKS: readonly [RegExp, IconName, string][] = [
  [/Failed|Refused|Short|Exception|Unavailable|Mismatched|Lapsed/, "alert", "bg-bad-soft text-bad"],
  [/Cancel/, "undo", "bg-quiet-soft text-quiet"],
  [/Delivered|Captured|Allocated/, "check", "bg-good-soft text-good"],
  [/Shipped|OutForDelivery|Label/, "truck", "bg-good-soft text-good"],
  [/Payment|Authoriz/, "card", "bg-move-soft text-move"],
  [/Pick|Packed|Fulfillment/, "box", "bg-move-soft text-move"],
  [/Message/, "mail", "bg-move-soft text-move"],
];

/** Who did what when, the newest first, with the order's state before and after. */
export function Timeline({ orderId }: { orderId: string }) {
  const history = useQuery(historyQuery(orderId));
  if (history.isPending) return <Loading what="the timeline" />;
  if (history.isError) return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <ol aria-label="Timeline, newest first" className="px-3 py-3">
      {history.data.toReversed().map((entry) => (
        <Entry key={entry.sequence} entry={entry} />
      ))}
    </ol>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const [, icon, look] = MARKS.find(([pattern]) => pattern.test(entry.type)) ?? [
    null,
    "clock" as const,
    "bg-quiet-soft text-quiet",
  ];
  const said = saidBy(entry.data);
  return (
    <li className="relative flex gap-3 pb-4 last:pb-0 [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-6 [&:not(:last-child)]:before:bottom-0 [&:not(:last-child)]:before:left-[0.6875rem] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line">
      <span className={`grid size-[1.4rem] shrink-0 place-items-center rounded-full ${look}`}>
        <Icon name={icon} className="size-3" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 text-[0.8125rem]">
          <span className="font-semibold">{humanize(entry.type)}</span>
          {entry.before !== null && entry.before !== entry.after && (
            <span className="inline-flex items-center gap-1 text-2xs text-muted">
              {lookOf(ORDER_LOOKS, entry.before).label} <Icon name="right" className="size-2.5" />{" "}
              <span className="sr-only">became</span>
              <span className="font-semibold text-ink-2">{lookOf(ORDER_LOOKS, entry.after).label}</span>
            </span>
          )}
          <span className="ml-auto text-2xs text-muted">
            <Moment at={Date.parse(entry.at)} />
          </span>
        </p>
        <p className="text-2xs text-muted">
          {entry.actor.kind === "system" ? humanize(entry.actor.id) : `${entry.actor.name} (${entry.actor.role})`} ·{" "}
          {entry.sequence}
        </p>
        {said !== "" && <p className="mt-0.5 text-[0.8125rem] break-words text-ink-2">{said}</p>}
        {Object.keys(entry.data).length > 0 && (
          <details className="mt-0.5">
            <summary className="w-fit cursor-pointer text-2xs text-muted hover:text-ink">All data</summary>
            <pre
              tabIndex={0}
              aria-label={`Data of ${humanize(entry.type)}`}
              className="mt-1 max-h-64 overflow-auto rounded-md bg-well p-2 text-2xs"
            >
              {JSON.stringify(entry.data, null, 2)}
            </pre>
          </details>
        )}
      </div>
    </li>
  );
}

/** The part of an event's data that a person wants to read without asking. */
function saidBy(data: HistoryEntry["data"]): string {
  const parts = ["reason", "message", "code", "carrier", "trackingNumber", "text"].map((name) => data[name]);
  return parts.filter((part) => typeof part === "string" && part !== "").join(" · ");
}
