import type { LineUnits, Order, OrderContent } from "./order.ts";
import { quantityOf } from "./order-stock.ts";
import { takeOut, withoutUnits } from "./take-out.ts";

/** Units that the order has and the new content has not. */
export function removals(order: Order, content: OrderContent): LineUnits[] {
  return order.lines
    .map(({ number, quantity }) => ({
      line: number,
      quantity: quantity - (content.lines.find((line) => line.number === number)?.quantity ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** What the order comes to with this content, as far as money is concerned. */
export function reshaped(order: Order, content: OrderContent): Order {
  return withContent(withoutUnits(order, takeOut(order, removals(order, content)), order.updatedAt), content);
}

/** The order at its new price; where its units come from is not settled by this. */
export function withContent(order: Order, content: OrderContent): Order {
  const { totals, discounts, estimatedDelivery } = content;
  const lines = content.lines.map((line) => {
    const before = order.lines.find(({ number }) => number === line.number);
    const promise = content.backordered.find((units) => units.line === line.number)?.promise ?? before?.promise;
    return {
      ...line,
      backordered: (before?.backordered ?? 0) + quantityOf(content.backordered, line.number),
      unsourced: before?.unsourced ?? 0,
      ...(promise && { promise }),
      ...(before?.waitingSince !== undefined && { waitingSince: before.waitingSince }),
    };
  });
  return { ...order, lines, totals, discounts, estimatedDelivery };
}
