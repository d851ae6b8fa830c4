/**
 * What this isolate has read a short while ago: none older than `maxAgeMs`, and at most `most` of them, of which the
 * oldest make room. Holds plain data: no promise crosses from one request to another.
 */
export class RecentReads<Value> {
  /** In the order in which they were read. */
  readonly #reads = new Map<string, { value: Value; at: number }>();
  readonly #maxAgeMs: number;
  readonly #most: number;

  constructor(maxAgeMs: number, most: number) {
    this.#maxAgeMs = maxAgeMs;
    this.#most = most;
  }

  /** What was read under this key, and how long ago; null where that is too long ago. `now` in epoch milliseconds. */
  find(key: string, now: number): { value: Value; ageMs: number } | null {
    const read = this.#reads.get(key);
    if (read === undefined) return null;
    const ageMs = Math.max(0, now - read.at);
    return ageMs < this.#maxAgeMs ? { value: read.value, ageMs } : null;
  }

  /** Keeps what was read under this key. */
  keep(key: string, value: Value, now: number): void {
    this.#reads.delete(key);
    this.#reads.set(key, { value, at: now });
    for (const oldest of this.#reads.keys()) {
      if (this.#reads.size <= this.#most) break;
      this.#reads.delete(oldest);
    }
  }
}
