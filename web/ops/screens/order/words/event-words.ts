import { orderNumberOf } from "../../../../../src/domain/ids.ts";
import type { OrderEvent, OrderEventType } from "../../../../../src/domain/order/events.ts";
import type { HistoryEntry } from "../../../../../src/contracts/orders.ts";
import type { OrderContent } from "../../../../../src/domain/order/order.ts";
import { DEVIATION_WORDS } from "../../../ui/deviation-words.ts";
import { humanize } from "../../../ui/states.ts";
import { calendarDay, dayAndClock } from "../../../ui/moments.ts";
import { codeWords, conditionName, failureWords, notificationName, outcomeName, reasonWords } from "./code-words.ts";
import { effectTitle } from "./effect-words.ts";
import { heldAfter, type HeldUnits } from "./held-units.ts";
import { listed, numberOfId, type OrderWords, type Telling, unitsByWarehouse } from "./order-words.ts";

type EventOf<Type extends OrderEventType, Event = OrderEvent> = Event extends { type: infer Of }
  ? Type extends Of
    ? Event
    : never
  : never;

type Mark = Pick<Telling, "icon" | "tone">;
const MONEY: Mark = { icon: "card", tone: "move" };
const MONEY_IN: Mark = { icon: "check", tone: "good" };
const MONEY_BACK: Mark = { icon: "undo", tone: "quiet" };
const STOCK: Mark = { icon: "box", tone: "move" };
const PARCEL: Mark = { icon: "truck", tone: "good" };
const PEOPLE: Mark = { icon: "user", tone: "move" };
const MAIL: Mark = { icon: "mail", tone: "quiet" };
const WAITS: Mark = { icon: "clock", tone: "warn" };
const UNDONE: Mark = { icon: "undo", tone: "quiet" };
const TROUBLE: Mark = { icon: "alert", tone: "bad" };

function tell(mark: Mark, title: string, ...said: (string | false | null)[]): Telling {
  return { ...mark, title, said: said.filter((part) => typeof part === "string" && part !== "").join(", ") };
}

/** What each kind of event is called and says; a kind without its line here does not compile. */
const EVENTS: {
  readonly [Type in OrderEventType]: (event: EventOf<Type>, words: OrderWords, held: HeldUnits) => Telling;
} = {
  OrderPlaced: ({ order }, words) =>
    tell(
      { icon: "orders", tone: "move" },
      "Order placed",
      words.units(order.lines),
      words.money(order.totals.total),
      ...waiting(order.lines, words),
    ),

  PaymentStarted: ({ payment }, words) => tell(MONEY, "Payment started", words.payment(payment)),
  PaymentActionRequired: ({ payment }, words) =>
    tell(WAITS, "Customer must confirm", `${words.payment(payment)} waits for their bank or approval`),
  PaymentApproved: ({ payment }, words) =>
    tell(MONEY, "Payment approved", `by the customer, at ${words.payment(payment)}`),
  PaymentAuthorized: ({ payment, amount, expiresAt }, words) =>
    tell(
      { icon: "lock", tone: "move" },
      "Payment authorized",
      `${words.money(amount)} by ${words.payment(payment)}`,
      expiresAt > 0 && `until ${dayAndClock(expiresAt)}`,
    ),
  PaymentFailed: ({ payment, code, message }, words) =>
    tell(TROUBLE, "Payment failed", `${words.payment(payment)}: ${failureWords(code, message)}`),
  PaymentMethodProvided: ({ payment }, words) =>
    tell(PEOPLE, "Another payment", `to be paid as ${words.payment(payment)}`),
  AuthorizationLapsing: ({ payment }, words) => tell(WAITS, "Authorization about to lapse", words.payment(payment)),
  CaptureRequested: ({ payment }, words) =>
    tell(MONEY, "Capture asked for", `of ${words.payment(payment)}, before a parcel leaves`),
  VoidRequested: ({ payment }, words) =>
    tell(PEOPLE, "Authorization not needed", `${words.payment(payment)} is to be given back`),
  PaymentCaptured: ({ payment, amount }, words) =>
    tell(MONEY_IN, "Payment captured", `${words.money(amount)} by ${words.payment(payment)}`),
  CaptureFailed: ({ payment, code, message }, words) =>
    tell(TROUBLE, "Capture failed", `${words.payment(payment)}: ${failureWords(code, message)}`),
  PaymentVoided: ({ payment }, words) => tell(UNDONE, "Authorization given back", words.payment(payment)),
  PaymentMismatched: ({ payment, expected, actual }, words) =>
    tell(
      TROUBLE,
      "Amounts differ",
      `${words.payment(payment)} holds ${words.money(actual)} instead of ${words.money(expected)}`,
    ),
  PaymentRefunded: ({ payment, amount }, words) =>
    tell(MONEY_BACK, "Paid back", `${words.money(amount)} to ${words.payment(payment)}`),
  PaymentDisputed: ({ payment, dispute }, words) =>
    tell(
      TROUBLE,
      "Payment disputed",
      `${words.money(dispute.amount)} of ${words.payment(payment)}: ${reasonWords(dispute.reason)}`,
      dispute.dueBy !== null && `evidence is taken until ${dayAndClock(dispute.dueBy)}`,
    ),
  DisputeUpdated: ({ dispute }, words) =>
    tell(
      WAITS,
      "Dispute updated",
      `${words.money(dispute.amount)}: ${reasonWords(dispute.reason)}`,
      dispute.dueBy !== null && `evidence is taken until ${dayAndClock(dispute.dueBy)}`,
    ),
  DisputeClosed: ({ outcome }) =>
    outcome === "won"
      ? tell(MONEY_IN, "Dispute won", "the money is ours again")
      : tell(TROUBLE, "Dispute lost", "the money stays with the customer"),

  StockAllocated: ({ reservations }, words, held) => tell(STOCK, "Stock allocated", words.reserved(reservations, held)),
  StockShort: ({ short }, words, held) =>
    tell(TROUBLE, "Stock lost", words.reserved(short, held), "looked for elsewhere"),
  StockResourced: ({ instead, reservations }, words) =>
    tell(
      STOCK,
      instead === "backordered" ? "Backordered stock has come" : "Other stock found",
      unitsByWarehouse(reservations, words.units, words.warehouse),
    ),
  StockSurplus: ({ reservations }, words) =>
    tell(UNDONE, "Stock not needed", unitsByWarehouse(reservations, words.units, words.warehouse)),
  LinesBackordered: ({ lines }, words) => tell(WAITS, "Waits for stock", words.units(lines)),
  StockAwaited: ({ promises }, words) =>
    tell(
      WAITS,
      promises.length === 0 ? "Still waits for stock" : "Promised for another day",
      listed(promises.map(({ line, promise }) => `${words.line(line)}: ${calendarDay(promise.delivery)}`)),
    ),
  StockUnavailable: ({ lines }, words) => tell(TROUBLE, "No stock anywhere", words.units(lines)),

  FulfillmentAccepted: ({ shipmentId, picksAtOnce }, words) =>
    tell(STOCK, "Warehouse accepted", words.shipment(shipmentId), picksAtOnce && "picks at once"),
  FulfillmentRefused: ({ shipmentId, reason }, words) =>
    tell(TROUBLE, "Warehouse refused", `${words.shipment(shipmentId)}: ${reasonWords(reason)}`),
  PickStarted: ({ shipmentId }, words) =>
    tell({ icon: "hand", tone: "move" }, "Pick started", words.shipment(shipmentId)),
  ShortPicked: ({ shipmentId, items, reason }, words) =>
    tell(
      TROUBLE,
      "Short pick",
      `${words.units(items)} not found for ${words.shipment(shipmentId)}: ${reasonWords(reason)}`,
    ),
  ShipmentPacked: ({ shipmentId }, words) => tell(STOCK, "Packed", words.shipment(shipmentId)),
  LabelCreated: ({ shipmentId, carrier, trackingNumber }, words) =>
    tell(PARCEL, "Label made", words.shipment(shipmentId), `${carrierName(carrier)} ${trackingNumber}`),
  LabelDiscarded: ({ shipmentId, trackingNumber }, words) =>
    tell(UNDONE, "Label not used", `${trackingNumber} of ${words.shipment(shipmentId)} is given back`),
  ShipmentShipped: ({ shipmentId, trackingNumber }, words) =>
    tell(PARCEL, "Shipped", words.shipment(shipmentId), trackingNumber),
  ShipmentOutForDelivery: ({ shipmentId }, words) => tell(PARCEL, "Out for delivery", words.shipment(shipmentId)),
  ShipmentDelivered: ({ shipmentId }, words) =>
    tell({ icon: "check", tone: "good" }, "Delivered", words.shipment(shipmentId)),
  ShipmentExceptionRaised: ({ shipmentId, reason }, words) =>
    tell(TROUBLE, "Parcel in trouble", `${words.shipment(shipmentId)}: ${reasonWords(reason)}`),

  CancelRequested: ({ reason }) => tell(UNDONE, "Cancel asked for", reasonWords(reason)),
  FulfillmentCancelled: ({ shipmentId }, words) => tell(UNDONE, "Warehouse stopped", words.shipment(shipmentId)),
  CancelRefused: ({ shipmentId, reason }, words) =>
    tell(TROUBLE, "Cancel refused", `${words.shipment(shipmentId)}: ${reasonWords(reason)}`, "the order goes on"),
  FulfillmentReinstated: ({ shipmentId }, words) => tell(STOCK, "Asked for again", words.shipment(shipmentId)),
  OrderCancelled: ({ reason }) => tell({ icon: "cross", tone: "quiet" }, "Order cancelled", reasonWords(reason)),
  HoldLapsed: () => tell({ icon: "cross", tone: "bad" }, "Hold ended", "it was not paid while its stock was held"),
  LinesCancelled: ({ reason, lines }, words) =>
    tell(UNDONE, "Items cancelled", `${words.units(lines)}: ${reasonWords(reason)}`),

  OrderEdited: ({ payment, givenUp }, words) => tell(PEOPLE, "Order edited", ...paidBy(payment, givenUp, words)),
  ItemsAdded: ({ payment, givenUp }, words) => tell(PEOPLE, "Items added", ...paidBy(payment, givenUp, words)),
  EditAwaitsPayment: ({ by, edit, payment, amount }, words) =>
    tell(
      WAITS,
      by === "ItemsAdded" ? "Items to be added" : "Edit to be made",
      edit.content !== undefined && `to ${contentWords(edit.content, words)}`,
      `once the difference of ${words.money(amount)} is authorized as ${words.payment(payment)}`,
    ),
  EditAwaitsRecall: ({ shipments }, words) =>
    tell(WAITS, "Parcels asked back", `${listed(shipments.map((id) => words.shipment(id)))}, before they are changed`),
  EditAbandoned: ({ reason }) => tell(TROUBLE, "Edit given up", `${reasonWords(reason)}; the order is as before`),

  MessageRequested: ({ text }) => tell(MAIL, "Message to the customer", `“${text}”`),
  NotificationRequested: ({ notification }) => tell(MAIL, "Message sent again", `“${notificationName(notification)}”`),
  NotificationUndelivered: ({ effect, code }) =>
    tell(
      { icon: "mail", tone: "warn" },
      "Mail did not arrive",
      `“${notificationName(effect.notification)}” (${codeWords(code)})`,
      "told by SMS",
    ),

  EffectFailed: ({ kind, deviation, code, message }) =>
    tell(
      TROUBLE,
      `${effectTitle(kind)}: failed`,
      failureWords(code, message),
      `deviation ${DEVIATION_WORDS[deviation].name.toLowerCase()}`,
    ),
  EffectRetried: ({ effectId }) =>
    tell({ icon: "retry", tone: "move" }, "Tried again", effectTitle(effectId.split(":")[2] ?? "").toLowerCase()),

  ReturnRequested: ({ returned, approval }, words) =>
    tell(
      { icon: "undo", tone: approval === "by_hand" ? "warn" : "move" },
      "Return asked for",
      `return ${returned.number}: ${words.units(returned.lines)}, ${conditionName(returned.condition)}`,
      reasonWords(returned.reason),
      approval === "by_hand" && "waits for a decision",
    ),
  ReturnApproved: ({ returnId }) =>
    tell({ icon: "check", tone: "good" }, "Return approved", `return ${numberOfId(returnId)}`),
  ReturnRejected: ({ returnId, reason }) =>
    tell(
      { icon: "cross", tone: "bad" },
      "Return turned down",
      `return ${numberOfId(returnId)}: ${reasonWords(reason)}`,
    ),
  ReturnLabelCreated: ({ returnId, carrier, trackingNumber }) =>
    tell(PARCEL, "Return label made", `return ${numberOfId(returnId)}`, `${carrierName(carrier)} ${trackingNumber}`),
  ReturnReminded: ({ returnId }) => tell(WAITS, "Return not here yet", `return ${numberOfId(returnId)}`),
  ReturnReceived: ({ returnId, warehouseId }, words) =>
    tell(STOCK, "Return arrived", `return ${numberOfId(returnId)} in ${words.warehouse(warehouseId)}`),
  ReturnInspected: ({ returnId, units }, words) =>
    tell(
      STOCK,
      "Return inspected",
      `return ${numberOfId(returnId)}: ${listed(units.map((some) => `${words.units([some])} ${outcomeName(some.outcome)}`))}`,
    ),
  RefundRequested: ({ refund }, words) =>
    tell(
      MONEY_BACK,
      "Refund asked for",
      words.money(refund.parts.reduce((sum, { amount }) => sum + amount, 0)),
      refund.lines.length > 0 && `for ${words.units(refund.lines)}`,
      refund.returnId !== null && `return ${numberOfId(refund.returnId)}`,
      reasonWords(refund.reason),
    ),
  RefundSettled: ({ refund, payment }, words) =>
    tell({ icon: "check", tone: "quiet" }, "Refund done", `refund ${refund}, to ${words.payment(payment)}`),
  RefundFailed: ({ payment, amount, code }, words) =>
    tell(
      TROUBLE,
      "Refund failed",
      `${words.money(amount)} did not reach ${words.payment(payment)}: ${reasonWords(code)}`,
    ),
  ExchangePlaced: ({ returnId, orderId, credit }, words) =>
    tell(
      STOCK,
      "Exchange ordered",
      `${orderNumberOf(orderId)} for return ${numberOfId(returnId)}`,
      credit > 0 && `paid by ${words.money(credit)} of credit`,
    ),
  ExchangeDeclined: ({ returnId, reason }) =>
    tell(TROUBLE, "No exchange", `return ${numberOfId(returnId)} is paid back instead`, reasonWords(reason)),
};

function contentWords({ lines, totals }: OrderContent, words: OrderWords): string {
  const units = lines.filter(({ quantity }) => quantity > 0).map(({ number, ...line }) => ({ ...line, line: number }));
  return `${words.units(units)} for ${words.money(totals.total)}`;
}

function waiting(lines: readonly { number: number; backordered: number }[], words: OrderWords): string[] {
  const some = lines.filter(({ backordered }) => backordered > 0);
  const units = words.units(some.map(({ number, backordered }) => ({ line: number, quantity: backordered })));
  return some.length === 0 ? [] : [`of which ${units} wait for stock`];
}

function paidBy(payment: number | null, givenUp: readonly number[], words: OrderWords): string[] {
  return [
    ...(payment === null ? [] : [`paid by ${words.payment(payment)}`]),
    ...(givenUp.length === 0 ? [] : [`instead of ${givenUp.map((number) => words.payment(number)).join(", ")}`]),
  ];
}

const CARRIERS: Readonly<Record<string, string>> = { fedex: "FedEx", dhl: "DHL", ups: "UPS" };

export function carrierName(carrier: string): string {
  return CARRIERS[carrier.toLowerCase()] ?? carrier;
}

/** Each entry of the history (oldest first) with what it says. */
export function tellHistory<Entry extends Pick<HistoryEntry, "type" | "data">>(
  history: readonly Entry[],
  words: OrderWords,
): { entry: Entry; telling: Telling }[] {
  let held: HeldUnits = new Map();
  return history.map((entry) => {
    held = heldAfter(held, entry);
    return { entry, telling: tellEvent(entry, words, held) };
  });
}

/**
 * A kind of event that this release does not know, or an event of a time when it had other fields, is called by its
 * name alone.
 */
function tellEvent({ type, data }: Pick<HistoryEntry, "type" | "data">, words: OrderWords, held: HeldUnits): Telling {
  const plain: Telling = { icon: "clock", tone: "quiet", title: humanize(type), said: "" };
  if (!Object.hasOwn(EVENTS, type)) return plain;
  const says = EVENTS[type as OrderEventType] as (event: unknown, words: OrderWords, held: HeldUnits) => Telling;
  try {
    return says(data, words, held);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return plain;
    throw error;
  }
}

/** Whether a person looks for it first: something did not go as it should. */
export function isTrouble({ tone }: Telling): boolean {
  return tone === "bad";
}
