import type {
  OrderPaymentAnswer,
  OrderPaymentsAnswer,
  RefundAnswer,
  ReturnAnswer,
  ReturnSummaryAnswer,
  WarehouseReturnAnswer,
  WarehouseReturnSummary,
} from "../contracts/returns.ts";
import type { ReturnRow } from "../db/orders/returns.ts";
import { settledAmounts } from "../domain/order/amounts.ts";
import { creditAmount, exchangeState } from "../domain/order/exchange.ts";
import { paymentIdOf } from "../domain/ids.ts";
import type { Order, Payment } from "../domain/order/order.ts";
import { partState, type Refund, refundableNow, refundAmount, refundState } from "../domain/order/refund.ts";
import { type Return, RETURN_STATES, type ReturnState } from "../domain/order/return.ts";
import { paymentState } from "../domain/order/views.ts";
import { audienceOf, type Reader } from "./audience.ts";
import { describePayment } from "./describe-order.ts";

/** A return as this reader may know it, with its refund once one is asked for; a warehouse is told of no money. */
export function describeReturn(order: Order, returned: Return, reader: Reader): ReturnAnswer | WarehouseReturnAnswer {
  const refund = order.refunds.find(({ returnId }) => returnId === returned.id);
  const common = describeCommon(order, returned);
  const exchange = describeExchange(returned);
  if (audienceOf(reader) === "floor") return { ...common, exchange };
  const credit =
    !returned.exchange?.orderId || !refund ? null : { amount: creditAmount(refund), currency: order.currency };
  return {
    ...common,
    refund: refund === undefined ? null : describeRefund(order, refund),
    exchange: exchange && { ...exchange, credit },
  };
}

function describeCommon(order: Order, returned: Return) {
  const reachedAt: ReturnAnswer["reachedAt"] = {};
  for (const state of RETURN_STATES) {
    const at = returned.reachedAt[state];
    if (at !== undefined) reachedAt[state] = rfc3339(at);
  }
  return {
    returnId: returned.id,
    orderId: order.id,
    orderNumber: order.number,
    status: returned.state,
    reason: returned.reason,
    condition: returned.condition,
    lines: returned.lines.map(({ line, sku, quantity }) => ({
      line,
      sku,
      name: order.lines.find(({ number }) => number === line)?.name ?? sku,
      quantity,
    })),
    warehouseId: returned.warehouseId,
    carrier: returned.label?.carrier ?? null,
    trackingNumber: returned.label?.trackingNumber ?? null,
    receivedAt: returned.receivedAt,
    inspected: returned.inspected.map(({ line, quantity, outcome }) => ({ line, quantity, outcome })),
    rejection: returned.rejection,
    reachedAt,
  };
}

function describeExchange({ state, exchange }: Return): WarehouseReturnAnswer["exchange"] {
  if (exchange === undefined) return null;
  const { lines, orderId, declined } = exchange;
  return {
    status: exchangeState(state, exchange),
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    orderId,
    declined,
  };
}

/** A refund as it is read. */
export function describeRefund({ currency }: Pick<Order, "currency">, refund: Refund): RefundAnswer {
  const money = (amount: number) => ({ amount, currency });
  return {
    number: refund.number,
    status: refundState(refund),
    amount: money(refundAmount(refund)),
    reason: refund.reason,
    returnId: refund.returnId,
    lines: refund.lines.map(({ line, quantity, share }) => ({
      line,
      quantity,
      price: money(share.price),
      discount: money(share.discount),
      tax: money(share.tax),
      shipping: money(share.shipping),
    })),
    credit: money(creditAmount(refund)),
    withheld: { shipping: money(refund.withheld.shipping), fee: money(refund.withheld.fee) },
    parts: refund.parts.map((part) => ({
      payment: part.payment,
      amount: money(part.amount),
      status: partState(part),
    })),
  };
}

/** A payment of the order, by its own id and with what became of it; the provider's id of it is for staff. */
export function describeOrderPayment(order: Order, payment: Payment, reader: Reader): OrderPaymentAnswer {
  const money = (amount: number) => ({ amount, currency: order.currency });
  const { capture, captured, captureFailed } = payment;
  const amount = captured > 0 ? captured : capture?.amount;
  const credited = order.refunds
    .flatMap(({ credit }) => credit?.parts ?? [])
    .filter((part) => part.payment === payment.number)
    .reduce((sum, part) => sum + part.amount, 0);
  return {
    ...describePayment(payment, money),
    paymentId: paymentIdOf(order.id, payment.number),
    intentId: audienceOf(reader) === "staff" ? payment.intentId : null,
    capture:
      amount === undefined
        ? null
        : { amount: money(amount), status: captured > 0 ? "done" : captureFailed ? "failed" : "asked" },
    credited: money(credited),
  };
}

/** The order's money: what came in and what went back. */
export function describePayments(order: Order, reader: Reader): OrderPaymentsAnswer {
  const money = (amount: number) => ({ amount, currency: order.currency });
  const { captured, refunded } = settledAmounts(order);
  return {
    orderId: order.id,
    paymentState: paymentState(order),
    captured: money(captured),
    refunded: money(refunded),
    credited: money(order.refunds.reduce((sum, refund) => sum + creditAmount(refund), 0)),
    refundable: money(refundableNow(order)),
    payments: order.payments.map((payment) => describeOrderPayment(order, payment, reader)),
    refunds: order.refunds.map((refund) => describeRefund(order, refund)),
  };
}

/** A row of a list as this reader may know it. Throws for a state that this code does not know: D1 holds what the ledger wrote. */
export function describeReturnRow(row: ReturnRow, reader: Reader): ReturnSummaryAnswer | WarehouseReturnSummary {
  const status = RETURN_STATES.find((state): state is ReturnState => state === row.state);
  if (status === undefined) throw new Error(`unknown state in the projection of returns: ${row.state}`);
  const common = {
    returnId: row.id,
    orderId: row.orderId,
    orderNumber: row.orderNumber,
    status,
    reason: row.reason,
    units: row.units,
    warehouseId: row.warehouseId,
    requestedAt: rfc3339(row.requestedAt),
    updatedAt: rfc3339(row.updatedAt),
  };
  return audienceOf(reader) === "floor" ? common : { ...common, customerId: row.customerId };
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
