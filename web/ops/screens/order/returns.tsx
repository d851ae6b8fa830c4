import { useQueries, useQuery } from "@tanstack/react-query";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import type { ReturnAnswer } from "../../../../src/contracts/returns.ts";
import { historyQuery, returnQuery } from "../../api/queries.ts";
import { Chip } from "../../ui/chip.tsx";
import { count, money } from "../../ui/numbers.ts";
import { OrderLink } from "../../ui/order-link.tsx";
import { Panel, ProblemNote } from "../../ui/panel.tsx";
import { EXCHANGE_LOOKS, lookOf, REFUND_LOOKS, RETURN_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";
import { ReturnActions } from "./return-actions.tsx";
import { useOrderWords } from "./use-order-words.ts";
import { conditionName, outcomeName, reasonWords } from "./words/code-words.ts";
import { carrierName } from "./words/event-words.ts";
import { numberOfId, type OrderWords } from "./words/order-words.ts";

/** What the customer sends back: each return with its way, what was found in it, and its money. */
export function Returns({ order }: { order: OrderAnswer }) {
  const history = useQuery(historyQuery(order.orderId));
  // Its own events know of a return at once; the list of all returns a moment later.
  const ids = (history.data ?? []).flatMap(({ type, data }) => (type === "ReturnRequested" ? idOf(data) : []));
  const returns = useQueries({ queries: ids.map((id) => returnQuery(order.orderId, id)) });
  const words = useOrderWords(order);
  if (ids.length === 0) return null;
  return (
    <Panel title="Returns" count={count(ids.length)}>
      <ul className="divide-y divide-line">
        {returns.map((one, index) => (
          <li key={ids[index]} className="px-3 py-3 text-[0.8125rem]">
            {one.data !== undefined && <ReturnRow returned={one.data} words={words} />}
            {one.isError && <ProblemNote error={one.error} onRetry={() => void one.refetch()} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function idOf({ returned }: Record<string, unknown>): string[] {
  return typeof returned === "object" && returned !== null && "id" in returned && typeof returned.id === "string"
    ? [returned.id]
    : [];
}

function ReturnRow({ returned, words }: { returned: ReturnAnswer; words: OrderWords }) {
  const { refund, receivedAt } = returned;
  const since = returned.reachedAt[returned.status];
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-semibold">Return {numberOfId(returned.returnId)}</span>
        <Chip look={lookOf(RETURN_LOOKS, returned.status)} />
        {since !== undefined && (
          <span className="text-2xs text-muted">
            since <Moment at={Date.parse(since)} />
          </span>
        )}
        {returned.trackingNumber !== null && (
          <span className="ml-auto text-2xs text-muted">
            {carrierName(returned.carrier ?? "")}{" "}
            <span className="font-mono text-ink-2 select-all">{returned.trackingNumber}</span>
          </span>
        )}
      </div>
      <p className="mt-1 break-words">
        “{returned.reason}” <span className="text-muted">({conditionName(returned.condition)})</span>
      </p>
      {returned.rejection !== null && (
        <p className="mt-1 break-words text-bad">Turned down: {reasonWords(returned.rejection)}</p>
      )}
      <ul className="mt-1.5 flex flex-col gap-1">
        {returned.lines.map((line) => (
          <li key={line.line} className="flex flex-wrap gap-x-3">
            <span className="break-words">
              {count(line.quantity)} × {line.name}
            </span>
            {returned.inspected
              .filter((found) => found.line === line.line)
              .map((found) => (
                <span key={found.outcome} className={found.outcome === "missing" ? "text-bad" : "text-muted"}>
                  {count(found.quantity)} {outcomeName(found.outcome)}
                </span>
              ))}
          </li>
        ))}
      </ul>
      {returned.exchange !== null && <ExchangeRow exchange={returned.exchange} />}
      <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-2xs text-muted">
        {returned.status !== "REJECTED" && (
          <span>
            {receivedAt === null
              ? `Goes to ${words.warehouse(returned.warehouseId)}`
              : `Arrived in ${words.warehouse(receivedAt)}${receivedAt === returned.warehouseId ? "" : `, was meant for ${words.warehouse(returned.warehouseId)}`}`}
          </span>
        )}
        {refund !== null && (
          <span className="inline-flex items-center gap-1.5">
            Refund{" "}
            <span className="font-semibold text-ink-2">{money(refund.amount.amount, refund.amount.currency)}</span>
            <Chip look={lookOf(REFUND_LOOKS, refund.status)} />
          </span>
        )}
        <span className="ml-auto">
          <ReturnActions returned={returned} />
        </span>
      </div>
    </>
  );
}

/** What the customer has asked for in the place of their money, and the order that it has become. */
function ExchangeRow({ exchange }: { exchange: NonNullable<ReturnAnswer["exchange"]> }) {
  const { credit, lines, orderId } = exchange;
  return (
    <p className="mt-1.5 flex flex-wrap items-center gap-x-3">
      <span className="break-words">
        In exchange for {lines.map(({ sku, quantity }) => `${count(quantity)} × ${sku}`).join(", ")}
      </span>
      <Chip look={lookOf(EXCHANGE_LOOKS, exchange.status)} />
      {credit !== null && <span className="text-muted">{money(credit.amount, credit.currency)} of it credited</span>}
      {orderId !== null && <OrderLink orderId={orderId}>Order in exchange</OrderLink>}
      {exchange.declined !== null && <span className="break-words text-bad">{reasonWords(exchange.declined)}</span>}
    </p>
  );
}
