import type { ReservationId } from "../ids.ts";
import {
  available,
  type CommandName,
  type CountTaken,
  type Decision,
  type LevelState,
  MAX_UNITS,
  type MovementKind,
  refuseStock,
  requireMoment,
  requireUnits,
  type Reservation,
  type StockMovement,
} from "../inventory-level.ts";
import { allocatedUnits, refuseShipping } from "./reservations.ts";

/**
 * All commands take the level settled at `now`, and `earlier`: the first movement stored under the command's name (who
 * named it, and its ref), or null. A name stands for one command for ever: repeated with the same content it answers
 * again, with other content it is `reference_reused`. When something is said to have happened is not part of that
 * content, because a caller without a clock of its own repeats itself with a later one.
 */

/** A source's clock that runs ahead of ours would hide real movements from a later count, so ours is the limit. */
export function occurredBy(occurredAt: number, now: number): number {
  return Math.min(occurredAt, now);
}

/** What arrived. Refused for a reused ref, and where on hand would pass `MAX_UNITS`. */
export function receive(
  state: LevelState,
  earlier: StockMovement | null,
  command: CommandName & { quantity: number; occurredAt: number },
  now: number,
): Decision<StockMovement> {
  requireUnits("quantity", command.quantity, 1);
  return move(state, earlier, { ...command, kind: "receipt", delta: command.quantity, reason: "receipt" }, now);
}

/**
 * A correction by a person, up or down (`delta` is not 0). Promised units may be written off, because they are gone
 * whoever they were promised to; more than is on hand is refused as `insufficient_stock`.
 */
export function adjust(
  state: LevelState,
  earlier: StockMovement | null,
  command: CommandName & { delta: number; reason: string; occurredAt: number },
  now: number,
): Decision<StockMovement> {
  requireUnits("the size of delta", Math.abs(command.delta), 1);
  const entry: Entry = { ...command, kind: "adjustment" };
  if (earlier === null && !isSeen(state, entry, now) && command.delta < 0 && state.onHand + command.delta < 0) {
    return refuseStock({ reason: "insufficient_stock", available: available(state) });
  }
  return move(state, earlier, entry, now);
}

/**
 * Allocated units leave the house. A part leaves the rest allocated; more than is allocated is refused. On hand may
 * fall below 0: the units have left, whatever the books knew of them.
 */
export function ship(
  state: LevelState,
  existing: Reservation | null,
  earlier: StockMovement | null,
  command: CommandName & { reservationId: ReservationId; quantity: number; occurredAt: number },
  now: number,
): Decision<{ remaining: number }> {
  const { reservationId, quantity, by, ref, occurredAt } = command;
  requireUnits("quantity", quantity, 1);
  const entry: Entry = { kind: "shipment", delta: -quantity, by, ref, reason: reservationId, occurredAt };
  const moved = move(state, earlier, entry, now);
  if (moved.kind === "refused") return moved;
  if (moved.kind === "unchanged") return { kind: "unchanged", value: { remaining: allocatedUnits(existing) } };
  const refusal = refuseShipping(existing, quantity);
  if (refusal !== null || existing === null) return refuseStock(refusal ?? { reason: "reservation_unknown" });
  const remaining = existing.quantity - quantity;
  return {
    ...moved,
    value: { remaining },
    state: { ...moved.state, allocated: moved.state.allocated - quantity },
    reservation: {
      ...existing,
      quantity: remaining,
      status: remaining === 0 ? "SHIPPED" : "ALLOCATED",
      changedAt: now,
    },
  };
}

/**
 * A count as of a moment: on hand becomes `quantity` plus `movedSince`, the sum of the movements that occurred after
 * that moment (`occurredBy(asOf, now)`; the opening is never among them). What differs is written as drift. Refused
 * when a later count has been taken. Takes no one's reservation away, however little it finds.
 */
export function count(
  state: LevelState,
  earlier: StockMovement | null,
  command: CommandName & { quantity: number; asOf: number },
  movedSince: number,
  now: number,
): Decision<{ drift: number }> {
  const { quantity, by, ref } = command;
  requireUnits("quantity", quantity, 0);
  requireMoment("asOf", command.asOf);
  const reason = `counted ${quantity}`;
  const last = state.lastCount;
  if (earlier !== null) {
    if (earlier.kind !== "drift" || earlier.reason !== reason) return refuseStock({ reason: "reference_reused" });
    return { kind: "unchanged", value: { drift: earlier.delta } };
  }
  const asOf = occurredBy(command.asOf, now);
  if (last !== null && isNameOfCount(state, command)) {
    // A count that agreed left no movement behind, so the level itself remembers the last one.
    if (last.quantity !== quantity) return refuseStock({ reason: "reference_reused" });
    return { kind: "unchanged", value: { drift: last.drift } };
  }
  if (last !== null && asOf < last.asOf) return refuseStock({ reason: "count_outdated", lastAsOf: last.asOf });
  const drift = quantity + movedSince - state.onHand;
  const taken: CountTaken = { asOf, quantity, by, ref, drift };
  const entry: Entry = { kind: "drift", delta: drift, by, ref, reason, occurredAt: asOf };
  const appended = drift === 0 ? { state, movements: [] } : append({ state, movements: [] }, entry, now);
  return {
    kind: "changed",
    value: { drift },
    state: { ...appended.state, lastCount: taken, sequence: state.sequence + 1 },
    reservation: null,
    movements: appended.movements,
  };
}

/** New settings, refused unless they were made from the current version. */
export function configure(
  state: LevelState,
  command: {
    expectedVersion: number;
    safetyStock: number;
    reorderPoint: number;
    channelBuffers: Readonly<Record<string, number>>;
  },
): Decision<null> {
  const { expectedVersion, safetyStock, reorderPoint, channelBuffers } = command;
  requireUnits("safety stock", safetyStock, 0);
  requireUnits("reorder point", reorderPoint, 0);
  for (const [channel, buffer] of Object.entries(channelBuffers)) requireUnits(`buffer of ${channel}`, buffer, 0);
  if (expectedVersion !== state.settingsVersion)
    return refuseStock({ reason: "version_stale", version: state.settingsVersion });
  return {
    kind: "changed",
    value: null,
    state: {
      ...state,
      safetyStock,
      reorderPoint,
      channelBuffers: { ...channelBuffers },
      settingsVersion: state.settingsVersion + 1,
      sequence: state.sequence + 1,
    },
    reservation: null,
    movements: [],
  };
}

/** A movement that has not been written yet. */
export interface Entry extends CommandName {
  kind: MovementKind;
  delta: number;
  reason: string;
  occurredAt: number;
  transfer?: string;
}

interface Appended {
  state: LevelState;
  movements: StockMovement[];
}

function move(state: LevelState, earlier: StockMovement | null, entry: Entry, now: number): Decision<StockMovement> {
  if (earlier !== null) {
    const same = earlier.kind === entry.kind && earlier.delta === entry.delta && earlier.reason === entry.reason;
    return same ? { kind: "unchanged", value: earlier } : refuseStock({ reason: "reference_reused" });
  }
  if (isNameOfCount(state, entry)) return refuseStock({ reason: "reference_reused" });
  return record(state, entry, now);
}

/**
 * Appends the movement, and an equal and opposite drift entry where the last count has already seen what it tells of.
 * The value is the movement. Refused where on hand would pass `MAX_UNITS`.
 */
export function record(state: LevelState, entry: Entry, now: number): Refused | Changed<StockMovement> {
  requireMoment("occurredAt", entry.occurredAt);
  const seen = isSeen(state, entry, now);
  if (!seen && entry.delta > 0 && state.onHand + entry.delta > MAX_UNITS)
    return refuseStock({ reason: "too_many_units", most: MAX_UNITS });
  const appended = append({ state, movements: [] }, entry, now);
  const [movement] = appended.movements;
  if (movement === undefined) throw new Error("a movement was appended and is missing");
  const { transfer: _transfer, ...rest } = entry;
  const settled = seen
    ? append(appended, { ...rest, kind: "drift", delta: -entry.delta, reason: "already seen by the last count" }, now)
    : appended;
  return {
    kind: "changed",
    value: movement,
    state: { ...settled.state, sequence: state.sequence + 1 },
    reservation: null,
    movements: settled.movements,
  };
}

type Refused = Extract<Decision<never>, { kind: "refused" }>;
type Changed<Value> = Extract<Decision<Value>, { kind: "changed" }>;

/** Whether the last count has this name. A count without drift leaves no movement that would tell. */
export function isNameOfCount({ lastCount }: LevelState, { by, ref }: CommandName): boolean {
  return lastCount !== null && lastCount.by === by && lastCount.ref === ref;
}

/** Whether the last count has already seen what this entry tells of. */
export function isSeen(state: LevelState, entry: Pick<Entry, "occurredAt">, now: number): boolean {
  return state.lastCount !== null && occurredBy(entry.occurredAt, now) <= state.lastCount.asOf;
}

function append({ state, movements }: Appended, entry: Entry, now: number): Appended {
  const balance = state.onHand + entry.delta;
  if (!Number.isSafeInteger(balance)) throw new RangeError("stock on hand would lose units to rounding");
  const sequence = state.lastMovement + 1;
  const { kind, delta, by, ref, transfer = null, reason, occurredAt } = entry;
  const movement: StockMovement = {
    sequence,
    kind,
    delta,
    balance,
    by,
    ref,
    transfer,
    reason,
    occurredAt: occurredBy(occurredAt, now),
    recordedAt: now,
  };
  return { state: { ...state, onHand: balance, lastMovement: sequence }, movements: [...movements, movement] };
}
