import { isOpen } from "./order-books.ts";
import type { RawEffect, RawState } from "./raw-rows.ts";

const OVERDUE_MS = 30_000;
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
  const asking = new Set(state.books.intents.filter(({ status }) => status === "requires_action").map(({ id }) => id));
  const shown = new Map(state.ops.stock.map(({ sku, warehouseId, sequence }) => [`${sku}~${warehouseId}`, sequence]));
  return {
    effects: state.ledgers.flatMap((ledger) =>
      ledger.effects.filter((effect) => isOpen(effect) && !isWaiting(effect, asking, state.readAt)),
    ),
    unprojected: state.ledgers.reduce(
      (sum, ledger) => sum + ledger.orders.filter(({ projected, revision }) => projected < revision).length,
      0,
    ),
    undelivered: state.books.undelivered,
    unpublished: state.levels.filter(
      ({ sku, warehouseId, sequence }) => (shown.get(`${sku}~${warehouseId}`) ?? 0) < sequence,
    ).length,
  };
}

function isWaiting({ effect, status, dueAt, attempts }: RawEffect, asking: ReadonlySet<string>, now: number): boolean {
  if (dueAt === null) return false;
  // Looked at every few seconds, and at rest all the same, until the customer has answered: the next look finds that out.
  if (effect.kind === "AwaitPayment") return asking.has(effect.intentId) && dueAt > now - OVERDUE_MS;
  if (status !== "due" || dueAt <= now) return false;
  return (WAITS.has(effect.kind) && attempts.at(-1)?.outcome !== "failed") || dueAt > now + FAR_OFF_MS;
}

/** Whether nothing is left to be done. */
export function isSettled(work: OpenWork): boolean {
  return work.effects.length + work.unprojected + work.undelivered + work.unpublished === 0;
}

/** Open effects that nobody looks at although their time has come. A lease that a kill has cut off ends by itself. */
export function overdueEffects(state: RawState): RawEffect[] {
  const open = state.ledgers.flatMap((ledger) => ledger.effects.filter(isOpen));
  const lanes = new Set(open.filter(({ status }) => status !== "blocked").map(laneOf));
  return open.filter((effect) =>
    effect.status === "blocked"
      ? !lanes.has(laneOf(effect))
      : effect.dueAt === null || effect.dueAt < state.readAt - OVERDUE_MS,
  );
}

function laneOf({ orderId, lane }: RawEffect): string {
  return `${orderId} ${lane}`;
}

/** In one line, for people. */
export function describeWork({ effects, unprojected, undelivered, unpublished }: OpenWork): string {
  const kinds = Map.groupBy(effects, ({ effect, status }) => `${effect.kind} ${status}`);
  const told = [...kinds]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([kind, ofKind]) => `${ofKind.length} ${kind}`);
  const counts = {
    "orders not in the lists": unprojected,
    "webhooks not delivered": undelivered,
    "levels not in the list": unpublished,
  };
  for (const [name, count] of Object.entries(counts)) if (count > 0) told.push(`${count} ${name}`);
  return told.length === 0 ? "nothing" : told.join(", ");
}
