import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { OrderId, WarehouseId } from "../domain/ids.ts";
import type { Order, Shipment, ShipmentState } from "../domain/order/order.ts";
import { lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { commandOf, type ShipmentStep } from "./operate-shipment.ts";
import { executeOrder } from "./execute-order.ts";
import { getOrder } from "./orders.ts";

/** How long one call waits for what is on its way: payment, allocation, the label. */
const WAIT_MS = 10_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

const GONE = new Set<ShipmentState>(["SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"]);

/** What to do for a warehouse's part of the order to move on. */
export type NextMove =
  | { kind: "step"; shipment: Shipment; step: ShipmentStep }
  /** Nothing to do but wait, and for what. */
  | { kind: "wait"; for: string }
  | { kind: "done" }
  | { kind: "stuck"; refusal: Extract<ServiceResult<never>, { ok: false }> };

/**
 * Takes the warehouse's shipments of the order through start, pick, pack, label and ship. Waits a while for what the
 * order still lacks, then `order_not_ready` says what; called again it goes on where it stopped, and does nothing twice.
 * `waitMs` is how long it waits at most.
 */
export async function fulfillOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  warehouseId: WarehouseId,
  waitMs = WAIT_MS,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "orders:fulfill") ?? lackingWarehouse(ctx, warehouseId);
  if (denied !== null) return denied;
  const first = await getOrder(ctx, orderId);
  if (!first.ok) return first;
  let order = first.value;
  const giveUpAt = Date.now() + waitMs;
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const move = nextMove(order, warehouseId);
    if (move.kind === "done") return { ok: true, value: order };
    if (move.kind === "stuck") return move.refusal;
    let waitsFor = move.kind === "wait" ? move.for : null;
    if (move.kind === "step") {
      const done = await executeOrder(ctx, orderId, commandOf(move.shipment.id, move.step));
      if (done.ok) {
        order = done.value;
        pause = FIRST_PAUSE_MS;
        continue;
      }
      waitsFor = waitOf(done.problem.code);
      if (waitsFor === null) return done;
    }
    if (Date.now() >= giveUpAt)
      return refuse("order_not_ready", `The order waits for ${waitsFor}.`, { extra: { waitingFor: waitsFor } });
    await scheduler.wait(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    const again = await getOrder(ctx, orderId);
    if (!again.ok) return again;
    order = again.value;
  }
}

/** A refusal that time or somebody else's step may cure; null for every other. */
function waitOf(code: string): string | null {
  if (code === "payment_not_captured") return "the payment's capture";
  if (code === "label_missing") return "the carrier's label";
  // Somebody on the floor has just done this step: the order is read again.
  return code === "shipment_state" ? "another hand on the same shipment" : null;
}

/** The next move for this warehouse's part of the order, as the order stands. */
export function nextMove(order: Order, warehouseId: WarehouseId): NextMove {
  if (order.ended !== null || order.state === "REFUNDED")
    return stuck(refuse("order_state", `The order has ended: ${order.ended?.as ?? order.state}.`));
  const mine = order.shipments.filter(
    (shipment) => shipment.warehouseId === warehouseId && shipment.state !== "CANCELLED",
  );
  if (mine.length === 0) return withoutShipment(order, warehouseId);
  const open = mine.filter(({ state }) => !GONE.has(state));
  if (open.length === 0) return { kind: "done" };
  const moves = open.map((shipment) => moveOf(shipment));
  return (
    moves.find(({ kind }) => kind === "step") ??
    moves.find(({ kind }) => kind === "stuck") ??
    moves[0] ?? { kind: "done" }
  );
}

function withoutShipment(order: Order, warehouseId: WarehouseId): NextMove {
  if (order.cancelling !== null) return stuck(refuse("order_state", "The order is being cancelled."));
  const promised = order.reservations.some(
    (reservation) =>
      reservation.warehouseId === warehouseId && (reservation.status === "HELD" || reservation.status === "ALLOCATED"),
  );
  switch (order.state) {
    case "PENDING":
    case "PAYMENT_PROCESSING":
      return promised || order.reservations.length === 0
        ? { kind: "wait", for: "its payment" }
        : stuck(notHere(warehouseId));
    case "PAYMENT_COMPLETED":
      return { kind: "wait", for: "the allocation of its stock" };
    case "FULFILLMENT_PENDING":
    case "FULFILLMENT_IN_PROGRESS":
      return promised ? { kind: "wait", for: "the warehouse's part to be requested" } : stuck(notHere(warehouseId));
    case "SHIPPED":
    case "DELIVERED":
    case "PAYMENT_FAILED":
    case "CANCELLED":
    case "REFUNDED":
      return stuck(notHere(warehouseId));
  }
}

function notHere(warehouseId: WarehouseId): Extract<ServiceResult<never>, { ok: false }> {
  return refuse("order_state", `Nothing of this order ships from ${warehouseId}.`);
}

function stuck(refusal: Extract<ServiceResult<never>, { ok: false }>): NextMove {
  return { kind: "stuck", refusal };
}

function moveOf(shipment: Shipment): NextMove {
  switch (shipment.state) {
    case "REQUESTED":
    case "ACCEPTED":
      return { kind: "step", shipment, step: { type: "StartPicking" } };
    case "PICKING":
      return { kind: "step", shipment, step: { type: "PackShipment" } };
    case "PACKED":
      return shipment.label === null
        ? { kind: "wait", for: "the carrier's label" }
        : { kind: "step", shipment, step: { type: "ShipShipment" } };
    case "EXCEPTION":
      return stuck(
        refuse(
          "shipment_state",
          `Shipment ${shipment.id} has a problem that a person must solve: ${shipment.problem ?? "unknown"}.`,
        ),
      );
    case "SHIPPED":
    case "OUT_FOR_DELIVERY":
    case "DELIVERED":
    case "CANCELLED":
      return { kind: "done" };
  }
}
