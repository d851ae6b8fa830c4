import type { RecordedEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { Order } from "./order.ts";

/**
 * The order as it was at this version, from its events in their order. Throws where they do not reach that far.
 */
export function orderAt(events: readonly RecordedEvent[], version: number): Order {
  let order: Order | null = null;
  for (const recorded of events) if (recorded.sequence <= version) order = evolve(order, recorded);
  if (order?.version !== version) throw new Error(`the events end at ${order?.version ?? 0}, before ${version}`);
  return order;
}
