import { lastDay, type StockPromise } from "../stock-policy.ts";
import type { Order, OrderLine } from "./order.ts";
import { quantityOf } from "./order-stock.ts";

/** The order with what is promised now of units that wait; what was promised of the others stays. */
export function promised(order: Order, news: readonly { line: number; promise?: StockPromise }[]): Order {
  if (news.every(({ promise }) => promise === undefined)) return order;
  const lines = order.lines.map((line) => {
    const promise = news.findLast((one) => one.line === line.number)?.promise;
    return promise ? { ...line, promise } : line;
  });
  return { ...order, lines };
}

/** By when all of it should be there, where some of it waits: `ready` is the day of what does not; null: not known. */
export function promisedDelivery({ lines }: Pick<Order, "lines">, ready: string | null): string | null {
  const waiting = lines.filter(({ backordered }) => backordered > 0);
  const isAll = lines.every(({ backordered, quantity }) => backordered === quantity);
  return lastDay([...(isAll ? [] : [ready]), ...waiting.map(({ promise }) => promise?.delivery)]);
}

/** The order with the moment since when units of each line wait, and what is promised of them, as long as any does. */
export function timeWaiting(order: Order, at: number): Order {
  const isRight = ({ backordered: waiting, waitingSince, promise }: OrderLine) =>
    waiting > 0 ? waitingSince !== undefined : waitingSince === undefined && promise === undefined;
  if (order.lines.every(isRight)) return order;
  const lines = order.lines.map((line) => {
    if (isRight(line)) return line;
    if (line.backordered > 0) return { ...line, waitingSince: at };
    const { waitingSince: _since, promise: _promise, ...ready } = line;
    return ready;
  });
  return { ...order, lines };
}

/** The order with these units of it waiting as well. */
export function backordered(
  order: Order,
  units: readonly { line: number; quantity: number; promise?: StockPromise }[],
): Order {
  const lines = order.lines.map((line) => {
    const moved = quantityOf(units, line.number);
    return { ...line, unsourced: Math.max(0, line.unsourced - moved), backordered: line.backordered + moved };
  });
  const waiting = promised({ ...order, lines }, units);
  return { ...waiting, estimatedDelivery: promisedDelivery(waiting, order.estimatedDelivery) };
}

/** Whether the order waits for fewer units of a line than before: they have come, or are wanted no more. */
export function waitsForFewer(before: Pick<Order, "lines">, after: Pick<Order, "lines">): boolean {
  if (before.lines === after.lines) return false;
  return before.lines.some(
    ({ number, backordered: units }) => units > (after.lines.find((line) => line.number === number)?.backordered ?? 0),
  );
}
