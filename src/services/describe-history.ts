import type { EffectView } from "../contracts/ledger-rpc.ts";
import type { HistoryEntry, SagaEntry } from "../contracts/orders.ts";
import type { Role } from "../contracts/principal.ts";
import type { Actor, OrderEvent, RecordedEvent } from "../domain/order/events.ts";
import { evolve } from "../domain/order/evolve.ts";
import type { Order } from "../domain/order/order.ts";
import { audienceOf, type Reader, seesParcelsOf } from "./audience.ts";
import { changesBetween } from "./describe-changes.ts";
import { detailsOf } from "./describe-customer-event.ts";
import { linesSeenBy } from "./describe-order.ts";

/**
 * The events with the order before and after each, oldest first, as this reader may know them. Tokens of means of
 * payment are left out for everybody.
 */
export function describeHistory(events: readonly RecordedEvent[], reader: Reader): HistoryEntry[] {
  let order: Order | null = null;
  return events.map((recorded) => {
    const previous: Order | null = order;
    const current = evolve(order, recorded);
    order = current;
    const changes = previous === null ? [] : changesBetween(previous, current);
    return {
      sequence: recorded.sequence,
      at: rfc3339(recorded.at),
      actor: describeActor(recorded.actor, reader),
      type: recorded.event.type,
      data: dataOf(recorded.event, current, reader),
      before: previous === null ? null : previous.state,
      after: current.state,
      changes: changes.filter(({ field }) => seesField(field, current, reader)),
    };
  });
}

/** Who it was, as this reader is told: only staff are told who of the staff. */
export function describeActor(actor: Actor, reader: Pick<Reader, "role">): HistoryEntry["actor"] {
  if (actor.kind === "system") return { kind: "system", id: actor.id, name: "Holdfast", role: "system" };
  const { kind, id, name, role } = actor;
  if (audienceOf(reader) === "buyers" && STAFF.has(role)) return { kind, id: "staff", name: "Holdfast", role };
  return { kind, id, name, role };
}

const STAFF: ReadonlySet<string> = new Set<Role>(["csr", "warehouse", "manager", "admin", "bridge"]);

function dataOf(event: OrderEvent, order: Order, reader: Reader): Record<string, unknown> {
  const audience = audienceOf(reader);
  if (audience === "staff") {
    const { type: _, ...data } = event;
    return withoutMeansOfPayment(data);
  }
  const told = detailsOf(event, order.currency);
  if (audience === "buyers") return told;
  if (/^(Payment|Refund|Dispute|Edit)/.test(event.type)) return {};
  const shipment = "shipmentId" in event ? order.shipments.find(({ id }) => id === event.shipmentId) : undefined;
  if (shipment !== undefined && !seesParcelsOf(reader, shipment.warehouseId)) return {};
  return Object.fromEntries(Object.entries(told).filter(([name]) => FLOOR_DATA.has(name)));
}

/** What of an event a warehouse is told, by name: nothing that is money. */
const FLOOR_DATA: ReadonlySet<string> = new Set([
  "approval",
  "channel",
  "changed",
  "reason",
  "returnId",
  "shipmentId",
  "trackingNumber",
  "warehouseId",
]);

/** Whether the reader is told of changes of this field of `changesBetween`. */
function seesField(field: string, order: Order, reader: Reader): boolean {
  if (audienceOf(reader) !== "floor") return true;
  const [group = "", which = "", name = ""] = field.split("/");
  switch (group) {
    case "shippingMethod":
    case "estimatedDelivery":
    case "address":
    case "returns":
    case "cancelling":
    case "ended":
      return true;
    case "contact":
      return which === "name";
    case "lines":
      return FLOOR_LINE.has(name) && linesSeenBy(order, reader).has(Number(which));
    case "shipments": {
      const shipment = order.shipments.find(({ number }) => String(number) === which);
      return shipment !== undefined && seesParcelsOf(reader, shipment.warehouseId);
    }
    default:
      return false;
  }
}

const FLOOR_LINE: ReadonlySet<string> = new Set(["sku", "quantity", "backordered"]);

/** Fields that hold a provider's token of a means of payment, in events and effects. */
const MEANS_OF_PAYMENT = new Set(["method", "paymentMethod"]);

function withoutMeansOfPayment(data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([name]) => !MEANS_OF_PAYMENT.has(name))
      .map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "object" && value !== null && !Array.isArray(value) ? withoutMeansOfPayment(value) : value,
      ]),
  );
}

/** The effects as the saga timeline shows them. What is in them, and what providers answered, is for staff. */
export function describeSaga(effects: readonly EffectView[], reader: Pick<Reader, "role">): SagaEntry[] {
  const isStaff = audienceOf(reader) === "staff";
  return effects.map(
    ({ id, kind, lane, status, effect, attempt, generation, createdAt, dueAt, settledAt, attempts }) => ({
      id,
      kind,
      lane,
      status,
      effect: isStaff ? withoutMeansOfPayment(effect) : {},
      attempt,
      generation,
      createdAt: rfc3339(createdAt),
      dueAt: dueAt === null ? null : rfc3339(dueAt),
      settledAt: settledAt === null ? null : rfc3339(settledAt),
      attempts: attempts.map((made) => ({
        attempt: made.attempt,
        at: rfc3339(made.at),
        outcome: made.outcome,
        detail: isStaff ? made.detail : "",
      })),
    }),
  );
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
