import { logWarning } from "../../src/platform/log.ts";
import { claimFlush, flushStock, offerStock, type StockOffer, type StockSender } from "./stock-buffer.ts";

/** What a publisher needs of its level. */
export interface Publishing {
  storage: Pick<DurableObjectStorage, "sync">;
  queue: StockSender;
  /** What the level has to publish as it stands, or null when the queue has taken all of it. */
  offer: () => StockOffer | null;
}

/**
 * Brings a level's changes to the queue: gathered, or at once where a threshold was crossed. Promises nothing about
 * a crash: the level's alarm publishes what was not acknowledged.
 */
export class LevelPublisher {
  readonly #publishing: Publishing;
  #isOffering = false;
  #hasMore = false;

  constructor(publishing: Publishing) {
    this.#publishing = publishing;
  }

  /** Something is to be published within 500 ms. */
  announce(): void {
    this.#hasMore = true;
    if (!this.#isOffering) void this.#offerAll();
  }

  /** Something is to be published at once. */
  announceNow(): void {
    this.publish().catch(logFailure);
  }

  /** Publishes what there is and rejects when the queue does not take it. */
  async publish(): Promise<void> {
    if (await this.#offer()) await flushStock(this.#publishing.queue);
  }

  async #offerAll(): Promise<void> {
    this.#isOffering = true;
    try {
      while (this.#hasMore) {
        this.#hasMore = false;
        if (await this.#offer()) this.#flushLater();
      }
    } catch (error) {
      logFailure(error);
    } finally {
      this.#isOffering = false;
    }
  }

  /** Another object may send the offer, and its output gate does not wait for our disk; so we do. */
  async #offer(): Promise<boolean> {
    const offer = this.#publishing.offer();
    if (offer === null) return false;
    await this.#publishing.storage.sync();
    offerStock(offer);
    return true;
  }

  #flushLater(): void {
    const delay = claimFlush(Date.now());
    if (delay === null) return;
    setTimeout(() => {
      flushStock(this.#publishing.queue).catch(logFailure);
    }, delay);
  }
}

function logFailure(error: unknown): void {
  logWarning("stock_not_published", { error: error instanceof Error ? error.name : typeof error });
}
