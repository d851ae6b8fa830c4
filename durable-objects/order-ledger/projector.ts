import { type ProjectedOrder, projectOrders } from "../../src/db/orders/projection.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import { hasEnded } from "../../src/domain/order/state.ts";
import { logError } from "../../src/platform/log.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import type { LedgerStorage } from "./ledger-storage.ts";
import { type OrderChange, OrderChanges } from "./order-changes.ts";

/** Orders in one write, and lines in all: bounded by D1's limit on a parameter, and by how long a ledger may think. */
const AT_ONCE = 200;
const LINES_AT_ONCE = 600;
/** While D1 is away, changes beyond so many are read from storage once it is back. */
const KEPT_IN_MEMORY = 1_000;
/** A D1 that does not answer must not stop what comes after. */
const LIMIT_MS = 10_000;

export interface Acknowledged {
  id: OrderId;
  revision: number;
  sequence: number;
  /** The order has ended, so that it may be time for it to leave. */
  ended: boolean;
}

interface ProjectionRow {
  projected: ProjectedOrder;
  acknowledged: Acknowledged;
}

/**
 * Shows D1 what has changed. Knows which orders D1 has not seen; what is written is acknowledged by the caller in a
 * transaction of its own, so that a crash in between only writes it again.
 */
export class Projector {
  readonly #storage: LedgerStorage;
  readonly #env: { SHARD_MAP: string };
  readonly #dirty: OrderChanges;
  /** Fewer after a failure, so that an order that D1 does not take holds up few others, and in the end none. */
  #atOnce = AT_ONCE;

  constructor(storage: LedgerStorage, env: { SHARD_MAP: string }) {
    this.#storage = storage;
    this.#env = env;
    this.#dirty = new OrderChanges(storage.listUnprojected().map((id) => [id, null]));
  }

  get pending(): number {
    return this.#dirty.size;
  }

  add(changes: OrderChanges): void {
    for (const [id, change] of changes) {
      if (change === null || this.#dirty.size >= KEPT_IN_MEMORY) this.#dirty.addUnread(id);
      else this.#dirty.add(id, change);
    }
  }

  /**
   * Writes what D1 has not seen, a bounded number at a time. Answers at how many orders it looked, and what D1 has now.
   * Throws when D1 does; what failed stays pending.
   */
  async write(): Promise<{ looked: number; acknowledged: Acknowledged[] }> {
    const before = this.#dirty.size;
    const ids: OrderId[] = [];
    const byDatabase = new Map<D1Database, ProjectionRow[]>();
    let lines = 0;
    for (const [id, change] of this.#dirty) {
      if (ids.length >= this.#atOnce || lines >= LINES_AT_ONCE) break;
      this.#dirty.delete(id);
      const row = change === null ? this.#readOrSkip(id) : this.#row(change);
      if (row === null) continue;
      ids.push(id);
      lines += row.projected.order.lines.length;
      const database = databaseOf(this.#env, id);
      const rows = byDatabase.get(database);
      if (rows === undefined) byDatabase.set(database, [row]);
      else rows.push(row);
    }
    const looked = before - this.#dirty.size;
    const written = await Promise.allSettled(
      [...byDatabase].map(async ([database, rows]) => {
        await withinLimit(
          projectOrders(
            database,
            rows.map(({ projected }) => projected),
          ),
          LIMIT_MS,
          "D1",
        );
        return rows.map(({ acknowledged }) => acknowledged);
      }),
    );
    const acknowledged = written.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    const failed = written.find((result) => result.status === "rejected");
    this.#atOnce = failed ? Math.max(1, Math.floor(this.#atOnce / 4)) : Math.min(AT_ONCE, this.#atOnce * 2);
    if (failed) {
      const seen = new Set(acknowledged.map(({ id }) => id));
      for (const id of ids) if (!seen.has(id)) this.#dirty.addUnread(id);
      if (acknowledged.length === 0) throw failed.reason;
    }
    return { looked, acknowledged };
  }

  /** An order that can't be read must not keep the others from D1; it is tried again when it changes. */
  #readOrSkip(id: OrderId): ProjectionRow | null {
    try {
      return this.#read(id);
    } catch (error) {
      logError("order_unreadable", error, { orderId: id });
      return null;
    }
  }

  #read(id: OrderId): ProjectionRow | null {
    const stored = this.#storage.findOrder(id);
    if (stored === null) return null;
    const events = this.#storage.listEvents(id, stored.projectedSequence);
    return this.#row({ ...stored, events, parts: { lines: true, shipments: true, payments: true, returns: true } });
  }

  #row({ order, doc, revision, events, parts }: OrderChange): ProjectionRow {
    const ended = hasEnded(order);
    const saga = ended ? this.#storage.listEffects(order.id) : null;
    return {
      projected: { order, doc, revision, events, changed: parts, saga },
      acknowledged: { id: order.id, revision, sequence: order.version, ended },
    };
  }
}
