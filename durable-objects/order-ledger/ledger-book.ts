import {
  type Attempt,
  type CreateResult,
  type EffectAttempt,
  type ExecuteResult,
  type LeasedEffect,
  type OrderJson,
  type OutcomeReport,
  type TakenAttempt,
  writeOrder,
} from "../../src/contracts/ledger-rpc.ts";
import { type EffectId, type OrderId } from "../../src/domain/ids.ts";
import type { OrderCommand, OrderFact } from "../../src/domain/order/commands.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { type Effect, effectId, type EffectOutcome, laneOf, orderOfEffect } from "../../src/domain/order/effects.ts";
import type { Actor, OrderEvent, PlacedOrder, RecordedEvent } from "../../src/domain/order/events.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import { isKnownEffect } from "../../src/domain/order/known.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { record } from "../../src/domain/order/record.ts";
import { isDefinite, judgeFailure } from "../../src/domain/order/retry.ts";
import { waitsForFewer } from "../../src/domain/order/promises.ts";
import { react } from "../../src/domain/order/saga.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { EffectOutbox, MOST_LEASED } from "./effect-outbox.ts";
import { give, type LedgerDraft, outletOf, OUTLETS } from "./ledger-memory.ts";
import type { LedgerStorage, StoredEffect, StoredOrder } from "./ledger-storage.ts";
import { changedParts } from "./order-changes.ts";
import { attempted, freshEffect, leasedEffect, takenFrom } from "./stored-effect.ts";

const SAGA: Actor = { kind: "system", id: "saga" };
const TIMER: Actor = { kind: "system", id: "timer" };
const WEBHOOK: Actor = { kind: "system", id: "webhook" };

/** What one turn of the pump leaves to be done, each in a transaction of its own. */
export interface DueWork {
  lapsed: EffectId[];
  timers: OrderId[];
  /** There was more than one turn takes. */
  more: boolean;
}

/**
 * What the ledger does inside one storage transaction: load, decide, write the events, the order's row and its
 * effects. Synchronous throughout. Calls and messages that follow go into the draft and happen after the commit.
 */
export class LedgerBook {
  readonly #storage: LedgerStorage;
  readonly #outbox: EffectOutbox;
  readonly #jitter: () => number;
  /** What is out and has been woken meanwhile. Lost with the object, it costs the wait until the next turn. */
  readonly #woken = new Set<EffectId>();

  constructor(storage: LedgerStorage, jitter: () => number) {
    this.#storage = storage;
    this.#outbox = new EffectOutbox(storage, jitter);
    this.#jitter = jitter;
  }

  /** `archived`: placed long ago and gone to D1, with the same body. */
  create(
    draft: LedgerDraft,
    input: { order: PlacedOrder; fingerprint: string; actor: Actor },
    now: number,
  ): CreateResult | "archived" {
    const known = this.#known(input.order.id, input.fingerprint);
    if (known !== null) return known;
    const decision = decide(null, { type: "PlaceOrder", order: input.order }, now);
    if (!decision.ok) return decision;
    const order = this.#commit(
      draft,
      null,
      input.order.id,
      decision.events,
      input.actor,
      now,
      draft.outgoing,
      input.fingerprint,
    );
    return { ok: true, order, replayed: false };
  }

  /** What was placed under this id before; null when nothing was. */
  find(id: OrderId, fingerprint: string): CreateResult | "archived" | null {
    return this.#known(id, fingerprint);
  }

  #known(id: OrderId, fingerprint: string): CreateResult | "archived" | null {
    const placed = this.#storage.findFingerprint(id);
    if (placed === null) return null;
    if (placed !== fingerprint) return { ok: false, refusal: { reason: "fingerprint_mismatch" } };
    const order = this.#storage.findDoc(id);
    return order === null ? "archived" : { ok: true, order, replayed: true };
  }

  /** `absent`: not live here; it may be in D1. */
  execute(
    draft: LedgerDraft,
    input: { orderId: OrderId; command: OrderCommand; actor: Actor; expectedVersion?: number },
    now: number,
  ): ExecuteResult | "absent" {
    const stored = this.#storage.findOrder(input.orderId);
    if (stored === null) return "absent";
    const { order } = stored;
    if (input.expectedVersion !== undefined && input.expectedVersion !== order.version)
      return { ok: false, refusal: { reason: "version_stale", version: order.version } };
    const decision = decide(order, input.command, now);
    if (!decision.ok) return decision;
    return {
      ok: true,
      order: this.#commit(draft, stored, order.id, decision.events, input.actor, now, draft.outgoing),
    };
  }

  /** A provider's or carrier's fact that no effect asked for. False when the order is not live here. */
  recordFact(draft: LedgerDraft, id: OrderId, fact: OrderFact, now: number): boolean {
    const stored = this.#storage.findOrder(id);
    if (stored === null) return false;
    this.#commit(draft, stored, id, record(stored.order, fact, now), WEBHOOK, now, draft.outgoing);
    return true;
  }

  /** Takes an attempt that is about to be made: given once, and while its lease lasts. */
  take(attempt: Attempt): TakenAttempt {
    return this.#outbox.take(attempt);
  }

  /** Its queue did not take these leases, so nobody will: they are sent again soon, and no attempt was made. */
  putBack(draft: LedgerDraft, refused: readonly LeasedEffect[], now: number): void {
    this.#outbox.putBack(draft, refused, now);
  }

  /** Takes an outcome; what became free by it is leased into `continuations`. */
  report(draft: LedgerDraft, report: OutcomeReport, now: number, continuations: LeasedEffect[]): void {
    const known = this.#storage.findEffect(report.effectId);
    // Gone or done already: a doubled message, or an attempt that another one has overtaken.
    if (known === null || known.status === "done") return;
    const { outcome, attempt } = report;
    // Whoever reports an attempt has made it.
    const effect = known.attempt === attempt ? takenFrom(known) : known;
    if (outcome.status === "done") {
      // The success of an attempt that was given up counts too.
      this.#settle(
        draft,
        effect,
        "done",
        attempted(effect, { attempt, at: now, outcome: "done", detail: "" }),
        now,
        continuations,
      );
      this.#recordOn(
        draft,
        effect,
        { type: "RecordOutcome", effectId: effect.id, effect: effect.effect, outcome },
        now,
        continuations,
      );
      return;
    }
    if (effect.status !== "leased" || effect.attempt !== attempt) return;
    if (outcome.status === "not_made") {
      draft.leased[outletOf(effect.lane)] -= 1;
      this.#outbox.start(draft, { ...effect, claimed: attempt - 1 }, now, draft.outgoing);
      return;
    }
    if (outcome.status === "waiting") {
      draft.leased[outletOf(effect.lane)] -= 1;
      const inMs = this.#woken.delete(effect.id) ? 0 : outcome.retryAfterMs;
      this.#outbox.postpone(draft, { ...effect, failures: 0, uncertain: false }, now + inMs);
      return;
    }
    const detail = outcome.status === "failed" ? `${outcome.code}: ${outcome.message}` : outcome.message;
    this.#fail(draft, effect, outcome, { attempt, at: now, outcome: outcome.status, detail }, now, continuations);
  }

  /**
   * Leases what is due as far as there is room, and names what has to be looked at one by one, so that one that
   * can't be dealt with holds up no other.
   */
  pump(draft: LedgerDraft, now: number): DueWork {
    const lapsed = this.#storage.listLapsed(now, PUMP_AT_ONCE);
    const due = OUTLETS.map((outlet) => {
      const room = draft.pausedUntil[outlet] > now ? 0 : Math.max(0, MOST_LEASED - draft.leased[outlet]);
      return this.#storage.listDue(outlet, now, Math.min(room, PUMP_AT_ONCE));
    });
    for (const effect of due.flat()) this.#outbox.start(draft, effect, now, draft.outgoing);
    const timers = this.#storage.listTimersDue(now, PUMP_AT_ONCE);
    return { lapsed, timers, more: [lapsed, ...due, timers].some(({ length }) => length === PUMP_AT_ONCE) };
  }

  /** Fires the order's timer if it is due. Nothing is due twice: what came to nothing is looked at again later. */
  fireTimer(draft: LedgerDraft, id: OrderId, now: number): void {
    const stored = this.#storage.findOrder(id);
    if (!stored) return;
    const timer = nextTimer(stored.order);
    if (!timer || timer.at > now) {
      this.#storage.setTimer(id, timer?.at ?? null);
      if (timer) draft.wakeAt(timer.at);
      return;
    }
    const events = record(stored.order, { type: "TimerFired", timer: timer.timer }, now);
    if (events.length === 0) throw new Error(`${id}: timer ${timer.timer} came to nothing`);
    this.#commit(draft, stored, id, events, TIMER, now, draft.outgoing);
  }

  /** What the order waits for in line may have come: it is looked for now, and not at the next turn. */
  wake(draft: LedgerDraft, id: OrderId, now: number): void {
    for (const effect of this.#storage.listEffects(id).filter(({ kind }) => kind === "PromoteBackorder"))
      if (effect.status === "due") this.#outbox.start(draft, effect, now, draft.outgoing);
      else if (effect.status === "leased") this.#woken.add(effect.id);
  }

  /** Looks again at an order or an effect that could not be dealt with, after a while. */
  setAside(draft: LedgerDraft, work: { timer: OrderId } | { lapsed: EffectId }, until: number): void {
    if ("timer" in work) this.#storage.setTimer(work.timer, until);
    else this.#storage.setDueAt(work.lapsed, until);
    draft.wakeAt(until);
  }

  /** Nobody reported in time. Where nobody took it, no attempt was made; else it may have been done. */
  lapse(draft: LedgerDraft, id: EffectId, now: number): void {
    const effect = this.#storage.findEffect(id);
    if (effect === null || effect.status !== "leased" || (effect.dueAt ?? now) > now) return;
    if (effect.claimed < effect.attempt || !isKnownEffect(effect)) {
      draft.leased[outletOf(effect.lane)] -= 1;
      this.#outbox.start(draft, { ...effect, untaken: effect.untaken + 1 }, now, draft.outgoing);
      return;
    }
    const outcome = { status: "unknown", message: "no outcome was reported in time" } as const;
    const { attempt, failures } = effect;
    const entry: EffectAttempt = { attempt, at: now, outcome: "lease_lapsed", detail: outcome.message };
    if (judgeFailure(effect.kind, failures + 1, outcome, this.#jitter()).next === "exhausted") {
      this.#fail(draft, effect, outcome, entry, now, draft.outgoing);
      return;
    }
    draft.leased[outletOf(effect.lane)] -= 1;
    const again = { ...effect, failures: failures + 1, uncertain: true, attempts: attempted(effect, entry) };
    this.#outbox.start(draft, again, now, draft.outgoing);
  }

  #fail(
    draft: LedgerDraft,
    effect: StoredEffect,
    outcome: Extract<EffectOutcome, { status: "failed" | "unknown" }>,
    entry: EffectAttempt,
    now: number,
    sink: LeasedEffect[],
  ): void {
    const failures = effect.failures + 1;
    const verdict = judgeFailure(effect.kind, failures, outcome, this.#jitter());
    const attempts = attempted(effect, entry);
    // What is not certain stays so until a definite answer: a person's retry must use the same key.
    const uncertain = outcome.status === "unknown" || (effect.uncertain && !isDefinite(outcome));
    if (verdict.next === "exhausted") {
      const { code, message } = verdict;
      this.#settle(draft, { ...effect, failures, uncertain }, "failed", attempts, now, sink);
      this.#recordOn(
        draft,
        effect,
        { type: "RecordExhausted", effectId: effect.id, effect: effect.effect, code, message, unknown: uncertain },
        now,
        sink,
      );
      return;
    }
    draft.leased[outletOf(effect.lane)] -= 1;
    const generation = verdict.newGeneration ? { generation: effect.generation + 1, generationStartedAt: now } : {};
    this.#outbox.postpone(
      draft,
      { ...effect, ...generation, uncertain, failures, attempts },
      Math.ceil(now + verdict.inMs),
    );
  }

  /** Gives the effect its outcome and the next of its lane its turn. */
  #settle(
    draft: LedgerDraft,
    effect: StoredEffect,
    status: "done" | "failed",
    attempts: EffectAttempt[],
    now: number,
    sink: LeasedEffect[],
  ): void {
    if (effect.status === "leased") draft.leased[outletOf(effect.lane)] -= 1;
    this.#storage.updateEffect({ ...effect, status, attempts, dueAt: null, settledAt: now });
    const orderId = orderOfEffect(effect.id);
    if (this.#storage.touchEnded(orderId)) draft.changed.addUnread(orderId);
    // Only who had the lane's turn passes it on: one that had failed for good, or waits for its turn anew, had not.
    const next =
      effect.status === "leased" || effect.status === "due" ? this.#storage.firstBlocked(orderId, effect.lane) : null;
    if (next) this.#outbox.start(draft, next, now, sink);
  }

  #recordOn(draft: LedgerDraft, effect: StoredEffect, fact: OrderFact, now: number, sink: LeasedEffect[]): void {
    const orderId = orderOfEffect(effect.id);
    const stored = this.#storage.findOrder(orderId);
    if (stored) this.#commit(draft, stored, orderId, record(stored.order, fact, now), SAGA, now, sink);
  }

  /** Writes the events, the effects they call for, and the order's row. Answers the order after them. */
  #commit(
    draft: LedgerDraft,
    before: StoredOrder | null,
    orderId: OrderId,
    events: readonly OrderEvent[],
    actor: Actor,
    now: number,
    sink: LeasedEffect[],
    fingerprint = "",
  ): OrderJson {
    let order = before?.order ?? null;
    const recordedEvents: RecordedEvent[] = [];
    for (const event of events) {
      const recorded: RecordedEvent = { orderId, sequence: (order?.version ?? 0) + 1, at: now, actor, event };
      order = evolve(order, recorded);
      this.#storage.insertEvent(recorded);
      recordedEvents.push(recorded);
      if (event.type === "EffectRetried") this.#outbox.retry(draft, event.effectId, now, sink);
      this.#callFor(draft, order, recorded, sink);
    }
    if (order === null) throw new Error(`${orderId}: no events and no order`);
    if (before !== null && events.length === 0) return before.doc;
    const timerAt = nextTimer(order)?.at ?? null;
    const doc = writeOrder(order);
    const revision = before === null ? order.version : before.revision + 1;
    if (before === null) this.#storage.insertOrder(order, doc, fingerprint, timerAt);
    else this.#storage.updateOrder(order, doc, revision, timerAt);
    if (timerAt !== null) draft.wakeAt(timerAt);
    // Its place in line goes to whoever comes next.
    if (before !== null && waitsForFewer(before.order, order)) this.wake(draft, orderId, now);
    const parts = changedParts(before?.order ?? null, order);
    draft.changed.add(orderId, { order, doc, revision, events: recordedEvents, parts });
    return doc;
  }

  #callFor(draft: LedgerDraft, order: Order, recorded: RecordedEvent, sink: LeasedEffect[]): void {
    const { event, sequence, at } = recorded;
    const seen = new Map<Effect["kind"], number>();
    for (const [index, effect] of react(order, event).entries()) {
      const n = seen.get(effect.kind) ?? 0;
      seen.set(effect.kind, n + 1);
      const lane = laneOf(effect);
      const fresh = freshEffect(effectId(order.id, sequence, effect, n), effect, recorded, index);
      // A new order's lanes are empty: no need to ask.
      const busy = sequence > 1 && lane !== "watch" && this.#storage.isLaneBusy(order.id, lane);
      const placed = busy ? fresh : this.#outbox.ready(draft, fresh, at, sink);
      this.#storage.insertEffect(placed);
      if (placed.status === "leased") give(draft, leasedEffect(placed), sink);
    }
  }
}

/** How many rows one turn of the pump takes: a long backlog must not hold up orders that come in. */
const PUMP_AT_ONCE = 200;
