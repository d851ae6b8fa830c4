import type { LevelRegistration } from "./catalog.ts";
import type { Arrival, Transfer } from "./inventory-level/transfers.ts";
import { parseReservationId, type ReservationId, type Sku, type WarehouseId } from "./ids.ts";

/**
 * Stock of one SKU at one warehouse: the unit of consistency. Every command is a pure function of the level as it
 * stands, the rows it touches and the moment, and answers a refusal or the changes; the shell stores them whole.
 */

/** The most units that one command may name and a level may have: far above any stock, far below where adding loses units. */
export const MAX_UNITS = 1_000_000_000_000;

/** The last count that was taken: what it has seen is not counted again. */
export interface CountTaken {
  /** Epoch milliseconds, the source's clock, never later than our own was. */
  asOf: number;
  quantity: number;
  /** Who named the count, and how. */
  by: string;
  ref: string;
  /** What the count changed on hand by. */
  drift: number;
}

/** Who waits for stock at this level: what comes in is theirs before anybody else's, first come, first served. */
export interface Waiter {
  /** The order's id. */
  owner: string;
  /** Since when, epoch milliseconds: the longest comes first. */
  since: number;
  quantity: number;
  /** Who has not said again by then (epoch milliseconds) that it waits has lost its place. */
  until: number;
  /** What it is offered is what its channel is; empty where that is not known. */
  channel: string;
}

/** One level as it stands. Never changed, only succeeded. */
export interface LevelState {
  sku: Sku;
  warehouseId: WarehouseId;
  /** Units physically there; below 0 only when more was shipped than the books knew of. */
  onHand: number;
  /** Units of holds that have not run out, as of the last `settleExpired`. */
  held: number;
  allocated: number;
  /** Units that left for another warehouse and have neither arrived there nor come back. They are not on hand. */
  inTransit: number;
  safetyStock: number;
  reorderPoint: number;
  /** Units kept from a channel: it is offered available − buffer. */
  channelBuffers: Readonly<Record<string, number>>;
  settingsVersion: number;
  /** Rises with every change, so that of two copies the higher is newer. */
  sequence: number;
  /** Sequence of the last movement: 1, 2, 3 … without a gap. */
  lastMovement: number;
  lastCount: CountTaken | null;
  /** Whoever has waited longest first. */
  waiters: readonly Waiter[];
}

/**
 * `HELD` counts until `expiresAt` and then for nothing, with no write needed. `RELEASED` and `SHIPPED` are
 * tombstones: the id is never used again.
 */
export type ReservationStatus = "HELD" | "ALLOCATED" | "RELEASED" | "SHIPPED";

/** Units promised at this level under one id for its whole life. */
export interface Reservation {
  id: ReservationId;
  /** Units still promised: falls as they ship. */
  quantity: number;
  /** Units first asked for: what a repeated hold is compared with. */
  asked: number;
  status: ReservationStatus;
  /** Epoch milliseconds; null once allocated. */
  expiresAt: number | null;
  channel: string;
  /** For whom it is held, as a hash, where what one buyer holds unpaid is limited. */
  buyer?: string;
  /** Null while it belongs to the owner its id names. */
  claim: Claim | null;
  createdAt: number;
  changedAt: number;
}

/** A hold that a line of an order has taken over. */
export interface Claim {
  owner: string;
  /** The line of the order; null for a claim from before lines were recorded, which may be any line's. */
  line: number | null;
  /** The one attempt at the order that relies on it; null once another one may, and then nobody gives it back. */
  attempt: string | null;
  /** The expiry that the hold had before. */
  formerExpiresAt: number;
}

/** `transfer_back`: units of a transfer that the target refused are on hand at the source again. */
export type MovementKind =
  | "opening"
  | "receipt"
  | "shipment"
  | "adjustment"
  | "transfer_out"
  | "transfer_in"
  | "transfer_back"
  | "drift";

/** Names what no person and no key of ours named: shipments, returns and what else the system moves itself. */
export const NAMED_BY_US = "system";

/**
 * What names a command for ever: who named it (a principal's id, or `NAMED_BY_US`) and the name they gave it. Two
 * principals may use one reference for two different movements.
 */
export interface CommandName {
  by: string;
  ref: string;
}

/** One entry of the level's ledger. Never changed once written. */
export interface StockMovement {
  sequence: number;
  kind: MovementKind;
  /** Signed change of on hand. */
  delta: number;
  /** On hand after this movement, in the order of recording. */
  balance: number;
  /** Who named the command; empty where that was not kept yet. */
  by: string;
  /** The command's name. A drift entry carries the ref of the count or movement that called for it. */
  ref: string;
  /** The transfer that it is part of: the same id at both of its levels. */
  transfer: string | null;
  reason: string;
  /** The source's clock, never later than `recordedAt`; counts compare this. */
  occurredAt: number;
  /** Our clock. */
  recordedAt: number;
}

/** Why a level refuses a command. */
export type StockRefusal =
  | { reason: "insufficient_stock"; available: number }
  /** The buyer holds as many units unpaid as they may, or would: `left` is what they may still hold. */
  | { reason: "unpaid_limit"; left: number }
  | { reason: "reservation_released" }
  | { reason: "reservation_unknown" }
  | { reason: "reservation_expired" }
  | { reason: "reservation_taken" }
  | { reason: "quantity_exceeds_allocation"; allocated: number }
  | { reason: "quantity_mismatch"; held: number }
  | { reason: "count_outdated"; lastAsOf: number }
  | { reason: "version_stale"; version: number }
  | { reason: "reference_reused" }
  /** The Idempotency-Key was used for something else at this level. */
  | { reason: "key_reused" }
  | { reason: "warehouse_closed" }
  /** On hand would pass the most that a level may have. */
  | { reason: "too_many_units"; most: number };

/** What a command comes to. `unchanged` is a repetition: it answers again and writes nothing. */
export type Decision<Value> =
  | { kind: "refused"; refusal: StockRefusal }
  | { kind: "unchanged"; value: Value }
  | {
      kind: "changed";
      value: Value;
      state: LevelState;
      /** The reservation's new row, when the command touched one. */
      reservation: Reservation | null;
      /** To be appended in this order. */
      movements: StockMovement[];
      /** The new row of a transfer that left here, when the command touched one. */
      transfer?: Transfer;
      /** What this level has decided on a transfer that came here, when it has. */
      arrival?: Arrival;
    };

/** A level that has had no command yet, and the movement that opens its ledger; both are stored with the first. */
export function openLevel(
  registration: LevelRegistration,
  now: number,
): { state: LevelState; movement: StockMovement } {
  const { sku, warehouseId, opening, safetyStock, reorderPoint } = registration;
  requireUnits("opening stock", opening, 0);
  requireUnits("safety stock", safetyStock, 0);
  requireUnits("reorder point", reorderPoint, 0);
  return {
    state: {
      sku,
      warehouseId,
      onHand: opening,
      held: 0,
      allocated: 0,
      inTransit: 0,
      safetyStock,
      reorderPoint,
      channelBuffers: {},
      settingsVersion: 1,
      sequence: 1,
      lastMovement: 1,
      lastCount: null,
      waiters: [],
    },
    movement: {
      sequence: 1,
      kind: "opening",
      delta: opening,
      balance: opening,
      by: NAMED_BY_US,
      ref: "opening",
      transfer: null,
      reason: "opening stock",
      occurredAt: now,
      recordedAt: now,
    },
  };
}

/** The level without the holds (`units` in all) that have run out since it was last settled. */
export function settleExpired(state: LevelState, units: number): LevelState {
  return units === 0 ? state : { ...state, held: state.held - units, sequence: state.sequence + 1 };
}

/** on hand − held − allocated − safety stock; below 0 when a count or an adjustment took units that are promised. */
export function uncommitted(state: LevelState): number {
  return state.onHand - state.held - state.allocated - state.safetyStock;
}

/** What may be offered: `uncommitted`, never below 0. */
export function available(state: LevelState): number {
  return Math.max(0, uncommitted(state));
}

/** What may be offered to a channel: available less the channel's buffer, never below 0. */
export function availableTo(state: LevelState, channel: string): number {
  const buffer = Object.hasOwn(state.channelBuffers, channel) ? (state.channelBuffers[channel] ?? 0) : 0;
  return Math.max(0, uncommitted(state) - buffer);
}

/** Whether the reservation is a hold that still counts at `now`: it ends at its expiry, not after. */
export function isHeld(reservation: Reservation, now: number): boolean {
  return reservation.status === "HELD" && reservation.expiresAt !== null && reservation.expiresAt > now;
}

/** The order, or whoever else the units are promised to: who claimed them, else the owner that the id names. */
export function ownerOf(reservation: Reservation): string {
  return reservation.claim?.owner ?? parseReservationId(reservation.id)?.owner ?? reservation.id;
}

export type StockAlertKind = "LOW_STOCK" | "OUT_OF_STOCK" | "BACK_IN_STOCK";

/**
 * The thresholds crossed between two states of one level. Downwards: to or below the reorder point (unless that is
 * 0, where low and out are the same), and to 0. Upwards: from 0. Falling past both crosses both.
 */
export function alertsBetween(before: LevelState, after: LevelState): StockAlertKind[] {
  const had = available(before);
  const has = available(after);
  const alerts: StockAlertKind[] = [];
  if (after.reorderPoint > 0 && had > before.reorderPoint && has <= after.reorderPoint) alerts.push("LOW_STOCK");
  if (had > 0 && has === 0) alerts.push("OUT_OF_STOCK");
  if (had === 0 && has > 0) alerts.push("BACK_IN_STOCK");
  return alerts;
}

/**
 * The reservations that no longer fit when more is promised than can be offered: from the newest on, as many as it
 * takes to cover what is missing. Empty when everything fits. `newestFirst` are the level's live reservations.
 */
export function reservationsAtRisk(state: LevelState, newestFirst: Iterable<Reservation>): Reservation[] {
  let missing = -uncommitted(state);
  const atRisk: Reservation[] = [];
  if (missing <= 0) return atRisk;
  for (const reservation of newestFirst) {
    atRisk.push(reservation);
    missing -= reservation.quantity;
    if (missing <= 0) break;
  }
  return atRisk;
}

/** Throws a RangeError unless `value` is an integer from `least` to `MAX_UNITS`: callers check their input before. */
export function requireUnits(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > MAX_UNITS) {
    throw new RangeError(`${what} must be an integer from ${least} to ${MAX_UNITS}`);
  }
}

/** Throws a RangeError unless `value` is a moment in epoch milliseconds. */
export function requireMoment(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what} must be epoch milliseconds`);
}

/** The decision that refuses. */
export function refuseStock(refusal: StockRefusal): { kind: "refused"; refusal: StockRefusal } {
  return { kind: "refused", refusal };
}
