import { ownPayments, settledAmounts } from "../../../src/domain/order/amounts.ts";
import { creditAmount } from "../../../src/domain/order/exchange.ts";
import type { Payment } from "../../../src/domain/order/order.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawBooks, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

type Intent = RawBooks["intents"][number];

/**
 * Invariant 5: by the provider's own books, at most one capture per amount due, each of one order, refunds within it;
 * and what pays for an exchange is credit of the one order that it came from.
 */
export function checkMoney(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const movements = Map.groupBy(state.books.movements, ({ intentId }) => intentId);
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
  }
  const openFor = new Set(
    state.ops.deviations.filter(({ status }) => status !== "resolved").map(({ orderId }) => orderId),
  );
  for (const book of orders.values()) {
    checkOrder(list, book, intents.get(book.id) ?? [], openFor.has(book.id));
    const origin = orders.get(book.order.exchangeOf?.orderId ?? "");
    if (!openFor.has(book.id) && !openFor.has(origin?.id ?? "")) checkCredit(list, book, origin);
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

function checkOrder(list: Checklist, book: OrderBook, intents: readonly Intent[], hasDeviation: boolean): void {
  const { id, order } = book;
  const received = intents.reduce((total, intent) => total + intent.received, 0);
  const refunded = intents.reduce((total, intent) => total + intent.refunded, 0);
  list.must(received <= order.totals.total, () => `${id}: ${received} captured for a total of ${order.totals.total}`);
  // While the money is still on its way, or a person has it, the two books may differ.
  if (hasDeviation || book.effects.some((effect) => effect.lane === "payment" && isOpen(effect))) return;
  const paid = ownPayments(order);
  const own = settledAmounts({ payments: paid });
  list.must(
    own.captured === received && own.refunded === refunded,
    () =>
      `${id} believes ${own.captured} captured and ${own.refunded} refunded; the provider says ${received} and ${refunded}`,
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
  for (const { number, intentId, status } of paid)
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
