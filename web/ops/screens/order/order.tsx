import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { RequestError } from "../../api/problem.ts";
import { deviationsQuery, orderQuery } from "../../api/queries.ts";
import { coalesce } from "../../live/coalesce.ts";
import { useLiveItems } from "../../live/live-context.tsx";
import { useLiveTopic } from "../../live/use-live-topic.ts";
import { People } from "../../shell/people.tsx";
import { Chip } from "../../ui/chip.tsx";
import { DeviationActions } from "../../ui/deviation-actions.tsx";
import { DEVIATION_WORDS, plainSummary } from "../../ui/deviation-words.ts";
import { Icon } from "../../ui/icons.tsx";
import { channelName } from "../../ui/names.tsx";
import { money } from "../../ui/numbers.ts";
import { Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { FULFILLMENT_LOOKS, lookOf, ORDER_LOOKS, PAYMENT_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";
import { OrderLink } from "../../ui/order-link.tsx";
import { CancelLines } from "./cancel-lines.tsx";
import { CancelOrder } from "./cancel-order.tsx";
import { Customer } from "./customer.tsx";
import { Lines } from "./lines.tsx";
import { Messages } from "./messages.tsx";
import { Money } from "./payments.tsx";
import { Returns } from "./returns.tsx";
import { Saga } from "./saga.tsx";
import { Shipments } from "./shipments.tsx";
import { Timeline } from "./timeline.tsx";
import { Waiting } from "./waiting.tsx";
import { WarehouseOrder } from "./warehouse-order.tsx";
import { reasonWords } from "./words/code-words.ts";

const route = getRouteApi("/shell/orders/$orderId");

/** One order: what it is, what happened to it, and what is being done about it. */
export function OrderScreen() {
  const { orderId } = route.useParams();
  const queries = useQueryClient();
  const order = useQuery(orderQuery(orderId));
  const [refresh] = useState(() => coalesce(() => void queries.invalidateQueries({ queryKey: ["order"] }), 400));
  // Also by the feed of all orders: its own may be a moment late to begin.
  useLiveItems((items) => {
    if (
      items.some(
        (item) =>
          (item.type === "order" ? item.order.orderId : item.type === "deviation" ? item.deviation.orderId : null) ===
          orderId,
      )
    )
      refresh.call();
  });
  const { people } = useLiveTopic(`order:${orderId}`, { open: refresh.call, items: refresh.call });

  if (order.data === undefined) {
    return (
      <div className="p-4">
        <BackLink />
        {order.isError ? (
          <ProblemNote error={notFoundIsPlain(order.error)} onRetry={() => void order.refetch()} />
        ) : (
          <div className="panel mt-3">
            <Loading what="the order" />
          </div>
        )}
      </div>
    );
  }
  if (!("totals" in order.data)) {
    return (
      <div className="mx-auto flex max-w-[90rem] flex-col gap-3 p-3 md:p-4">
        <BackLink />
        {order.isError && <ProblemNote error={order.error} onRetry={() => void order.refetch()} />}
        <WarehouseOrder order={order.data} />
      </div>
    );
  }
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-3 p-3 md:p-4">
      <BackLink />
      <Head order={order.data} people={<People people={people} where="on this order" />} />
      {order.isError && <ProblemNote error={order.error} onRetry={() => void order.refetch()} />}
      <Deviations order={order.data} />
      <Waiting order={order.data} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
        <div className="flex min-w-0 flex-col gap-3">
          <Lines order={order.data} />
          <Shipments order={order.data} />
          <Returns order={order.data} />
        </div>
        <div className="flex min-w-0 flex-col gap-3 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <Customer order={order.data} />
          <Money order={order.data} />
          <Messages orderId={orderId} />
        </div>
        <Story order={order.data} />
      </div>
    </div>
  );
}

function BackLink() {
  return (
    <Link
      to="/orders"
      className="inline-flex w-fit items-center gap-1 text-2xs font-semibold text-muted hover:text-ink"
    >
      <Icon name="left" className="size-3.5" /> All orders
    </Link>
  );
}

function Head({ order, people }: { order: OrderAnswer; people: ReactNode }) {
  return (
    <header className="panel flex flex-wrap items-start gap-x-6 gap-y-3 px-4 py-3">
      <div className="min-w-0">
        <div className="flex items-center gap-3">
          <h1 className="text-xl font-bold tracking-tight">{order.number}</h1>
          {people}
        </div>
        <p className="text-[0.8125rem] text-muted">
          Placed <Moment at={Date.parse(order.placedAt)} /> by {channelName(order.channel)} · version {order.version}
          {order.exchangeOf !== null && (
            <>
              {" · "}
              <OrderLink orderId={order.exchangeOf.orderId}>In exchange for what came back of another order</OrderLink>
            </>
          )}
        </p>
      </div>
      <dl className="flex flex-wrap gap-x-5 gap-y-2">
        <Truth label="Order">
          <Chip look={lookOf(ORDER_LOOKS, order.orderStatus)} />
        </Truth>
        <Truth label="Payment">
          <Chip look={lookOf(PAYMENT_LOOKS, order.paymentState)} />
        </Truth>
        <Truth label="Fulfillment">
          <Chip look={lookOf(FULFILLMENT_LOOKS, order.fulfillmentState)} />
        </Truth>
        {order.ended !== null && (
          <Truth label="Ended because">
            <span className="text-[0.8125rem]">{reasonWords(order.ended.reason)}</span>
          </Truth>
        )}
      </dl>
      <div className="ml-auto flex items-center gap-4">
        <p className="text-xl font-semibold tracking-tight">
          {money(order.totals.total.amount, order.totals.total.currency)}
        </p>
        <CancelOrder order={order} />
      </div>
    </header>
  );
}

function Truth({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="eyebrow">{label}</dt>
      <dd className="mt-0.5">{children}</dd>
    </div>
  );
}

/** What about this order waits for a person, above everything else. */
function Deviations({ order }: { order: OrderAnswer }) {
  const deviations = useInfiniteQuery(deviationsQuery({ order: order.orderId }));
  const open =
    deviations.data?.pages.flatMap((page) => page.data).filter((deviation) => deviation.status !== "resolved") ?? [];
  if (deviations.isError) return <ProblemNote error={deviations.error} onRetry={() => void deviations.refetch()} />;
  if (open.length === 0) return null;
  return (
    <ul
      aria-label="Open deviations of this order"
      className="divide-y divide-bad/20 rounded-panel border border-bad/30 bg-bad-soft"
    >
      {open.map((deviation) => (
        <li key={deviation.id} className="flex flex-wrap items-center gap-3 px-4 py-2.5">
          <Icon name="flag" className="size-4 text-bad" />
          <p className="min-w-0 flex-1 basis-60 text-[0.8125rem]">
            <span className="font-semibold text-bad">{DEVIATION_WORDS[deviation.kind].name}</span>{" "}
            {plainSummary(deviation.summary)}
            <span className="block text-2xs text-ink-2">{DEVIATION_WORDS[deviation.kind].first}</span>
          </p>
          {deviation.actions.includes("cancel_lines") && <CancelLines order={order} />}
          <DeviationActions deviation={deviation} small />
        </li>
      ))}
    </ul>
  );
}

const TABS = [
  { value: "timeline", label: "Timeline" },
  { value: "saga", label: "Saga" },
] as const;

/** What happened, and what is being done: which of the two is in the URL. */
function Story({ order }: { order: OrderAnswer }) {
  const { tab = "timeline" } = route.useSearch();
  return (
    <Panel
      title={tab === "timeline" ? "What happened" : "What is being done"}
      action={
        <nav aria-label="Timeline or saga" className="flex rounded-md bg-well p-0.5">
          {TABS.map(({ value, label }) => (
            <Link
              key={value}
              from="/orders/$orderId"
              to="."
              search={(before) => ({ ...before, tab: value })}
              replace
              resetScroll={false}
              aria-current={value === tab ? "true" : undefined}
              className="rounded px-2.5 py-0.5 text-2xs font-semibold text-muted aria-[current]:bg-raised aria-[current]:text-ink aria-[current]:shadow-sm"
            >
              {label}
            </Link>
          ))}
        </nav>
      }
    >
      {tab === "timeline" ? <Timeline order={order} /> : <Saga order={order} />}
    </Panel>
  );
}

function notFoundIsPlain(error: Error): Error {
  if (error instanceof RequestError && error.status === 404)
    return new RequestError("There is no such order, or it is not yours to see.", 404, null);
  return error;
}
