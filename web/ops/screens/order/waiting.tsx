import type { ReactNode } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { count, money } from "../../ui/numbers.ts";
import { Moment } from "../../ui/time.tsx";
import { useOrderWords } from "./use-order-words.ts";
import { reasonWords } from "./words/code-words.ts";
import { listed, type OrderWords } from "./words/order-words.ts";

/** What the order waits for, each in a sentence: for whom, and until when. */
export function Waiting({ order }: { order: OrderAnswer }) {
  const words = useOrderWords(order);
  const asked = order.ended === null ? order.payments.filter(({ actionUrl }) => actionUrl !== null) : [];
  const waiting = order.lines.filter(({ backordered }) => backordered > 0);
  const isUnpaid = order.orderStatus === "PAYMENT_FAILED" && order.ended === null;
  const isNothing =
    order.cancelling === null &&
    order.pendingEdit === null &&
    asked.length === 0 &&
    order.backorderedUntil === null &&
    !isUnpaid;
  if (isNothing) return null;
  return (
    <ul
      aria-label="What the order waits for"
      className="divide-y divide-line rounded-panel border border-line bg-warn-soft"
    >
      {order.cancelling !== null && (
        <Wait icon="undo" title="Cancel asked for">
          {reasonWords(order.cancelling.reason)}, <Moment at={Date.parse(order.cancelling.requestedAt)} />. The
          warehouses are asked to stop; it is cancelled once all of them have, and else goes on.
        </Wait>
      )}
      {order.pendingEdit !== null && (
        <Wait icon="clock" title={`Edit waits for its ${order.pendingEdit.waitsFor}`}>
          {editWords(order, order.pendingEdit, words)}, once {waitedFor(order.pendingEdit, words)}. Until then the order
          is as shown here.
        </Wait>
      )}
      {asked.map((payment) => (
        <Wait key={payment.number} icon="user" title="Customer must confirm">
          {money(payment.amount.amount, payment.amount.currency)} by {words.payment(payment.number)}: the customer has
          been sent the way to it.{" "}
          <a href={payment.actionUrl ?? ""} className="font-semibold underline" rel="noreferrer" target="_blank">
            The page they see
          </a>
        </Wait>
      ))}
      {isUnpaid && (
        <Wait icon="card" title="Waits for another payment">
          The stock is held until <Moment at={Date.parse(order.holdExpiresAt)} />; without another means of payment the
          order ends then.
        </Wait>
      )}
      {order.backorderedUntil !== null && (
        <Wait icon="box" title="Waits for stock">
          {words.units(waiting.map(({ number, backordered }) => ({ line: number, quantity: backordered })))}. Leaves by{" "}
          <Moment at={Date.parse(order.backorderedUntil)} />, or is cancelled then.
        </Wait>
      )}
    </ul>
  );
}

function Wait({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-3 px-4 py-2.5 text-[0.8125rem]">
      <Icon name={icon} className="mt-0.5 size-4 text-warn" />
      <p className="min-w-0 break-words">
        <span className="font-semibold text-warn">{title}</span> {children}
      </p>
    </li>
  );
}

function editWords(
  order: OrderAnswer,
  { lines, total }: NonNullable<OrderAnswer["pendingEdit"]>,
  words: OrderWords,
): string {
  const quantities = lines.flatMap(({ line, sku, quantity }) => {
    const before = order.lines.find(({ number }) => number === line);
    if ((before?.quantity ?? 0) === quantity) return [];
    return [
      `${before === undefined ? sku : words.line(line)} from ${count(before?.quantity ?? 0)} to ${count(quantity)}`,
    ];
  });
  const before = order.totals.total;
  const totals = `total from ${money(before.amount, before.currency)} to ${money(total.amount, total.currency)}`;
  return quantities.length === 0 ? totals : `${listed(quantities)}, ${totals}`;
}

function waitedFor({ payment, shipments }: NonNullable<OrderAnswer["pendingEdit"]>, words: OrderWords): string {
  return shipments.length === 0 && payment !== null
    ? `${words.payment(payment)} is authorized`
    : `${listed(shipments.map((id) => words.shipment(id)))} has come back from the warehouse`;
}
