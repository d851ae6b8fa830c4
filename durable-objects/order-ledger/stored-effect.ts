import type { EffectAttempt, LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId } from "../../src/domain/ids.ts";
import { type Effect, laneOf, orderOfEffect } from "../../src/domain/order/effects.ts";
import type { RecordedEvent } from "../../src/domain/order/events.ts";
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
    uncertain: false,
    createdAt: at,
    dueAt: null,
    settledAt: null,
    attempts: [],
  };
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
