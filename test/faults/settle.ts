import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOpen } from "./order-books.ts";
import { pause } from "./process-group.ts";
import type { RawEffect, RawState } from "./raw-rows.ts";
import { readRawState } from "./raw-state.ts";

const LOOK_EVERY_MS = 3_000;
const SAY_EVERY_MS = 20_000;
/** A retry that is further off than this is waited for by the ledger, and not by us. */
const FAR_OFF_MS = 4 * 60_000;
/** They look at the outside world now and then until it has moved: a customer, a parcel, a delivery of goods. */
const WAITS: ReadonlySet<RawEffect["effect"]["kind"]> = new Set(["AwaitPayment", "TrackParcel", "PromoteBackorder"]);

/** What still moves by itself. */
export interface OpenWork {
  effects: RawEffect[];
  unprojected: number;
  undelivered: number;
  unpublished: number;
}

/** What of the state on disk is not at rest yet; what waits for somebody outside is at rest. */
export function openWork(state: RawState): OpenWork {
  const shown = new Map(state.ops.stock.map(({ sku, warehouseId, sequence }) => [`${sku}~${warehouseId}`, sequence]));
  return {
    effects: state.ledgers.flatMap((ledger) => ledger.effects.filter((effect) => isOpen(effect) && !isWaiting(effect, state.readAt))),
    unprojected: state.ledgers.reduce((sum, ledger) => sum + ledger.orders.filter(({ projected, revision }) => projected < revision).length, 0),
    undelivered: state.books.undelivered,
    unpublished: state.levels.filter(({ sku, warehouseId, sequence }) => (shown.get(`${sku}~${warehouseId}`) ?? 0) < sequence).length,
  };
}

function isWaiting({ effect, status, dueAt, attempts }: RawEffect, now: number): boolean {
  if (status !== "due" || dueAt === null || dueAt <= now) return false;
  return (WAITS.has(effect.kind) && attempts.at(-1)?.outcome !== "failed") || dueAt > now + FAR_OFF_MS;
}

/** Whether nothing is left to be done. */
export function isSettled(work: OpenWork): boolean {
  return work.effects.length + work.unprojected + work.undelivered + work.unpublished === 0;
}

/** In one line, for people. */
export function describeWork({ effects, unprojected, undelivered, unpublished }: OpenWork): string {
  const kinds = Map.groupBy(effects, ({ effect, status }) => `${effect.kind} ${status}`);
  const told = [...kinds].sort(([, a], [, b]) => b.length - a.length).map(([kind, ofKind]) => `${ofKind.length} ${kind}`);
  const counts = { "orders not in the lists": unprojected, "webhooks not delivered": undelivered, "levels not in the list": unpublished };
  for (const [name, count] of Object.entries(counts)) if (count > 0) told.push(`${count} ${name}`);
  return told.length === 0 ? "nothing" : told.join(", ");
}

/**
 * Reads a copy of the files while the system runs: a reader of its own would hold locks that the system needs when it
 * opens a file. A copy may be torn; then it can't be read, and null says so.
 */
function readCopy(stateDir: string): RawState | null {
  const copy = mkdtempSync(join(tmpdir(), "holdfast-faults-copy-"));
  try {
    for (const part of ["v3/do", "v3/d1"])
      cpSync(join(stateDir, part), join(copy, part), { recursive: true, filter: (path) => !path.endsWith("-shm") });
    return readRawState(copy);
  } catch {
    return null;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Watches the running system until nothing moves any more, at most so long. */
export async function waitUntilSettled(
  stateDir: string,
  limits: { withinMs: number; isBusy: () => boolean; say: (line: string) => void },
): Promise<void> {
  const giveUpAt = Date.now() + limits.withinMs;
  let work: OpenWork | null = null;
  let saidAt = 0;
  for (;;) {
    const state = readCopy(stateDir);
    if (state !== null) work = openWork(state);
    if ((work !== null && isSettled(work) && !limits.isBusy()) || Date.now() > giveUpAt) return;
    if (work !== null && Date.now() > saidAt + SAY_EVERY_MS) {
      limits.say(`  still to do: ${describeWork(work)}`);
      saidAt = Date.now();
    }
    await pause(LOOK_EVERY_MS);
  }
}
