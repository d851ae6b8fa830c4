import { isPaymentAlive, isPaymentOpen, isSecured, unpaidAmount } from "./amounts.ts";
import type { OrderFact } from "./commands.ts";
import { discardLabel, refuseCancel } from "./decide.ts";
import type { DeviationKind } from "../deviation.ts";
import type { EffectId, ReturnId } from "../ids.ts";
import { limitReached } from "./backorder-limit.ts";
import { concludeEdit } from "./conclude-edit.ts";
import type { Effect, EffectResult } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { LineUnits, Order, Shipment } from "./order.ts";
import { anotherPayment, captureFailed, paymentEvents, refundedEvents } from "./record-payment.ts";
import { isAskedBack, isOvertaken, refuseRecall } from "./recall.ts";
import { exchangeEvents, returnedCreditEvents } from "./record-exchange.ts";
import { findReturn, openExchange } from "./return.ts";
import { reminded } from "./return-reminder.ts";
import { undeliveredEvents } from "./record-undelivered.ts";
import { hasReached, isBeingPicked, liveShipments } from "./state.ts";

/**
 * What a fact makes of an order. Facts are never refused: what does not fit any more gives the events that put
 * it right (react undoes late payments and late stock), or none when it says nothing new.
 */
export function record(order: Order, fact: OrderFact, now: number): OrderEvent[] {
  const events = eventsOf(order, fact, now);
  return [...events, ...concludeEdit(order, events)];
}

function eventsOf(order: Order, fact: OrderFact, now: number): OrderEvent[] {
  switch (fact.type) {
    case "RecordOutcome":
      return recordResult(order, fact.effectId, fact.effect, fact.outcome.result);
    case "RecordExhausted":
      return recordExhausted(order, fact);
    case "RecordPayment":
      return paymentEvents(order, fact.payment, fact.fact);
    case "RecordReturnedCredit":
      return returnedCreditEvents(order, fact);
    case "RecordTracking":
      return trackingEvents(order, fact);
    case "TimerFired":
      return timerEvents(order, fact.timer, now);
    case "RecordUndelivered":
      return undeliveredEvents(order, fact.effectId, fact.effect, fact.code);
  }
}

function recordResult(order: Order, effectId: EffectId, effect: Effect, result: EffectResult): OrderEvent[] {
  switch (result.kind) {
    case "nothing":
      return [];
    case "AuthorizePayment":
    case "AwaitPayment":
    case "CapturePayment":
    case "VoidPayment": {
      const payment = "payment" in effect ? effect.payment : 0;
      const events = paymentEvents(order, payment, result.payment);
      const lost =
        result.kind === "CapturePayment" &&
        !order.ended &&
        (result.payment.status === "voided" || result.payment.status === "failed");
      return lost
        ? [
            ...events,
            ...captureFailed(
              effectId,
              payment,
              result.payment.status,
              "the provider no longer holds the authorization",
            ),
          ]
        : events;
    }
    case "RefundPayment":
      return effect.kind === "RefundPayment" ? refundedEvents(order, effect, result.refundId) : [];
    case "AllocateStock":
      return allocatedEvents(order, result);
    case "ReSource":
    case "PromoteBackorder":
      return sourcedEvents(order, effectId, result);
    case "RequestFulfillment":
      return effect.kind === "RequestFulfillment" ? answeredEvents(order, effect.shipmentId, result) : [];
    case "CancelFulfillment":
      return effect.kind === "CancelFulfillment" ? recallEvents(order, effectId, effect.shipmentId, result) : [];
    case "CreateLabel": {
      const shipment = effect.kind === "CreateLabel" ? shipmentOf(order, effect.shipmentId) : undefined;
      const { carrier, service, trackingNumber } = result;
      if (!shipment || shipment.label?.trackingNumber === trackingNumber) return [];
      // It comes too late: the parcel has left with another label, or will not leave at all.
      if (shipment.label || shipment.state === "CANCELLED")
        return [{ type: "LabelDiscarded", shipmentId: shipment.id, trackingNumber }];
      return [{ type: "LabelCreated", shipmentId: shipment.id, carrier, service, trackingNumber }];
    }
    case "CreateReturnLabel":
      return effect.kind === "CreateReturnLabel" ? returnLabelEvents(order, effect.returnId, result) : [];
    case "PlaceExchange":
      return effect.kind === "PlaceExchange" ? exchangeEvents(order, effect.returnId, result) : [];
    case "TrackParcel":
      return effect.kind === "TrackParcel"
        ? trackingEvents(order, { shipmentId: effect.shipmentId, status: "delivered", description: "" })
        : [];
  }
}

function returnLabelEvents(
  order: Order,
  returnId: ReturnId,
  { carrier, service, trackingNumber }: { carrier: string; service: string; trackingNumber: string },
): OrderEvent[] {
  return findReturn(order, returnId)?.label === null
    ? [{ type: "ReturnLabelCreated", returnId, carrier, service, trackingNumber }]
    : [];
}

function shipmentOf(order: Order, id: string): Shipment | undefined {
  return order.shipments.find((shipment) => shipment.id === id);
}

/** What was asked for twice may be answered twice: only units that are still held can turn out short. */
function allocatedEvents(
  order: Order,
  { allocated, short }: Extract<EffectResult, { kind: "AllocateStock" }>,
): OrderEvent[] {
  const held = new Set(order.reservations.filter(({ status }) => status === "HELD").map(({ id }) => id));
  const lost = order.ended ? [] : short.filter((id) => held.has(id));
  if (lost.length > 0) return [{ type: "StockShort", allocated, short: lost }];
  return allocated.length > 0 ? [{ type: "StockAllocated", reservations: allocated }] : [];
}

type Sourced = Extract<EffectResult, { kind: "ReSource" | "PromoteBackorder" }>;

function sourcedEvents(order: Order, effectId: EffectId, result: Sourced): OrderEvent[] {
  const { estimatedDelivery } = result;
  const instead = result.kind === "PromoteBackorder" ? "backordered" : "lost";
  const { wanted, surplus, open } = sortFound(order, instead, result.reservations);
  const stillOpen = <Units extends LineUnits>(lines: readonly Units[]) =>
    lines
      .map((units) => ({ ...units, quantity: Math.min(units.quantity, open.get(units.line) ?? 0) }))
      .filter(({ quantity }) => quantity > 0);
  const backordered = stillOpen(result.backordered);
  const unavailable = stillOpen(result.unavailable);
  const events: OrderEvent[] = [];
  if (wanted.length > 0) events.push({ type: "StockResourced", instead, reservations: wanted, estimatedDelivery });
  if (surplus.length > 0) events.push({ type: "StockSurplus", reservations: surplus });
  if (order.ended) return events;
  if (backordered.length > 0) events.push({ type: "LinesBackordered", lines: backordered });
  if (unavailable.length > 0) {
    events.push({ type: "StockUnavailable", effectId, lines: unavailable });
    // Nothing has been asked of a warehouse yet: the customer gets all of it or nothing.
    if (liveShipments(order).length === 0) return [...events, { type: "OrderCancelled", reason: "stock_short" }];
  }
  const waits = order.lines.filter(({ backordered: waiting }) => waiting > 0).map(({ number }) => number);
  if (instead === "backordered" && wanted.length === 0 && waits.length > 0)
    events.push({ type: "StockAwaited", promises: (result.promises ?? []).filter(({ line }) => waits.includes(line)) });
  const toPay = instead === "backordered" && wanted.length > 0 && owesFor(order, wanted);
  return toPay ? [...events, anotherPayment(order, order.paymentMethod)] : events;
}

/**
 * Divides what was found into what the order still has use for and what it has not; what it has already is neither.
 * `open`: units of each line that nothing was found for.
 */
function sortFound(order: Order, instead: "lost" | "backordered", found: Sourced["reservations"]) {
  const open = new Map(
    order.lines.map((line) => [line.number, instead === "lost" ? line.unsourced : line.backordered]),
  );
  const wanted: Sourced["reservations"] = [];
  const surplus: (Sourced["reservations"][number] & { keep?: number })[] = [];
  const known = new Set(order.reservations.map(({ id }) => id));
  for (const reservation of found.filter(({ id }) => !known.has(id))) {
    const wants = order.ended ? 0 : (open.get(reservation.line) ?? 0);
    const keep = Math.min(wants, reservation.quantity);
    if (keep < reservation.quantity) surplus.push(keep === 0 ? reservation : { ...reservation, keep });
    if (keep === 0) continue;
    wanted.push({ ...reservation, quantity: keep });
    open.set(reservation.line, wants - keep);
  }
  return { wanted, surplus, open };
}

/** Whether these units, which were backordered, are not paid for yet. */
function owesFor(order: Order, reservations: Sourced["reservations"]): boolean {
  const lines = order.lines.map((line) => {
    const units = reservations
      .filter((reservation) => reservation.line === line.number)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return { ...line, backordered: line.backordered - units };
  });
  return unpaidAmount({ ...order, lines }) > 0;
}

function answeredEvents(
  order: Order,
  id: string,
  result: Extract<EffectResult, { kind: "RequestFulfillment" }>,
): OrderEvent[] {
  const shipment = shipmentOf(order, id);
  if (!shipment || shipment.state !== "REQUESTED") return [];
  if (result.accepted)
    return [
      {
        type: "FulfillmentAccepted",
        shipmentId: shipment.id,
        reference: result.reference,
        picksAtOnce: result.picksAtOnce,
      },
    ];
  if (order.cancelling) return recalled(order, shipment);
  return isAskedBack(order, shipment.id)
    ? withdrawn(shipment)
    : [...discardLabel(shipment), { type: "FulfillmentRefused", shipmentId: shipment.id, reason: result.reason }];
}

function recallEvents(
  order: Order,
  effectId: EffectId,
  id: string,
  result: { recalled: boolean; reason: string },
): OrderEvent[] {
  const shipment = shipmentOf(order, id);
  if (!shipment || shipment.state === "CANCELLED" || isBeingPicked(shipment)) return [];
  if (isOvertaken(shipment, effectId)) return [];
  if (!result.recalled) return [...refuseCancel(order, shipment, result.reason), ...refuseRecall(order, shipment)];
  if (order.cancelling) return recalled(order, shipment);
  if (isAskedBack(order, shipment.id)) return withdrawn(shipment);
  // The cancel was refused elsewhere while this recall was on its way: ask for the parcel again.
  return [...withdrawn(shipment), { type: "FulfillmentReinstated", shipmentId: shipment.id }];
}

function recalled(order: Order, shipment: Shipment): OrderEvent[] {
  const last = liveShipments(order).every(({ id }) => id === shipment.id);
  const events = withdrawn(shipment);
  return last && order.cancelling ? [...events, { type: "OrderCancelled", reason: order.cancelling.reason }] : events;
}

function withdrawn(shipment: Shipment): OrderEvent[] {
  return [...discardLabel(shipment), { type: "FulfillmentCancelled", shipmentId: shipment.id }];
}

function trackingEvents(
  order: Order,
  fact: Pick<Extract<OrderFact, { type: "RecordTracking" }>, "shipmentId" | "status" | "description">,
): OrderEvent[] {
  const shipment = shipmentOf(order, fact.shipmentId);
  if (
    !shipment ||
    shipment.state === "CANCELLED" ||
    !hasReached(shipment, "SHIPPED") ||
    hasReached(shipment, "DELIVERED")
  )
    return [];
  switch (fact.status) {
    case "in_transit":
      return [];
    case "out_for_delivery":
      return hasReached(shipment, "OUT_FOR_DELIVERY") && shipment.state !== "EXCEPTION"
        ? []
        : [{ type: "ShipmentOutForDelivery", shipmentId: shipment.id }];
    case "delivered":
      return [{ type: "ShipmentDelivered", shipmentId: shipment.id }];
    case "exception":
      return shipment.state === "EXCEPTION"
        ? []
        : [{ type: "ShipmentExceptionRaised", shipmentId: shipment.id, reason: fact.description }];
  }
}

/** Codes under which a payment is given up although the provider may still hold, or get, the money. */
export const GIVEN_UP = { deadline: "payment_window_ended", unknown: "outcome_unknown" } as const;

function timerEvents(
  order: Order,
  timer: Extract<OrderFact, { type: "TimerFired" }>["timer"],
  now: number,
): OrderEvent[] {
  if (order.ended) return [];
  switch (timer) {
    case "payment_deadline": {
      return order.payments
        .filter((payment) => isPaymentOpen(payment) && now >= payment.deadline)
        .map(({ number }) => ({
          type: "PaymentFailed",
          payment: number,
          code: GIVEN_UP.deadline,
          message: "The payment was not completed in time.",
        }));
    }
    case "hold_end":
      return order.state === "PAYMENT_FAILED" && now >= order.holdExpiresAt ? [{ type: "HoldLapsed" }] : [];
    case "backorder_limit":
      return limitReached(order, now);
    case "return_reminder":
      return reminded(order, now);
    case "authorization_lapse":
      return order.payments
        .filter((payment) => payment.status === "authorized" && (payment.authorizationExpiresAt ?? 0) > 0)
        .filter((payment) => now >= (payment.authorizationExpiresAt ?? 0) - LAPSE_NOTICE_MS)
        .map((payment) => ({ type: "AuthorizationLapsing", payment: payment.number }));
  }
}

/** How long before an authorization lapses its money is captured or asked for anew. */
export const LAPSE_NOTICE_MS = 24 * 3_600_000;

function recordExhausted(order: Order, fact: Extract<OrderFact, { type: "RecordExhausted" }>): OrderEvent[] {
  const { effectId, effect, code, message, unknown } = fact;
  const failed = (deviation: DeviationKind): Extract<OrderEvent, { type: "EffectFailed" }> => ({
    type: "EffectFailed",
    effectId,
    ...("shipmentId" in effect && effect.shipmentId !== undefined && { shipmentId: effect.shipmentId }),
    kind: effect.kind,
    deviation,
    code,
    message,
  });
  switch (effect.kind) {
    case "AuthorizePayment": {
      const payment = order.payments.find(({ number }) => number === effect.payment);
      if (!payment || !isPaymentAlive(payment) || isSecured(payment)) return [];
      return unknown
        ? [
            { type: "PaymentFailed", payment: effect.payment, code: GIVEN_UP.unknown, message },
            failed("payment_unknown"),
          ]
        : [{ type: "PaymentFailed", payment: effect.payment, code, message }];
    }
    case "CapturePayment":
      return captureFailed(effectId, effect.payment, code, message);
    case "AwaitPayment":
      return [failed("payment_unknown")];
    case "VoidPayment":
      return [failed(unknown ? "payment_unknown" : "payment_failed")];
    case "RefundPayment": {
      const { refund, payment } = effect;
      return [{ ...failed(unknown ? "payment_unknown" : "payment_failed"), part: { refund, payment } }];
    }
    case "PlaceExchange":
      // An order that may have been placed has its credit: a person finds out.
      if (unknown) return [failed("stuck_order")];
      return openExchange(order, effect.returnId)
        ? [{ type: "ExchangeDeclined", returnId: effect.returnId, reason: code }]
        : [];
    case "AllocateStock":
    case "ReSource":
    case "PromoteBackorder":
      return [failed("stock_short")];
    case "ReleaseStock":
    case "ShipStock":
    case "WriteOffShort":
    case "RestockReturn":
      return [failed("stuck_order")];
    case "CancelFulfillment": {
      const shipment = shipmentOf(order, effect.shipmentId);
      // The warehouse has refused the parcel meanwhile: there is nothing left to recall.
      if (!shipment || shipment.state === "CANCELLED" || isOvertaken(shipment, effectId)) return [];
      return [
        ...refuseCancel(order, shipment, message),
        ...refuseRecall(order, shipment),
        failed("fulfillment_exception"),
      ];
    }
    case "RequestFulfillment":
    case "TrackParcel":
      return [failed("fulfillment_exception")];
    case "VoidLabel":
      return [failed(unknown ? "label_unknown" : "fulfillment_exception")];
    case "CreateLabel":
    case "CreateReturnLabel":
      return [
        failed(unknown ? "label_unknown" : code === "address_invalid" ? "address_invalid" : "fulfillment_exception"),
      ];
    case "Notify": {
      // Of a mail that may have gone, a person decides.
      const instead = unknown ? [] : undeliveredEvents(order, effectId, effect, code);
      return instead.length > 0 ? instead : [failed("notification_failed")];
    }
    // Its budget has no end: a deviation that nobody sees is worse than a call too many.
    case "OpenDeviation":
      return [];
  }
}
