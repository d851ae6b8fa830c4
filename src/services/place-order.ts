import type { Deed } from "../contracts/deed.ts";
import type { HoldLimit } from "../contracts/level-rpc.ts";
import { readOrder } from "../contracts/ledger-rpc.ts";
import type { PlaceOrderInput } from "../contracts/orders.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { estimateLastDelivery } from "../domain/delivery.ts";
import { ORDER_ID_BYTES, type OrderId, orderIdFromBytes } from "../domain/ids.ts";
import type { Actor, PlacedOrder } from "../domain/order/events.ts";
import type { ExchangeOrigin } from "../domain/order/exchange.ts";
import { HOLD_MS, type Order, type Reservation, type WaitingUnits } from "../domain/order/order.ts";
import type { RankedWarehouse } from "../domain/sourcing.ts";
import { lastDay } from "../domain/stock-policy.ts";
import type { Env } from "../platform/env.ts";
import { sha256, sha256Hex } from "../platform/sha256.ts";
import { askLedger } from "./ask-ledger.ts";
import { lacking } from "./authorize.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import { claimReservations, type ReservedLine, reservedLines, unclaimReservations } from "./claim-reservations.ts";
import { actorOf, type ServiceContext } from "./context.ts";
import { type DraftLine, draftOrder, type OrderDraft } from "./order-draft.ts";
import { priceInput, type PricedInput } from "./price-order.ts";
import { waitingUnits } from "./promise-stock.ts";
import { refuseUnpaidLines, unpaidLimitOf } from "./unpaid-limit.ts";
import { type Holder, holdId, releaseHolds, type Sourced, sourceStock } from "./source-stock.ts";
import { ledgerStub } from "./stubs.ts";

export type Placed = ServiceResult<{ order: Order; replayed: boolean }>;
type Done = Extract<Sourced, { kind: "done" }>;

/**
 * Places an order: checks it, prices it, holds the stock at the nearest warehouses that have it, and records it.
 * When this answers ok, the order and its holds are durable. With an idempotency key the same body gives the same
 * order back, whatever was lost on the way; a refusal is not remembered. Bad input changes nothing.
 */
export async function placeOrder(ctx: ServiceContext, input: PlaceOrderInput): Promise<Placed> {
  const forbidden = lacking(ctx, "orders:write");
  if (forbidden) return forbidden;
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const { deed } = ctx;
  const orderId = orderIdFor(deed);
  // What was bought may not be for sale any more, and a repeat still gets the order that was placed.
  const orPlaced = async (refused: ReturnType<typeof refuse>) =>
    (deed && (await findPlaced(ctx.env, orderId, deed.fingerprint))) ?? refused;
  const drafted = await draftOrder(ctx, catalog, input);
  if (!drafted.ok) return orPlaced(drafted);
  const draft = drafted.value;
  const priced = priceInput(catalog, draft);
  if (!priced.ok) return orPlaced(input.form === "short" ? shortPointers(priced) : priced);
  const limit = unpaidLimitOf(ctx.env, catalog, ctx.principal, { orderId, ...draft });
  const tooMany = refuseUnpaidLines(limit, draft.lines);
  if (tooMany !== null) return orPlaced(input.form === "short" ? shortPointers(tooMany) : tooMany);

  return placeDraft(ctx, catalog, draft, priced.value, {
    orderId,
    fingerprint: deed?.fingerprint ?? sha256Hex(JSON.stringify(input)),
    isRepeatable: deed !== null,
    attempt: randomAttempt(),
    placedBy: ctx.principal.id,
    actor: actorOf(ctx),
    ...(limit && { limit }),
  });
}

/** Whose order it is, and under which names it is placed. */
export interface Placing {
  orderId: OrderId;
  /** What the same order is known again by. */
  fingerprint: string;
  /** Whether the same order may be asked for again under this id. */
  isRepeatable: boolean;
  /** Names the holds of this attempt; never used twice. */
  attempt: string;
  placedBy: string;
  actor: Actor;
  exchangeOf?: ExchangeOrigin;
  /** What the buyer may hold before they have paid; left out where there is no limit. */
  limit?: HoldLimit;
  /** Whether it is not too late to record the order; what is held runs out by itself where it is. */
  mayCreate?: () => boolean;
}

type PlacingContext = Pick<ServiceContext, "env" | "now" | "defer" | "requestId">;

/** The same for a draft that is complete, checked and priced. */
export async function placeDraft(
  ctx: PlacingContext,
  catalog: Catalog,
  draft: OrderDraft,
  priced: PricedInput,
  placing: Placing,
): Promise<Placed> {
  const { orderId, fingerprint, attempt } = placing;
  const holder: Holder = {
    owner: orderId,
    attempt,
    expiresAt: ctx.now + HOLD_MS,
    channel: draft.channel,
    ...(placing.limit && { limit: placing.limit }),
  };
  const replay = () => (placing.isRepeatable ? findPlaced(ctx.env, orderId, fingerprint) : null);

  const reserved = reservedLines(catalog, draft.lines, draft.address.country);
  if (!reserved.ok) return (await replay()) ?? reserved;
  const claimed = await claimReservations(ctx.env, reserved.value, holder);
  if (!claimed.ok) return (await replay()) ?? claimed;
  // What the order that was placed has is its own: it may be this very attempt's, whose answer was lost.
  const giveBack = async (sourced: Sourced, placed: Order | null) => {
    const kept = new Set(placed?.reservations.map(({ id }) => id));
    const holds = sourced.kind === "done" ? sourced.shipments.flatMap(({ lines }) => lines) : [];
    const unused = holds.filter((request) => !kept.has(holdId(request, holder)));
    const unneeded = reserved.value.filter(({ reservationId }) => !kept.has(reservationId));
    await Promise.all([releaseHolds(ctx.env, catalog, unused, holder), unclaimReservations(ctx.env, unneeded, holder)]);
  };

  const sourced = await source(ctx, catalog, draft, priced.ranked, holder);
  if (sourced.kind === "refused") {
    const replayed = await orGiveBack(replay, () => giveBack(sourced, null));
    ctx.defer(giveBack(sourced, replayed?.ok ? replayed.value.order : null));
    return replayed ?? noStock(sourced);
  }

  const order = assemble(ctx, catalog, draft, priced, sourced, reserved.value, { ...placing, ...holder });
  const created = await askLedger(
    { ...ctx, orderId, isRepeatable: true, ...(placing.mayCreate && { mayAsk: placing.mayCreate }) },
    (ledger) => ledger.create({ order, fingerprint, actor: placing.actor }),
  );
  if (created === "unknown")
    return refuse(
      "temporarily_unavailable",
      "The order may or may not have been placed: send the same request with the same Idempotency-Key again.",
    );
  // The ledger has answered that another attempt won, or none: what this one has and no order needs is given back.
  if (created.ok) {
    const placed = readOrder(created.order);
    if (created.replayed) ctx.defer(giveBack(sourced, placed));
    return { ok: true, value: { order: placed, replayed: created.replayed } };
  }
  ctx.defer(giveBack(sourced, null));
  return created.refusal.reason === "fingerprint_mismatch"
    ? keyReused()
    : refuse("invalid_request", `The order was refused: ${created.refusal.reason}.`);
}

/** Whether the order was placed before is not known where the question fails: what this attempt took is given back. */
async function orGiveBack<Found>(find: () => Promise<Found> | Found, giveBack: () => Promise<void>): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/** Lines that bring a reservation are held already; the rest is sourced. */
async function source(
  ctx: PlacingContext,
  catalog: Catalog,
  draft: OrderDraft,
  ranked: readonly RankedWarehouse[],
  holder: Parameters<typeof sourceStock>[3],
): Promise<Sourced> {
  const lines = draft.lines
    .map((line, index) => ({
      lineNumber: index + 1,
      sku: line.sku,
      quantity: line.quantity,
      held: line.reservationId !== null,
    }))
    .filter(({ held }) => !held);
  if (lines.length === 0) return { kind: "done", shipments: [], backordered: [], release: [], rounds: 0 };
  return sourceStock(ctx.env, catalog, { lines, ranked, allowBackorder: true }, holder, ctx.defer);
}

function assemble(
  ctx: PlacingContext,
  catalog: Catalog,
  draft: OrderDraft,
  { price, method, ranked }: PricedInput,
  sourced: Done,
  claimed: readonly ReservedLine[],
  hold: Pick<Placing, "orderId" | "attempt" | "placedBy" | "exchangeOf"> & { expiresAt: number },
): PlacedOrder {
  const reservations: Omit<Reservation, "status">[] = [
    ...sourced.shipments.flatMap(({ lines }) =>
      lines.map((request) => ({
        id: holdId(request, { owner: hold.orderId, attempt: hold.attempt }),
        line: request.lineNumber,
        sku: request.sku,
        warehouseId: request.warehouseId,
        quantity: request.quantity,
      })),
    ),
    ...claimed.map(({ reservationId, line, sku, warehouseId, quantity }) => ({
      id: reservationId,
      line,
      sku,
      warehouseId,
      quantity,
    })),
  ];
  const from = new Set(reservations.map(({ warehouseId }) => warehouseId));
  const shipments = ranked.filter(({ warehouse }) => from.has(warehouse.id));
  const waiting = sourced.backordered.map((line) => waitingUnits(catalog, line, ranked, method, ctx.now));
  const ready = reservations.length > 0 ? [estimateLastDelivery(shipments, method, ctx.now)] : [];
  return {
    id: hold.orderId,
    channel: draft.channel,
    placedBy: hold.placedBy,
    customerId: draft.customerId,
    contact: draft.contact,
    address: draft.address,
    location: draft.location,
    shippingMethod: method.id,
    currency: price.currency,
    lines: draft.lines.map((line, index) => orderLine(catalog, line, index, price, waiting)),
    discounts: draft.discounts,
    totals: {
      subtotal: price.subtotal,
      shipping: price.shipping,
      tax: price.tax,
      discount: price.discount,
      total: price.total,
    },
    captureOn: catalog.channels.get(draft.channel)?.captureOn ?? ctx.env.CAPTURE_ON,
    placedAt: ctx.now,
    holdExpiresAt: hold.expiresAt,
    estimatedDelivery: lastDay([...ready, ...waiting.map(({ promise }) => promise?.delivery)]),
    paymentMethod: draft.paymentMethod,
    ...(ctx.env.BACKORDER_LIMIT_DAYS !== undefined && { backorderLimitDays: Number(ctx.env.BACKORDER_LIMIT_DAYS) }),
    ...(hold.exchangeOf && { exchangeOf: hold.exchangeOf }),
    reservations,
  };
}

function orderLine(
  catalog: Catalog,
  line: DraftLine,
  index: number,
  price: PricedInput["price"],
  waiting: readonly WaitingUnits[],
): PlacedOrder["lines"][number] {
  const product = catalog.products.get(line.sku);
  const priced = price.lines[index];
  if (!product || !priced) throw new Error(`line ${index + 1} was priced without its product`);
  const units = waiting.filter((one) => one.line === index + 1);
  const promise = units.find((one) => one.promise)?.promise;
  return {
    number: index + 1,
    sku: line.sku,
    name: product.name,
    quantity: line.quantity,
    unitPrice: priced.unitPrice,
    net: priced.net,
    tax: priced.tax,
    weightGrams: product.weightGrams * line.quantity,
    backordered: units.reduce((sum, { quantity }) => sum + quantity, 0),
    ...(promise && { promise }),
  };
}

/** The order that was placed under this id already, if any: a request that is refused may be its repetition. */
export async function findPlaced(env: Env, orderId: OrderId, fingerprint: string): Promise<Placed | null> {
  const found = await ledgerStub(env, orderId).find(orderId, fingerprint);
  if (found === null) return null;
  return found.ok ? { ok: true, value: { order: readOrder(found.order), replayed: true } } : keyReused();
}

function keyReused(): ReturnType<typeof refuse> {
  return refuse(
    "idempotency_mismatch",
    "This Idempotency-Key was used with another body: send the first body again, or a new key.",
  );
}

/** There is not enough stock: what is there, for each SKU and warehouse. */
export function noStock(sourced: Extract<Sourced, { kind: "refused" }>): ReturnType<typeof refuse> {
  const missing = sourced.availability.filter((sku) => sku.short > 0);
  // Nobody knows what a level that did not answer has: that is our trouble and not a want of stock.
  if (missing.some(({ warehouses }) => warehouses.some(({ available }) => available === null)))
    return refuse(
      "temporarily_unavailable",
      "Some stock could not be asked for: try again in a moment, with the same Idempotency-Key.",
    );
  const short = missing.map(({ sku }) => sku);
  return refuse("insufficient_stock", `There is not enough stock of ${short.join(", ")} for this destination.`, {
    extra: {
      availability: sourced.availability.map(({ sku, wanted, short: missing, warehouses }) => ({
        sku,
        wanted,
        short: missing,
        warehouses: warehouses.map(({ warehouseId, available }) => ({ warehouseId, available })),
      })),
    },
  });
}

/** The short form has no lines: its problems are at its own fields. */
function shortPointers(refusal: ReturnType<typeof refuse>): ReturnType<typeof refuse> {
  const fields: Record<string, string> = { "/sku": "/productId", "/quantity": "/quantity", "/lines": "/quantity" };
  const errors = refusal.problem.errors?.map(({ pointer, detail }) => ({
    pointer: fields[pointer] ?? pointer,
    detail,
  }));
  return { ok: false, problem: { ...refusal.problem, ...(errors && { errors }) } };
}

/** The same deed always names the same order; without one every request is a new order. */
function orderIdFor(deed: Deed | null): OrderId {
  return orderIdFromBytes(deed ? sha256(deed.key) : crypto.getRandomValues(new Uint8Array(ORDER_ID_BYTES)));
}

/** Names the holds of one request. */
export function randomAttempt(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
