import type { OrderJson } from "../../src/contracts/ledger-rpc.ts";
import type { ChangedParts } from "../../src/db/orders/projection.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";

/** What a commit made of an order, kept so that showing it to others needs no second look into storage. */
export interface OrderChange {
  order: Order;
  doc: OrderJson;
  revision: number;
  events: readonly RecordedEvent[];
  parts: ChangedParts;
}

/** Which orders have changed, and how; null where only storage can tell. */
export class OrderChanges {
  #changes: Map<OrderId, OrderChange | null>;

  constructor(changes: Iterable<[OrderId, OrderChange | null]> = []) {
    this.#changes = new Map(changes);
  }

  get size(): number {
    return this.#changes.size;
  }

  copy(): OrderChanges {
    return new OrderChanges(this.#changes);
  }

  [Symbol.iterator](): IterableIterator<[OrderId, OrderChange | null]> {
    return this.#changes.entries();
  }

  ids(): IterableIterator<OrderId> {
    return this.#changes.keys();
  }

  /** The change comes after those that are known of the order. */
  add(id: OrderId, change: OrderChange): void {
    const earlier = this.#changes.get(id);
    if (earlier === null) return;
    this.#changes.set(id, earlier === undefined ? change : merge(earlier, change));
  }

  /** The order has changed in a way that is to be read from storage, with all that was known of it. */
  addUnread(id: OrderId): void {
    this.#changes.set(id, null);
  }

  delete(id: OrderId): void {
    this.#changes.delete(id);
  }
}

/** Parts of an order are never changed in place: a part that is still the same object is as it was. */
export function changedParts(before: Order | null, after: Order): ChangedParts {
  return {
    lines: before?.lines !== after.lines,
    shipments: before?.shipments !== after.shipments,
    payments: before?.payments !== after.payments,
    // A new order has none, and an empty list is nothing to write.
    returns: before !== null && before.returns !== after.returns,
  };
}

function merge(earlier: OrderChange, later: OrderChange): OrderChange {
  return {
    ...later,
    events: [...earlier.events, ...later.events],
    parts: {
      lines: earlier.parts.lines || later.parts.lines,
      shipments: earlier.parts.shipments || later.parts.shipments,
      payments: earlier.parts.payments || later.parts.payments,
      returns: earlier.parts.returns || later.parts.returns,
    },
  };
}
