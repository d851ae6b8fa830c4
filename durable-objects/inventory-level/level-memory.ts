import type { LevelView, RowDeed } from "../../src/contracts/level-rpc.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import { levelKey, type ReservationId } from "../../src/domain/ids.ts";
import {
  alertsBetween,
  available,
  type CommandName,
  type Decision,
  type LevelState,
  openLevel,
  type Reservation,
  settleExpired,
  type StockMovement,
} from "../../src/domain/inventory-level.ts";
import type { Arrival, Transfer } from "../../src/domain/inventory-level/transfers.ts";
import { waitingAt } from "../../src/domain/inventory-level/waiting.ts";
import type { GroupMemory } from "../group-commit.ts";
import type { KeptAnswer } from "./deed-rows.ts";
import { type ExpiryChange, ExpiryCalendar, expiryChanges } from "./expiry-calendar.ts";
import { alertName, type Acknowledgement, type StockOffer } from "./stock-buffer.ts";
import { forgetAt, type LevelStorage, type PendingAlert } from "./storage.ts";

/** What one group of commands makes of the level. */
export interface LevelDraft {
  /** The same for the whole group: nothing runs out between two of its commands. */
  readonly now: number;
  /** Where a clock that ran ahead had got to; null where it did not. */
  readonly setBackFrom: number | null;
  /** Null while the level has no rows. */
  state: LevelState | null;
  expiry: ExpiryChange[];
  /** Transfers as the group has written them. */
  transfers: Transfer[];
  /** Threshold crossings, stored with the group. */
  alerts: PendingAlert[];
  /** The highest sequence that the group's rows carry so far. */
  storedSequence: number;
  /** Whether the level's own row has changed. */
  levelChanged: boolean;
  /** Names of alerts whose rows the group removes. */
  removedAlerts: string[];
  /** What is recorded as published. */
  publishedSequence: number;
  /** When ended reservations are next looked for; null while there are none. */
  purgeAt: number | null;
}

/** By so much the clocks of two machines may differ. */
const TOLERATED_MS = 1_000;
/** How long ended reservations may lie beyond their day, so that they are forgotten many at a time. */
const PURGE_SLACK_MS = 60 * 60_000;
/** So long after the queue has taken something it is not lost any more, even where queues live in memory. */
const TAKEN_FOR_GOOD_MS = 5_000;

/** The level in memory: the totals that its rows come to, kept so that no command has to add them up. */
export class LevelMemory implements GroupMemory<LevelDraft> {
  /** What the queue has taken; the publisher writes here. */
  readonly acknowledgement: Acknowledgement = { sequence: 0, takenAt: 0, alerts: new Map() };
  readonly #storage: LevelStorage;
  #state: LevelState | null = null;
  #calendar = new ExpiryCalendar();
  #clock = 0;
  #storedSequence = 0;
  #publishedSequence = 0;
  #alerts = new Map<string, PendingAlert>();
  /** Those for which something is still to be done. */
  #transfers = new Map<string, Transfer>();
  #purgeAt: number | null = null;

  constructor(storage: LevelStorage) {
    this.#storage = storage;
    const stored = storage.load();
    if (stored === null) return;
    this.#state = stored.state;
    this.#calendar.apply(stored.holds);
    this.#clock = stored.clock;
    this.#storedSequence = stored.state.sequence;
    this.#publishedSequence = stored.publishedSequence;
    this.acknowledgement.sequence = stored.publishedSequence;
    for (const alert of stored.alerts) this.#alerts.set(alertName(alert), alert);
    for (const transfer of stored.transfers) this.#transfers.set(transfer.id, transfer);
    this.#purgeAt = later(storage.nextForgetAt(), stored.clock);
  }

  /** The level as stored, or null when it has no rows yet. */
  get state(): LevelState | null {
    return this.#state;
  }

  /**
   * Our clock. It does not run back by the little that machines differ in, so that a hold that was settled as run out
   * stays so. A clock that ran further ahead was wrong: time goes on from now.
   */
  now(): number {
    const now = Date.now();
    return this.#clock - now > TOLERATED_MS ? now : Math.max(now, this.#clock);
  }

  draft(): LevelDraft {
    const now = this.now();
    const wasAhead = this.#state !== null && this.#clock > now;
    const draft: LevelDraft = {
      now,
      setBackFrom: wasAhead ? this.#clock : null,
      state: wasAhead && this.#state ? countedBy(this.#state, now) : this.#state,
      expiry: [],
      transfers: [],
      alerts: [],
      storedSequence: this.#storedSequence,
      levelChanged: false,
      removedAlerts: [],
      publishedSequence: this.#publishedSequence,
      purgeAt: this.#purgeAt,
    };
    const expired = this.#calendar.expiredUnits(now);
    if (draft.state !== null && expired > 0) moveTo(draft, draft.state, settleExpired(draft.state, expired));
    return draft;
  }

  savepoint(draft: LevelDraft): () => void {
    const { state, storedSequence, levelChanged, publishedSequence, purgeAt } = draft;
    const expiry = draft.expiry.length;
    const transfers = draft.transfers.length;
    const alerts = draft.alerts.length;
    const removedAlerts = draft.removedAlerts.length;
    return () => {
      Object.assign(draft, { state, storedSequence, levelChanged, publishedSequence, purgeAt });
      draft.expiry.length = expiry;
      draft.transfers.length = transfers;
      draft.alerts.length = alerts;
      draft.removedAlerts.length = removedAlerts;
    };
  }

  beforeJobs(draft: LevelDraft): void {
    if (draft.setBackFrom === null) return;
    this.#storage.setClockBack(draft.now, draft.setBackFrom);
    draft.levelChanged = true;
  }

  beforeCommit(draft: LevelDraft): void {
    if (draft.state === null) return;
    for (const alert of draft.alerts) this.#storage.addAlert(alert);
    // A restarted level goes on from the highest sequence stored, so what was not written with a row is written here.
    if (draft.levelChanged || draft.state.sequence > draft.storedSequence) {
      this.#storage.writeLevel(draft.state, draft.publishedSequence, draft.now);
      draft.storedSequence = draft.state.sequence;
      draft.levelChanged = true;
    }
  }

  adopt(draft: LevelDraft): void {
    if (draft.state === null) return;
    this.#clock = draft.now;
    this.#state = draft.state;
    this.#storedSequence = draft.storedSequence;
    this.#calendar.settle(draft.now);
    this.#calendar.apply(draft.expiry);
    if (draft.setBackFrom !== null)
      for (const transfer of this.#storage.transfers.open()) this.#transfers.set(transfer.id, transfer);
    for (const transfer of draft.transfers)
      if (transfer.dueAt === null) this.#transfers.delete(transfer.id);
      else this.#transfers.set(transfer.id, transfer);
    for (const alert of draft.alerts) this.#alerts.set(alertName(alert), alert);
    this.#publishedSequence = draft.publishedSequence;
    for (const name of draft.removedAlerts) {
      this.#alerts.delete(name);
      this.acknowledgement.alerts.delete(name);
    }
    this.#purgeAt = draft.purgeAt;
  }

  /** What is stored under the id, or null. */
  reservation(draft: LevelDraft, id: ReservationId): Reservation | null {
    return draft.state === null ? null : this.#storage.reservation(id);
  }

  /** Units that are held for the buyer and not paid yet, what this group holds included. */
  unpaidUnits(draft: LevelDraft, buyer: string): number {
    return draft.state === null ? 0 : this.#storage.unpaidUnits(buyer, draft.now);
  }

  /** The first movement stored under the name, or null. */
  movement(draft: LevelDraft, name: CommandName): StockMovement | null {
    return draft.state === null ? null : this.#storage.movementByName(name);
  }

  /** A transfer that left here, or null. */
  transfer(draft: LevelDraft, id: string): Transfer | null {
    return draft.state === null ? null : this.#storage.transfers.find(id);
  }

  /** What was decided on a transfer that came here, or null. */
  arrival(draft: LevelDraft, transfer: string): Arrival | null {
    return draft.state === null ? null : this.#storage.transfers.arrival(transfer);
  }

  /** Those whose units are on the way, oldest first. */
  inTransit(): Transfer[] {
    return [...this.#transfers.values()].filter(({ state }) => state.kind === "in_transit");
  }

  /** Transfers for which it is time to do something, the most overdue first. */
  dueTransfers(): Transfer[] {
    const now = this.now();
    return this.#openTransfers()
      .filter(({ dueAt }) => dueAt <= now)
      .sort((a, b) => a.dueAt - b.dueAt);
  }

  /** When there is something to do for a transfer next; null when there is not. */
  nextTransferAt(): number | null {
    const dueAts = this.#openTransfers().map(({ dueAt }) => dueAt);
    return dueAts.length === 0 ? null : Math.min(...dueAts);
  }

  #openTransfers(): (Transfer & { dueAt: number })[] {
    return [...this.#transfers.values()].flatMap((one) => (one.dueAt === null ? [] : [{ ...one, dueAt: one.dueAt }]));
  }

  /** The sum of the movements that occurred after `asOf`, the opening left out. */
  movedSince(draft: LevelDraft, asOf: number): number {
    return draft.state === null ? 0 : this.#storage.movedSince(asOf);
  }

  /** The reservations that count, newest first. */
  liveReservations(draft: LevelDraft): Reservation[] {
    return draft.state === null ? [] : this.#storage.liveReservations(draft.now);
  }

  /**
   * Makes the decision, takes it into the draft and writes its rows. A level without rows is opened with its first
   * change, never by a refusal. `existing` is the reservation that the decision is made from. Answers the level as
   * it then stands.
   */
  apply<Value>(
    draft: LevelDraft,
    registration: LevelRegistration,
    existing: Reservation | null,
    decide: (state: LevelState) => Decision<Value>,
  ): { decision: Decision<Value>; state: LevelState } {
    const { state: before, movement: opening } =
      draft.state === null ? openLevel(registration, draft.now) : { state: draft.state, movement: null };
    const decision = decide(before);
    if (decision.kind !== "changed") return { decision, state: before };
    if (opening !== null) {
      this.#storage.migrate();
      this.#storage.appendMovement(opening, before.sequence);
      draft.levelChanged = true;
    }
    this.#write(draft, before, existing, decision);
    return { decision, state: decision.state };
  }

  /** As `apply`, for a level that has rows. */
  applyStored<Value>(draft: LevelDraft, decide: (state: LevelState) => Decision<Value>): Decision<Value> {
    if (draft.state === null) throw new Error("the level has no rows");
    const decision = decide(draft.state);
    if (decision.kind === "changed") this.#write(draft, draft.state, null, decision);
    return decision;
  }

  /** Writes a transfer whose units stay where they are. */
  writeTransfer(draft: LevelDraft, transfer: Transfer): void {
    this.#storage.transfers.write(transfer);
    draft.transfers.push(transfer);
  }

  #write(
    draft: LevelDraft,
    before: LevelState,
    existing: Reservation | null,
    { state, reservation, movements, transfer, arrival }: Extract<Decision<unknown>, { kind: "changed" }>,
  ): void {
    if (reservation !== null) {
      if (existing === null) this.#storage.insertReservation(reservation, state.sequence);
      else this.#storage.updateReservation(reservation, state.sequence);
      draft.expiry.push(...expiryChanges(existing, reservation, draft.now));
      if (reservation.status !== "ALLOCATED") draft.purgeAt ??= later(forgetAt(reservation), draft.now);
    }
    for (const movement of movements) this.#storage.appendMovement(movement, state.sequence);
    if (transfer !== undefined) this.writeTransfer(draft, transfer);
    if (arrival !== undefined) this.#storage.transfers.keepArrival(arrival);
    if (reservation !== null || movements.length > 0) draft.storedSequence = state.sequence;
    if (state.waiters !== before.waiters) this.#storage.waiters.write(before.waiters, state.waiters);
    if (state.lastCount !== before.lastCount || state.settingsVersion !== before.settingsVersion)
      draft.levelChanged = true;
    moveTo(draft, before, state);
  }

  /** What a deed came to before, `mismatch` where its key stands for something else, or null. */
  done(draft: LevelDraft, deed: RowDeed): KeptAnswer | "mismatch" | null {
    return draft.state === null ? null : this.#storage.deeds.find(deed);
  }

  /** Keeps what a deed came to, until `forgetAt` where that is said. */
  keep(draft: LevelDraft, deed: RowDeed, answer: KeptAnswer, forgetAt: number | null): void {
    this.#storage.deeds.keep(deed, answer, forgetAt);
    if (forgetAt !== null) draft.purgeAt ??= later(forgetAt, draft.now);
  }

  /** The level as it is at this moment; writes nothing, also when it has no rows. */
  current(registration: LevelRegistration): { state: LevelState; view: LevelView } {
    const now = this.now();
    const stored = this.#state ?? openLevel(registration, now).state;
    const state = { ...stored, held: stored.held - this.#calendar.expiredUnits(now) };
    return { state, view: viewOf(state, now) };
  }

  /** Whether the queue has not taken all there is. */
  isUnpublished(): boolean {
    if (this.#state === null) return false;
    return this.#state.sequence > this.acknowledgement.sequence || this.#unpublishedAlerts().length > 0;
  }

  /** Whether something that the queue has taken is still stored as unpublished: it is recorded once it is taken for good. */
  isUnrecorded(): boolean {
    return this.acknowledgement.sequence > this.#publishedSequence || this.acknowledgement.alerts.size > 0;
  }

  /**
   * What the queue has not taken, or null. The level goes as it was last stored, with what has run out since still
   * in it: its sequence then always names the same numbers.
   */
  offer(): StockOffer | null {
    if (this.#state === null || !this.isUnpublished()) return null;
    return {
      key: levelKey(this.#state.sku, this.#state.warehouseId),
      level: viewOf(this.#state, this.#clock),
      alerts: this.#unpublishedAlerts(),
      acknowledgement: this.acknowledgement,
    };
  }

  #unpublishedAlerts(): PendingAlert[] {
    return [...this.#alerts.values()].filter((alert) => !this.acknowledgement.alerts.has(alertName(alert)));
  }

  /** When holds run out next; null when none do. */
  nextExpiry(): number | null {
    return this.#calendar.next();
  }

  /** When ended reservations are to be forgotten; null when there are none. */
  get purgeAt(): number | null {
    return this.#purgeAt;
  }

  /**
   * What the alarm has to write, beside what every group does (settling holds that have run out): what the queue
   * has taken, and ended reservations to forget.
   */
  tidy(draft: LevelDraft): void {
    if (draft.state === null) return;
    const takenForGood = draft.now - TAKEN_FOR_GOOD_MS;
    for (const [name, takenAt] of this.acknowledgement.alerts) {
      if (takenAt > takenForGood) continue;
      const alert = this.#alerts.get(name);
      if (alert !== undefined) this.#storage.removeAlert(alert);
      draft.removedAlerts.push(name);
    }
    if (draft.purgeAt !== null && draft.purgeAt <= draft.now) {
      draft.purgeAt = later(this.#storage.purge(draft.now), draft.now);
      // The forgotten rows may have been those that told the sequence and the clock.
      draft.levelChanged = true;
    }
    const { sequence, takenAt } = this.acknowledgement;
    if (sequence > this.#publishedSequence && takenAt <= takenForGood) {
      draft.publishedSequence = sequence;
      draft.levelChanged = true;
    }
  }
}

/** The level as others see it. */
export function viewOf(state: LevelState, asOf: number): LevelView {
  const { sku, warehouseId, onHand, held, allocated, inTransit, safetyStock, reorderPoint, sequence } = state;
  const waiting = state.waiters.length > 0 ? waitingAt(state, asOf) : null;
  return {
    sku,
    warehouseId,
    onHand,
    held,
    allocated,
    ...(inTransit > 0 && { inTransit }),
    safetyStock,
    reorderPoint,
    available: available(state),
    sequence,
    asOf,
    ...(waiting && waiting.units > 0 && { waiting }),
  };
}

/** The level whose last count was taken by `now`: its moment came from a clock that ran ahead. */
function countedBy(state: LevelState, now: number): LevelState {
  const { lastCount } = state;
  return lastCount === null ? state : { ...state, lastCount: { ...lastCount, asOf: Math.min(lastCount.asOf, now) } };
}

function moveTo(draft: LevelDraft, before: LevelState, after: LevelState): void {
  draft.state = after;
  // An alert wakes nobody, so it does not name who waits.
  const { waiting: _waiting, ...level } = viewOf(after, draft.now);
  for (const alert of alertsBetween(before, after)) draft.alerts.push({ alert, level });
}

function later(dueAt: number | null, now: number): number | null {
  return dueAt === null ? null : Math.max(dueAt, now) + PURGE_SLACK_MS;
}
