import type { Product, ShippingMethod, StockPolicy } from "./catalog.ts";
import { daysLater, type DispatchCalendar, estimateDelivery, startOfDay } from "./delivery.ts";

/** What is promised of units that wait for stock. */
export interface StockPromise {
  /** The day by which they should arrive, YYYY-MM-DD. */
  delivery: string;
  /** Epoch milliseconds from which the limit of their waiting counts, where that is later than their order. */
  countsFrom?: number;
}

/** What becomes of orders for more of the product than there is; where nobody has said more than yes or no, that. */
export function policyOf({ stockPolicy, backorder }: Pick<Product, "stockPolicy" | "backorder">): StockPolicy {
  return stockPolicy ?? (backorder ? { kind: "backorder", leadDays: null, partly: false } : { kind: "refuse" });
}

/** Whether units may wait for stock that is not there. */
export function mayWait(product: Pick<Product, "stockPolicy" | "backorder"> | undefined): boolean {
  return product !== undefined && policyOf(product).kind !== "refuse";
}

/** Whether units of one line that have come are sent while the rest still waits. */
export function isServedPartly(product: Pick<Product, "stockPolicy" | "backorder"> | undefined): boolean {
  const policy = product && policyOf(product);
  return policy !== undefined && policy.kind !== "refuse" && policy.partly;
}

/**
 * What is promised at `now` (epoch milliseconds) of units that wait for stock at this warehouse; null where nobody knows
 * when more comes, or the units may not wait.
 */
export function promiseFor(
  product: Pick<Product, "stockPolicy" | "backorder"> | undefined,
  from: { warehouse: DispatchCalendar; distanceKm: number },
  method: Pick<ShippingMethod, "transitDays">,
  now: number,
): StockPromise | null {
  const policy: StockPolicy = product ? policyOf(product) : { kind: "refuse" };
  switch (policy.kind) {
    case "refuse":
      return null;
    case "backorder": {
      if (policy.leadDays === null) return null;
      const arrives = daysLater(from.warehouse.timeZone, now, policy.leadDays);
      return { delivery: estimateDelivery({ ...from, method, placedAt: arrives }) };
    }
    case "preorder": {
      const countsFrom = startOfDay(from.warehouse.timeZone, policy.availableFrom);
      return { delivery: estimateDelivery({ ...from, method, placedAt: Math.max(now, countsFrom) }), countsFrom };
    }
  }
}

/**
 * What is promised instead, because it can't be kept any more: its day has passed, or another day of availability is
 * known; null where the promise stands. `today` is the day at the warehouse that it is promised from.
 */
export function movedPromise(
  before: StockPromise | undefined,
  next: StockPromise | null,
  today: string,
): StockPromise | null {
  if (next === null) return null;
  const stands = before !== undefined && before.delivery >= today && before.countsFrom === next.countsFrom;
  return stands || next.delivery === before?.delivery ? null : next;
}

/** The day by which all of it should be there: the last of these; null where one of them is not known. */
export function lastDay(days: readonly (string | null | undefined)[]): string | null {
  return days.reduce<string | null>((last, day, index) => {
    if (day === null || day === undefined || (index > 0 && last === null)) return null;
    return last === null || day > last ? day : last;
  }, null);
}
