import type { DeviationKind } from "../deviation.ts";
import type { EffectId, OrderId, ReservationId, ReturnId, ShipmentId, Sku, WarehouseId } from "../ids.ts";
import type { Money } from "../money.ts";
import type { Dispute } from "./dispute.ts";
import type { Reservation, WaitingUnits } from "./order.ts";
import type { RestockUnits } from "./refund.ts";
import type { StockPromise } from "../stock-policy.ts";

export const NOTIFICATION_KINDS = [
  "order_confirmed",
  "action_required",
  "payment_failed",
  "shipped",
  "delivered",
  "cancelled",
  "cancel_refused",
  "refunded",
  "backordered",
  "backorder_arrived",
  "items_cancelled",
  "edit_declined",
  "message",
  "return_requested",
  "return_approved",
  "return_rejected",
  "return_received",
  "return_reminder",
  "order_received",
  "out_for_delivery",
  "exchange_placed",
  "exchange_declined",
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** One reservation to be acted on at its level. */
export interface ReservationRef {
  id: ReservationId;
  sku: Sku;
  warehouseId: WarehouseId;
  quantity: number;
  /** Units that stay when it is released; all of it goes where nothing is said. */
  keep?: number;
}

/** Something to be done outside the order because of an event. Names what to do, and all that never changes about it. */
export type Effect =
  /** `approved`: the customer has agreed to the payment's intent, which is confirmed again. */
  | {
      kind: "AuthorizePayment";
      payment: number;
      amount: Money;
      method: string;
      email: string | null;
      deadline: number;
      approved?: true;
    }
  | { kind: "AwaitPayment"; payment: number; intentId: string; deadline: number }
  | { kind: "CapturePayment"; payment: number; amount: Money }
  | { kind: "VoidPayment"; payment: number }
  /** One part of the order's refund of this number. */
  | { kind: "RefundPayment"; refund: number; payment: number; amount: Money; reason: string }
  | { kind: "AllocateStock"; reservations: ReservationRef[] }
  | { kind: "ReSource"; lines: { line: number; sku: Sku; quantity: number }[]; exclude: WarehouseId[] }
  /** Waits until stock for backordered units can be held. */
  | { kind: "PromoteBackorder"; lines: { line: number; sku: Sku; quantity: number }[] }
  | { kind: "ReleaseStock"; reservations: ReservationRef[] }
  | { kind: "ShipStock"; shipmentId: ShipmentId; reservations: ReservationRef[] }
  | { kind: "WriteOffShort"; shipmentId: ShipmentId; reservations: ReservationRef[] }
  | { kind: "RequestFulfillment"; shipmentId: ShipmentId; warehouseId: WarehouseId }
  | { kind: "CancelFulfillment"; shipmentId: ShipmentId; warehouseId: WarehouseId }
  | { kind: "CreateLabel"; shipmentId: ShipmentId }
  /** Gives a label back that was bought and is not used. */
  | { kind: "VoidLabel"; shipmentId: ShipmentId; trackingNumber: string }
  | { kind: "TrackParcel"; shipmentId: ShipmentId }
  /** The label that a return's parcel comes back with. */
  | { kind: "CreateReturnLabel"; returnId: ReturnId }
  /** Units that came back are received at their levels, under `ref` and their line. */
  | { kind: "RestockReturn"; ref: string; units: RestockUnits[] }
  /** The order that a return's units are exchanged for is placed, by this credit. */
  | { kind: "PlaceExchange"; returnId: ReturnId; refund: number; credit: Money }
  /**
   * At most once for each subject, kind and channel. `about`: what the words are about, where the subject is a single
   * request; `channel`: the only one to use, where it is not the reader's first.
   */
  | {
      kind: "Notify";
      notification: NotificationKind;
      subject: string;
      text?: string;
      about?: string;
      channel?: "sms";
    }
  | {
      kind: "OpenDeviation";
      deviation: DeviationKind;
      effectId?: EffectId;
      shipmentId?: ShipmentId;
      /** The payment provider's own id of what it is about, and whose it is. */
      reference?: { provider: string; id: string };
      summary: string;
      tried: string[];
    };

export type EffectKind = Effect["kind"];
export type NotifyEffect = Extract<Effect, { kind: "Notify" }>;

/** What a done effect found out; what the order has to learn of it. */
export type EffectResult =
  | { kind: "AuthorizePayment" | "AwaitPayment" | "CapturePayment" | "VoidPayment"; payment: PaymentFact }
  | { kind: "RefundPayment"; refundId: string; amount: number }
  | { kind: "AllocateStock"; allocated: ReservationId[]; short: ReservationId[] }
  | {
      kind: "ReSource" | "PromoteBackorder";
      reservations: Omit<Reservation, "status">[];
      backordered: WaitingUnits[];
      unavailable: { line: number; quantity: number }[];
      estimatedDelivery: string | null;
      /** Of units that still wait, where it is not what was promised before. */
      promises?: { line: number; promise: StockPromise }[];
    }
  | { kind: "RequestFulfillment"; accepted: true; reference: string; picksAtOnce: boolean }
  | { kind: "RequestFulfillment"; accepted: false; reason: string }
  | { kind: "CancelFulfillment"; recalled: boolean; reason: string }
  | { kind: "CreateLabel" | "CreateReturnLabel"; carrier: string; service: string; trackingNumber: string }
  | { kind: "TrackParcel"; status: "delivered" }
  /** `credit`: what of it the order has used, minor units. */
  | { kind: "PlaceExchange"; orderId: OrderId; credit: number }
  /** Done, and nothing to be learned from it: also an effect that events have overtaken. */
  | { kind: "nothing" };

/** A provider's truth about one payment, however we learned it (reply, webhook or poll). */
export type PaymentFact =
  | { status: "created"; intentId: string }
  | { status: "requires_action"; intentId: string; actionUrl: string }
  /** The customer has agreed, and the money is still to be asked for. */
  | { status: "approved"; intentId: string }
  | { status: "authorized"; intentId: string; amount: number; expiresAt: number }
  | { status: "captured"; intentId: string; captured: number; refunded: number }
  | { status: "voided"; intentId: string }
  | { status: "failed"; intentId: string; code: string; message: string }
  /** A refund that the provider had taken on did not reach the customer. The amount is the refund's. */
  | { status: "refund_failed"; intentId: string; refundId: string; amount: number; code: string }
  /** What the customer's bank says of it; changes nothing of where the payment itself stands. */
  | { status: "disputed"; intentId: string; dispute: Dispute };

/** What one attempt came to. */
export type EffectOutcome =
  | { status: "done"; result: EffectResult }
  /** Definite: it was not done. */
  | { status: "failed"; code: string; message: string; retryable: boolean; retryAfterMs?: number }
  /** It may have been done: only the same key, or a look-up, may follow. */
  | { status: "unknown"; message: string }
  /** Nothing to report yet; costs no attempt of the budget. */
  | { status: "waiting"; retryAfterMs: number };

/** Effects of one lane of one order run one after the other; lanes run side by side. */
export type Lane =
  | "payment"
  | "stock"
  | "notify"
  | "watch"
  | "deviation"
  | `shipment:${string}`
  | `return:${string}`
  | `exchange:${string}`;

/** The lane that an effect belongs to. */
export function laneOf(effect: Effect): Lane {
  switch (effect.kind) {
    case "AuthorizePayment":
    case "CapturePayment":
    case "VoidPayment":
    case "RefundPayment":
      return "payment";
    case "AllocateStock":
    case "ReSource":
    case "ReleaseStock":
    case "ShipStock":
    case "WriteOffShort":
    case "RestockReturn":
      return "stock";
    case "RequestFulfillment":
    case "CancelFulfillment":
    case "CreateLabel":
    case "VoidLabel":
      return `shipment:${effect.shipmentId}`;
    case "CreateReturnLabel":
      return `return:${effect.returnId}`;
    // The parcel is here: whatever holds up its label holds up nothing of this.
    case "PlaceExchange":
      return `exchange:${effect.returnId}`;
    case "Notify":
      return "notify";
    // Waiting for a customer, a parcel or a receipt takes minutes to weeks: it must hold up nothing else.
    case "AwaitPayment":
    case "TrackParcel":
    case "PromoteBackorder":
      return "watch";
    case "OpenDeviation":
      return "deviation";
  }
}

/** The id of the n-th effect of one event: `orderId:sequence:kind[:n]`. */
export function effectId(orderId: string, sequence: number, effect: Effect, n: number): EffectId {
  return `${orderId}:${sequence}:${effect.kind}${n === 0 ? "" : `:${n}`}` as EffectId;
}

/** The sequence of the event that called for the effect of this id. */
export function sequenceOfEffect(id: EffectId): number {
  return Number(id.split(":", 2)[1]);
}

/** The order that an effect's id names. */
export function orderOfEffect(id: EffectId): OrderId {
  return id.slice(0, id.indexOf(":")) as OrderId;
}
