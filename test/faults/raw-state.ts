import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EffectAttempt } from "../../src/contracts/ledger-rpc.ts";
import type { DeviationKind } from "../../src/domain/deviation.ts";
import type { EffectId, OrderId, ReservationId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { MovementKind, ReservationStatus } from "../../src/domain/inventory-level.ts";
import { type Effect, orderOfEffect } from "../../src/domain/order/effects.ts";
import type { Actor, OrderEvent, RecordedEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { readBooks } from "./raw-books.ts";
import {
  API_WORKER,
  filesOf,
  json,
  maybeNumber,
  maybeText,
  number,
  OBJECT_FILE,
  RawFile,
  type Row,
  text,
} from "./raw-file.ts";
import type { RawEffect, RawLedger, RawLevel, RawListing, RawOps, RawState } from "./raw-rows.ts";

/** When the alarm of each object of a class rings, by the object's id. */
function alarmsOf(stateDir: string, className: string): Map<string, number> {
  const path = join(stateDir, "v3/do", `${API_WORKER}-${className}`, "metadata.sqlite");
  if (!existsSync(path)) return new Map();
  // The runtime keeps nanoseconds, which are more than a number holds exactly.
  return RawFile.read(path, (file) => {
    const rows = file.rows(
      "SELECT actor_id, scheduled_time / 1000000 AS at FROM _cf_ALARM WHERE scheduled_time IS NOT NULL",
    );
    return new Map(rows.map((row) => [text(row, "actor_id"), number(row, "at")]));
  });
}

function objectIdOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".sqlite".length);
}

/** Reads every level. One that was only ever looked at has no rows and is left out. */
export function readLevels(stateDir: string): RawLevel[] {
  const alarms = alarmsOf(stateDir, "InventoryLevel");
  return filesOf(stateDir, API_WORKER, "InventoryLevel").flatMap((path) =>
    RawFile.read(path, (file) => {
      file.checkIntegrity();
      return file.has("level") ? readLevel(file, alarms.get(objectIdOf(path)) ?? null) : [];
    }),
  );
}

function readLevel(file: RawFile, alarmAt: number | null): RawLevel[] {
  const [level] = file.rows("SELECT sku, warehouse_id, safety_stock, sequence FROM level");
  if (level === undefined) return [];
  const highest = file.rows(
    "SELECT max((SELECT coalesce(max(sequence), 0) FROM reservation), (SELECT coalesce(max(level_sequence), 0) FROM movement)) AS sequence",
  );
  return [
    {
      sku: text(level, "sku") as Sku,
      warehouseId: text(level, "warehouse_id") as WarehouseId,
      safetyStock: number(level, "safety_stock"),
      sequence: Math.max(number(level, "sequence"), number(highest[0], "sequence")),
      alarmAt,
      reservations: file.rows("SELECT * FROM reservation ORDER BY id").map((row) => ({
        id: text(row, "id") as ReservationId,
        quantity: number(row, "quantity"),
        asked: number(row, "asked"),
        status: text(row, "status") as ReservationStatus,
        expiresAt: maybeNumber(row, "expires_at"),
        claimedBy: maybeText(row, "claimed_by"),
        createdAt: number(row, "created_at"),
        changedAt: number(row, "changed_at"),
      })),
      movements: file.rows("SELECT * FROM movement ORDER BY sequence").map((row) => ({
        sequence: number(row, "sequence"),
        kind: text(row, "kind") as MovementKind,
        delta: number(row, "delta"),
        balance: number(row, "balance"),
        ref: text(row, "ref"),
        reason: text(row, "reason"),
        recordedAt: number(row, "recorded_at"),
      })),
    },
  ];
}

/** Reads every ledger. */
export function readLedgers(stateDir: string): RawLedger[] {
  const alarms = alarmsOf(stateDir, "OrderLedger");
  return filesOf(stateDir, API_WORKER, "OrderLedger").flatMap((path) =>
    RawFile.read(path, (file) => {
      file.checkIntegrity();
      return file.has("orders") ? [readLedger(file, path, alarms.get(objectIdOf(path)) ?? null)] : [];
    }),
  );
}

function readLedger(file: RawFile, path: string, alarmAt: number | null): RawLedger {
  const [name] = file.has("__miniflare_do_name") ? file.rows("SELECT name FROM __miniflare_do_name") : [];
  return {
    name: name === undefined ? objectIdOf(path).slice(0, 8) : text(name, "name"),
    alarmAt,
    orders: file.rows("SELECT * FROM orders ORDER BY id").map((row) => ({
      order: json<Order>(row, "doc"),
      version: number(row, "version"),
      revision: number(row, "revision"),
      projected: number(row, "projected"),
      projectedSequence: number(row, "projected_sequence"),
      timerAt: maybeNumber(row, "timer_at"),
    })),
    events: file.rows("SELECT * FROM events ORDER BY order_id, sequence").map(readEvent),
    effects: file.rows("SELECT * FROM effects ORDER BY position").map((row) => ({
      id: text(row, "id") as EffectId,
      orderId: orderOfEffect(text(row, "id") as EffectId),
      lane: text(row, "lane"),
      status: text(row, "status") as RawEffect["status"],
      attempt: number(row, "attempt"),
      dueAt: maybeNumber(row, "due_at"),
      settledAt: maybeNumber(row, "settled_at"),
      effect: json<Effect>(row, "effect"),
      attempts: json<EffectAttempt[]>(row, "attempts"),
    })),
    archived: file.rows("SELECT id FROM archived").map((row) => text(row, "id") as OrderId),
  };
}

function readEvent(row: Row): RecordedEvent {
  return {
    orderId: text(row, "order_id") as OrderId,
    sequence: number(row, "sequence"),
    at: number(row, "at"),
    actor: json<Actor>(row, "actor"),
    event: json<OrderEvent>(row, "data"),
  };
}

/** The files of the databases, told apart by what is in them. */
function databasesWith(stateDir: string, table: string): string[] {
  const folder = join(stateDir, "v3/d1/miniflare-D1DatabaseObject");
  return readdirSync(folder)
    .filter((name) => OBJECT_FILE.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => RawFile.read(path, (file) => file.has(table)));
}

function readListing(path: string): RawListing {
  return RawFile.read(path, (file) => {
    file.checkIntegrity();
    return {
      database: objectIdOf(path).slice(0, 8),
      orders: file.rows("SELECT id, version, status, total_amount, doc, saga FROM orders ORDER BY id").map((row) => ({
        id: text(row, "id") as OrderId,
        version: number(row, "version"),
        status: text(row, "status"),
        totalAmount: number(row, "total_amount"),
        doc: json<Order>(row, "doc"),
        effects:
          row["saga"] === null
            ? null
            : json<Omit<RawEffect, "orderId">[]>(row, "saga").map((effect) => ({
                ...effect,
                orderId: text(row, "id") as OrderId,
              })),
      })),
      events: file.rows("SELECT * FROM order_events ORDER BY order_id, sequence").map(readEvent),
      lines: file.rows("SELECT * FROM order_lines").map((row) => ({
        orderId: text(row, "order_id") as OrderId,
        number: number(row, "number"),
        sku: text(row, "sku"),
        quantity: number(row, "quantity"),
        backordered: number(row, "backordered"),
      })),
      shipments: file.rows("SELECT * FROM shipments").map((row) => ({
        id: text(row, "id"),
        orderId: text(row, "order_id") as OrderId,
        state: text(row, "state"),
        trackingNumber: maybeText(row, "tracking_number"),
      })),
      payments: file.rows("SELECT * FROM payments").map((row) => ({
        orderId: text(row, "order_id") as OrderId,
        number: number(row, "number"),
        status: text(row, "status"),
        authorized: number(row, "authorized"),
        captured: number(row, "captured"),
        refunded: number(row, "refunded"),
      })),
      returns: file.rows("SELECT * FROM returns").map((row) => ({
        id: text(row, "id"),
        orderId: text(row, "order_id") as OrderId,
        state: text(row, "state"),
        units: number(row, "units"),
        warehouseId: text(row, "warehouse_id"),
        trackingNumber: maybeText(row, "tracking_number"),
      })),
    };
  });
}

function readOps(stateDir: string): RawOps {
  const [path] = databasesWith(stateDir, "levels");
  if (path === undefined) throw new Error(`${stateDir} has no operations database`);
  return RawFile.read(path, (file) => {
    file.checkIntegrity();
    return {
      registrations: file.rows("SELECT sku, warehouse_id, opening FROM levels").map((row) => ({
        sku: text(row, "sku") as Sku,
        warehouseId: text(row, "warehouse_id") as WarehouseId,
        opening: number(row, "opening"),
      })),
      stock: file.rows("SELECT * FROM stock WHERE sequence > 0").map((row) => ({
        sku: text(row, "sku") as Sku,
        warehouseId: text(row, "warehouse_id") as WarehouseId,
        onHand: number(row, "on_hand"),
        held: number(row, "held"),
        allocated: number(row, "allocated"),
        sequence: number(row, "sequence"),
        asOf: number(row, "as_of"),
      })),
      deviations: file.rows("SELECT id, kind, status, order_id, subject FROM deviations").map((row) => ({
        id: text(row, "id"),
        kind: text(row, "kind") as DeviationKind,
        status: text(row, "status"),
        orderId: maybeText(row, "order_id"),
        subject: json<Record<string, string>>(row, "subject"),
      })),
      notifications: file.rows("SELECT * FROM notifications").map((row) => ({
        id: text(row, "id"),
        orderId: text(row, "order_id"),
        subject: text(row, "subject"),
        kind: text(row, "kind"),
        channel: text(row, "channel"),
        status: text(row, "status"),
      })),
    };
  });
}

/**
 * Reads all of it from the files: the objects', the databases' and the simulators'. Writes nothing. While the system
 * runs the files do not belong to one moment; `readAt` is when reading began.
 */
export function readRawState(stateDir: string): RawState {
  const readAt = Date.now();
  return {
    readAt,
    levels: readLevels(stateDir),
    ledgers: readLedgers(stateDir),
    listings: databasesWith(stateDir, "order_lines").map(readListing),
    ops: readOps(stateDir),
    books: readBooks(stateDir),
  };
}
