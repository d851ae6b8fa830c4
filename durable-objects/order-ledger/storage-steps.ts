import type { StorageMigration } from "../storage-migrations.ts";

/** The storage of OrderLedger, step by step; append only. */
export const LEDGER_STORAGE: readonly StorageMigration[] = [
  {
    name: "orders-events-effects",
    sql: `
      CREATE TABLE orders (
        id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        -- Rises with every change that D1 has to see, effects included; projected is the revision that D1 has.
        revision INTEGER NOT NULL,
        projected INTEGER NOT NULL,
        projected_sequence INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        timer_at INTEGER,
        fingerprint TEXT NOT NULL,
        doc TEXT NOT NULL
      );
      CREATE INDEX orders_timer ON orders (timer_at) WHERE timer_at IS NOT NULL;
      CREATE TABLE events (
        order_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (order_id, sequence)
      );
      -- id is orderId:sequence:kind[:n], so the effects of an order are one range of the primary key.
      CREATE TABLE effects (
        id TEXT PRIMARY KEY,
        lane TEXT NOT NULL,
        status TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        generation_started_at INTEGER NOT NULL,
        claimed INTEGER NOT NULL,
        uncertain INTEGER NOT NULL,
        due_at INTEGER,
        created_at INTEGER NOT NULL,
        settled_at INTEGER,
        effect TEXT NOT NULL,
        attempts TEXT NOT NULL
      );
      CREATE INDEX effects_due ON effects (due_at) WHERE due_at IS NOT NULL;
      -- Every order that has left for D1, so that its id can never be given to another.
      CREATE TABLE archived (id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
];
