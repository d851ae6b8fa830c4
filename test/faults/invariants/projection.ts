import type { OrderBook } from "../order-books.ts";
import type { RawListing, RawState } from "../raw-rows.ts";
import { difference, sameOrder } from "./events.ts";
import { Checklist, type Finding } from "./finding.ts";

/** What lists are read from equals what decides: D1 the ledgers, the stock list the levels. Holds once all has settled. */
export function checkProjection(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const listed = new Map<string, RawListing>();
  for (const listing of state.listings) {
    for (const { id } of listing.orders) {
      list.must(!listed.has(id), () => `${id} is in two databases`);
      listed.set(id, listing);
      list.must(orders.has(id), () => `${id} is in the lists, and no ledger has ever had it`);
    }
  }
  const archived = new Set(state.ledgers.flatMap((ledger) => ledger.archived));
  for (const id of archived) list.must(listed.has(id), () => `${id} has left its ledger, and D1 does not have it`);
  const rows = new Map(state.listings.map((listing) => [listing, rowsOf(listing)]));
  for (const book of orders.values()) {
    const listing = listed.get(book.id);
    list.must(listing !== undefined, () => `${book.id} is not in the lists`);
    const found = listing && rows.get(listing);
    if (found !== undefined) checkListed(list, book, found);
  }
  return list.finding("7", "the lists equal the ledgers");
}

interface ListedRows {
  orders: Map<string, RawListing["orders"][number]>;
  events: Map<string, RawListing["events"]>;
  lines: Map<string, RawListing["lines"]>;
  shipments: Map<string, RawListing["shipments"]>;
  payments: Map<string, RawListing["payments"]>;
  returns: Map<string, RawListing["returns"]>;
}

function rowsOf(listing: RawListing): ListedRows {
  return {
    orders: new Map(listing.orders.map((row) => [row.id, row])),
    events: Map.groupBy(listing.events, ({ orderId }) => orderId),
    lines: Map.groupBy(listing.lines, ({ orderId }) => orderId),
    shipments: Map.groupBy(listing.shipments, ({ orderId }) => orderId),
    payments: Map.groupBy(listing.payments, ({ orderId }) => orderId),
    returns: Map.groupBy(listing.returns, ({ orderId }) => orderId),
  };
}

function checkListed(list: Checklist, { id, order, events, inLedger }: OrderBook, rows: ListedRows): void {
  const row = rows.orders.get(id);
  if (row === undefined) return;
  list.must(
    inLedger === null || (inLedger.projected >= inLedger.revision && inLedger.projectedSequence === order.version),
    () => `${id}: revision ${inLedger?.revision} is not in the lists, ${inLedger?.projected} is`,
  );
  list.must(sameOrder(row.doc, order), () => `${id}: the lists show it differently (${difference(row.doc, order)})`);
  list.must(
    row.version === order.version && row.status === order.state && row.totalAmount === order.totals.total,
    () => `${id}: the columns of the list do not fit its order`,
  );
  list.must(
    JSON.stringify(rows.events.get(id) ?? []) === JSON.stringify(events),
    () => `${id}: the history in the lists is not its history`,
  );
  const lines = new Map(rows.lines.get(id)?.map((line) => [line.number, line]));
  list.must(
    lines.size === order.lines.length &&
      order.lines.every(({ number, sku, quantity, backordered }) => {
        const shown = lines.get(number);
        return shown?.sku === sku && shown.quantity === quantity && shown.backordered === backordered;
      }),
    () => `${id}: its lines are shown differently`,
  );
  const shipments = new Map(rows.shipments.get(id)?.map((shipment) => [shipment.id, shipment]));
  list.must(
    shipments.size === order.shipments.length &&
      order.shipments.every((shipment) => {
        const shown = shipments.get(shipment.id);
        return shown?.state === shipment.state && shown.trackingNumber === (shipment.label?.trackingNumber ?? null);
      }),
    () => `${id}: its shipments are shown differently`,
  );
  const payments = new Map(rows.payments.get(id)?.map((payment) => [payment.number, payment]));
  list.must(
    payments.size === order.payments.length &&
      order.payments.every(({ number, status, authorized, captured, refunded }) => {
        const shown = payments.get(number);
        return (
          shown?.status === status &&
          shown.authorized === authorized &&
          shown.captured === captured &&
          shown.refunded === refunded
        );
      }),
    () => `${id}: its payments are shown differently`,
  );
  const returns = new Map(rows.returns.get(id)?.map((returned) => [returned.id, returned]));
  list.must(
    returns.size === order.returns.length &&
      order.returns.every(({ id: returnId, state, lines: sent, receivedAt, warehouseId, label }) => {
        const shown = returns.get(returnId);
        return (
          shown?.state === state &&
          shown.units === sent.reduce((sum, { quantity }) => sum + quantity, 0) &&
          shown.warehouseId === (receivedAt ?? warehouseId) &&
          shown.trackingNumber === (label?.trackingNumber ?? null)
        );
      }),
    () => `${id}: its returns are shown differently`,
  );
}

/** The copy of the stock that lists are read from has caught up with every level. */
export function checkStockList(state: RawState): Finding {
  const list = new Checklist();
  const shown = new Map(state.ops.stock.map((row) => [`${row.sku}~${row.warehouseId}`, row]));
  for (const { sku, warehouseId, sequence, movements, reservations } of state.levels) {
    const name = `${sku}~${warehouseId}`;
    const row = shown.get(name);
    list.must(
      row !== undefined && row.sequence >= sequence,
      () => `${name} stands at ${sequence}, and its list shows ${row?.sequence ?? "nothing"}`,
    );
    if (row === undefined || row.sequence < sequence) continue;
    const allocated = reservations
      .filter(({ status }) => status === "ALLOCATED")
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const held = reservations
      .filter(({ status, expiresAt }) => status === "HELD" && expiresAt !== null && expiresAt > row.asOf)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const onHand = movements.at(-1)?.balance ?? 0;
    list.must(
      row.onHand === onHand && row.allocated === allocated && row.held === held,
      () =>
        `${name}: the list shows ${row.onHand}/${row.held}/${row.allocated}, and the level has ${onHand}/${held}/${allocated}`,
    );
  }
  return list.finding("1", "the stock list equals the levels");
}
