import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { RequestError } from "../../api/problem.ts";
import { cancelOrder } from "../../api/order-actions.ts";
import { orderQuery } from "../../api/queries.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Ask } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/panel.tsx";
import { lookOf, ORDER_LOOKS } from "../../ui/states.ts";

const ENDED = new Set<OrderAnswer["orderStatus"]>(["SHIPPED", "DELIVERED", "PAYMENT_FAILED", "CANCELLED", "REFUNDED"]);

/** Cancels the order as it was when the question was asked; if it has moved on since, says so and asks again. */
export function CancelOrder({ order }: { order: OrderAnswer }) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<{ version: number } | null>(null);
  const [reason, setReason] = useState("");
  const cancel = useMutation({
    mutationFn: cancelOrder,
    onSuccess: (answer) => {
      queries.setQueryData(orderQuery(order.orderId).queryKey, answer);
      setAsked(null);
      setReason("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", order.orderId] }),
  });
  const mayWrite = sessionSnapshot()?.user.scopes.includes("orders:write") === true;
  if (!mayWrite || ENDED.has(order.orderStatus) || order.cancelling !== null) return null;
  const isStale = cancel.error instanceof RequestError && cancel.error.isStale;
  return (
    <>
      <Button
        look="danger"
        onClick={() => {
          cancel.reset();
          setAsked({ version: order.version });
        }}
      >
        Cancel order
      </Button>
      <Ask
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Cancel ${order.number}?`}
        description="What was requested of warehouses is recalled, held stock is released, and the payment is voided or refunded."
      >
        <form
          className="mt-4 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (asked !== null) cancel.mutate({ orderId: order.orderId, version: asked.version, reason });
          }}
        >
          <TextField
            label="Reason"
            name="reason"
            required
            maxLength={500}
            placeholder="Ordered by mistake"
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          {isStale && (
            <div role="alert" className="rounded-lg bg-warn-soft p-3 text-[0.8125rem] text-warn">
              <p className="font-semibold">The order changed while you were reading.</p>
              <p>
                It is now at version {order.version}: {lookOf(ORDER_LOOKS, order.orderStatus).label.toLowerCase()}.
                Nothing was cancelled.
              </p>
              <Button
                small
                className="mt-2"
                onClick={() => {
                  cancel.reset();
                  setAsked({ version: order.version });
                }}
              >
                I have looked: use version {order.version}
              </Button>
            </div>
          )}
          {cancel.isError && !isStale && <ProblemNote error={cancel.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsked(null)}>Keep it</Button>
            <Button look="danger" type="submit" disabled={cancel.isPending || isStale}>
              Cancel the order
            </Button>
          </div>
        </form>
      </Ask>
    </>
  );
}
