import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer } from "../../../../src/contracts/returns.ts";
import { refundAmount } from "../../api/order-actions.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Ask } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { minorUnitsOf, money as asMoney } from "../../ui/numbers.ts";
import { ProblemNote } from "../../ui/panel.tsx";

/** Pays an amount back, at most what can be; says before what it comes to. */
export function RefundOrder({ order, money }: { order: OrderAnswer; money: OrderPaymentsAnswer }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const refund = useMutation({
    mutationFn: refundAmount,
    onSuccess: () => {
      setAsking(false);
      setTyped("");
      setReason("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", order.orderId] }),
  });
  const { amount: most, currency } = money.refundable;
  const mayRefund = sessionSnapshot()?.user.scopes.includes("refunds:write") === true;
  // While the bank decides, it has the money: nothing of it is paid back.
  const isDisputed = order.payments.some(({ disputes }) => disputes.some(({ status }) => status === "open"));
  if (!mayRefund || most === 0 || order.ended !== null || isDisputed) return null;
  const amount = minorUnitsOf(typed, currency);
  const fits = amount !== null && amount > 0 && amount <= most;
  return (
    <>
      <Button
        small
        onClick={() => {
          refund.reset();
          setAsking(true);
        }}
      >
        Refund
      </Button>
      <Ask
        open={asking}
        onClose={() => setAsking(false)}
        title={`Refund ${order.number}`}
        description={`Up to ${asMoney(most, currency)} can be paid back. For units that come back, a return pays them.`}
      >
        <form
          className="mt-4 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (fits) refund.mutate({ orderId: order.orderId, amount: { amount, currency }, reason });
          }}
        >
          <TextField
            label={`Amount in ${currency}`}
            name="amount"
            required
            inputMode="decimal"
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <TextField
            label="Reason"
            name="reason"
            required
            maxLength={500}
            placeholder="Late delivery"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <p role="status" className={`text-[0.8125rem] ${typed !== "" && !fits ? "text-bad" : "text-ink-2"}`}>
            {preview(typed, amount, most, currency)}
          </p>
          {refund.isError && <ProblemNote error={refund.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Not now</Button>
            <Button look="primary" type="submit" disabled={!fits || refund.isPending}>
              {fits ? `Pay ${asMoney(amount, currency)} back` : "Pay back"}
            </Button>
          </div>
        </form>
      </Ask>
    </>
  );
}

function preview(typed: string, amount: number | null, most: number, currency: string): string {
  if (typed === "") return "The customer is told of it.";
  if (amount === null || amount <= 0) return `That is no amount in ${currency}.`;
  if (amount > most) return `That is ${asMoney(amount - most, currency)} more than can be paid back.`;
  return `The customer gets ${asMoney(amount, currency)}; ${asMoney(most - amount, currency)} can be paid back after it.`;
}
