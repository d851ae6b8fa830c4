import type { LeasedEffect, NotMade } from "../../contracts/ledger-rpc.ts";
import type { EffectBatch, EffectMessage } from "../../contracts/messages.ts";
import type { EffectKind, EffectOutcome } from "../../domain/order/effects.ts";
import { isKnownEffect } from "../../domain/order/known.ts";
import { RETRY_POLICIES } from "../../domain/order/retry.ts";
import { LIMITS } from "../../platform/limits.ts";
import { logError, logWarning } from "../../platform/log.ts";
import { runEffect } from "../run-effect.ts";
import type { SagaContext } from "../saga-context.ts";

/** Calls that one invocation has open at a time. */
const AT_ONCE = LIMITS.invocation.openConnections;
/** Effects taken in one go: enough to keep busy, and few that are taken in vain should this invocation die. */
const TAKEN_AT_ONCE = 25;
/** What must be left of a lease beside the time limit of its kind: an attempt never overlaps with the next one. */
const LEASE_MARGIN_MS = 5_000;
/** How long a message that can't be read is left, for a version that can. */
const UNREADABLE_SECONDS = 60;

/**
 * Does the effects of a batch of messages and reports each outcome to its ledger. What the ledger frees by a report
 * is done here too, without a way through the queue. Acknowledges what it could read: only the ledger tries again.
 * An effect that this version does not know is left to its ledger, and so is one that there is no time for.
 */
export async function consumeEffects(batch: MessageBatch<EffectBatch>, context: SagaContext): Promise<void> {
  const effects: EffectMessage[] = [];
  for (const message of batch.messages) {
    const { body } = message;
    if (Array.isArray(body?.effects)) {
      effects.push(...body.effects.filter(isReadable));
      continue;
    }
    logWarning("message_unreadable", { queue: batch.queue, messageId: message.id });
    message.retry({ delaySeconds: UNREADABLE_SECONDS });
  }
  await new EffectRun(context).all(effects);
  batch.ackAll();
}

function isReadable(leased: EffectMessage): boolean {
  if (leased?.effect && isKnownEffect(leased.effect)) return true;
  logWarning("effect_of_newer_code", { effectId: leased?.id, kind: leased?.effect?.kind });
  return false;
}

const NOT_MADE: NotMade = { status: "not_made" };

class EffectRun {
  readonly #context: SagaContext;
  readonly #untaken: EffectMessage[] = [];
  /** Taken, and not begun. */
  readonly #waiting: LeasedEffect[] = [];
  readonly #running = new Map<EffectKind, number>();
  #open = 0;
  #isTaking = false;
  #finish: () => void = () => undefined;

  constructor(context: SagaContext) {
    this.#context = context;
  }

  all(effects: readonly EffectMessage[]): Promise<void> {
    this.#untaken.push(...effects);
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
    if (this.#isTaking) return;
    if (this.#open < AT_ONCE && this.#untaken.length > 0) void this.#takeMore();
    else if (this.#open === 0 && this.#waiting.length === 0) this.#finish();
  }

  async #takeMore(): Promise<void> {
    this.#isTaking = true;
    // What waited too long is not taken: no attempt is made, and its ledger leases it anew.
    const some = this.#untaken.splice(0, TAKEN_AT_ONCE).filter((leased) => this.#hasTime(leased));
    const answers = await Promise.allSettled(
      some.map(({ id: effectId, orderId, attempt }) => this.#context.take({ effectId, orderId, attempt })),
    );
    for (const [index, answer] of answers.entries()) {
      const leased = some[index];
      if (answer.status === "rejected") logError("effect_not_taken", answer.reason, { effectId: leased?.id });
      else if (leased && answer.value.taken) this.#waiting.push({ ...leased, effect: answer.value.effect });
    }
    this.#isTaking = false;
    this.#startMore();
  }

  #hasTime({ effect, leaseUntil }: EffectMessage): boolean {
    return this.#context.now() + RETRY_POLICIES[effect.kind].timeoutMs + LEASE_MARGIN_MS <= leaseUntil;
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
    const outcome = this.#hasTime(leased) ? await runEffect(this.#context, leased) : NOT_MADE;
    // What an order goes on with comes before what has not begun: finishing one leaves fewer holds waiting than starting two.
    this.#waiting.unshift(...(await this.#report(leased, outcome)));
  }

  async #report(leased: LeasedEffect, outcome: EffectOutcome | NotMade): Promise<LeasedEffect[]> {
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
