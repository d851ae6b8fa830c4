import type { Warehouse } from "./catalog.ts";
import { type Coordinates, distanceKm } from "./geography.ts";
import { type LevelKey, type Sku, type WarehouseId, levelKey } from "./ids.ts";
import { type Books, addHoldings, emptyBooks, levelOf, noteSeen, offeredAt } from "./sourcing/books.ts";
import {
  type Candidate,
  type PlannedShipment,
  type SkuAvailability,
  type WantedLine,
  choosePlan,
  divideShort,
  sumBySku,
  withoutMissing,
} from "./sourcing/choose-plan.ts";
import type { HoldOutcome, HoldRequest, LevelName } from "./sourcing/holds.ts";
import { refuseSale } from "./sourcing/may-sell.ts";

/** How often one sourcing may try to hold before it gives up. */
export const MAX_ROUNDS = 3;
/** Levels peeked at side by side. */
export const PEEK_WAVE_LEVELS = 200;
/** Waves of peeking in one round that look for fewer shipments; while there is no plan at all, peeking goes on to the last warehouse. */
const PEEK_WAVES = 3;

export interface RankedWarehouse {
  warehouse: Warehouse;
  /** Great circle, from the warehouse to the customer. */
  distanceKm: number;
}

/** What one shipment of the order is made of: each line is a hold that stands. */
export interface SourcedShipment extends RankedWarehouse {
  lines: HoldRequest[];
}

/** Units that wait for stock at the warehouse they will be shipped from. */
export interface BackorderedLine extends WantedLine {
  warehouseId: WarehouseId;
}

/**
 * What to do next. The caller performs it and passes the outcomes to `next`; nothing is left for it to decide.
 * `release` names holds that are not needed (any more). Releases may run in the background, with one exception:
 * where a `hold` step releases and holds at the same level, the release comes first.
 */
export type SourcingStep =
  | {
      kind: "hold";
      holds: HoldRequest[];
      release: HoldRequest[];
      next: (outcomes: readonly HoldOutcome[]) => SourcingStep;
    }
  /** `next` takes what each level offers, in the order asked; null for a level that did not answer. */
  | { kind: "peek"; levels: LevelName[]; next: (available: readonly (number | null)[]) => SourcingStep }
  | {
      kind: "done";
      shipments: SourcedShipment[];
      backordered: BackorderedLine[];
      release: HoldRequest[];
      rounds: number;
    }
  | {
      kind: "refused";
      reason: "insufficient_stock" | "no_warehouse";
      availability: SkuAvailability[];
      release: HoldRequest[];
    };

export interface SourcingRequest {
  /** Each has a line number of its own; several may want the same SKU. */
  lines: readonly WantedLine[];
  /** From `rankWarehouses`. */
  ranked: readonly RankedWarehouse[];
  /** Whether a level is registered for the pair; pairs that are not are 0 and never asked. */
  carries: (sku: Sku, warehouseId: WarehouseId) => boolean;
  allowsBackorder: (sku: Sku) => boolean;
}

/** The open warehouses that serve the destination and work on some day of the week, nearest first, ties by id. */
export function rankWarehouses(
  warehouses: readonly Warehouse[],
  destination: { country: string; location: Coordinates },
): RankedWarehouse[] {
  return warehouses
    .filter((warehouse) => refuseSale(warehouse, destination.country) === null)
    .map((warehouse) => ({ warehouse, distanceKm: distanceKm(warehouse.location, destination.location) }))
    .sort((a, b) => a.distanceKm - b.distanceKm || (a.warehouse.id < b.warehouse.id ? -1 : 1));
}

/**
 * Starts the sourcing of an order. At most `MAX_ROUNDS` holding rounds follow: first everything at the nearest
 * warehouse that carries all SKUs (one shipment from there can't be beaten), then, and at once where no warehouse
 * carries all, the best plan from what the others show. When there is not enough, or the last round lost a race, the
 * rest is backordered if every SKU that is short allows it, else the order is refused with what is available where.
 * A rest waits at the nearest warehouse that carries its SKU; a SKU that is carried nowhere can't wait.
 */
export function startSourcing(request: SourcingRequest): SourcingStep {
  const wanted = request.lines;
  const sourcing: Sourcing = { ...request, wanted, skus: sumBySku(wanted) };
  if (request.ranked.length === 0) {
    const availability = sourcing.skus.map(({ sku, quantity }) => ({
      sku,
      wanted: quantity,
      short: quantity,
      warehouses: [],
    }));
    return { kind: "refused", reason: "no_warehouse", availability, release: [] };
  }
  const first = request.ranked.find(({ warehouse }) => wanted.every(({ sku }) => request.carries(sku, warehouse.id)));
  if (first === undefined) return peek(sourcing, emptyBooks(), 1);
  const holds = wanted.map((line): HoldRequest => ({ ...line, round: 1, warehouseId: first.warehouse.id }));
  return hold(sourcing, emptyBooks(), { round: 1, holds, release: [], backorder: [] });
}

interface Sourcing extends SourcingRequest {
  wanted: readonly WantedLine[];
  /** What the lines want of each SKU together. */
  skus: readonly { sku: Sku; quantity: number }[];
}

interface Attempt {
  round: number;
  holds: HoldRequest[];
  release: HoldRequest[];
  /** What the attempt leaves to wait, because there is not enough. */
  backorder: BackorderedLine[];
}

function hold(sourcing: Sourcing, books: Books, attempt: Attempt): SourcingStep {
  const { holds, release, round, backorder } = attempt;
  if (holds.length === 0) return finish(sourcing, books, { round, release, backorder });
  const next = (outcomes: readonly HoldOutcome[]): SourcingStep => {
    const after = addHoldings(books, holds, outcomes);
    const allHeld = outcomes.length === holds.length && outcomes.every(({ kind }) => kind === "held");
    if (allHeld) return finish(sourcing, after, { round, release: [], backorder });
    return round < MAX_ROUNDS ? peek(sourcing, after, round + 1) : settleLost(sourcing, after, round);
  };
  return { kind: "hold", holds, release, next };
}

/** Looks at what the last answers have not told, the nearest warehouses first, until the plan can be made. */
function peek(sourcing: Sourcing, books: Books, round: number, wavesBefore = 0): SourcingStep {
  const unseen = sourcing.ranked
    .map(({ warehouse }) =>
      sourcing.skus
        .map(({ sku }): LevelName => ({ sku, warehouseId: warehouse.id }))
        .filter((level) => sourcing.carries(level.sku, level.warehouseId) && !books.fresh.has(levelOf(level))),
    )
    .filter((levels) => levels.length > 0);
  if (unseen.length === 0) return plan(sourcing, books, round);
  if (wavesBefore > 0) {
    const choice = choosePlan(sourcing.wanted, candidates(sourcing, books));
    // A warehouse further away can only save shipments, and there is nothing to save on one.
    if (choice.kind === "plan" && (choice.plan.shipments.length === 1 || wavesBefore >= PEEK_WAVES))
      return plan(sourcing, books, round);
  }
  const levels = nextWave(unseen);
  return {
    kind: "peek",
    levels,
    next: (available) => peek(sourcing, noteSeen(books, levels, available), round, wavesBefore + 1),
  };
}

function nextWave(unseen: readonly LevelName[][]): LevelName[] {
  const wave: LevelName[] = [];
  for (const levels of unseen) {
    if (wave.length > 0 && wave.length + levels.length > PEEK_WAVE_LEVELS) break;
    wave.push(...levels);
  }
  return wave;
}

function plan(sourcing: Sourcing, books: Books, round: number): SourcingStep {
  const choice = choosePlan(sourcing.wanted, candidates(sourcing, books));
  if (choice.kind === "plan")
    return holdPlan(sourcing, books, { round, shipments: choice.plan.shipments, backorder: [] });

  const missing = divideShort(sourcing.wanted, choice.shortfall);
  const backorder = waitFor(sourcing, missing);
  if (backorder === null) return refuse(sourcing, books, choice.shortfall);
  const reduced = choosePlan(withoutMissing(sourcing.wanted, missing), candidates(sourcing, books));
  const shipments = reduced.kind === "plan" ? reduced.plan.shipments : [];
  return holdPlan(sourcing, books, { round, shipments, backorder });
}

function candidates(sourcing: Sourcing, books: Books): Candidate[] {
  return sourcing.ranked.map(({ warehouse, distanceKm }) => {
    const available = new Map<Sku, number>();
    const held = new Map<number, number>();
    for (const { sku } of sourcing.skus) {
      const key = levelKey(sku, warehouse.id);
      const units = offeredAt(books, key) ?? 0;
      if (units > 0) available.set(sku, units);
      for (const { lineNumber, quantity } of books.holdings.get(key) ?? []) held.set(lineNumber, quantity);
    }
    return { warehouse, distanceKm, available, held };
  });
}

/** What stands of earlier rounds and fits the plan is kept; only the difference is held and released. */
function holdPlan(
  sourcing: Sourcing,
  books: Books,
  {
    round,
    shipments,
    backorder,
  }: { round: number; shipments: readonly PlannedShipment[]; backorder: BackorderedLine[] },
): SourcingStep {
  const parts = shipments.flatMap(({ warehouse, lines }) =>
    lines.map((line): HoldRequest => ({ ...line, round, warehouseId: warehouse.id })),
  );
  const holdings = new Map<LevelKey, HoldRequest[]>();
  const kept = new Set<HoldRequest>();
  const holds: HoldRequest[] = [];
  for (const part of parts) {
    const key = levelOf(part);
    const own = books.holdings
      .get(key)
      ?.find(({ lineNumber, quantity }) => lineNumber === part.lineNumber && quantity === part.quantity);
    if (own) {
      holdings.set(key, [...(holdings.get(key) ?? []), own]);
      kept.add(own);
    } else holds.push(part);
  }
  const dropped = heldBy(books).filter((own) => !kept.has(own));
  const release = [...books.unwanted, ...dropped];
  return hold(sourcing, { ...books, holdings, unwanted: [] }, { round, holds, release, backorder });
}

/** All holds that stand. */
function heldBy({ holdings }: Books): HoldRequest[] {
  return [...holdings.values()].flat();
}

/** The last round lost a race: what it holds is kept if the rest may wait. */
function settleLost(sourcing: Sourcing, books: Books, round: number): SourcingStep {
  const missing = withoutMissing(sourcing.wanted, sumByLine(heldBy(books)));
  const short = new Map(sumBySku(missing).map(({ sku, quantity }) => [sku, quantity]));
  const shortfall = availability(sourcing, books).map((entry) => ({ ...entry, short: short.get(entry.sku) ?? 0 }));
  const backorder = waitFor(sourcing, missing);
  if (backorder === null) return refuse(sourcing, books, shortfall);
  return finish(sourcing, books, { round, release: [], backorder });
}

/** A line may be held in parts at several warehouses. */
function sumByLine(parts: readonly HoldRequest[]): WantedLine[] {
  const lines = new Map<number, WantedLine>();
  for (const { lineNumber, sku, quantity } of parts)
    lines.set(lineNumber, { lineNumber, sku, quantity: quantity + (lines.get(lineNumber)?.quantity ?? 0) });
  return [...lines.values()];
}

/** The missing units as backorders; null when one of them can't wait. */
function waitFor(
  { ranked, carries, allowsBackorder }: Sourcing,
  missing: readonly WantedLine[],
): BackorderedLine[] | null {
  const waiting: BackorderedLine[] = [];
  for (const line of missing) {
    const home = allowsBackorder(line.sku)
      ? ranked.find(({ warehouse }) => carries(line.sku, warehouse.id))
      : undefined;
    if (home === undefined) return null;
    waiting.push({ ...line, warehouseId: home.warehouse.id });
  }
  return waiting;
}

function availability({ skus, ranked, carries }: Sourcing, books: Books): SkuAvailability[] {
  return skus.map(({ sku, quantity }) => {
    const warehouses = ranked
      .filter(({ warehouse }) => carries(sku, warehouse.id))
      .map(({ warehouse }) => ({
        warehouseId: warehouse.id,
        available: offeredAt(books, levelKey(sku, warehouse.id)),
      }));
    const total = warehouses.reduce((sum, { available }) => sum + (available ?? 0), 0);
    return { sku, wanted: quantity, short: Math.max(0, quantity - total), warehouses };
  });
}

function refuse(sourcing: Sourcing, books: Books, shortfall: readonly SkuAvailability[]): SourcingStep {
  const shortOf = new Map(shortfall.map(({ sku, short }) => [sku, short]));
  return {
    kind: "refused",
    reason: "insufficient_stock",
    availability: availability(sourcing, books).map((entry) => ({
      ...entry,
      short: shortOf.get(entry.sku) ?? entry.short,
    })),
    release: [...books.unwanted, ...heldBy(books)],
  };
}

function finish(
  { ranked }: Sourcing,
  books: Books,
  { round, release, backorder }: { round: number; release: HoldRequest[]; backorder: BackorderedLine[] },
): SourcingStep {
  const held = heldBy(books);
  const shipments = ranked
    .map((place): SourcedShipment => ({
      ...place,
      lines: held.filter(({ warehouseId }) => warehouseId === place.warehouse.id),
    }))
    .filter(({ lines }) => lines.length > 0)
    .map((shipment) => ({ ...shipment, lines: shipment.lines.toSorted((a, b) => a.lineNumber - b.lineNumber) }));
  return { kind: "done", shipments, backordered: backorder, release: [...books.unwanted, ...release], rounds: round };
}
