import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { type EffectId, type OrderId, orderIdFromBytes } from "../domain/ids.ts";
import { formatMoney } from "../domain/money.ts";
import type { ExchangeOrigin, WantedExchange } from "../domain/order/exchange.ts";
import type { Order } from "../domain/order/order.ts";
import type { Refund } from "../domain/order/refund.ts";
import { sha256 } from "../platform/sha256.ts";
import type { Catalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { findPlaced, placeDraft } from "./place-order.ts";
import { priceExchange } from "./price-exchange.ts";

export interface ExchangePlacing {
  exchange: WantedExchange;
  /** What the returned units give a right to. */
  refund: Refund;
  origin: ExchangeOrigin;
  /** The effect that has it placed, which is what the order is known again by, and which attempt of it this is. */
  effectId: EffectId;
  attempt: number;
  /** Whether it is not too late to record the order. */
  mayCreate: () => boolean;
}

/**
 * Places the order that a return is exchanged for, on the account of whoever placed the original. The same effect gives
 * the same order. Refuses what can't be priced, has no stock, or costs more than the credit with nothing to pay it by;
 * `temporarily_unavailable` where nobody knows whether it was placed.
 */
export async function placeExchange(
  ctx: Pick<ServiceContext, "env" | "now" | "defer">,
  catalog: Catalog,
  original: Order,
  { exchange, refund, origin, effectId, attempt, mayCreate }: ExchangePlacing,
): Promise<ServiceResult<Order>> {
  const orderId = orderOfExchange(effectId);
  const known = await findPlaced(ctx.env, orderId, effectId);
  if (known !== null) return known.ok ? { ok: true, value: known.value.order } : known;
  const { credit } = origin;
  const priced = priceExchange(catalog, original, exchange, { refund, credit });
  if (!priced.ok) return priced;
  const dearer = priced.value.priced.price.total - credit;
  if (dearer > 0 && exchange.method === null) return notCovered(dearer, original.currency);
  const placed = await placeDraft({ ...ctx, requestId: effectId }, catalog, priced.value.draft, priced.value.priced, {
    orderId,
    fingerprint: effectId,
    isRepeatable: true,
    attempt: `${effectId}.${attempt}`,
    placedBy: original.placedBy,
    actor: { kind: "system", id: "saga" },
    exchangeOf: origin,
    mayCreate,
  });
  return placed.ok ? { ok: true, value: placed.value.order } : placed;
}

/** The refusal of an exchange that costs this much (minor units) more, where nothing may be charged. */
export function notCovered(dearer: number, currency: string): ReturnType<typeof refuse> {
  const more = formatMoney({ amount: dearer, currency });
  return refuse("payment_method_refused", `The exchange costs ${more} more than what comes back.`, {
    errors: [
      {
        pointer: "/exchange/paymentMethod",
        detail: `must be given, to pay ${more}: the original means of payment can't be charged again`,
      },
    ],
  });
}

/** The effect's order, whichever attempt places it. */
function orderOfExchange(effectId: EffectId): OrderId {
  return orderIdFromBytes(sha256(`exchange\n${effectId}`));
}
