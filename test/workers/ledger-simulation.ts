import { LedgerBook } from "../../durable-objects/order-ledger/ledger-book.ts";
import { LedgerDraft, type Outlet } from "../../durable-objects/order-ledger/ledger-memory.ts";
import { LedgerStorage } from "../../durable-objects/order-ledger/ledger-storage.ts";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import type { EffectOutcome } from "../../src/domain/order/effects.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { RETRY_POLICIES } from "../../src/domain/order/retry.ts";
import { MINUTE, placedOrder } from "../support/order-books.ts";
import { type Dice, LUCK, Outside, seededDice } from "../support/order-outside.ts";
import { ACTOR } from "./ledger-harness.ts";

const NEVER: Dice = () => 1;
const STEPS = ["StartPicking", "PackShipment", "ShipShipment", "DeliverShipment"] as const;

/**
 * A ledger's book on real storage, with a queue, consumers, the outside and people around it, all moved by one seed.
 * At every call between them something may go wrong: a message is lost, doubled or late; a consumer dies before or
 * after it has done its work; its report is lost; the ledger dies before or after its commit.
 */
export class Simulation {
  readonly orders: OrderId[] = [];
  readonly outside = new Map<OrderId, Outside>();
  readonly storage: LedgerStorage;
  readonly queue: LeasedEffect[] = [];
  now = Date.UTC(2026, 10, 20, 9);
  #book: LedgerBook;
  #leased: Readonly<Record<Outlet, number>> = { effects: 0, notifications: 0 };
  readonly #done = new Set<string>();
  readonly #dice: Dice;
  /** What goes wrong; `NEVER` once the faults are over. */
  #fault: Dice;
  readonly #durable: DurableObjectStorage;

  constructor(durable: DurableObjectStorage, seed: number) {
    this.#durable = durable;
    this.#dice = seededDice(seed);
    this.#fault = this.#dice;
    this.storage = new LedgerStorage(durable.sql);
    this.#book = new LedgerBook(this.storage, this.#dice);
    for (const table of ["orders", "events", "effects", "archived"]) durable.sql.exec(`DELETE FROM ${table}`);
  }

  get leased(): Readonly<Record<Outlet, number>> {
    return this.#leased;
  }

  step(): void {
    const roll = this.#dice();
    if (roll < 0.06 && this.orders.length < 3) this.place();
    else if (roll < 0.6) this.consume();
    else if (roll < 0.75) this.floor();
    else if (roll < 0.78) this.people();
    else if (roll < 0.88) this.ring();
    else this.now += Math.floor(this.#dice() ** 4 * 40 * MINUTE);
  }

  place(): void {
    const units = (most: number) => 1 + Math.floor(this.#dice() * most);
    const line = () => {
      const quantity = units(3);
      const near = Math.min(quantity, Math.floor(this.#dice() * 4));
      const far = Math.min(quantity - near, Math.floor(this.#dice() * 2));
      return { quantity, unitPrice: 600, held: { ...(near > 0 && { berlin: near }), ...(far > 0 && { paris: far }) } };
    };
    const captureOn = this.#dice() < 0.5 ? "order" : "shipment";
    const order = placedOrder([line(), line()], {
      captureOn,
      placedAt: this.now,
      holdExpiresAt: this.now + 30 * MINUTE,
    });
    this.orders.push(order.id);
    this.outside.set(order.id, new Outside());
    // Whoever places repeats the same create until it is answered.
    while (
      this.#commit((draft) => this.#book.create(draft, { order, fingerprint: "body", actor: ACTOR }, this.now)) ===
      "lost"
    );
  }

  /** One consumer takes one message and goes as far as its luck lets it. */
  consume(): void {
    if (this.queue.length === 0) return;
    const [leased] = this.queue.splice(Math.floor(this.#dice() * this.queue.length), 1);
    if (!leased || this.#fault() < 0.05) return;
    if (this.#fault() < 0.08) this.queue.push(leased);
    if (this.now + RETRY_POLICIES[leased.effect.kind].timeoutMs > leased.leaseUntil) return;
    const outcome = this.#do(leased);
    if (outcome === null || this.#fault() < 0.05) return;
    this.now += Math.floor(this.#dice() * 500);
    const report = { effectId: leased.id, orderId: leased.orderId, attempt: leased.attempt, outcome };
    for (let copies = this.#fault() < 0.05 ? 2 : 1; copies > 0; copies -= 1)
      this.#commit((draft) => this.#book.report(draft, report, this.now, draft.outgoing));
  }

  #do(leased: LeasedEffect): EffectOutcome | null {
    const outside = this.outside.get(leased.orderId);
    const order = this.order(leased.orderId);
    if (!outside || !order) throw new Error(`${leased.id} is of no order`);
    const { effect } = leased;
    const isWithoutKeys = effect.kind === "Notify" || effect.kind === "CreateLabel";
    const taken = this.#commit(() => this.#book.take({ effectId: leased.id, attempt: leased.attempt }));
    if (taken === "lost" || !taken.taken) return null;
    if (isWithoutKeys && leased.uncertain && outside.has(effect))
      return { status: "done", result: outside.again(effect) };
    const fate = this.#fault();
    if (fate < 0.04)
      return { status: "failed", code: "throttled", message: "later", retryable: true, retryAfterMs: 2_000 };
    if (fate < 0.08) return { status: "unknown", message: "no answer" };
    const key = `${leased.id}.${leased.generation}`;
    // What was done under a key is never refused under it, whoever asks again.
    if (!leased.uncertain && !this.#done.has(key) && fate < 0.12)
      return { status: "failed", code: "declined", message: "no", retryable: fate < 0.1 };
    this.#done.add(key);
    const result = outside.perform(key, effect, order, this.now, this.#fault === NEVER ? LUCK : this.#dice);
    if (this.#fault() < 0.06) return { status: "unknown", message: "the reply was lost" };
    return result === null ? { status: "waiting", retryAfterMs: MINUTE } : { status: "done", result };
  }

  ring(): void {
    const { now } = this;
    for (let more = true; more;) {
      const due = this.#commit((draft) => this.#book.pump(draft, now));
      if (due === "lost") return;
      for (const id of due.lapsed) this.#commit((draft) => this.#book.lapse(draft, id, now));
      for (const id of due.timers) this.#commit((draft) => this.#book.fireTimer(draft, id, now));
      more = due.more;
    }
  }

  floor(): boolean {
    let moved = false;
    for (const id of this.orders) {
      const shipments = this.order(id)?.shipments ?? [];
      for (const shipment of shipments) {
        if (this.#fault !== NEVER && this.#dice() < 0.7) continue;
        if (this.#fault !== NEVER && this.#dice() < 0.2)
          this.#command(id, {
            type: "ShipShipment",
            shipmentId: shipment.id,
            tracking: { carrier: "dhl", service: "paket", trackingNumber: `OWN-${shipment.id}` },
          });
        for (const type of STEPS) moved = this.#command(id, { type, shipmentId: shipment.id }) || moved;
        if (this.#fault !== NEVER && this.#dice() < 0.1)
          this.#command(id, {
            type: "ReportShort",
            shipmentId: shipment.id,
            items: [{ line: 1, quantity: 1 }],
            reason: "empty",
          });
      }
    }
    return moved;
  }

  people(): void {
    const id = this.orders[Math.floor(this.#dice() * this.orders.length)];
    if (id === undefined) return;
    const [failed] = this.order(id)?.failedEffects ?? [];
    const roll = this.#dice();
    if (roll < 0.3) this.#command(id, { type: "CancelOrder", reason: "changed my mind" });
    else if (roll < 0.6) this.#command(id, { type: "ProvidePayment", method: "pm_other" });
    else if (failed !== undefined) this.#command(id, { type: "RetryEffect", effectId: failed as LeasedEffect["id"] });
  }

  /** No more faults: everything that is due is done, until only people can go on. Answers how often the clock moved. */
  settle(): number {
    this.#fault = NEVER;
    for (let turns = 0; ; turns += 1) {
      if (turns > 2_000) throw new Error("does not come to rest");
      while (this.queue.length > 0) this.consume();
      if (this.floor() || this.queue.length > 0) continue;
      const next = this.storage.nextDueAt();
      if (next === null) return turns;
      this.now = Math.max(this.now, next);
      this.ring();
    }
  }

  order(id: OrderId): Order | null {
    return this.storage.findOrder(id)?.order ?? null;
  }

  #command(orderId: OrderId, command: OrderCommand): boolean {
    const result = this.#commit((draft) => this.#book.execute(draft, { orderId, command, actor: ACTOR }, this.now));
    return result !== "lost" && result !== "absent" && result.ok;
  }

  /** One transaction of the ledger, which may die before it (nothing is stored) or after (nothing is sent). */
  #commit<Value>(job: (draft: LedgerDraft) => Value): Value | "lost" {
    const draft = new LedgerDraft(this.#leased);
    const fate = this.#fault();
    if (fate < 0.02) {
      this.#restart();
      return "lost";
    }
    const value = this.#durable.transactionSync(() => job(draft));
    if (fate < 0.04) {
      this.#restart();
      return "lost";
    }
    this.#leased = draft.leased;
    for (const leased of draft.outgoing) {
      if (this.#fault() > 0.04) this.queue.push(leased);
      if (this.#fault() < 0.04) this.queue.push(leased);
    }
    return value;
  }

  #restart(): void {
    this.#book = new LedgerBook(this.storage, this.#dice);
    this.#leased = this.storage.countLeased();
  }
}
