import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { InspectionPreview, ReturnAnswer } from "../../../../src/contracts/returns.ts";
import { likelyOutcome } from "../../../../src/domain/order/return-policy.ts";
import {
  INSPECTION_OUTCOMES,
  type InspectedUnits,
  type InspectionOutcome,
} from "../../../../src/domain/order/return.ts";
import { previewInspection } from "../../api/order-actions.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Ask } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { count, money } from "../../ui/numbers.ts";
import { ProblemNote } from "../../ui/panel.tsx";
import type { StepForm } from "./return-actions.tsx";
import { conditionName, outcomeName } from "./words/code-words.ts";

/** What was typed, by line and outcome; an empty field is 0. */
type Found = Readonly<Record<string, string>>;

/** Says what each unit was found to be. Shows what the customer gets for it before anything is done. */
export function Inspect({ name, returned, busy, error, onClose, onMove }: StepForm) {
  const [found, setFound] = useState<Found>(likelyFindings(returned));
  const units = unitsOf(returned, found);
  const open = returned.lines.filter(({ line, quantity }) => sumOf(units, line) !== quantity);
  const seesMoney = sessionSnapshot()?.user.scopes.includes("returns:write") === true;
  const { data: preview, error: refused } = useQuery({
    queryKey: ["order", returned.orderId, "inspection", returned.returnId, units],
    queryFn: ({ signal }) => previewInspection({ returnId: returned.returnId, units, signal }),
    enabled: seesMoney && open.length === 0,
  });
  const isReady = open.length === 0 && (!seesMoney || preview !== undefined);
  return (
    <Ask
      open
      onClose={onClose}
      title={`What was in ${name.toLowerCase()}?`}
      description={`The customer says: ${conditionName(returned.condition)}. Every unit is accounted for; a missing one is not paid back.`}
    >
      <form
        className="mt-4 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) onMove({ step: "inspect", units });
        }}
      >
        {returned.lines.map(({ line, name: product, quantity }) => (
          <fieldset key={line} className="grid grid-cols-2 gap-2">
            <legend className="mb-1 text-[0.8125rem] font-semibold">
              {quantity} × {product}
            </legend>
            {INSPECTION_OUTCOMES.map((outcome) => (
              <TextField
                key={outcome}
                label={outcomeName(outcome)}
                type="number"
                min={0}
                max={quantity}
                step={1}
                value={found[keyOf(line, outcome)] ?? ""}
                onChange={(event) => setFound({ ...found, [keyOf(line, outcome)]: event.target.value })}
              />
            ))}
          </fieldset>
        ))}
        <p role="status" className={`text-[0.8125rem] ${open.length > 0 ? "text-bad" : "text-ink-2"}`}>
          {open.length > 0
            ? open
                .map(({ line, name: product, quantity }) => stillOpen(product, quantity, sumOf(units, line)))
                .join(" ")
            : moneyWords(seesMoney, preview)}
        </p>
        {(error ?? refused) !== null && <ProblemNote error={error ?? refused} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button look="primary" type="submit" disabled={busy || !isReady}>
            {preview !== undefined && open.length === 0 ? buttonWords(preview) : "Record the inspection"}
          </Button>
        </div>
      </form>
    </Ask>
  );
}

function likelyFindings({ lines, condition }: ReturnAnswer): Found {
  const likely = likelyOutcome(condition);
  return likely === null
    ? {}
    : Object.fromEntries(lines.map(({ line, quantity }) => [keyOf(line, likely), `${quantity}`]));
}

function unitsOf({ lines }: ReturnAnswer, found: Found): InspectedUnits[] {
  return lines
    .flatMap(({ line }) =>
      INSPECTION_OUTCOMES.map((outcome) => ({
        line,
        outcome,
        quantity: Math.trunc(Number(found[keyOf(line, outcome)] ?? "0")),
      })),
    )
    .filter(({ quantity }) => quantity > 0);
}

function sumOf(units: readonly InspectedUnits[], line: number): number {
  return units.filter((one) => one.line === line).reduce((sum, { quantity }) => sum + quantity, 0);
}

function stillOpen(product: string, quantity: number, said: number): string {
  return said < quantity
    ? `Say what ${count(quantity - said)} × ${product} ${quantity - said === 1 ? "is" : "are"}.`
    : `Of ${product} only ${count(quantity)} came back.`;
}

function moneyWords(seesMoney: boolean, preview: InspectionPreview | undefined): string {
  if (!seesMoney) return "The customer gets their money back for every unit that is not missing.";
  if (preview === undefined) return "Working out what the customer gets …";
  const { refund, credit } = preview;
  if (credit.amount > 0) return `${money(credit.amount, credit.currency)} pays for the order in exchange.`;
  return refund.amount > 0
    ? `The customer gets ${money(refund.amount, refund.currency)} back.`
    : "Nothing is paid back to the customer.";
}

function buttonWords({ refund }: InspectionPreview): string {
  return refund.amount > 0 ? `Record, and pay ${money(refund.amount, refund.currency)} back` : "Record the inspection";
}

function keyOf(line: number, outcome: InspectionOutcome): string {
  return `${line} ${outcome}`;
}
