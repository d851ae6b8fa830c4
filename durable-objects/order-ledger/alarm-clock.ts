/**
 * The object's one alarm as the minimum of many due times. Remembers what it has set, so that the alarm is written
 * only when something is due sooner; what a former life of the object had set is not asked for, because the
 * constructor arms anew from what is stored.
 */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  #setFor: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Makes sure that the alarm rings at `at` (epoch milliseconds) or sooner. */
  wakeAt(at: number): void {
    if (this.#setFor !== null && this.#setFor <= at) return;
    this.#setFor = at;
    void this.#storage.setAlarm(at);
  }

  /** The alarm has rung: nothing is set any more. */
  rang(): void {
    this.#setFor = null;
  }
}
