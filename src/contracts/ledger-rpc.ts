import type { EffectId, OrderId, ShipmentId } from "../domain/ids.ts";
import type { OrderCommand, OrderRefusal } from "../domain/order/commands.ts";
import type { Effect, EffectKind, EffectOutcome, Lane, PaymentFact } from "../domain/order/effects.ts";
import type { Actor, PlacedOrder, RecordedEvent } from "../domain/order/events.ts";
import type { Order } from "../domain/order/order.ts";

/** An effect on its way to be done: whoever holds this may do it until `leaseUntil`. */
export interface LeasedEffect {
  id: EffectId;
  orderId: OrderId;
  effect: Effect;
  /** 1, 2, 3 …; the outcome is reported with it. */
  attempt: number;
  /** With the id: the key given to a provider. Rises only after a recorded definite failure. */
  generation: number;
  /** Epoch milliseconds. */
  leaseUntil: number;
  /** An earlier attempt of this generation was begun and its outcome is not known: look up before acting again. */
  uncertain: boolean;
  /** When the first attempt of this generation was sent: past 20 hours a provider has forgotten its key. */
  generationStartedAt: number;
}

export interface EffectAttempt {
  attempt: number;
  at: number;
  outcome: EffectOutcome["status"] | "lease_lapsed";
  detail: string;
}

/** An effect as the saga timeline shows it. */
export interface EffectView {
  id: EffectId;
  kind: EffectKind;
  lane: Lane;
  effect: Effect;
  status: "blocked" | "due" | "leased" | "done" | "failed";
  attempt: number;
  generation: number;
  createdAt: number;
  /** When it is next looked at; null when it has its outcome or waits for its lane. */
  dueAt: number | null;
  settledAt: number | null;
  attempts: EffectAttempt[];
}

/** Result of placing: the stored order when the same body was placed before. */
export type CreateResult =
  | { ok: true; order: Order; replayed: boolean }
  | { ok: false; refusal: OrderRefusal | { reason: "fingerprint_mismatch" } };

export type ExecuteResult =
  | { ok: true; order: Order }
  | { ok: false; refusal: OrderRefusal | { reason: "order_unknown" } | { reason: "version_stale"; version: number } };

/** What an OrderLedger object answers. It is the only writer of its orders. */
export interface OrderLedgerRpc {
  /**
   * Places an order, durably, before it answers. The same id with the same fingerprint gives the stored order
   * back (`replayed`); with another fingerprint it is refused.
   */
  create(input: { order: PlacedOrder; fingerprint: string; actor: Actor }): Promise<CreateResult>;
  /** The order placed under this id with this fingerprint, if any; `fingerprint_mismatch` when the body was another. */
  find(orderId: OrderId, fingerprint: string): Promise<CreateResult | null>;
  execute(input: {
    orderId: OrderId;
    command: OrderCommand;
    actor: Actor;
    expectedVersion?: number;
  }): Promise<ExecuteResult>;
  /** Live orders only; null once the order has left for D1. */
  get(orderId: OrderId): Promise<Order | null>;
  history(orderId: OrderId): Promise<RecordedEvent[] | null>;
  saga(orderId: OrderId): Promise<EffectView[] | null>;
  /** True once per attempt: what a provider without idempotency is called under. */
  claim(effectId: EffectId, attempt: number): Promise<boolean>;
  /**
   * Takes outcomes. Success of any attempt counts, failure only of the current one. Answers with effects that
   * became free by it, leased to the caller.
   */
  report(reports: OutcomeReport[]): Promise<LeasedEffect[]>;
  /** A provider's truth learned outside an effect (webhook). False when the order is not known here. */
  recordPayment(orderId: OrderId, payment: number, fact: PaymentFact): Promise<boolean>;
  recordTracking(
    orderId: OrderId,
    shipmentId: ShipmentId,
    status: "in_transit" | "out_for_delivery" | "delivered" | "exception",
    description: string,
  ): Promise<boolean>;
  /** Publishes this order's changes to its own live feed for an hour: somebody looks at its page. */
  watch(orderId: OrderId): Promise<void>;
  /** Sends what is due now and projects what D1 has not acknowledged; answers what is still to do. */
  drain(): Promise<LedgerLag>;
}

export interface OutcomeReport {
  effectId: EffectId;
  orderId: OrderId;
  attempt: number;
  outcome: EffectOutcome;
}

export interface LedgerLag {
  liveOrders: number;
  openEffects: number;
  leasedEffects: number;
  /** Age in ms of the oldest effect that is due and not leased; 0 when there is none. */
  oldestDueMs: number;
  unprojectedOrders: number;
}
