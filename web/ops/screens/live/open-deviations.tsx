import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { deviationsQuery } from "../../api/queries.ts";
import { DeviationActions } from "../../ui/deviation-actions.tsx";
import { DEVIATION_WORDS, plainSummary } from "../../ui/deviation-words.ts";
import { Icon } from "../../ui/icons.tsx";
import { Empty, Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { Ago } from "../../ui/time.tsx";

/** What waits for a person and nobody has taken yet, the newest first. */
export function OpenDeviations() {
  const deviations = useInfiniteQuery(deviationsQuery({ status: "open" }));
  const rows = deviations.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Panel
      title="Open deviations"
      count={deviations.data === undefined ? undefined : `${rows.length}${deviations.hasNextPage ? "+" : ""}`}
      className="min-h-44 overflow-hidden max-xl:max-h-96 xl:flex-1"
      action={
        <Link
          to="/deviations"
          search={{ status: "open" }}
          className="text-2xs font-semibold text-accent hover:underline"
        >
          All deviations
        </Link>
      }
    >
      {deviations.isError && <ProblemNote error={deviations.error} onRetry={() => void deviations.refetch()} />}
      {deviations.isPending && <Loading what="deviations" />}
      {deviations.data !== undefined && rows.length === 0 && (
        <Empty title="Nothing waits for a person">Whatever the saga can't finish by itself appears here.</Empty>
      )}
      <ul className={`min-h-0 flex-1 divide-y divide-line overflow-y-auto ${rows.length === 0 ? "hidden" : ""}`}>
        {rows.map((deviation) => (
          <li key={deviation.id} className="flex gap-2.5 px-3 py-2">
            <Icon name="flag" className="mt-0.5 size-4 text-bad" />
            <div className="min-w-0 flex-1">
              <p className="flex items-baseline gap-2 text-[0.8125rem]">
                <span className="font-semibold">{DEVIATION_WORDS[deviation.kind].name}</span>
                <span className="ml-auto text-2xs text-muted">
                  <Ago at={Date.parse(deviation.openedAt)} />
                </span>
              </p>
              <p className="line-clamp-2 text-[0.8125rem] text-ink-2">{plainSummary(deviation.summary)}</p>
              <div className="mt-1 flex items-center gap-2">
                {deviation.subject.orderId !== undefined && (
                  <Link
                    to="/orders/$orderId"
                    params={{ orderId: deviation.subject.orderId }}
                    className="text-2xs font-semibold text-accent hover:underline"
                  >
                    Open order
                  </Link>
                )}
                <div className="ml-auto">
                  <DeviationActions deviation={deviation} small />
                </div>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
