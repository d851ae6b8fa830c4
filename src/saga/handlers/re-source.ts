import { estimateLastDelivery } from "../../domain/delivery.ts";
import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import type { Sku, WarehouseId } from "../../domain/ids.ts";
import { HOLD_MS, type Order, type WaitingUnits } from "../../domain/order/order.ts";
import { rankingPoint } from "../../domain/places.ts";
import { type BackorderedLine, rankWarehouses } from "../../domain/sourcing.ts";
import { holdId, type Sourced, sourceStock } from "../../services/source-stock.ts";
import { waitingUnits } from "../../services/promise-stock.ts";
import { done, type EffectHandler, NOTHING, type SagaContext } from "../saga-context.ts";

interface Wanted {
  line: number;
  sku: Sku;
  quantity: number;
}

/**
 * Finds stock anew for units that have lost theirs, then lets them wait where their SKU allows it, then gives up.
 * Holds are made under the effect's id and attempt, so that a lost outcome leaves holds that run out by themselves.
 */
export const reSource: EffectHandler<"ReSource"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const lines = stillWanted(effect.lines, (line) => order.lines.find(({ number }) => number === line)?.unsourced);
  if (order.ended || lines.length === 0) return NOTHING;
  const { sourced, estimatedDelivery, promiseOf } = await source(context, leased, order, lines, effect.exclude);
  if (sourced.kind === "refused") {
    const unavailable = lines.map(({ line, quantity }) => ({ line, quantity }));
    return done({ kind: "ReSource", reservations: [], backordered: [], unavailable, estimatedDelivery: null });
  }
  const backordered = sourced.backordered.map(promiseOf);
  return done({
    kind: "ReSource",
    reservations: reservationsOf(sourced, leased),
    backordered,
    unavailable: [],
    estimatedDelivery,
  });
};

/** What another effect has found since is not held a second time. */
function stillWanted(wanted: readonly Wanted[], openOf: (line: number) => number | undefined): Wanted[] {
  return wanted
    .map((line) => ({ ...line, quantity: Math.min(line.quantity, openOf(line.line) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

async function source(
  context: SagaContext,
  leased: LeasedEffect,
  order: Order,
  lines: readonly Wanted[],
  exclude: readonly WarehouseId[],
): Promise<{
  sourced: Sourced;
  estimatedDelivery: string | null;
  promiseOf: (line: BackorderedLine) => WaitingUnits;
}> {
  const catalog = await context.catalog();
  const open = [...catalog.warehouses.values()].filter(({ id }) => !exclude.includes(id));
  const ranked = rankWarehouses(open, { country: order.address.country, location: rankingPoint(order) });
  const now = context.now();
  const holder = { owner: order.id, attempt: attemptOf(leased), expiresAt: now + HOLD_MS, channel: order.channel };
  const wanted = lines.map(({ line, sku, quantity }) => ({ lineNumber: line, sku, quantity }));
  const sourced = await sourceStock(
    context.env,
    catalog,
    { lines: wanted, ranked, allowBackorder: true },
    holder,
    context.defer,
  );
  const method = catalog.shippingMethods.get(order.shippingMethod);
  const complete = sourced.kind === "done" && sourced.backordered.length === 0 && method !== undefined;
  return {
    sourced,
    estimatedDelivery: complete ? estimateLastDelivery(sourced.shipments, method, now) : null,
    promiseOf: (line) => waitingUnits(catalog, line, ranked, method, now),
  };
}

/** Not used before: the effect's id with its attempt. */
function attemptOf({ id, attempt }: LeasedEffect): string {
  return `${id}.${attempt}`;
}

function reservationsOf(sourced: Extract<Sourced, { kind: "done" }>, leased: LeasedEffect) {
  return sourced.shipments.flatMap(({ lines }) =>
    lines.map((request) => ({
      id: holdId(request, { owner: leased.orderId, attempt: attemptOf(leased) }),
      line: request.lineNumber,
      sku: request.sku,
      warehouseId: request.warehouseId,
      quantity: request.quantity,
    })),
  );
}
