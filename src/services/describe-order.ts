import type {
  OrderAnswer,
  OrderSummaryAnswer,
  ShortOrderAnswer,
  WarehouseOrderAnswer,
  WarehouseOrderSummary,
} from "../contracts/orders.ts";
import type { OrderSummary } from "../db/orders/queries.ts";
import { backorderLimit } from "../domain/order/backorder-limit.ts";
import { linesCancelled } from "../domain/order/cancel-lines.ts";
import {
  CHANNELS,
  FULFILLMENT_STATES,
  ORDER_STATES,
  PAYMENT_STATES,
  type Order,
  type OrderEdit,
  type Payment,
  type PendingEdit,
  type Shipment,
  type ShipmentState,
} from "../domain/order/order.ts";
import { deliveryStatus, fulfillmentState, paymentState, stage } from "../domain/order/views.ts";
import { audienceOf, type Reader, seesParcelsOf } from "./audience.ts";
import { isBoundToWarehouse } from "./authorize.ts";

type AsMoney = (amount: number) => { amount: number; currency: string };

/** The order as this reader may know it: never with a means of payment, and with nothing internal. */
export function describeOrder(order: Order, reader: Reader): OrderAnswer | WarehouseOrderAnswer {
  return audienceOf(reader) === "floor" ? describeForWarehouse(order, reader) : describeInFull(order);
}

/** The short form's answer: the order, whose `status` says that it was taken. */
export function describeShortOrder(order: Order): ShortOrderAnswer {
  return { ...describeInFull(order), status: "confirmed" };
}

function describeInFull(order: Order): OrderAnswer {
  const { currency, customerId, contact, totals, pendingEdit } = order;
  const money = (amount: number) => ({ amount, currency });
  const content = editedContent(order);
  return {
    ...describeCommon(order),
    customerId,
    contact,
    lines: order.lines.map((line) => ({
      ...describeLine(line),
      unitPrice: money(line.unitPrice),
      net: money(line.net),
      tax: money(line.tax),
    })),
    discounts: order.discounts.map(({ amount, reason }) => ({ amount: money(amount), reason })),
    totals: {
      subtotal: money(totals.subtotal),
      shipping: money(totals.shipping),
      tax: money(totals.tax),
      discount: money(totals.discount),
      total: money(totals.total),
    },
    payments: order.payments.map((payment) => describePayment(payment, money)),
    shipments: order.shipments.map(describeShipment),
    reservations: order.reservations.map(describeReservation),
    pendingEdit:
      pendingEdit && content
        ? {
            ...describePendingEdit(pendingEdit, content.edit),
            payment: pendingEdit.payment,
            shipments: pendingEdit.recall ?? [],
            lines: content.lines.map(pendingLine),
            total: money(content.totals.total),
          }
        : null,
  };
}

/** Where it goes, and what of it this warehouse holds and ships. Each field is named: what is new stays out. */
function describeForWarehouse(order: Order, reader: Reader): WarehouseOrderAnswer {
  const lines = linesSeenBy(order, reader);
  const shipments = order.shipments.filter(({ warehouseId }) => seesParcelsOf(reader, warehouseId));
  const reservations = order.reservations.filter(({ warehouseId }) => seesParcelsOf(reader, warehouseId));
  const { pendingEdit } = order;
  const content = editedContent(order);
  return {
    ...describeCommon(order),
    contact: { name: order.contact.name },
    lines: order.lines.filter(({ number }) => lines.has(number)).map(describeLine),
    shipments: shipments.map(describeShipment),
    reservations: reservations.map(describeReservation),
    pendingEdit:
      pendingEdit && content
        ? {
            ...describePendingEdit(pendingEdit, content.edit),
            shipments: shipments.map(({ id }) => id).filter((id) => pendingEdit.recall?.includes(id)),
            lines: content.lines.filter(({ number }) => lines.has(number)).map(pendingLine),
          }
        : null,
  };
}

/** What every reader of the order is told. */
function describeCommon(order: Order) {
  const { cancelling, ended, exchangeOf } = order;
  return {
    orderId: order.id,
    number: order.number,
    status: order.state,
    orderStatus: order.state,
    deliveryStatus: deliveryStatus(order),
    stage: stage(order),
    paymentState: paymentState(order),
    fulfillmentState: fulfillmentState(order),
    version: order.version,
    channel: order.channel,
    address: { ...order.address },
    location: order.location,
    shippingMethod: order.shippingMethod,
    currency: order.currency,
    backorderedUntil: dateTime(backorderLimit(order)),
    exchangeOf: exchangeOf ? { orderId: exchangeOf.orderId, returnId: exchangeOf.returnId } : null,
    cancelling: cancelling && { reason: cancelling.reason, requestedAt: rfc3339(cancelling.requestedAt) },
    ended: ended && { as: ended.as, reason: ended.reason, at: rfc3339(ended.at) },
    estimatedDelivery: order.estimatedDelivery,
    placedAt: rfc3339(order.placedAt),
    updatedAt: rfc3339(order.updatedAt),
    holdExpiresAt: rfc3339(order.holdExpiresAt),
  };
}

function describeLine({ number, sku, name, quantity, backordered, promise }: Order["lines"][number]) {
  return { number, sku, name, quantity, backordered, promisedDate: promise?.delivery ?? null };
}

function describeReservation({ id, line, sku, warehouseId, quantity, status }: Order["reservations"][number]) {
  return { reservationId: id, line, sku, warehouseId, quantity, status };
}

/** What a pending change makes of the order; null where none is pending, or it changes the contact only. */
function editedContent(order: Order) {
  const pending = order.pendingEdit;
  if (!pending) return null;
  const edit = "edit" in pending ? pending.edit : linesCancelled(order, pending.lines, pending.reason).edit;
  return edit.content ? { edit, lines: edit.content.lines, totals: edit.content.totals } : null;
}

function describePendingEdit(pending: PendingEdit, edit: OrderEdit) {
  return {
    waitsFor: pending.recall ? ("warehouse" as const) : ("payment" as const),
    address: edit.address ? { ...edit.address } : null,
    shippingMethod: edit.shippingMethod ?? null,
  };
}

function pendingLine({ number, sku, quantity }: { number: number; sku: string; quantity: number }) {
  return { line: number, sku, quantity };
}

/** The numbers of the lines that the reader is told of: all, and of a warehouse those that it holds or ships units of. */
export function linesSeenBy(order: Order, reader: Reader): ReadonlySet<number> {
  if (audienceOf(reader) !== "floor" || !isBoundToWarehouse(reader))
    return new Set(order.lines.map(({ number }) => number));
  const own = <Part extends { warehouseId: string }>(parts: readonly Part[]) =>
    parts.filter(({ warehouseId }) => seesParcelsOf(reader, warehouseId));
  return new Set([
    ...own(order.reservations).map(({ line }) => line),
    ...own(order.shipments).flatMap(({ items }) => items.map(({ line }) => line)),
  ]);
}

/** A payment as it is read: never with the token of its means. */
export function describePayment(payment: Payment, money: AsMoney): OrderAnswer["payments"][number] {
  return {
    number: payment.number,
    provider: payment.provider,
    amount: money(payment.amount),
    status: payment.status,
    authorized: money(payment.authorized),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    authorizationExpiresAt:
      (payment.authorizationExpiresAt ?? 0) === 0 ? null : rfc3339(payment.authorizationExpiresAt ?? 0),
    actionUrl: payment.actionUrl,
    failure: payment.failure && { code: payment.failure.code, message: payment.failure.message },
    disputes: (payment.disputes ?? []).map(({ id, amount, reason, dueBy, status }) => ({
      disputeId: id,
      amount: money(amount),
      reason,
      dueBy: dueBy === null ? null : rfc3339(dueBy),
      status,
    })),
  };
}

/** A shipment as it is read. */
function describeShipment(shipment: Shipment): OrderAnswer["shipments"][number] {
  const reachedAt: Partial<Record<ShipmentState, string>> = {};
  for (const [state, at] of Object.entries(shipment.reachedAt) as [ShipmentState, number | undefined][])
    if (at !== undefined) reachedAt[state] = rfc3339(at);
  return {
    shipmentId: shipment.id,
    number: shipment.number,
    warehouseId: shipment.warehouseId,
    state: shipment.state,
    items: shipment.items.map(({ line, sku, quantity, reservationId }) => ({ line, sku, quantity, reservationId })),
    trackingNumber: shipment.label?.trackingNumber ?? null,
    carrier: shipment.label?.carrier ?? null,
    reachedAt,
    problem: shipment.problem,
  };
}

/** A row of a list as this reader may know it. Throws for a state that this code does not know: D1 holds what the ledger wrote. */
export function describeSummary(row: OrderSummary, reader: Reader): OrderSummaryAnswer | WarehouseOrderSummary {
  const status = stateNamed(row.status);
  const common = {
    orderId: row.orderId,
    number: row.number,
    status,
    orderStatus: status,
    deliveryStatus: deliveryStatus({ state: status }),
    paymentState: oneOf(PAYMENT_STATES, row.paymentState),
    fulfillmentState: oneOf(FULFILLMENT_STATES, row.fulfillmentState),
    version: row.version,
    channel: oneOf(CHANNELS, row.channel),
    name: row.customerName,
    units: row.units,
    country: row.country,
    destination: row.destination,
    warehouses: row.warehouses,
    placedAt: rfc3339(row.placedAt),
    updatedAt: rfc3339(row.updatedAt),
  };
  if (audienceOf(reader) === "floor") return common;
  return { ...common, customerId: row.customerId, total: { amount: row.total, currency: row.currency } };
}

/** The state that D1 names. Throws for one that this code does not know. */
export function stateNamed(text: string): Order["state"] {
  return oneOf(ORDER_STATES, text);
}

function oneOf<Choice extends string>(choices: readonly Choice[], text: string): Choice {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new Error(`unknown value in the order projection: ${text}`);
  return found;
}

function dateTime(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
