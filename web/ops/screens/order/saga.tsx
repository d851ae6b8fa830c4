import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { DeviationAnswer } from "../../../../src/contracts/deviations.ts";
import type { SagaEntry } from "../../../../src/contracts/orders.ts";
import { deviationsQuery, sagaQuery } from "../../api/queries.ts";
import { Chip } from "../../ui/chip.tsx";
import { DeviationActions } from "../../ui/deviation-actions.tsx";
import { span } from "../../ui/numbers.ts";
import { Empty, Loading, ProblemNote } from "../../ui/panel.tsx";
import { EFFECT_LOOKS, humanize, lookOf } from "../../ui/states.ts";
import { Ago, Moment, useNow } from "../../ui/time.tsx";

/** Attempts are not events: while something is under way they are read again now and then. */
const POLL_MS = 4_000;

/** Every effect of the order by lane: failures first, then what is under way, then what is done. */
export function Saga({ orderId }: { orderId: string }) {
  const saga = useQuery({
    ...sagaQuery(orderId),
    refetchInterval: (query) =>
      query.state.data?.some((effect) => effect.settledAt === null) === true ? POLL_MS : false,
  });
  const deviations = useInfiniteQuery(deviationsQuery({ order: orderId }));
  if (saga.isPending) return <Loading what="the saga" />;
  if (saga.isError) return <ProblemNote error={saga.error} onRetry={() => void saga.refetch()} />;
  if (saga.data.length === 0)
    return <Empty title="No effects">An order that has left its ledger keeps its events, and no effects.</Empty>;
  const open =
    deviations.data?.pages.flatMap((page) => page.data).filter((deviation) => deviation.status !== "resolved") ?? [];
  return (
    <div className="divide-y divide-line">
      {lanesOf(saga.data).map(([lane, effects]) => (
        <section
          key={lane}
          aria-label={`Lane ${laneName(lane)}`}
          className="grid gap-x-3 px-3 py-2.5 md:grid-cols-[7rem_minmax(0,1fr)]"
        >
          <h3 className="eyebrow pt-1.5">{laneName(lane)}</h3>
          <ul>
            {effects.map((effect) => (
              <Effect
                key={effect.id}
                effect={effect}
                deviation={open.find((deviation) => deviation.subject.effectId === effect.id)}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const URGENCY: Readonly<Record<SagaEntry["status"], number>> = { failed: 0, leased: 1, due: 2, blocked: 3, done: 4 };

/** Effects by lane; lanes and effects with the most urgent first, and of the same urgency in the order of asking. */
function lanesOf(effects: readonly SagaEntry[]): [string, SagaEntry[]][] {
  const lanes = Map.groupBy(effects, (effect) => effect.lane);
  const sorted = [...lanes].map(([lane, members]): [string, SagaEntry[]] => [
    lane,
    members.toSorted((a, b) => URGENCY[a.status] - URGENCY[b.status]),
  ]);
  return sorted.sort(([, a], [, b]) => urgencyOf(a) - urgencyOf(b));
}

function urgencyOf(effects: readonly SagaEntry[]): number {
  return effects.some((effect) => effect.status === "failed") ? 0 : 1;
}

function laneName(lane: string): string {
  return lane.startsWith("shipment:") ? `Shipment ${lane.split(/[:-]/).at(-1) ?? ""}` : humanize(lane);
}

function Effect({ effect, deviation }: { effect: SagaEntry; deviation: DeviationAnswer | undefined }) {
  const now = useNow();
  const { dueAt, settledAt } = effect;
  const createdAt = Date.parse(effect.createdAt);
  const notification = effect.effect["notification"];
  return (
    <li className="py-1">
      <details className="group">
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-2.5 gap-y-1 rounded-md px-1 py-0.5 hover:bg-well">
          <Chip look={lookOf(EFFECT_LOOKS, effect.status)} />
          <span className="text-[0.8125rem] font-medium">
            {humanize(effect.kind)}
            {typeof notification === "string" && (
              <span className="text-muted"> {humanize(notification).toLowerCase()}</span>
            )}
          </span>
          <span className="ml-auto text-2xs text-muted">
            {effect.attempts.length > 1 && `${effect.attempts.length} attempts · `}
            {settledAt !== null && `in ${span(Math.max(0, Date.parse(settledAt) - createdAt))}`}
            {settledAt === null &&
              dueAt !== null &&
              Date.parse(dueAt) > now &&
              `next in ${span(Date.parse(dueAt) - now)}`}
            {settledAt === null && (dueAt === null || Date.parse(dueAt) <= now) && (
              <>
                since <Ago at={createdAt} />
              </>
            )}
          </span>
        </summary>
        <div className="mt-1 mb-2 ml-1 border-l-2 border-line pl-3 text-2xs">
          {effect.attempts.length === 0 && <p className="text-muted">Not tried yet.</p>}
          <ol className="flex flex-col gap-1">
            {effect.attempts.map((attempt, index) => (
              <li key={index} className="flex flex-wrap gap-x-2">
                <span className="text-muted">{attempt.attempt}.</span>
                <Moment at={Date.parse(attempt.at)} />
                <span className={attempt.outcome === "failed" ? "font-semibold text-bad" : "font-semibold"}>
                  {humanize(attempt.outcome)}
                </span>
                <span className="min-w-0 break-words text-ink-2">{attempt.detail}</span>
              </li>
            ))}
          </ol>
          <p className="mt-1 font-mono break-all text-muted">{effect.id}</p>
        </div>
      </details>
      {effect.status === "failed" && deviation !== undefined && <DeviationActions deviation={deviation} small />}
    </li>
  );
}
