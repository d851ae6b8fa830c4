import type { Sku } from "../ids.ts";
import { type Candidate, choosePlan, type PlannedShipment, type WantedLine } from "./choose-plan.ts";

/**
 * What of the units that wait can be sent now, by the best plan: all lines that can be had whole, and of the others what
 * there is where the SKU may be sent in parts (`partly`), else nothing of them. Each SKU is wanted by one line. Empty
 * where nothing can be sent.
 */
export function serveWaiting(
  wanted: readonly WantedLine[],
  candidates: readonly Candidate[],
  partly: (sku: Sku) => boolean,
): PlannedShipment[] {
  const whole = choosePlan(wanted, candidates);
  if (whole.kind === "plan") return whole.plan.shipments;
  const some = wanted
    .map((line) => {
      const short = whole.shortfall.find(({ sku }) => sku === line.sku)?.short ?? 0;
      return { ...line, quantity: short === 0 ? line.quantity : partly(line.sku) ? line.quantity - short : 0 };
    })
    .filter(({ quantity }) => quantity > 0);
  const part = choosePlan(some, candidates);
  return part.kind === "plan" ? part.plan.shipments : [];
}
