import { DurableObject } from "cloudflare:workers";
import type {
  AdjustCommand,
  ArriveCommand,
  ClaimCommand,
  ConfigureCommand,
  CountCommand,
  Counted,
  HoldCommand,
  LevelRefusal,
  InventoryLevelRpc,
  LevelResult,
  LevelSettings,
  LevelView,
  Movement,
  Performed,
  ReceiveCommand,
  ReleaseCommand,
  ReservationView,
  ShipCommand,
  StockCommand,
  Track,
  TransferCommand,
  UnclaimCommand,
  WaitCommand,
} from "../../src/contracts/level-rpc.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import { levelKey, type ReservationId, type Sku, type WarehouseId } from "../../src/domain/ids.ts";
import type { Arrival, Transfer } from "../../src/domain/inventory-level/transfers.ts";
import { claim } from "../../src/domain/inventory-level/reservations.ts";
import type { Env } from "../../src/platform/env.ts";
import { logError } from "../../src/platform/log.ts";
import { performTracks } from "../../src/platform/perform-tracks.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import { GroupCommit } from "../group-commit.ts";
import { LevelBook, viewReservation, viewSettings } from "./level-book.ts";
import { type LevelDraft, LevelMemory } from "./level-memory.ts";
import { LevelPublisher } from "./publisher.ts";
import { LevelStorage } from "./storage.ts";
import { TransferCarrier } from "./transfer-carrier.ts";

/** When the alarm looks whether a change has been published; doubled for each time that it has not. */
const PUBLISH_CHECK_MS = 10_000;
const PUBLISH_CHECK_MOST_MS = 5 * 60_000;
/** A queue that has not answered by then has not taken it. */
const PUBLISH_LIMIT_MS = 10_000;
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
  readonly #book: LevelBook;
  readonly #carrier: TransferCarrier;
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
      beforeJobs: (draft) => memory.beforeJobs(draft),
      beforeCommit: (draft) => memory.beforeCommit(draft),
      adopt: (draft) => {
        memory.adopt(draft);
        this.#announce(draft.alerts.length > 0);
      },
    });
    this.#book = new LevelBook(memory);
    this.#carrier = new TransferCarrier({
      memory,
      group: this.#group,
      levelAt: ({ sku, warehouseId }) => levelOf(env, sku, warehouseId),
      tell: async (transfers) => {
        await withinLimit(env.STOCK.send({ levels: [], alerts: [], transfers }), PUBLISH_LIMIT_MS, "tell");
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
    return this.#run(registration, (draft) => this.#book.hold(draft, registration, command));
  }

  wait(registration: LevelRegistration, command: WaitCommand): Promise<LevelResult<{ offered: number }>> {
    return this.#run(registration, (draft) => this.#book.wait(draft, registration, command));
  }

  claim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelResult<ReservationView>> {
    return this.#run(registration, (draft) => this.#book.claim(draft, registration, command));
  }

  async refuseClaim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelRefusal | null> {
    this.#identify(registration);
    const { state } = this.#memory.current(registration);
    const existing = this.#memory.state === null ? null : this.#storage.reservation(command.reservationId);
    const decision = claim(state, existing, command, this.#memory.now());
    return decision.kind === "refused" ? decision.refusal : null;
  }

  unclaim(registration: LevelRegistration, command: UnclaimCommand): Promise<LevelResult<null>> {
    return this.#run(registration, (draft) => this.#book.unclaim(draft, registration, command));
  }

  allocate(
    registration: LevelRegistration,
    command: { reservationId: ReservationId },
  ): Promise<LevelResult<ReservationView>> {
    return this.#run(registration, (draft) => this.#book.allocate(draft, registration, command));
  }

  release(registration: LevelRegistration, command: ReleaseCommand): Promise<LevelResult<null>> {
    return this.#run(registration, (draft) => this.#book.release(draft, registration, command));
  }

  ship(registration: LevelRegistration, command: ShipCommand): Promise<LevelResult<{ remaining: number }>> {
    return this.#run(registration, (draft) => this.#book.ship(draft, registration, command));
  }

  receive(registration: LevelRegistration, command: ReceiveCommand): Promise<LevelResult<Movement>> {
    return this.#run(registration, (draft) => this.#book.receive(draft, registration, command));
  }

  adjust(registration: LevelRegistration, command: AdjustCommand): Promise<LevelResult<Movement>> {
    return this.#run(registration, (draft) => this.#book.adjust(draft, registration, command));
  }

  count(registration: LevelRegistration, command: CountCommand): Promise<LevelResult<Counted>> {
    return this.#run(registration, (draft) => this.#book.count(draft, registration, command));
  }

  arrive(registration: LevelRegistration, command: ArriveCommand): Promise<LevelResult<Arrival>> {
    return this.#run(registration, (draft) => this.#book.arrive(draft, registration, command));
  }

  configure(registration: LevelRegistration, command: ConfigureCommand): Promise<LevelResult<LevelSettings>> {
    return this.#run(registration, (draft) => this.#book.configure(draft, registration, command));
  }

  async transfer(registration: LevelRegistration, command: TransferCommand): Promise<LevelResult<Transfer>> {
    const sent = await this.#run(registration, (draft) => this.#book.send(draft, registration, command));
    if (!sent.ok) return sent;
    const [carried] = await this.#carrier.carryAll([sent.value]);
    return { ...sent, value: carried ?? sent.value };
  }

  async perform(registration: LevelRegistration, commands: readonly StockCommand[]): Promise<LevelResult<Performed>[]> {
    // All of them are queued in this turn, and so are one transaction.
    const results = await Promise.all(
      commands.map((command) => this.#run(registration, (draft) => this.#book.perform(draft, registration, command))),
    );
    const sent = results.flatMap((result) =>
      result.ok && result.value.kind === "transferred" ? [result.value.transfer] : [],
    );
    const carried = new Map((await this.#carrier.carryAll(sent)).map((transfer) => [transfer.id, transfer]));
    return results.map((result) => {
      if (!result.ok || result.value.kind !== "transferred") return result;
      const { transfer } = result.value;
      return { ...result, value: { ...result.value, transfer: carried.get(transfer.id) ?? transfer } };
    });
  }

  performAll(tracks: readonly Track[]): ReturnType<InventoryLevelRpc["performAll"]> {
    return performTracks(tracks, ({ sku, warehouseId }) => levelOf(this.env, sku, warehouseId));
  }

  async view(registration: LevelRegistration): Promise<LevelView> {
    this.#identify(registration);
    return this.#memory.current(registration).view;
  }

  async detail(registration: LevelRegistration): ReturnType<InventoryLevelRpc["detail"]> {
    this.#identify(registration);
    const { state, view } = this.#memory.current(registration);
    const stored = this.#memory.state !== null;
    return {
      level: view,
      settings: viewSettings(state),
      reservations: stored ? this.#storage.liveReservations(this.#memory.now()).map(viewReservation) : [],
      transfers: this.#memory.inTransit(),
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
      // None waits for another: a queue or a target that does not answer holds up nothing else.
      await Promise.all([
        this.#attempt("publish", () => this.#publish()),
        this.#attempt("tidy", () => this.#group.run((draft) => this.#memory.tidy(draft))),
        this.#attempt("transfers", () => this.#carrier.carryDue()),
      ]);
      this.#publishFailures = this.#memory.isUnpublished() ? this.#publishFailures + 1 : 0;
    } finally {
      this.#isAlarmRunning = false;
      this.#arm();
    }
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

  #identify({ sku, warehouseId }: LevelRegistration, draft?: LevelDraft): void {
    const state = draft === undefined ? this.#memory.state : draft.state;
    if (state === null || (state.sku === sku && state.warehouseId === warehouseId)) return;
    throw new Error(`this is the level ${levelKey(state.sku, state.warehouseId)}, not ${levelKey(sku, warehouseId)}`);
  }

  async #publish(): Promise<void> {
    if (this.#memory.isUnpublished()) await withinLimit(this.#publisher.publish(), PUBLISH_LIMIT_MS, "publish");
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
    const transferAt = this.#memory.nextTransferAt();
    if (transferAt !== null) dueAts.push(transferAt);
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

/** The object of another level. The binding carries no type, because it names the class of this very file. */
function levelOf(env: Env, sku: Sku, warehouseId: WarehouseId): InventoryLevelRpc {
  const namespace = env.INVENTORY_LEVEL;
  return namespace.getByName(levelKey(sku, warehouseId)) as DurableObjectStub as unknown as InventoryLevelRpc;
}
