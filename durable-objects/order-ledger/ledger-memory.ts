import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { type Effect, laneOf } from "../../src/domain/order/effects.ts";
import type { GroupMemory } from "../group-commit.ts";
import { OrderChanges } from "./order-changes.ts";

/** The queues that effects leave by. Messages have one of their own: a slow mail provider holds up nothing else. */
export const OUTLETS = ["effects", "notifications"] as const;
export type Outlet = (typeof OUTLETS)[number];

/** The queue that this effect leaves by. */
export function outletOf(effect: Effect): Outlet {
  return laneOf(effect) === "notify" ? "notifications" : "effects";
}

/** What a group of calls leaves to be done once its transaction has returned. */
export class LedgerDraft {
  /** Effects leased to whoever consumes their queue. */
  readonly outgoing: LeasedEffect[] = [];
  /** Orders that D1 and the live feed have to see. */
  changed = new OrderChanges();
  /** How many effects of each queue are leased in all. */
  readonly leased: Record<Outlet, number>;
  /** The earliest moment that this group made something due at. */
  wake: number | null = null;

  constructor(leased: Readonly<Record<Outlet, number>>) {
    this.leased = { ...leased };
  }

  wakeAt(at: number): void {
    if (this.wake === null || at < this.wake) this.wake = at;
  }
}

/** The ledger's memory: how much is out; everything else it reads from storage. */
export class LedgerMemory implements GroupMemory<LedgerDraft> {
  #leased: Readonly<Record<Outlet, number>>;
  readonly #afterCommit: (draft: LedgerDraft) => void;

  constructor(leased: Readonly<Record<Outlet, number>>, afterCommit: (draft: LedgerDraft) => void) {
    this.#leased = leased;
    this.#afterCommit = afterCommit;
  }

  draft(): LedgerDraft {
    return new LedgerDraft(this.#leased);
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

/** Whoever reports goes on with what that frees; but a message takes the way of messages, whoever freed it. */
export function give(draft: LedgerDraft, leased: LeasedEffect, sink: LeasedEffect[]): void {
  (outletOf(leased.effect) === "notifications" ? draft.outgoing : sink).push(leased);
}
