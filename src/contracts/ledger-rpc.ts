import type { Deed } from "./deed.ts";
import type { EffectId, OrderId, ShipmentId } from "../domain/ids.ts";
import type { OrderCommand, OrderFact, OrderRefusal } from "../domain/order/commands.ts";
import type { Effect, EffectKind, EffectOutcome, Lane, NotifyEffect, PaymentFact } from "../domain/order/effects.ts";
import type { Actor, PlacedOrder, RecordedEvent } from "../domain/order/events.ts";
import type { Order } from "../domain/order/order.ts";

declare const json: unique symbol;

/**
 * An order as JSON text. So its ledger stores it, and text crosses from an object to its caller for a fraction of
 * what a copy of the object itself would cost.
 */
export type OrderJson = string & { readonly [json]: Order };

export function writeOrder(order: Order): OrderJson {
  return JSON.stringify(order) as OrderJson;
}

const NO_RETURNS: Pick<Order, "returns" | "refunds"> = { returns: [], refunds: [] };

export function readOrder(text: OrderJson): Order {
  // An order that was stored before there were returns has none.
  return { ...NO_RETURNS, ...(JSON.parse(text) as Order) };
}

/** An effect on its way to be done: whoever takes this attempt may do it until `leaseUntil`. */
export interface LeasedEffect {
  id: EffectId;
  orderId: OrderId;
  effect: Effect;
  /** 1, 2, 3 …; the outcome is reported with it. Rises only when somebody has taken the attempt before. */
  attempt: number;
  /** With the id: the key given to a provider. Rises only after a recorded definite failure. */
  generation: number;
  /** Epoch milliseconds. */
  leaseUntil: number;
  /** An earlier attempt of this generation was taken and its outcome is not known: look up before acting again. */
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
  | { ok: true; order: OrderJson; replayed: boolean }
  | { ok: false; refusal: OrderRefusal | { reason: "fingerprint_mismatch" } };

export type ExecuteResult =
  /** `replayed`: an earlier command with the same deed did it, and the order is as that one left it. */
  | { ok: true; order: OrderJson; replayed?: true }
  | {
      ok: false;
      refusal:
        | OrderRefusal
        | { reason: "order_unknown" }
        | { reason: "deed_mismatch" }
        | { reason: "version_stale"; version: number };
    };

/** What an OrderLedger object answers. It is the only writer of its orders. */
export interface OrderLedgerRpc {
  /**
   * Places an order, durably, before it answers. The same id with the same fingerprint gives the stored order
   * back (`replayed`); with another fingerprint it is refused.
   */
  create(input: { order: PlacedOrder; fingerprint: string; actor: Actor }): Promise<CreateResult>;
  /** The order placed under this id with this fingerprint, if any; `fingerprint_mismatch` when the body was another. */
  find(orderId: OrderId, fingerprint: string): Promise<CreateResult | null>;
  /**
   * Decides a command. With a deed it is done once: the ledger keeps the deed with the events, for ever, and a repeat
   * is answered with what the first did. A throw means that nobody knows; the same command with the same deed finds out.
   */
  execute(input: {
    orderId: OrderId;
    command: OrderCommand;
    actor: Actor;
    expectedVersion?: number;
    deed?: Deed;
  }): Promise<ExecuteResult>;
  /** What `execute` would answer to a repeat of this deed; null when it was not done here. */
  findDone(deed: Deed): Promise<ExecuteResult | null>;
  /** Live orders only; null once the order has left for D1. */
  get(orderId: OrderId): Promise<OrderJson | null>;
  history(orderId: OrderId): Promise<RecordedEvent[] | null>;
  saga(orderId: OrderId): Promise<EffectView[] | null>;
  /** Several orders in one call, in the order asked: live orders only; null once an order has left for D1. */
  open(orderIds: OrderId[]): Promise<(OrderJson | null)[]>;
  /**
   * Takes attempts that are about to be made. Each is given once, and only while its lease lasts, so no two consumers
   * make the same attempt. An attempt that nobody took was never made. Answers in the order asked.
   */
  take(attempts: Attempt[]): Promise<TakenAttempt[]>;
  /**
   * Records outcomes. Success of any attempt counts, failure only of the current one. Answers with effects that
   * became free by it, leased to the caller and taken already.
   */
  report(reports: OutcomeReport[]): Promise<LeasedEffect[]>;
  /** A provider's truth learned outside an effect (webhook). False when the order is not known here. */
  recordPayment(orderId: OrderId, payment: number, fact: PaymentFact): Promise<boolean>;
  /** An order that this one's credit paid gives some of it back. False when the order is not known here. */
  recordReturnedCredit(orderId: OrderId, returned: ReturnedCreditReport): Promise<boolean>;
  recordTracking(
    orderId: OrderId,
    shipmentId: ShipmentId,
    status: "in_transit" | "out_for_delivery" | "delivered" | "exception",
    description: string,
  ): Promise<boolean>;
  /** A mail that this effect sent did not reach its reader. False when the order is not known here. */
  recordUndelivered(orderId: OrderId, effectId: EffectId, effect: NotifyEffect, code: string): Promise<boolean>;
  /** Stock has come that these orders may have waited for: they look for it at once. */
  wake(orderIds: OrderId[]): Promise<void>;
  /** Publishes this order's changes to its own live feed for an hour: somebody looks at its page. */
  watch(orderId: OrderId): Promise<void>;
  /** What is still to do. Does none of it. */
  lag(): Promise<LedgerLag>;
  /** Sends what is due now and projects what D1 has not acknowledged; answers what is still to do. */
  drain(): Promise<LedgerLag>;
}

/** Minor units of the refund that was credit; `by` is the other order's own refund, and tells it once. */
export type ReturnedCreditReport = Omit<Extract<OrderFact, { type: "RecordReturnedCredit" }>, "type">;

export interface Attempt {
  effectId: EffectId;
  /** 1, 2, 3 …, as it was leased. */
  attempt: number;
}

/** `effect`: what is to be done. */
export type TakenAttempt = { taken: true; effect: Effect } | { taken: false };

/** The attempt was taken and not begun: it counts for nothing, and another may take it at once. */
export interface NotMade {
  status: "not_made";
}

export interface OutcomeReport {
  effectId: EffectId;
  orderId: OrderId;
  attempt: number;
  outcome: EffectOutcome | NotMade;
}

export interface LedgerLag {
  liveOrders: number;
  openEffects: number;
  leasedEffects: number;
  /** Age in ms of the oldest effect that is due and not leased; 0 when there is none. */
  oldestDueMs: number;
  unprojectedOrders: number;
}
