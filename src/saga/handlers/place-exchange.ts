import type { Order } from "../../domain/order/order.ts";
import { undisputedAmount } from "../../domain/order/dispute.ts";
import type { EffectOutcome } from "../../domain/order/effects.ts";
import type { Refund } from "../../domain/order/refund.ts";
import { RETRY_POLICIES } from "../../domain/order/retry.ts";
import { findReturn } from "../../domain/order/return.ts";
import { placeExchange as place } from "../../services/place-exchange.ts";
import { done, type EffectHandler, NOTHING } from "../saga-context.ts";

/** An attempt that was cut off has this long to come to the ledger before the next one looks for what it placed. */
const MARGIN_MS = 15_000;

/**
 * Places the order that returned units are exchanged for, once however often it is tried: its id comes from this
 * effect's. What can't be placed is a definite failure, and the units are paid back instead; so no attempt may place
 * the order any more once the next one has begun.
 */
export const placeExchange: EffectHandler<"PlaceExchange"> = async (context, leased, effect) => {
  const { env, defer, now } = context;
  const startedAt = now();
  const order = await context.order(leased.orderId);
  const returned = findReturn(order, effect.returnId);
  const refund = order.refunds.find(({ number }) => number === effect.refund);
  const exchange = returned?.exchange;
  if (!returned || !exchange || !refund || exchange.orderId !== null || exchange.declined !== null) return NOTHING;
  if (isDisputed(order, refund)) return DISPUTED;
  const until = Math.min(startedAt + RETRY_POLICIES.PlaceExchange.timeoutMs, leased.leaseUntil - MARGIN_MS);
  const placed = await place({ env, defer, now: startedAt }, await context.catalog(), order, {
    exchange,
    refund,
    origin: { orderId: order.id, returnId: returned.id, refund: refund.number, credit: effect.credit.amount },
    effectId: leased.id,
    attempt: leased.attempt,
    mayCreate: () => now() < until,
  });
  if (placed.ok) {
    const [credit] = placed.value.payments;
    return done({ kind: "PlaceExchange", orderId: placed.value.id, credit: credit?.captured ?? 0 });
  }
  const { code, detail } = placed.problem;
  return code === "temporarily_unavailable"
    ? { status: "unknown", message: detail }
    : { status: "failed", code, message: detail, retryable: false };
};

/** What the bank may take back is no credit for another order. */
const DISPUTED: EffectOutcome = {
  status: "failed",
  code: "payment_disputed",
  message: "The customer's bank has disputed the payment of what came back.",
  retryable: false,
};

function isDisputed({ payments }: Order, { credit }: Refund): boolean {
  return (credit?.parts ?? []).some(({ payment: number, amount }) => {
    const payment = payments.find((one) => one.number === number);
    return payment?.disputes !== undefined && amount > undisputedAmount(payment);
  });
}
