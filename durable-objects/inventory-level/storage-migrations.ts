import type { StorageMigration } from "../storage-migrations.ts";

/**
 * Append only. Written for few written rows: a hold is one row (its table is its own index), and the totals are in
 * no row at all, because the sums over the reservations and the last movement's balance give them back.
 */
export const LEVEL_STORAGE_MIGRATIONS: readonly StorageMigration[] = [
  {
    name: "0001-level",
    sql: `
CREATE TABLE level (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sku TEXT NOT NULL,
  warehouse_id TEXT NOT NULL,
  settings_version INTEGER NOT NULL,
  safety_stock INTEGER NOT NULL,
  reorder_point INTEGER NOT NULL,
  channel_buffers TEXT NOT NULL,
  count_as_of INTEGER,
  count_quantity INTEGER,
  count_ref TEXT,
  count_drift INTEGER,
  sequence INTEGER NOT NULL,
  published_sequence INTEGER NOT NULL,
  clock INTEGER NOT NULL
);
CREATE TABLE reservation (
  id TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  status TEXT NOT NULL,
  expires_at INTEGER,
  channel TEXT NOT NULL,
  claimed_by TEXT,
  former_expires_at INTEGER,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sequence INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE movement (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  delta INTEGER NOT NULL,
  balance INTEGER NOT NULL,
  ref TEXT NOT NULL,
  reason TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  level_sequence INTEGER NOT NULL
);
CREATE INDEX movement_ref ON movement (ref);
CREATE TABLE alert (
  sequence INTEGER NOT NULL,
  alert TEXT NOT NULL,
  level TEXT NOT NULL,
  PRIMARY KEY (sequence, alert)
) WITHOUT ROWID;`,
  },
  {
    // Whose attempt a claim of before was is not known: it counts as shared, and runs out by itself.
    name: "0002-claim-attempt",
    sql: "ALTER TABLE reservation ADD COLUMN claim_attempt TEXT",
  },
  {
    name: "0003-waiters",
    sql: `
CREATE TABLE waiter (
  owner TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;`,
  },
  {
    // Who waits from before says so again within minutes, and then with its channel.
    name: "0004-waiter-channel",
    sql: "ALTER TABLE waiter ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
  },
  {
    // Which line a claim of before is for is not known: it may be any line's of its order.
    name: "0005-claim-line",
    sql: "ALTER TABLE reservation ADD COLUMN claim_line INTEGER",
  },
  {
    // Movements of before belong to whoever names them; transfers of before have both of their halves or a deviation.
    name: "0006-transfers-and-deeds",
    sql: `
ALTER TABLE movement ADD COLUMN named_by TEXT NOT NULL DEFAULT '';
ALTER TABLE movement ADD COLUMN transfer TEXT;
ALTER TABLE level ADD COLUMN count_by TEXT NOT NULL DEFAULT '';
CREATE TABLE transfer (
  id TEXT PRIMARY KEY,
  named_by TEXT NOT NULL,
  ref TEXT NOT NULL,
  target TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  left_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  due_at INTEGER,
  told TEXT
) WITHOUT ROWID;
CREATE INDEX transfer_due ON transfer (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE arrival (
  transfer TEXT PRIMARY KEY,
  decision TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE deed (
  key TEXT NOT NULL,
  row INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  forget_at INTEGER,
  PRIMARY KEY (key, row)
) WITHOUT ROWID;
CREATE INDEX deed_forget ON deed (forget_at) WHERE forget_at IS NOT NULL;`,
  },
  {
    // Holds from before count for nobody's limit. The index has only what is held for a buyer and not paid yet.
    name: "0007-buyer",
    sql: `
ALTER TABLE reservation ADD COLUMN buyer TEXT;
CREATE INDEX reservation_buyer ON reservation (buyer) WHERE buyer IS NOT NULL AND status = 'HELD';`,
  },
];
