import { newOrderId, placedOrder, PLACED_AT, MINUTE } from "../support/order-books.ts";
import {
  type OrderId,
  reservationId,
  type ReservationId,
  type ShipmentId,
  type Sku,
  type WarehouseId,
} from "../../src/domain/ids.ts";
import { effectId } from "../../src/domain/order/effects.ts";
import { laneOf } from "../../src/domain/order/effects.ts";
import type { OrderEvent, RecordedEvent } from "../../src/domain/order/events.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import { HOLD_MS, type Order } from "../../src/domain/order/order.ts";
import { react } from "../../src/domain/order/saga.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import type { Acknowledgement, WrongAnswer } from "../faults/journal.ts";
import type { RawEffect, RawLevel, RawListing, RawReservation, RawState } from "../faults/raw-rows.ts";

/** What stood on disk, and what had been answered before. */
export interface FaultsWorld {
  state: RawState;
  journal: { acknowledged: Acknowledgement[]; wrong: WrongAnswer[] };
  /** Shipped; in its ledger. */
  shipped: OrderId;
  /** Cancelled after the stock was allocated; gone from its ledger. */
  cancelled: OrderId;
  /** Its customer has yet to pass 3-D Secure; in its ledger. */
  asking: OrderId;
}

interface Story {
  order: Order;
  events: RecordedEvent[];
  effects: RawEffect[];
}

const WAREHOUSE = "berlin" as WarehouseId;
const READ_AT = PLACED_AT + 10 * MINUTE;

/** Three orders as a system leaves them that has come to rest: every checker has something to look at, and no complaint. */
export function healthyWorld(): FaultsWorld {
  const shipped = story((id, held) => {
    const shipmentId = `${id.replace("ord_", "shp_")}-1` as ShipmentId;
    return [
      { type: "PaymentStarted", payment: 1, intentId: "pi_shipped" },
      {
        type: "PaymentAuthorized",
        payment: 1,
        intentId: "pi_shipped",
        amount: 2000,
        expiresAt: PLACED_AT + 7 * 86_400_000,
      },
      { type: "StockAllocated", reservations: [held] },
      { type: "FulfillmentAccepted", shipmentId, reference: "r", picksAtOnce: false },
      { type: "PickStarted", shipmentId },
      { type: "ShipmentPacked", shipmentId },
      { type: "LabelCreated", shipmentId, carrier: "fedex", service: "GROUND", trackingNumber: "793" },
      { type: "LabelDiscarded", shipmentId, trackingNumber: "793" },
      { type: "LabelCreated", shipmentId, carrier: "fedex", service: "GROUND", trackingNumber: "794" },
      { type: "ShipmentShipped", shipmentId, trackingNumber: "794" },
      { type: "PaymentCaptured", payment: 1, amount: 2000 },
    ];
  });
  const cancelled = story((id, held) => [
    { type: "PaymentStarted", payment: 1, intentId: "pi_cancelled" },
    {
      type: "PaymentAuthorized",
      payment: 1,
      intentId: "pi_cancelled",
      amount: 2000,
      expiresAt: PLACED_AT + 7 * 86_400_000,
    },
    { type: "StockAllocated", reservations: [held] },
    { type: "CancelRequested", reason: "mistake" },
    { type: "FulfillmentCancelled", shipmentId: `${id.replace("ord_", "shp_")}-1` as ShipmentId },
    { type: "OrderCancelled", reason: "mistake" },
    { type: "PaymentVoided", payment: 1 },
  ]);
  const asking = story(() => [
    { type: "PaymentActionRequired", payment: 1, intentId: "pi_asking", actionUrl: "https://bank.example" },
  ]);
  const stories = [shipped, cancelled, asking];
  const timerAt = nextTimer(asking.order)?.at ?? null;
  const inLedger = [shipped, asking];
  const state: RawState = {
    readAt: READ_AT,
    levels: stories.map((one) => levelOf(one)),
    ledgers: [
      {
        name: "ledger-0",
        alarmAt: READ_AT + 1_000,
        archived: [cancelled.order.id],
        orders: inLedger.map(({ order }) => ({
          order,
          version: order.version,
          revision: order.version,
          projected: order.version,
          projectedSequence: order.version,
          timerAt: order.id === asking.order.id ? timerAt : null,
        })),
        events: inLedger.flatMap(({ events }) => events),
        effects: inLedger.flatMap(({ effects }) => effects),
      },
    ],
    listings: [listingOf(stories, cancelled)],
    ops: {
      registrations: stories.map(({ order }) => ({ sku: skuOf(order), warehouseId: WAREHOUSE, opening: 10 })),
      stock: [],
      deviations: [],
      notifications: [],
    },
    books: {
      intents: [
        {
          id: "pi_shipped",
          orderId: shipped.order.id,
          status: "succeeded",
          amount: 2000,
          capturable: 0,
          received: 2000,
          refunded: 0,
        },
        {
          id: "pi_cancelled",
          orderId: cancelled.order.id,
          status: "canceled",
          amount: 2000,
          capturable: 0,
          received: 0,
          refunded: 0,
        },
        {
          id: "pi_asking",
          orderId: asking.order.id,
          status: "requires_action",
          amount: 2000,
          capturable: 0,
          received: 0,
          refunded: 0,
        },
      ],
      movements: [
        { intentId: "pi_shipped", kind: "authorize", amount: 2000, key: "a" },
        { intentId: "pi_shipped", kind: "capture", amount: 2000, key: "b" },
      ],
      mails: stories.flatMap(({ effects }) =>
        effects.filter(({ effect }) => effect.kind === "Notify").map(({ id }) => ({ id: `mail ${id}`, reference: id })),
      ),
      texts: [],
      parcels: [
        { trackingNumber: "794", reference: shipped.order.shipments[0]?.id ?? "", cancelledAt: null },
        { trackingNumber: "793", reference: shipped.order.shipments[0]?.id ?? "", cancelledAt: PLACED_AT },
      ],
      undelivered: 0,
    },
  };
  state.ops.stock = state.levels.map(({ sku, warehouseId, sequence, movements, reservations }) => ({
    sku,
    warehouseId,
    onHand: movements.at(-1)?.balance ?? 0,
    held: reservations.filter(({ status }) => status === "HELD").reduce((sum, { quantity }) => sum + quantity, 0),
    allocated: 0,
    sequence,
    asOf: READ_AT,
  }));
  return {
    state,
    journal: { acknowledged: acknowledgements(stories, shipped, cancelled), wrong: [] },
    shipped: shipped.order.id,
    cancelled: cancelled.order.id,
    asking: asking.order.id,
  };
}

/** An order that went through these events after it was placed, two units held for it. */
function story(then: (id: OrderId, held: ReservationId) => OrderEvent[]): Story {
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

function skuOf(order: Order): Sku {
  const [line] = order.lines;
  if (line === undefined) throw new Error("an order has lines");
  return line.sku;
}

function levelOf({ order, events }: Story): RawLevel {
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

function callersHold(sku: Sku, attempt: string): ReservationId {
  return reservationId({ owner: "hold-key_storefront", line: 1, attempt, round: 1, sku, warehouseId: WAREHOUSE });
}

function listingOf(stories: readonly Story[], archived: Story): RawListing {
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
  };
}

function acknowledgements(stories: readonly Story[], shipped: Story, cancelled: Story): Acknowledgement[] {
  const sku = skuOf(shipped.order);
  const place = { sku, warehouseId: WAREHOUSE };
  return [
    ...stories.map(({ order }): Acknowledgement => ({
      kind: "order_placed",
      key: `key ${order.id}`,
      orderId: order.id,
      version: 1,
      total: order.totals.total,
      lines: order.lines.map((line) => ({ sku: line.sku, quantity: line.quantity })),
      reservations: order.reservations.map(({ id }) => id),
    })),
    { kind: "order_fulfilled", orderId: shipped.order.id, warehouseId: WAREHOUSE },
    { kind: "order_cancelled", orderId: cancelled.order.id, version: cancelled.order.version },
    { kind: "stock_moved", command: "receipt", ref: `receipt ${sku}`, ...place, delta: 5 },
    { kind: "stock_counted", ref: `count ${sku}`, ...place, drift: -1 },
    { kind: "stock_reserved", reservationId: callersHold(sku, "kept"), ...place, quantity: 1 },
    { kind: "reservation_released", reservationId: callersHold(sku, "given") },
  ];
}

/** An order id that is in none of the rows. */
export function unknownOrder(): OrderId {
  return newOrderId();
}
