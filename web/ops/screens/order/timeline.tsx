import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { HistoryEntry, OrderAnswer } from "../../../../src/contracts/orders.ts";
import type { Role } from "../../../../src/contracts/principal.ts";
import { historyQuery } from "../../api/queries.ts";
import { TONES } from "../../ui/chip.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Empty, Loading, ProblemNote } from "../../ui/panel.tsx";
import { lookOf, ORDER_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";
import { useOrderWords } from "./use-order-words.ts";
import { changeWords } from "./words/change-words.ts";
import { isTrouble, tellHistory } from "./words/event-words.ts";
import type { OrderWords, Telling } from "./words/order-words.ts";

const route = getRouteApi("/shell/orders/$orderId");

/** Who did what when, the newest first, with what it was before and after; or what went wrong alone. */
export function Timeline({ order }: { order: OrderAnswer }) {
  const { show } = route.useSearch();
  const history = useQuery(historyQuery(order.orderId));
  const words = useOrderWords(order);
  if (history.isPending) return <Loading what="the timeline" />;
  if (history.isError) return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  const told = tellHistory(history.data, words).toReversed();
  const trouble = told.filter(({ telling }) => isTrouble(telling));
  const shown = show === "trouble" ? trouble : told;
  return (
    <>
      {(trouble.length > 0 || show === "trouble") && (
        <nav
          aria-label="What of the timeline is shown"
          className="flex gap-3 border-b border-line px-3 py-1.5 text-2xs"
        >
          <Choice to={undefined} active={show === undefined} label={`Everything (${told.length})`} />
          <Choice to="trouble" active={show === "trouble"} label={`What went wrong (${trouble.length})`} />
        </nav>
      )}
      {shown.length === 0 && <Empty title="Nothing went wrong" />}
      <ol aria-label="Timeline, newest first" className="px-2 py-2">
        {shown.map(({ entry, telling }) => (
          <Entry
            key={entry.sequence}
            entry={entry}
            telling={telling}
            by={actorWords(askedFor(entry, history.data))}
            words={words}
          />
        ))}
      </ol>
    </>
  );
}

function Choice({ to, active, label }: { to: "trouble" | undefined; active: boolean; label: string }) {
  return (
    <Link
      from="/orders/$orderId"
      to="."
      search={(before) => ({ ...before, show: to })}
      replace
      resetScroll={false}
      aria-current={active ? "true" : undefined}
      className="font-semibold text-muted hover:text-ink aria-[current]:text-ink aria-[current]:underline aria-[current]:underline-offset-4"
    >
      {label}
    </Link>
  );
}

function Entry({
  entry,
  telling,
  by,
  words,
}: {
  entry: HistoryEntry;
  telling: Telling;
  by: string;
  words: OrderWords;
}) {
  const moved = entry.before !== null && entry.before !== entry.after;
  return (
    <li className="relative [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-7 [&:not(:last-child)]:before:bottom-[-0.25rem] [&:not(:last-child)]:before:left-[0.9375rem] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line">
      <Disclosure
        className="flex gap-2.5 px-1 py-1"
        summary={
          <>
            <span
              className={`relative grid size-[1.4rem] shrink-0 place-items-center rounded-full ${TONES[telling.tone]}`}
            >
              <Icon name={telling.icon} className="size-3" />
            </span>
            <span className="min-w-0 flex-1 text-[0.8125rem]">
              <span className="break-words">
                <span className={`font-semibold ${isTrouble(telling) ? "text-bad" : ""}`}>{telling.title}</span>
                {telling.said !== "" && <span className="text-ink-2"> {telling.said}</span>}
                {by !== "" && <span className="text-2xs text-muted"> · {by}</span>}
                {moved && (
                  <Became
                    before={lookOf(ORDER_LOOKS, entry.before ?? "").label}
                    after={lookOf(ORDER_LOOKS, entry.after).label}
                  />
                )}
              </span>
              <Changes entry={entry} words={words} />
            </span>
            <span className="pt-0.5 text-2xs text-muted">
              <Moment at={Date.parse(entry.at)} />
            </span>
          </>
        }
      >
        {() => (
          <div className="mb-2 ml-9 border-l-2 border-line pl-3 text-2xs text-muted">
            <p>
              Event {entry.sequence}, {entry.type}, by {entry.actor.name} ({entry.actor.id})
            </p>
            <pre
              tabIndex={0}
              aria-label={`Record of event ${entry.sequence}`}
              className="mt-1 max-h-64 overflow-auto rounded-md bg-well p-2"
            >
              {JSON.stringify(entry.data, null, 2)}
            </pre>
          </div>
        )}
      </Disclosure>
    </li>
  );
}

function Became({ before, after }: { before: string; after: string }) {
  return (
    <span className="text-2xs text-muted">
      {" · "}
      {before} <Arrow /> <span className="font-semibold text-ink-2">{after}</span>
    </span>
  );
}

/** Drawn, because not every font has one. */
function Arrow() {
  return (
    <>
      <Icon name="right" className="inline size-2.5 align-[-0.05em]" />
      <span className="sr-only">became</span>
    </>
  );
}

/** What a person changed of the order, before and after; what only follows from it is in the sentence. */
function Changes({ entry, words }: { entry: HistoryEntry; words: OrderWords }) {
  const changes = changeWords(entry.changes, words);
  if (changes.length === 0) return null;
  return (
    <span className="mt-0.5 flex flex-col border-l-2 border-line-strong pl-2 text-2xs">
      {changes.map(({ field, what, before, after }) => (
        <span key={field} className="break-words">
          <span className="text-muted">{what}</span> {before} <Arrow /> <span className="font-semibold">{after}</span>
        </span>
      ))}
    </span>
  );
}

/** Who is behind it: an edit that waited for its payment is made by the saga, and was asked for by a person. */
function askedFor({ type, sequence, actor }: HistoryEntry, history: readonly HistoryEntry[]): HistoryEntry["actor"] {
  if (type !== "OrderEdited" && type !== "ItemsAdded") return actor;
  if (actor.kind !== "system") return actor;
  const asked = history.findLast((entry) => entry.type === "EditAwaitsPayment" && entry.sequence < sequence);
  return asked?.actor ?? actor;
}

const ROLES: Readonly<Record<string, string>> = {
  customer: "customer",
  csr: "customer service",
  warehouse: "warehouse",
  manager: "manager",
  admin: "admin",
  storefront: "shop",
  bridge: "WMS bridge",
} satisfies Record<Role, string>;

/** Who did it; nothing for what the saga does by itself, which is most of it. */
function actorWords({ kind, id, name, role }: HistoryEntry["actor"]): string {
  if (kind !== "system") return `by ${name} (${ROLES[role] ?? role})`;
  switch (id) {
    case "timer":
      return "by itself, at its time";
    case "webhook":
      return "told by the provider";
    default:
      return "";
  }
}
