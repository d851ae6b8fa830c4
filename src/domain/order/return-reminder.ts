import type { OrderEvent } from "./events.ts";
import type { Order } from "./order.ts";
import type { Return } from "./return.ts";
import { returnPolicyOf } from "./return-policy.ts";

const DAY_MS = 24 * 3_600_000;

/** When the customer is reminded next of a parcel that was to come back; null while there is none. Epoch milliseconds. */
export function reminderDueAt(order: Pick<Order, "returns" | "channel">): number | null {
  return order.returns.reduce<number | null>((first, returned) => {
    const at = dueAt(order, returned);
    return at !== null && (first === null || at < first) ? at : first;
  }, null);
}

/** Reminds of every return that it is time for, each once. */
export function reminded(order: Order, now: number): OrderEvent[] {
  return order.returns
    .filter((returned) => now >= (dueAt(order, returned) ?? Number.POSITIVE_INFINITY))
    .map(({ id }) => ({ type: "ReturnReminded", returnId: id }));
}

/** Without a label there is nothing to send it back with, and a person knows of that. */
function dueAt({ channel }: Pick<Order, "channel">, { state, label, reachedAt, remindedAt }: Return): number | null {
  if (state !== "APPROVED" || label === null || remindedAt !== undefined || reachedAt.APPROVED === undefined)
    return null;
  return reachedAt.APPROVED + returnPolicyOf(channel).reminderDays * DAY_MS;
}
