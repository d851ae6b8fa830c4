import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import type { Sku } from "../../domain/ids.ts";
import { dayAt, estimateLastDelivery } from "../../domain/delivery.ts";
import type { EffectOutcome, EffectResult } from "../../domain/order/effects.ts";
import { HOLD_MS, type Order } from "../../domain/order/order.ts";
import { rankingPoint } from "../../domain/places.ts";
import { type RankedWarehouse, rankWarehouses } from "../../domain/sourcing.ts";
import { serveWaiting } from "../../domain/sourcing/serve-waiting.ts";
import { isServedPartly, movedPromise, promiseFor } from "../../domain/stock-policy.ts";
import type { Catalog } from "../../services/catalog.ts";
import { holdAtLevel, holdId, releaseHolds } from "../../services/source-stock.ts";
import { leavePlaces, takePlaces, type Waiting } from "../../services/wait-for-stock.ts";
import { done, type EffectHandler, NOTHING } from "../saga-context.ts";

/** How often backordered units are tried for, where no receipt says sooner that they have come. */
const PROMOTE_MS = 5 * 60_000;
/** An order that does not ask again has lost its place after this long: three tries may be missed. */
const PLACE_MS = 16 * 60_000;

type Found = Extract<EffectResult, { kind: "ReSource" | "PromoteBackorder" }>;

/**
 * Waits in line for stock for backordered units, and holds what is offered: whole lines, or what has come of a line
 * where its SKU may be sent in parts. At each level whoever has waited longest comes first, and newcomers after all who
 * wait. Holds are made under the effect's id and attempt, so that a lost outcome leaves holds that run out by themselves.
 */
export const promoteBackorder: EffectHandler<"PromoteBackorder"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const catalog = await context.catalog();
  const now = context.now();
  const place = { owner: order.id, channel: order.channel, until: now + PLACE_MS };
  // What waits by now counts: the order may wait for more, or for less, than when this was called for.
  const lines = (order.ended ? [] : order.lines)
    .filter(({ backordered }) => backordered > 0)
    .map(({ number, sku, backordered }) => ({ line: number, sku, quantity: backordered }));
  const skus = [...new Set([...effect.lines, ...lines].map(({ sku }) => sku))];
  const waiting = skus.map((sku) => waitingOf(order, sku, now));
  if (lines.length === 0) {
    await leavePlaces(context.env, catalog, waiting, place);
    return NOTHING;
  }
  const ranked = rankedFor(catalog, order);
  const candidates = await takePlaces(context.env, catalog, waiting, ranked, place);
  const wanted = lines.map(({ line, sku, quantity }) => ({ lineNumber: line, sku, quantity }));
  const plan = serveWaiting(wanted, candidates, (sku) => isServedPartly(catalog.products.get(sku)));
  if (plan.length === 0) return stillWaiting(catalog, order, lines, ranked, now);

  const holder = { owner: order.id, attempt: attemptOf(leased), expiresAt: now + HOLD_MS, channel: order.channel };
  const requests = plan.flatMap(({ warehouse, lines: parts }) =>
    parts.map((part) => ({ ...part, warehouseId: warehouse.id, round: 1 })),
  );
  const since = new Map(waiting.map((one) => [one.sku, one.since]));
  const outcomes = await Promise.all(
    requests.map((request) => holdAtLevel(context.env, catalog, request, { ...holder, waitingSince: since })),
  );
  if (outcomes.some(({ kind }) => kind !== "held")) {
    // Somebody who has waited longer was quicker: all of it is tried anew, from the place that the holds had taken.
    await takePlaces(context.env, catalog, waiting, ranked, place);
    await releaseHolds(context.env, catalog, requests, holder);
    return { status: "waiting", retryAfterMs: 1_000 } satisfies EffectOutcome;
  }
  const got = (sku: Sku) => requests.filter((one) => one.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0);
  const left = waiting.map((one) => ({ ...one, quantity: one.quantity - got(one.sku) }));
  await leavePlaces(context.env, catalog, left, place);
  const method = catalog.shippingMethods.get(order.shippingMethod);
  const isAll = left.every(({ quantity }) => quantity === 0);
  return done({
    kind: "PromoteBackorder",
    reservations: requests.map((request) => ({
      id: holdId(request, holder),
      line: request.lineNumber,
      sku: request.sku,
      warehouseId: request.warehouseId,
      quantity: request.quantity,
    })),
    backordered: [],
    unavailable: [],
    estimatedDelivery: isAll && method ? estimateLastDelivery(plan, method, now) : null,
  });
};

/** Nothing has come: what was promised is looked at again, and the customer is told where it can't be kept. */
function stillWaiting(
  catalog: Catalog,
  order: Order,
  lines: readonly { line: number; sku: Sku }[],
  ranked: readonly RankedWarehouse[],
  now: number,
): EffectOutcome {
  const method = catalog.shippingMethods.get(order.shippingMethod);
  const promises = lines.flatMap(({ line, sku }): NonNullable<Found["promises"]> => {
    const home = ranked.find(({ warehouse }) => catalog.level(sku, warehouse.id) !== undefined);
    if (!home || !method) return [];
    const before = order.lines.find(({ number }) => number === line)?.promise;
    const today = dayAt(home.warehouse.timeZone, now);
    const promise = movedPromise(before, promiseFor(catalog.products.get(sku), home, method, now), today);
    return promise ? [{ line, promise }] : [];
  });
  if (promises.length === 0) return { status: "waiting", retryAfterMs: PROMOTE_MS };
  const nothing = { reservations: [], backordered: [], unavailable: [], estimatedDelivery: null };
  return done({ kind: "PromoteBackorder", ...nothing, promises });
}

/** All that the order waits for of the SKU, in whichever lines. */
function waitingOf(order: Order, sku: Sku, now: number): Waiting {
  const lines = order.ended ? [] : order.lines.filter((line) => line.sku === sku && line.backordered > 0);
  return {
    sku,
    quantity: lines.reduce((sum, { backordered }) => sum + backordered, 0),
    since: Math.min(now, ...lines.map(({ waitingSince }) => waitingSince ?? order.backorderedSince ?? now)),
  };
}

function rankedFor(catalog: Catalog, order: Order): RankedWarehouse[] {
  return rankWarehouses([...catalog.warehouses.values()], {
    country: order.address.country,
    location: rankingPoint(order),
  });
}

/** Not used before: the effect's id with its attempt. */
function attemptOf({ id, attempt }: LeasedEffect): string {
  return `${id}.${attempt}`;
}
