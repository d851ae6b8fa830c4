import type { FieldChange } from "../contracts/orders.ts";
import type { Order } from "../domain/order/order.ts";
import { refundAmount, refundState } from "../domain/order/refund.ts";

/**
 * What is otherwise in an order than it was before, field by field: `address/city`, `lines/2/quantity`,
 * `payments/1/captured`. Null stands for what is not there. Nothing of its state, and no means of payment.
 */
export function changesBetween(before: Order, after: Order): FieldChange[] {
  const was = fieldsOf(before);
  const is = fieldsOf(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** The order as people would compare it, flat. */
function fieldsOf(order: Order): Map<string, unknown> {
  const { currency } = order;
  const fields = new Map<string, unknown>();
  const add = (at: string, values: object) => {
    for (const [name, value] of Object.entries(values)) if (value !== undefined) fields.set(`${at}${name}`, value);
  };
  const money = (amount: number) => ({ amount, currency });
  const { shippingMethod, estimatedDelivery, cancelling, ended, pendingEdit, totals, discounts } = order;
  add("", { shippingMethod, estimatedDelivery });
  add("contact/", order.contact);
  add("address/", order.address);
  for (const { number, sku, quantity, unitPrice, net, tax, backordered } of order.lines)
    add(`lines/${number}/`, {
      sku,
      quantity,
      unitPrice: money(unitPrice),
      net: money(net),
      tax: money(tax),
      backordered,
    });
  if (discounts.length > 0)
    add("", { discounts: discounts.map(({ amount, reason }) => ({ amount: money(amount), reason })) });
  add("totals/", {
    shipping: money(totals.shipping),
    tax: money(totals.tax),
    discount: money(totals.discount),
    total: money(totals.total),
  });
  for (const { number, status, amount, authorized, captured, refunded } of order.payments)
    add(`payments/${number}/`, {
      status,
      amount: money(amount),
      authorized: money(authorized),
      captured: money(captured),
      refunded: money(refunded),
    });
  for (const { number, state, warehouseId, label, problem } of order.shipments)
    add(`shipments/${number}/`, { state, warehouseId, trackingNumber: label?.trackingNumber, problem });
  for (const { number, state, label, receivedAt, rejection, inspected } of order.returns)
    add(`returns/${number}/`, {
      state,
      trackingNumber: label?.trackingNumber,
      receivedAt,
      rejection,
      ...(inspected.length > 0 && { inspected }),
    });
  for (const refund of order.refunds)
    add(`refunds/${refund.number}/`, {
      status: refundState(refund),
      amount: money(refundAmount(refund)),
      reason: refund.reason,
    });
  if (pendingEdit) {
    const total = "edit" in pendingEdit ? pendingEdit.edit.content?.totals.total : undefined;
    const { payment, recall } = pendingEdit;
    add("pendingEdit/", {
      ...(payment !== null && { payment }),
      ...(recall && { recall }),
      ...(total !== undefined && { total: money(total) }),
    });
  }
  if (cancelling) add("cancelling/", { reason: cancelling.reason });
  if (ended) add("ended/", { as: ended.as, reason: ended.reason });
  return fields;
}
