import type { Env } from "./env.ts";
import { logError } from "./log.ts";

/** A copy of this age is read again behind the request that notices. */
const AGING_MS = 30_000;
/** A copy of this age answers only where it can't be read again. */
const STALE_MS = 60_000;
/** After a read that failed, and for what the copy does not hold: it is read again at most this often. */
const REREAD_MS = 5_000;
/** How long a request waits for the read. */
const READ_LIMIT_MS = 2_000;

type Defer = (work: Promise<unknown>) => void;

interface Kept<Value> {
  value: Value;
  /** When the read of it began. */
  asOf: number;
}

/**
 * What an isolate keeps of a small table that every request needs, such as the API keys. It is at most a minute old
 * while the database answers. While the database is away the last copy serves, so that requests go on. Holds plain
 * data by environment: no promise of one request is awaited by another.
 */
export class IsolateCopy<Value> {
  readonly #name: string;
  readonly #load: (env: Env, now: number) => Promise<Value>;
  readonly #copies = new WeakMap<Env, Kept<Value>>();
  /** When the last read began that was not waited for, or that failed. */
  readonly #triedAt = new WeakMap<Env, number>();

  /** `load` reads the whole value; `name` is what a failed read is logged as. */
  constructor(name: string, load: (env: Env, now: number) => Promise<Value>) {
    this.#name = name;
    this.#load = load;
  }

  /** The value, or null where it was never read and can't be now. Times in epoch milliseconds. */
  async read(env: Env, now: number, defer: Defer): Promise<Value | null> {
    const kept = this.#copies.get(env);
    if (kept === undefined) return this.#readNow(env, now, defer);
    // A clock that was set back makes no copy younger.
    const age = Math.abs(now - kept.asOf);
    if (age <= AGING_MS || !this.#mayTry(env, now)) return kept.value;
    if (age > STALE_MS) return (await this.#readNow(env, now, defer)) ?? kept.value;
    this.#triedAt.set(env, now);
    defer(this.#refresh(env, now));
    return kept.value;
  }

  /** The value for a request that misses something in it: it is read again, at most every five seconds. */
  async reread(env: Env, now: number, defer: Defer): Promise<Value | null> {
    const kept = this.#copies.get(env);
    if (kept !== undefined && (now - kept.asOf <= REREAD_MS || !this.#mayTry(env, now))) return kept.value;
    this.#triedAt.set(env, now);
    return (await this.#readNow(env, now, defer)) ?? kept?.value ?? null;
  }

  /** The value as it was at this moment or later. Where it can't be read, the older copy. */
  async readSince(env: Env, moment: number, now: number, defer: Defer): Promise<Value | null> {
    const kept = this.#copies.get(env);
    if (kept !== undefined && kept.asOf >= moment) return kept.value;
    return (await this.#readNow(env, now, defer)) ?? kept?.value ?? null;
  }

  /** Makes the next request read it again: after this isolate has changed it. */
  forget(env: Env): void {
    this.#copies.delete(env);
  }

  #mayTry(env: Env, now: number): boolean {
    return now - (this.#triedAt.get(env) ?? -Infinity) > REREAD_MS;
  }

  async #readNow(env: Env, now: number, defer: Defer): Promise<Value | null> {
    const reading = this.#refresh(env, now);
    const inTime = await Promise.race([reading.then((value) => ({ value })), scheduler.wait(READ_LIMIT_MS)]);
    if (inTime) return inTime.value;
    this.#triedAt.set(env, now);
    defer(reading);
    logError(this.#name, new Error(`not read within ${READ_LIMIT_MS} ms`));
    return null;
  }

  async #refresh(env: Env, now: number): Promise<Value | null> {
    try {
      const value = await this.#load(env, now);
      this.#copies.set(env, { value, asOf: now });
      return value;
    } catch (error) {
      this.#triedAt.set(env, now);
      logError(this.#name, error);
      return null;
    }
  }
}
