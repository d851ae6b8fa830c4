import type { ServiceResult } from "../contracts/problem.ts";
import type { OrderCommand } from "../domain/order/commands.ts";
import type { ShipmentId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { executeOrder } from "./execute-order.ts";
import { findShipment } from "./shipment-orders.ts";

/** One step of the people who pick, pack and ship. */
export type ShipmentStep =
  | { type: "StartPicking" }
  | { type: "ReportShort"; items: { line: number; quantity: number }[]; reason: string }
  | { type: "PackShipment" }
  | { type: "ShipShipment"; tracking?: { carrier: string; service: string; trackingNumber: string } }
  | { type: "DeliverShipment" }
  | { type: "RaiseException"; reason: string };

/**
 * The shipment's units are all in the picker's hands: begins the picking where nobody has, and is no news where
 * somebody has, so that people who only report the whole pick need not report its start.
 */
export async function confirmPick(ctx: ServiceContext, shipmentId: string): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:fulfill");
  if (denied !== null) return denied;
  const found = await findShipment(ctx, shipmentId);
  if (!found.ok) return found;
  const { order, shipment } = found.value;
  if (shipment.state === "PICKING") return { ok: true, value: order };
  return executeOrder(ctx, order.id, commandOf(shipment.id, { type: "StartPicking" }));
}

/** Does one step on a shipment of the caller's warehouse; answers the order as it is then. */
export async function operateShipment(
  ctx: ServiceContext,
  shipmentId: string,
  step: ShipmentStep,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:fulfill");
  if (denied !== null) return denied;
  const found = await findShipment(ctx, shipmentId);
  if (!found.ok) return found;
  return executeOrder(ctx, found.value.order.id, commandOf(found.value.shipment.id, step));
}

/** The order's command for a step on one of its shipments. */
export function commandOf(shipmentId: ShipmentId, step: ShipmentStep): OrderCommand {
  return { ...step, shipmentId };
}
