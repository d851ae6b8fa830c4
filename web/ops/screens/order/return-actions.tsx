import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Scope } from "../../../../src/contracts/principal.ts";
import type { ReturnAnswer } from "../../../../src/contracts/returns.ts";
import { moveReturn, type ReturnStep } from "../../api/order-actions.ts";
import { warehousesQuery } from "../../api/queries.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Ask } from "../../ui/dialog.tsx";
import { Choice, TextField } from "../../ui/field.tsx";
import { ProblemNote } from "../../ui/panel.tsx";
import { Inspect } from "./inspect-return.tsx";
import { numberOfId } from "./words/order-words.ts";

/** The next steps of a return that this person may take. */
export function ReturnActions({ returned }: { returned: ReturnAnswer }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"reject" | "receive" | "inspect" | null>(null);
  const move = useMutation({
    mutationFn: moveReturn,
    onSuccess: () => setAsking(null),
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", returned.orderId] }),
  });
  const may = (scope: Scope): boolean => sessionSnapshot()?.user.scopes.includes(scope) === true;
  const go = (step: ReturnStep): void => move.mutate({ returnId: returned.returnId, move: step });
  const ask = (what: typeof asking): void => {
    move.reset();
    setAsking(what);
  };
  const name = `Return ${numberOfId(returned.returnId)}`;
  const form = { returned, busy: move.isPending, error: move.error, onClose: () => ask(null), onMove: go, name };
  return (
    <span className="flex flex-wrap justify-end gap-1.5">
      {returned.status === "REQUESTED" && may("returns:write") && (
        <>
          <Button small disabled={move.isPending} onClick={() => go({ step: "approve" })}>
            Approve
          </Button>
          <Button small look="bare" onClick={() => ask("reject")}>
            Turn down
          </Button>
        </>
      )}
      {returned.status === "APPROVED" && may("orders:fulfill") && (
        <Button small onClick={() => ask("receive")}>
          Has arrived
        </Button>
      )}
      {returned.status === "RECEIVED" && may("orders:fulfill") && (
        <Button small onClick={() => ask("inspect")}>
          Inspect
        </Button>
      )}
      {move.isError && asking === null && <ProblemNote error={move.error} />}
      {asking === "reject" && <Reject {...form} />}
      {asking === "receive" && <Receive {...form} />}
      {asking === "inspect" && <Inspect {...form} />}
    </span>
  );
}

export interface StepForm {
  returned: ReturnAnswer;
  name: string;
  busy: boolean;
  error: Error | null;
  onClose: () => void;
  onMove: (step: ReturnStep) => void;
}

function Answers({ label, busy, error, onClose }: Pick<StepForm, "busy" | "error" | "onClose"> & { label: string }) {
  return (
    <>
      {error !== null && <ProblemNote error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button look="primary" type="submit" disabled={busy}>
          {label}
        </Button>
      </div>
    </>
  );
}

function Reject({ name, onMove, ...answers }: StepForm) {
  const [reason, setReason] = useState("");
  return (
    <Ask
      open
      onClose={answers.onClose}
      title={`Turn ${name.toLowerCase()} down?`}
      description="The customer is told why."
    >
      <form
        className="mt-4 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onMove({ step: "reject", reason });
        }}
      >
        <TextField
          label="Reason"
          name="reason"
          required
          maxLength={500}
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Answers label="Turn it down" {...answers} />
      </form>
    </Ask>
  );
}

function Receive({ name, returned, onMove, ...answers }: StepForm) {
  const { data: warehouses } = useQuery(warehousesQuery());
  const [warehouseId, setWarehouseId] = useState(returned.warehouseId);
  return (
    <Ask open onClose={answers.onClose} title={`${name} has arrived`} description="Any warehouse may take it in.">
      <form
        className="mt-4 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onMove({ step: "receive", warehouseId });
        }}
      >
        <Choice
          label="Where"
          value={warehouseId}
          options={(warehouses ?? []).map((one) => ({ value: one.warehouseId, label: one.city }))}
          onChange={(event) => setWarehouseId(event.target.value)}
        />
        <Answers label="Take it in" {...answers} />
      </form>
    </Ask>
  );
}
