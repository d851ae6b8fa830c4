import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { ReservationId } from "../../src/domain/ids.ts";
import { uncommitted } from "../../src/domain/inventory-level.ts";
import { LevelBooks, newRegistration, newReservationId } from "../support/level-books.ts";

/** Nightly runs set this to 100,000 and more. */
const RUNS = Number(process.env["MODEL_RUNS"] ?? 400);

type Step =
  | { kind: "wait"; ms: number }
  | { kind: "hold"; slot: number; quantity: number; lasts: number }
  | { kind: "claim"; slot: number; owner: number; attempt: number; quantity: number; lasts: number }
  | { kind: "unclaim"; slot: number; owner: number; attempt: number }
  | { kind: "allocate"; slot: number }
  | { kind: "release"; slot: number; owner: number | "first"; keep: number }
  | { kind: "ship"; slot: number; quantity: number; ref: number; ago: number }
  | { kind: "receive" | "transferIn" | "transferOut"; quantity: number; ref: number; ago: number }
  | { kind: "adjust"; delta: number; ref: number; ago: number }
  | { kind: "count"; quantity: number; ago: number }
  | { kind: "configure"; safetyStock: number };

const slot = fc.integer({ min: 0, max: 5 });
const quantity = fc.integer({ min: 1, max: 6 });
const ref = fc.integer({ min: 0, max: 30 });
/** Negative: the source's clock is ahead of ours. */
const ago = fc.integer({ min: -20, max: 120 });
const lasts = fc.integer({ min: 0, max: 90 });
const owner = fc.integer({ min: 0, max: 1 });
const attempt = fc.integer({ min: 0, max: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant("hold" as const), slot, quantity, lasts }),
  fc.record({ kind: fc.constant("claim" as const), slot, owner, attempt, quantity, lasts }),
  fc.record({ kind: fc.constant("unclaim" as const), slot, owner, attempt }),
  fc.record({ kind: fc.constant("allocate" as const), slot }),
  fc.record({
    kind: fc.constant("release" as const),
    slot,
    owner: fc.oneof(fc.constant("first" as const), owner),
    keep: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 })),
  }),
  fc.record({ kind: fc.constant("ship" as const), slot, quantity, ref, ago }),
  fc.record({
    kind: fc.constantFrom("receive" as const, "transferIn" as const, "transferOut" as const),
    quantity,
    ref,
    ago,
  }),
  fc.record({
    kind: fc.constant("adjust" as const),
    delta: fc.oneof(
      quantity,
      quantity.map((units) => -units),
    ),
    ref,
    ago,
  }),
  fc.record({ kind: fc.constant("count" as const), quantity: fc.integer({ min: 0, max: 20 }), ago }),
  fc.record({ kind: fc.constant("configure" as const), safetyStock: fc.integer({ min: 0, max: 5 }) }),
);

interface Pledge {
  asked: number;
  shipped: number;
  /** Units that were given back before the rest. */
  freed: number;
  allocated: boolean;
  released: boolean;
  until: number;
  /** Who has claimed it, in which attempts, and how long it was good for before. */
  claim: { owner: number; attempts: Set<number>; formerUntil: number } | null;
}

function leftOf({ asked, shipped, freed }: Pledge): number {
  return asked - shipped - freed;
}

/**
 * The oracle: what stock is, said once more and slowly. It keeps what happened in the world and adds everything up
 * anew each time: the last count plus what happened after it, less the pledges that stand.
 */
class Oracle {
  now: number;
  safetyStock = 0;
  readonly pledges = new Map<number, Pledge>();
  readonly happened: { at: number; delta: number }[] = [];
  readonly refs = new Set<number>();
  readonly arrived = new Set<number>();
  counted: { at: number; quantity: number } | null = null;
  readonly #opening: number;

  constructor(opening: number, now: number) {
    this.#opening = opening;
    this.now = now;
  }

  get onHand(): number {
    const { counted } = this;
    const since = counted === null ? this.happened : this.happened.filter(({ at }) => at > counted.at);
    return since.reduce((sum, { delta }) => sum + delta, counted?.quantity ?? this.#opening);
  }

  get held(): number {
    return this.#sum((pledge) => !pledge.allocated && pledge.until > this.now);
  }

  get allocated(): number {
    return this.#sum((pledge) => pledge.allocated);
  }

  get free(): number {
    return this.onHand - this.held - this.allocated - this.safetyStock;
  }

  #sum(counts: (pledge: Pledge) => boolean): number {
    let units = 0;
    for (const pledge of this.pledges.values()) if (!pledge.released && counts(pledge)) units += leftOf(pledge);
    return units;
  }

  /** Whether the step changes anything; changes it. */
  accepts(taken: Step): boolean {
    switch (taken.kind) {
      case "wait":
        this.now += taken.ms;
        return false;
      case "hold": {
        const until = this.now + taken.lasts;
        if (this.pledges.has(taken.slot) || taken.lasts === 0 || this.free < taken.quantity) return false;
        this.pledges.set(taken.slot, {
          asked: taken.quantity,
          shipped: 0,
          freed: 0,
          allocated: false,
          released: false,
          until,
          claim: null,
        });
        return true;
      }
      case "claim": {
        const pledge = this.#standing(taken.slot);
        if (pledge === null || pledge.allocated || pledge.asked !== taken.quantity) return false;
        if (pledge.claim !== null) {
          const { owner: claimant, attempts } = pledge.claim;
          // Two attempts are as many as it takes to be shared for good.
          if (claimant !== taken.owner || attempts.size > 1 || attempts.has(taken.attempt)) return false;
          attempts.add(taken.attempt);
          return true;
        }
        if (taken.lasts === 0) return false;
        pledge.claim = { owner: taken.owner, attempts: new Set([taken.attempt]), formerUntil: pledge.until };
        pledge.until = this.now + taken.lasts;
        return true;
      }
      case "unclaim": {
        const pledge = this.pledges.get(taken.slot);
        if (pledge === undefined || pledge.released || pledge.allocated || pledge.claim?.owner !== taken.owner)
          return false;
        const { attempts, formerUntil } = pledge.claim;
        if (attempts.size > 1 || !attempts.has(taken.attempt)) return false;
        pledge.until = pledge.until > this.now ? formerUntil : Math.min(pledge.until, formerUntil);
        pledge.claim = null;
        return true;
      }
      case "allocate": {
        const pledge = this.pledges.get(taken.slot);
        if (pledge === undefined || pledge.released || pledge.allocated) return false;
        if (pledge.until <= this.now && this.free < leftOf(pledge)) return false;
        pledge.allocated = true;
        return true;
      }
      case "release": {
        const pledge = this.pledges.get(taken.slot);
        if (pledge === undefined) {
          if (taken.keep > 0) return false;
          this.pledges.set(taken.slot, {
            asked: 0,
            shipped: 0,
            freed: 0,
            allocated: false,
            released: true,
            until: 0,
            claim: null,
          });
          return true;
        }
        if (pledge.released || (pledge.allocated && leftOf(pledge) === 0)) return false;
        if ((pledge.claim?.owner ?? "first") !== taken.owner) return false;
        if (taken.keep > 0 && taken.keep >= leftOf(pledge)) return false;
        if (taken.keep > 0) pledge.freed += leftOf(pledge) - taken.keep;
        else pledge.released = true;
        return true;
      }
      case "ship": {
        const pledge = this.pledges.get(taken.slot);
        if (this.refs.has(taken.ref)) return false;
        if (pledge === undefined || pledge.released || !pledge.allocated || leftOf(pledge) < taken.quantity)
          return false;
        pledge.shipped += taken.quantity;
        this.#happen(taken, -taken.quantity);
        return true;
      }
      case "transferIn":
        // The first word on a transfer is the last, and its reference is the source's own.
        if (this.arrived.has(taken.ref)) return false;
        this.arrived.add(taken.ref);
        this.happened.push({ at: Math.min(this.now - taken.ago, this.now), delta: taken.quantity });
        return true;
      case "receive":
        if (this.refs.has(taken.ref)) return false;
        this.#happen(taken, taken.quantity);
        return true;
      case "transferOut":
        if (this.refs.has(taken.ref)) return false;
        if (!this.#isSeen(taken.ago) && this.free + this.safetyStock < taken.quantity) return false;
        this.#happen(taken, -taken.quantity);
        return true;
      case "adjust":
        if (this.refs.has(taken.ref)) return false;
        if (!this.#isSeen(taken.ago) && taken.delta < 0 && this.onHand + taken.delta < 0) return false;
        this.#happen(taken, taken.delta);
        return true;
      case "count": {
        const at = Math.min(this.now - taken.ago, this.now);
        if (this.counted !== null && at < this.counted.at) return false;
        this.counted = { at, quantity: taken.quantity };
        return true;
      }
      case "configure":
        this.safetyStock = taken.safetyStock;
        return true;
      default:
        return taken satisfies never;
    }
  }

  #standing(at: number): Pledge | null {
    const pledge = this.pledges.get(at);
    if (pledge === undefined || pledge.released) return null;
    return pledge.allocated || pledge.until > this.now ? pledge : null;
  }

  #isSeen(before: number): boolean {
    return this.counted !== null && Math.min(this.now - before, this.now) <= this.counted.at;
  }

  #happen({ ref: used, ago: before }: { ref: number; ago: number }, delta: number): void {
    this.happened.push({ at: Math.min(this.now - before, this.now), delta });
    this.refs.add(used);
  }
}

function claimant(owner: number): string {
  return `claimant-${owner}`;
}

/** `turn` names a count: one that agreed is remembered only until the next, so counts do not share names here. */
function take(level: LevelBooks, ids: readonly ReservationId[], taken: Exclude<Step, { kind: "wait" }>, turn: number) {
  const id = "slot" in taken ? ids[taken.slot] : undefined;
  const reservation = () => {
    if (id === undefined) throw new Error("no such slot");
    return id;
  };
  switch (taken.kind) {
    case "hold":
      return level.hold(reservation(), taken.quantity, level.now + taken.lasts);
    case "claim":
      return level.claim(
        reservation(),
        claimant(taken.owner),
        taken.quantity,
        level.now + taken.lasts,
        `a${taken.attempt}`,
      );
    case "unclaim":
      return level.unclaim(reservation(), claimant(taken.owner), `a${taken.attempt}`);
    case "allocate":
      return level.allocate(reservation());
    case "release":
      return taken.owner === "first"
        ? level.release(reservation(), undefined, taken.keep)
        : level.release(reservation(), claimant(taken.owner), taken.keep);
    case "ship":
      return level.ship(reservation(), taken.quantity, `ref-${taken.ref}`, level.now - taken.ago);
    case "receive":
      return level.receive(taken.quantity, `ref-${taken.ref}`, level.now - taken.ago);
    case "transferIn":
      return level.take({
        ...{ id: `far#${taken.ref}`, quantity: taken.quantity, by: "them", ref: `ref-${taken.ref}` },
        occurredAt: level.now - taken.ago,
      });
    case "transferOut":
      return level.send(taken.quantity, `ref-${taken.ref}`, undefined, level.now - taken.ago);
    case "adjust":
      return level.adjust(taken.delta, `ref-${taken.ref}`, level.now - taken.ago);
    case "count":
      return level.count(taken.quantity, level.now - taken.ago, `count-${turn}`);
    case "configure":
      return level.configure(taken.safetyStock, 0);
    default:
      return taken satisfies never;
  }
}

it("a level agrees with the oracle whatever happens to it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), fc.array(step, { maxLength: 60, size: "max" }), (opening, steps) => {
      const registration = newRegistration({ opening });
      const level = new LevelBooks(registration);
      const ids = Array.from({ length: 6 }, () => newReservationId(registration));
      const oracle = new Oracle(opening, level.now);
      const ended = new Set<ReservationId>();
      let entries = 0;
      let balance = 0;
      for (const [turn, taken] of steps.entries()) {
        const accepted = oracle.accepts(taken);
        if (taken.kind === "wait") {
          level.now += taken.ms;
        } else {
          const { sequence } = level.state;
          const decision = take(level, ids, taken, turn);
          expect(decision.kind === "changed", `${taken.kind} is accepted`).toBe(accepted);
          if (decision.kind === "changed" && decision.movements.length > 0)
            expect(level.state.sequence).toBeGreaterThan(sequence);
          // Only what takes units anew must fit; what stood before a count may stand below zero.
          if (taken.kind === "hold" && accepted) expect(uncommitted(level.state)).toBeGreaterThanOrEqual(0);
        }
        expect(level.available).toBe(Math.max(0, oracle.free));
        expect(level.state).toMatchObject({ onHand: oracle.onHand, held: oracle.held, allocated: oracle.allocated });

        for (const movement of level.movements.slice(entries)) {
          entries += 1;
          balance += movement.delta;
          expect([movement.sequence, movement.balance]).toEqual([entries, balance]);
        }
        expect(balance).toBe(level.state.onHand);
        const over = [...level.reservations.values()].filter(
          ({ status }) => status === "RELEASED" || status === "SHIPPED",
        );
        for (const { id } of over) ended.add(id);
        expect(over, "an ended id stays ended").toHaveLength(ended.size);
      }
    }),
    { numRuns: RUNS },
  );
}, 600_000);

it("a level changes nothing when any command is repeated", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), fc.array(step, { maxLength: 30 }), (opening, steps) => {
      const registration = newRegistration({ opening });
      const level = new LevelBooks(registration);
      const ids = Array.from({ length: 6 }, () => newReservationId(registration));
      for (const [turn, taken] of steps.entries()) {
        if (taken.kind === "wait") {
          level.now += taken.ms;
          continue;
        }
        const first = take(level, ids, taken, turn);
        const after = level.state;
        const again = take(level, ids, taken, turn);
        // Settings are versioned and have no name of their own: the second is a new version of the same.
        if (taken.kind === "configure") continue;
        expect(level.state).toBe(after);
        expect(again.kind).toBe(first.kind === "changed" ? "unchanged" : first.kind);
      }
    }),
    { numRuns: RUNS },
  );
}, 600_000);
