import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { InventoryLevel } from "../../durable-objects/inventory-level/object.ts";
import type { HoldCommand, LevelResult, LevelView } from "../../src/contracts/level-rpc.ts";
import type { StockAlert, StockBatch, TransferNotice } from "../../src/contracts/messages.ts";
import type { LevelRegistration } from "../../src/domain/catalog.ts";
import { levelKey, parseReservationId } from "../../src/domain/ids.ts";
import { newReservationId } from "../support/level-books.ts";

export type LevelStub = DurableObjectStub<InventoryLevel>;

/** The object of the level. Made anew, because a stub does not outlive a broken object. */
export function levelOf({ sku, warehouseId }: LevelRegistration): LevelStub {
  return env.INVENTORY_LEVEL.get(env.INVENTORY_LEVEL.idFromName(levelKey(sku, warehouseId))) as LevelStub;
}

/** A hold of the storefront that lasts half an hour, unless said otherwise. */
export function holdCommand(
  registration: LevelRegistration,
  quantity: number,
  more: Partial<HoldCommand> = {},
): HoldCommand {
  return {
    reservationId: newReservationId(registration),
    quantity,
    expiresAt: Date.now() + 30 * 60_000,
    channel: "storefront",
    ...more,
  };
}

/** The release of a hold by whoever made it. */
export function releaseCommand({ reservationId }: Pick<HoldCommand, "reservationId">) {
  return { reservationId, owner: parseReservationId(reservationId)?.owner ?? "" };
}

/** Calls the object from inside, so that all calls of `run` arrive in one turn and are one group. */
export function inside<Value>(
  registration: LevelRegistration,
  run: (level: InventoryLevel, state: DurableObjectState) => Value | Promise<Value>,
): Promise<Value> {
  return runInDurableObject(levelOf(registration), run);
}

/** All rows of a table of the level. */
export function rowsOf(
  registration: LevelRegistration,
  table: "level" | "reservation" | "movement" | "alert" | "storage_migrations",
) {
  return inside(registration, (_level, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray());
}

/** Takes the object out of memory once its timers have run; what it knows afterwards, it has read from its rows. */
export function evict(registration: LevelRegistration): Promise<void> {
  return evictDurableObject(levelOf(registration));
}

/** Resets the object as a crash would: timers, memory and whatever is not on disk are gone at once. */
export async function crash(registration: LevelRegistration): Promise<void> {
  await inside(registration, (_level, state) => state.abort("crash")).catch(() => {});
}

/** The value of a result; a refusal fails the test. */
export function accepted<Value>(result: LevelResult<Value>): Value {
  if (!result.ok) throw new Error(`refused: ${result.refusal.reason}`);
  return result.value;
}

/** What the queue of this test has been given, and whether it takes it. */
export class StockQueueDouble {
  readonly batches: StockBatch[] = [];
  isDown = false;

  levels({ sku }: LevelRegistration): LevelView[] {
    return this.batches.flatMap((batch) => batch.levels).filter((level) => level.sku === sku);
  }

  transfers({ sku }: LevelRegistration): TransferNotice[] {
    return this.batches.flatMap(({ transfers = [] }) => transfers).filter((notice) => notice.sku === sku);
  }

  alerts({ sku }: LevelRegistration): StockAlert[] {
    return this.batches
      .flatMap((batch) => batch.alerts)
      .flatMap(({ alert, level }) => (level.sku === sku ? [alert] : []));
  }
}

/** The timers by which levels gather what they publish: they ring when the test says so, and not before. */
export class GatherTimers {
  #waiting: { ring: () => void; delayMs: number }[] = [];

  /** Stands in for every timer with a delay until mocks are restored; those without one gather calls, and go on. */
  constructor() {
    const { setTimeout: start } = globalThis;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((ring: () => void, delayMs = 0) => {
      if (delayMs === 0) return start(ring, 0);
      this.#waiting.push({ ring, delayMs });
      return 0;
    }) as typeof setTimeout);
  }

  /** How long each of those that wait was to wait. */
  get delays(): number[] {
    return this.#waiting.map(({ delayMs }) => delayMs);
  }

  ring(): void {
    for (const { ring } of this.#waiting.splice(0)) ring();
  }
}

/** Stands in for every stock queue binding until mocks are restored. */
export function doubleStockQueue(): StockQueueDouble {
  const double = new StockQueueDouble();
  const prototype: { send: (body: StockBatch) => Promise<unknown> } = Object.getPrototypeOf(env.STOCK);
  vi.spyOn(prototype, "send").mockImplementation((body) => {
    if (double.isDown) return Promise.reject(new Error("Queue send failed: Service Unavailable"));
    double.batches.push(structuredClone(body));
    return Promise.resolve();
  });
  return double;
}
