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
  type CommandName,
  type Decision,
  isHeld,
  type LevelState,
  NAMED_BY_US,
  openLevel,
  type Reservation,
  settleExpired,
  type StockMovement,
} from "../../src/domain/inventory-level.ts";
import { adjust, configure, count, occurredBy, receive, ship } from "../../src/domain/inventory-level/movements.ts";
import { allocate, claim, hold, release, unclaim } from "../../src/domain/inventory-level/reservations.ts";
import {
  type Arrival,
  sendUnits,
  settleTransfer,
  sourceOf,
  takeUnits,
  type Transfer,
} from "../../src/domain/inventory-level/transfers.ts";
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
  readonly transfers = new Map<string, Transfer>();
  readonly arrivals = new Map<string, Arrival>();
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
    const command = { reservationId: id, quantity, by: NAMED_BY_US, ref, occurredAt };
    return this.#take(id, (existing) => ship(this.state, existing, this.#earlier(command), command, this.now));
  }

  receive(quantity: number, ref: string, occurredAt = this.now, by = NAMED_BY_US) {
    const command = { quantity, by, ref, occurredAt };
    return this.#take(null, () => receive(this.state, this.#earlier(command), command, this.now));
  }

  adjust(delta: number, ref: string, occurredAt = this.now, reason = "damaged", by = NAMED_BY_US) {
    const command = { delta, reason, by, ref, occurredAt };
    return this.#take(null, () => adjust(this.state, this.#earlier(command), command, this.now));
  }

  /** Units leave for another warehouse. */
  send(quantity: number, ref: string, to = this.elsewhere(), occurredAt = this.now, by = NAMED_BY_US) {
    const command = { to, quantity, by, ref, occurredAt };
    const movement = this.#earlier(command);
    const transfer = this.transfers.get(movement?.transfer ?? "") ?? null;
    return this.#take(null, () => sendUnits(this.state, movement && { movement, transfer }, command, this.now));
  }

  /** Units of a transfer arrive from another warehouse. */
  take(transfer: Pick<Transfer, "id" | "quantity" | "by" | "ref" | "occurredAt">) {
    const { id, quantity, by, ref, occurredAt } = transfer;
    const from = sourceOf(transfer);
    const command = { transfer: id, from, quantity, by, ref, occurredAt };
    return this.#take(null, () => takeUnits(this.state, this.arrivals.get(id) ?? null, command, this.now));
  }

  /** What the target has decided on a transfer that left here is recorded. */
  settle(id: string, decided: Parameters<typeof settleTransfer>[2]) {
    const transfer = this.transfers.get(id);
    if (transfer === undefined) throw new Error(`there is no transfer ${id}`);
    return this.#take(null, () => settleTransfer(this.state, transfer, decided, this.now));
  }

  /** The registration of another warehouse's level of the same SKU. */
  elsewhere(warehouseId = `${this.state.warehouseId}-2` as WarehouseId): LevelRegistration {
    return { sku: this.state.sku, warehouseId, opening: 0, safetyStock: 0, reorderPoint: 0 };
  }

  count(quantity: number, asOf: number, ref: string, by = NAMED_BY_US) {
    const movedSince = this.movements
      .filter(({ kind, occurredAt }) => kind !== "opening" && occurredAt > occurredBy(asOf, this.now))
      .reduce((sum, { delta }) => sum + delta, 0);
    const command = { quantity, asOf, by, ref };
    return this.#take(null, () => count(this.state, this.#earlier(command), command, movedSince, this.now));
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

  #earlier(name: CommandName): StockMovement | null {
    const isNamed = (movement: StockMovement) =>
      movement.by === name.by &&
      movement.ref === name.ref &&
      (movement.transfer === null || movement.kind === "transfer_out");
    return this.movements.find(isNamed) ?? null;
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
      if (decision.transfer !== undefined) this.transfers.set(decision.transfer.id, decision.transfer);
      if (decision.arrival !== undefined) this.arrivals.set(decision.arrival.transfer, decision.arrival);
    }
    return decision;
  }
}
