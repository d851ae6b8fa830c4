import {
  availableTo,
  type Decision,
  type LevelState,
  requireMoment,
  requireUnits,
  type Waiter,
} from "../inventory-level.ts";

/** Whose turn it is among those who wait: who has waited longest. */
export interface Turn {
  owner: string;
  /** Epoch milliseconds since when. */
  since: number;
}

/** What a waiter is told: units that nobody who has waited longer comes first for. */
export interface Offer {
  offered: number;
}

/**
 * What may be offered at `now`, never below 0. To who waits (`turn`): what nobody who has waited longer comes first
 * for; to everyone else what nobody waits for. Nobody comes first for units that are kept from their channel.
 */
export function offeredTo(state: LevelState, channel: string, now: number, turn?: Turn): number {
  const ahead = state.waiters
    .filter((waiter) => waiter.until > now && (turn === undefined || comesBefore(waiter, turn)))
    .reduce((taken, waiter) => taken + shareOf(state, waiter, taken), 0);
  return Math.max(0, availableTo(state, channel) - ahead);
}

/** What somebody who has not waited may be offered of a level that others look at: what nobody waits for. */
export function spareUnits({ available, waiting }: { available: number; waiting?: { units: number } }): number {
  return Math.max(0, available - (waiting?.units ?? 0));
}

/** What this waiter would get of what there is, when those before have got theirs. */
function shareOf(state: LevelState, { quantity, channel }: Waiter, taken: number): number {
  return Math.min(quantity, Math.max(0, availableTo(state, channel) - taken));
}

/** So many owners are named at most: the message that wakes them stays small, and the level then tells of the next. */
const MOST_NEXT = 100;

/** Units that are waited for at `now`, with the first owners who would get what there is, first come, first served. */
export function waitingAt(state: LevelState, now: number): { units: number; next: string[] } {
  const waiting = state.waiters.filter(({ until }) => until > now);
  const next: string[] = [];
  let taken = 0;
  for (const waiter of waiting) {
    const share = shareOf(state, waiter, taken);
    if (share > 0 && next.length < MOST_NEXT) next.push(waiter.owner);
    taken += share;
  }
  return { units: waiting.reduce((sum, { quantity }) => sum + quantity, 0), next };
}

/**
 * Puts an owner in the line of those who wait, or changes how many units it waits for; 0 takes it out. It keeps its
 * place as long as it says again before `until` that it still waits. Answers what it is offered now.
 */
export function wait(state: LevelState, command: Waiter, now: number): Decision<Offer> {
  const { owner, since, quantity, until, channel } = command;
  requireUnits("quantity", quantity, 0);
  requireMoment("since", since);
  requireMoment("until", until);
  const before = state.waiters.find((waiter) => waiter.owner === owner);
  const value = { offered: offeredTo(state, channel, now, { owner, since }) };
  const others = state.waiters.filter((waiter) => waiter.owner !== owner && waiter.until > now);
  const same =
    (before?.quantity ?? 0) === quantity && (quantity === 0 || (before?.since === since && before.channel === channel));
  // It says so more often than it has to: most of the time nothing needs to be written.
  const isFresh = quantity === 0 || (before !== undefined && before.until - now > (until - now) / 2);
  if (same && isFresh) return { kind: "unchanged", value };
  const waiters = quantity === 0 ? others : [...others, { owner, since, quantity, until, channel }].sort(byTurn);
  return { kind: "changed", value, state: withWaiters(state, waiters), reservation: null, movements: [] };
}

/** The level when an owner who waits has got these units. */
export function served(state: LevelState, owner: string, units: number): LevelState {
  if (!state.waiters.some((waiter) => waiter.owner === owner)) return state;
  const waiters = state.waiters
    .map((waiter) => (waiter.owner === owner ? { ...waiter, quantity: waiter.quantity - units } : waiter))
    .filter(({ quantity }) => quantity > 0);
  return { ...state, waiters };
}

function withWaiters(state: LevelState, waiters: readonly Waiter[]): LevelState {
  return { ...state, waiters, sequence: state.sequence + 1 };
}

function byTurn(a: Turn, b: Turn): number {
  return comesBefore(a, b) ? -1 : comesBefore(b, a) ? 1 : 0;
}

function comesBefore(a: Turn, b: Turn): boolean {
  return a.since < b.since || (a.since === b.since && a.owner < b.owner);
}
