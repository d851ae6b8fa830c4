import { type MinorUnits } from "../money.ts";
import { borneBy, isGivenBack, payableAmount, unpaidAmount } from "./amounts.ts";
import type { OrderRefusal } from "./commands.ts";
import type { Decision } from "./decide.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, Payment } from "./order.ts";

/** What of this payment there is to capture: what is payable and no other payment brings; 0 or less where nothing is. */
export function amountToCapture(order: Order, { authorized }: Payment): MinorUnits {
  const asked = order.payments.reduce(
    (sum, payment) =>
      sum +
      (payment.captured > 0 ? borneBy(payment) : payment.status === "authorized" ? (payment.capture?.amount ?? 0) : 0),
    0,
  );
  return Math.min(payableAmount(order) - asked, authorized);
}

/** Whether units that this payment is for are only held: no money is taken for them before they are allocated. */
export function waitsForAllocation(order: Order, number: number): boolean {
  return order.reservations.some((held) => held.status === "HELD" && (held.payment ?? number) === number);
}

/**
 * Takes the money of an authorization before its time, as the first parcel would: all that is due of it, once.
 * Refused before the stock is allocated, and where nothing is due.
 */
export function decideCapture(order: Order, number: number): Decision {
  const open = openAuthorization(order, number);
  if (!open.ok) return open;
  const isAllocated = order.reservations.some(({ status }) => status === "ALLOCATED" || status === "SHIPPED");
  const isWhole = order.lines.every(({ unsourced }) => unsourced === 0);
  if (!isAllocated || !isWhole || waitsForAllocation(order, number)) return refuse({ reason: "stock_not_allocated" });
  if (amountToCapture(order, open.payment) <= 0) return refuse({ reason: "nothing_to_capture" });
  return accept({ type: "CaptureRequested", payment: number });
}

/** Gives an authorization back that the order can do without; refused where a part of the order would be unpaid. */
export function decideVoid(order: Order, number: number): Decision {
  const open = openAuthorization(order, number);
  if (!open.ok) return open;
  const payments = order.payments.filter((payment) => payment.number !== number);
  const unpaid = unpaidAmount({ ...order, payments });
  return unpaid > 0
    ? refuse({ reason: "payment_needed", amount: unpaid })
    : accept({ type: "VoidRequested", payment: number });
}

/** The payment, while it is authorized and nothing else has been decided of it. */
function openAuthorization(order: Order, number: number): { ok: true; payment: Payment } | Refused {
  const payment = order.payments.find((candidate) => candidate.number === number);
  if (order.ended) return refuse({ reason: "already_ended", state: order.state });
  if (payment === undefined) return refuse({ reason: "payment_unknown" });
  if (payment.status !== "authorized" || isGivenBack(payment))
    return refuse({ reason: "payment_state", state: payment.status });
  if (payment.capture !== null) return refuse({ reason: "capture_asked" });
  if (order.pendingEdit?.payment === number) return refuse({ reason: "edit_pending" });
  return order.cancelling ? refuse({ reason: "cancel_pending" }) : { ok: true, payment };
}

type Refused = Extract<Decision, { ok: false }>;

function refuse(refusal: OrderRefusal): Refused {
  return { ok: false, refusal };
}

function accept(event: OrderEvent): Decision {
  return { ok: true, events: [event] };
}
