import type { Sku } from "../ids.ts";
import { type Candidate, choosePlan, type PlannedShipment, type WantedLine } from "./choose-plan.ts";

/**
 * What of the units that wait can be sent now, by the best plan: all lines that can be had whole, the earlier ones first,
 * and of the others what is left where the SKU may be sent in parts (`partly`), else nothing of them. Empty where
 * nothing can be sent.
 */
export function serveWaiting(
  wanted: readonly WantedLine[],
  candidates: readonly Candidate[],
  partly: (sku: Sku) => boolean,
): PlannedShipment[] {
  const whole = choosePlan(wanted, candidates);
  if (whole.kind === "plan") return whole.plan.shipments;
  const there = new Map(whole.shortfall.map((entry) => [entry.sku, entry.wanted - entry.short]));
  const some = wanted
    .map((line) => {
      const left = there.get(line.sku) ?? 0;
      const quantity = left >= line.quantity ? line.quantity : partly(line.sku) ? left : 0;
      there.set(line.sku, left - quantity);
      return { ...line, quantity };
    })
    .filter(({ quantity }) => quantity > 0);
  const part = choosePlan(some, candidates);
  return part.kind === "plan" ? part.plan.shipments : [];
}
