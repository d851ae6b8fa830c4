/**
 * Counts what each key does within a window, in this isolate: no request waits for it. Keeps at most `mostKeys` keys, of
 * which those whose window began first make room. Times in epoch milliseconds.
 */
export class RateGuard {
  /** In the order in which their windows began. */
  readonly #counts = new Map<string, { count: number; since: number }>();
  readonly #limits: { most: number; windowMs: number; mostKeys: number };

  constructor(limits: { most: number; windowMs: number; mostKeys: number }) {
    this.#limits = limits;
  }

  /** Counts one more. False where that is more than the window allows. */
  count(key: string, now: number): boolean {
    const { most, windowMs, mostKeys } = this.#limits;
    const known = this.#counts.get(key);
    if (known !== undefined && Math.abs(now - known.since) < windowMs) return ++known.count <= most;
    this.#counts.delete(key);
    this.#counts.set(key, { count: 1, since: now });
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= mostKeys) break;
      this.#counts.delete(oldest);
    }
    return most >= 1;
  }

  /** Whether the key has used up its window. Counts nothing. */
  isSpent(key: string, now: number): boolean {
    const { most, windowMs } = this.#limits;
    const known = this.#counts.get(key);
    return known !== undefined && Math.abs(now - known.since) < windowMs && known.count >= most;
  }
}
