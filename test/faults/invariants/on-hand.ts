import type { OrderBook } from "../order-books.ts";
import type { RawLevel, RawMovement, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** Invariant 1: on hand is opening plus movements at every level, and what left is what orders shipped, once. */
export function checkOnHand(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const openings = new Map(
    state.ops.registrations.map(({ sku, warehouseId, opening }) => [`${sku}~${warehouseId}`, opening]),
  );
  const shipped = new Map<string, { quantity: number; level: string }>();
  for (const level of state.levels) {
    const name = `${level.sku}~${level.warehouseId}`;
    const opening = openings.get(name);
    list.must(opening !== undefined, () => `${name} has rows and is not registered`);
    checkBalances(list, name, level, opening ?? 0);
    for (const movement of level.movements) {
      if (movement.kind !== "shipment") continue;
      list.must(!shipped.has(movement.ref), () => `${name}: ${movement.ref} left twice`);
      shipped.set(movement.ref, { quantity: -movement.delta, level: name });
    }
  }
  checkShipments(list, shipped, orders);
  return list.finding("1", "on hand = opening + movements");
}

function checkBalances(list: Checklist, name: string, level: RawLevel, opening: number): void {
  const [first, ...others] = level.movements;
  list.must(
    first?.kind === "opening" && first.delta === opening,
    () => `${name} does not begin with its opening of ${opening}`,
  );
  let balance = 0;
  for (const [index, movement] of level.movements.entries()) {
    const { sequence, delta } = movement;
    list.must(sequence === index + 1, () => `${name}: movement ${index + 1} has the sequence ${sequence}`);
    balance += delta;
    list.must(
      movement.balance === balance,
      () => `${name}: movement ${sequence} says ${movement.balance} on hand, and the movements come to ${balance}`,
    );
    list.must(
      hasRightSign(movement),
      () => `${name}: a movement of the kind ${movement.kind} changes on hand by ${delta}`,
    );
  }
  const commands = others.filter(({ kind }) => kind !== "drift").map(({ ref }) => ref);
  list.must(
    new Set(commands).size === commands.length,
    () => `${name}: one reference moved stock twice: ${repeated(commands).join(", ")}`,
  );
  list.must(!others.some(({ kind }) => kind === "opening"), () => `${name} opened twice`);
}

function hasRightSign({ kind, delta }: RawMovement): boolean {
  switch (kind) {
    case "opening":
      return delta >= 0;
    case "receipt":
    case "transfer_in":
    case "transfer_back":
      return delta > 0;
    case "shipment":
    case "transfer_out":
      return delta < 0;
    case "adjustment":
    case "drift":
      return delta !== 0;
  }
}

function repeated(refs: readonly string[]): string[] {
  return [...new Set(refs.filter((ref, index) => refs.indexOf(ref) !== index))];
}

function checkShipments(
  list: Checklist,
  shipped: ReadonlyMap<string, { quantity: number; level: string }>,
  orders: ReadonlyMap<string, OrderBook>,
): void {
  const expected = new Set<string>();
  for (const { order, effects } of orders.values()) {
    const pending = effects.filter(({ effect, status }) => effect.kind === "ShipStock" && status !== "done");
    for (const shipment of order.shipments) {
      if (shipment.reachedAt.SHIPPED === undefined) continue;
      for (const { reservationId, quantity, sku } of shipment.items) {
        const ref = `${shipment.id}:${reservationId}`;
        expected.add(ref);
        const found = shipped.get(ref);
        if (
          found === undefined &&
          pending.some(({ effect }) => effect.kind === "ShipStock" && effect.shipmentId === shipment.id)
        )
          continue;
        list.must(
          found?.quantity === quantity && found.level === `${sku}~${shipment.warehouseId}`,
          () =>
            `${order.id}: ${quantity} of ${sku} shipped from ${shipment.warehouseId}, and its books say ${found === undefined ? "nothing" : `${found.quantity} at ${found.level}`}`,
        );
      }
    }
  }
  for (const [ref, { level }] of shipped)
    list.must(expected.has(ref), () => `${level}: ${ref} left, and no order shipped it`);
}
