import type { LiveOrder } from "../../../src/contracts/live.ts";
import type { OrderSummaryAnswer, WarehouseOrderSummary } from "../../../src/contracts/orders.ts";

/** An order as a row on a screen, whether it came by list or live. Times in epoch ms, total in minor units. */
export interface OrderRow extends LiveOrder {
  /** The customer's; null where the order has only been heard of live. */
  name: string | null;
}

export function rowOfSummary(summary: OrderSummaryAnswer | WarehouseOrderSummary): OrderRow {
  return {
    orderId: summary.orderId,
    number: summary.number,
    version: summary.version,
    state: summary.status,
    paymentState: summary.paymentState,
    fulfillmentState: summary.fulfillmentState,
    channel: summary.channel,
    total: "total" in summary ? summary.total.amount : null,
    currency: "total" in summary ? summary.total.currency : null,
    units: summary.units,
    destination: summary.destination,
    warehouses: summary.warehouses,
    country: summary.country,
    placedAt: Date.parse(summary.placedAt),
    updatedAt: Date.parse(summary.updatedAt),
    name: summary.name,
  };
}

/** The newer of two copies of one order; a live copy does not know the customer's name and keeps the one known. */
export function newerRow(known: OrderRow | undefined, heard: LiveOrder & { name?: string | null }): OrderRow {
  if (known !== undefined && known.version >= heard.version) return known;
  return { ...heard, name: heard.name ?? known?.name ?? null };
}
