import { type ProjectedOrder, projectOrders } from "../../src/db/orders/projection.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import { hasEnded } from "../../src/domain/order/state.ts";
import { logError } from "../../src/platform/log.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import type { LedgerStorage } from "./ledger-storage.ts";

/** Orders in one write, and lines in all: bounded by D1's limit on a parameter, and by how long a ledger may think. */
const AT_ONCE = 200;
const LINES_AT_ONCE = 600;
/** D1 away must not hold the ledger's alarm. */
const LIMIT_MS = 10_000;

export interface Acknowledged {
  id: OrderId;
  revision: number;
  sequence: number;
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
  readonly #dirty: Set<OrderId>;
  /** Fewer after a failure, so that an order that D1 does not take holds up few others, and in the end none. */
  #atOnce = AT_ONCE;

  constructor(storage: LedgerStorage, env: { SHARD_MAP: string }) {
    this.#storage = storage;
    this.#env = env;
    this.#dirty = new Set(storage.listUnprojected());
  }

  get pending(): number {
    return this.#dirty.size;
  }

  add(ids: Iterable<OrderId>): void {
    for (const id of ids) this.#dirty.add(id);
  }

  /** Writes what D1 has not seen, a bounded number at a time. Throws when D1 does; what failed stays pending. */
  async write(): Promise<Acknowledged[]> {
    const ids: OrderId[] = [];
    const byDatabase = new Map<D1Database, ProjectionRow[]>();
    let lines = 0;
    for (const id of this.#dirty) {
      if (ids.length >= this.#atOnce || lines >= LINES_AT_ONCE) break;
      this.#dirty.delete(id);
      const row = this.#readOrSkip(id);
      if (row === null) continue;
      ids.push(id);
      lines += row.projected.order.lines.length;
      const database = databaseOf(this.#env, id);
      byDatabase.set(database, [...(byDatabase.get(database) ?? []), row]);
    }
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
      this.add(ids.filter((id) => !seen.has(id)));
      if (acknowledged.length === 0) throw failed.reason;
    }
    return acknowledged;
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
    const { order, revision, projectedSequence } = stored;
    return {
      projected: {
        order,
        revision,
        events: this.#storage.listEvents(id, projectedSequence),
        saga: hasEnded(order) ? this.#storage.listEffects(id) : null,
      },
      acknowledged: { id, revision, sequence: order.version },
    };
  }
}
