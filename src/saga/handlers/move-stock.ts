import type { LevelResult } from "../../contracts/level-rpc.ts";
import type { LevelRegistration } from "../../domain/catalog.ts";
import type { ReservationId } from "../../domain/ids.ts";
import { NAMED_BY_US } from "../../domain/inventory-level.ts";
import type { EffectOutcome, ReservationRef } from "../../domain/order/effects.ts";
import type { Catalog } from "../../services/catalog.ts";
import { levelStub } from "../../services/stubs.ts";
import { done, type EffectHandler, NOTHING } from "../saga-context.ts";

/** Turns the order's holds into allocations, all side by side. What has run out and is gone is reported as short. */
export const allocateStock: EffectHandler<"AllocateStock"> = async (context, _leased, effect) => {
  const catalog = await context.catalog();
  const allocated: ReservationId[] = [];
  const short: ReservationId[] = [];
  await Promise.all(
    effect.reservations.map(async ({ id, sku, warehouseId }) => {
      const registration = registrationOf(catalog, { sku, warehouseId });
      const answer = await levelStub(context.env, sku, warehouseId).allocate(registration, { reservationId: id });
      (answer.ok ? allocated : short).push(id);
    }),
  );
  return done({ kind: "AllocateStock", allocated, short });
};

/** Frees reservations, or what of them is not kept; one that never arrived leaves a tombstone, so that it can't arrive later. */
export const releaseStock: EffectHandler<"ReleaseStock"> = async (context, leased, effect) => {
  const catalog = await context.catalog();
  return allMoved(
    await Promise.all(
      effect.reservations.map(({ id, sku, warehouseId, keep }) =>
        levelStub(context.env, sku, warehouseId).release(registrationOf(catalog, { sku, warehouseId }), {
          reservationId: id,
          owner: leased.orderId,
          ...(keep !== undefined && { keep }),
        }),
      ),
    ),
  );
};

/** Takes shipped units off hand; what of their reservations was not shipped is free again. */
export const shipStock: EffectHandler<"ShipStock"> = async (context, leased, effect) => {
  const catalog = await context.catalog();
  return allMoved(
    await Promise.all(
      effect.reservations.map(async (reservation) => {
        const { id, sku, warehouseId, quantity } = reservation;
        const level = levelStub(context.env, sku, warehouseId);
        const registration = registrationOf(catalog, reservation);
        const ref = `${effect.shipmentId}:${id}`;
        const shipped = await level.ship(registration, {
          reservationId: id,
          quantity,
          by: NAMED_BY_US,
          ref,
          occurredAt: occurredAt(leased),
        });
        if (shipped.ok && shipped.value.remaining > 0)
          return level.release(registration, { reservationId: id, owner: leased.orderId });
        return shipped;
      }),
    ),
  );
};

/** Units that the floor could not find come off hand, so that nobody else is promised them. */
export const writeOffShort: EffectHandler<"WriteOffShort"> = async (context, leased, effect) => {
  const catalog = await context.catalog();
  return allMoved(
    await Promise.all(
      effect.reservations.map((reservation) => {
        const { id, sku, warehouseId, quantity } = reservation;
        const change = {
          delta: -quantity,
          reason: "short pick",
          by: NAMED_BY_US,
          ref: `${leased.id}:${id}`,
          occurredAt: occurredAt(leased),
        };
        return levelStub(context.env, sku, warehouseId).adjust(registrationOf(catalog, reservation), change);
      }),
    ),
  );
};

/** When it happened at the warehouse: the effect's own time, which every attempt tells the same. */
function occurredAt({ generationStartedAt }: { generationStartedAt: number }): number {
  return generationStartedAt;
}

/** A level's refusal is its decision, and trying again would not change it: a person has to look. */
export function allMoved(answers: readonly LevelResult<unknown>[]): EffectOutcome {
  const refused = answers.find((answer) => !answer.ok);
  return refused && !refused.ok
    ? {
        status: "failed",
        code: refused.refusal.reason,
        message: `${refused.level.sku} at ${refused.level.warehouseId}`,
        retryable: false,
      }
    : NOTHING;
}

/** The level that a reservation was made at was registered then, and registrations are never taken back. */
function registrationOf(
  catalog: Catalog,
  { sku, warehouseId }: Pick<ReservationRef, "sku" | "warehouseId">,
): LevelRegistration {
  const registration = catalog.level(sku, warehouseId);
  if (!registration) throw new Error(`the level of ${sku} at ${warehouseId} is not registered`);
  return registration;
}
