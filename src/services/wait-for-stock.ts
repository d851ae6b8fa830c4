import type { Candidate } from "../domain/sourcing/choose-plan.ts";
import type { RankedWarehouse } from "../domain/sourcing.ts";
import type { Sku, WarehouseId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import { withinLimit } from "../platform/time-limit.ts";
import type { Catalog } from "./catalog.ts";
import { levelStub } from "./stubs.ts";

/** Units of a SKU that an order waits for, and since when (epoch milliseconds). */
export interface Waiting {
  sku: Sku;
  quantity: number;
  since: number;
}

/** Whose place it is, and until when it is kept without being asked for again. */
export interface Place {
  /** The order's id. */
  owner: string;
  channel: string;
  until: number;
}

const LEVEL_LIMIT_MS = 5_000;

/**
 * Takes the order's place at every level that may serve it, or keeps it, and answers what it is offered at each: what
 * nobody who has waited longer comes first for. A level that does not answer offers nothing.
 */
export async function takePlaces(
  env: Env,
  catalog: Catalog,
  waiting: readonly Waiting[],
  ranked: readonly RankedWarehouse[],
  place: Place,
): Promise<Candidate[]> {
  return Promise.all(
    ranked.map(async ({ warehouse, distanceKm }) => {
      const offers = await Promise.all(
        waiting.map(async (one) => [one.sku, await wait(env, catalog, one, warehouse.id, place)] as const),
      );
      return { warehouse, distanceKm, available: new Map(offers) };
    }),
  );
}

/** Gives the order's places up, but for what it still waits for of each SKU (`quantity` 0: nothing). */
export async function leavePlaces(env: Env, catalog: Catalog, left: readonly Waiting[], place: Place): Promise<void> {
  await Promise.all(
    left.flatMap((one) =>
      (catalog.levels.get(one.sku) ?? []).map(({ warehouseId }) => wait(env, catalog, one, warehouseId, place)),
    ),
  );
}

async function wait(
  env: Env,
  catalog: Catalog,
  { sku, quantity, since }: Waiting,
  warehouseId: WarehouseId,
  place: Place,
): Promise<number> {
  const registration = catalog.level(sku, warehouseId);
  if (!registration) return 0;
  try {
    const call = levelStub(env, sku, warehouseId).wait(registration, { ...place, quantity, since });
    const answer = await withinLimit(call, LEVEL_LIMIT_MS, "wait");
    return answer.ok ? answer.value.offered : 0;
  } catch (error) {
    logError("level_did_not_answer", error, { sku, warehouseId });
    return 0;
  }
}
