import type { LevelView } from "../../src/contracts/level-rpc.ts";
import type { StockAlert } from "../../src/contracts/messages.ts";
import type { ReservationId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type {
  CommandName,
  CountTaken,
  LevelState,
  MovementKind,
  Reservation,
  ReservationStatus,
  StockMovement,
} from "../../src/domain/inventory-level.ts";
import type { Transfer } from "../../src/domain/inventory-level/transfers.ts";
import { applyStorageMigrations, isStorageMigrated } from "../storage-migrations.ts";
import { DeedRows } from "./deed-rows.ts";
import type { ExpiryChange } from "./expiry-calendar.ts";
import { setClockBack } from "./set-clock-back.ts";
import { LEVEL_STORAGE_MIGRATIONS } from "./storage-migrations.ts";
import { TransferRows } from "./transfer-rows.ts";
import { WaiterRows } from "./waiter-rows.ts";

/** An alert that the queue has not acknowledged. The sequence of its level and its kind are its name. */
export interface PendingAlert {
  alert: StockAlert;
  level: LevelView;
}

/** What the rows of a level come to. */
export interface StoredLevel {
  /** Settled at `clock`. */
  state: LevelState;
  /** What has not run out at `clock`. */
  holds: ExpiryChange[];
  /** The latest moment that any row tells of. Time never runs back behind it, so a settled hold stays settled. */
  clock: number;
  /** Those for which something is still to be done. */
  transfers: Transfer[];
  publishedSequence: number;
  alerts: PendingAlert[];
}

/** How long an ended reservation keeps its id from being used again. */
export const TOMBSTONE_MS = 24 * 60 * 60_000;

type LevelRow = {
  sku: string;
  warehouse_id: string;
  settings_version: number;
  safety_stock: number;
  reorder_point: number;
  channel_buffers: string;
  count_as_of: number | null;
  count_quantity: number | null;
  count_by: string;
  count_ref: string | null;
  count_drift: number | null;
  sequence: number;
  published_sequence: number;
  clock: number;
};

type ReservationRow = {
  id: string;
  quantity: number;
  asked: number;
  status: string;
  expires_at: number | null;
  channel: string;
  claimed_by: string | null;
  claim_line: number | null;
  claim_attempt: string | null;
  former_expires_at: number | null;
  buyer: string | null;
  created_at: number;
  changed_at: number;
};

type MovementRow = {
  sequence: number;
  kind: string;
  delta: number;
  balance: number;
  named_by: string;
  ref: string;
  transfer: string | null;
  reason: string;
  occurred_at: number;
  recorded_at: number;
};

const RESERVATION_COLUMNS =
  "id, quantity, asked, status, expires_at, channel, claimed_by, claim_line, claim_attempt, former_expires_at, buyer, created_at, changed_at";
const MOVEMENT_COLUMNS = "sequence, kind, delta, balance, named_by, ref, transfer, reason, occurred_at, recorded_at";

/** The rows of one level. Synchronous throughout; what belongs together is the caller's transaction. */
export class LevelStorage {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly transfers: TransferRows;
  readonly deeds: DeedRows;
  readonly waiters: WaiterRows;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.transfers = new TransferRows(storage.sql);
    this.deeds = new DeedRows(storage.sql);
    this.waiters = new WaiterRows(storage.sql);
  }

  /** What is stored, or null (and nothing written) when the level was only ever read. */
  load(): StoredLevel | null {
    if (!isStorageMigrated(this.#storage)) return null;
    this.migrate();
    const [level] = this.#sql.exec<LevelRow>("SELECT * FROM level").toArray();
    const [last] = this.#sql
      .exec<{ sequence: number; balance: number; recorded_at: number; level_sequence: number }>(
        "SELECT sequence, balance, recorded_at, level_sequence FROM movement ORDER BY sequence DESC LIMIT 1",
      )
      .toArray();
    if (level === undefined || last === undefined) return null;
    const sums = this.#sql
      .exec<{ sequence: number; changed_at: number; allocated: number }>(
        `SELECT COALESCE(MAX(sequence), 0) AS sequence, COALESCE(MAX(changed_at), 0) AS changed_at,
           COALESCE(SUM(CASE WHEN status = 'ALLOCATED' THEN quantity END), 0) AS allocated FROM reservation`,
      )
      .one();
    const clock = Math.max(level.clock, last.recorded_at, sums.changed_at);
    const holds = this.#sql
      .exec<{ expiresAt: number; units: number }>(
        `SELECT expires_at AS expiresAt, SUM(quantity) AS units FROM reservation
         WHERE status = 'HELD' AND expires_at > ? GROUP BY expires_at ORDER BY expires_at`,
        clock,
      )
      .toArray();
    const transfers = this.transfers.open();
    return {
      state: {
        sku: level.sku as Sku,
        warehouseId: level.warehouse_id as WarehouseId,
        onHand: last.balance,
        held: holds.reduce((sum, { units }) => sum + units, 0),
        allocated: sums.allocated,
        inTransit: transfers.reduce(
          (sum, { state, quantity }) => sum + (state.kind === "in_transit" ? quantity : 0),
          0,
        ),
        safetyStock: level.safety_stock,
        reorderPoint: level.reorder_point,
        channelBuffers: JSON.parse(level.channel_buffers) as Record<string, number>,
        settingsVersion: level.settings_version,
        sequence: Math.max(level.sequence, last.level_sequence, sums.sequence),
        lastMovement: last.sequence,
        lastCount: countFrom(level),
        waiters: this.waiters.all(),
      },
      holds,
      clock,
      transfers,
      publishedSequence: level.published_sequence,
      alerts: this.#sql
        .exec<{ alert: string; level: string }>("SELECT alert, level FROM alert ORDER BY sequence, alert")
        .toArray()
        .map(({ alert, level: view }) => ({ alert: alert as StockAlert, level: JSON.parse(view) as LevelView })),
    };
  }

  setClockBack(now: number, from: number): void {
    setClockBack(this.#sql, now, from);
  }

  /** Makes the tables, or brings them up to date. */
  migrate(): void {
    applyStorageMigrations(this.#storage, LEVEL_STORAGE_MIGRATIONS);
  }

  /** Writes the level's own row; it is stale in what other rows tell newer (`sequence`, `clock`), and that is fine. */
  writeLevel(state: LevelState, publishedSequence: number, clock: number): void {
    const { lastCount } = state;
    this.#sql.exec(
      `INSERT INTO level (id, sku, warehouse_id, settings_version, safety_stock, reorder_point, channel_buffers,
         count_as_of, count_quantity, count_by, count_ref, count_drift, sequence, published_sequence, clock)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET settings_version = excluded.settings_version, safety_stock = excluded.safety_stock,
         reorder_point = excluded.reorder_point, channel_buffers = excluded.channel_buffers,
         count_as_of = excluded.count_as_of, count_quantity = excluded.count_quantity, count_by = excluded.count_by, count_ref = excluded.count_ref,
         count_drift = excluded.count_drift, sequence = excluded.sequence,
         published_sequence = excluded.published_sequence, clock = excluded.clock`,
      state.sku,
      state.warehouseId,
      state.settingsVersion,
      state.safetyStock,
      state.reorderPoint,
      JSON.stringify(state.channelBuffers),
      lastCount?.asOf ?? null,
      lastCount?.quantity ?? null,
      lastCount?.by ?? "",
      lastCount?.ref ?? null,
      lastCount?.drift ?? null,
      state.sequence,
      publishedSequence,
      clock,
    );
  }

  reservation(id: ReservationId): Reservation | null {
    const [row] = this.#sql
      .exec<ReservationRow>(`SELECT ${RESERVATION_COLUMNS} FROM reservation WHERE id = ?`, id)
      .toArray();
    return row === undefined ? null : reservationFrom(row);
  }

  /** `sequence` is the level's after the change: the highest stored one is where a restarted level goes on. */
  insertReservation(reservation: Reservation, sequence: number): void {
    this.#sql.exec(
      `INSERT INTO reservation (${RESERVATION_COLUMNS}, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      reservation.id,
      reservation.quantity,
      reservation.asked,
      reservation.status,
      reservation.expiresAt,
      reservation.channel,
      reservation.claim?.owner ?? null,
      reservation.claim?.line ?? null,
      reservation.claim?.attempt ?? null,
      reservation.claim?.formerExpiresAt ?? null,
      reservation.buyer ?? null,
      reservation.createdAt,
      reservation.changedAt,
      sequence,
    );
  }

  updateReservation(reservation: Reservation, sequence: number): void {
    this.#sql.exec(
      `UPDATE reservation SET quantity = ?, status = ?, expires_at = ?, claimed_by = ?, claim_line = ?, claim_attempt = ?,
         former_expires_at = ?, buyer = ?, changed_at = ?, sequence = ? WHERE id = ?`,
      reservation.quantity,
      reservation.status,
      reservation.expiresAt,
      reservation.claim?.owner ?? null,
      reservation.claim?.line ?? null,
      reservation.claim?.attempt ?? null,
      reservation.claim?.formerExpiresAt ?? null,
      reservation.buyer ?? null,
      reservation.changedAt,
      sequence,
      reservation.id,
    );
  }

  /** Units that are held for the buyer at `now` and not paid yet. */
  unpaidUnits(buyer: string, now: number): number {
    return this.#sql
      .exec<{ units: number }>(
        `SELECT COALESCE(SUM(quantity), 0) AS units FROM reservation
         WHERE buyer = ? AND status = 'HELD' AND expires_at > ?`,
        buyer,
        now,
      )
      .one().units;
  }

  /** Reservations that count at `now`, newest first. */
  liveReservations(now: number): Reservation[] {
    return this.#sql
      .exec<ReservationRow>(
        `SELECT ${RESERVATION_COLUMNS} FROM reservation WHERE status = 'ALLOCATED' OR (status = 'HELD' AND expires_at > ?)
         ORDER BY created_at DESC, sequence DESC`,
        now,
      )
      .toArray()
      .map(reservationFrom);
  }

  /** Forgets reservations that ended a day ago and deeds whose time has come, and answers when the next ones will have; null when none are left. */
  purge(now: number): number | null {
    this.#sql.exec(`DELETE FROM reservation WHERE ${ENDED_AT} <= ?`, now - TOMBSTONE_MS);
    this.deeds.purge(now);
    return this.nextForgetAt();
  }

  /** When the first reservation or deed is to be forgotten; null when there are none. */
  nextForgetAt(): number | null {
    const { ended } = this.#sql
      .exec<{ ended: number | null }>(`SELECT MIN(${ENDED_AT}) AS ended FROM reservation`)
      .one();
    const dueAts = [ended === null ? null : ended + TOMBSTONE_MS, this.deeds.nextForgetAt()].filter(
      (at) => at !== null,
    );
    return dueAts.length === 0 ? null : Math.min(...dueAts);
  }

  appendMovement(movement: StockMovement, levelSequence: number): void {
    this.#sql.exec(
      `INSERT INTO movement (${MOVEMENT_COLUMNS}, level_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      movement.sequence,
      movement.kind,
      movement.delta,
      movement.balance,
      movement.by,
      movement.ref,
      movement.transfer,
      movement.reason,
      movement.occurredAt,
      movement.recordedAt,
      levelSequence,
    );
  }

  /**
   * The first movement under the name: a drift entry that it called for comes after it. What came from a transfer has
   * its name from another level, and one whose author was not kept belongs to everybody.
   */
  movementByName({ by, ref }: CommandName): StockMovement | null {
    const [row] = this.#sql
      .exec<MovementRow>(
        `SELECT ${MOVEMENT_COLUMNS} FROM movement WHERE ref = ? AND named_by IN (?, '')
           AND (transfer IS NULL OR kind = 'transfer_out') ORDER BY sequence LIMIT 1`,
        ref,
        by,
      )
      .toArray();
    return row === undefined ? null : movementFrom(row);
  }

  /** The sum of the movements that occurred after `asOf`, the opening left out. */
  movedSince(asOf: number): number {
    let sum = 0;
    // Nothing is recorded before it occurs, so from the end back to `asOf` is far enough, and needs no index.
    const rows = this.#sql.exec<{ kind: string; delta: number; occurred_at: number; recorded_at: number }>(
      "SELECT kind, delta, occurred_at, recorded_at FROM movement ORDER BY sequence DESC",
    );
    for (const row of rows) {
      if (row.recorded_at <= asOf) break;
      if (row.occurred_at > asOf && row.kind !== "opening") sum += row.delta;
    }
    return sum;
  }

  /** Newest first. */
  movements(before: number, limit: number): StockMovement[] {
    return this.#sql
      .exec<MovementRow>(
        `SELECT ${MOVEMENT_COLUMNS} FROM movement WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
        before,
        limit,
      )
      .toArray()
      .map(movementFrom);
  }

  addAlert({ alert, level }: PendingAlert): void {
    this.#sql.exec(
      "INSERT INTO alert (sequence, alert, level) VALUES (?, ?, ?)",
      level.sequence,
      alert,
      JSON.stringify(level),
    );
  }

  removeAlert({ alert, level }: PendingAlert): void {
    this.#sql.exec("DELETE FROM alert WHERE sequence = ? AND alert = ?", level.sequence, alert);
  }
}

/** When the reservation's row may go; not while it is allocated. */
export function forgetAt({ changedAt, expiresAt }: Reservation): number {
  return Math.max(changedAt, expiresAt ?? 0) + TOMBSTONE_MS;
}

/** When a reservation ended or will by itself; null while it is allocated. A late hold is refused until it would have run out. */
const ENDED_AT =
  "CASE status WHEN 'HELD' THEN expires_at WHEN 'ALLOCATED' THEN NULL ELSE MAX(changed_at, COALESCE(expires_at, 0)) END";

function countFrom(row: LevelRow): CountTaken | null {
  const { count_as_of: asOf, count_quantity: quantity, count_by: by, count_ref: ref, count_drift: drift } = row;
  if (asOf === null || quantity === null || ref === null || drift === null) return null;
  return { asOf, quantity, by, ref, drift };
}

function reservationFrom(row: ReservationRow): Reservation {
  const { claimed_by: owner, claim_line: line, claim_attempt: attempt, former_expires_at: formerExpiresAt } = row;
  return {
    id: row.id as ReservationId,
    quantity: row.quantity,
    asked: row.asked,
    status: row.status as ReservationStatus,
    expiresAt: row.expires_at,
    channel: row.channel,
    ...(row.buyer !== null && { buyer: row.buyer }),
    claim: owner === null || formerExpiresAt === null ? null : { owner, line, attempt, formerExpiresAt },
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

function movementFrom(row: MovementRow): StockMovement {
  return {
    sequence: row.sequence,
    kind: row.kind as MovementKind,
    delta: row.delta,
    balance: row.balance,
    by: row.named_by,
    ref: row.ref,
    transfer: row.transfer,
    reason: row.reason,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  };
}
