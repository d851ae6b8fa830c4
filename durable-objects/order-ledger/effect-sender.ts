import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { laneOf } from "../../src/domain/order/effects.ts";
import { resendMs } from "../../src/domain/order/retry.ts";
import { logError } from "../../src/platform/log.ts";
import { asMessages } from "../../src/platform/queue-batches.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import { type Outlet, outletOf, OUTLETS } from "./ledger-memory.ts";
import { type PackedBatch, packEffects } from "./pack-effects.ts";

/** Effects are gathered this long: a message costs the queue the same with one effect or with many. */
const SEND_AFTER_MS = 50;
/** A queue that has not answered by then has not taken the batch; should it have, nobody takes an attempt twice. */
const SEND_LIMIT_MS = 10_000;

/** Leases that a queue did not take. `pausedUntil` (epoch milliseconds): it took nothing else either. */
export interface Refused {
  outlet: Outlet;
  leased: LeasedEffect[];
  pausedUntil: number | null;
}

/** Sends leases to their queues. Promises nothing about a crash: a lease that nobody takes ends, and is given anew. */
export class EffectSender {
  readonly #queues: Readonly<Record<Outlet, Queue>>;
  readonly #putBack: (refused: Refused) => Promise<void>;
  /** How often each queue has refused all that it was given, one time after the other. */
  readonly #refusals: Record<Outlet, number> = { effects: 0, notifications: 0 };
  readonly #outgoing: Record<Outlet, LeasedEffect[]> = { effects: [], notifications: [] };
  readonly #sending = new Set<Outlet>();

  /** `putBack` is told what was refused. */
  constructor(queues: Readonly<Record<Outlet, Queue>>, putBack: (refused: Refused) => Promise<void>) {
    this.#queues = queues;
    this.#putBack = putBack;
  }

  /** Sends these soon. */
  add(leased: readonly LeasedEffect[]): void {
    for (const one of leased) this.#outgoing[outletOf(laneOf(one.effect))].push(one);
    for (const outlet of OUTLETS) this.#sendSoon(outlet);
  }

  /** Each queue has a turn of its own: one that hangs holds up no other. */
  #sendSoon(outlet: Outlet): void {
    if (this.#sending.has(outlet) || this.#outgoing[outlet].length === 0) return;
    this.#sending.add(outlet);
    setTimeout(() => {
      this.#send(outlet, packEffects(this.#outgoing[outlet].splice(0)))
        // What was not put back comes again when its lease ends.
        .catch((error: unknown) => logError("effects_not_put_back", error, { outlet }))
        .finally(() => {
          this.#sending.delete(outlet);
          this.#sendSoon(outlet);
        });
    }, SEND_AFTER_MS);
  }

  /** Each batch stands alone: one that is refused drops no other. */
  async #send(outlet: Outlet, batches: readonly PackedBatch[]): Promise<void> {
    const refused: LeasedEffect[] = [];
    let taken = 0;
    for (const { messages, leased } of batches) {
      try {
        await withinLimit(this.#queues[outlet].sendBatch(asMessages(messages)), SEND_LIMIT_MS, "queue");
        taken += 1;
      } catch (error) {
        logError("effects_not_sent", error, { outlet, effects: leased.length });
        refused.push(...leased);
      }
    }
    this.#refusals[outlet] = taken > 0 ? 0 : this.#refusals[outlet] + 1;
    if (refused.length === 0) return;
    const pausedUntil = taken > 0 ? null : Date.now() + resendMs(this.#refusals[outlet], Math.random());
    await this.#putBack({ outlet, leased: refused, pausedUntil });
  }
}
