import type { ReservationId } from "../ids.ts";
import {
  available,
  type CountTaken,
  type Decision,
  type LevelState,
  type MovementKind,
  refuseStock,
  requireMoment,
  requireUnits,
  type Reservation,
  type StockMovement,
} from "../inventory-level.ts";
import { allocatedUnits, refuseShipping } from "./reservations.ts";

/**
 * All commands take the level settled at `now`, and `earlier`: the first movement stored under the command's ref, or
 * null. A ref names one command for ever: repeated with the same content it answers again, with other content it is
 * `reference_reused`. When something is said to have happened is not part of that content, because a caller without
 * a clock of its own repeats itself with a later one.
 */

/** A source's clock that runs ahead of ours would hide real movements from a later count, so ours is the limit. */
export function occurredBy(occurredAt: number, now: number): number {
  return Math.min(occurredAt, now);
}

/** What arrived. Refuses nothing but a reused ref. */
export function receive(
  state: LevelState,
  earlier: StockMovement | null,
  command: { quantity: number; ref: string; occurredAt: number },
  now: number,
): Decision<StockMovement> {
  requireUnits("quantity", command.quantity, 1);
  return move(state, earlier, { ...command, kind: "receipt", delta: command.quantity, reason: "receipt" }, now);
}

/** What arrived from another warehouse. Refuses nothing but a reused ref. */
export function transferIn(
  state: LevelState,
  earlier: StockMovement | null,
  command: { quantity: number; ref: string; occurredAt: number },
  now: number,
): Decision<StockMovement> {
  requireUnits("quantity", command.quantity, 1);
  return move(state, earlier, { ...command, kind: "transfer_in", delta: command.quantity, reason: "transfer" }, now);
}

/**
 * What leaves for another warehouse. It may take safety stock but no unit that is promised: refused as
 * `insufficient_stock` then, unless the last count has already seen the units gone.
 */
export function transferOut(
  state: LevelState,
  earlier: StockMovement | null,
  command: { quantity: number; ref: string; occurredAt: number },
  now: number,
): Decision<StockMovement> {
  const { quantity } = command;
  requireUnits("quantity", quantity, 1);
  const entry: Entry = { ...command, kind: "transfer_out", delta: -quantity, reason: "transfer" };
  const unpromised = state.onHand - state.held - state.allocated;
  if (earlier === null && !isSeen(state, entry, now) && unpromised < quantity) {
    return refuseStock({ reason: "insufficient_stock", available: available(state) });
  }
  return move(state, earlier, entry, now);
}

/**
 * A correction by a person, up or down (`delta` is not 0). Promised units may be written off, because they are gone
 * whoever they were promised to; more than is on hand is refused as `insufficient_stock`.
 */
export function adjust(
  state: LevelState,
  earlier: StockMovement | null,
  command: { delta: number; reason: string; ref: string; occurredAt: number },
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
  command: { reservationId: ReservationId; quantity: number; ref: string; occurredAt: number },
  now: number,
): Decision<{ remaining: number }> {
  const { reservationId, quantity, ref, occurredAt } = command;
  requireUnits("quantity", quantity, 1);
  const entry: Entry = { kind: "shipment", delta: -quantity, ref, reason: reservationId, occurredAt };
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
  command: { quantity: number; asOf: number; ref: string },
  movedSince: number,
  now: number,
): Decision<{ drift: number }> {
  const { quantity, ref } = command;
  requireUnits("quantity", quantity, 0);
  requireMoment("asOf", command.asOf);
  const reason = `counted ${quantity}`;
  const last = state.lastCount;
  if (earlier !== null) {
    if (earlier.kind !== "drift" || earlier.reason !== reason) return refuseStock({ reason: "reference_reused" });
    return { kind: "unchanged", value: { drift: earlier.delta } };
  }
  const asOf = occurredBy(command.asOf, now);
  if (last !== null && last.ref === ref) {
    // A count that agreed left no movement behind, so the level itself remembers the last one.
    if (last.quantity !== quantity) return refuseStock({ reason: "reference_reused" });
    return { kind: "unchanged", value: { drift: last.drift } };
  }
  if (last !== null && asOf < last.asOf) return refuseStock({ reason: "count_outdated", lastAsOf: last.asOf });
  const drift = quantity + movedSince - state.onHand;
  const taken: CountTaken = { asOf, quantity, ref, drift };
  const entry: Entry = { kind: "drift", delta: drift, ref, reason, occurredAt: asOf };
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

interface Entry {
  kind: MovementKind;
  delta: number;
  ref: string;
  reason: string;
  occurredAt: number;
}

interface Appended {
  state: LevelState;
  movements: StockMovement[];
}

function move(state: LevelState, earlier: StockMovement | null, entry: Entry, now: number): Decision<StockMovement> {
  requireMoment("occurredAt", entry.occurredAt);
  if (earlier !== null) {
    const same = earlier.kind === entry.kind && earlier.delta === entry.delta && earlier.reason === entry.reason;
    return same ? { kind: "unchanged", value: earlier } : refuseStock({ reason: "reference_reused" });
  }
  // A ref that only a count without drift has used stands on no movement.
  if (state.lastCount?.ref === entry.ref) return refuseStock({ reason: "reference_reused" });
  const appended = append({ state, movements: [] }, entry, now);
  const [movement] = appended.movements;
  if (movement === undefined) throw new Error("a movement was appended and is missing");
  const settled = isSeen(state, entry, now)
    ? append(appended, { ...entry, kind: "drift", delta: -entry.delta, reason: "already seen by the last count" }, now)
    : appended;
  return {
    kind: "changed",
    value: movement,
    state: { ...settled.state, sequence: state.sequence + 1 },
    reservation: null,
    movements: settled.movements,
  };
}

/** Whether the last count has already seen what this entry tells of. */
function isSeen(state: LevelState, entry: Entry, now: number): boolean {
  return state.lastCount !== null && occurredBy(entry.occurredAt, now) <= state.lastCount.asOf;
}

function append({ state, movements }: Appended, entry: Entry, now: number): Appended {
  const balance = state.onHand + entry.delta;
  if (!Number.isSafeInteger(balance)) throw new RangeError("stock on hand would lose units to rounding");
  const sequence = state.lastMovement + 1;
  const { kind, delta, ref, reason, occurredAt } = entry;
  const movement: StockMovement = {
    sequence,
    kind,
    delta,
    balance,
    ref,
    reason,
    occurredAt: occurredBy(occurredAt, now),
    recordedAt: now,
  };
  return { state: { ...state, onHand: balance, lastMovement: sequence }, movements: [...movements, movement] };
}
