import { DurableObject } from "cloudflare:workers";
import type { Deed } from "../../src/contracts/deed.ts";
import {
  type Attempt,
  type CreateResult,
  type EffectView,
  type ExecuteResult,
  type LeasedEffect,
  type LedgerLag,
  type OrderJson,
  type OrderLedgerRpc,
  type OutcomeReport,
  type ReturnedCreditReport,
  type TakenAttempt,
  writeOrder,
} from "../../src/contracts/ledger-rpc.ts";
import type { LiveFeedRpc } from "../../src/contracts/live.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import { findArchivedRow, findOrderRow, listEventRows } from "../../src/db/orders/queries.ts";
import type { EffectId, OrderId, ShipmentId } from "../../src/domain/ids.ts";
import type { OrderCommand, OrderFact } from "../../src/domain/order/commands.ts";
import type { NotifyEffect, PaymentFact } from "../../src/domain/order/effects.ts";
import type { Actor, PlacedOrder, RecordedEvent } from "../../src/domain/order/events.ts";
import { orderAt } from "../../src/domain/order/order-at.ts";
import type { Env } from "../../src/platform/env.ts";
import { logError, logWarning } from "../../src/platform/log.ts";
import { GroupCommit } from "../group-commit.ts";
import { applyStorageMigrations } from "../storage-migrations.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { DeedBook, type DoneDeed } from "./deed-book.ts";
import { EffectSender, type Refused } from "./effect-sender.ts";
import { LedgerBook } from "./ledger-book.ts";
import { type LedgerDraft, LedgerMemory } from "./ledger-memory.ts";
import { LedgerStorage } from "./ledger-storage.ts";
import { LiveNews } from "./live-news.ts";
import { Projector } from "./projector.ts";
import { LEDGER_STORAGE } from "./storage-steps.ts";

/** D1 is at most this far behind while it answers. */
const PROJECT_AFTER_MS = 400;
/** News for the live feeds is gathered this long. */
const NEWS_AFTER_MS = 250;
const RETRY_PROJECTION_MS = 2_000;
/** Rounds of the pump in one alarm: so many that a lost backlog of all that may be out comes back in one. */
const PUMP_ROUNDS = 25;
/** What could not be dealt with is looked at again after this long. */
const SET_ASIDE_MS = 60_000;
/** An order that was brought back may leave again before its command runs; more often than this it does not. */
const RESTORE_TRIES = 3;

/**
 * The one writer of an order shard: a thin shell that gathers calls into transactions of `LedgerBook` and sends
 * out afterwards what they called for. Everything that a crash could lose between the commit and the sending is in
 * storage with a due time, and the alarm brings it back.
 */
export class OrderLedger extends DurableObject<Env> implements OrderLedgerRpc {
  readonly #storage: LedgerStorage;
  readonly #book: LedgerBook;
  readonly #deeds: DeedBook;
  readonly #group: GroupCommit<LedgerDraft>;
  readonly #memory: LedgerMemory;
  readonly #projector: Projector;
  readonly #news: LiveNews;
  readonly #clock: AlarmClock;
  readonly #sender: EffectSender;
  readonly #restoring = new Map<OrderId, Promise<boolean>>();
  readonly #fresh = new Set<OrderId>();
  #projecting: Promise<void> | null = null;
  #projectionTimer: ReturnType<typeof setTimeout> | null = null;
  #newsTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applyStorageMigrations(ctx.storage, LEDGER_STORAGE);
    this.#storage = new LedgerStorage(ctx.storage.sql);
    this.#deeds = new DeedBook(ctx.storage.sql);
    this.#book = new LedgerBook(this.#storage, Math.random);
    this.#memory = new LedgerMemory(this.#storage.countLeased(), (draft) => this.#afterCommit(draft));
    this.#group = new GroupCommit(ctx.storage, this.#memory);
    this.#projector = new Projector(this.#storage, env);
    this.#news = new LiveNews(
      (topic) => env.LIVE_FEED.get(env.LIVE_FEED.idFromName(topic)) as DurableObjectStub & LiveFeedRpc,
    );
    this.#clock = new AlarmClock(ctx.storage);
    const queues = { effects: env.EFFECTS, notifications: env.NOTIFICATIONS };
    this.#sender = new EffectSender(queues, (refused) => this.#putBack(refused));
    const next = this.#storage.nextDueAt();
    if (next !== null) this.#clock.wakeAt(next);
    if (this.#projector.pending > 0) this.#clock.wakeAt(Date.now() + PROJECT_AFTER_MS);
  }

  async create(input: { order: PlacedOrder; fingerprint: string; actor: Actor }): Promise<CreateResult> {
    const result = await this.#group.run((draft) => this.#book.create(draft, input, Date.now()));
    return result === "archived" ? this.#replayArchived(input.order.id) : result;
  }

  async find(orderId: OrderId, fingerprint: string): Promise<CreateResult | null> {
    const result = this.#book.find(orderId, fingerprint);
    return result === "archived" ? this.#replayArchived(orderId) : result;
  }

  async #replayArchived(orderId: OrderId): Promise<CreateResult> {
    const order = await findOrderRow(databaseOf(this.env, orderId), orderId);
    if (order === null) throw new Error(`${orderId} has left for D1, which does not have it`);
    return { ok: true, order, replayed: true };
  }

  async execute(input: {
    orderId: OrderId;
    command: OrderCommand;
    actor: Actor;
    expectedVersion?: number;
    deed?: Deed;
  }): Promise<ExecuteResult> {
    const { orderId, deed } = input;
    const run = () =>
      this.#group.run((draft) => this.#deeds.once(deed, orderId, () => this.#book.execute(draft, input, Date.now())));
    let result = await run();
    for (let tries = 1; result === "absent" && tries <= RESTORE_TRIES && (await this.#restore(orderId)); tries += 1)
      result = await run();
    if (result === "absent") return { ok: false, refusal: { reason: "order_unknown" } };
    return result === "mismatch" || "version" in result ? this.#replay(result) : result;
  }

  async findDone(deed: Deed): Promise<ExecuteResult | null> {
    const done = this.#deeds.find(deed);
    return done && this.#replay(done);
  }

  /** The order as the deed left it, whatever has become of it since. */
  async #replay(done: DoneDeed): Promise<ExecuteResult> {
    if (done === "mismatch") return { ok: false, refusal: { reason: "deed_mismatch" } };
    const { orderId, version } = done;
    const isLive = this.#storage.findDoc(orderId) !== null;
    const events = isLive
      ? this.#storage.listEvents(orderId)
      : await listEventRows(databaseOf(this.env, orderId), orderId);
    return { ok: true, order: writeOrder(orderAt(events, version)), replayed: true };
  }

  async get(orderId: OrderId): Promise<OrderJson | null> {
    return this.#storage.findDoc(orderId);
  }

  async history(orderId: OrderId): Promise<RecordedEvent[] | null> {
    return this.#storage.findDoc(orderId) && this.#storage.listEvents(orderId);
  }

  async saga(orderId: OrderId): Promise<EffectView[] | null> {
    return this.#storage.findDoc(orderId) && this.#storage.listEffects(orderId);
  }

  async open(orderIds: OrderId[]): Promise<(OrderJson | null)[]> {
    return orderIds.map((id) => this.#storage.findDoc(id));
  }

  async take(attempts: Attempt[]): Promise<TakenAttempt[]> {
    return this.#group.run(() => attempts.map((attempt) => this.#book.take(attempt)));
  }

  async report(reports: OutcomeReport[]): Promise<LeasedEffect[]> {
    const continuations: LeasedEffect[] = [];
    const taken = await Promise.allSettled(
      reports.map((report) =>
        this.#group.run((draft) => {
          const mine: LeasedEffect[] = [];
          this.#book.report(draft, report, Date.now(), mine);
          return mine;
        }),
      ),
    );
    for (const result of taken) if (result.status === "fulfilled") continuations.push(...result.value);
    const failed = taken.find((result) => result.status === "rejected");
    if (failed && taken.every((result) => result.status === "rejected")) throw failed.reason;
    // One that could not be taken is not lost: its lease ends and it is tried again.
    if (failed) logError("outcome_not_recorded", failed.reason);
    return continuations;
  }

  async recordPayment(orderId: OrderId, payment: number, fact: PaymentFact): Promise<boolean> {
    return this.#recordFact(orderId, { type: "RecordPayment", payment, fact });
  }

  async recordReturnedCredit(orderId: OrderId, returned: ReturnedCreditReport): Promise<boolean> {
    return this.#recordFact(orderId, { type: "RecordReturnedCredit", ...returned });
  }

  async recordTracking(
    orderId: OrderId,
    shipmentId: ShipmentId,
    status: "in_transit" | "out_for_delivery" | "delivered" | "exception",
    description: string,
  ): Promise<boolean> {
    return this.#recordFact(orderId, { type: "RecordTracking", shipmentId, status, description });
  }

  async recordUndelivered(orderId: OrderId, effectId: EffectId, effect: NotifyEffect, code: string): Promise<boolean> {
    return this.#recordFact(orderId, { type: "RecordUndelivered", effectId, effect, code });
  }

  async #recordFact(orderId: OrderId, fact: OrderFact): Promise<boolean> {
    const run = () => this.#group.run((draft) => this.#book.recordFact(draft, orderId, fact, Date.now()));
    let taken = await run();
    for (let tries = 1; !taken && tries <= RESTORE_TRIES && (await this.#restore(orderId)); tries += 1)
      taken = await run();
    return taken;
  }

  async wake(orderIds: OrderId[]): Promise<void> {
    await this.#group.run((draft) => {
      for (const id of orderIds) this.#book.wake(draft, id, Date.now());
    });
  }

  async watch(orderId: OrderId): Promise<void> {
    this.#news.watch(orderId, Date.now());
  }

  async lag(): Promise<LedgerLag> {
    const now = Date.now();
    const { liveOrders, openEffects, leasedEffects, oldestDueAt } = this.#storage.counts(now);
    const oldestDueMs = oldestDueAt === null ? 0 : now - oldestDueAt;
    return { liveOrders, openEffects, leasedEffects, oldestDueMs, unprojectedOrders: this.#projector.pending };
  }

  async drain(): Promise<LedgerLag> {
    while (await this.#pumpTurn());
    // A turn that is under way may have begun before what the caller wants to see.
    await this.#projecting?.catch(() => undefined);
    await this.#project();
    return this.lag();
  }

  /**
   * Comes at least once and may be late, so each task looks at what is true now. Only the pump's turn is awaited, which
   * is bounded and calls nobody outside: while an alarm runs, no other comes.
   */
  override async alarm(): Promise<void> {
    this.#clock.rang();
    if (this.#projector.pending > 0) this.#projectSoon();
    let more = false;
    try {
      more = await this.#pumpTurn();
    } catch (error) {
      logError("pump_failed", error);
    } finally {
      const now = Date.now();
      const next = more ? now : this.#storage.nextDueAt();
      // What is overdue and did not go out (no room) is looked at again in a second, not at once.
      if (next !== null) this.#clock.wakeAt(more ? now : Math.max(next, now + 1_000));
      if (this.#projector.pending > 0) this.#clock.wakeAt(now + RETRY_PROJECTION_MS);
    }
  }

  #afterCommit(draft: LedgerDraft): void {
    this.#sender.add(draft.outgoing);
    if (draft.wake !== null) this.#clock.wakeAt(Math.max(draft.wake, Date.now() + 50));
    if (draft.changed.size === 0) return;
    this.#projector.add(draft.changed);
    this.#projectSoon();
    if (!this.#news.wanted(Date.now())) return;
    for (const id of draft.changed.ids()) this.#fresh.add(id);
    this.#newsTimer ??= setTimeout(() => void this.#publishNews(), NEWS_AFTER_MS);
  }

  /** What a queue refused is due again soon. A queue that refuses everything is spared until `pausedUntil`. */
  async #putBack({ outlet, leased, pausedUntil }: Refused): Promise<void> {
    if (pausedUntil !== null) this.#memory.pause(outlet, pausedUntil);
    await this.#group.run((draft) => this.#book.putBack(draft, leased, Date.now()));
  }

  /** Does what is due, in a bounded number of rounds. Answers whether more is due. */
  async #pumpTurn(): Promise<boolean> {
    let more = true;
    for (let round = 0; more && round < PUMP_ROUNDS; round += 1) {
      const now = Date.now();
      const due = await this.#group.run((draft) => this.#book.pump(draft, now));
      await Promise.all([
        ...due.lapsed.map((lapsed) => this.#alone({ lapsed }, (draft) => this.#book.lapse(draft, lapsed, now), now)),
        ...due.timers.map((timer) => this.#alone({ timer }, (draft) => this.#book.fireTimer(draft, timer, now), now)),
      ]);
      more = due.more;
    }
    return more;
  }

  /** One order's trouble stays its own: what throws is undone, logged and set aside, and the rest goes on. */
  async #alone(
    work: { timer: OrderId } | { lapsed: EffectId },
    job: (draft: LedgerDraft) => void,
    now: number,
  ): Promise<void> {
    try {
      await this.#group.run(job);
    } catch (error) {
      logError("due_work_failed", error, work);
      await this.#group.run((draft) => this.#book.setAside(draft, work, now + SET_ASIDE_MS));
    }
  }

  /** Nobody waits for it. While something is left to show, the next turn follows. */
  #projectSoon(): void {
    this.#projectionTimer ??= setTimeout(() => {
      this.#projectionTimer = null;
      this.#project().then(
        () => {
          if (this.#projector.pending > 0) this.#projectSoon();
        },
        (error: unknown) => {
          logError("projection_failed", error);
          this.#clock.wakeAt(Date.now() + RETRY_PROJECTION_MS);
        },
      );
    }, PROJECT_AFTER_MS);
  }

  /** One projection at a time, so that what D1 acknowledges is never older than what it acknowledged before. */
  #project(): Promise<void> {
    this.#projecting ??= this.#projectTurn().finally(() => {
      this.#projecting = null;
    });
    return this.#projecting;
  }

  /** Shows D1 what was to be shown when the turn began. What changes meanwhile is for the next turn. */
  async #projectTurn(): Promise<void> {
    for (let left = this.#projector.pending; left > 0 && this.#projector.pending > 0;) {
      const { looked, acknowledged } = await this.#projector.write();
      left -= looked;
      if (acknowledged.length === 0) continue;
      await this.#group.run(() => {
        this.#storage.markProjected(acknowledged);
        for (const { id, ended } of acknowledged) if (ended && this.#storage.mayLeave(id)) this.#storage.archive(id);
      });
    }
  }

  /** Brings an order that has left back from D1, once for all who ask. False when there is none. */
  #restore(orderId: OrderId): Promise<boolean> {
    let restoring = this.#restoring.get(orderId);
    if (restoring === undefined) {
      restoring = this.#restoreFromD1(orderId).finally(() => this.#restoring.delete(orderId));
      this.#restoring.set(orderId, restoring);
    }
    return restoring;
  }

  async #restoreFromD1(orderId: OrderId): Promise<boolean> {
    const fingerprint = this.#storage.findFingerprint(orderId);
    if (fingerprint === null) return false;
    const database = databaseOf(this.env, orderId);
    const [archived, events] = await Promise.all([
      findArchivedRow(database, orderId),
      listEventRows(database, orderId),
    ]);
    if (archived === null) throw new Error(`${orderId} has left for D1, which does not have it`);
    await this.#group.run((draft) => {
      if (this.#storage.findOrder(orderId) !== null) return;
      this.#storage.restore(archived, fingerprint, events);
      // Where nothing comes of it, the order leaves again by the next projection.
      draft.changed.addUnread(orderId);
    });
    return true;
  }

  async #publishNews(): Promise<void> {
    this.#newsTimer = null;
    const ids = [...this.#fresh];
    this.#fresh.clear();
    const orders = ids.map((id) => this.#storage.findOrder(id)?.order).filter((order) => order !== undefined);
    try {
      await this.#news.publish(orders, Date.now());
    } catch (error) {
      // Screens read their lists again; nothing is lost.
      logWarning("live_news_not_published", { error: String(error) });
    }
  }
}
