import type { QuoteAnswer, QuoteForm } from "../contracts/orders.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { estimateDelivery } from "../domain/delivery.ts";
import type { Sku, WarehouseId } from "../domain/ids.ts";
import { HOLD_MS } from "../domain/order/order.ts";
import { lastDay, mayWait } from "../domain/stock-policy.ts";
import { choosePlan, divideShort, type PlannedShipment, withoutMissing } from "../domain/sourcing/choose-plan.ts";
import { spareUnits } from "../domain/inventory-level/waiting.ts";
import { lacking } from "./authorize.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { checkReservations, type ReservedLine, reservedLines } from "./claim-reservations.ts";
import { addressOf, incomplete, sumBySku } from "./order-draft.ts";
import { priceInput, type PricedInput } from "./price-order.ts";
import { promiseOf } from "./promise-stock.ts";
import { levelStub } from "./stubs.ts";

/** Levels asked for a quote: the nearest warehouses first, so that what is left out is far away. */
const MOST_LEVELS = 300;

/**
 * What an order would cost, from where it would come and when. Holds nothing, so by the time of ordering the stock
 * may be gone. Lines may name reservations, which are theirs to use. SKUs that can wait for stock are quoted as backordered where there is not enough.
 */
export async function quoteOrder(ctx: ServiceContext, form: QuoteForm): Promise<ServiceResult<QuoteAnswer>> {
  const forbidden = lacking(ctx, "orders:write");
  if (forbidden) return forbidden;
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const read = addressOf(form.address);
  if (!read.ok) return incomplete(read.errors);
  const { address } = read;
  const lines = sumBySku(form.lines);
  const priced = priceInput(catalog, {
    lines,
    address,
    location: form.location ?? null,
    shippingMethod: form.shippingMethod,
    currency: form.currency,
    discounts: form.discounts ?? [],
  });
  if (!priced.ok) return priced;
  const reserved = reservedLines(catalog, lines, form.address.country);
  if (!reserved.ok) return reserved;
  const claimable = await checkReservations(ctx.env, reserved.value, ctx.now + HOLD_MS);
  if (!claimable.ok) return claimable;
  const wanted = lines
    .map(({ sku, quantity, reservationId }, index) => ({ lineNumber: index + 1, sku, quantity, reservationId }))
    .filter(({ reservationId }) => reservationId === null);
  const candidates = await candidatesFor(ctx, catalog, [...new Set(wanted.map(({ sku }) => sku))], priced.value.ranked);
  const choice = choosePlan(wanted, candidates);
  if (choice.kind === "plan")
    return {
      ok: true,
      value: answer(ctx, catalog, lines, priced.value, withReserved(choice.plan.shipments, reserved.value), []),
    };
  const short = choice.shortfall.filter((sku) => sku.short > 0);
  if (short.some(({ sku }) => !mayWait(catalog.products.get(sku))))
    return refuse("insufficient_stock", `There is not enough stock of ${short.map(({ sku }) => sku).join(", ")}.`, {
      extra: { availability: choice.shortfall },
    });
  const rest = withoutMissing(wanted, divideShort(wanted, short));
  const reduced = choosePlan(rest, candidates);
  const shipments = reduced.kind === "plan" ? reduced.plan.shipments : [];
  return {
    ok: true,
    value: answer(
      ctx,
      catalog,
      lines,
      priced.value,
      withReserved(shipments, reserved.value),
      short.map(({ sku, short: quantity }) => ({
        sku,
        quantity,
        promisedDate: promisedDate(ctx, catalog, sku, priced.value),
      })),
    ),
  };
}

type Parcels = readonly { warehouseId: WarehouseId; lines: readonly { sku: Sku; quantity: number }[] }[];

/** The parcels of the plan with what is reserved already: one parcel for each warehouse. */
function withReserved(planned: readonly PlannedShipment[], reserved: readonly ReservedLine[]): Parcels {
  const lines = [
    ...planned.flatMap((shipment) => shipment.lines.map((line) => ({ ...line, warehouseId: shipment.warehouse.id }))),
    ...reserved,
  ];
  return [...new Set(lines.map(({ warehouseId }) => warehouseId))].map((warehouseId) => ({
    warehouseId,
    lines: lines.filter((line) => line.warehouseId === warehouseId),
  }));
}

/** When units that wait should arrive; null where nobody knows. */
function promisedDate(ctx: ServiceContext, catalog: Catalog, sku: Sku, { ranked, method }: PricedInput): string | null {
  const home = ranked.find(({ warehouse }) => catalog.level(sku, warehouse.id) !== undefined);
  if (!home) return null;
  return promiseOf(catalog, { sku, warehouseId: home.warehouse.id }, ranked, method, ctx.now)?.delivery ?? null;
}

async function candidatesFor(
  ctx: ServiceContext,
  catalog: Catalog,
  skus: readonly Sku[],
  ranked: PricedInput["ranked"],
) {
  const pairs = ranked
    .flatMap(({ warehouse }) => skus.map((sku) => catalog.level(sku, warehouse.id)))
    .filter((level) => level !== undefined)
    .slice(0, MOST_LEVELS);
  const views = await Promise.all(pairs.map((level) => levelStub(ctx.env, level.sku, level.warehouseId).view(level)));
  const available = new Map<WarehouseId, Map<Sku, number>>();
  for (const view of views) {
    const at = available.get(view.warehouseId) ?? new Map<Sku, number>();
    available.set(view.warehouseId, at.set(view.sku, spareUnits(view)));
  }
  return ranked.map(({ warehouse, distanceKm }) => ({
    warehouse,
    distanceKm,
    available: available.get(warehouse.id) ?? new Map<Sku, number>(),
  }));
}

function answer(
  ctx: ServiceContext,
  catalog: Catalog,
  lines: readonly { sku: Sku; quantity: number }[],
  { price, method, ranked }: PricedInput,
  shipments: Parcels,
  backordered: QuoteAnswer["backordered"],
): QuoteAnswer {
  const money = (amount: number) => ({ amount, currency: price.currency });
  const parcels = ranked.flatMap(({ warehouse, distanceKm }) =>
    shipments
      .filter(({ warehouseId }) => warehouseId === warehouse.id)
      .map(({ lines: items }) => ({
        warehouseId: warehouse.id,
        distanceKm: Math.round(distanceKm),
        items: items.map(({ sku, quantity }) => ({ sku, quantity })),
        estimatedDelivery: estimateDelivery({ warehouse, method, distanceKm, placedAt: ctx.now }),
      })),
  );
  const days = [...parcels.map((parcel) => parcel.estimatedDelivery), ...backordered.map((one) => one.promisedDate)];
  return {
    currency: price.currency,
    lines: lines.map(({ sku, quantity }, index) => {
      const line = price.lines[index];
      return {
        sku,
        name: catalog.products.get(sku)?.name ?? sku,
        quantity,
        unitPrice: money(line?.unitPrice ?? 0),
        net: money(line?.net ?? 0),
        tax: money(line?.tax ?? 0),
      };
    }),
    totals: {
      subtotal: money(price.subtotal),
      shipping: money(price.shipping),
      tax: money(price.tax),
      discount: money(price.discount),
      total: money(price.total),
    },
    shipments: parcels,
    backordered,
    estimatedDelivery: lastDay(days),
  };
}
