import { useQuery } from "@tanstack/react-query";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer, RefundAnswer } from "../../../../src/contracts/returns.ts";
import { orderPaymentsQuery } from "../../api/queries.ts";
import { Chip } from "../../ui/chip.tsx";
import { money } from "../../ui/numbers.ts";
import { Empty, Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { DISPUTE_LOOKS, lookOf, PAYMENT_STATUS_LOOKS, REFUND_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";
import { RefundOrder } from "./refund-order.tsx";
import { useOrderWords } from "./use-order-words.ts";
import { failureWords, reasonWords } from "./words/code-words.ts";
import { numberOfId, type OrderWords, providerName } from "./words/order-words.ts";

type Amount = OrderPaymentsAnswer["captured"];
type Payment = OrderAnswer["payments"][number];

function show({ amount, currency }: Amount): string {
  return money(amount, currency);
}

/** The order's money: each payment and what became of it, and each refund with what it is made of. */
export function Money({ order }: { order: OrderAnswer }) {
  const answer = useQuery(orderPaymentsQuery(order.orderId));
  const words = useOrderWords(order);
  const refunds = answer.data?.refunds ?? [];
  return (
    <>
      <Panel
        title="Payments"
        count={order.payments.length > 1 ? order.payments.length : undefined}
        action={answer.data !== undefined && <RefundOrder order={order} money={answer.data} />}
      >
        {order.payments.length === 0 && <Empty title="Nothing has been charged" />}
        <ul className="divide-y divide-line">
          {order.payments.map((payment) => (
            <PaymentRow key={payment.number} payment={payment} />
          ))}
        </ul>
        {answer.data !== undefined && answer.data.captured.amount > 0 && (
          <Rows
            className="border-t border-line px-3 py-2"
            rows={[
              ...(order.payments.length > 1
                ? ([
                    ["Captured in all", answer.data.captured],
                    ["Paid back in all", answer.data.refunded],
                  ] as const)
                : []),
              ["Can be paid back", answer.data.refundable],
            ]}
          />
        )}
      </Panel>
      {answer.isError && <ProblemNote error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="the refunds" />}
      {refunds.length > 0 && (
        <Panel title="Refunds" count={refunds.length}>
          <ul className="divide-y divide-line">
            {refunds.map((refund) => (
              <RefundRow key={refund.number} refund={refund} words={words} />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Rows({ rows, className = "" }: { rows: readonly (readonly [string, Amount])[]; className?: string }) {
  return (
    <dl className={`grid grid-cols-[1fr_auto] gap-x-4 text-2xs text-muted ${className}`}>
      {rows.map(([label, amount]) => (
        <div key={label} className="contents">
          <dt>{label}</dt>
          <dd className="text-right">{show(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}

function PaymentRow({ payment }: { payment: Payment }) {
  const amounts: [string, Amount][] = [
    ["Authorized", payment.authorized],
    ["Captured", payment.captured],
    ["Paid back", payment.refunded],
  ];
  return (
    <li className="px-3 py-2.5 text-[0.8125rem]">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-semibold">{show(payment.amount)}</span>
        <span className="text-muted">
          {payment.number}. {providerName(payment.provider)}
        </span>
        <span className="ml-auto">
          <Chip look={lookOf(PAYMENT_STATUS_LOOKS, payment.status)} />
        </span>
      </div>
      <Rows className="mt-1" rows={amounts.filter(([, { amount }]) => amount > 0)} />
      {payment.status === "authorized" && payment.authorizationExpiresAt !== null && (
        <p className="mt-0.5 text-2xs text-muted">
          The authorization lapses <Moment at={Date.parse(payment.authorizationExpiresAt)} />
        </p>
      )}
      {payment.failure !== null && (
        <p className="mt-1 text-bad first-letter:uppercase">
          {failureWords(payment.failure.code, payment.failure.message)}
        </p>
      )}
      {payment.disputes.map((dispute) => (
        <p key={dispute.disputeId} className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1">
          <Chip look={lookOf(DISPUTE_LOOKS, dispute.status)} />
          <span>
            {show(dispute.amount)}: {reasonWords(dispute.reason)}
          </span>
          {dispute.status === "open" && dispute.dueBy !== null && (
            <span className="text-2xs text-muted">
              evidence is taken until <Moment at={Date.parse(dispute.dueBy)} />
            </span>
          )}
        </p>
      ))}
    </li>
  );
}

/** A refund; of units with what was paid for them, of which it is made. */
export function RefundRow({ refund, words }: { refund: RefundAnswer; words: OrderWords }) {
  const sum = (part: "price" | "discount" | "tax" | "shipping"): Amount => ({
    currency: refund.amount.currency,
    amount: refund.lines.reduce((all, line) => all + line[part].amount, 0),
  });
  const parts: [string, Amount][] = [
    ["Price", sum("price")],
    ["Discount taken off", negative(sum("discount"))],
    ["Tax", sum("tax")],
    ["Shipping", sum("shipping")],
    ["Shipping kept", negative(refund.withheld.shipping)],
    ["Fee kept", negative(refund.withheld.fee)],
  ];
  return (
    <li className="px-3 py-2.5 text-[0.8125rem]">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-semibold">{show(refund.amount)}</span>
        <span className="min-w-0 flex-1 break-words text-muted">
          {refund.number}. {reasonWords(refund.reason)}
        </span>
        <Chip look={lookOf(REFUND_LOOKS, refund.status)} />
      </div>
      {(refund.lines.length > 0 || refund.returnId !== null) && (
        <p className="mt-0.5 text-2xs text-ink-2">
          {refund.lines.length > 0 && `For ${words.units(refund.lines)}`}
          {refund.returnId !== null && ` (return ${numberOfId(refund.returnId)})`}
        </p>
      )}
      {refund.lines.length > 0 && <Rows className="mt-1" rows={parts.filter(([, { amount }]) => amount !== 0)} />}
      {refund.parts.length > 1 && (
        <p className="mt-1 text-2xs text-muted">
          {refund.parts
            .map(({ payment, amount, status }) => `${show(amount)} to ${words.payment(payment)}${PART_WORDS[status]}`)
            .join(", ")}
        </p>
      )}
    </li>
  );
}

const PART_WORDS: Readonly<Record<RefundAnswer["status"], string>> = {
  done: "",
  pending: " on its way",
  failed: " failed",
};

function negative({ amount, currency }: Amount): Amount {
  return { amount: -amount, currency };
}
