import type { EffectView } from "../contracts/ledger-rpc.ts";
import type {
  HistoryEntry,
  OrderAnswer,
  OrderSummaryAnswer,
  SagaEntry,
  ShortOrderAnswer,
} from "../contracts/orders.ts";
import type { Principal, Role } from "../contracts/principal.ts";
import type { OrderSummary } from "../db/orders/queries.ts";
import { backorderLimit } from "../domain/order/backorder-limit.ts";
import { linesCancelled } from "../domain/order/cancel-lines.ts";
import type { Actor, RecordedEvent } from "../domain/order/events.ts";
import { evolve } from "../domain/order/evolve.ts";
import {
  CHANNELS,
  FULFILLMENT_STATES,
  ORDER_STATES,
  PAYMENT_STATES,
  type Order,
  type Payment,
  type Shipment,
  type ShipmentState,
} from "../domain/order/order.ts";
import { changesBetween } from "./describe-changes.ts";
import { deliveryStatus, fulfillmentState, paymentState, stage } from "../domain/order/views.ts";

/** Everything of an order that may be read by whoever may read it: no means of payment, and nothing internal. */
export function describeOrder(order: Order): OrderAnswer {
  const { currency, totals } = order;
  const money = (amount: number) => ({ amount, currency });
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
    customerId: order.customerId,
    contact: order.contact,
    address: { ...order.address },
    location: order.location,
    shippingMethod: order.shippingMethod,
    currency,
    lines: order.lines.map(({ number, sku, name, quantity, unitPrice, net, tax, backordered, promise }) => ({
      number,
      sku,
      name,
      quantity,
      unitPrice: money(unitPrice),
      net: money(net),
      tax: money(tax),
      backordered,
      promisedDate: promise?.delivery ?? null,
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
    reservations: order.reservations.map(({ id, line, sku, warehouseId, quantity, status }) => ({
      reservationId: id,
      line,
      sku,
      warehouseId,
      quantity,
      status,
    })),
    pendingEdit: describePendingEdit(order, money),
    backorderedUntil: dateTime(backorderLimit(order)),
    exchangeOf: order.exchangeOf ? { orderId: order.exchangeOf.orderId, returnId: order.exchangeOf.returnId } : null,
    cancelling: order.cancelling && {
      reason: order.cancelling.reason,
      requestedAt: rfc3339(order.cancelling.requestedAt),
    },
    ended: order.ended && { as: order.ended.as, reason: order.ended.reason, at: rfc3339(order.ended.at) },
    estimatedDelivery: order.estimatedDelivery,
    placedAt: rfc3339(order.placedAt),
    updatedAt: rfc3339(order.updatedAt),
    holdExpiresAt: rfc3339(order.holdExpiresAt),
  };
}

function describePendingEdit(
  order: Order,
  money: (amount: number) => { amount: number; currency: string },
): OrderAnswer["pendingEdit"] {
  const pending = order.pendingEdit;
  if (!pending) return null;
  const edit = "edit" in pending ? pending.edit : linesCancelled(order, pending.lines, pending.reason).edit;
  if (!edit.content) return null;
  return {
    payment: pending.payment,
    waitsFor: pending.recall ? "warehouse" : "payment",
    shipments: pending.recall ?? [],
    lines: edit.content.lines.map(({ number, sku, quantity }) => ({ line: number, sku, quantity })),
    total: money(edit.content.totals.total),
    address: edit.address ? { ...edit.address } : null,
    shippingMethod: edit.shippingMethod ?? null,
  };
}

/** The short form's answer: the order, whose `status` says that it was taken. */
export function describeShortOrder(order: Order): ShortOrderAnswer {
  return { ...describeOrder(order), status: "confirmed" };
}

/** A payment as it is read: never with the token of its means. */
export function describePayment(
  payment: Payment,
  money: (amount: number) => { amount: number; currency: string },
): OrderAnswer["payments"][number] {
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
export function describeShipment(shipment: Shipment): OrderAnswer["shipments"][number] {
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

/** A row of a list. Throws for a state that this code does not know: D1 holds what the ledger wrote. */
export function describeSummary(row: OrderSummary): OrderSummaryAnswer {
  const status = stateNamed(row.status);
  return {
    orderId: row.orderId,
    number: row.number,
    status,
    orderStatus: status,
    deliveryStatus: deliveryStatus({ state: status }),
    paymentState: oneOf(PAYMENT_STATES, row.paymentState),
    fulfillmentState: oneOf(FULFILLMENT_STATES, row.fulfillmentState),
    version: row.version,
    channel: oneOf(CHANNELS, row.channel),
    customerId: row.customerId,
    name: row.customerName,
    total: { amount: row.total, currency: row.currency },
    units: row.units,
    country: row.country,
    destination: row.destination,
    warehouses: row.warehouses,
    placedAt: rfc3339(row.placedAt),
    updatedAt: rfc3339(row.updatedAt),
  };
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

/** The events with the order before and after each, oldest first. Tokens of means of payment are left out. */
export function describeHistory(events: readonly RecordedEvent[]): HistoryEntry[] {
  let order: Order | null = null;
  return events.map((recorded) => {
    const previous: Order | null = order;
    const current = evolve(order, recorded);
    order = current;
    const { type, ...data } = recorded.event;
    return {
      sequence: recorded.sequence,
      at: rfc3339(recorded.at),
      actor: describeActor(recorded.actor),
      type,
      data: withoutMeansOfPayment(data),
      before: previous === null ? null : previous.state,
      after: current.state,
      changes: previous === null ? [] : changesBetween(previous, current),
    };
  });
}

/** Who it was, as histories name them. */
export function describeActor(actor: Actor): HistoryEntry["actor"] {
  return actor.kind === "system"
    ? { kind: "system", id: actor.id, name: "Holdfast", role: "system" }
    : { kind: actor.kind, id: actor.id, name: actor.name, role: actor.role };
}

/** The entries for this reader: customers learn that staff did something, and not who of them. */
export function namedFor<Entry extends Pick<HistoryEntry, "actor">>(
  { role }: Pick<Principal, "role">,
  entries: readonly Entry[],
): Entry[] {
  return entries.map((entry) =>
    role === "customer" && STAFF.has(entry.actor.role)
      ? { ...entry, actor: { ...entry.actor, id: "staff", name: "Holdfast" } }
      : entry,
  );
}

const STAFF: ReadonlySet<string> = new Set<Role>(["csr", "warehouse", "manager", "admin"]);

/** Fields that hold a provider's token of a means of payment, in events and effects. */
const MEANS_OF_PAYMENT = new Set(["method", "paymentMethod"]);

function withoutMeansOfPayment(data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([name]) => !MEANS_OF_PAYMENT.has(name))
      .map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "object" && value !== null && !Array.isArray(value) ? withoutMeansOfPayment(value) : value,
      ]),
  );
}

/** The effects as the saga timeline shows them. */
export function describeSaga(effects: readonly EffectView[]): SagaEntry[] {
  return effects.map(
    ({ id, kind, lane, status, effect, attempt, generation, createdAt, dueAt, settledAt, attempts }) => ({
      id,
      kind,
      lane,
      status,
      effect: withoutMeansOfPayment(effect),
      attempt,
      generation,
      createdAt: rfc3339(createdAt),
      dueAt: dueAt === null ? null : rfc3339(dueAt),
      settledAt: settledAt === null ? null : rfc3339(settledAt),
      attempts: attempts.map((made) => ({
        attempt: made.attempt,
        at: rfc3339(made.at),
        outcome: made.outcome,
        detail: made.detail,
      })),
    }),
  );
}

function dateTime(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
