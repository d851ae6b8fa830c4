import type { EffectId, OrderId, ReservationId, ShipmentId } from "../ids.ts";
import type { MinorUnits } from "../money.ts";
import type { DeviationKind } from "../deviation.ts";
import type { Dispute } from "./dispute.ts";
import type { EffectKind, NotificationKind, NotifyEffect } from "./effects.ts";
import type { MadeEdit } from "./edit-parts.ts";
import type {
  LineUnits,
  Order,
  OrderEdit,
  OrderLine,
  PendingEdit,
  Reservation,
  ShipmentItem,
  WaitingUnits,
} from "./order.ts";
import type { ReturnEvent } from "./return.ts";
import type { StockPromise } from "../stock-policy.ts";

/** What was placed: everything of an order that its first event settles. */
export type PlacedOrder = Pick<
  Order,
  | "id"
  | "channel"
  | "placedBy"
  | "customerId"
  | "contact"
  | "address"
  | "location"
  | "shippingMethod"
  | "currency"
  | "discounts"
  | "totals"
  | "captureOn"
  | "placedAt"
  | "holdExpiresAt"
  | "estimatedDelivery"
  | "paymentMethod"
  | "backorderLimitDays"
  | "exchangeOf"
> & {
  lines: Omit<OrderLine, "unsourced" | "waitingSince">[];
  reservations: Omit<Reservation, "status">[];
};

/** Everything that can have happened to an order. Past tense; amounts in minor units of the order's currency. */
export type OrderEvent =
  | { type: "OrderPlaced"; order: PlacedOrder }
  | { type: "PaymentStarted"; payment: number; intentId: string }
  | { type: "PaymentActionRequired"; payment: number; intentId: string; actionUrl: string }
  /** The customer has agreed at the provider: no money is asked for yet. */
  | { type: "PaymentApproved"; payment: number; intentId: string }
  | { type: "PaymentAuthorized"; payment: number; intentId: string; amount: MinorUnits; expiresAt: number }
  | { type: "PaymentFailed"; payment: number; code: string; message: string }
  | { type: "PaymentMethodProvided"; payment: number; method: string }
  | { type: "AuthorizationLapsing"; payment: number }
  /** A person takes the money before a parcel does. */
  | { type: "CaptureRequested"; payment: number }
  /** A person gives an authorization back that the order can do without. */
  | { type: "VoidRequested"; payment: number }
  | { type: "PaymentCaptured"; payment: number; amount: MinorUnits }
  | { type: "CaptureFailed"; payment: number; code: string; message: string }
  | { type: "PaymentVoided"; payment: number }
  | { type: "PaymentMismatched"; payment: number; expected: MinorUnits; actual: MinorUnits }
  | { type: "PaymentRefunded"; payment: number; amount: MinorUnits; refundId: string }
  /**
   * A refund that counted as paid back did not reach the customer. `refund` is null where it was not one of ours.
   * `amount` is what no longer counts as paid back.
   */
  | {
      type: "RefundFailed";
      refund: number | null;
      payment: number;
      amount: MinorUnits;
      refundId: string;
      code: string;
    }
  | { type: "PaymentDisputed"; payment: number; dispute: Omit<Dispute, "status"> }
  | { type: "DisputeUpdated"; payment: number; dispute: Omit<Dispute, "status"> }
  | { type: "DisputeClosed"; payment: number; disputeId: string; outcome: "won" | "lost" }
  | { type: "StockAllocated"; reservations: ReservationId[] }
  | { type: "StockShort"; allocated: ReservationId[]; short: ReservationId[] }
  /** `instead`: of units that had lost their stock, or of backordered ones, which are paid before they are allocated. */
  | {
      type: "StockResourced";
      instead: "lost" | "backordered";
      reservations: Omit<Reservation, "status">[];
      estimatedDelivery: string | null;
    }
  /** Held for units that need no stock any more: it is given back, but for `keep` units of each. */
  | { type: "StockSurplus"; reservations: (Omit<Reservation, "status"> & { keep?: number })[] }
  | { type: "LinesBackordered"; lines: WaitingUnits[] }
  /** Stock was looked for, and units still wait: with what is promised of them now, where that has changed. */
  | { type: "StockAwaited"; promises: { line: number; promise: StockPromise }[] }
  | { type: "StockUnavailable"; effectId: EffectId; lines: { line: number; quantity: number }[] }
  | { type: "FulfillmentAccepted"; shipmentId: ShipmentId; reference: string; picksAtOnce: boolean }
  | { type: "FulfillmentRefused"; shipmentId: ShipmentId; reason: string }
  | { type: "PickStarted"; shipmentId: ShipmentId }
  | { type: "ShortPicked"; shipmentId: ShipmentId; items: ShipmentItem[]; reason: string }
  | { type: "ShipmentPacked"; shipmentId: ShipmentId }
  | { type: "LabelCreated"; shipmentId: ShipmentId; carrier: string; service: string; trackingNumber: string }
  /** Bought from the carrier, and the parcel has no use for it: it leaves with another one, or not at all. */
  | { type: "LabelDiscarded"; shipmentId: ShipmentId; trackingNumber: string }
  | { type: "ShipmentShipped"; shipmentId: ShipmentId; trackingNumber: string | null }
  | { type: "ShipmentOutForDelivery"; shipmentId: ShipmentId }
  | { type: "ShipmentDelivered"; shipmentId: ShipmentId }
  | { type: "ShipmentExceptionRaised"; shipmentId: ShipmentId; reason: string }
  | { type: "CancelRequested"; reason: string }
  | { type: "FulfillmentCancelled"; shipmentId: ShipmentId }
  | { type: "CancelRefused"; shipmentId: ShipmentId; reason: string }
  | { type: "FulfillmentReinstated"; shipmentId: ShipmentId }
  | { type: "OrderCancelled"; reason: string }
  | { type: "HoldLapsed" }
  | ({ type: "OrderEdited" | "ItemsAdded" } & MadeEdit)
  /** The edit is made once this payment of its difference is authorized. */
  | {
      type: "EditAwaitsPayment";
      by: "OrderEdited" | "ItemsAdded";
      edit: OrderEdit;
      payment: number;
      amount: MinorUnits;
    }
  /** The edit is made once these parcels, which their warehouses may have begun to pick unseen, have come back. */
  | { type: "EditAwaitsRecall"; pending: PendingEdit; shipments: ShipmentId[] }
  /**
   * Its payment has failed, a parcel could not be called back, or the order has changed meanwhile so that the edit can't
   * be made any more. `held`: what was held for it; `reinstated`: parcels that had come back, and are asked for again.
   */
  | {
      type: "EditAbandoned";
      payment: number | null;
      reason: "payment_failed" | "order_changed" | "recall_refused";
      held?: ReservationId[];
      reinstated?: ShipmentId[];
    }
  | ({ type: "LinesCancelled"; reason: string; lines: LineUnits[] } & MadeEdit)
  | { type: "MessageRequested"; text: string }
  | { type: "NotificationRequested"; notification: NotificationKind; about: string; text?: string }
  /** Mail does not reach the reader: they are told by SMS. */
  | { type: "NotificationUndelivered"; effectId: EffectId; effect: NotifyEffect; code: string }
  | {
      type: "EffectFailed";
      effectId: EffectId;
      /** The parcel that it was about, where it was about one. */
      shipmentId?: ShipmentId;
      kind: EffectKind;
      deviation: DeviationKind;
      code: string;
      message: string;
      /** The part of a refund that the effect was to pay back. */
      part?: { refund: number; payment: number };
    }
  | { type: "EffectRetried"; effectId: EffectId }
  | ReturnEvent;

export type OrderEventType = OrderEvent["type"];

/** Who caused an event: a person or system with a principal, or Holdfast itself. */
export type Actor =
  | { kind: "user"; id: string; name: string; role: string; origin?: Origin }
  | { kind: "key"; id: string; name: string; role: string; origin?: Origin }
  | { kind: "system"; id: "saga" | "timer" | "webhook" };

/** Where a request came from, as far as the network tells. */
export interface Origin {
  requestId: string;
  country: string | null;
  ray: string | null;
}

/** An event as it is stored: order id and sequence are its key, so two writers can't both append. */
export interface RecordedEvent {
  orderId: OrderId;
  /** 1, 2, 3 … without gap. */
  sequence: number;
  at: number;
  actor: Actor;
  event: OrderEvent;
}
