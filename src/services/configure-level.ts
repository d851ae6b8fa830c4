import type { SettingsForm } from "../contracts/inventory.ts";
import type { LevelSettings } from "../contracts/level-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Sku, WarehouseId } from "../domain/ids.ts";
import { CHANNELS } from "../domain/order/order.ts";
import { recordChanges } from "./audit.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { findOrRegisterLevel } from "./find-level.ts";
import { explainLevelRefusal } from "./level-refusal.ts";
import { levelStub } from "./stubs.ts";

/** Sets what a level keeps back and when it is low. `expectedVersion` null takes the settings as they are. */
export async function configureLevel(
  ctx: ServiceContext,
  place: { sku: Sku; warehouseId: WarehouseId },
  form: SettingsForm,
  expectedVersion: number | null,
): Promise<ServiceResult<LevelSettings>> {
  const denied = lacking(ctx, "inventory:write") ?? lackingWarehouse(ctx, place.warehouseId);
  if (denied !== null) return denied;
  const buffers = form.channelBuffers ?? {};
  const unknown = Object.keys(buffers).find((name) => !CHANNELS.some((channel) => channel === name));
  if (unknown !== undefined)
    return refuse("invalid_request", `/channelBuffers/${unknown}: is no channel`, {
      errors: [{ pointer: `/channelBuffers/${unknown}`, detail: `must be one of ${CHANNELS.join(", ")}` }],
    });
  const registration = await findOrRegisterLevel(ctx, place);
  if (!registration.ok) return registration;
  const level = levelStub(ctx.env, place.sku, place.warehouseId);
  const { settings: before } = await level.detail(registration.value);
  const version = expectedVersion ?? before.version;
  const { safetyStock, reorderPoint } = form;
  const configured = await level.configure(registration.value, {
    expectedVersion: version,
    safetyStock,
    reorderPoint,
    channelBuffers: buffers,
  });
  if (!configured.ok) return explainLevelRefusal(configured.refusal, place);
  const { sku, warehouseId } = place;
  const subject = `level:${sku}/${warehouseId}`;
  await recordChanges(ctx, [{ action: "level.configured", subject, before, after: configured.value }]);
  return { ok: true, value: configured.value };
}
