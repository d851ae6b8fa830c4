import type {
  AdjustCommand,
  ArriveCommand,
  ClaimCommand,
  ConfigureCommand,
  CountCommand,
  Counted,
  HoldCommand,
  HoldLimit,
  LevelResult,
  LevelSettings,
  Movement,
  Performed,
  ReceiveCommand,
  ReleaseCommand,
  ReservationView,
  RowDeed,
  ShipCommand,
  StockCommand,
  TransferCommand,
  UnclaimCommand,
  WaitCommand,
} from "../../src/contracts/level-rpc.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import type { ReservationId } from "../../src/domain/ids.ts";
import {
  type Decision,
  type LevelState,
  ownerOf,
  refuseStock,
  type Reservation,
  reservationsAtRisk,
} from "../../src/domain/inventory-level.ts";
import { adjust, configure, count, occurredBy, receive, ship } from "../../src/domain/inventory-level/movements.ts";
import { allocate, claim, hold, release, unclaim } from "../../src/domain/inventory-level/reservations.ts";
import { type Arrival, sendUnits, takeUnits, type Transfer } from "../../src/domain/inventory-level/transfers.ts";
import { wait } from "../../src/domain/inventory-level/waiting.ts";
import { type LevelDraft, type LevelMemory, viewOf } from "./level-memory.ts";
import { TOMBSTONE_MS } from "./storage.ts";

/**
 * What one command does within a transaction of its level: it reads the rows that the command touches, lets the domain
 * decide, and has the changes written. A deed that was done before is answered as it was then, and nothing is decided.
 */
export class LevelBook {
  readonly #memory: LevelMemory;

  constructor(memory: LevelMemory) {
    this.#memory = memory;
  }

  hold(draft: LevelDraft, registration: LevelRegistration, command: HoldCommand): LevelResult<ReservationView> {
    return this.#once(
      draft,
      registration,
      command.deed,
      (held) => forgetHoldAt(held, draft.now),
      () =>
        this.#reserve(
          draft,
          registration,
          command.reservationId,
          (state, existing, now) => hold(state, existing, { ...command, unpaid: this.#unpaid(draft, command) }, now),
          viewReservation,
        ),
    );
  }

  /** What the buyer holds unpaid: counted where it is decided, so that no two pass the limit together. */
  #unpaid(draft: LevelDraft, { limit }: { limit?: HoldLimit }): number {
    return limit === undefined ? 0 : this.#memory.unpaidUnits(draft, limit.buyer);
  }

  wait(draft: LevelDraft, registration: LevelRegistration, command: WaitCommand): LevelResult<{ offered: number }> {
    return this.#decide(draft, registration, null, (state) => wait(state, command, draft.now), unchanged);
  }

  claim(draft: LevelDraft, registration: LevelRegistration, command: ClaimCommand): LevelResult<ReservationView> {
    return this.#reserve(
      draft,
      registration,
      command.reservationId,
      (state, existing, now) => claim(state, existing, { ...command, unpaid: this.#unpaid(draft, command) }, now),
      viewReservation,
    );
  }

  unclaim(draft: LevelDraft, registration: LevelRegistration, command: UnclaimCommand): LevelResult<null> {
    return this.#reserve(
      draft,
      registration,
      command.reservationId,
      (state, existing, now) => unclaim(state, existing, command, now),
      unchanged,
    );
  }

  allocate(
    draft: LevelDraft,
    registration: LevelRegistration,
    command: { reservationId: ReservationId },
  ): LevelResult<ReservationView> {
    return this.#reserve(draft, registration, command.reservationId, allocate, viewReservation);
  }

  release(draft: LevelDraft, registration: LevelRegistration, command: ReleaseCommand): LevelResult<null> {
    return this.#reserve(
      draft,
      registration,
      command.reservationId,
      (state, existing, now) => release(state, existing, command, now),
      unchanged,
    );
  }

  ship(draft: LevelDraft, registration: LevelRegistration, command: ShipCommand): LevelResult<{ remaining: number }> {
    const existing = this.#memory.reservation(draft, command.reservationId);
    const earlier = this.#memory.movement(draft, command);
    return this.#decide(
      draft,
      registration,
      existing,
      (state) => ship(state, existing, earlier, command, draft.now),
      unchanged,
    );
  }

  receive(draft: LevelDraft, registration: LevelRegistration, command: ReceiveCommand): LevelResult<Movement> {
    return this.#once(draft, registration, command.deed, forEver, () => {
      const earlier = this.#memory.movement(draft, command);
      return this.#decide(draft, registration, null, (state) => receive(state, earlier, command, draft.now), unchanged);
    });
  }

  adjust(draft: LevelDraft, registration: LevelRegistration, command: AdjustCommand): LevelResult<Movement> {
    return this.#once(draft, registration, command.deed, forEver, () => {
      const earlier = this.#memory.movement(draft, command);
      return this.#decide(draft, registration, null, (state) => adjust(state, earlier, command, draft.now), unchanged);
    });
  }

  count(draft: LevelDraft, registration: LevelRegistration, command: CountCommand): LevelResult<Counted> {
    return this.#once(draft, registration, command.deed, forEver, () =>
      // A count that agrees leaves no movement that would remember its name, so the name itself is kept for a while.
      this.#once(
        draft,
        registration,
        nameOfCount(command),
        () => draft.now + TOMBSTONE_MS,
        () => {
          const earlier = this.#memory.movement(draft, command);
          const movedSince = this.#memory.movedSince(draft, occurredBy(command.asOf, draft.now));
          return this.#decide(
            draft,
            registration,
            null,
            (state) => count(state, earlier, command, movedSince, draft.now),
            ({ drift }, state) => ({
              drift,
              atRisk: reservationsAtRisk(state, this.#memory.liveReservations(draft)).map(viewReservation),
            }),
          );
        },
      ),
    );
  }

  /** Answers the transfer as it stands now, also where it was sent before. */
  send(draft: LevelDraft, registration: LevelRegistration, command: TransferCommand): LevelResult<Transfer> {
    const sent = this.#once(draft, registration, command.deed, forEver, () => {
      const movement = this.#memory.movement(draft, command);
      const transfer = movement?.transfer ? this.#memory.transfer(draft, movement.transfer) : null;
      const earlier = movement && { movement, transfer };
      return this.#decide(
        draft,
        registration,
        null,
        (state) => sendUnits(state, earlier, command, draft.now),
        unchanged,
      );
    });
    return sent.ok ? { ...sent, value: this.#memory.transfer(draft, sent.value.id) ?? sent.value } : sent;
  }

  arrive(draft: LevelDraft, registration: LevelRegistration, command: ArriveCommand): LevelResult<Arrival> {
    const earlier = this.#memory.arrival(draft, command.transfer);
    return this.#decide(draft, registration, null, (state) => takeUnits(state, earlier, command, draft.now), unchanged);
  }

  configure(draft: LevelDraft, registration: LevelRegistration, command: ConfigureCommand): LevelResult<LevelSettings> {
    return this.#decide(
      draft,
      registration,
      null,
      (state) => configure(state, command),
      (_value, state) => viewSettings(state),
    );
  }

  perform(draft: LevelDraft, registration: LevelRegistration, command: StockCommand): LevelResult<Performed> {
    switch (command.kind) {
      case "receive":
        return toPerformed(this.receive(draft, registration, command), (movement) => ({ kind: "moved", movement }));
      case "adjust":
        return toPerformed(this.adjust(draft, registration, command), (movement) => ({ kind: "moved", movement }));
      case "count":
        return toPerformed(this.count(draft, registration, command), (counted) => ({ kind: "counted", ...counted }));
      case "transfer":
        return toPerformed(this.send(draft, registration, command), (transfer) => ({ kind: "transferred", transfer }));
    }
  }

  /** Does it unless the deed was done before. A refusal is not kept: the same key may try again. */
  #once<Value>(
    draft: LevelDraft,
    registration: LevelRegistration,
    deed: RowDeed | undefined,
    forgetAt: (value: Value) => number | null,
    work: () => LevelResult<Value>,
  ): LevelResult<Value> {
    if (deed === undefined) return work();
    const done = this.#memory.done(draft, deed);
    if (done === "mismatch") {
      const reason = deed.key.startsWith(NAME_OF_COUNT) ? "reference_reused" : "key_reused";
      return this.#decide(
        draft,
        registration,
        null,
        () => refuseStock({ reason }),
        (value: Value) => value,
      );
    }
    // What was kept was answered by the same method, so it has its type.
    if (done !== null) return { ok: true, value: done.value as Value, level: done.level, replayed: true };
    const result = work();
    if (result.ok && result.replayed !== true)
      this.#memory.keep(draft, deed, { value: result.value, level: result.level }, forgetAt(result.value));
    return result;
  }

  #reserve<Decided, Value>(
    draft: LevelDraft,
    registration: LevelRegistration,
    reservationId: ReservationId,
    decide: (state: LevelState, existing: Reservation | null, now: number) => Decision<Decided>,
    answer: (decided: Decided) => Value,
  ): LevelResult<Value> {
    const existing = this.#memory.reservation(draft, reservationId);
    return this.#decide(draft, registration, existing, (state) => decide(state, existing, draft.now), answer);
  }

  #decide<Decided, Value>(
    draft: LevelDraft,
    registration: LevelRegistration,
    existing: Reservation | null,
    decide: (state: LevelState) => Decision<Decided>,
    answer: (decided: Decided, state: LevelState) => Value,
  ): LevelResult<Value> {
    const { decision, state } = this.#memory.apply(draft, registration, existing, decide);
    const level = viewOf(state, draft.now);
    if (decision.kind === "refused") return { ok: false, refusal: decision.refusal, level };
    return { ok: true, value: answer(decision.value, state), level };
  }
}

const NAME_OF_COUNT = "count:";

function nameOfCount({ by, ref, quantity }: CountCommand): RowDeed {
  return { key: `${NAME_OF_COUNT}${by}:${ref}`, row: 0, fingerprint: String(quantity) };
}

function forEver(): null {
  return null;
}

/** Its answer is kept as long as its id is: a day beyond its end. */
function forgetHoldAt({ expiresAt }: ReservationView, now: number): number {
  return Math.max(now, expiresAt ?? now) + TOMBSTONE_MS;
}

function toPerformed<Value>(
  result: LevelResult<Value>,
  performed: (value: Value) => Performed,
): LevelResult<Performed> {
  return result.ok ? { ...result, value: performed(result.value) } : result;
}

function unchanged<Value>(value: Value): Value {
  return value;
}

export function viewReservation(reservation: Reservation): ReservationView {
  const { id, quantity, status, expiresAt, channel } = reservation;
  return {
    reservationId: id,
    owner: ownerOf(reservation),
    quantity,
    // A shipped reservation stays allocated to whoever asks again, with nothing left of it.
    status: status === "HELD" ? "HELD" : "ALLOCATED",
    expiresAt,
    channel,
  };
}

export function viewSettings({
  settingsVersion,
  safetyStock,
  reorderPoint,
  channelBuffers,
}: LevelState): LevelSettings {
  return { version: settingsVersion, safetyStock, reorderPoint, channelBuffers: { ...channelBuffers } };
}
