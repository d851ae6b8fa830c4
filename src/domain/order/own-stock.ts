import type { ReservationId } from "../ids.ts";
import type { OrderRefusal } from "./commands.ts";
import type { LineUnits, Order, OrderContent, Reservation } from "./order.ts";
import { quantityOf } from "./order-stock.ts";

type Held = Pick<Reservation, "id" | "line" | "sku" | "quantity">;

/**
 * Why these reservations and waiting units can't be the stock of the lines; null where they can. A reservation stands for
 * one line of one order, with that line's SKU, and has one entry. What is held for a line and what waits for it come to
 * exactly the units that it `needs`. `known`: reservations that the order has already.
 */
function refuseStockOf(
  lines: readonly { number: number; sku: string; needs: number }[],
  held: readonly Held[],
  waiting: readonly LineUnits[],
  known: readonly ReservationId[] = [],
): OrderRefusal | null {
  const used = new Set(known);
  for (const { id, line } of held) {
    if (used.has(id)) return { reason: "reservation_reused", line };
    used.add(id);
  }
  for (const { line, quantity } of [...held, ...waiting])
    if (!Number.isSafeInteger(quantity) || quantity < 1 || !lines.some(({ number }) => number === line))
      return { reason: "stock_mismatch", line };
  for (const { number, sku, needs } of lines) {
    const isOther = held.some((reservation) => reservation.line === number && reservation.sku !== sku);
    if (isOther || quantityOf(held, number) + quantityOf(waiting, number) !== needs)
      return { reason: "stock_mismatch", line: number };
  }
  return null;
}

/** Why an order can't be placed with this stock; null where it can. */
export function refuseStockOfPlaced(order: {
  lines: readonly { number: number; sku: string; quantity: number; backordered: number }[];
  reservations: readonly Held[];
}): OrderRefusal | null {
  const waiting = order.lines
    .filter(({ backordered }) => backordered !== 0)
    .map(({ number, backordered }) => ({ line: number, quantity: backordered }));
  const lines = order.lines.map(({ number, sku, quantity }) => ({ number, sku, needs: quantity }));
  return refuseStockOf(lines, order.reservations, waiting);
}

/** Why an edit can't be made with this stock for its new units; null where it can. */
export function refuseStockOfEdit(
  order: Pick<Order, "lines" | "reservations">,
  content: OrderContent,
): OrderRefusal | null {
  const lines = content.lines.map(({ number, sku, quantity }) => {
    const before = order.lines.find((line) => line.number === number)?.quantity ?? 0;
    return { number, sku, needs: Math.max(0, quantity - before) };
  });
  const known = order.reservations.map(({ id }) => id);
  return refuseStockOf(lines, content.reservations, content.backordered, known);
}
