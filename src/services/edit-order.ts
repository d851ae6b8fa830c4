import type { AddItemsForm, EditOrderForm } from "../contracts/edit-order.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { estimateLastDelivery } from "../domain/delivery.ts";
import type { OrderId, ReservationId } from "../domain/ids.ts";
import type { OrderCommand } from "../domain/order/commands.ts";
import { decide } from "../domain/order/decide.ts";
import { editHoldExpiry } from "../domain/order/edit.ts";
import { priceableDiscounts } from "../domain/order/least-charge.ts";
import type { Order, OrderContent } from "../domain/order/order.ts";
import { lastDay } from "../domain/stock-policy.ts";
import { isBoundToWarehouse, lacking } from "./authorize.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { draftEdit, draftItems, type EditDraft, type WantedLine } from "./draft-edit.ts";
import { decideOnSeen, doneBefore, executeOnSeen, outcomeUnknown } from "./execute-order.ts";
import { getOrder, refusedCommand, staleVersion } from "./orders.ts";
import { noStock, randomAttempt } from "./place-order.ts";
import { priceInput, type PricedInput } from "./price-order.ts";
import { waitingUnits } from "./promise-stock.ts";
import { unpaidLimitOf } from "./unpaid-limit.ts";
import { type Holder, holdId, releaseHolds, type Sourced, sourceStock } from "./source-stock.ts";

/**
 * Changes contact, address, way of shipping or quantities of an order that is as the caller has read it
 * (`expectedVersion`; null: whatever it is now). The whole order is priced anew, with what was bought before at its
 * price, and stock is held for what is more before the ledger decides: all of the edit is made or nothing of it. Where
 * the difference has to be paid first, or a warehouse has to give parcels back, the order answered is as before and has
 * a `pendingEdit`.
 */
export async function editOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  form: EditOrderForm,
  expectedVersion: number | null,
): Promise<ServiceResult<Order>> {
  const { contact, address, location, shippingMethod } = form;
  return edit(
    ctx,
    orderId,
    expectedVersion,
    (_catalog, order) => draftEdit(order, form),
    (draft, content) => ({
      type: "EditOrder",
      edit: {
        ...(contact && { contact: draft.contact }),
        ...(address && { address: draft.address }),
        ...((address ?? location) && { location: draft.location }),
        ...(shippingMethod !== undefined && { shippingMethod }),
        ...(content && { content }),
      },
    }),
  );
}

/** Adds items to an order that is as the caller has read it, on the terms of `editOrder`. */
export async function addItems(
  ctx: ServiceContext,
  orderId: OrderId,
  form: AddItemsForm,
  expectedVersion: number | null,
): Promise<ServiceResult<Order>> {
  return edit(
    ctx,
    orderId,
    expectedVersion,
    (catalog, order) => draftItems(catalog, order, form),
    (_draft, content) => {
      if (!content) throw new Error("items were added without a price");
      return { type: "AddItems", edit: { content } };
    },
  );
}

async function edit(
  ctx: ServiceContext,
  orderId: OrderId,
  expectedVersion: number | null,
  draftOf: (catalog: Catalog, order: Order) => ServiceResult<EditDraft>,
  commandOf: (draft: EditDraft, content: OrderContent | null) => OrderCommand,
): Promise<ServiceResult<Order>> {
  const forbidden = lacking(ctx, "orders:write");
  if (forbidden) return forbidden;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  if (isBoundToWarehouse(ctx.principal)) return refuse("forbidden", "An order is not one warehouse's to edit.");
  const order = seen.value;
  const done = await doneBefore(ctx, order);
  if (done !== null) return done;
  if (expectedVersion !== null && order.version !== expectedVersion)
    return staleVersion(ctx, orderId, expectedVersion, order.version);
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const drafted = draftOf(catalog, order);
  if (!drafted.ok) return drafted;
  const draft = drafted.value;
  if (!draft.lines) return executeOnSeen(ctx, order, commandOf(draft, null), order.version);

  const priced = priceLines(catalog, order, draft, draft.lines);
  if (!priced.ok) return priced;
  const more = draft.lines
    .map(({ number, sku, quantity, before }) => ({
      lineNumber: number,
      sku,
      quantity: quantity - (before?.quantity ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
  // What the order would refuse anyway is refused before any stock is held, as if all that is new waited for it.
  const waits = more.map(({ lineNumber, quantity }) => ({ line: lineNumber, quantity }));
  const unheld = contentOf(ctx, catalog, order, draft.lines, priced.value, [], waits);
  const ruling = decide(order, commandOf(draft, unheld), ctx.now);
  if (!ruling.ok) return refusedCommand(order, ruling.refusal);

  const limit = unpaidLimitOf(ctx.env, catalog, ctx.principal, { ...order, orderId });
  const holder: Holder = {
    owner: orderId,
    attempt: randomAttempt(),
    expiresAt: editHoldExpiry(order, ctx.now),
    channel: order.channel,
    ...(limit && { limit }),
  };
  const { ranked } = priced.value;
  const sourced: Sourced =
    more.length === 0
      ? { kind: "done", shipments: [], backordered: [], release: [], rounds: 0 }
      : await sourceStock(ctx.env, catalog, { lines: more, ranked, allowBackorder: true }, holder, ctx.defer);
  if (sourced.kind === "refused") return noStock(sourced);
  const holds = sourced.shipments.flatMap(({ lines }) => lines);
  const reservations = holds.map((request) => ({
    id: holdId(request, holder),
    line: request.lineNumber,
    sku: request.sku,
    warehouseId: request.warehouseId,
    quantity: request.quantity,
  }));
  const { method } = priced.value;
  const backordered = sourced.backordered.map((line) => waitingUnits(catalog, line, ranked, method, ctx.now));
  const content = contentOf(ctx, catalog, order, draft.lines, priced.value, reservations, backordered);
  const decided = await decideOnSeen(ctx, order, commandOf(draft, content), order.version);
  // The edit may have been made: what is held is the order's then, and runs out by itself otherwise.
  if (decided === "unknown") return outcomeUnknown(ctx);
  // Of two requests under one key the other may have made the edit, with what it held itself.
  const used = decided.ok ? reservationsOf(decided.value) : new Set();
  const unused = holds.filter((request) => !used.has(holdId(request, holder)));
  if (unused.length > 0) ctx.defer(releaseHolds(ctx.env, catalog, unused, holder));
  return decided;
}

/** The reservations that the order has, or will have once its pending edit is made. */
function reservationsOf({ reservations, pendingEdit }: Order): Set<ReservationId> {
  const pending = pendingEdit && "edit" in pendingEdit ? (pendingEdit.edit.content?.reservations ?? []) : [];
  return new Set([...reservations, ...pending].map(({ id }) => id));
}

function priceLines(
  catalog: Catalog,
  order: Order,
  draft: EditDraft,
  lines: readonly WantedLine[],
): ServiceResult<PricedInput> {
  const priced = priceInput(catalog, {
    lines: lines
      .filter(({ quantity }) => quantity > 0)
      .map(({ sku, quantity, before, pointer }) => ({
        sku,
        quantity,
        pointer,
        ...(before && { unitPrice: before.unitPrice }),
      })),
    address: draft.address,
    location: draft.location,
    shippingMethod: draft.shippingMethod,
    currency: order.currency,
    discounts: priceableDiscounts(order),
  });
  if (!priced.ok) return priced;
  const serving = new Set(priced.value.ranked.map(({ warehouse }) => warehouse.id));
  const stranded = order.reservations.some(
    ({ status, warehouseId }) => (status === "HELD" || status === "ALLOCATED") && !serving.has(warehouseId),
  );
  return stranded && draft.address !== order.address
    ? refuse(
        "not_deliverable",
        `A warehouse that has stock for this order does not ship to ${draft.address.country}.`,
        {
          errors: [{ pointer: "/address/country", detail: "must be a country that the order's warehouses ship to" }],
        },
      )
    : priced;
}

function contentOf(
  ctx: ServiceContext,
  catalog: Catalog,
  order: Order,
  wanted: readonly WantedLine[],
  { price, method, ranked }: PricedInput,
  reservations: OrderContent["reservations"],
  backordered: OrderContent["backordered"],
): OrderContent {
  const prices = price.lines.values();
  const lines = wanted.map(({ number, sku, quantity, before }) => {
    const product = catalog.products.get(sku);
    const priced = quantity > 0 ? prices.next().value : undefined;
    const unitGrams =
      product?.weightGrams ?? (before && before.quantity > 0 ? before.weightGrams / before.quantity : 0);
    return {
      number,
      sku,
      name: before?.name ?? product?.name ?? sku,
      quantity,
      unitPrice: priced?.unitPrice ?? before?.unitPrice ?? 0,
      net: priced?.net ?? 0,
      tax: priced?.tax ?? 0,
      weightGrams: unitGrams * quantity,
    };
  });
  const { subtotal, shipping, tax, discount, total } = price;
  const kept = order.reservations.filter(({ status }) => status !== "RELEASED");
  const from = new Set([...kept, ...reservations].map(({ warehouseId }) => warehouseId));
  const parcels = ranked.filter(({ warehouse }) => from.has(warehouse.id));
  const parcelsDay = estimateLastDelivery(parcels, method, ctx.now);
  const waiting = [
    ...order.lines
      .filter((line, index) => line.backordered > line.quantity - Math.min(line.quantity, lines[index]?.quantity ?? 0))
      .map(({ promise }) => promise),
    ...backordered.map(({ promise }) => promise),
  ];
  const ready = from.size > 0 ? [parcelsDay] : [];
  const isLost = order.lines.some(({ unsourced }) => unsourced > 0);
  return {
    lines,
    totals: { subtotal, shipping, tax, discount, total },
    discounts: priceableDiscounts(order),
    reservations,
    backordered,
    estimatedDelivery: isLost ? null : lastDay([...ready, ...waiting.map((promise) => promise?.delivery)]),
  };
}
