import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { GroupMemory } from "../group-commit.ts";
import { OrderChanges } from "./order-changes.ts";

/** What a group of calls leaves to be done once its transaction has returned. */
export class LedgerDraft {
  /** Effects leased to whoever consumes the queue. */
  readonly outgoing: LeasedEffect[] = [];
  /** Orders that D1 and the live feed have to see. */
  changed = new OrderChanges();
  /** How many effects are leased in all. */
  leased: number;
  /** The earliest moment that this group made something due at. */
  wake: number | null = null;

  constructor(leased: number) {
    this.leased = leased;
  }

  wakeAt(at: number): void {
    if (this.wake === null || at < this.wake) this.wake = at;
  }
}

/** The ledger's memory: how much is out; everything else it reads from storage. */
export class LedgerMemory implements GroupMemory<LedgerDraft> {
  leased: number;
  readonly #afterCommit: (draft: LedgerDraft) => void;

  constructor(leased: number, afterCommit: (draft: LedgerDraft) => void) {
    this.leased = leased;
    this.#afterCommit = afterCommit;
  }

  draft(): LedgerDraft {
    return new LedgerDraft(this.leased);
  }

  savepoint(draft: LedgerDraft): () => void {
    const { leased, wake } = draft;
    const outgoing = draft.outgoing.length;
    const changed = draft.changed.copy();
    return () => {
      draft.leased = leased;
      draft.wake = wake;
      draft.outgoing.length = outgoing;
      draft.changed = changed;
    };
  }

  adopt(draft: LedgerDraft): void {
    this.leased = draft.leased;
    this.#afterCommit(draft);
  }
}
