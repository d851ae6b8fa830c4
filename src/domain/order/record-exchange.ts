import type { OrderId, ReturnId } from "../ids.ts";
import type { OrderFact } from "./commands.ts";
import type { OrderEvent } from "./events.ts";
import type { Order } from "./order.ts";
import { refundAmount, refundOfCredit } from "./refund.ts";
import { findReturn } from "./return.ts";

/** The order in exchange is placed; told twice it is one. */
export function exchangeEvents(
  order: Order,
  returnId: ReturnId,
  { orderId, credit }: { orderId: OrderId; credit: number },
): OrderEvent[] {
  const exchange = findReturn(order, returnId)?.exchange;
  return exchange && exchange.orderId === null ? [{ type: "ExchangePlaced", returnId, orderId, credit }] : [];
}

/** Credit comes back from the other order, and goes to the payments that it came from; once for each refund there. */
export function returnedCreditEvents(
  order: Order,
  fact: Extract<OrderFact, { type: "RecordReturnedCredit" }>,
): OrderEvent[] {
  if (order.refunds.some(({ returnedCredit }) => returnedCredit?.by === fact.by)) return [];
  const refund = refundOfCredit(order, fact);
  return refundAmount(refund) === 0 ? [] : [{ type: "RefundRequested", refund }];
}
