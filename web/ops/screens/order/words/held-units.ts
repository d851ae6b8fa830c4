import type { HistoryEntry } from "../../../../../src/contracts/orders.ts";
import type { OrderContent } from "../../../../../src/domain/order/order.ts";
import type { MadeEdit } from "../../../../../src/domain/order/edit-parts.ts";
import type { PlacedOrder } from "../../../../../src/domain/order/events.ts";
import type { NamedUnits } from "./order-words.ts";

export type HeldUnits = ReadonlyMap<string, NamedUnits & { warehouseId: string }>;

/** What of an event tells of reservations, whichever event it is. */
interface Telling {
  order?: Pick<PlacedOrder, "reservations">;
  edit?: { content?: Pick<OrderContent, "reservations"> };
  reservations?: (string | OrderContent["reservations"][number])[];
  takenOut?: MadeEdit["takenOut"];
}

/**
 * What each reservation held right after this event, where `before` is what they held before it: an edit takes units
 * out of them, and the order itself knows only what is left of them.
 */
export function heldAfter(before: HeldUnits, { data }: Pick<HistoryEntry, "data">): HeldUnits {
  const { order, edit, reservations = [], takenOut } = data as Telling;
  const made = [
    ...(order?.reservations ?? []),
    ...(edit?.content?.reservations ?? []),
    ...reservations.filter((one) => typeof one !== "string"),
  ];
  const less = takenOut?.reservations ?? [];
  if (made.length === 0 && less.length === 0) return before;
  const after = new Map(before);
  for (const one of made) if (!after.has(one.id)) after.set(one.id, one);
  for (const { id, quantity } of less) {
    const held = after.get(id);
    if (held !== undefined) after.set(id, { ...held, quantity: held.quantity - quantity });
  }
  return after;
}
