import type { EffectAttempt, LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId } from "../../src/domain/ids.ts";
import { type Effect, laneOf, orderOfEffect } from "../../src/domain/order/effects.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
import { leaseMs } from "../../src/domain/order/retry.ts";
import type { StoredEffect } from "./ledger-storage.ts";

/** Attempts kept for people to read; older ones are dropped. */
const ATTEMPTS_KEPT = 20;

/** More effects than one event ever calls for. */
const EFFECTS_OF_AN_EVENT = 1_000;

/** An effect as it is when its event calls for it as the `index`-th, from 0: it waits for its lane. */
export function freshEffect(
  id: EffectId,
  effect: Effect,
  { sequence, at }: Pick<RecordedEvent, "sequence" | "at">,
  index: number,
): StoredEffect {
  return {
    id,
    position: sequence * EFFECTS_OF_AN_EVENT + index,
    kind: effect.kind,
    lane: laneOf(effect),
    effect,
    status: "blocked",
    attempt: 0,
    failures: 0,
    generation: 1,
    generationStartedAt: at,
    claimed: 0,
    untaken: 0,
    uncertain: false,
    createdAt: at,
    dueAt: null,
    settledAt: null,
    attempts: [],
  };
}

/**
 * The effect leased for its next attempt. One that was leased before and never taken was never made, so it keeps its
 * number; its lease is longer each time, so that a queue that is far behind is not given more and more copies of it.
 * `isTaken`: the lease goes straight to whoever makes the attempt.
 */
export function leasedFrom(effect: StoredEffect, now: number, isTaken: boolean): StoredEffect {
  const attempt = effect.attempt > effect.claimed ? effect.attempt : effect.attempt + 1;
  const dueAt = now + leaseMs(effect.failures + effect.untaken + 1);
  // The life of its first key begins with its first attempt, not with its waiting.
  const generationStartedAt = effect.claimed === 0 ? now : effect.generationStartedAt;
  const leased = { ...effect, status: "leased" as const, attempt, dueAt, generationStartedAt };
  return isTaken ? takenFrom(leased) : leased;
}

/** The effect once somebody makes the attempt that it is leased for. */
export function takenFrom(effect: StoredEffect): StoredEffect {
  return { ...effect, claimed: effect.attempt, untaken: 0 };
}

/** Its attempts with one more; the oldest are dropped. */
export function attempted(effect: StoredEffect, entry: EffectAttempt): EffectAttempt[] {
  return [...effect.attempts.slice(1 - ATTEMPTS_KEPT), entry];
}

/** The effect as whoever does it is given it. */
export function leasedEffect(effect: StoredEffect): LeasedEffect {
  const { id, attempt, generation, uncertain, generationStartedAt, dueAt } = effect;
  return {
    id,
    orderId: orderOfEffect(id),
    effect: effect.effect,
    attempt,
    generation,
    leaseUntil: dueAt ?? 0,
    uncertain,
    generationStartedAt,
  };
}
