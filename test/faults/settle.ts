import { isOpen } from "./order-books.ts";
import { pause } from "./process-group.ts";
import type { RawEffect, RawState } from "./raw-rows.ts";
import { readRawState } from "./raw-state.ts";

const LOOK_EVERY_MS = 2_500;
/** A retry that is further off than this is waited for by the ledger, and not by us. */
const FAR_OFF_MS = 4 * 60_000;
/** They look at the outside world now and then until it has moved: a customer, a parcel, a delivery of goods. */
const WAITS: ReadonlySet<RawEffect["effect"]["kind"]> = new Set(["AwaitPayment", "TrackParcel", "PromoteBackorder"]);

/** What still moves by itself. */
export interface OpenWork {
  effects: RawEffect[];
  unprojected: number;
  undelivered: number;
  unprocessed: number;
  unpublished: number;
}

/** What of the state on disk is not at rest yet; what waits for somebody outside is at rest. */
export function openWork(state: RawState): OpenWork {
  const shown = new Map(state.ops.stock.map(({ sku, warehouseId, sequence }) => [`${sku}~${warehouseId}`, sequence]));
  return {
    effects: state.ledgers.flatMap((ledger) => ledger.effects.filter((effect) => isOpen(effect) && !isWaiting(effect, state.readAt))),
    unprojected: state.ledgers.reduce((sum, ledger) => sum + ledger.orders.filter(({ projected, revision }) => projected < revision).length, 0),
    undelivered: state.books.undelivered,
    unprocessed: state.ops.unprocessedWebhooks,
    unpublished: state.levels.filter(({ sku, warehouseId, sequence }) => (shown.get(`${sku}~${warehouseId}`) ?? 0) < sequence).length,
  };
}

function isWaiting({ effect, status, dueAt, attempts }: RawEffect, now: number): boolean {
  if (status !== "due" || dueAt === null || dueAt <= now) return false;
  return (WAITS.has(effect.kind) && attempts.at(-1)?.outcome !== "failed") || dueAt > now + FAR_OFF_MS;
}

/** Whether nothing is left to be done. */
export function isSettled(work: OpenWork): boolean {
  return work.effects.length + work.unprojected + work.undelivered + work.unprocessed + work.unpublished === 0;
}

/** In one line, for people. */
export function describeWork({ effects, unprojected, undelivered, unprocessed, unpublished }: OpenWork): string {
  const kinds = new Map<string, number>();
  for (const { effect, status } of effects) kinds.set(`${effect.kind} ${status}`, (kinds.get(`${effect.kind} ${status}`) ?? 0) + 1);
  const told = [...kinds].map(([kind, count]) => `${count} ${kind}`);
  const counts = { "orders not in the lists": unprojected, "webhooks not delivered": undelivered, "webhooks not acted on": unprocessed, "levels not in the list": unpublished };
  for (const [name, count] of Object.entries(counts)) if (count > 0) told.push(`${count} ${name}`);
  return told.length === 0 ? "nothing" : told.join(", ");
}

/** Watches the files of the running system until nothing moves any more, at most so long; answers what was left. */
export async function waitUntilSettled(
  stateDir: string,
  limits: { withinMs: number; isBusy: () => boolean; say: (line: string) => void },
): Promise<OpenWork> {
  const giveUpAt = Date.now() + limits.withinMs;
  let last = "";
  for (;;) {
    const work = openWork(readRawState(stateDir));
    if ((isSettled(work) && !limits.isBusy()) || Date.now() > giveUpAt) return work;
    const told = describeWork(work);
    if (told !== last) limits.say(`  still to do: ${told}`);
    last = told;
    await pause(LOOK_EVERY_MS);
  }
}
