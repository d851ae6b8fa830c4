import type { StockBatch } from "../../src/contracts/messages.ts";
import { logWarning } from "../../src/platform/log.ts";
import { flushStock, offerStock, type StockOffer } from "./stock-buffer.ts";

/** From a change to its offer, and from the offer to the flush: together below the 500 ms that are promised. */
const OFFER_AFTER_MS = 100;
const FLUSH_AFTER_MS = 300;

/** What a publisher needs of its level. */
export interface Publishing {
  storage: Pick<DurableObjectStorage, "sync">;
  queue: Pick<Queue<StockBatch>, "send">;
  /** What the level has to publish as it stands, or null when the queue has taken all of it. */
  offer: () => StockOffer | null;
}

/**
 * Brings a level's changes to the queue: gathered, or at once where a threshold was crossed. Promises nothing about
 * a crash: the level's alarm publishes what was not acknowledged.
 */
export class LevelPublisher {
  readonly #publishing: Publishing;
  #offerTimer: ReturnType<typeof setTimeout> | null = null;
  #flushTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(publishing: Publishing) {
    this.#publishing = publishing;
  }

  /** Something is to be published within 500 ms. */
  announce(): void {
    this.#offerTimer ??= setTimeout(() => {
      this.#offerTimer = null;
      void this.#offerAndFlushLater();
    }, OFFER_AFTER_MS);
  }

  /** Something is to be published at once. */
  announceNow(): void {
    void this.publish().catch(logFailure);
  }

  /** Publishes what there is and rejects when the queue does not take it. */
  async publish(): Promise<void> {
    if (await this.#offer()) await flushStock(this.#publishing.queue);
  }

  async #offerAndFlushLater(): Promise<void> {
    try {
      if (!(await this.#offer())) return;
    } catch (error) {
      logFailure(error);
      return;
    }
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null;
      flushStock(this.#publishing.queue).catch(logFailure);
    }, FLUSH_AFTER_MS);
  }

  /** Another object may send the offer, and its output gate does not wait for our disk; so we do. */
  async #offer(): Promise<boolean> {
    const offer = this.#publishing.offer();
    if (offer === null) return false;
    await this.#publishing.storage.sync();
    offerStock(offer);
    return true;
  }
}

function logFailure(error: unknown): void {
  logWarning("stock_not_published", { error: error instanceof Error ? error.name : typeof error });
}
