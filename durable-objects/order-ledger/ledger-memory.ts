import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { type Lane, laneOf } from "../../src/domain/order/effects.ts";
import type { GroupMemory } from "../group-commit.ts";
import { OrderChanges } from "./order-changes.ts";

/** The queues that effects leave by. Messages have one of their own: a slow mail provider holds up nothing else. */
export const OUTLETS = ["effects", "notifications"] as const;
export type Outlet = (typeof OUTLETS)[number];

/** The queue that effects of this lane leave by. */
export function outletOf(lane: Lane): Outlet {
  return lane === "notify" ? "notifications" : "effects";
}

const NOT_PAUSED: Readonly<Record<Outlet, number>> = { effects: 0, notifications: 0 };

/** What a group of calls leaves to be done once its transaction has returned. */
export class LedgerDraft {
  /** Effects leased to whoever consumes their queue. */
  readonly outgoing: LeasedEffect[] = [];
  /** Orders that D1 and the live feed have to see. */
  changed = new OrderChanges();
  /** How many effects of each queue are leased in all. */
  readonly leased: Record<Outlet, number>;
  /** Until when (epoch milliseconds) each queue is spared, because it refuses everything. */
  readonly pausedUntil: Readonly<Record<Outlet, number>>;
  /** The earliest moment that this group made something due at. */
  wake: number | null = null;

  constructor(leased: Readonly<Record<Outlet, number>>, pausedUntil = NOT_PAUSED) {
    this.leased = { ...leased };
    this.pausedUntil = pausedUntil;
  }

  wakeAt(at: number): void {
    if (this.wake === null || at < this.wake) this.wake = at;
  }
}

/** The ledger's memory: how much is out, and which queue refuses; everything else it reads from storage. */
export class LedgerMemory implements GroupMemory<LedgerDraft> {
  #leased: Readonly<Record<Outlet, number>>;
  #pausedUntil = NOT_PAUSED;
  readonly #afterCommit: (draft: LedgerDraft) => void;

  constructor(leased: Readonly<Record<Outlet, number>>, afterCommit: (draft: LedgerDraft) => void) {
    this.#leased = leased;
    this.#afterCommit = afterCommit;
  }

  draft(): LedgerDraft {
    return new LedgerDraft(this.#leased, this.#pausedUntil);
  }

  /** Nothing is leased to this queue before `until` (epoch milliseconds). */
  pause(outlet: Outlet, until: number): void {
    this.#pausedUntil = { ...this.#pausedUntil, [outlet]: until };
  }

  savepoint(draft: LedgerDraft): () => void {
    const { wake } = draft;
    const leased = { ...draft.leased };
    const outgoing = draft.outgoing.length;
    const changed = draft.changed.copy();
    return () => {
      Object.assign(draft.leased, leased);
      draft.wake = wake;
      draft.outgoing.length = outgoing;
      draft.changed = changed;
    };
  }

  adopt(draft: LedgerDraft): void {
    this.#leased = draft.leased;
    this.#afterCommit(draft);
  }
}

/** Whether what is leased goes straight to whoever reports. A message takes the way of messages, whoever freed it. */
export function goesToReporter(draft: LedgerDraft, lane: Lane, sink: readonly LeasedEffect[]): boolean {
  return sink !== draft.outgoing && outletOf(lane) === "effects";
}

/** Hands a lease to whoever reports, or to its queue. */
export function give(draft: LedgerDraft, leased: LeasedEffect, sink: LeasedEffect[]): void {
  (goesToReporter(draft, laneOf(leased.effect), sink) ? sink : draft.outgoing).push(leased);
}
