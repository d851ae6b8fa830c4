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
  {
    // A table with a row id and a primary key of text beside it is two written rows for each of ours.
    name: "without-row-ids",
    sql: `
      CREATE TABLE events_by_order (
        order_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (order_id, sequence)
      ) WITHOUT ROWID;
      INSERT INTO events_by_order SELECT order_id, sequence, at, actor, data FROM events;
      DROP TABLE events;
      ALTER TABLE events_by_order RENAME TO events;
      CREATE TABLE effects_by_id (
        id TEXT PRIMARY KEY,
        -- The order in which the effects of an order were called for.
        position INTEGER NOT NULL,
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
      ) WITHOUT ROWID;
      INSERT INTO effects_by_id SELECT id,
        row_number() OVER (PARTITION BY substr(id, 1, instr(id, ':')) ORDER BY rowid),
        lane, status, attempt, failures, generation, generation_started_at, claimed, uncertain, due_at, created_at,
        settled_at, effect, attempts FROM effects;
      DROP TABLE effects;
      ALTER TABLE effects_by_id RENAME TO effects;
      CREATE INDEX effects_due ON effects (due_at) WHERE due_at IS NOT NULL;
    `,
  },
  {
    // What callers have had done once: the order was at this version when it was. Kept for ever, as the order ids are.
    name: "deeds",
    sql: `
      CREATE TABLE deeds (
        key TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        order_id TEXT NOT NULL,
        version INTEGER NOT NULL
      ) WITHOUT ROWID;
    `,
  },
  {
    // Before this, only some kinds said that an attempt was taken: every attempt so far may have been made.
    name: "untaken-leases",
    sql: `
      ALTER TABLE effects ADD COLUMN untaken INTEGER NOT NULL DEFAULT 0;
      UPDATE effects SET claimed = attempt WHERE claimed < attempt;
    `,
  },
];
