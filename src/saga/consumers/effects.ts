import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import type { EffectBatch } from "../../contracts/messages.ts";
import type { EffectKind, EffectOutcome } from "../../domain/order/effects.ts";
import { RETRY_POLICIES } from "../../domain/order/retry.ts";
import { logError } from "../../platform/log.ts";
import { runEffect } from "../run-effect.ts";
import type { SagaContext } from "../saga-context.ts";

/** Calls that one invocation has open at a time: the platform queues a seventh. */
const AT_ONCE = 6;
/** What must be left of a lease beside the time limit of its kind: an attempt never overlaps with the next one. */
const LEASE_MARGIN_MS = 5_000;

/**
 * Does the effects of a batch of messages and reports each outcome to its ledger. What the ledger frees by a report
 * is done here too, without a way through the queue. Always acknowledges: only the ledger tries again.
 */
export async function consumeEffects(batch: MessageBatch<EffectBatch>, context: SagaContext): Promise<void> {
  await new EffectRun(context).all(batch.messages.flatMap(({ body }) => body.effects));
  batch.ackAll();
}

class EffectRun {
  readonly #context: SagaContext;
  readonly #waiting: LeasedEffect[] = [];
  readonly #running = new Map<EffectKind, number>();
  #open = 0;
  #finish: () => void = () => undefined;

  constructor(context: SagaContext) {
    this.#context = context;
  }

  all(effects: readonly LeasedEffect[]): Promise<void> {
    this.#waiting.push(...effects);
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#startMore();
    });
  }

  #startMore(): void {
    while (this.#open < AT_ONCE) {
      // A kind that is at its cap lets others pass: slow mails do not hold up payments.
      const index = this.#waiting.findIndex(
        ({ effect }) => (this.#running.get(effect.kind) ?? 0) < RETRY_POLICIES[effect.kind].concurrency,
      );
      const [next] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (!next) break;
      this.#begin(next);
    }
    if (this.#open === 0 && this.#waiting.length === 0) this.#finish();
  }

  #begin(leased: LeasedEffect): void {
    const { kind } = leased.effect;
    this.#open += 1;
    this.#running.set(kind, (this.#running.get(kind) ?? 0) + 1);
    void this.#do(leased).finally(() => {
      this.#open -= 1;
      this.#running.set(kind, (this.#running.get(kind) ?? 1) - 1);
      this.#startMore();
    });
  }

  async #do(leased: LeasedEffect): Promise<void> {
    // It waited too long: before it could be done, the ledger may give it to another.
    const needed = RETRY_POLICIES[leased.effect.kind].timeoutMs + LEASE_MARGIN_MS;
    if (this.#context.now() + needed > leased.leaseUntil) return;
    const outcome = await runEffect(this.#context, leased);
    if (outcome === null) return;
    // What an order goes on with comes before what has not begun: finishing one leaves fewer holds waiting than starting two.
    this.#waiting.unshift(...(await this.#report(leased, outcome)));
  }

  async #report(leased: LeasedEffect, outcome: EffectOutcome): Promise<LeasedEffect[]> {
    const { id: effectId, orderId, attempt } = leased;
    try {
      return await this.#context.report({ effectId, orderId, attempt, outcome });
    } catch (error) {
      // The ledger takes it for unknown when the lease ends, and has it done again under the same key.
      logError("outcome_not_reported", error, { effectId, attempt });
      return [];
    }
  }
}
