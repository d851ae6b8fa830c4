import { type OrderId, type ReturnId, returnIdOf, type Sku, type WarehouseId } from "../ids.ts";
import { formatMoney, type MinorUnits } from "../money.ts";
import { ownPayments } from "./amounts.ts";
import type { Effect, NotificationKind } from "./effects.ts";
import { creditAmount, type Exchange, type WantedExchange } from "./exchange.ts";
import type { LineUnits, Order } from "./order.ts";
import {
  isCreditOpen,
  isRefundDone,
  type RefundTerms,
  type RequestedRefund,
  type RestockUnits,
  withCreditDeclined,
  withCreditUsed,
  withRefund,
  withRefundDone,
} from "./refund.ts";
import type { ReturnCondition } from "./return-policy.ts";

/** REQUESTED waits for a person; INSPECTED is over, and its refund is asked for. */
export const RETURN_STATES = ["REQUESTED", "APPROVED", "REJECTED", "RECEIVED", "INSPECTED"] as const;
export type ReturnState = (typeof RETURN_STATES)[number];

/**
 * What inspection makes of a unit. Only `restock` puts it back into stock: a unit in quarantine, or written off, never
 * comes on hand. The money goes back for all but a `missing` one, which was not in the parcel.
 */
export const INSPECTION_OUTCOMES = ["restock", "quarantine", "write_off", "missing"] as const;
export type InspectionOutcome = (typeof INSPECTION_OUTCOMES)[number];

export interface InspectedUnits extends LineUnits {
  outcome: InspectionOutcome;
}

/** Units that the customer sends back in one parcel. */
export interface Return {
  id: ReturnId;
  /** 1, 2, 3 … within the order. */
  number: number;
  state: ReturnState;
  reason: string;
  condition: ReturnCondition;
  /** What is kept of the money, by the policy at the time of the request. */
  terms: RefundTerms;
  lines: (LineUnits & { sku: Sku })[];
  /** Where the label sends it. */
  warehouseId: WarehouseId;
  label: { carrier: string; service: string; trackingNumber: string } | null;
  /** Where it arrived, which may be another warehouse; null before. */
  receivedAt: WarehouseId | null;
  /** What each unit was found to be; empty before the inspection. */
  inspected: InspectedUnits[];
  rejection: string | null;
  /** When the customer was reminded to send it; epoch milliseconds. */
  remindedAt?: number;
  /** What the customer wants in the place of the units; absent where it is their money. */
  exchange?: Exchange;
  /** Epoch milliseconds at which the return reached each state. */
  reachedAt: Partial<Record<ReturnState, number>>;
}

/** What people ask about returns and refunds. */
export type ReturnCommand =
  /** `by`: a customer is bound to the window of the policy, staff are not. */
  | {
      type: "RequestReturn";
      lines: LineUnits[];
      reason: string;
      condition: ReturnCondition;
      by: "customer" | "staff";
      exchange?: WantedExchange;
    }
  | { type: "ApproveReturn"; returnId: ReturnId }
  | { type: "RejectReturn"; returnId: ReturnId; reason: string }
  | { type: "ReceiveReturn"; returnId: ReturnId; warehouseId: WarehouseId }
  | { type: "InspectReturn"; returnId: ReturnId; units: InspectedUnits[] }
  /** An amount in minor units, or what was paid for units that have left; `restock`: the units are back in stock. */
  | { type: "RefundOrder"; reason: string; of: { amount: number } | { lines: LineUnits[]; restock: boolean } };

/** What happened to returns and refunds. */
export type ReturnEvent =
  | {
      type: "ReturnRequested";
      returned: Pick<Return, "id" | "number" | "reason" | "condition" | "terms" | "lines" | "warehouseId" | "exchange">;
      /** Within the policy a return is approved at once. */
      approval: "automatic" | "by_hand";
    }
  | { type: "ReturnApproved"; returnId: ReturnId }
  | { type: "ReturnRejected"; returnId: ReturnId; reason: string }
  | { type: "ReturnLabelCreated"; returnId: ReturnId; carrier: string; service: string; trackingNumber: string }
  | { type: "ReturnReminded"; returnId: ReturnId }
  | { type: "ReturnReceived"; returnId: ReturnId; warehouseId: WarehouseId }
  | { type: "ReturnInspected"; returnId: ReturnId; units: InspectedUnits[] }
  | { type: "RefundRequested"; refund: RequestedRefund }
  | { type: "RefundSettled"; refund: number; payment: number; refundId: string }
  /** The wanted order is placed, and has used so much of the credit. */
  | { type: "ExchangePlaced"; returnId: ReturnId; orderId: OrderId; credit: MinorUnits }
  /** Nothing comes of the exchange: what was paid for the units goes back. */
  | { type: "ExchangeDeclined"; returnId: ReturnId; reason: string };

/** Why a command on returns or refunds is refused. */
export type ReturnRefusal =
  | { reason: "not_delivered" }
  | { reason: "return_unknown" }
  | { reason: "return_state"; state: ReturnState; needs: ReturnState }
  | { reason: "not_returnable"; line: number; quantity: number }
  | { reason: "return_window_ended"; line: number; windowDays: number }
  | { reason: "inspection_incomplete"; line: number; quantity: number }
  | { reason: "not_refundable"; line: number; quantity: number }
  | { reason: "refund_too_large"; refundable: number };

export function findReturn(order: Pick<Order, "returns">, id: string): Return | undefined {
  return order.returns.find((returned) => returned.id === id);
}

/** Units of the line that a return or a refund already speaks for. */
export function claimedUnits({ returns, refunds }: Pick<Order, "returns" | "refunds">, number: number): number {
  const returned = returns
    .filter(({ state }) => state !== "REJECTED")
    .reduce((sum, { lines, inspected }) => sum + unitsOf(lines, number) - unitsOf(missing(inspected), number), 0);
  return refunds
    .filter(({ returnId }) => returnId === null)
    .reduce((sum, { lines }) => sum + unitsOf(lines, number), returned);
}

/** Units of the line that have come back: found at an inspection, or taken back with a refund. */
export function returnedUnits({ returns, refunds }: Pick<Order, "returns" | "refunds">, number: number): number {
  const inspected = returns.reduce((sum, returned) => sum + unitsOf(arrived(returned.inspected), number), 0);
  return refunds.reduce((sum, { restock }) => sum + unitsOf(restock, number), inspected);
}

/** Whether every unit of the order has come back. */
export function isAllReturned(order: Pick<Order, "lines" | "returns" | "refunds">): boolean {
  return order.lines.every(({ number, quantity }) => returnedUnits(order, number) >= quantity);
}

/** The units that were in the parcel. */
export function arrived(units: readonly InspectedUnits[]): InspectedUnits[] {
  return units.filter(({ outcome }) => outcome !== "missing");
}

function missing(units: readonly InspectedUnits[]): InspectedUnits[] {
  return units.filter(({ outcome }) => outcome === "missing");
}

function unitsOf(units: readonly LineUnits[], number: number): number {
  return units.filter(({ line }) => line === number).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The order after what happened to its returns and refunds at `at` (epoch milliseconds). */
export function applyReturn(order: Order, event: ReturnEvent, version: number, at: number): Order {
  switch (event.type) {
    case "ReturnRequested": {
      const requested: Return = {
        ...event.returned,
        state: "REQUESTED",
        label: null,
        receivedAt: null,
        inspected: [],
        rejection: null,
        reachedAt: { REQUESTED: at },
      };
      return { ...order, returns: [...order.returns, requested] };
    }
    case "ReturnApproved":
      return withReturn(order, event.returnId, { state: "APPROVED" }, at);
    case "ReturnRejected":
      return withReturn(order, event.returnId, { state: "REJECTED", rejection: event.reason }, at);
    case "ReturnLabelCreated": {
      const { carrier, service, trackingNumber } = event;
      return withReturn(order, event.returnId, { label: { carrier, service, trackingNumber } }, at);
    }
    case "ReturnReminded":
      return withReturn(order, event.returnId, { remindedAt: at }, at);
    case "ReturnReceived":
      return withReturn(order, event.returnId, { state: "RECEIVED", receivedAt: event.warehouseId }, at);
    case "ReturnInspected":
      return withReturn(order, event.returnId, { state: "INSPECTED", inspected: event.units }, at);
    case "ExchangePlaced": {
      const { returnId, orderId, credit: used } = event;
      const placed = withExchange(order, returnId, { orderId });
      return withCreditUsed(placed, creditOf(order, returnId), { orderId, used }, version);
    }
    case "ExchangeDeclined": {
      const declined = withExchange(order, event.returnId, { declined: event.reason });
      return withCreditDeclined(declined, creditOf(order, event.returnId), version);
    }
    case "RefundRequested":
      return withRefund(order, event.refund, version);
    case "RefundSettled":
      return withRefundDone(order, event.refund, event.payment, event.refundId);
  }
}

/** The number of the refund that the return's exchange is placed by; 0 where there is none. */
function creditOf({ refunds }: Order, id: ReturnId): number {
  return refunds.find(({ returnId, credit }) => returnId === id && credit)?.number ?? 0;
}

function withExchange(order: Order, id: ReturnId, change: Partial<Exchange>): Order {
  const returns = order.returns.map((returned) =>
    returned.id === id && returned.exchange ? { ...returned, exchange: { ...returned.exchange, ...change } } : returned,
  );
  return { ...order, returns };
}

function withReturn(order: Order, id: ReturnId, change: Partial<Return>, at: number): Order {
  const returns = order.returns.map((returned) =>
    returned.id === id
      ? {
          ...returned,
          ...change,
          reachedAt: change.state ? { ...returned.reachedAt, [change.state]: at } : returned.reachedAt,
        }
      : returned,
  );
  return { ...order, returns };
}

/** What follows from it. The money is asked for wherever a refund is (`askedRefunds`). */
export function returnEffects(order: Order, event: ReturnEvent): Effect[] {
  switch (event.type) {
    case "ReturnRequested":
      return event.approval === "by_hand" ? [tell("return_requested", event.returned.id)] : [];
    case "ReturnApproved":
      return [{ kind: "CreateReturnLabel", returnId: event.returnId }];
    case "ReturnLabelCreated":
      return [tell("return_approved", event.returnId)];
    case "ReturnRejected":
      return [tell("return_rejected", event.returnId)];
    case "ReturnReminded":
      return [tell("return_reminder", event.returnId)];
    case "ReturnReceived":
      return [tell("return_received", event.returnId)];
    case "ReturnInspected": {
      const returned = findReturn(order, event.returnId);
      return returned ? restock(returned.id, restockedUnits(returned)) : [];
    }
    case "ExchangePlaced":
      return [...overtaken(order, event), tell("exchange_placed", event.returnId)];
    case "ExchangeDeclined":
      return [tell("exchange_declined", event.returnId)];
    case "RefundRequested":
      return [
        ...restock(`${order.id}:refund:${event.refund.number}`, event.refund.restock),
        ...placeExchange(order, event.refund),
      ];
    case "RefundSettled": {
      const refund = order.refunds.find(({ number }) => number === event.refund);
      const own = ownPayments(order);
      // Of credit that went back the order tells that it came from.
      const isTold = refund?.parts.some(({ payment }) => own.some(({ number }) => number === payment));
      return refund && isRefundDone(refund) && isTold
        ? [{ kind: "Notify", notification: "refunded", subject: `refund:${event.refund}` }]
        : [];
    }
  }
}

function placeExchange({ currency }: Order, { number, returnId, credit }: RequestedRefund): Effect[] {
  if (returnId === null || !credit) return [];
  return [{ kind: "PlaceExchange", returnId, refund: number, credit: { amount: creditAmount({ credit }), currency } }];
}

/** Placed when it had been given up and paid back already: a person decides what becomes of that order. */
function overtaken(
  order: Order,
  { returnId, orderId, credit }: Extract<ReturnEvent, { type: "ExchangePlaced" }>,
): Effect[] {
  if (findReturn(order, returnId)?.exchange?.declined == null) return [];
  const worth = formatMoney({ amount: credit, currency: order.currency });
  return [
    {
      kind: "OpenDeviation",
      deviation: "payment_mismatch",
      summary: `${order.number}: the exchange ${orderId} was placed by ${worth} that had been paid back: cancel it.`,
      tried: [],
    },
  ];
}

/** The return whose exchange is still to be placed or declined. */
export function openExchange(order: Pick<Order, "returns" | "refunds">, id: string): Return | undefined {
  const isOpen = order.refunds.some((refund) => refund.returnId === id && isCreditOpen(refund));
  return isOpen ? findReturn(order, id) : undefined;
}

function tell(notification: NotificationKind, id: ReturnId): Effect {
  return { kind: "Notify", notification, subject: `return:${id}` };
}

function restock(ref: string, units: readonly RestockUnits[]): Effect[] {
  return units.length === 0 ? [] : [{ kind: "RestockReturn", ref, units: [...units] }];
}

/** What of the return goes back into stock, where it arrived. */
function restockedUnits({ lines, inspected, warehouseId, receivedAt }: Return): RestockUnits[] {
  const good = inspected.filter(({ outcome }) => outcome === "restock");
  return lines
    .map(({ line, sku }) => ({ line, sku, quantity: unitsOf(good, line), warehouseId: receivedAt ?? warehouseId }))
    .filter(({ quantity }) => quantity > 0);
}

/** The id and number of the order's next return. */
export function nextReturn({ id, returns }: Pick<Order, "id" | "returns">): Pick<Return, "id" | "number"> {
  const number = returns.length + 1;
  return { id: returnIdOf(id, number), number };
}
