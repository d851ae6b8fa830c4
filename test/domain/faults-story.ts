import { MINUTE, PLACED_AT, placedOrder } from "../support/order-books.ts";
import { type OrderId, reservationId, type ReservationId, type Sku, type WarehouseId } from "../../src/domain/ids.ts";
import { effectId, laneOf } from "../../src/domain/order/effects.ts";
import type { OrderEvent, RecordedEvent } from "../../src/domain/order/events.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import { HOLD_MS, type Order } from "../../src/domain/order/order.ts";
import { react } from "../../src/domain/order/saga.ts";
import type { RawEffect, RawLevel, RawListing, RawReservation } from "../faults/raw-rows.ts";

/** An order, how it came to be, and what that called for. */
export interface Story {
  order: Order;
  events: RecordedEvent[];
  effects: RawEffect[];
}

/** Where everything is. */
export const WAREHOUSE = "berlin" as WarehouseId;
/** When the files are read. */
export const READ_AT = PLACED_AT + 10 * MINUTE;

/** An order that went through these events after it was placed, two units held for it. */
export function story(then: (id: OrderId, held: ReservationId) => OrderEvent[]): Story {
  const order = placedOrder();
  const [held] = order.reservations;
  if (held === undefined) throw new Error("the order holds nothing");
  const told: OrderEvent[] = [{ type: "OrderPlaced", order }, ...then(order.id, held.id)];
  const events: RecordedEvent[] = [];
  const effects: RawEffect[] = [];
  let now: Order | null = null;
  for (const [index, event] of told.entries()) {
    const recorded: RecordedEvent = {
      orderId: order.id,
      sequence: index + 1,
      at: PLACED_AT + index * 1_000,
      actor: { kind: "system", id: "saga" },
      event,
    };
    events.push(recorded);
    now = evolve(now, recorded);
    const seen = new Map<string, number>();
    for (const effect of react(now, event)) {
      const n = seen.get(effect.kind) ?? 0;
      seen.set(effect.kind, n + 1);
      const waits = effect.kind === "TrackParcel" || effect.kind === "AwaitPayment";
      effects.push({
        id: effectId(order.id, recorded.sequence, effect, n),
        orderId: order.id,
        lane: laneOf(effect),
        status: waits ? "due" : "done",
        attempt: 1,
        dueAt: waits ? READ_AT + MINUTE : null,
        settledAt: waits ? null : recorded.at + 500,
        effect,
        attempts: waits ? [] : [{ attempt: 1, at: recorded.at + 500, outcome: "done", detail: "" }],
      });
    }
  }
  if (now === null) throw new Error("a story has events");
  return { order: now, events, effects };
}

/** What it sells. */
export function skuOf(order: Order): Sku {
  const [line] = order.lines;
  if (line === undefined) throw new Error("an order has lines");
  return line.sku;
}

/** The level that it was sold from, as its events have left it; two holds of callers beside it. */
export function levelOf({ order, events }: Story): RawLevel {
  const [reservation] = order.reservations;
  if (reservation === undefined) throw new Error("the order holds nothing");
  const { id, sku, warehouseId, quantity, status } = reservation;
  const [shipment] = order.shipments;
  const shippedAt = shipment?.reachedAt.SHIPPED;
  const row: RawReservation = {
    id,
    quantity: status === "HELD" ? quantity : 0,
    asked: quantity,
    status,
    expiresAt: status === "HELD" ? PLACED_AT + HOLD_MS : null,
    claimedBy: null,
    createdAt: PLACED_AT,
    changedAt: events.at(-1)?.at ?? PLACED_AT,
  };
  const movements: RawLevel["movements"] = [
    { sequence: 1, kind: "opening", delta: 10, balance: 10, ref: "opening", reason: "", recordedAt: PLACED_AT },
    {
      sequence: 2,
      kind: "receipt",
      delta: 5,
      balance: 15,
      ref: `receipt ${sku}`,
      reason: "",
      recordedAt: PLACED_AT + 100,
    },
    {
      sequence: 3,
      kind: "drift",
      delta: -1,
      balance: 14,
      ref: `count ${sku}`,
      reason: "counted 14",
      recordedAt: PLACED_AT + 200,
    },
  ];
  if (shippedAt !== undefined && shipment !== undefined)
    movements.push({
      sequence: 4,
      kind: "shipment",
      delta: -quantity,
      balance: 14 - quantity,
      ref: `${shipment.id}:${id}`,
      reason: id,
      recordedAt: row.changedAt,
    });
  for (const { id: returnId, inspected } of order.returns)
    for (const units of inspected)
      movements.push({
        sequence: movements.length + 1,
        kind: "receipt",
        delta: units.quantity,
        balance: (movements.at(-1)?.balance ?? 0) + units.quantity,
        ref: `${returnId}:${units.line}`,
        reason: "",
        recordedAt: row.changedAt,
      });
  const free: RawReservation = {
    ...row,
    id: callersHold(sku, "kept"),
    status: "HELD",
    quantity: 1,
    asked: 1,
    expiresAt: PLACED_AT + HOLD_MS,
    createdAt: PLACED_AT,
    changedAt: PLACED_AT,
  };
  const given: RawReservation = {
    ...free,
    id: callersHold(sku, "given"),
    status: "RELEASED",
    quantity: 0,
    changedAt: PLACED_AT + 50,
  };
  return { sku, warehouseId, safetyStock: 0, sequence: 7, alarmAt: null, reservations: [row, free, given], movements };
}

/** A hold that is no order's. */
export function callersHold(sku: Sku, attempt: string): ReservationId {
  return reservationId({ owner: "hold-key_storefront", line: 1, attempt, round: 1, sku, warehouseId: WAREHOUSE });
}

/** The database that lists these orders. */
export function listingOf(stories: readonly Story[], archived: Story): RawListing {
  return {
    database: "orders",
    orders: stories.map(({ order, effects }) => ({
      id: order.id,
      version: order.version,
      status: order.state,
      totalAmount: order.totals.total,
      doc: order,
      effects: order.id === archived.order.id ? effects : null,
    })),
    events: stories.flatMap(({ events }) => events),
    lines: stories.flatMap(({ order }) =>
      order.lines.map(({ number, sku, quantity, backordered }) => ({
        orderId: order.id,
        number,
        sku,
        quantity,
        backordered,
      })),
    ),
    shipments: stories.flatMap(({ order }) =>
      order.shipments.map(({ id, state, label }) => ({
        id,
        orderId: order.id,
        state,
        trackingNumber: label?.trackingNumber ?? null,
      })),
    ),
    payments: stories.flatMap(({ order }) =>
      order.payments.map(({ number, status, authorized, captured, refunded }) => ({
        orderId: order.id,
        number,
        status,
        authorized,
        captured,
        refunded,
      })),
    ),
    returns: stories.flatMap(({ order }) =>
      order.returns.map(({ id, state, lines, warehouseId, receivedAt, label }) => ({
        id,
        orderId: order.id,
        state,
        units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
        warehouseId: receivedAt ?? warehouseId,
        trackingNumber: label?.trackingNumber ?? null,
      })),
    ),
  };
}
