import { type LevelKey, levelKey } from "../ids.ts";
import type { HoldOutcome, HoldRequest, LevelName } from "./holds.ts";

/** What one sourcing knows: its own holds, and what the levels have told it. Never changed, only succeeded. */
export interface Books {
  /** Holds that stand; at most one for each line at each level. */
  holdings: ReadonlyMap<LevelKey, readonly HoldRequest[]>;
  /** Holds of unknown outcome, to be released with the next step. */
  unwanted: readonly HoldRequest[];
  /** What a level offers beside our own holds; null where it did not answer. */
  offered: ReadonlyMap<LevelKey, number | null>;
  /** Levels whose answer is as new as the last round, and those that failed: asking again gains nothing. */
  fresh: ReadonlySet<LevelKey>;
}

/** Nothing asked yet. */
export function emptyBooks(): Books {
  return { holdings: new Map(), unwanted: [], offered: new Map(), fresh: new Set() };
}

/** The level of a hold or a peek. */
export function levelOf({ sku, warehouseId }: LevelName): LevelKey {
  return levelKey(sku, warehouseId);
}

/** The books after these holds were tried; an outcome that is missing counts as failed. */
export function addHoldings(books: Books, holds: readonly HoldRequest[], outcomes: readonly HoldOutcome[]): Books {
  const holdings = new Map(books.holdings);
  const unwanted = [...books.unwanted];
  const offered = new Map(books.offered);
  const fresh = new Set<LevelKey>();
  for (const [key, units] of offered) if (units === null) fresh.add(key);
  const answers = new Map<LevelKey, (number | null)[]>();
  for (const [index, request] of holds.entries()) {
    const outcome = outcomes[index] ?? { kind: "failed" };
    const key = levelOf(request);
    fresh.add(key);
    if (outcome.kind === "held") holdings.set(key, [...(holdings.get(key) ?? []), request]);
    if (outcome.kind === "failed") unwanted.push(request);
    answers.set(key, [...(answers.get(key) ?? []), outcome.kind === "failed" ? null : outcome.available]);
  }
  // Of several answers of one level the one with the fewest units is the newest: each hold took some.
  for (const [key, units] of answers) {
    const known = units.filter((one) => one !== null);
    offered.set(key, known.length < units.length ? null : Math.min(...known));
  }
  return { holdings, unwanted, offered, fresh };
}

/** The books after these levels were peeked at, `available` in the order of `levels`. */
export function noteSeen(books: Books, levels: readonly LevelName[], available: readonly (number | null)[]): Books {
  const offered = new Map(books.offered);
  const fresh = new Set(books.fresh);
  for (const [index, level] of levels.entries()) {
    const key = levelOf(level);
    offered.set(key, available[index] ?? null);
    fresh.add(key);
  }
  return { ...books, offered, fresh };
}

/** Units this order could have at the level, its own holds included; null where the level did not answer. */
export function offeredAt(books: Books, key: LevelKey): number | null {
  const held = (books.holdings.get(key) ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  const beside = books.offered.get(key) ?? null;
  return beside === null && held === 0 ? null : (beside ?? 0) + held;
}
