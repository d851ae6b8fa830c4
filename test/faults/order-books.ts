import type { OrderId } from "../../src/domain/ids.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";
import type { RawEffect, RawLedgerOrder, RawState } from "./raw-rows.ts";

/** Everything that is on disk about one order, wherever it lies. */
export interface OrderBook {
  id: OrderId;
  /** The row: the ledger's while the order lives there, else D1's. */
  order: Order;
  events: RecordedEvent[];
  effects: RawEffect[];
  /** Null once the order has left its ledger. */
  inLedger: RawLedgerOrder | null;
  ledger: string;
}

/** Puts together what the files say of each order. Orders that only D1 knows are left out: `projection` complains of them. */
export function collectOrders(state: RawState): Map<OrderId, OrderBook> {
  const books = new Map<OrderId, OrderBook>();
  for (const ledger of state.ledgers) {
    const events = Map.groupBy(ledger.events, ({ orderId }) => orderId);
    const effects = Map.groupBy(ledger.effects, ({ orderId }) => orderId);
    for (const inLedger of ledger.orders) {
      const { id } = inLedger.order;
      books.set(id, {
        id,
        order: inLedger.order,
        events: events.get(id) ?? [],
        effects: effects.get(id) ?? [],
        inLedger,
        ledger: ledger.name,
      });
    }
  }
  const archived = new Map(state.ledgers.flatMap((ledger) => ledger.archived.map((id) => [id, ledger.name] as const)));
  for (const listing of state.listings) {
    const events = Map.groupBy(listing.events, ({ orderId }) => orderId);
    for (const { id, doc, effects } of listing.orders) {
      const ledger = archived.get(id);
      if (ledger === undefined || books.has(id)) continue;
      books.set(id, { id, order: doc, events: events.get(id) ?? [], effects: effects ?? [], inLedger: null, ledger });
    }
  }
  return books;
}

/** Whether an effect has not come to an end yet. */
export function isOpen(effect: RawEffect): boolean {
  return effect.settledAt === null;
}
