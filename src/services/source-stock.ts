import type { HoldLimit, LevelRefusal } from "../contracts/level-rpc.ts";
import type { WantedLine } from "../domain/sourcing/choose-plan.ts";
import type { HoldOutcome, HoldRequest } from "../domain/sourcing/holds.ts";
import { type RankedWarehouse, type SourcingStep, startSourcing } from "../domain/sourcing.ts";
import { type ReservationId, reservationId, type Sku } from "../domain/ids.ts";
import { mayWait } from "../domain/stock-policy.ts";
import { spareUnits } from "../domain/inventory-level/waiting.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import { withinLimit } from "../platform/time-limit.ts";
import type { Catalog } from "./catalog.ts";
import { levelStub } from "./stubs.ts";

/** Whose holds these are, and until when. */
export interface Holder {
  /** The order's id. */
  owner: string;
  /** Never used before: random for a request, the effect's id in the saga. */
  attempt: string;
  expiresAt: number;
  channel: string;
  /** What the buyer may hold before they have paid; left out where there is no limit. */
  limit?: HoldLimit;
  /** Since when the owner has waited for each SKU, where it has: then it has its turn before all who came later. */
  waitingSince?: ReadonlyMap<Sku, number>;
}

export type Sourced = Extract<SourcingStep, { kind: "done" | "refused" }>;

/** A level that has not answered by then is counted as failed: its hold, if there is one, is released. */
const LEVEL_LIMIT_MS = 5_000;

/**
 * Performs a sourcing: holds, peeks and releases as `startSourcing` says, and decides nothing. What the plan does
 * not use is released in the background; what it uses is held when this returns.
 */
export async function sourceStock(
  env: Env,
  catalog: Catalog,
  wanted: { lines: readonly WantedLine[]; ranked: readonly RankedWarehouse[]; allowBackorder: boolean },
  holder: Holder,
  defer: (work: Promise<unknown>) => void,
): Promise<Sourced> {
  let step = startSourcing({
    lines: wanted.lines,
    ranked: wanted.ranked,
    carries: (sku, warehouseId) => catalog.level(sku, warehouseId) !== undefined,
    allowsBackorder: (sku) => wanted.allowBackorder && mayWait(catalog.products.get(sku)),
  });
  for (;;) {
    switch (step.kind) {
      case "hold": {
        // A level that is released and held again in one step must see the release first.
        const again = new Set(step.holds.map((request) => `${request.sku}~${request.warehouseId}`));
        const before = step.release.filter((request) => again.has(`${request.sku}~${request.warehouseId}`));
        if (before.length > 0) await releaseHolds(env, catalog, before, holder);
        releaseBehind(
          env,
          catalog,
          step.release.filter((request) => !before.includes(request)),
          holder,
          defer,
        );
        step = step.next(await Promise.all(step.holds.map((request) => holdAtLevel(env, catalog, request, holder))));
        break;
      }
      case "peek":
        step = step.next(await Promise.all(step.levels.map((level) => peek(env, catalog, level))));
        break;
      case "done":
      case "refused":
        releaseBehind(env, catalog, step.release, holder, defer);
        return step;
    }
  }
}

/** The reservation that a hold of this holder is made under. */
export function holdId(request: HoldRequest, { owner, attempt }: Pick<Holder, "owner" | "attempt">): ReservationId {
  const { lineNumber: line, round, sku, warehouseId } = request;
  return reservationId({ owner, line, attempt, round, sku, warehouseId });
}

/** Releases holds of this holder; one that fails is only logged, because it runs out by itself. */
export async function releaseHolds(
  env: Env,
  catalog: Catalog,
  requests: readonly HoldRequest[],
  holder: Pick<Holder, "owner" | "attempt">,
): Promise<void> {
  await Promise.all(
    requests.map(async (request) => {
      const registration = catalog.level(request.sku, request.warehouseId);
      if (!registration) return;
      try {
        await levelStub(env, request.sku, request.warehouseId).release(registration, {
          reservationId: holdId(request, holder),
          owner: holder.owner,
        });
      } catch (error) {
        logError("hold_not_released", error, { sku: request.sku, warehouseId: request.warehouseId });
      }
    }),
  );
}

function releaseBehind(
  env: Env,
  catalog: Catalog,
  requests: readonly HoldRequest[],
  holder: Holder,
  defer: (work: Promise<unknown>) => void,
): void {
  if (requests.length > 0) defer(releaseHolds(env, catalog, requests, holder));
}

/** Asks one level for one hold; a level that does not answer in time has failed. */
export async function holdAtLevel(
  env: Env,
  catalog: Catalog,
  request: HoldRequest,
  holder: Holder,
): Promise<HoldOutcome> {
  const since = holder.waitingSince?.get(request.sku);
  const registration = catalog.level(request.sku, request.warehouseId);
  if (!registration) return { kind: "refused", available: 0 };
  try {
    const answer = await withinLimit(
      levelStub(env, request.sku, request.warehouseId).hold(registration, {
        reservationId: holdId(request, holder),
        quantity: request.quantity,
        expiresAt: holder.expiresAt,
        channel: holder.channel,
        ...(holder.limit && { limit: holder.limit }),
        ...(since !== undefined && { turn: { owner: holder.owner, since } }),
      }),
      LEVEL_LIMIT_MS,
      "hold",
    );
    if (answer.ok) return { kind: "held", available: answer.level.available };
    const { refusal } = answer;
    return { kind: "refused", available: offeredBy(refusal) };
  } catch (error) {
    logError("level_did_not_answer", error, { sku: request.sku, warehouseId: request.warehouseId });
    return { kind: "failed" };
  }
}

/** What the level would have held. */
function offeredBy(refusal: LevelRefusal): number {
  if (refusal.reason === "insufficient_stock") return refusal.available;
  return refusal.reason === "unpaid_limit" ? refusal.left : 0;
}

async function peek(
  env: Env,
  catalog: Catalog,
  { sku, warehouseId }: Pick<HoldRequest, "sku" | "warehouseId">,
): Promise<number | null> {
  const registration = catalog.level(sku, warehouseId);
  if (!registration) return 0;
  try {
    const view = await withinLimit(levelStub(env, sku, warehouseId).view(registration), LEVEL_LIMIT_MS, "peek");
    return spareUnits(view);
  } catch (error) {
    logError("level_did_not_answer", error, { sku, warehouseId });
    return null;
  }
}
