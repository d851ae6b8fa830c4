import { settledAmounts } from "../../../src/domain/order/amounts.ts";
import { creditAmount } from "../../../src/domain/order/exchange.ts";
import type { Payment } from "../../../src/domain/order/order.ts";
import { isSettledElsewhere } from "../../../src/domain/order/payment-provider.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawBooks, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

type Intent = RawBooks["intents"][number];

/**
 * Invariant 5: by the providers' own books, at most one capture per amount due, each of one order, refunds within it and as
 * the order says; and what pays for an exchange is credit of the one order that it came from.
 */
export function checkMoney(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const movements = Map.groupBy(state.books.movements, ({ intentId }) => intentId);
  const refundsOf = Map.groupBy(state.books.refunds, ({ intentId }) => intentId);
  const intents = Map.groupBy(state.books.intents, ({ orderId }) => orderId ?? "");
  for (const intent of state.books.intents) {
    const { id, orderId, amount, received, refunded } = intent;
    list.must(orders.has(orderId ?? ""), () => `${id} was made for ${orderId ?? "nobody"}, and there is no such order`);
    const captures = (movements.get(id) ?? []).filter(({ kind }) => kind === "capture");
    list.must(captures.length <= 1, () => `${id} of ${orderId} was captured ${captures.length} times`);
    list.must(
      sum(captures) === received && received <= amount,
      () => `${id} of ${orderId}: ${received} received of ${amount}, captures come to ${sum(captures)}`,
    );
    const refunds = (movements.get(id) ?? []).filter(({ kind }) => kind === "refund");
    list.must(
      sum(refunds) === refunded && refunded <= received,
      () => `${id} of ${orderId}: ${refunded} refunded of ${received}`,
    );
    list.must(
      amountsOf(refundsOf.get(id) ?? []) === amountsOf(refunds),
      () => `${id} of ${orderId}: its refunds are not the money that moved`,
    );
  }
  const openFor = new Set(
    state.ops.deviations.filter(({ status }) => status !== "resolved").map(({ orderId }) => orderId),
  );
  for (const book of orders.values()) {
    const origin = orders.get(book.order.exchangeOf?.orderId ?? "");
    if (!openFor.has(book.id) && !openFor.has(origin?.id ?? "")) checkCredit(list, book, origin);
    const own = intents.get(book.id) ?? [];
    // While the money is still on its way, or a person has it, the two books may differ.
    if (openFor.has(book.id) || book.effects.some((effect) => effect.lane === "payment" && isOpen(effect))) continue;
    checkOrder(list, book, own);
    for (const payment of book.order.payments) checkRefunds(list, book, payment, refundsOf);
  }
  return list.finding("5", "no payment captured twice, refunds within captures");
}

/** Credit is in two books at once: in that of the order that has used it, and of the one that does not pay it back. */
function checkCredit(list: Checklist, book: OrderBook, origin: OrderBook | undefined): void {
  const { id, order, effects } = book;
  const { exchangeOf, payments } = order;
  const credits = payments.filter(({ provider }) => provider === "exchange");
  const used = credits.reduce((total, { captured, refunded }) => total + captured - refunded, 0);
  const isMoving = [...effects, ...(origin?.effects ?? [])].some(
    (effect) => isOpen(effect) && (effect.lane === "payment" || effect.lane.startsWith("exchange:")),
  );
  if (isMoving) return;
  const refund = origin?.order.refunds.find(({ number }) => number === exchangeOf?.refund);
  const credit = refund?.credit?.orderId === id ? creditAmount(refund) : 0;
  list.must(
    used === credit,
    () => `${id} is paid by ${used} of credit, and ${origin?.id ?? "no order"} gives ${credit}`,
  );
}

function checkOrder(list: Checklist, { id, order }: OrderBook, intents: readonly Intent[]): void {
  const received = intents.reduce((total, intent) => total + intent.received, 0);
  const refunded = intents.reduce((total, intent) => total + intent.refunded, 0);
  const byProvider = order.payments.filter(({ provider }) => !isSettledElsewhere(provider));
  const own = settledAmounts({ payments: byProvider });
  list.must(
    own.captured === received && own.refunded === refunded,
    () =>
      `${id} believes ${own.captured} captured and ${own.refunded} refunded; the provider says ${received} and ${refunded}`,
  );
  const elsewhere = settledAmounts(order).captured - own.captured;
  const { total } = order.totals;
  const borne = received + elsewhere - order.payments.reduce((sum, { reduced = 0 }) => sum + reduced, 0);
  list.must(order.ended !== null || borne <= total, () => `${id}: ${borne} captured for a total of ${total}`);
  list.must(
    !isUnderWay(order) || borne === total,
    () => `${id} is ${order.state}, and ${borne} of its ${total} were captured`,
  );
  for (const intent of intents) {
    const payment = order.payments.find(({ intentId }) => intentId === intent.id);
    const holdsMoney = intent.capturable > 0 || intent.received > intent.refunded;
    list.must(
      payment !== undefined || !holdsMoney,
      () => `${id}: ${intent.id} holds money and no payment of the order knows of it`,
    );
    if (payment !== undefined)
      list.must(
        agree(payment, intent),
        () => `${id}: payment ${payment.number} is ${payment.status}, and ${intent.id} is ${intent.status}`,
      );
  }
  for (const { number, intentId, status } of byProvider)
    list.must(
      intentId === null || intents.some((intent) => intent.id === intentId),
      () => `${id}: payment ${number} (${status}) names an intent that the provider does not know`,
    );
  if (order.ended !== null)
    list.must(
      received === refunded && intents.every(({ capturable }) => capturable === 0),
      () => `${id} has ended as ${order.ended?.as} and money is still with us`,
    );
}

/** Whether all of it has left: then it has been paid, and what was left out of it paid back. */
function isUnderWay({ state, ended }: OrderBook["order"]): boolean {
  return ended === null && (state === "SHIPPED" || state === "DELIVERED");
}

/** What the order says was paid back is what the provider paid back, refund by refund; what was asked for is done. */
function checkRefunds(
  list: Checklist,
  { id, order }: OrderBook,
  { number, intentId, provider }: Payment,
  refundsOf: ReadonlyMap<string, readonly { amount: number }[]>,
): void {
  const parts = order.refunds.flatMap((refund) => refund.parts).filter(({ payment }) => payment === number);
  list.must(
    parts.every(({ refundId }) => refundId !== null),
    () => `${id}: a refund of payment ${number} was asked for, and nobody is at it`,
  );
  if (isSettledElsewhere(provider)) return;
  const made = amountsOf(refundsOf.get(intentId ?? "") ?? []);
  list.must(
    amountsOf(parts) === made,
    () => `${id}: payment ${number} was to give back ${amountsOf(parts) || "nothing"}, and gave ${made || "nothing"}`,
  );
}

/** In no order. */
function amountsOf(moved: readonly { amount: number }[]): string {
  return moved
    .map(({ amount }) => amount)
    .toSorted((a, b) => a - b)
    .join("+");
}

function agree(payment: Payment, intent: Intent): boolean {
  switch (payment.status) {
    case "requested":
    case "processing":
      return intent.capturable === 0 && intent.received === 0;
    case "requires_action":
      return intent.status === "requires_action";
    case "authorized":
      return intent.status === "requires_capture" && intent.capturable >= payment.authorized;
    case "captured":
      return intent.status === "succeeded";
    case "voided":
    case "failed":
      return intent.capturable === 0 && intent.received === intent.refunded;
  }
}

function sum(movements: readonly { amount: number }[]): number {
  return movements.reduce((total, { amount }) => total + amount, 0);
}
