/** All commands take the level settled at `now`, and the reservation of that id as stored, or null. */
import { isOrderId, parseReservationId, type ReservationId } from "../ids.ts";
import {
  type Decision,
  isHeld,
  type LevelState,
  ownerOf,
  refuseStock,
  requireMoment,
  requireUnits,
  type Reservation,
  type StockRefusal,
} from "../inventory-level.ts";
import { offeredTo, served, type Turn } from "./waiting.ts";

/** What a buyer may hold at this level before they have paid. */
interface Unpaid {
  /** A hash of who buys, and the most units; left out where there is no limit. */
  limit?: { buyer: string; most: number };
  /** Units that the buyer holds already. */
  unpaid?: number;
}

/** The refusal for a buyer who would hold more than they may; null for others. */
function refuseUnpaid({ limit, unpaid = 0 }: Unpaid, quantity: number): Decision<never> | null {
  if (limit === undefined || unpaid + quantity <= limit.most) return null;
  return refuseStock({ reason: "unpaid_limit", left: Math.max(0, limit.most - unpaid) });
}

/**
 * Promises units until `expiresAt`. Refused when the channel is offered fewer, less what others come first for who wait
 * for stock (`turn`: who waits itself has its place among them, and gives it up for what it gets). The same id again
 * gives the first answer again, also when the units have since been claimed, allocated or shipped; with another quantity it is a
 * `quantity_mismatch`. An id that was released or has run out is never held again.
 */
export function hold(
  state: LevelState,
  existing: Reservation | null,
  command: {
    reservationId: ReservationId;
    quantity: number;
    expiresAt: number;
    channel: string;
    turn?: Turn;
    /** The warehouse sells nothing new. */
    closed?: true;
  } & Unpaid,
  now: number,
): Decision<Reservation> {
  const { reservationId, quantity, expiresAt, channel, turn, limit } = command;
  requireUnits("quantity", quantity, 1);
  requireMoment("expiresAt", expiresAt);
  if (existing !== null) {
    if (existing.status === "RELEASED") return refuseStock({ reason: "reservation_released" });
    if (existing.asked !== quantity) return refuseStock({ reason: "quantity_mismatch", held: existing.asked });
    if (existing.status === "HELD" && !isHeld(existing, now)) return refuseStock({ reason: "reservation_expired" });
    return { kind: "unchanged", value: existing };
  }
  if (command.closed) return refuseStock({ reason: "warehouse_closed" });
  if (expiresAt <= now) return refuseStock({ reason: "reservation_expired" });
  const tooMuch = refuseUnpaid(command, quantity);
  if (tooMuch !== null) return tooMuch;
  const offered = offeredTo(state, channel, now, turn);
  if (offered < quantity) return refuseStock({ reason: "insufficient_stock", available: offered });
  const rest = turn ? served(state, turn.owner, quantity) : state;
  return changed(
    { ...rest, held: rest.held + quantity },
    {
      id: reservationId,
      quantity,
      asked: quantity,
      status: "HELD",
      expiresAt,
      channel,
      ...(limit && { buyer: limit.buyer }),
      claim: null,
      createdAt: now,
      changedAt: now,
    },
  );
}

/**
 * Takes over a hold for one line of an order: same id, new owner and expiry. Idempotent for its line; a second attempt at
 * the same order shares the claim, with the expiry that it has. A hold that belongs to another order or another line, or
 * that another owner has claimed, is `reservation_taken`; one of another size a `quantity_mismatch`.
 */
export function claim(
  state: LevelState,
  existing: Reservation | null,
  command: {
    owner: string;
    line: number;
    attempt: string;
    quantity: number;
    expiresAt: number;
  } & Unpaid,
  now: number,
): Decision<Reservation> {
  const { owner, line, attempt, quantity, expiresAt, limit } = command;
  requireUnits("quantity", quantity, 1);
  requireMoment("expiresAt", expiresAt);
  if (existing === null) return refuseStock({ reason: "reservation_unknown" });
  const current = ownerOf(existing);
  const takenByOther = current !== owner && (existing.claim !== null || isOrderId(current));
  if (existing.status === "RELEASED") return refuseStock({ reason: "reservation_released" });
  const isOtherLine = current === owner && (lineOf(existing) ?? line) !== line;
  if (takenByOther || isOtherLine || (existing.status !== "HELD" && current !== owner))
    return refuseStock({ reason: "reservation_taken" });
  if (existing.asked !== quantity) return refuseStock({ reason: "quantity_mismatch", held: existing.asked });
  if (existing.status !== "HELD") return { kind: "unchanged", value: existing };
  if (!isHeld(existing, now) || existing.expiresAt === null) return refuseStock({ reason: "reservation_expired" });
  if (existing.claim !== null) {
    if (existing.claim.attempt === null || existing.claim.attempt === attempt)
      return { kind: "unchanged", value: existing };
    return rowChanged(state, { ...existing, claim: { ...existing.claim, attempt: null }, changedAt: now });
  }
  if (expiresAt <= now) return refuseStock({ reason: "reservation_expired" });
  const tooMuch = refuseUnpaid(command, quantity);
  if (tooMuch !== null) return tooMuch;
  return changed(state, {
    ...existing,
    ...(limit && { buyer: limit.buyer }),
    claim: { owner, line, attempt, formerExpiresAt: existing.expiresAt },
    expiresAt,
    changedAt: now,
  });
}

/** The line that the units are promised to, where it is known. */
function lineOf({ id, claim }: Reservation): number | null {
  return claim ? claim.line : (parseReservationId(id)?.line ?? null);
}

/**
 * Gives a claimed hold back to its former owner, with its former expiry; if that has passed, its units are free. A
 * hold that ran out while it was claimed stays run out. Nothing to undo is no error, nor is a claim that another
 * attempt at the order may rely on: it stays, to run out by itself. What has been allocated to the claimant stays there
 * too: `reservation_taken`.
 */
export function unclaim(
  state: LevelState,
  existing: Reservation | null,
  command: { owner: string; attempt: string },
  now: number,
): Decision<null> {
  const claimed = existing?.claim;
  if (!claimed || claimed.owner !== command.owner || claimed.attempt !== command.attempt)
    return { kind: "unchanged", value: null };
  if (existing.status === "ALLOCATED") return refuseStock({ reason: "reservation_taken" });
  if (existing.status !== "HELD") return { kind: "unchanged", value: null };
  const { formerExpiresAt } = claimed;
  const counted = isHeld(existing, now);
  const expiresAt = counted ? formerExpiresAt : Math.min(formerExpiresAt, existing.expiresAt ?? now);
  const freed = counted && expiresAt <= now ? existing.quantity : 0;
  return {
    ...changed({ ...state, held: state.held - freed }, { ...existing, claim: null, expiresAt, changedAt: now }),
    value: null,
  };
}

/**
 * Makes a hold an allocation, which does not run out. A hold that has run out is held again if its channel is still
 * offered enough, else `insufficient_stock`. Idempotent, also after shipping; released ids are refused.
 */
export function allocate(state: LevelState, existing: Reservation | null, now: number): Decision<Reservation> {
  if (existing === null) return refuseStock({ reason: "reservation_unknown" });
  if (existing.status === "RELEASED") return refuseStock({ reason: "reservation_released" });
  if (existing.status !== "HELD") return { kind: "unchanged", value: existing };
  const { quantity } = existing;
  const counted = isHeld(existing, now);
  const offered = offeredTo(state, existing.channel, now);
  if (!counted && offered < quantity) return refuseStock({ reason: "insufficient_stock", available: offered });
  return changed(
    { ...state, held: state.held - (counted ? quantity : 0), allocated: state.allocated + quantity },
    { ...existing, status: "ALLOCATED", expiresAt: null, changedAt: now },
  );
}

/**
 * Frees what the reservation still has and closes its id for good, also when the hold has not arrived yet: a late
 * hold is then refused. With `keep`, that many units stay promised as they are, and a repetition frees no more. What
 * has shipped stays shipped. What is not `owner`'s, because an order has claimed it or has
 * given it back, is `reservation_taken`.
 */
export function release(
  state: LevelState,
  existing: Reservation | null,
  command: { reservationId: ReservationId; owner: string; keep?: number },
  now: number,
): Decision<null> {
  const { keep = 0 } = command;
  requireUnits("keep", keep, 0);
  if (existing === null && keep > 0) return refuseStock({ reason: "reservation_unknown" });
  if (existing === null) {
    const tombstone: Reservation = {
      id: command.reservationId,
      quantity: 0,
      asked: 0,
      status: "RELEASED",
      expiresAt: null,
      channel: "",
      claim: null,
      createdAt: now,
      changedAt: now,
    };
    return { ...rowChanged(state, tombstone), value: null };
  }
  if (existing.status === "RELEASED") return { kind: "unchanged", value: null };
  if (ownerOf(existing) !== command.owner) return refuseStock({ reason: "reservation_taken" });
  if (existing.status === "SHIPPED" || (keep > 0 && keep >= existing.quantity))
    return { kind: "unchanged", value: null };
  const freed = existing.quantity - keep;
  const held = isHeld(existing, now) ? freed : 0;
  const allocated = existing.status === "ALLOCATED" ? freed : 0;
  const status = keep > 0 ? existing.status : "RELEASED";
  return {
    ...changed(
      { ...state, held: state.held - held, allocated: state.allocated - allocated },
      { ...existing, status, quantity: keep, changedAt: now },
    ),
    value: null,
  };
}

/** Why these units can't be shipped from this reservation, or null when they can. */
export function refuseShipping(existing: Reservation | null, quantity: number): StockRefusal | null {
  if (existing === null) return { reason: "reservation_unknown" };
  if (existing.status === "RELEASED") return { reason: "reservation_released" };
  const allocated = allocatedUnits(existing);
  return quantity > allocated ? { reason: "quantity_exceeds_allocation", allocated } : null;
}

/** Units of the reservation that are allocated and have not shipped. */
export function allocatedUnits(reservation: Reservation | null): number {
  return reservation?.status === "ALLOCATED" ? reservation.quantity : 0;
}

type Changed = Extract<Decision<Reservation>, { kind: "changed" }>;

function changed(state: LevelState, reservation: Reservation): Changed {
  return rowChanged({ ...state, sequence: state.sequence + 1 }, reservation);
}

/** What frees and takes no units: the level's totals and its sequence stay what they are. */
function rowChanged(state: LevelState, reservation: Reservation): Changed {
  return { kind: "changed", value: reservation, state, reservation, movements: [] };
}
