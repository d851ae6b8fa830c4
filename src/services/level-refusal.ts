import type { LevelRefusal, LevelView } from "../contracts/level-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";

/** What a level's refusal is to the caller. */
export function explainLevelRefusal(
  refusal: LevelRefusal,
  level: Pick<LevelView, "sku" | "warehouseId">,
): Extract<ServiceResult<never>, { ok: false }> {
  const { sku, warehouseId } = level;
  const place = `${sku} at ${warehouseId}`;
  switch (refusal.reason) {
    case "insufficient_stock":
      return refuse("insufficient_stock", `Only ${refusal.available} of ${place} are available.`, {
        extra: { availability: [{ sku, warehouses: [{ warehouseId, available: refusal.available }] }] },
      });
    case "unpaid_limit":
      return refuse("insufficient_stock", `Only ${refusal.left} more of ${place} are held before they are paid.`, {
        extra: { availability: [{ sku, warehouses: [{ warehouseId, available: refusal.left }] }] },
      });
    case "reservation_released":
      return refuse("reservation_state", "The reservation was released.");
    case "reservation_unknown":
      return refuse("unknown_reservation", "There is no such reservation.");
    case "reservation_expired":
      return refuse("reservation_state", "The reservation has run out.");
    case "reservation_taken":
      return refuse("reservation_state", "The reservation belongs to an order: cancel the order instead.");
    case "quantity_exceeds_allocation":
      return refuse("reservation_state", `Only ${refusal.allocated} are allocated.`);
    case "quantity_mismatch":
      return refuse("reservation_state", `The reservation holds ${refusal.held}.`);
    case "count_outdated":
      return refuse(
        "count_outdated",
        `${place} was counted later already: as of ${new Date(refusal.lastAsOf).toISOString()}.`,
      );
    case "version_stale":
      return refuse("version_stale", `The settings of ${place} are at version ${refusal.version}.`, {
        extra: { version: refusal.version },
      });
    case "reference_reused":
      return refuse("reference_reused", `You have used the reference for another movement of ${place}.`);
    case "key_reused":
      return refuse("idempotency_mismatch", "This Idempotency-Key was used with another request.");
    case "warehouse_closed":
      return refuse("warehouse_closed", `${warehouseId} is closed and sells nothing at the moment.`);
    case "too_many_units":
      return refuse("invalid_request", `${place} may have at most ${refusal.most} on hand.`, {
        errors: [{ pointer: "/quantity", detail: `must not bring what is on hand above ${refusal.most}` }],
      });
  }
}
