import type { LevelRegistration } from "../../src/domain/catalog.ts";
import {
  parseReservationId,
  type ReservationId,
  reservationId,
  type Sku,
  type WarehouseId,
} from "../../src/domain/ids.ts";
import {
  available,
  type Decision,
  isHeld,
  type LevelState,
  openLevel,
  type Reservation,
  settleExpired,
  type StockMovement,
} from "../../src/domain/inventory-level.ts";
import {
  adjust,
  configure,
  count,
  occurredBy,
  receive,
  ship,
  transferIn,
  transferOut,
} from "../../src/domain/inventory-level/movements.ts";
import { allocate, claim, hold, release, unclaim } from "../../src/domain/inventory-level/reservations.ts";
import { wait } from "../../src/domain/inventory-level/waiting.ts";

let made = 0;

/** A registration of a SKU and a warehouse that no other test has. */
export function newRegistration(
  stock: Partial<Omit<LevelRegistration, "sku" | "warehouseId">> = {},
): LevelRegistration {
  made += 1;
  const name = `${Date.now().toString(36)}-${made}`;
  return {
    sku: `SKU-${name}` as Sku,
    warehouseId: `wh-${name}` as WarehouseId,
    opening: 10,
    safetyStock: 0,
    reorderPoint: 0,
    ...stock,
  };
}

/** A reservation id of that level that no other test has. */
export function newReservationId({ sku, warehouseId }: LevelRegistration, owner = "cart"): ReservationId {
  made += 1;
  return reservationId({ owner: `${owner}${made}`, line: 1, attempt: `a${made}`, round: 0, sku, warehouseId });
}

/** A level with its rows in memory and a clock that is set by hand: what the object does, without the object. */
export class LevelBooks {
  now = 1_000_000;
  state: LevelState;
  readonly movements: StockMovement[];
  readonly reservations = new Map<ReservationId, Reservation>();
  #settledAt = this.now;

  constructor(registration: LevelRegistration) {
    const { state, movement } = openLevel(registration, this.now);
    this.state = state;
    this.movements = [movement];
  }

  get available(): number {
    this.#settle();
    return available(this.state);
  }

  hold(id: ReservationId, quantity: number, expiresAt = this.now + 1000, channel = "storefront") {
    return this.#take(id, (existing) =>
      hold(this.state, existing, { reservationId: id, quantity, expiresAt, channel }, this.now),
    );
  }

  wait(owner: string, quantity: number, since: number, until = this.now + 10_000, channel = "storefront") {
    return this.#take(null, () => wait(this.state, { owner, quantity, since, until, channel }, this.now));
  }

  /** A hold by who waits, in its turn. */
  holdInTurn(id: ReservationId, quantity: number, turn: { owner: string; since: number }) {
    const command = { reservationId: id, quantity, expiresAt: this.now + 1000, channel: "storefront", turn };
    return this.#take(id, (existing) => hold(this.state, existing, command, this.now));
  }

  claim(id: ReservationId, owner: string, quantity: number, expiresAt = this.now + 2000, attempt = "a1", line = 1) {
    return this.#take(id, (existing) =>
      claim(this.state, existing, { owner, line, attempt, quantity, expiresAt }, this.now),
    );
  }

  unclaim(id: ReservationId, owner: string, attempt = "a1") {
    return this.#take(id, (existing) => unclaim(this.state, existing, { owner, attempt }, this.now));
  }

  allocate(id: ReservationId) {
    return this.#take(id, (existing) => allocate(this.state, existing, this.now));
  }

  /** By the owner that the id names, unless said otherwise. */
  release(id: ReservationId, owner = parseReservationId(id)?.owner ?? "", keep = 0) {
    return this.#take(id, (existing) => release(this.state, existing, { reservationId: id, owner, keep }, this.now));
  }

  ship(id: ReservationId, quantity: number, ref: string, occurredAt = this.now) {
    return this.#take(id, (existing) =>
      ship(this.state, existing, this.#earlier(ref), { reservationId: id, quantity, ref, occurredAt }, this.now),
    );
  }

  receive(quantity: number, ref: string, occurredAt = this.now) {
    return this.#take(null, () => receive(this.state, this.#earlier(ref), { quantity, ref, occurredAt }, this.now));
  }

  adjust(delta: number, ref: string, occurredAt = this.now, reason = "damaged") {
    return this.#take(null, () => adjust(this.state, this.#earlier(ref), { delta, reason, ref, occurredAt }, this.now));
  }

  transferOut(quantity: number, ref: string, occurredAt = this.now) {
    return this.#take(null, () => transferOut(this.state, this.#earlier(ref), { quantity, ref, occurredAt }, this.now));
  }

  transferIn(quantity: number, ref: string, occurredAt = this.now) {
    return this.#take(null, () => transferIn(this.state, this.#earlier(ref), { quantity, ref, occurredAt }, this.now));
  }

  count(quantity: number, asOf: number, ref: string) {
    const movedSince = this.movements
      .filter(({ kind, occurredAt }) => kind !== "opening" && occurredAt > occurredBy(asOf, this.now))
      .reduce((sum, { delta }) => sum + delta, 0);
    return this.#take(null, () => count(this.state, this.#earlier(ref), { quantity, asOf, ref }, movedSince, this.now));
  }

  configure(
    safetyStock: number,
    reorderPoint: number,
    channelBuffers: Record<string, number> = {},
    expectedVersion = this.state.settingsVersion,
  ) {
    return this.#take(null, () =>
      configure(this.state, { expectedVersion, safetyStock, reorderPoint, channelBuffers }),
    );
  }

  /** Live reservations, newest first. */
  live(): Reservation[] {
    return [...this.reservations.values()]
      .filter((reservation) => reservation.status === "ALLOCATED" || isHeld(reservation, this.now))
      .toReversed();
  }

  #earlier(ref: string): StockMovement | null {
    return this.movements.find((movement) => movement.ref === ref) ?? null;
  }

  #settle(): void {
    const expired = [...this.reservations.values()]
      .filter((reservation) => isHeld(reservation, this.#settledAt) && !isHeld(reservation, this.now))
      .reduce((sum, { quantity }) => sum + quantity, 0);
    this.state = settleExpired(this.state, expired);
    this.#settledAt = this.now;
  }

  #take<Value>(id: ReservationId | null, decide: (existing: Reservation | null) => Decision<Value>): Decision<Value> {
    this.#settle();
    const decision = decide(id === null ? null : (this.reservations.get(id) ?? null));
    if (decision.kind === "changed") {
      this.state = decision.state;
      if (decision.reservation !== null) this.reservations.set(decision.reservation.id, decision.reservation);
      this.movements.push(...decision.movements);
    }
    return decision;
  }
}
