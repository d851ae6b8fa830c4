import type { WarehouseId } from "../ids.ts";
import type { OrderRefusal } from "./commands.ts";
import type { Decision } from "./decide.ts";
import type { OrderEvent } from "./events.ts";
import type { LineUnits, Order } from "./order.ts";
import { asCredit, refundAmount, refundableNow, refundAskedFor, refundOfUnits, type RestockUnits } from "./refund.ts";
import { returnPolicyOf, termsFor } from "./return-policy.ts";
import {
  arrived,
  claimedUnits,
  findReturn,
  type InspectedUnits,
  nextReturn,
  type Return,
  type ReturnCommand,
  type ReturnState,
} from "./return.ts";
import { hasReached, liveShipments, unitsInParcels } from "./state.ts";

const DAY_MS = 24 * 3_600_000;

/** What a command on returns or refunds makes of the order. `now` is epoch milliseconds. */
export function decideReturn(order: Order, command: ReturnCommand, now: number): Decision {
  switch (command.type) {
    case "RequestReturn":
      return request(order, command, now);
    case "ApproveReturn":
      return onReturn(order, command.returnId, "REQUESTED", () =>
        accept({ type: "ReturnApproved", returnId: command.returnId }),
      );
    case "RejectReturn":
      return onReturn(order, command.returnId, "REQUESTED", () =>
        accept({ type: "ReturnRejected", returnId: command.returnId, reason: command.reason }),
      );
    case "ReceiveReturn":
      return onReturn(order, command.returnId, "APPROVED", () =>
        accept({ type: "ReturnReceived", returnId: command.returnId, warehouseId: command.warehouseId }),
      );
    case "InspectReturn":
      return onReturn(order, command.returnId, "RECEIVED", (returned) => inspect(order, returned, command.units));
    case "RefundOrder":
      return "amount" in command.of
        ? refundAnAmount(order, command.of.amount, command.reason)
        : refundLines(order, command.of, command.reason);
  }
}

function accept(...events: OrderEvent[]): Decision {
  return { ok: true, events };
}

function refuse(refusal: OrderRefusal): Decision {
  return { ok: false, refusal };
}

function onReturn(order: Order, id: string, needs: ReturnState, decideIt: (returned: Return) => Decision): Decision {
  const returned = findReturn(order, id);
  if (!returned) return refuse({ reason: "return_unknown" });
  return returned.state === needs
    ? decideIt(returned)
    : refuse({ reason: "return_state", state: returned.state, needs });
}

function request(
  order: Order,
  { lines, reason, condition, by, exchange }: Extract<ReturnCommand, { type: "RequestReturn" }>,
  now: number,
): Decision {
  const wrong = firstNotIn(lines, (line) => unitsInParcels(order, line, "DELIVERED") - claimedUnits(order, line));
  if (wrong) return refuse({ reason: "not_returnable", ...wrong });
  const policy = returnPolicyOf(order.channel);
  const late = lines.find(({ line, quantity }) => quantity > unitsInWindow(order, line, policy.windowDays, now));
  if (late && by === "customer")
    return refuse({ reason: "return_window_ended", line: late.line, windowDays: policy.windowDays });
  const [{ line: first }] = lines as [LineUnits];
  const returned = {
    ...nextReturn(order),
    reason,
    condition,
    terms: termsFor(policy, condition),
    lines: order.lines.flatMap(({ number, sku }) => {
      const quantity = lines.find(({ line }) => line === number)?.quantity;
      return quantity === undefined ? [] : [{ line: number, sku, quantity }];
    }),
    warehouseId: sourceOf(order, first),
    ...(exchange && { exchange: { ...exchange, orderId: null, declined: null } }),
  };
  return late === undefined && policy.approves.includes(condition)
    ? accept(
        { type: "ReturnRequested", returned, approval: "automatic" },
        { type: "ReturnApproved", returnId: returned.id },
      )
    : accept({ type: "ReturnRequested", returned, approval: "by_hand" });
}

/** Units of the line in parcels that were delivered at most so many days ago. */
function unitsInWindow(order: Order, line: number, windowDays: number, now: number): number {
  const shipments = order.shipments.filter(
    ({ reachedAt }) => reachedAt.DELIVERED !== undefined && now < reachedAt.DELIVERED + windowDays * DAY_MS,
  );
  return unitsInParcels({ shipments }, line, "DELIVERED");
}

/** The warehouse that the line, or the first part of it, came from. */
function sourceOf(order: Order, line: number): WarehouseId {
  const source = liveShipments(order).find(({ items }) => items.some((item) => item.line === line));
  if (!source) throw new Error(`${order.id}: line ${line} was delivered and has no shipment`);
  return source.warehouseId;
}

/** The first line that is not there, is named twice, or of which more units are named than there are; null where all is well. */
function firstNotIn(units: readonly LineUnits[], there: (line: number) => number): LineUnits | null {
  if (units.length === 0) return { line: 0, quantity: 0 };
  for (const { line, quantity } of units) {
    const most = Math.max(0, there(line));
    const isTwice = units.filter((other) => other.line === line).length > 1;
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > most || isTwice) return { line, quantity: most };
  }
  return null;
}

function inspect(order: Order, returned: Return, units: InspectedUnits[]): Decision {
  for (const { line, quantity } of returned.lines) {
    const found = units.filter((one) => one.line === line);
    const isWhole = found.every((one) => Number.isSafeInteger(one.quantity) && one.quantity >= 1);
    if (!isWhole || found.reduce((sum, one) => sum + one.quantity, 0) !== quantity)
      return refuse({ reason: "inspection_incomplete", line, quantity });
  }
  const stranger = units.find(({ line }) => !returned.lines.some((one) => one.line === line));
  if (stranger) return refuse({ reason: "inspection_incomplete", line: stranger.line, quantity: 0 });
  const { id: returnId, reason, terms, exchange } = returned;
  const back = perLine(arrived(units));
  const inspected: OrderEvent = { type: "ReturnInspected", returnId, units };
  // Without credit there is nothing to exchange for, and the customer is told so.
  const declined: OrderEvent[] = exchange ? [{ type: "ExchangeDeclined", returnId, reason: "nothing_to_credit" }] : [];
  if (back.length === 0) return accept(inspected, ...declined);
  const refund = refundOfUnits(order, back, { reason, returnId, terms });
  return exchange && refundAmount(refund) > 0
    ? accept(inspected, { type: "RefundRequested", refund: asCredit(refund) })
    : accept(inspected, { type: "RefundRequested", refund }, ...declined);
}

function perLine(units: readonly LineUnits[]): LineUnits[] {
  const lines = [...new Set(units.map(({ line }) => line))];
  return lines.map((line) => ({
    line,
    quantity: units.filter((one) => one.line === line).reduce((sum, { quantity }) => sum + quantity, 0),
  }));
}

function refundAnAmount(order: Order, amount: number, reason: string): Decision {
  const refundable = refundableNow(order);
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > refundable)
    return refuse({ reason: "refund_too_large", refundable });
  return accept({ type: "RefundRequested", refund: refundAskedFor(order, amount, reason) });
}

function refundLines(order: Order, of: { lines: LineUnits[]; restock: boolean }, reason: string): Decision {
  const wrong = firstNotIn(of.lines, (line) => unitsInParcels(order, line, "SHIPPED") - claimedUnits(order, line));
  if (wrong) return refuse({ reason: "not_refundable", ...wrong });
  const refund = refundOfUnits(order, of.lines, { reason, restock: of.restock ? cameFrom(order, of.lines) : [] });
  return refundAmount(refund) === 0
    ? refuse({ reason: "refund_too_large", refundable: refundableNow(order) })
    : accept({ type: "RefundRequested", refund });
}

/** The units at the warehouses that shipped them, the earliest parcel first. */
function cameFrom(order: Order, units: readonly LineUnits[]): RestockUnits[] {
  const restock: RestockUnits[] = [];
  for (const { line, quantity } of units) {
    let left = quantity;
    for (const { warehouseId, items } of liveShipments(order).filter((shipment) => hasReached(shipment, "SHIPPED")))
      for (const item of items.filter((one) => one.line === line)) {
        const taken = Math.min(left, item.quantity);
        const same = restock.find((one) => one.line === line && one.warehouseId === warehouseId);
        if (taken > 0 && same) same.quantity += taken;
        else if (taken > 0) restock.push({ line, sku: item.sku, quantity: taken, warehouseId });
        left -= taken;
      }
  }
  return restock;
}
