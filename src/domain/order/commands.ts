import type { EffectId, ShipmentId } from "../ids.ts";
import type { EffectOutcome, Effect, NotificationKind, NotifyEffect, PaymentFact } from "./effects.ts";
import type { PlacedOrder } from "./events.ts";
import type { MinorUnits } from "../money.ts";
import type { LineUnits, OrderContent, OrderEdit, Payment } from "./order.ts";
import type { ReturnCommand, ReturnRefusal } from "./return.ts";

/** What people and other systems ask of an order; may be refused. */
export type OrderCommand =
  | { type: "PlaceOrder"; order: PlacedOrder }
  | { type: "CancelOrder"; reason: string }
  | { type: "ProvidePayment"; method: string }
  | { type: "CapturePayment"; payment: number }
  | { type: "VoidPayment"; payment: number }
  | { type: "StartPicking"; shipmentId: ShipmentId }
  | { type: "ReportShort"; shipmentId: ShipmentId; items: { line: number; quantity: number }[]; reason: string }
  | { type: "PackShipment"; shipmentId: ShipmentId }
  | {
      type: "ShipShipment";
      shipmentId: ShipmentId;
      tracking?: { carrier: string; service: string; trackingNumber: string };
    }
  | { type: "DeliverShipment"; shipmentId: ShipmentId }
  | { type: "RaiseException"; shipmentId: ShipmentId; reason: string }
  | { type: "SendMessage"; text: string }
  /** Tells again what was told once, in the words of today. */
  | { type: "ResendNotification"; notification: NotificationKind; about: string; text?: string }
  | { type: "RetryEffect"; effectId: EffectId }
  | { type: "EditOrder"; edit: OrderEdit }
  | { type: "AddItems"; edit: OrderEdit & { content: OrderContent } }
  | { type: "CancelLines"; lines: LineUnits[]; reason: string }
  | ReturnCommand;

export type OrderCommandType = OrderCommand["type"];

/** What has happened outside; never refused. */
export type OrderFact =
  | { type: "RecordOutcome"; effectId: EffectId; effect: Effect; outcome: Extract<EffectOutcome, { status: "done" }> }
  /** The retry budget has ended, or the failure was definite and final. */
  | { type: "RecordExhausted"; effectId: EffectId; effect: Effect; code: string; message: string; unknown: boolean }
  | { type: "RecordPayment"; payment: number; fact: PaymentFact }
  /** The order that used credit of this refund gives so much of it back, by its own refund `by`. */
  | { type: "RecordReturnedCredit"; refund: number; amount: number; by: EffectId; reason: string }
  | {
      type: "RecordTracking";
      shipmentId: ShipmentId;
      status: "in_transit" | "out_for_delivery" | "delivered" | "exception";
      description: string;
    }
  | { type: "TimerFired"; timer: OrderTimer }
  /** A mail that was sent did not reach its reader. */
  | { type: "RecordUndelivered"; effectId: EffectId; effect: NotifyEffect; code: string };

export type OrderTimer =
  | "payment_deadline"
  | "hold_end"
  | "authorization_lapse"
  | "backorder_limit"
  | "return_reminder";

/** Why an order refuses a command. Closed: the API maps each to one status and problem code. */
export type OrderRefusal =
  | { reason: "order_exists" }
  | { reason: "no_lines" }
  | { reason: "total_too_small"; minimum: number }
  | { reason: "already_ended"; state: string }
  | { reason: "already_shipped" }
  | { reason: "picking_started"; shipments: string[] }
  | { reason: "cancel_pending" }
  | { reason: "payment_not_failed" }
  | { reason: "payment_unknown" }
  | { reason: "payment_state"; state: Payment["status"] }
  | { reason: "capture_asked" }
  | { reason: "stock_not_allocated" }
  | { reason: "nothing_to_capture" }
  /** So much of the order would be unpaid without it. */
  | { reason: "payment_needed"; amount: MinorUnits }
  | { reason: "hold_ended" }
  | { reason: "payment_not_captured" }
  | { reason: "shipment_unknown" }
  | { reason: "shipment_state"; state: string; needs: string[] }
  | { reason: "label_missing" }
  | { reason: "line_unknown"; line: number }
  | { reason: "quantity_exceeds_shipment"; line: number; quantity: number }
  | { reason: "nothing_left_to_pack" }
  | { reason: "effect_unknown" }
  | { reason: "effect_not_failed" }
  | { reason: "edit_pending" }
  | { reason: "sold_elsewhere" }
  | { reason: "refund_made" }
  | { reason: "quantity_exceeds_open"; line: number; quantity: number }
  /** The line names a reservation that stands for another line, or for units of before. */
  | { reason: "reservation_reused"; line: number }
  /** What is held and what waits is not what the line needs. */
  | { reason: "stock_mismatch"; line: number }
  | ReturnRefusal;
