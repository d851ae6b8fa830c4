import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { DeviationAnswer } from "../../../src/contracts/deviations.ts";
import { deviationQuery } from "../../../src/contracts/deviations.ts";
import { deviationsQuery } from "../api/queries.ts";
import { Button } from "../ui/button.tsx";
import { Chip } from "../ui/chip.tsx";
import { DeviationActions } from "../ui/deviation-actions.tsx";
import { DEVIATION_WORDS, plainSummary } from "../ui/deviation-words.ts";
import { Choice } from "../ui/field.tsx";
import { Empty, Loading, ProblemNote } from "../ui/panel.tsx";
import { DEVIATION_LOOKS, lookOf } from "../ui/states.ts";
import { Ago } from "../ui/time.tsx";
import { Filters, Page } from "./page.tsx";

const route = getRouteApi("/shell/deviations");
const KINDS = deviationQuery.shape.kind.unwrap().options;

/** Everything that needs, or needed, a person. */
export function DeviationsScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const deviations = useInfiniteQuery(deviationsQuery(search));
  const rows = deviations.data?.pages.flatMap((page) => page.data) ?? [];
  const active = Object.values(search).filter((value) => value !== undefined).length;
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page
      title="Deviations"
      aside={
        active > 0 && (
          <Button look="bare" small onClick={() => void navigate({ search: {} })}>
            Clear filters
          </Button>
        )
      }
      filters={
        <Filters active={active}>
          <Choice
            label="Status"
            value={search.status ?? ""}
            options={[
              { value: "", label: "Any" },
              ...Object.entries(DEVIATION_LOOKS).map(([value, look]) => ({ value, label: look.label })),
            ]}
            onChange={(event) => set({ status: event.target.value || undefined })}
          />
          <Choice
            label="Kind"
            value={search.kind ?? ""}
            options={[
              { value: "", label: "Any" },
              ...KINDS.map((value) => ({ value, label: DEVIATION_WORDS[value].name })),
            ]}
            onChange={(event) => set({ kind: event.target.value || undefined })}
          />
        </Filters>
      }
    >
      <section aria-label="Deviations" className="panel min-h-0 overflow-y-auto" tabIndex={0}>
        {deviations.isError && <ProblemNote error={deviations.error} onRetry={() => void deviations.refetch()} />}
        {deviations.isPending && <Loading what="deviations" />}
        {deviations.isSuccess && rows.length === 0 && (
          <Empty title="No deviation matches">Whatever the saga can't finish by itself appears here.</Empty>
        )}
        <ul className="divide-y divide-line">
          {rows.map((deviation) => (
            <DeviationRow key={deviation.id} deviation={deviation} />
          ))}
        </ul>
        {deviations.hasNextPage && (
          <div className="p-3 text-center">
            <Button disabled={deviations.isFetchingNextPage} onClick={() => void deviations.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </section>
    </Page>
  );
}

function DeviationRow({ deviation }: { deviation: DeviationAnswer }) {
  const { subject } = deviation;
  const about = [subject.sku, subject.warehouseId, subject.shipmentId, subject.provider, subject.reference].filter(
    (part) => part !== undefined,
  );
  return (
    <li className="flex flex-col gap-2 px-4 py-3 md:flex-row md:items-start md:gap-4">
      <div className="flex shrink-0 items-center gap-2 md:w-56 md:flex-col md:items-start md:gap-1">
        <span className="font-semibold">{DEVIATION_WORDS[deviation.kind].name}</span>
        <Chip look={lookOf(DEVIATION_LOOKS, deviation.status)} />
      </div>
      <div className="min-w-0 flex-1">
        <p>{plainSummary(deviation.summary)}</p>
        {deviation.status !== "resolved" && (
          <p className="text-[0.8125rem] text-ink-2">{DEVIATION_WORDS[deviation.kind].first}</p>
        )}
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-2xs text-muted">
          <Ago at={Date.parse(deviation.openedAt)} />
          {subject.orderId !== undefined && (
            <Link
              to="/orders/$orderId"
              params={{ orderId: subject.orderId }}
              className="font-semibold text-accent hover:underline"
            >
              {deviation.actions.includes("cancel_order") ? "Open order, to correct or cancel it" : "Open order"}
            </Link>
          )}
          {about.map((part) => (
            <span key={part} className="break-all">
              {part}
            </span>
          ))}
          {deviation.assignee !== null && <span>with {deviation.assignee}</span>}
        </p>
        {deviation.tried.length > 0 && (
          <details className="mt-1 text-[0.8125rem]">
            <summary className="cursor-pointer text-muted">
              Tried {deviation.tried.length === 1 ? "once" : `${deviation.tried.length} times`}
            </summary>
            <ol className="mt-1 list-decimal pl-5 text-ink-2">
              {deviation.tried.map((attempt, index) => (
                <li key={index} className="break-words">
                  {attempt}
                </li>
              ))}
            </ol>
          </details>
        )}
        {deviation.resolution !== null && (
          <p className="mt-1 text-[0.8125rem] text-good">
            {deviation.resolution} <span className="text-muted">({deviation.resolvedBy ?? "system"})</span>
          </p>
        )}
      </div>
      <DeviationActions deviation={deviation} />
    </li>
  );
}
