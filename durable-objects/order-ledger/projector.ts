import { type ProjectedOrder, projectOrders } from "../../src/db/orders/projection.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import { hasEnded } from "../../src/domain/order/state.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import type { LedgerStorage } from "./ledger-storage.ts";

/** Orders in one write: bounded by D1's limit on a parameter, and by how long a ledger may think. */
const AT_ONCE = 200;
/** D1 away must not hold the ledger's alarm. */
const LIMIT_MS = 10_000;

export interface Acknowledged {
  id: OrderId;
  revision: number;
  sequence: number;
}

/**
 * Shows D1 what has changed. Knows which orders D1 has not seen; what is written is acknowledged by the caller in a
 * transaction of its own, so that a crash in between only writes it again.
 */
export class Projector {
  readonly #storage: LedgerStorage;
  readonly #env: { SHARD_MAP: string };
  readonly #dirty: Set<OrderId>;

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
    const ids = [...this.#dirty].slice(0, AT_ONCE);
    for (const id of ids) this.#dirty.delete(id);
    const byDatabase = new Map<D1Database, { projected: ProjectedOrder; acknowledged: Acknowledged }[]>();
    for (const id of ids) {
      const row = this.#read(id);
      if (row === null) continue;
      const database = databaseOf(this.#env, id);
      byDatabase.set(database, [...(byDatabase.get(database) ?? []), row]);
    }
    const written = await Promise.allSettled(
      [...byDatabase].map(async ([database, rows]) => {
        await withinLimit(projectOrders(database, rows.map(({ projected }) => projected)), LIMIT_MS, "D1");
        return rows.map(({ acknowledged }) => acknowledged);
      }),
    );
    const acknowledged = written.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    const failed = written.find((result) => result.status === "rejected");
    if (failed) {
      const seen = new Set(acknowledged.map(({ id }) => id));
      this.add(ids.filter((id) => !seen.has(id)));
      if (acknowledged.length === 0) throw failed.reason;
    }
    return acknowledged;
  }

  #read(id: OrderId): { projected: ProjectedOrder; acknowledged: Acknowledged } | null {
    const stored = this.#storage.findOrder(id);
    if (stored === null) return null;
    const { order, revision, projectedSequence } = stored;
    return {
      projected: {
        order,
        events: this.#storage.listEvents(id, projectedSequence),
        saga: hasEnded(order) ? this.#storage.listEffects(id) : null,
      },
      acknowledged: { id, revision, sequence: order.version },
    };
  }
}
