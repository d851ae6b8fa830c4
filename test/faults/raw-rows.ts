import type { DeviationKind } from "../../src/domain/deviation.ts";
import type { EffectAttempt } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId, OrderId, ReservationId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { MovementKind, ReservationStatus } from "../../src/domain/inventory-level.ts";
import type { Effect } from "../../src/domain/order/effects.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";

/** One reservation as its level has stored it. Times are epoch milliseconds, here and below. */
export interface RawReservation {
  id: ReservationId;
  quantity: number;
  asked: number;
  status: ReservationStatus;
  expiresAt: number | null;
  claimedBy: string | null;
  createdAt: number;
  changedAt: number;
}

export interface RawMovement {
  sequence: number;
  kind: MovementKind;
  delta: number;
  balance: number;
  ref: string;
  reason: string;
  recordedAt: number;
}

/** One inventory level's file. */
export interface RawLevel {
  sku: Sku;
  warehouseId: WarehouseId;
  safetyStock: number;
  /** The highest sequence that any of its rows carries. */
  sequence: number;
  reservations: RawReservation[];
  movements: RawMovement[];
  alarmAt: number | null;
}

export interface RawEffect {
  id: EffectId;
  orderId: OrderId;
  lane: string;
  status: "blocked" | "due" | "leased" | "done" | "failed";
  attempt: number;
  dueAt: number | null;
  settledAt: number | null;
  effect: Effect;
  attempts: EffectAttempt[];
}

/** An order's row in its ledger. */
export interface RawLedgerOrder {
  order: Order;
  version: number;
  revision: number;
  projected: number;
  projectedSequence: number;
  timerAt: number | null;
}

/** One ledger's file. */
export interface RawLedger {
  name: string;
  orders: RawLedgerOrder[];
  events: RecordedEvent[];
  /** In the order in which they were called for. */
  effects: RawEffect[];
  archived: OrderId[];
  alarmAt: number | null;
}

/** An order's row in D1. */
export interface RawListedOrder {
  id: OrderId;
  version: number;
  status: string;
  totalAmount: number;
  doc: Order;
  /** The effects, once the order has ended. */
  effects: RawEffect[] | null;
}

/** One of the orders' databases. */
export interface RawListing {
  database: string;
  orders: RawListedOrder[];
  events: RecordedEvent[];
  lines: { orderId: OrderId; number: number; sku: string; quantity: number; backordered: number }[];
  shipments: { id: string; orderId: OrderId; state: string; trackingNumber: string | null }[];
  payments: {
    orderId: OrderId;
    number: number;
    status: string;
    authorized: number;
    captured: number;
    refunded: number;
  }[];
  returns: {
    id: string;
    orderId: OrderId;
    state: string;
    units: number;
    warehouseId: string;
    trackingNumber: string | null;
  }[];
}

/** The operations database, as far as the invariants go. */
export interface RawOps {
  registrations: { sku: Sku; warehouseId: WarehouseId; opening: number }[];
  stock: {
    sku: Sku;
    warehouseId: WarehouseId;
    onHand: number;
    held: number;
    allocated: number;
    sequence: number;
    asOf: number;
  }[];
  deviations: {
    id: string;
    kind: DeviationKind;
    status: string;
    orderId: string | null;
    subject: Record<string, string>;
  }[];
  notifications: { id: string; orderId: string; subject: string; kind: string; channel: string; status: string }[];
}

/** What the outside world has in its own books. */
export interface RawBooks {
  /** Of every payment provider, in Stripe's words. */
  intents: {
    id: string;
    orderId: string | null;
    status: string;
    amount: number;
    capturable: number;
    received: number;
    refunded: number;
  }[];
  movements: { intentId: string; kind: string; amount: number; key: string | null }[];
  refunds: { id: string; intentId: string; amount: number }[];
  mails: { id: string; reference: string | null }[];
  /** `reference` is what the text was sent with, as its status callback tells. */
  texts: { id: string; reference: string | null }[];
  parcels: { trackingNumber: string; reference: string | null; cancelledAt: number | null }[];
  /** Webhooks that have not been taken yet. */
  undelivered: number;
}

/** Everything that is on disk, read at one moment while nothing runs. */
export interface RawState {
  readAt: number;
  levels: RawLevel[];
  ledgers: RawLedger[];
  listings: RawListing[];
  ops: RawOps;
  books: RawBooks;
}
