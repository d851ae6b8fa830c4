import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { DeviationAnswer } from "../../../../src/contracts/deviations.ts";
import type { OrderAnswer, SagaEntry } from "../../../../src/contracts/orders.ts";
import { deviationsQuery, sagaQuery } from "../../api/queries.ts";
import { Chip } from "../../ui/chip.tsx";
import { DeviationActions } from "../../ui/deviation-actions.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { span } from "../../ui/numbers.ts";
import { Empty, Loading, ProblemNote } from "../../ui/panel.tsx";
import { EFFECT_LOOKS, humanize, lookOf } from "../../ui/states.ts";
import { Ago, Moment, useNow } from "../../ui/time.tsx";
import { useOrderWords } from "./use-order-words.ts";
import { codeWords } from "./words/code-words.ts";
import { effectSays, effectTitle, laneName } from "./words/effect-words.ts";
import type { OrderWords } from "./words/order-words.ts";

/** Attempts are not events: while something is under way they are read again now and then. */
const POLL_MS = 4_000;

/** Every effect of the order by lane: failures first, then what is under way, then what is done. */
export function Saga({ order }: { order: OrderAnswer }) {
  const { orderId } = order;
  const words = useOrderWords(order);
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
          aria-label={`Lane ${laneName(lane, words)}`}
          className="grid gap-x-3 px-3 py-1.5 md:grid-cols-[8rem_minmax(0,1fr)]"
        >
          <h3 className="eyebrow pt-1.5">{laneName(lane, words)}</h3>
          <ul>
            {effects.map((effect) => (
              <Effect
                key={effect.id}
                effect={effect}
                deviation={open.find((deviation) => deviation.subject.effectId === effect.id)}
                words={words}
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

/** Lanes with a failure first, then those where something is under way. */
function urgencyOf(effects: readonly SagaEntry[]): number {
  return Math.min(...effects.map(({ status }) => URGENCY[status]));
}

const ANSWERS: Readonly<Record<string, string>> = {
  done: "Done",
  failed: "Refused",
  unknown: "No answer",
  waiting: "Nothing yet",
  lease_lapsed: "Not reported",
};

function Effect({
  effect,
  deviation,
  words,
}: {
  effect: SagaEntry;
  deviation: DeviationAnswer | undefined;
  words: OrderWords;
}) {
  const { kind: _kind, ...request } = effect.effect;
  const last = effect.attempts.at(-1);
  return (
    <li className="py-0.5">
      <Disclosure
        className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5 px-1 py-0.5"
        summary={
          <>
            <Chip look={lookOf(EFFECT_LOOKS, effect.status)} />
            <span className="min-w-0 flex-1 basis-52 text-[0.8125rem] break-words">
              <span className="font-medium">{effectTitle(effect.kind)}</span>{" "}
              <span className="text-ink-2">{effectSays(effect, words)}</span>
            </span>
            <Progress effect={effect} />
          </>
        }
      >
        {() => (
          <div className="mt-1 mb-2 ml-1 border-l-2 border-line pl-3 text-2xs">
            {effect.attempts.length === 0 && <p className="text-muted">Not tried yet.</p>}
            <ol aria-label="Attempts" className="flex flex-col gap-1">
              {effect.attempts.map((attempt, index) => (
                <li key={index} className="flex flex-wrap gap-x-2">
                  <span className="text-muted">{attempt.attempt}.</span>
                  <Moment at={Date.parse(attempt.at)} />
                  <span className={attempt.outcome === "failed" ? "font-semibold text-bad" : "font-semibold"}>
                    {ANSWERS[attempt.outcome] ?? humanize(attempt.outcome)}
                  </span>
                  <span className="min-w-0 break-words text-ink-2">{answerWords(attempt.detail)}</span>
                </li>
              ))}
            </ol>
            <p className="mt-1 text-muted">Asked under this key, generation {effect.generation}:</p>
            <p className="font-mono break-all text-muted">{effect.id}</p>
            <pre
              tabIndex={0}
              aria-label={`Request of ${effectTitle(effect.kind)}`}
              className="mt-1 max-h-64 overflow-auto rounded-md bg-well p-2"
            >
              {JSON.stringify(request, null, 2)}
            </pre>
          </div>
        )}
      </Disclosure>
      {effect.status !== "done" && last !== undefined && last.detail !== "" && (
        <p className={`px-1 text-2xs break-words ${effect.status === "failed" ? "text-bad" : "text-warn"}`}>
          {ANSWERS[last.outcome] ?? humanize(last.outcome)}: {answerWords(last.detail)}
        </p>
      )}
      {effect.status === "failed" && deviation !== undefined && <DeviationActions deviation={deviation} small />}
    </li>
  );
}

/** How often it was tried, and how long it took or has yet to wait. */
function Progress({ effect }: { effect: SagaEntry }) {
  const now = useNow();
  const { dueAt, settledAt, attempts } = effect;
  const createdAt = Date.parse(effect.createdAt);
  const waitsMs = settledAt === null && dueAt !== null ? Date.parse(dueAt) - now : 0;
  return (
    <span className="text-2xs whitespace-nowrap text-muted">
      {attempts.length > 1 && `${attempts.length} attempts · `}
      {settledAt !== null && `in ${span(Math.max(0, Date.parse(settledAt) - createdAt))}`}
      {waitsMs > 0 && `next in ${span(waitsMs)}`}
      {settledAt === null && waitsMs <= 0 && (
        <>
          since <Ago at={createdAt} />
        </>
      )}
    </span>
  );
}

/** `card_declined: Your card was declined.`: the provider's words first. */
function answerWords(detail: string): string {
  const [, code, message] = /^([A-Za-z\d_.]+): (.+)$/s.exec(detail) ?? [];
  return code === undefined || message === undefined ? detail : `${message} (${codeWords(code)})`;
}
