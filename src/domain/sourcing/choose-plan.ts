import type { Warehouse } from "../catalog.ts";
import type { Sku, WarehouseId } from "../ids.ts";
import { searchWarehouses } from "./search-warehouses.ts";

/** Units that one line wants. Several lines may want the same SKU; each has a part of the plan of its own. */
export interface WantedLine {
  /** Names the line; no other line that is sourced with it has the same number. */
  lineNumber: number;
  sku: Sku;
  /** A positive integer. */
  quantity: number;
}

/** A warehouse that could ship, with what it offers of the wanted SKUs. */
export interface Candidate {
  warehouse: Warehouse;
  distanceKm: number;
  /** Units this order could get there, those it holds there already included; a missing SKU is 0. */
  available: ReadonlyMap<Sku, number>;
  /** Units that each line holds there already, by line number. Of equally good parts the plan takes the held one. */
  held?: ReadonlyMap<number, number>;
}

/** What one warehouse ships: one parcel. */
export interface PlannedShipment {
  warehouse: Warehouse;
  distanceKm: number;
  lines: WantedLine[];
}

export interface SourcingPlan {
  /** Nearest first; each has at least one line. */
  shipments: PlannedShipment[];
  /** Sum of the shipments' distances. */
  totalDistanceKm: number;
  /** Whether no better plan exists; false when the search reached its bound and a good plan was taken. */
  proven: boolean;
}

/** What there is of a SKU that was wanted. */
export interface SkuAvailability {
  sku: Sku;
  /** Units that all lines together want. */
  wanted: number;
  /** Units that could not be had; 0 for a SKU that is not the reason. */
  short: number;
  /** In the order of the candidates; null where the level did not answer. */
  warehouses: { warehouseId: WarehouseId; available: number | null }[];
}

export type PlanChoice = { kind: "plan"; plan: SourcingPlan } | { kind: "shortfall"; shortfall: SkuAvailability[] };

/** Units that all lines together want of each SKU, in the order of first mention. */
export function sumBySku(lines: readonly WantedLine[]): { sku: Sku; quantity: number }[] {
  const bySku = new Map<Sku, number>();
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity }));
}

/**
 * Divides what is short of each SKU over its lines: the earlier lines are served first, so the last ones go short.
 * Returns only the units that are missing.
 */
export function divideShort(lines: readonly WantedLine[], shortfall: readonly SkuAvailability[]): WantedLine[] {
  const left = new Map(shortfall.map(({ sku, short }) => [sku, short]));
  return lines
    .toReversed()
    .map((line) => {
      const missing = Math.min(line.quantity, left.get(line.sku) ?? 0);
      left.set(line.sku, (left.get(line.sku) ?? 0) - missing);
      return { ...line, quantity: missing };
    })
    .filter(({ quantity }) => quantity > 0)
    .toReversed();
}

/** The lines without the units in `missing`; a line with nothing left is left out. */
export function withoutMissing(lines: readonly WantedLine[], missing: readonly WantedLine[]): WantedLine[] {
  const gone = new Map(missing.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (gone.get(line.lineNumber) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

/**
 * The best way to ship all lines: the fewest shipments, then the least total distance, then the most units of the
 * wanted SKUs left at the warehouses used, then the one with the nearest warehouse. A line is split over warehouses only when
 * no single warehouse of the plan has it whole, and then into as few parts as can be.
 *
 * Proven best for every plan of up to 4 shipments out of 24 warehouses, and for larger ones as long as the search
 * stays within `SEARCH_BOUND` steps. Beyond, the plan is still valid and no warehouse of it can be left out.
 * When the candidates together do not have enough: a shortfall that lists every wanted SKU.
 */
export function choosePlan(lines: readonly WantedLine[], candidates: readonly Candidate[]): PlanChoice {
  const wanted = sumBySku(lines);
  if (wanted.length === 0) return { kind: "plan", plan: { shipments: [], totalDistanceKm: 0, proven: true } };
  const shortfall = wanted.map((sku) => availabilityOf(sku, candidates));
  if (shortfall.some(({ short }) => short > 0)) return { kind: "shortfall", shortfall };

  const ordered = candidates.toSorted(compareCandidates);
  const { chosen, proven } = searchWarehouses({
    wanted: wanted.map(({ quantity }) => quantity),
    supply: ordered.map(({ available }) => wanted.map(({ sku }) => available.get(sku) ?? 0)),
    distanceKm: ordered.map(({ distanceKm }) => distanceKm),
  });
  const used = chosen.flatMap((index) => ordered[index] ?? []);
  const shipments = divideLines(lines, used);
  return {
    kind: "plan",
    plan: { shipments, totalDistanceKm: used.reduce((sum, { distanceKm }) => sum + distanceKm, 0), proven },
  };
}

function availabilityOf(
  { sku, quantity }: { sku: Sku; quantity: number },
  candidates: readonly Candidate[],
): SkuAvailability {
  const warehouses = candidates.map(({ warehouse, available }) => ({
    warehouseId: warehouse.id,
    available: available.get(sku) ?? 0,
  }));
  const total = warehouses.reduce((sum, { available }) => sum + available, 0);
  return { sku, wanted: quantity, short: Math.max(0, quantity - total), warehouses };
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return a.distanceKm - b.distanceKm || compareIds(a, b);
}

function compareIds(a: Candidate, b: Candidate): number {
  return a.warehouse.id < b.warehouse.id ? -1 : a.warehouse.id > b.warehouse.id ? 1 : 0;
}

/**
 * Divides the lines over the warehouses. `used` comes nearest first, so the stable sorts below leave ties to the nearer
 * warehouse. The largest lines choose first, so that the fewest are split.
 */
function divideLines(lines: readonly WantedLine[], used: readonly Candidate[]): PlannedShipment[] {
  const left = used.map(({ available }) => new Map(available));
  const parts = used.map((): WantedLine[] => []);
  for (const { lineNumber, sku, quantity } of lines.toSorted((a, b) => b.quantity - a.quantity)) {
    const sources = used
      .map(({ held }, index) => ({
        index,
        available: left[index]?.get(sku) ?? 0,
        held: held?.get(lineNumber) ?? 0,
      }))
      .filter(({ available }) => available > 0);
    const whole = sources.filter(({ available }) => available >= quantity);
    // Taking the largest parts first makes the parts as few as can be, and leaves the most where a line goes whole.
    const takenFrom =
      whole.length > 0
        ? whole.toSorted((a, b) => b.held - a.held || b.available - a.available).slice(0, 1)
        : sources.toSorted((a, b) => b.available - a.available || b.held - a.held);
    let rest = quantity;
    for (const { index, available } of takenFrom) {
      const part = Math.min(available, rest);
      if (part === 0) break;
      parts[index]?.push({ lineNumber, sku, quantity: part });
      left[index]?.set(sku, available - part);
      rest -= part;
    }
  }
  return used
    .map(({ warehouse, distanceKm }, index): PlannedShipment => ({
      warehouse,
      distanceKm,
      lines: (parts[index] ?? []).toSorted((a, b) => a.lineNumber - b.lineNumber),
    }))
    .filter((shipment) => shipment.lines.length > 0);
}
