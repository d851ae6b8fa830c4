import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { cancelOrder } from "../../api/order-actions.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Ask } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/panel.tsx";

/** Cancels units that are nowhere to be had, of the order as it was when the question was asked. */
export function CancelLines({ order }: { order: OrderAnswer }) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<{ version: number } | null>(null);
  const [units, setUnits] = useState<Readonly<Record<number, string>>>({});
  const [reason, setReason] = useState("");
  const cancel = useMutation({
    mutationFn: cancelOrder,
    onSuccess: () => {
      setAsked(null);
      setUnits({});
      setReason("");
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["order", order.orderId] }),
        queries.invalidateQueries({ queryKey: ["deviations"] }),
      ]),
  });
  if (sessionSnapshot()?.user.scopes.includes("orders:write") !== true) return null;
  const lines = order.lines
    .map(({ number }) => ({ line: number, quantity: Number(units[number] ?? "0") }))
    .filter(({ quantity }) => quantity > 0);
  return (
    <>
      <Button
        small
        onClick={() => {
          cancel.reset();
          setAsked({ version: order.version });
        }}
      >
        Cancel lines
      </Button>
      <Ask
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Cancel lines of ${order.number}`}
        description="How many units of each line the customer will not get. What was paid for them is given back, and they are told."
      >
        <form
          className="mt-4 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (asked !== null && lines.length > 0)
              cancel.mutate({ orderId: order.orderId, version: asked.version, reason, lines });
          }}
        >
          {order.lines
            .filter(({ quantity }) => quantity > 0)
            .map(({ number, name, quantity }) => (
              <TextField
                key={number}
                label={`Units of ${name}, of ${quantity}`}
                type="number"
                min={0}
                max={quantity}
                step={1}
                value={units[number] ?? "0"}
                onChange={(event) => setUnits((before) => ({ ...before, [number]: event.target.value }))}
              />
            ))}
          <TextField
            label="Reason"
            name="reason"
            required
            maxLength={500}
            placeholder="Not to be had any more"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          {cancel.isError && <ProblemNote error={cancel.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsked(null)}>Keep them</Button>
            <Button look="danger" type="submit" disabled={cancel.isPending || lines.length === 0}>
              Cancel these units
            </Button>
          </div>
        </form>
      </Ask>
    </>
  );
}
