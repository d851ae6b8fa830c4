import { NAMED_BY_US } from "../../domain/inventory-level.ts";
import { findOrRegisterLevel } from "../../services/find-level.ts";
import { levelStub } from "../../services/stubs.ts";
import { type EffectHandler, NOTHING } from "../saga-context.ts";
import { allMoved } from "./move-stock.ts";

/**
 * Receives units that came back at the levels of the warehouse they came to, once for each line however often it is
 * tried. A warehouse that never stocked the SKU gets a level of it.
 */
export const restockReturn: EffectHandler<"RestockReturn"> = async (context, leased, effect) => {
  const { env, defer } = context;
  const catalog = await context.catalog();
  const moved = [];
  for (const { sku, warehouseId, quantity, line } of effect.units) {
    const known = catalog.level(sku, warehouseId);
    const registration = known
      ? { ok: true as const, value: known }
      : await findOrRegisterLevel({ env, defer, now: context.now() }, { sku, warehouseId });
    if (!registration.ok) {
      const { code, detail } = registration.problem;
      return { status: "failed", code, message: detail, retryable: false };
    }
    moved.push(
      await levelStub(env, sku, warehouseId).receive(registration.value, {
        quantity,
        by: NAMED_BY_US,
        ref: `${effect.ref}:${line}`,
        occurredAt: leased.generationStartedAt,
      }),
    );
  }
  return moved.length === 0 ? NOTHING : allMoved(moved);
};
