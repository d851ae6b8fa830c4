import {
  type EffectAttempt,
  type EffectView,
  type OrderJson,
  readOrder,
  writeOrder,
} from "../../src/contracts/ledger-rpc.ts";
import type { EffectId, OrderId } from "../../src/domain/ids.ts";
import type { Effect, Lane } from "../../src/domain/order/effects.ts";
import type { Actor, OrderEvent, RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { hasEnded } from "../../src/domain/order/state.ts";
import type { Outlet } from "./ledger-memory.ts";

/** An order as the ledger keeps it while it lives. */
export interface StoredOrder {
  order: Order;
  doc: OrderJson;
  fingerprint: string;
  /** Rises with every change that D1 has to see. */
  revision: number;
  /** Sequence of the newest event that D1 has. */
  projectedSequence: number;
}

/** An order as D1 gives it back. */
export interface ArchivedOrder {
  order: Order;
  revision: number;
  saga: readonly (EffectView & Partial<StoredEffect>)[];
}

/** An effect as the ledger keeps it: the outbox's row. */
export interface StoredEffect extends EffectView {
  /** Rises in the order in which the order's effects were called for. */
  position: number;
  failures: number;
  generationStartedAt: number;
  /** The last attempt that somebody took; 0 when none was. */
  claimed: number;
  /** How often it was leased since then without anybody taking it. */
  untaken: number;
  uncertain: boolean;
}

type OrderRow = { revision: number; projected_sequence: number; fingerprint: string; doc: OrderJson };
type EffectRow = {
  id: string;
  position: number;
  lane: string;
  status: string;
  attempt: number;
  failures: number;
  generation: number;
  generation_started_at: number;
  claimed: number;
  untaken: number;
  uncertain: number;
  due_at: number | null;
  created_at: number;
  settled_at: number | null;
  effect: string;
  attempts: string;
};

/** The ledger's tables, one small method per statement. All of it is synchronous, for use inside one transaction. */
export class LedgerStorage {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  findOrder(id: OrderId): StoredOrder | null {
    const [row] = this.#sql.exec<OrderRow>(
      "SELECT revision, projected_sequence, fingerprint, doc FROM orders WHERE id = ?",
      id,
    );
    if (!row) return null;
    const { fingerprint, revision, doc } = row;
    return { order: readOrder(doc), doc, fingerprint, revision, projectedSequence: row.projected_sequence };
  }

  findDoc(id: OrderId): OrderJson | null {
    const [row] = this.#sql.exec<{ doc: OrderJson }>("SELECT doc FROM orders WHERE id = ?", id);
    return row?.doc ?? null;
  }

  /** The fingerprint under which this order was placed, also long after it has left; null when it never was. */
  findFingerprint(id: OrderId): string | null {
    const [row] = this.#sql.exec<{ fingerprint: string }>(
      "SELECT fingerprint FROM orders WHERE id = ?1 UNION ALL SELECT fingerprint FROM archived WHERE id = ?1 LIMIT 1",
      id,
    );
    return row?.fingerprint ?? null;
  }

  /** `revisionInD1`: where the order came back from D1, which has all of it as of this revision. */
  insertOrder(
    order: Order,
    doc: OrderJson,
    fingerprint: string,
    timerAt: number | null,
    revisionInD1: number | null = null,
  ): void {
    this.#sql.exec(
      `INSERT INTO orders (id, version, revision, projected, projected_sequence, ended, timer_at, fingerprint, doc)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      order.id,
      order.version,
      revisionInD1 ?? order.version,
      revisionInD1 ?? 0,
      revisionInD1 === null ? 0 : order.version,
      Number(hasEnded(order)),
      timerAt,
      fingerprint,
      doc,
    );
  }

  updateOrder(order: Order, doc: OrderJson, revision: number, timerAt: number | null): void {
    this.#sql.exec(
      "UPDATE orders SET version = ?, revision = ?, ended = ?, timer_at = ?, doc = ? WHERE id = ?",
      order.version,
      revision,
      Number(hasEnded(order)),
      timerAt,
      doc,
      order.id,
    );
  }

  /** An effect of an ended order has changed: D1 has to see the saga again before the order may leave. */
  touchEnded(id: OrderId): boolean {
    return this.#sql.exec("UPDATE orders SET revision = revision + 1 WHERE id = ? AND ended = 1", id).rowsWritten > 0;
  }

  /** The primary key is order and sequence: a second writer of the same event fails here. */
  insertEvent({ orderId, sequence, at, actor, event }: RecordedEvent): void {
    this.#sql.exec(
      "INSERT INTO events (order_id, sequence, at, actor, data) VALUES (?, ?, ?, ?, ?)",
      orderId,
      sequence,
      at,
      JSON.stringify(actor),
      JSON.stringify(event),
    );
  }

  listEvents(id: OrderId, after = 0): RecordedEvent[] {
    return this.#sql
      .exec<{ sequence: number; at: number; actor: string; data: string }>(
        "SELECT sequence, at, actor, data FROM events WHERE order_id = ? AND sequence > ? ORDER BY sequence",
        id,
        after,
      )
      .toArray()
      .map(({ sequence, at, actor, data }) => ({
        orderId: id,
        sequence,
        at,
        actor: JSON.parse(actor) as Actor,
        event: JSON.parse(data) as OrderEvent,
      }));
  }

  insertEffect(effect: StoredEffect): void {
    this.#sql.exec(
      `INSERT INTO effects (id, position, lane, status, attempt, failures, generation, generation_started_at, claimed,
        untaken, uncertain, due_at, created_at, settled_at, effect, attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      effect.id,
      effect.position,
      effect.lane,
      effect.status,
      effect.attempt,
      effect.failures,
      effect.generation,
      effect.generationStartedAt,
      effect.claimed,
      effect.untaken,
      Number(effect.uncertain),
      effect.dueAt,
      effect.createdAt,
      effect.settledAt,
      JSON.stringify(effect.effect),
      JSON.stringify(effect.attempts),
    );
  }

  updateEffect(effect: StoredEffect): void {
    this.#sql.exec(
      `UPDATE effects SET status = ?, attempt = ?, failures = ?, generation = ?, generation_started_at = ?, claimed = ?,
        untaken = ?, uncertain = ?, due_at = ?, settled_at = ?, attempts = ? WHERE id = ?`,
      effect.status,
      effect.attempt,
      effect.failures,
      effect.generation,
      effect.generationStartedAt,
      effect.claimed,
      effect.untaken,
      Number(effect.uncertain),
      effect.dueAt,
      effect.settledAt,
      JSON.stringify(effect.attempts),
      effect.id,
    );
  }

  findEffect(id: EffectId): StoredEffect | null {
    const [row] = this.#sql.exec<EffectRow>("SELECT * FROM effects WHERE id = ?", id);
    return row ? effectFrom(row) : null;
  }

  /** The order's effects in the order in which they were called for. */
  listEffects(id: OrderId): StoredEffect[] {
    return this.#sql
      .exec<EffectRow>("SELECT * FROM effects WHERE id > ? AND id < ? ORDER BY position", `${id}:`, `${id};`)
      .toArray()
      .map(effectFrom);
  }

  isLaneBusy(id: OrderId, lane: Lane): boolean {
    const [row] = this.#sql.exec(
      "SELECT 1 FROM effects WHERE id > ? AND id < ? AND lane = ? AND settled_at IS NULL LIMIT 1",
      `${id}:`,
      `${id};`,
      lane,
    );
    return row !== undefined;
  }

  /** The effect that waits longest for its lane, if any. */
  firstBlocked(id: OrderId, lane: Lane): StoredEffect | null {
    const [row] = this.#sql.exec<EffectRow>(
      "SELECT * FROM effects WHERE id > ? AND id < ? AND lane = ? AND status = 'blocked' ORDER BY position LIMIT 1",
      `${id}:`,
      `${id};`,
      lane,
    );
    return row ? effectFrom(row) : null;
  }

  /** Effects to be sent now, oldest first. */
  listDue(outlet: Outlet, now: number, limit: number): StoredEffect[] {
    const isMessage = outlet === "notifications" ? 1 : 0;
    return this.#sql
      .exec<EffectRow>(
        "SELECT * FROM effects WHERE due_at <= ? AND status = 'due' AND (lane = 'notify') = ? ORDER BY due_at LIMIT ?",
        now,
        isMessage,
        limit,
      )
      .toArray()
      .map(effectFrom);
  }

  /** Effects whose lease has ended without an outcome, oldest first. */
  listLapsed(now: number, limit: number): EffectId[] {
    return this.#sql
      .exec<{ id: string }>(
        "SELECT id FROM effects WHERE due_at <= ? AND status = 'leased' ORDER BY due_at LIMIT ?",
        now,
        limit,
      )
      .toArray()
      .map(({ id }) => id as EffectId);
  }

  setDueAt(id: EffectId, at: number): void {
    this.#sql.exec("UPDATE effects SET due_at = ? WHERE id = ?", at, id);
  }

  setTimer(id: OrderId, at: number | null): void {
    this.#sql.exec("UPDATE orders SET timer_at = ? WHERE id = ?", at, id);
  }

  listTimersDue(now: number, limit: number): OrderId[] {
    return this.#sql
      .exec<{ id: string }>("SELECT id FROM orders WHERE timer_at <= ? ORDER BY timer_at LIMIT ?", now, limit)
      .toArray()
      .map(({ id }) => id as OrderId);
  }

  /** The next moment at which an effect or a timer is due. */
  nextDueAt(): number | null {
    const { at } = this.#sql
      .exec<{ at: number | null }>(
        `SELECT min(at) AS at FROM (SELECT min(due_at) AS at FROM effects WHERE due_at IS NOT NULL
          UNION ALL SELECT min(timer_at) FROM orders WHERE timer_at IS NOT NULL)`,
      )
      .one();
    return at;
  }

  listUnprojected(): OrderId[] {
    return this.#sql
      .exec<{ id: string }>("SELECT id FROM orders WHERE projected < revision")
      .toArray()
      .map(({ id }) => id as OrderId);
  }

  /** Records what D1 has acknowledged; never goes back. */
  markProjected(acknowledged: readonly { id: OrderId; revision: number; sequence: number }[]): void {
    this.#sql.exec(
      `UPDATE orders SET projected = max(projected, a.revision), projected_sequence = max(projected_sequence, a.sequence)
        FROM (SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.revision') AS revision,
          json_extract(value, '$.sequence') AS sequence FROM json_each(?)) a
        WHERE orders.id = a.id`,
      JSON.stringify(acknowledged),
    );
  }

  /** Whether the order has ended, D1 has its current version, and no effect or timer is open. */
  mayLeave(id: OrderId): boolean {
    const [row] = this.#sql.exec(
      `SELECT 1 FROM orders WHERE id = ?1 AND ended = 1 AND projected = revision AND timer_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM effects WHERE id > ?2 AND id < ?3 AND settled_at IS NULL)`,
      id,
      `${id}:`,
      `${id};`,
    );
    return row !== undefined;
  }

  /** Removes an order that may leave; what stays is its id with the fingerprint of its body. */
  archive(id: OrderId): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO archived (id, fingerprint) SELECT id, fingerprint FROM orders WHERE id = ?",
      id,
    );
    this.#sql.exec("DELETE FROM orders WHERE id = ?", id);
    this.#sql.exec("DELETE FROM events WHERE order_id = ?", id);
    this.#sql.exec("DELETE FROM effects WHERE id > ? AND id < ?", `${id}:`, `${id};`);
  }

  /** Takes an order back that had left: all of it is in D1, and all its effects have their outcomes. */
  restore({ order, revision, saga }: ArchivedOrder, fingerprint: string, events: readonly RecordedEvent[]): void {
    this.insertOrder(order, writeOrder(order), fingerprint, null, revision);
    for (const event of events) this.insertEvent(event);
    for (const [index, effect] of saga.entries())
      // What was projected is the whole row, although readers of D1 see less of it.
      this.insertEffect({
        position: index + 1,
        failures: 0,
        generationStartedAt: effect.createdAt,
        claimed: effect.attempt,
        untaken: 0,
        uncertain: false,
        ...effect,
      });
  }

  /** How many effects of each queue are leased. */
  countLeased(): Record<Outlet, number> {
    return this.#sql
      .exec<Record<Outlet, number>>(
        `SELECT count(*) - total(lane = 'notify') AS effects, total(lane = 'notify') AS notifications
        FROM effects WHERE due_at IS NOT NULL AND status = 'leased'`,
      )
      .one();
  }

  counts(now: number): { liveOrders: number; openEffects: number; leasedEffects: number; oldestDueAt: number | null } {
    return this.#sql
      .exec<{ liveOrders: number; openEffects: number; leasedEffects: number; oldestDueAt: number | null }>(
        `SELECT (SELECT count(*) FROM orders) AS liveOrders,
          (SELECT count(*) FROM effects WHERE due_at IS NOT NULL) AS openEffects,
          (SELECT count(*) FROM effects WHERE due_at IS NOT NULL AND status = 'leased') AS leasedEffects,
          (SELECT min(due_at) FROM effects WHERE due_at <= ?) AS oldestDueAt`,
        now,
      )
      .one();
  }
}

function effectFrom(row: EffectRow): StoredEffect {
  const effect = JSON.parse(row.effect) as Effect;
  return {
    id: row.id as EffectId,
    position: row.position,
    kind: effect.kind,
    lane: row.lane as Lane,
    effect,
    status: row.status as EffectView["status"],
    attempt: row.attempt,
    failures: row.failures,
    generation: row.generation,
    generationStartedAt: row.generation_started_at,
    claimed: row.claimed,
    untaken: row.untaken,
    uncertain: row.uncertain === 1,
    createdAt: row.created_at,
    dueAt: row.due_at,
    settledAt: row.settled_at,
    attempts: JSON.parse(row.attempts) as EffectAttempt[],
  };
}
