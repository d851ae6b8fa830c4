import type { OrderEventType, RecordedEvent } from "../../src/domain/order/events.ts";

/** Events that only a particular course of things brings about. */
export const RARE = [
  "CaptureFailed",
  "LinesBackordered",
  "StockAwaited",
  "StockUnavailable",
  "CancelRefused",
  "FulfillmentReinstated",
  "ShortPicked",
  "HoldLapsed",
  "PaymentRefunded",
  "AuthorizationLapsing",
  "EffectRetried",
  "LabelDiscarded",
  "OrderEdited",
  "ItemsAdded",
  "EditAwaitsPayment",
  "EditAwaitsRecall",
  "EditAbandoned",
  "LinesCancelled",
  "ReturnRejected",
  "ReturnLabelCreated",
  "ReturnReminded",
  "ReturnInspected",
  "RefundSettled",
  "ExchangePlaced",
  "ExchangeDeclined",
] satisfies OrderEventType[];

/** What may happen to an order while a change of it waits for parcels to come back. */
const DURING_RECALL = [
  "CancelRequested",
  "PickStarted",
  "StockResourced",
  "RefundRequested",
  "OrderCancelled",
] satisfies OrderEventType[];
/** And while it waits for its money. */
const DURING_PAYMENT = [
  "CancelRequested",
  "PickStarted",
  "StockResourced",
  "ShipmentShipped",
  "RefundRequested",
] satisfies OrderEventType[];
/** What may become of an order that was placed in exchange. */
const OF_EXCHANGE = [
  "OrderEdited",
  "ItemsAdded",
  "LinesCancelled",
  "OrderCancelled",
  "ReturnInspected",
  "PaymentFailed",
  "LinesBackordered",
] satisfies OrderEventType[];

/** Names of the meetings of two things that a model of orders has to bring about. */
export const MEETINGS: readonly string[] = [
  ...DURING_RECALL.map((type) => `recall × ${type}`),
  ...DURING_PAYMENT.map((type) => `edit's payment × ${type}`),
  ...OF_EXCHANGE.map((type) => `exchange × ${type}`),
];

/** Which of them these events of one order are. */
export function meetingsOf(events: readonly RecordedEvent[]): Set<string> {
  const met = new Set<string>();
  let waitsFor: "recall" | "edit's payment" | null = null;
  let isExchange = false;
  const meet = (what: string, type: OrderEventType, among: readonly OrderEventType[]) => {
    if (among.includes(type)) met.add(`${what} × ${type}`);
  };
  for (const { event } of events) {
    const { type } = event;
    if (type === "OrderPlaced") isExchange = event.order.exchangeOf !== undefined;
    if (isExchange) meet("exchange", type, OF_EXCHANGE);
    if (waitsFor === "recall") meet(waitsFor, type, DURING_RECALL);
    else if (waitsFor !== null) meet(waitsFor, type, DURING_PAYMENT);
    if (type === "EditAwaitsPayment") waitsFor = "edit's payment";
    else if (type === "EditAwaitsRecall") waitsFor = "recall";
    else if (type === "EditAbandoned" || type === "OrderCancelled" || ("edit" in event && event.edit.content))
      waitsFor = null;
  }
  return met;
}
