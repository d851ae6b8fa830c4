import { isHeld, type Reservation } from "../../src/domain/inventory-level.ts";

/** Units that stop counting at a moment (negative: units that no longer do). */
export interface ExpiryChange {
  expiresAt: number;
  units: number;
}

/** How replacing one row of a reservation by another changes what runs out when. */
export function expiryChanges(before: Reservation | null, after: Reservation, now: number): ExpiryChange[] {
  const changes: ExpiryChange[] = [];
  if (before !== null && before.expiresAt !== null && isHeld(before, now))
    changes.push({ expiresAt: before.expiresAt, units: -before.quantity });
  if (after.expiresAt !== null && isHeld(after, now))
    changes.push({ expiresAt: after.expiresAt, units: after.quantity });
  return changes;
}

/**
 * When how many held units run out, kept in memory so that no hold scans for those that have. Holds mostly come in
 * the order in which they run out, so a sorted array with its beginning cut off lazily is all it takes.
 */
export class ExpiryCalendar {
  readonly #units = new Map<number, number>();
  /** Ascending; from `#head` on. A moment whose units have all gone stays until it is passed over. */
  #moments: number[] = [];
  #head = 0;

  /** Takes the changes over. Moments are of the future of every earlier `settle`. */
  apply(changes: readonly ExpiryChange[]): void {
    for (const { expiresAt, units } of changes) {
      const known = this.#units.get(expiresAt);
      if (known === undefined) this.#insert(expiresAt);
      this.#units.set(expiresAt, (known ?? 0) + units);
    }
  }

  /** Units that have run out by `now` and have not been settled. */
  expiredUnits(now: number): number {
    let sum = 0;
    for (let index = this.#head; index < this.#moments.length; index += 1) {
      const moment = this.#moments[index];
      if (moment === undefined || moment > now) break;
      sum += this.#units.get(moment) ?? 0;
    }
    return sum;
  }

  /** Forgets what has run out by `now`. */
  settle(now: number): void {
    for (;;) {
      const moment = this.#moments[this.#head];
      if (moment === undefined || moment > now) break;
      this.#units.delete(moment);
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#moments.length) {
      this.#moments = this.#moments.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The first moment at which units run out, or null. */
  next(): number | null {
    for (;;) {
      const moment = this.#moments[this.#head];
      if (moment === undefined) return null;
      if ((this.#units.get(moment) ?? 0) > 0) return moment;
      // Passed over for good: units that come back to this moment are entered anew.
      this.#units.delete(moment);
      this.#head += 1;
    }
  }

  #insert(moment: number): void {
    let low = this.#head;
    let high = this.#moments.length;
    const last = this.#moments[high - 1];
    if (high === low || (last !== undefined && last < moment)) {
      this.#moments.push(moment);
      return;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#moments[middle] ?? 0) < moment) low = middle + 1;
      else high = middle;
    }
    this.#moments.splice(low, 0, moment);
  }
}
