import { arrived, type Return } from "../../../src/domain/order/return.ts";
import type { LineUnits, Order } from "../../../src/domain/order/order.ts";
import { hasReached, liveShipments } from "../../../src/domain/order/state.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** What units that came back are received under: a return's id or a refund's name, and the line. */
const CAME_BACK = /^(rtn_[0-9a-z-]+|ord_[0-9a-z]+:refund:\d+):\d+$/;

/**
 * Invariant 1 for what comes back: no unit is returned twice, a unit becomes stock where it arrived if inspection says so,
 * once and else never, and its money is asked back once.
 */
export function checkReturns(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const received = new Map<string, number>();
  for (const { sku, warehouseId, movements } of state.levels)
    for (const { kind, ref, delta } of movements)
      if (kind === "receipt" && CAME_BACK.test(ref)) {
        const name = `${ref} ${sku}~${warehouseId}`;
        received.set(name, (received.get(name) ?? 0) + delta);
      }
  const expected = new Set<string>();
  for (const book of orders.values()) {
    for (const returned of book.order.returns) checkReturn(list, book.order, returned);
    checkUnits(list, book.order);
    for (const { name, quantity } of restocked(book.order)) {
      expected.add(name);
      const isPending = book.effects.some(({ effect, status, ...rest }) => {
        const isOver = status !== "failed" && !isOpen({ effect, status, ...rest });
        return effect.kind === "RestockReturn" && !isOver && name.startsWith(`${effect.ref}:`);
      });
      list.must(
        received.get(name) === quantity || (isPending && !received.has(name)),
        () => `${name}: ${quantity} came back, and ${received.get(name) ?? "nothing"} became stock`,
      );
    }
  }
  for (const [name, units] of received)
    list.must(expected.has(name), () => `${name}: ${units} became stock, and nobody has sent them back`);
  return list.finding("1", "what comes back is stock once, as inspected");
}

/** What an order's returns and refunds say became stock, by the movement's reference and level. */
function restocked({ id, returns, refunds, lines }: Order): { name: string; quantity: number }[] {
  const skuOf = (number: number) => lines.find((line) => line.number === number)?.sku ?? "";
  const inspected = returns.flatMap((returned) =>
    sumByLine(returned.inspected.filter(({ outcome }) => outcome === "restock")).map(({ line, quantity }) => ({
      name: `${returned.id}:${line} ${skuOf(line)}~${returned.receivedAt ?? ""}`,
      quantity,
    })),
  );
  const byHand = refunds.flatMap(({ number, restock }) =>
    restock.map(({ line, quantity, sku, warehouseId }) => ({
      name: `${id}:refund:${number}:${line} ${sku}~${warehouseId}`,
      quantity,
    })),
  );
  return [...inspected, ...byHand];
}

function checkReturn(list: Checklist, { refunds }: Order, { id, state, lines, inspected, receivedAt }: Return): void {
  const isInspected = state === "INSPECTED";
  list.must(
    isInspected ? sameUnits(inspected, lines) && receivedAt !== null : inspected.length === 0,
    () => `${id} is ${state}, and ${inspected.length} of its units were inspected`,
  );
  const own = refunds.filter(({ returnId }) => returnId === id);
  const back = arrived(inspected);
  list.must(
    own.length === (back.length > 0 ? 1 : 0) && own.every((refund) => sameUnits(refund.lines, back)),
    () => `${id}: its units came back, and ${own.length} refunds are for them`,
  );
}

/** Returns and refunds together never speak for more units of a line than have left. */
function checkUnits(list: Checklist, order: Order): void {
  const shipped = sumByLine(
    liveShipments(order)
      .filter((shipment) => hasReached(shipment, "SHIPPED"))
      .flatMap(({ items }) => items),
  );
  const back = sumByLine([
    ...order.returns.flatMap(({ state, lines, inspected }): LineUnits[] =>
      state === "INSPECTED" ? arrived(inspected) : state === "REJECTED" ? [] : lines,
    ),
    ...order.refunds.filter(({ returnId }) => returnId === null).flatMap(({ lines }) => lines),
  ]);
  for (const { line, quantity } of back) {
    const left = shipped.find((units) => units.line === line)?.quantity ?? 0;
    list.must(quantity <= left, () => `${order.id}: ${quantity} units of line ${line} came back, and ${left} had left`);
  }
}

function sumByLine(units: readonly LineUnits[]): LineUnits[] {
  return [...Map.groupBy(units, ({ line }) => line)].map(([line, ofLine]) => ({
    line,
    quantity: ofLine.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
}

function sameUnits(one: readonly LineUnits[], other: readonly LineUnits[]): boolean {
  const told = (units: readonly LineUnits[]): string =>
    sumByLine(units)
      .map(({ line, quantity }) => `${line}×${quantity}`)
      .toSorted()
      .join();
  return told(one) === told(other);
}
