import type { Effect, EffectKind } from "../../../../../src/domain/order/effects.ts";
import type { SagaEntry } from "../../../../../src/contracts/orders.ts";
import { DEVIATION_WORDS, plainSummary } from "../../../ui/deviation-words.ts";
import { humanize } from "../../../ui/states.ts";
import { dayAndClock } from "../../../ui/moments.ts";
import { notificationName, reasonWords } from "./code-words.ts";
import { numberOfId, type OrderWords, unitsByWarehouse } from "./order-words.ts";

interface EffectWords<Kind extends EffectKind> {
  /** What is done, of any order. */
  title: string;
  /** To what, how much, where. */
  says: (effect: Extract<Effect, { kind: Kind }>, words: OrderWords) => string;
}

type Reservations = Extract<Effect, { kind: "AllocateStock" }>["reservations"];

function held(reservations: Reservations, words: OrderWords): string {
  return unitsByWarehouse(reservations, words.units, words.warehouse);
}

/** What is kept of a reservation stays: all but that goes. */
function released(reservations: Reservations, words: OrderWords): string {
  const whole = reservations.filter(({ keep = 0 }) => keep === 0);
  const part = reservations.flatMap((one) => (one.keep ? [{ ...one, quantity: one.keep }] : []));
  return [held(whole, words), part.length === 0 ? "" : `all but ${held(part, words)}`].filter(Boolean).join("; ");
}

/** What each kind of effect is called and does; a kind without its line here does not compile. */
const EFFECTS: { readonly [Kind in EffectKind]: EffectWords<Kind> } = {
  AuthorizePayment: {
    title: "Authorize payment",
    says: ({ amount, payment, approved }, words) =>
      `${words.money(amount.amount)} by ${words.payment(payment)}${approved ? ", as the customer approved" : ""}`,
  },
  AwaitPayment: {
    title: "Wait for the customer",
    says: ({ payment, deadline }, words) => `to confirm ${words.payment(payment)}, until ${dayAndClock(deadline)}`,
  },
  CapturePayment: {
    title: "Capture payment",
    says: ({ amount, payment }, words) => `${words.money(amount.amount)} by ${words.payment(payment)}`,
  },
  VoidPayment: { title: "Give authorization back", says: ({ payment }, words) => words.payment(payment) },
  RefundPayment: {
    title: "Pay back",
    says: ({ amount, payment, refund, reason }, words) =>
      `${words.money(amount.amount)} to ${words.payment(payment)}, refund ${refund}: ${reasonWords(reason)}`,
  },
  PlaceExchange: {
    title: "Order the exchange",
    says: ({ returnId, credit }, words) =>
      `for return ${numberOfId(returnId)}, by ${words.money(credit.amount)} of credit`,
  },
  AllocateStock: { title: "Allocate stock", says: ({ reservations }, words) => held(reservations, words) },
  ReSource: {
    title: "Find other stock",
    says: ({ lines, exclude }, words) =>
      `${words.units(lines)}${exclude.length === 0 ? "" : `, not in ${exclude.map((id) => words.warehouse(id)).join(", ")}`}`,
  },
  PromoteBackorder: { title: "Wait for stock", says: ({ lines }, words) => words.units(lines) },
  ReleaseStock: { title: "Release stock", says: ({ reservations }, words) => released(reservations, words) },
  ShipStock: {
    title: "Take stock out",
    says: ({ reservations, shipmentId }, words) => `${held(reservations, words)}, with ${words.shipment(shipmentId)}`,
  },
  WriteOffShort: {
    title: "Write off what is missing",
    says: ({ reservations }, words) => held(reservations, words),
  },
  RequestFulfillment: {
    title: "Ask the warehouse",
    says: ({ shipmentId }, words) => words.shipment(shipmentId),
  },
  CancelFulfillment: {
    title: "Stop the warehouse",
    says: ({ shipmentId }, words) => words.shipment(shipmentId),
  },
  CreateLabel: { title: "Make a label", says: ({ shipmentId }, words) => words.shipment(shipmentId) },
  VoidLabel: {
    title: "Give label back",
    says: ({ shipmentId, trackingNumber }, words) => `${trackingNumber} of ${words.shipment(shipmentId)}`,
  },
  TrackParcel: { title: "Follow the parcel", says: ({ shipmentId }, words) => words.shipment(shipmentId) },
  CreateReturnLabel: { title: "Make a return label", says: ({ returnId }) => `return ${numberOfId(returnId)}` },
  RestockReturn: {
    title: "Take back into stock",
    says: ({ units }, words) => unitsByWarehouse(units, words.units, words.warehouse),
  },
  Notify: {
    title: "Tell the customer",
    says: ({ notification, text, channel }) =>
      `${text === undefined ? `“${notificationName(notification)}”` : `“${text}”`}${channel === "sms" ? " by SMS" : ""}`,
  },
  OpenDeviation: {
    title: "Tell a person",
    says: ({ deviation, summary }) => `${DEVIATION_WORDS[deviation].name}: ${plainSummary(summary)}`,
  },
};

/** What a kind of effect is called; one that this release does not know by its own name. */
export function effectTitle(kind: string): string {
  return Object.hasOwn(EFFECTS, kind) ? EFFECTS[kind as EffectKind].title : humanize(kind);
}

/** To what an effect is done, how much and where; empty where this release can't say. */
export function effectSays({ kind, effect }: Pick<SagaEntry, "kind" | "effect">, words: OrderWords): string {
  if (!Object.hasOwn(EFFECTS, kind)) return "";
  const says = EFFECTS[kind as EffectKind].says as (effect: unknown, words: OrderWords) => string;
  try {
    return says(effect, words);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return "";
    throw error;
  }
}

/** What a lane of the saga is called. */
export function laneName(lane: string, words: OrderWords): string {
  const [kind, id] = lane.split(":");
  switch (kind) {
    case "payment":
      return "Payment";
    case "stock":
      return "Stock";
    case "notify":
      return "Messages";
    case "watch":
      return "Waiting";
    case "deviation":
      return "For people";
    case "shipment":
      return words.shipment(id ?? "").replace("shipment", "Shipment");
    case "return":
      return `Return ${numberOfId(id ?? "")}`;
    default:
      return humanize(lane);
  }
}
