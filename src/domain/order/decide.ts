import { minorUnits } from "../money.ts";
import { MUST_EXCEED } from "../pricing.ts";
import { capturedAmount, dueForParcels, isPaymentOpen, securedAmount, unpaidAmount } from "./amounts.ts";
import { decideCancelLines, isAllOf } from "./cancel-lines.ts";
import type { OrderCommand, OrderRefusal } from "./commands.ts";
import { decideEdit } from "./edit.ts";
import type { OrderEvent } from "./events.ts";
import { decideReturn } from "./decide-returns.ts";
import { LEGAL_MOVES } from "./legal-moves.ts";
import { refuseStockOfPlaced } from "./own-stock.ts";
import { isAskedBack, refuseRecall } from "./recall.ts";
import type { Order, Shipment, ShipmentItem } from "./order.ts";
import { decideCapture, decideVoid } from "./settle-payment.ts";
import { isBeingPicked, isUndeliverable, liveShipments, progressOf, type ShipmentProgress } from "./state.ts";

export type Decision = { ok: true; events: OrderEvent[] } | { ok: false; refusal: OrderRefusal };

/**
 * What a command makes of an order: the events, or the one reason why not. Changes nothing by itself.
 * `order` is null exactly for PlaceOrder; `now` is epoch milliseconds.
 */
export function decide(order: Order | null, command: OrderCommand, now: number): Decision {
  if (command.type === "PlaceOrder") return order === null ? place(command) : refuse({ reason: "order_exists" });
  if (order === null) throw new Error(`${command.type} needs an order`);
  const move = LEGAL_MOVES[command.type][order.state];
  switch (move) {
    case "yes":
    case "depends":
      return decideOn(order, command, now);
    case "already_ended":
      return refuse({ reason: "already_ended", state: order.state });
    case "shipment_state":
      return refuse({ reason: "shipment_state", state: order.state, needs: ["FULFILLMENT_PENDING"] });
    case "already_shipped":
    case "payment_not_failed":
    case "order_exists":
    case "not_delivered":
      return refuse({ reason: move });
  }
}

function decideOn(order: Order, command: Exclude<OrderCommand, { type: "PlaceOrder" }>, now: number): Decision {
  switch (command.type) {
    case "CancelOrder":
      return cancel(order, command.reason);
    case "ProvidePayment":
      return providePayment(order, command.method, now);
    case "CapturePayment":
      return decideCapture(order, command.payment);
    case "VoidPayment":
      return decideVoid(order, command.payment);
    case "StartPicking":
      return onShipment(order, command.shipmentId, ["REQUESTED", "ACCEPTED"], (shipment) =>
        accept(
          { type: "PickStarted", shipmentId: shipment.id },
          ...refuseCancel(order, shipment),
          ...refuseRecall(order, shipment),
        ),
      );
    case "ReportShort":
      return onShipment(order, command.shipmentId, ["PICKING"], (shipment) =>
        short(shipment, command.items, command.reason),
      );
    case "PackShipment":
      return onShipment(order, command.shipmentId, ["PICKING"], (shipment) =>
        shipment.items.length === 0
          ? refuse({ reason: "nothing_left_to_pack" })
          : accept({ type: "ShipmentPacked", shipmentId: shipment.id }),
      );
    case "ShipShipment":
      return onShipment(order, command.shipmentId, ["PACKED"], (shipment) => ship(order, shipment, command));
    case "DeliverShipment":
      return onShipment(order, command.shipmentId, ["SHIPPED", "OUT_FOR_DELIVERY"], (shipment) =>
        accept({ type: "ShipmentDelivered", shipmentId: shipment.id }),
      );
    case "RaiseException":
      return onShipment(
        order,
        command.shipmentId,
        ["REQUESTED", "ACCEPTED", "PICKING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY"],
        (shipment) => accept({ type: "ShipmentExceptionRaised", shipmentId: shipment.id, reason: command.reason }),
      );
    case "SendMessage":
      return accept({ type: "MessageRequested", text: command.text });
    case "ResendNotification": {
      const { notification, about, text } = command;
      return accept({ type: "NotificationRequested", notification, about, ...(text !== undefined && { text }) });
    }
    case "RetryEffect":
      return order.failedEffects.includes(command.effectId)
        ? accept({ type: "EffectRetried", effectId: command.effectId })
        : refuse({ reason: "effect_not_failed" });
    case "EditOrder":
      return decideEdit(order, "OrderEdited", command.edit, now);
    case "AddItems":
      return decideEdit(order, "ItemsAdded", command.edit, now);
    case "CancelLines":
      return isAllOf(order, command.lines)
        ? cancel(order, command.reason)
        : decideCancelLines(order, command.lines, command.reason);
    case "RequestReturn":
    case "ApproveReturn":
    case "RejectReturn":
    case "ReceiveReturn":
    case "InspectReturn":
    case "RefundOrder":
      return decideReturn(order, command, now);
  }
}

function accept(...events: OrderEvent[]): Decision {
  return { ok: true, events };
}

function refuse(refusal: OrderRefusal): Decision {
  return { ok: false, refusal };
}

function place({ order }: Extract<OrderCommand, { type: "PlaceOrder" }>): Decision {
  if (order.lines.length === 0) return refuse({ reason: "no_lines" });
  const minimum = minorUnits(MUST_EXCEED, order.currency);
  if (order.totals.total <= minimum) return refuse({ reason: "total_too_small", minimum });
  const wrongStock = refuseStockOfPlaced(order);
  if (wrongStock) return refuse(wrongStock);
  return accept({ type: "OrderPlaced", order });
}

function providePayment(order: Order, method: string, now: number): Decision {
  if (order.ended) return refuse({ reason: "already_ended", state: order.state });
  // Where an edit has left nothing but units that wait for stock, nothing is due yet.
  if (unpaidAmount(order) === 0) return refuse({ reason: "payment_not_failed" });
  if (order.state === "PAYMENT_FAILED") {
    if (now >= order.holdExpiresAt) return refuse({ reason: "hold_ended" });
  } else if (order.payments.some(isPaymentOpen)) return refuse({ reason: "payment_not_failed" });
  return accept({ type: "PaymentMethodProvided", payment: order.payments.length + 1, method });
}

function cancel(order: Order, reason: string): Decision {
  if (order.ended) return refuse({ reason: "already_ended", state: order.state });
  if (order.cancelling) return refuse({ reason: "cancel_pending" });
  const picked = order.shipments.filter((shipment) => isBeingPicked(shipment) && !isUndeliverable(shipment));
  if (picked.length > 0) return refuse({ reason: "picking_started", shipments: picked.map(({ id }) => id) });
  // A parcel that can't be delivered stands packed on the floor: nobody has to be asked for it.
  const unpacked = order.shipments.filter(isUndeliverable);
  const events: OrderEvent[] = [
    ...unpacked.map(({ id }): OrderEvent => ({ type: "FulfillmentCancelled", shipmentId: id })),
    { type: "CancelRequested", reason },
  ];
  return liveShipments(order).length > unpacked.length
    ? accept(...events)
    : accept(...events, { type: "OrderCancelled", reason });
}

/**
 * A pick that begins while a cancel waits for the warehouses wins: the cancel is refused and what was recalled
 * already is asked for again.
 */
export function refuseCancel(order: Order, shipment: Shipment, reason = "picking has started"): OrderEvent[] {
  if (!order.cancelling) return [];
  const kept = new Set(order.reservations.filter(({ status }) => status === "ALLOCATED").map(({ id }) => id));
  // A parcel that was cancelled for another reason has lost its stock; a recalled one still has it. What an edit has
  // called back is asked for again, or made anew, with that.
  const recalled = order.shipments.filter(
    ({ id, state, items }) =>
      id !== shipment.id &&
      state === "CANCELLED" &&
      !isAskedBack(order, id) &&
      items.length > 0 &&
      items.every(({ reservationId }) => kept.has(reservationId)),
  );
  return [
    { type: "CancelRefused", shipmentId: shipment.id, reason },
    ...recalled.map(({ id }): OrderEvent => ({ type: "FulfillmentReinstated", shipmentId: id })),
  ];
}

/** A parcel that will not leave with the label it has gives it up, so that it never has two. */
export function discardLabel({ id, label }: Shipment): OrderEvent[] {
  return label ? [{ type: "LabelDiscarded", shipmentId: id, trackingNumber: label.trackingNumber }] : [];
}

function onShipment(
  order: Order,
  id: string,
  needs: ShipmentProgress[],
  decideIt: (shipment: Shipment) => Decision,
): Decision {
  const shipment = order.shipments.find((candidate) => candidate.id === id);
  if (!shipment) return refuse({ reason: "shipment_unknown" });
  if (shipment.state === "CANCELLED" || !needs.includes(progressOf(shipment)))
    return refuse({ reason: "shipment_state", state: shipment.state, needs });
  return decideIt(shipment);
}

function short(shipment: Shipment, items: { line: number; quantity: number }[], reason: string): Decision {
  if (items.length === 0) return refuse({ reason: "line_unknown", line: 0 });
  const missing: ShipmentItem[] = [];
  for (const { line, quantity } of items) {
    const ofLine = shipment.items.filter((candidate) => candidate.line === line);
    const there = ofLine.reduce((sum, item) => sum + item.quantity, 0);
    if (ofLine.length === 0) return refuse({ reason: "line_unknown", line });
    if (
      !Number.isSafeInteger(quantity) ||
      quantity < 1 ||
      quantity > there ||
      missing.some((other) => other.line === line)
    )
      return refuse({ reason: "quantity_exceeds_shipment", line, quantity: there });
    let left = quantity;
    for (const item of ofLine) {
      const taken = Math.min(left, item.quantity);
      if (taken > 0) missing.push({ ...item, quantity: taken });
      left -= taken;
    }
  }
  const unitsOf = (parts: readonly ShipmentItem[]) => parts.reduce((sum, { quantity }) => sum + quantity, 0);
  const isEmptied = unitsOf(missing) === unitsOf(shipment.items);
  const discarded = isEmptied ? discardLabel(shipment) : [];
  return accept(...discarded, { type: "ShortPicked", shipmentId: shipment.id, items: missing, reason });
}

function ship(
  order: Order,
  shipment: Shipment,
  { tracking }: Extract<OrderCommand, { type: "ShipShipment" }>,
): Decision {
  const paid = order.captureOn === "order" ? capturedAmount(order) : securedAmount(order);
  const waits = order.payments.some(({ status, captureFailed }) => status === "authorized" && captureFailed);
  if (waits || paid < dueForParcels(order)) return refuse({ reason: "payment_not_captured" });
  if (!shipment.label && !tracking) return refuse({ reason: "label_missing" });
  const labelled: OrderEvent[] =
    tracking && tracking.trackingNumber !== shipment.label?.trackingNumber
      ? [...discardLabel(shipment), { type: "LabelCreated", shipmentId: shipment.id, ...tracking }]
      : [];
  const trackingNumber = tracking?.trackingNumber ?? shipment.label?.trackingNumber ?? null;
  return accept(...labelled, { type: "ShipmentShipped", shipmentId: shipment.id, trackingNumber });
}
