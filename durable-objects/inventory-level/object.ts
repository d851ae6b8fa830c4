import { DurableObject } from "cloudflare:workers";
import type {
  ClaimCommand,
  HoldCommand,
  LevelRefusal,
  InventoryLevelRpc,
  LevelResult,
  LevelSettings,
  LevelView,
  Movement,
  ReservationView,
  UnclaimCommand,
  WaitCommand,
} from "../../src/contracts/level-rpc.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import { levelKey, type ReservationId } from "../../src/domain/ids.ts";
import {
  type Decision,
  type LevelState,
  ownerOf,
  type Reservation,
  reservationsAtRisk,
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
import type { Env } from "../../src/platform/env.ts";
import { logError } from "../../src/platform/log.ts";
import { GroupCommit } from "../group-commit.ts";
import { type LevelDraft, LevelMemory, viewOf } from "./level-memory.ts";
import { LevelPublisher } from "./publisher.ts";
import { LevelStorage } from "./storage.ts";

/** When the alarm looks whether a change has been published; doubled for each time that it has not. */
const PUBLISH_CHECK_MS = 10_000;
const PUBLISH_CHECK_MOST_MS = 5 * 60_000;
/** A hold stops counting at its moment anyway; the alarm only tells others, and so may gather. */
const EXPIRY_SLACK_MS = 1_000;

/**
 * The stock of one SKU at one warehouse, and the only one who decides over it. A thin shell: commands that arrive
 * together run in one storage transaction, each through a pure function of the domain. What it has told a caller is
 * durable; what it has not published is published after a restart. Reading writes nothing. A registration of
 * another level, or numbers that are none, are thrown back as errors: they are no refusal but a mistake.
 */
export class InventoryLevel extends DurableObject<Env> implements InventoryLevelRpc {
  readonly #storage: LevelStorage;
  readonly #memory: LevelMemory;
  readonly #group: GroupCommit<LevelDraft>;
  readonly #publisher: LevelPublisher;
  /** When the alarm rings; null when it is not set. */
  #armedFor: number | null = null;
  #publishFailures = 0;
  /** The alarm publishes and is set again by itself; what it does on the way announces nothing. */
  #isSettling = false;
  #isAlarmRunning = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new LevelStorage(ctx.storage);
    const memory = new LevelMemory(this.#storage);
    this.#memory = memory;
    this.#group = new GroupCommit<LevelDraft>(ctx.storage, {
      draft: () => memory.draft(),
      savepoint: (draft) => memory.savepoint(draft),
      beforeCommit: (draft) => memory.beforeCommit(draft),
      adopt: (draft) => {
        memory.adopt(draft);
        this.#announce(draft.alerts.length > 0);
      },
    });
    this.#publisher = new LevelPublisher({ storage: ctx.storage, queue: env.STOCK, offer: () => memory.offer() });
    if (memory.state !== null) {
      void ctx.blockConcurrencyWhile(async () => {
        this.#armedFor = await ctx.storage.getAlarm();
        this.#announce(false);
      });
    }
  }

  hold(registration: LevelRegistration, command: HoldCommand): Promise<LevelResult<ReservationView>> {
    return this.#reserve(
      registration,
      command.reservationId,
      (state, existing, now) => hold(state, existing, command, now),
      viewReservation,
    );
  }

  wait(registration: LevelRegistration, command: WaitCommand): Promise<LevelResult<{ offered: number }>> {
    return this.#run(registration, (draft) =>
      this.#decide(draft, registration, null, (state) => wait(state, command, draft.now), unchanged),
    );
  }

  claim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelResult<ReservationView>> {
    return this.#reserve(
      registration,
      command.reservationId,
      (state, existing, now) => claim(state, existing, command, now),
      viewReservation,
    );
  }

  async refuseClaim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelRefusal | null> {
    this.#identify(registration);
    const { state } = this.#memory.current(registration);
    const existing = this.#memory.state === null ? null : this.#storage.reservation(command.reservationId);
    const decision = claim(state, existing, command, this.#memory.now());
    return decision.kind === "refused" ? decision.refusal : null;
  }

  unclaim(registration: LevelRegistration, command: UnclaimCommand): Promise<LevelResult<null>> {
    return this.#reserve(
      registration,
      command.reservationId,
      (state, existing, now) => unclaim(state, existing, command, now),
      unchanged,
    );
  }

  allocate(
    registration: LevelRegistration,
    command: { reservationId: ReservationId },
  ): Promise<LevelResult<ReservationView>> {
    return this.#reserve(registration, command.reservationId, allocate, viewReservation);
  }

  release(
    registration: LevelRegistration,
    command: { reservationId: ReservationId; owner: string; keep?: number },
  ): Promise<LevelResult<null>> {
    return this.#reserve(
      registration,
      command.reservationId,
      (state, existing, now) => release(state, existing, command, now),
      unchanged,
    );
  }

  ship(
    registration: LevelRegistration,
    command: { reservationId: ReservationId; quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<{ remaining: number }>> {
    return this.#run(registration, (draft) => {
      const existing = this.#memory.reservation(draft, command.reservationId);
      const earlier = this.#memory.movement(draft, command.ref);
      return this.#decide(
        draft,
        registration,
        existing,
        (state) => ship(state, existing, earlier, command, draft.now),
        unchanged,
      );
    });
  }

  receive(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>> {
    return this.#move(registration, command.ref, (state, earlier, now) => receive(state, earlier, command, now));
  }

  adjust(
    registration: LevelRegistration,
    command: { delta: number; reason: string; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>> {
    return this.#move(registration, command.ref, (state, earlier, now) => adjust(state, earlier, command, now));
  }

  transferOut(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>> {
    return this.#move(registration, command.ref, (state, earlier, now) => transferOut(state, earlier, command, now));
  }

  transferIn(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>> {
    return this.#move(registration, command.ref, (state, earlier, now) => transferIn(state, earlier, command, now));
  }

  count(
    registration: LevelRegistration,
    command: { quantity: number; asOf: number; ref: string },
  ): Promise<LevelResult<{ drift: number; atRisk: ReservationView[] }>> {
    return this.#run(registration, (draft) => {
      const earlier = this.#memory.movement(draft, command.ref);
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
    });
  }

  configure(
    registration: LevelRegistration,
    command: {
      expectedVersion: number;
      safetyStock: number;
      reorderPoint: number;
      channelBuffers: Record<string, number>;
    },
  ): Promise<LevelResult<LevelSettings>> {
    return this.#run(registration, (draft) =>
      this.#decide(
        draft,
        registration,
        null,
        (state) => configure(state, command),
        (_value, state) => viewSettings(state),
      ),
    );
  }

  async view(registration: LevelRegistration): Promise<LevelView> {
    this.#identify(registration);
    return this.#memory.current(registration).view;
  }

  async detail(
    registration: LevelRegistration,
  ): Promise<{ level: LevelView; settings: LevelSettings; reservations: ReservationView[] }> {
    this.#identify(registration);
    const { state, view } = this.#memory.current(registration);
    return {
      level: view,
      settings: viewSettings(state),
      reservations:
        this.#memory.state === null ? [] : this.#storage.liveReservations(this.#memory.now()).map(viewReservation),
    };
  }

  async movements(registration: LevelRegistration, query: { before?: number; limit: number }): Promise<Movement[]> {
    this.#identify(registration);
    return this.#memory.state === null
      ? []
      : this.#storage.movements(query.before ?? Number.MAX_SAFE_INTEGER, query.limit);
  }

  /** Settles holds that have run out, publishes what was not, and forgets what ended a day ago. */
  override async alarm(): Promise<void> {
    this.#armedFor = null;
    this.#isAlarmRunning = true;
    try {
      if (this.#memory.state === null) return;
      this.#isSettling = true;
      await this.#attempt("settle", () => this.#group.run(() => null));
      this.#isSettling = false;
      if (this.#memory.isUnpublished()) await this.#attempt("publish", () => this.#publisher.publish());
      await this.#attempt("tidy", () => this.#group.run((draft) => this.#memory.tidy(draft)));
      this.#publishFailures = this.#memory.isUnpublished() ? this.#publishFailures + 1 : 0;
    } finally {
      this.#isAlarmRunning = false;
      this.#arm();
    }
  }

  #reserve<Decided, Value>(
    registration: LevelRegistration,
    reservationId: ReservationId,
    decide: (state: LevelState, existing: Reservation | null, now: number) => Decision<Decided>,
    answer: (decided: Decided) => Value,
  ): Promise<LevelResult<Value>> {
    return this.#run(registration, (draft) => {
      const existing = this.#memory.reservation(draft, reservationId);
      return this.#decide(draft, registration, existing, (state) => decide(state, existing, draft.now), answer);
    });
  }

  #move(
    registration: LevelRegistration,
    ref: string,
    decide: (state: LevelState, earlier: StockMovement | null, now: number) => Decision<StockMovement>,
  ): Promise<LevelResult<Movement>> {
    return this.#run(registration, (draft) => {
      const earlier = this.#memory.movement(draft, ref);
      return this.#decide(draft, registration, null, (state) => decide(state, earlier, draft.now), unchanged);
    });
  }

  #run<Value>(
    registration: LevelRegistration,
    job: (draft: LevelDraft) => LevelResult<Value>,
  ): Promise<LevelResult<Value>> {
    return this.#group.run((draft) => {
      this.#identify(registration, draft);
      return job(draft);
    });
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

  #identify({ sku, warehouseId }: LevelRegistration, draft?: LevelDraft): void {
    const state = draft === undefined ? this.#memory.state : draft.state;
    if (state === null || (state.sku === sku && state.warehouseId === warehouseId)) return;
    throw new Error(`this is the level ${levelKey(state.sku, state.warehouseId)}, not ${levelKey(sku, warehouseId)}`);
  }

  /** Sees to it that what is unpublished will be, and that the alarm rings when it should. */
  #announce(urgent: boolean): void {
    if (!this.#isSettling && this.#memory.isUnpublished()) {
      if (urgent) this.#publisher.announceNow();
      else this.#publisher.announce();
    }
    this.#arm();
  }

  /** Sets the alarm for what is due first, unless it rings before that anyway. */
  #arm(): void {
    if (this.#isAlarmRunning) return;
    const dueAt = this.#dueAt();
    if (dueAt === null || (this.#armedFor !== null && this.#armedFor <= dueAt)) return;
    this.#armedFor = dueAt;
    void this.ctx.storage.setAlarm(dueAt);
  }

  #dueAt(): number | null {
    const dueAts: number[] = [];
    const expiry = this.#memory.nextExpiry();
    if (expiry !== null) dueAts.push(expiry + EXPIRY_SLACK_MS);
    if (this.#memory.purgeAt !== null) dueAts.push(this.#memory.purgeAt);
    if (this.#memory.isUnpublished() || this.#memory.isUnrecorded()) {
      dueAts.push(Date.now() + Math.min(PUBLISH_CHECK_MS * 2 ** this.#publishFailures, PUBLISH_CHECK_MOST_MS));
    }
    return dueAts.length === 0 ? null : Math.min(...dueAts);
  }

  async #attempt(task: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      logError("level_alarm_task_failed", error, { task });
    }
  }
}

function unchanged<Value>(value: Value): Value {
  return value;
}

function viewReservation(reservation: Reservation): ReservationView {
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

function viewSettings({ settingsVersion, safetyStock, reorderPoint, channelBuffers }: LevelState): LevelSettings {
  return { version: settingsVersion, safetyStock, reorderPoint, channelBuffers: { ...channelBuffers } };
}
