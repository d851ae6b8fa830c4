import type { Warehouse } from "../catalog.ts";
import type { Sku, WarehouseId } from "../ids.ts";
import { searchWarehouses } from "./search-warehouses.ts";

/** What is wanted of one SKU. After `sumLines` there is one of these for each SKU. */
export interface WantedLine {
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
  /** Units this order holds there already. Of equally good parts the plan takes the held one. */
  held?: ReadonlyMap<Sku, number>;
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
  lineNumber: number;
  sku: Sku;
  wanted: number;
  /** Units that could not be had; 0 for a SKU that is not the reason. */
  short: number;
  /** In the order of the candidates; null where the level did not answer. */
  warehouses: { warehouseId: WarehouseId; available: number | null }[];
}

export type PlanChoice = { kind: "plan"; plan: SourcingPlan } | { kind: "shortfall"; shortfall: SkuAvailability[] };

/** One line for each SKU, in the order of first mention: quantities added up, the lowest line number kept. */
export function sumLines(lines: readonly WantedLine[]): WantedLine[] {
  const bySku = new Map<Sku, WantedLine>();
  for (const { lineNumber, sku, quantity } of lines) {
    const known = bySku.get(sku);
    if (known === undefined) {
      bySku.set(sku, { lineNumber, sku, quantity });
    } else {
      known.quantity += quantity;
      known.lineNumber = Math.min(known.lineNumber, lineNumber);
    }
  }
  return [...bySku.values()];
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
  const wanted = sumLines(lines);
  if (wanted.length === 0) return { kind: "plan", plan: { shipments: [], totalDistanceKm: 0, proven: true } };
  const shortfall = wanted.map((line) => availabilityOf(line, candidates));
  if (shortfall.some(({ short }) => short > 0)) return { kind: "shortfall", shortfall };

  const ordered = candidates.toSorted(compareCandidates);
  const { chosen, proven } = searchWarehouses({
    wanted: wanted.map(({ quantity }) => quantity),
    supply: ordered.map(({ available }) => wanted.map(({ sku }) => available.get(sku) ?? 0)),
    distanceKm: ordered.map(({ distanceKm }) => distanceKm),
  });
  const used = chosen.flatMap((index) => ordered[index] ?? []);
  const shipments = divideLines(wanted, used);
  return {
    kind: "plan",
    plan: { shipments, totalDistanceKm: used.reduce((sum, { distanceKm }) => sum + distanceKm, 0), proven },
  };
}

function availabilityOf({ lineNumber, sku, quantity }: WantedLine, candidates: readonly Candidate[]): SkuAvailability {
  const warehouses = candidates.map(({ warehouse, available }) => ({
    warehouseId: warehouse.id,
    available: available.get(sku) ?? 0,
  }));
  const total = warehouses.reduce((sum, { available }) => sum + available, 0);
  return { lineNumber, sku, wanted: quantity, short: Math.max(0, quantity - total), warehouses };
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return a.distanceKm - b.distanceKm || compareIds(a, b);
}

function compareIds(a: Candidate, b: Candidate): number {
  return a.warehouse.id < b.warehouse.id ? -1 : a.warehouse.id > b.warehouse.id ? 1 : 0;
}

/** `used` comes nearest first, so the stable sorts below leave ties to the nearer warehouse. */
function divideLines(wanted: readonly WantedLine[], used: readonly Candidate[]): PlannedShipment[] {
  const shipments = used.map(({ warehouse, distanceKm }): PlannedShipment => ({ warehouse, distanceKm, lines: [] }));
  for (const { lineNumber, sku, quantity } of wanted) {
    const sources = used
      .map(({ available, held }, index) => ({ index, available: available.get(sku) ?? 0, held: held?.get(sku) ?? 0 }))
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
      shipments[index]?.lines.push({ lineNumber, sku, quantity: part });
      rest -= part;
    }
  }
  return shipments.filter(({ lines }) => lines.length > 0);
}
