import type { Attempt, LeasedEffect, TakenAttempt } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId } from "../../src/domain/ids.ts";
import { orderOfEffect } from "../../src/domain/order/effects.ts";
import { isKnownEffect, LOOK_AGAIN_MS } from "../../src/domain/order/known.ts";
import { resendMs } from "../../src/domain/order/retry.ts";
import { logWarning } from "../../src/platform/log.ts";
import { give, goesToReporter, type LedgerDraft, outletOf } from "./ledger-memory.ts";
import type { LedgerStorage, StoredEffect } from "./ledger-storage.ts";
import { leasedEffect, leasedFrom, takenFrom } from "./stored-effect.ts";

/** What is out at one time by each queue: past it effects wait in the outbox, so that a backlog does not feed itself. */
export const MOST_LEASED = 2_000;
/** When it is looked again whether there is room. */
const ROOM_CHECK_MS = 1_000;

/**
 * Leases effects to whoever does them, inside the ledger's transaction. Handing a lease to a queue is no attempt: an
 * attempt begins when a consumer takes it.
 */
export class EffectOutbox {
  readonly #storage: LedgerStorage;
  readonly #jitter: () => number;

  constructor(storage: LedgerStorage, jitter: () => number) {
    this.#storage = storage;
    this.#jitter = jitter;
  }

  /** Takes an attempt that is about to be made: given once, and while its lease lasts. */
  take({ effectId, attempt }: Attempt): TakenAttempt {
    const effect = this.#storage.findEffect(effectId);
    if (effect === null || effect.status !== "leased" || effect.attempt !== attempt || effect.claimed >= attempt)
      return { taken: false };
    this.#storage.updateEffect(takenFrom(effect));
    return { taken: true, effect: effect.effect };
  }

  /** Its queue did not take these leases, so nobody will: they are sent again soon, and no attempt was made. */
  putBack(draft: LedgerDraft, refused: readonly LeasedEffect[], now: number): void {
    for (const { id, attempt } of refused) {
      const effect = this.#storage.findEffect(id);
      if (effect === null || effect.status !== "leased" || effect.attempt !== attempt || effect.claimed >= attempt)
        continue;
      const outlet = outletOf(effect.lane);
      const untaken = effect.untaken + 1;
      draft.leased[outlet] -= 1;
      const dueAt = Math.max(draft.pausedUntil[outlet], now + resendMs(untaken, this.#jitter()));
      this.postpone(draft, { ...effect, untaken }, dueAt);
    }
  }

  /** The effect is looked at again at `dueAt` (epoch milliseconds). */
  postpone(draft: LedgerDraft, effect: StoredEffect, dueAt: number): void {
    this.#storage.updateEffect(this.#later(draft, effect, dueAt));
  }

  /**
   * A person wants a failed effect tried again: it starts over, after what its lane is busy with now. It has a new key
   * only where the old one was definitely refused.
   */
  retry(draft: LedgerDraft, id: EffectId, now: number, sink: LeasedEffect[]): void {
    const effect = this.#storage.findEffect(id);
    if (effect === null || effect.settledAt === null) return;
    const generation = effect.uncertain ? {} : { generation: effect.generation + 1, generationStartedAt: now };
    const over: StoredEffect = {
      ...effect,
      ...generation,
      status: "blocked",
      failures: 0,
      untaken: 0,
      settledAt: null,
      dueAt: null,
    };
    if (effect.lane !== "watch" && this.#storage.isLaneBusy(orderOfEffect(id), effect.lane))
      this.#storage.updateEffect(over);
    else this.start(draft, over, now, sink);
  }

  /** Leases an effect that is due, as far as it can be. */
  start(draft: LedgerDraft, effect: StoredEffect, now: number, sink: LeasedEffect[]): void {
    const ready = this.ready(draft, effect, now, sink);
    this.#storage.updateEffect(ready);
    if (ready.status === "leased") give(draft, leasedEffect(ready), sink);
  }

  /** Leased while there is room and its queue takes messages; else due again when there may be. */
  ready(draft: LedgerDraft, effect: StoredEffect, now: number, sink: LeasedEffect[]): StoredEffect {
    const outlet = outletOf(effect.lane);
    const isTaken = goesToReporter(draft, effect.lane, sink);
    if (!isKnownEffect(effect)) {
      logWarning("effect_of_newer_code", { effectId: effect.id, kind: effect.kind });
      return this.#later(draft, effect, now + LOOK_AGAIN_MS);
    }
    const pausedUntil = isTaken ? 0 : draft.pausedUntil[outlet];
    if (pausedUntil > now) return this.#later(draft, effect, pausedUntil);
    if (draft.leased[outlet] >= MOST_LEASED) {
      draft.wakeAt(now + ROOM_CHECK_MS);
      return { ...effect, status: "due", dueAt: now };
    }
    const leased = leasedFrom(effect, now, isTaken);
    draft.leased[outlet] += 1;
    draft.wakeAt(leased.dueAt ?? now);
    return leased;
  }

  #later(draft: LedgerDraft, effect: StoredEffect, at: number): StoredEffect {
    draft.wakeAt(at);
    return { ...effect, status: "due", dueAt: at };
  }
}
