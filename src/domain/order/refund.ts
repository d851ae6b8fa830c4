import type { EffectId, OrderId, ReturnId, Sku, WarehouseId } from "../ids.ts";
import { formatMoney, type MinorUnits, partsPerMillion } from "../money.ts";
import { borneBy, capturedAmount, isPaymentAlive } from "./amounts.ts";
import { isDisputed, lostAmount } from "./dispute.ts";
import type { Effect } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import { type Credit, divideParts, type ReturnedCredit } from "./exchange.ts";
import type { LineUnits, Order, Payment } from "./order.ts";
import { withPayment } from "./order-parts.ts";
import { type PaidShare, paidAmount, paidForLines, shareOfUnits, sumShares } from "./refund-share.ts";

/** Units whose money goes back, with what was paid for them. */
export interface RefundedLine extends LineUnits {
  share: PaidShare;
}

/** Units that go back into the stock of a warehouse. */
export interface RestockUnits extends LineUnits {
  sku: Sku;
  warehouseId: WarehouseId;
}

/** A part of a refund: refunds are made to the payments that the money came from. */
export interface RefundPart {
  payment: number;
  amount: MinorUnits;
  /** The provider's id of it, once it is done. */
  refundId: string | null;
  /** Set while it has failed, until a person has it tried again. */
  failure?: RefundFailure;
  /** Version at which it was asked for again, after it had been done and failed later; absent before. */
  askedIn?: number;
}

export const REFUND_STATES = ["pending", "failed", "done"] as const;
export type RefundState = (typeof REFUND_STATES)[number];

/** Why a part of a refund has not reached the customer. */
export interface RefundFailure {
  /** What a person names to have it tried again. */
  effectId: EffectId;
  code: string;
  /** The provider's id of the refund that was done and failed later; null where it was never done. */
  refundId: string | null;
}

/** Money that goes back to the customer: for units, as an amount that somebody named, or all of an order that ended. */
export interface Refund {
  /** 1, 2, 3 … in the order asked for. */
  number: number;
  reason: string;
  returnId: ReturnId | null;
  /** The units it is for; none where only an amount was named. */
  lines: RefundedLine[];
  /** Of what was paid for the units, what is kept: shipping and fee by the policy of returns. */
  withheld: { shipping: MinorUnits; fee: MinorUnits };
  /** What the units give a right to, as far as it was captured; what of it was paid back before as an amount is not paid again. */
  due: MinorUnits;
  /** What is paid back, payment by payment; none where nothing was left to pay back. */
  parts: RefundPart[];
  /** What of it is credit for the order that was, or is being, placed in exchange; absent where nothing is. */
  credit?: Credit;
  /** Set where it pays back credit that the exchange has no use for any more. */
  returnedCredit?: ReturnedCredit;
  /** Units that came back without a return. */
  restock: RestockUnits[];
  /** Version at which it was asked for. */
  askedIn: number;
}

/** A refund as the event tells it: nothing of it is done yet. */
export type RequestedRefund = Omit<Refund, "askedIn" | "parts"> & {
  parts: Pick<RefundPart, "payment" | "amount">[];
};

/** What is kept of the money for returned units. */
export interface RefundTerms {
  /** Of the price after discount and its tax, in millionths. */
  feePpm: number;
  refundsShipping: boolean;
}

/** All that was paid for the units goes back. */
export const IN_FULL: RefundTerms = { feePpm: 0, refundsShipping: true };

/** What a refund pays back in all, beside what of it is credit. */
export function refundAmount({ parts }: Pick<RequestedRefund, "parts">): MinorUnits {
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}

/**
 * What of the payment is paid back or asked to be, or is credit; a webhook may tell of a refund before the outcome of
 * ours does.
 */
function committed({ refunds }: Pick<Order, "refunds">, payment: Payment): MinorUnits {
  const { number, refunded, refundedElsewhere = 0 } = payment;
  const credit = refunds
    .flatMap((refund) => refund.credit?.parts ?? [])
    .filter((part) => part.payment === number)
    .reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(refunded, refundedElsewhere + partsOf(refunds, number, "all")) + credit;
}

/** The order once so much more of the payment was paid back, by us or at the provider by another hand. */
export function withPaidBack(order: Order, number: number, amount: MinorUnits): Order {
  return withPayment(order, number, (payment) => {
    const refunded = payment.refunded + amount;
    const elsewhere = Math.max(payment.refundedElsewhere ?? 0, refunded - partsOf(order.refunds, number, "all"));
    return { ...payment, refunded, ...(elsewhere > 0 && { refundedElsewhere: elsewhere }) };
  });
}

/** What of the payment our own refunds have paid back. */
export function doneAmount({ refunds }: Pick<Order, "refunds">, payment: number): MinorUnits {
  return partsOf(refunds, payment, "done");
}

function partsOf(refunds: readonly Refund[], payment: number, which: "all" | "done"): MinorUnits {
  return refunds
    .flatMap(({ parts }) => parts)
    .filter((part) => part.payment === payment && (which === "all" || part.refundId !== null))
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** What can still be paid back: refunds and credit never come to more than was captured. */
export function refundableAmount(order: Pick<Order, "payments" | "refunds">): MinorUnits {
  return order.payments.reduce((sum, payment) => sum + Math.max(0, payment.captured - committed(order, payment)), 0);
}

/** The same of one payment as far as it is there now: not while it is disputed, and never what was lost that way. */
function refundableOf(order: Pick<Order, "refunds">, payment: Payment): MinorUnits {
  return isDisputed(payment) ? 0 : Math.max(0, payment.captured - committed(order, payment) - lostAmount(payment));
}

/** What somebody may pay back now: what is refundable and neither disputed nor lost to a dispute. */
export function refundableNow(order: Pick<Order, "payments" | "refunds">): MinorUnits {
  return order.payments.reduce((sum, payment) => sum + refundableOf(order, payment), 0);
}

/** What of this payment is paid back once this part is: what our own refunds before it and another hand's came to, and the part. */
export function refundedAfter({ refunds, payments }: Order, number: number, amount: MinorUnits): MinorUnits {
  const { refundedElsewhere = 0 } = payments.find((payment) => payment.number === number) ?? {};
  return refundedElsewhere + partsOf(refunds, number, "done") + amount;
}

/** The amount over the order's payments: the earliest payment gives back first, each at most what is left of it. */
function spread(
  order: Pick<Order, "payments" | "refunds">,
  amount: MinorUnits,
  thereOf = (payment: Payment) => payment.captured - committed(order, payment),
): RequestedRefund["parts"] {
  const parts: RequestedRefund["parts"] = [];
  let left = amount;
  for (const payment of order.payments) {
    const part = Math.min(left, thereOf(payment));
    if (part <= 0) continue;
    parts.push({ payment: payment.number, amount: part });
    left -= part;
  }
  return parts;
}

/** How many units of the line have had their money back. */
export function refundedUnits({ refunds }: { refunds: readonly Pick<Refund, "lines">[] }, line: number): number {
  return linesOf(refunds, line).reduce((sum, { quantity }) => sum + quantity, 0);
}

function linesOf(refunds: readonly Pick<Refund, "lines">[], number: number): RefundedLine[] {
  return refunds.flatMap(({ lines }) => lines).filter(({ line }) => line === number);
}

/** A refund of an amount that somebody named; the caller has seen that it is there. */
export function refundOfAmount(order: Order, amount: MinorUnits, reason: string): RequestedRefund {
  return {
    number: order.refunds.length + 1,
    reason,
    returnId: null,
    lines: [],
    withheld: { shipping: 0, fee: 0 },
    due: 0,
    parts: spread(order, amount),
    restock: [],
  };
}

/** A refund that somebody asks for now, of the payments that no dispute has a hold on. */
export function refundAskedFor(order: Order, amount: MinorUnits, reason: string): RequestedRefund {
  const parts = spread(order, amount, (payment) => refundableOf(order, payment));
  return { ...refundOfAmount(order, 0, reason), parts };
}

/**
 * A refund of what was paid for these units (each line once), less what the terms keep. More than was captured is not
 * paid back: what the customer has had before as an amount counts for these units too.
 */
export function refundOfUnits(
  order: Order,
  units: readonly LineUnits[],
  {
    reason,
    returnId = null,
    terms = IN_FULL,
    restock = [],
  }: { reason: string; returnId?: ReturnId | null; terms?: RefundTerms; restock?: RestockUnits[] },
): RequestedRefund {
  const whole = paidForLines(order);
  const lines = order.lines.flatMap(({ number, quantity }, index): RefundedLine[] => {
    const taken = units.find(({ line }) => line === number);
    const paid = whole[index];
    if (!taken || !paid) return [];
    const before = refundedUnits(order, number);
    const givenBack = sumShares(linesOf(order.refunds, number).map(({ share }) => share));
    return [{ ...taken, share: shareOfUnits(paid, quantity, { before, units: taken.quantity, givenBack }) }];
  });
  const all = sumShares(lines.map(({ share }) => share));
  const withheld = {
    shipping: terms.refundsShipping ? 0 : all.shipping,
    fee: partsPerMillion(paidAmount({ ...all, shipping: 0 }), terms.feePpm),
  };
  const due = notAcknowledged(order, [...order.refunds, { lines, withheld }]);
  const parts = spread(order, Math.min(due, refundableAmount(order)));
  return { number: order.refunds.length + 1, reason, returnId, lines, withheld, due, parts, restock };
}

/** The same refund as credit for an exchange: nothing of it is paid back before the exchange is placed or declined. */
export function asCredit({ parts, ...refund }: RequestedRefund): RequestedRefund {
  return { ...refund, parts: [], credit: { orderId: null, parts } };
}

/** A refund of credit that another order has given back by its own refund `by`; never more than is credit yet. */
export function refundOfCredit(
  order: Order,
  { refund, amount, by, reason }: { refund: number; amount: MinorUnits; by: EffectId; reason: string },
): RequestedRefund {
  const source = order.refunds.find(({ number }) => number === refund);
  const { taken } = divideParts(source?.credit?.parts ?? [], amount);
  return { ...refundOfAmount(order, 0, reason), parts: taken, returnedCredit: { refund, by } };
}

/**
 * What units whose money goes back give a right to, and no refund acknowledges yet. A right reaches as far as the money
 * that was captured and pays for the order.
 */
function notAcknowledged(order: Order, refunds: readonly Pick<Refund, "lines" | "withheld">[]): MinorUnits {
  const captured = capturedAmount(order);
  const isAll = order.lines.every(({ number, quantity }) => refundedUnits({ refunds }, number) === quantity);
  // Shares were taken of what the order was then; of all of it exactly its total goes back, whatever it was before.
  const owed = isAll
    ? refunds.reduce((sum, { withheld }) => sum - withheld.shipping - withheld.fee, order.totals.total)
    : refunds.reduce((sum, refund) => sum + owedFor(refund), 0);
  const acknowledged = order.refunds.reduce((sum, { due }) => sum + due, 0);
  return Math.max(0, Math.min(owed, captured) - acknowledged);
}

function owedFor({ lines, withheld }: Pick<Refund, "lines" | "withheld">): MinorUnits {
  return paidAmount(sumShares(lines.map(({ share }) => share))) - withheld.shipping - withheld.fee;
}

/**
 * Whether money was given back that the order, as it is, had a right to: by a person, here or at the provider, or for
 * returned units. What such an order contains does not change any more, or the same units could be paid back twice.
 * Money of a payment that was given up was never the order's.
 */
export function hasGivenBack({ refunds, payments }: Pick<Order, "refunds" | "payments">): boolean {
  const asked = payments
    .filter(isPaymentAlive)
    .some((payment) => committed({ refunds }, payment) > (payment.reduced ?? 0));
  return asked || refunds.some(({ lines }) => lines.length > 0);
}

/** The order with one more refund that is asked for; what it pays back of a credit is credit no more. */
export function withRefund(order: Order, refund: RequestedRefund, version: number): Order {
  const refunds = order.refunds.map((one) =>
    one.credit && one.number === refund.returnedCredit?.refund
      ? { ...one, credit: { ...one.credit, parts: divideParts(one.credit.parts, refundAmount(refund)).left } }
      : one,
  );
  return { ...order, refunds: [...refunds, { ...refund, parts: openParts(refund.parts), askedIn: version }] };
}

function openParts(parts: RequestedRefund["parts"]): RefundPart[] {
  return parts.map((part) => ({ ...part, refundId: null }));
}

/**
 * The order whose refund of this number is credit that the exchange has used `used` of; the rest is asked for. What that
 * order has given back already, before this was heard of, is credit no more.
 */
export function withCreditUsed(
  order: Order,
  number: number,
  { orderId, used }: { orderId: OrderId; used: MinorUnits },
  version: number,
): Order {
  return withCredit(order, number, (credit) => {
    const givenBack = order.refunds
      .filter(({ returnedCredit }) => returnedCredit?.refund === number)
      .reduce((sum, refund) => sum + refundAmount(refund), 0);
    const { taken, left } = divideParts(credit, Math.max(0, used - givenBack));
    return { credit: { orderId, parts: taken }, parts: openParts(left), askedIn: version };
  });
}

/** The order whose refund of this number is no credit after all: all of it is asked for. */
export function withCreditDeclined(order: Order, number: number, version: number): Order {
  return withCredit(order, number, (credit) => ({
    credit: { orderId: null, parts: [] },
    parts: openParts(credit),
    askedIn: version,
  }));
}

function withCredit(order: Order, number: number, settle: (credit: Credit["parts"]) => Partial<Refund>): Order {
  const refunds = order.refunds.map((refund) =>
    refund.number === number && refund.credit && isCreditOpen(refund)
      ? { ...refund, ...settle(refund.credit.parts) }
      : refund,
  );
  return { ...order, refunds };
}

/** Whether the order that is to use this credit is still being placed. */
export function isCreditOpen({ credit }: Pick<Refund, "credit">): boolean {
  return credit !== undefined && credit.orderId === null && credit.parts.length > 0;
}

/** The order with one part of a refund done. */
export function withRefundDone(order: Order, number: number, payment: number, refundId: string): Order {
  return withParts(order, isPart(number, payment), ({ failure: _, ...part }) => ({ ...part, refundId }));
}

/** The order with one part of a refund that could not be paid back. */
export function withRefundNotMade(
  order: Order,
  { refund, payment }: { refund: number; payment: number },
  failure: Pick<RefundFailure, "effectId" | "code">,
): Order {
  return withParts(order, isPart(refund, payment), (part) =>
    part.refundId === null ? { ...part, failure: { ...failure, refundId: null } } : part,
  );
}

/**
 * The order after a refund that counted as paid back has failed. Its money stays set aside for the same part, so that
 * the customer gets it once: by trying again, and not by another refund as well.
 */
export function withRefundFailed(
  order: Order,
  { refund, payment: number, amount, refundId, code }: Extract<OrderEvent, { type: "RefundFailed" }>,
  version: number,
): Order {
  const failed = withPayment(order, number, (payment) => {
    const elsewhere = payment.refundedElsewhere ?? 0;
    return {
      ...payment,
      refunded: payment.refunded - amount,
      failedRefunds: [...(payment.failedRefunds ?? []), refundId],
      ...(refund === null && elsewhere > 0 && { refundedElsewhere: Math.max(0, elsewhere - amount) }),
    };
  });
  if (refund === null) return failed;
  const effectId = lateFailureId(order, version);
  const failure = { effectId, code, refundId };
  return withParts(
    { ...failed, failedEffects: [...order.failedEffects, effectId] },
    isPart(refund, number),
    (part) => ({
      ...part,
      refundId: null,
      failure,
    }),
  );
}

/** What a person names to have a refund tried again that failed after it was done: no effect has this id. */
function lateFailureId({ id }: Pick<Order, "id">, version: number): EffectId {
  return `${id}:${version}:RefundFailed` as EffectId;
}

/** A person decides what becomes of the money: the customer still has to get it. */
export function tellRefundFailed(
  order: Order,
  { refund, payment, amount, refundId, code }: Extract<OrderEvent, { type: "RefundFailed" }>,
): Effect {
  const what = `${formatMoney({ amount, currency: order.currency })} to payment ${payment}`;
  const provider = order.payments.find(({ number }) => number === payment)?.provider ?? "";
  return {
    kind: "OpenDeviation",
    deviation: "payment_failed",
    ...(refund !== null && { effectId: lateFailureId(order, order.version) }),
    reference: { provider, id: refundId },
    summary: `${order.number}: a refund of ${what} did not reach the customer (${code}). The money is still theirs.`,
    tried: [],
  };
}

/**
 * The order when a person has a failed refund tried again. One that was done and failed later is asked for anew; of one
 * that was never done, the effect itself starts over.
 */
export function withRefundRetried(order: Order, effectId: EffectId, version: number): Order {
  return withParts(
    order,
    (_, { failure }) => failure?.effectId === effectId,
    ({ failure, ...part }) => (failure?.refundId == null ? part : { ...part, askedIn: version }),
  );
}

/**
 * The part that the provider's refund has paid back. One that a webhook had told of first was done without the
 * provider's id: its amount tells which it is.
 */
export function partPaidBy(
  { id, refunds }: Order,
  payment: number,
  { refundId, amount }: { refundId: string; amount: MinorUnits },
): { refund: number; part: RefundPart } | undefined {
  const parts = refunds
    .flatMap(({ number: refund, parts: all }) => all.map((part) => ({ refund, part })))
    .filter(({ part }) => part.payment === payment);
  const isUnnamed = (part: RefundPart) => part.amount === amount && part.refundId?.startsWith(`${id}:`) === true;
  return parts.find(({ part }) => part.refundId === refundId) ?? parts.find(({ part }) => isUnnamed(part));
}

/** Whether the provider's refund may be one of ours whose outcome is still to come. */
export function awaitsRefund(order: Order, number: number, made: { refundId: string; amount: MinorUnits }): boolean {
  const known = order.payments.find((payment) => payment.number === number)?.failedRefunds ?? [];
  if (known.includes(made.refundId) || partPaidBy(order, number, made)) return false;
  return order.refunds
    .flatMap(({ parts }) => parts)
    .some((part) => part.payment === number && part.amount === made.amount && partState(part) === "pending");
}

type PartTest = (refund: number, part: RefundPart) => boolean;

function isPart(refund: number, payment: number): PartTest {
  return (number, part) => number === refund && part.payment === payment;
}

function withParts(order: Order, isMeant: PartTest, change: (part: RefundPart) => RefundPart): Order {
  const refunds = order.refunds.map((refund) => ({
    ...refund,
    parts: refund.parts.map((part) => (isMeant(refund.number, part) ? change(part) : part)),
  }));
  return { ...order, refunds };
}

/** Asks for the money back that pays for nothing of the order. */
export function askMoneyBack(order: Order, version: number): Order {
  return askSurplusBack(askIdleMoneyBack(order, version), version);
}

/**
 * What was captured beyond what the whole order costs: it became smaller after the capture, or while the capture was on
 * its way. Newest payment first. Money for units that wait for stock is kept as long as they wait.
 */
function askSurplusBack(order: Order, version: number): Order {
  if (order.ended) return order;
  const captured = order.payments.filter(({ status }) => status === "captured");
  let surplus = captured.reduce((sum, payment) => sum + borneBy(payment), 0) - order.totals.total;
  const parts: RequestedRefund["parts"] = [];
  for (const payment of captured.toReversed()) {
    const amount = Math.min(surplus, borneBy(payment), payment.captured - committed(order, payment));
    if (amount <= 0) continue;
    surplus -= amount;
    parts.push({ payment: payment.number, amount });
  }
  if (parts.length === 0) return order;
  const asked = withRefund(order, { ...refundOfAmount(order, 0, "order reduced"), parts }, version);
  return parts.reduce(
    (after, { payment, amount }) =>
      withPayment(after, payment, (one) => ({ ...one, reduced: (one.reduced ?? 0) + amount })),
    asked,
  );
}

/**
 * Asks for the money back that pays for nothing: of an order that has ended, of a payment that was given up, and, where
 * it is captured late, for units that have come back before.
 */
function askIdleMoneyBack(order: Order, version: number): Order {
  const idle = order.payments
    .filter((payment) => order.ended !== null || !isPaymentAlive(payment))
    .map((payment) => ({ payment: payment.number, amount: payment.captured - committed(order, payment) }))
    .filter(({ amount }) => amount > 0);
  if (idle.length > 0)
    return withRefund(order, { ...refundOfAmount(order, 0, "order cancelled"), parts: idle }, version);
  if (order.ended !== null || order.refunds.length === 0) return order;
  const late = notAcknowledged(order, order.refunds);
  if (late === 0) return order;
  const amount = Math.min(late, refundableAmount(order));
  return withRefund(order, { ...refundOfAmount(order, amount, "returned before it was paid"), due: late }, version);
}

/** The refunds that this very event has asked for, part by part. */
export function askedRefunds({ refunds, version, currency }: Order): Effect[] {
  return refunds.flatMap(({ number, reason, parts, askedIn }) =>
    parts
      .filter((part) => (part.askedIn ?? askedIn) === version)
      .map(({ payment, amount }): Effect => ({
        kind: "RefundPayment",
        refund: number,
        payment,
        amount: { amount, currency },
        reason,
      })),
  );
}

/** Whether this part of a refund was asked for and is not done yet. */
export function isPartOpen({ refunds }: Pick<Order, "refunds">, refund: number, payment: number): boolean {
  return refunds.some(
    ({ number, parts }) =>
      number === refund && parts.some((part) => part.payment === payment && part.refundId === null),
  );
}

/** Whether any refund to the payment was asked for and is not done yet. */
export function hasOpenPart(order: Pick<Order, "refunds">, payment: number): boolean {
  return order.refunds.some(({ number }) => isPartOpen(order, number, payment));
}

/** Where a part of a refund stands. */
export function partState({ refundId, failure }: RefundPart): RefundState {
  return failure ? "failed" : refundId === null ? "pending" : "done";
}

/** Where the refund as a whole stands: failed while any part of it has failed. */
export function refundState(refund: Pick<Refund, "parts" | "credit">): RefundState {
  if (refund.parts.some(({ failure }) => failure !== undefined)) return "failed";
  return isRefundDone(refund) ? "done" : "pending";
}

/** Whether every part of the refund is done, and the exchange placed that any of it is credit for. */
export function isRefundDone(refund: Pick<Refund, "parts" | "credit">): boolean {
  return !isCreditOpen(refund) && refund.parts.every(({ refundId }) => refundId !== null);
}
