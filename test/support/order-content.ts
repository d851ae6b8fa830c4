import type { Order, OrderContent } from "../../src/domain/order/order.ts";
import { reservation } from "./order-books.ts";

let attempts = 0;

/**
 * What an order becomes with these quantities (by line number; the others stay) and one more line for each entry of
 * `added`, priced 10.00 a unit without tax: what it has more is held at that warehouse, or waits where it says null.
 */
export function contentOf(
  order: Order,
  quantities: Readonly<Record<number, number>>,
  added: readonly (string | null)[] = [],
  warehouse: string | null = "berlin",
): OrderContent {
  attempts += 1;
  const attempt = `edit${attempts}`;
  const reservations: OrderContent["reservations"] = [];
  const backordered: OrderContent["backordered"] = [];
  const find = (line: number, quantity: number, at: string | null) => {
    if (at === null) backordered.push({ line, quantity });
    else reservations.push(reservation(order.id, line, at, quantity, attempt));
  };
  const kept = order.lines.map((before) => {
    const { backordered: _units, unsourced: _open, promise: _promise, waitingSince: _since, ...line } = before;
    const quantity = quantities[line.number] ?? line.quantity;
    if (quantity > line.quantity) find(line.number, quantity - line.quantity, warehouse);
    const tax = line.quantity === 0 ? 0 : Math.round((line.tax / line.quantity) * quantity);
    return { ...line, quantity, net: line.unitPrice * quantity, tax };
  });
  const fresh = added.map((at, index) => {
    const number = order.lines.length + index + 1;
    find(number, 1, at);
    const { sku } = reservation(order.id, number, "berlin", 1);
    return { number, sku, name: `Thing ${number}`, quantity: 1, unitPrice: 1000, net: 1000, tax: 0, weightGrams: 100 };
  });
  const lines = [...kept, ...fresh];
  const subtotal = lines.reduce((sum, { net }) => sum + net, 0);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0);
  const { shipping, discount } = order.totals;
  return {
    lines,
    totals: { subtotal, shipping, tax, discount, total: subtotal + shipping + tax - discount },
    discounts: order.discounts,
    reservations,
    backordered,
    estimatedDelivery: backordered.length > 0 ? null : order.estimatedDelivery,
  };
}
