/** Nodes a search may visit: all sets of up to 4 out of 24 warehouses are 15,602, counting every deepening. */
export const SEARCH_BOUND = 20_000;

/** Distances closer than this (in km) are the same: a millimeter, far above rounding and far below a road. */
const SAME_DISTANCE_KM = 1e-6;

/** Rows are warehouses, nearest first; columns are wanted SKUs. Together the warehouses must have enough. */
export interface Search {
  wanted: readonly number[];
  supply: readonly (readonly number[])[];
  distanceKm: readonly number[];
}

interface Found {
  /** Ascending row numbers. */
  chosen: number[];
  distanceKm: number;
  left: number;
}

/**
 * The smallest set of warehouses that has everything, then the nearest in sum, then the one with most left.
 *
 * Deepens by size, so the first size with a solution is the smallest. Within a size it branches on the SKU that the
 * fewest warehouses can help with; a branch that is done excludes its warehouse from its later siblings, so that no
 * set is seen twice. When `SEARCH_BOUND` is reached: the best set found of that size (which is then known to be the
 * smallest), else a greedy cover without redundant members, which is within a logarithm of the smallest.
 */
export function searchWarehouses(search: Search, bound: number = SEARCH_BOUND): { chosen: number[]; proven: boolean } {
  const { wanted, supply, distanceKm } = search;
  const columns = wanted.map((_, column) => suppliersOf(column, supply));
  const units = supply.map((row) => row.reduce((sum, available) => sum + available, 0));
  const excluded = supply.map(() => false);
  const progress: { visited: number; best: Found | null } = { visited: 0, best: null };

  const visit = (chosen: readonly number[], missing: readonly number[], remaining: number): void => {
    if (progress.visited >= bound) return;
    progress.visited += 1;
    const branch = narrowest(columns, missing, excluded, remaining);
    if (branch === "hopeless") return;
    if (branch === "covered") {
      progress.best = better(progress.best, measure(chosen, distanceKm, units));
      return;
    }
    if (remaining === 0) return;
    const soFar = chosen.reduce((sum, row) => sum + (distanceKm[row] ?? 0), 0);
    const tried: number[] = [];
    for (const row of branch) {
      // Distances are not negative, so a longer way already is not made good by what follows.
      const known = progress.best;
      if (known !== null && soFar + (distanceKm[row] ?? 0) > known.distanceKm + SAME_DISTANCE_KM) continue;
      excluded[row] = true;
      tried.push(row);
      const offers = supply[row] ?? [];
      visit(
        [...chosen, row],
        missing.map((rest, column) => Math.max(0, rest - (offers[column] ?? 0))),
        remaining - 1,
      );
    }
    for (const row of tried) excluded[row] = false;
  };

  for (let size = 1; size <= supply.length && progress.visited < bound; size += 1) {
    visit([], wanted, size);
    if (progress.best !== null) return { chosen: progress.best.chosen, proven: progress.visited < bound };
  }
  return { chosen: coverGreedily(search), proven: false };
}

/** Rows that have some of the column, those with most first; ties stay nearest first. */
function suppliersOf(column: number, supply: Search["supply"]): { row: number; available: number }[] {
  return supply
    .map((row, index) => ({ row: index, available: row[column] ?? 0 }))
    .filter(({ available }) => available > 0)
    .toSorted((a, b) => b.available - a.available);
}

/** The rows to branch on (nearest first), or why there is nothing to branch on. */
function narrowest(
  columns: readonly { row: number; available: number }[][],
  missing: readonly number[],
  excluded: readonly boolean[],
  remaining: number,
): number[] | "covered" | "hopeless" {
  let narrow: number[] | null = null;
  for (const [column, suppliers] of columns.entries()) {
    let rest = missing[column] ?? 0;
    if (rest <= 0) continue;
    const free: number[] = [];
    let needed = 0;
    for (const { row, available } of suppliers) {
      if (excluded[row]) continue;
      free.push(row);
      if (rest <= 0) continue;
      rest -= available;
      needed += 1;
    }
    if (rest > 0 || needed > remaining) return "hopeless";
    if (narrow === null || free.length < narrow.length) narrow = free;
  }
  return narrow === null ? "covered" : narrow.toSorted((a, b) => a - b);
}

function measure(chosen: readonly number[], distanceKm: readonly number[], units: readonly number[]): Found {
  const rows = chosen.toSorted((a, b) => a - b);
  return {
    chosen: rows,
    distanceKm: rows.reduce((sum, row) => sum + (distanceKm[row] ?? 0), 0),
    left: rows.reduce((sum, row) => sum + (units[row] ?? 0), 0),
  };
}

function better(best: Found | null, found: Found): Found {
  if (best === null) return found;
  if (Math.abs(best.distanceKm - found.distanceKm) > SAME_DISTANCE_KM)
    return found.distanceKm < best.distanceKm ? found : best;
  if (best.left !== found.left) return found.left > best.left ? found : best;
  for (const [index, row] of found.chosen.entries()) {
    const other = best.chosen[index] ?? row;
    if (row !== other) return row < other ? found : best;
  }
  return best;
}

/** Takes the warehouse that covers most of what is missing, again and again, then drops those that became redundant. */
export function coverGreedily({ wanted, supply }: Pick<Search, "wanted" | "supply">): number[] {
  const chosen: number[] = [];
  let missing = [...wanted];
  while (missing.some((units) => units > 0)) {
    let most = { row: -1, share: 0 };
    for (const [row, offers] of supply.entries()) {
      if (chosen.includes(row)) continue;
      const share = missing.reduce(
        (sum, units, column) => sum + Math.min(units, offers[column] ?? 0) / Math.max(1, wanted[column] ?? 1),
        0,
      );
      if (share > most.share) most = { row, share };
    }
    if (most.row === -1) break;
    const offers = supply[most.row] ?? [];
    chosen.push(most.row);
    missing = missing.map((units, column) => Math.max(0, units - (offers[column] ?? 0)));
  }
  // The farthest go first: rows are ordered by distance.
  let kept = chosen.toSorted((a, b) => a - b);
  for (const row of kept.toReversed()) {
    const others = kept.filter((other) => other !== row);
    const enough = wanted.every(
      (units, column) => others.reduce((sum, other) => sum + (supply[other]?.[column] ?? 0), 0) >= units,
    );
    if (enough) kept = others;
  }
  return kept;
}
