import { describe, expect, it } from "vitest";
import { type EffectId, returnIdOf, type ShipmentId, type WarehouseId } from "../../src/domain/ids.ts";
import type { OrderCommand, OrderCommandType, OrderRefusal } from "../../src/domain/order/commands.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { LEGAL_MOVES } from "../../src/domain/order/legal-moves.ts";
import { ORDER_STATES, type OrderState } from "../../src/domain/order/order.ts";
import { contentOf } from "../support/order-content.ts";
import { MINUTE, OrderBooks, PLACED_AT, placedOrder, reservation } from "../support/order-books.ts";

const declined = { status: "failed", intentId: "pi_1", code: "card_declined", message: "no" } as const;

/** A real order in each state, made by what leads there. */
const IN_STATE: Record<OrderState, () => OrderBooks> = {
  PENDING: () => new OrderBooks(),
  PAYMENT_PROCESSING: () => {
    const books = new OrderBooks();
    books.payment({ status: "created", intentId: "pi_1" });
    return books;
  },
  PAYMENT_COMPLETED: () => new OrderBooks().authorized(),
  FULFILLMENT_PENDING: () => new OrderBooks().authorized().allocated(),
  FULFILLMENT_IN_PROGRESS: () => new OrderBooks().authorized().allocated().picking(),
  SHIPPED: () => new OrderBooks().authorized().allocated().shipped(),
  DELIVERED: () => new OrderBooks().authorized().allocated().delivered(),
  PAYMENT_FAILED: () => {
    const books = new OrderBooks();
    books.payment(declined);
    return books;
  },
  CANCELLED: () => new OrderBooks().accept({ type: "CancelOrder", reason: "changed my mind" }),
  REFUNDED: () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().captured();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "recalled" });
    const { amount } = books.effect("RefundPayment").effect;
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: amount.amount });
    return books;
  },
};

/** The command as somebody would give it to this order. */
function commandFor(type: OrderCommandType, { order }: OrderBooks): OrderCommand {
  const shipmentId = order.shipments[0]?.id ?? ("shp_none-1" as ShipmentId);
  const returnId = returnIdOf(order.id, 1);
  switch (type) {
    case "PlaceOrder":
      return { type, order: placedOrder() };
    case "CancelOrder":
      return { type, reason: "changed my mind" };
    case "ProvidePayment":
      return { type, method: "pm_other" };
    case "CapturePayment":
    case "VoidPayment":
      return { type, payment: 1 };
    case "ReportShort":
      return { type, shipmentId, items: [{ line: 1, quantity: 1 }], reason: "bin empty" };
    case "RaiseException":
      return { type, shipmentId, reason: "wet" };
    case "StartPicking":
    case "PackShipment":
    case "ShipShipment":
    case "DeliverShipment":
      return { type, shipmentId };
    case "SendMessage":
      return { type, text: "hello" };
    case "RequestReturn":
      return { type, lines: [{ line: 1, quantity: 1 }], reason: "too small", condition: "unused", by: "customer" };
    case "ApproveReturn":
      return { type, returnId };
    case "RejectReturn":
      return { type, returnId, reason: "worn" };
    case "ReceiveReturn":
      return { type, returnId, warehouseId: "berlin" as WarehouseId };
    case "InspectReturn":
      return { type, returnId, units: [{ line: 1, quantity: 1, outcome: "restock" }] };
    case "RefundOrder":
      return { type, reason: "goodwill", of: { amount: 1 } };
    case "ResendNotification":
      return { type, notification: "order_received", about: "order" };
    case "RetryEffect":
      return { type, effectId: `${order.id}:1:AuthorizePayment` as EffectId };
    case "EditOrder":
      return { type, edit: { content: contentOf(order, { 1: 1 }) } };
    case "AddItems":
      return { type, edit: { content: contentOf(order, {}, ["berlin"]) } };
    case "CancelLines":
      return { type, lines: [{ line: 1, quantity: 1 }], reason: "one is enough" };
  }
}

type Answer = "accepted" | OrderRefusal["reason"];
type Row = Partial<Record<OrderState, Answer>> & { otherwise: Answer };

/** The orders in each state have no return yet. */
const NO_RETURN: Row = {
  PENDING: "not_delivered",
  PAYMENT_PROCESSING: "not_delivered",
  PAYMENT_COMPLETED: "not_delivered",
  CANCELLED: "already_ended",
  REFUNDED: "already_ended",
  otherwise: "return_unknown",
};

const ON_AUTHORIZATION: Row = {
  FULFILLMENT_PENDING: "accepted",
  FULFILLMENT_IN_PROGRESS: "accepted",
  SHIPPED: "capture_asked",
  DELIVERED: "capture_asked",
  CANCELLED: "already_ended",
  REFUNDED: "already_ended",
  otherwise: "payment_state",
};

/** What each command meets: written by hand, and not read off LEGAL_MOVES. */
const EXPECTED: Record<OrderCommandType, Row> = {
  PlaceOrder: { otherwise: "order_exists" },
  CancelOrder: {
    FULFILLMENT_IN_PROGRESS: "picking_started",
    SHIPPED: "already_shipped",
    DELIVERED: "already_shipped",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "accepted",
  },
  ProvidePayment: {
    PAYMENT_FAILED: "accepted",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "payment_not_failed",
  },
  CapturePayment: { ...ON_AUTHORIZATION, PAYMENT_COMPLETED: "stock_not_allocated" },
  VoidPayment: {
    ...ON_AUTHORIZATION,
    PAYMENT_COMPLETED: "payment_needed",
    FULFILLMENT_PENDING: "payment_needed",
    FULFILLMENT_IN_PROGRESS: "payment_needed",
  },
  StartPicking: {
    FULFILLMENT_PENDING: "accepted",
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  ReportShort: {
    FULFILLMENT_IN_PROGRESS: "accepted",
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  PackShipment: {
    FULFILLMENT_IN_PROGRESS: "accepted",
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  ShipShipment: {
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  DeliverShipment: {
    SHIPPED: "accepted",
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  RaiseException: {
    FULFILLMENT_PENDING: "accepted",
    FULFILLMENT_IN_PROGRESS: "accepted",
    SHIPPED: "accepted",
    PAYMENT_FAILED: "shipment_unknown",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "shipment_state",
  },
  ResendNotification: { otherwise: "accepted" },
  SendMessage: { otherwise: "accepted" },
  RetryEffect: { otherwise: "effect_not_failed" },
  EditOrder: {
    FULFILLMENT_IN_PROGRESS: "picking_started",
    SHIPPED: "already_shipped",
    DELIVERED: "already_shipped",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "accepted",
  },
  AddItems: {
    SHIPPED: "already_shipped",
    DELIVERED: "already_shipped",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "accepted",
  },
  CancelLines: {
    FULFILLMENT_IN_PROGRESS: "quantity_exceeds_open",
    SHIPPED: "already_shipped",
    DELIVERED: "already_shipped",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "accepted",
  },
  RequestReturn: {
    DELIVERED: "accepted",
    FULFILLMENT_PENDING: "not_returnable",
    FULFILLMENT_IN_PROGRESS: "not_returnable",
    SHIPPED: "not_returnable",
    PAYMENT_FAILED: "not_returnable",
    CANCELLED: "already_ended",
    REFUNDED: "already_ended",
    otherwise: "not_delivered",
  },
  ApproveReturn: NO_RETURN,
  RejectReturn: NO_RETURN,
  ReceiveReturn: NO_RETURN,
  InspectReturn: NO_RETURN,
  RefundOrder: { CANCELLED: "already_ended", REFUNDED: "already_ended", otherwise: "refund_too_large" },
};

describe("an order in each state", () => {
  it.each(ORDER_STATES)("%s is reached by what leads there", (state) => {
    expect(IN_STATE[state]().order.state).toBe(state);
  });

  const pairs = ORDER_STATES.flatMap((state) =>
    (Object.keys(LEGAL_MOVES) as OrderCommandType[]).map((type) => ({
      state,
      type,
      answer: EXPECTED[type][state] ?? EXPECTED[type].otherwise,
    })),
  );

  it.each(pairs)("$state meets $type with: $answer", ({ state, type, answer }) => {
    const books = IN_STATE[state]();
    const before = structuredClone(books.order);
    const decision = decide(books.order, commandFor(type, books), books.now);
    expect(decision.ok ? "accepted" : decision.refusal.reason).toBe(answer);
    expect(books.order, "decide changes nothing").toEqual(before);
    const move = LEGAL_MOVES[type][state];
    if (move === "yes") expect(answer).toBe("accepted");
    else if (move !== "depends") expect(answer).toBe(move);
  });
});

describe("the rules of commands", () => {
  it("an order without lines or of 5.00 or less is refused", () => {
    expect(decide(null, { type: "PlaceOrder", order: placedOrder([]) }, PLACED_AT)).toEqual({
      ok: false,
      refusal: { reason: "no_lines" },
    });
    const five = placedOrder([{ quantity: 1, unitPrice: 500, held: { berlin: 1 } }]);
    expect(decide(null, { type: "PlaceOrder", order: five }, PLACED_AT)).toEqual({
      ok: false,
      refusal: { reason: "total_too_small", minimum: 500 },
    });
    const more = placedOrder([{ quantity: 1, unitPrice: 501, held: { berlin: 1 } }]);
    expect(decide(null, { type: "PlaceOrder", order: more }, PLACED_AT)).toMatchObject({ ok: true });
    const yen = placedOrder([{ quantity: 1, unitPrice: 5, held: { berlin: 1 } }], { currency: "JPY" });
    expect(decide(null, { type: "PlaceOrder", order: yen }, PLACED_AT)).toEqual({
      ok: false,
      refusal: { reason: "total_too_small", minimum: 5 },
    });
  });

  it("anything but placing needs an order", () => {
    expect(() => decide(null, { type: "SendMessage", text: "hello" }, PLACED_AT)).toThrow("needs an order");
  });

  it("a second cancel while the first waits is refused", () => {
    const books = IN_STATE.FULFILLMENT_PENDING().accept({ type: "CancelOrder", reason: "one" });
    expect(books.command({ type: "CancelOrder", reason: "two" })).toEqual({
      ok: false,
      refusal: { reason: "cancel_pending" },
    });
  });

  it("another means of payment is taken until the hold ends, and not from then on", () => {
    const books = IN_STATE.PAYMENT_FAILED();
    books.now = PLACED_AT + 30 * MINUTE;
    expect(books.command({ type: "ProvidePayment", method: "pm_other" })).toEqual({
      ok: false,
      refusal: { reason: "hold_ended" },
    });
    books.now -= 1;
    expect(books.command({ type: "ProvidePayment", method: "pm_other" })).toMatchObject({ ok: true });
    expect(books.order.payments).toMatchObject([
      { status: "failed" },
      { status: "requested", method: "pm_other", amount: 2000, deadline: PLACED_AT + 30 * MINUTE },
    ]);
    expect(books.order.state).toBe("PENDING");
  });

  it("no parcel leaves without a label, or with an unknown id", () => {
    const books = IN_STATE.FULFILLMENT_IN_PROGRESS();
    const shipmentId = books.shipment();
    books.accept({ type: "PackShipment", shipmentId });
    expect(books.command({ type: "ShipShipment", shipmentId })).toEqual({
      ok: false,
      refusal: { reason: "label_missing" },
    });
    expect(books.command({ type: "ShipShipment", shipmentId: "shp_other-1" as ShipmentId })).toEqual({
      ok: false,
      refusal: { reason: "shipment_unknown" },
    });
    const tracking = { carrier: "dhl", service: "paket", trackingNumber: "JJD1" };
    books.accept({ type: "ShipShipment", shipmentId, tracking });
    expect(books.order.shipments[0]?.label).toEqual(tracking);
  });

  it("a short pick names lines of the shipment, whole units, and no more than there are", () => {
    const books = IN_STATE.FULFILLMENT_IN_PROGRESS();
    const shipmentId = books.shipment();
    const report = (items: { line: number; quantity: number }[]) =>
      books.command({ type: "ReportShort", shipmentId, items, reason: "bin empty" });
    expect(report([])).toMatchObject({ refusal: { reason: "line_unknown" } });
    expect(report([{ line: 2, quantity: 1 }])).toEqual({ ok: false, refusal: { reason: "line_unknown", line: 2 } });
    for (const quantity of [0, -1, 1.5, 3, Number.NaN])
      expect(report([{ line: 1, quantity }]), String(quantity)).toEqual({
        ok: false,
        refusal: { reason: "quantity_exceeds_shipment", line: 1, quantity: 2 },
      });
    expect(
      report([
        { line: 1, quantity: 1 },
        { line: 1, quantity: 1 },
      ]),
    ).toMatchObject({ refusal: { reason: "quantity_exceeds_shipment" } });
  });

  it("a line that two reservations of one warehouse fill can be short of both", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 3, held: { berlin: 2, paris: 1 } }])).authorized();
    const paris = books.order.reservations[1];
    if (!paris) throw new Error("no second reservation");
    books.allocated([paris.id]);
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [reservation(books.order.id, 1, "berlin", 1, "again")],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    books.allocated().picking();
    expect(books.order.shipments).toMatchObject([{ items: [{ quantity: 2 }, { quantity: 1 }] }]);
    books.accept({
      type: "ReportShort",
      shipmentId: books.shipment(),
      items: [{ line: 1, quantity: 3 }],
      reason: "bin empty",
    });
    expect(books.order.shipments).toMatchObject([{ state: "CANCELLED", items: [] }]);
    expect(books.effect("ReSource").effect.lines).toMatchObject([{ line: 1, quantity: 3 }]);
  });

  it("an exception keeps the place it happened at, so that work goes on from there", () => {
    const books = IN_STATE.FULFILLMENT_IN_PROGRESS();
    const shipmentId = books.shipment();
    books.accept({ type: "RaiseException", shipmentId, reason: "wet" });
    expect(books.order.shipments).toMatchObject([{ state: "EXCEPTION", problem: "wet" }]);
    expect(books.command({ type: "StartPicking", shipmentId })).toMatchObject({
      refusal: { reason: "shipment_state" },
    });
    books.accept({ type: "PackShipment", shipmentId });
    expect(books.order.shipments).toMatchObject([{ state: "PACKED", problem: null }]);
  });

  it("with capture on order nothing leaves before the capture", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().packed();
    const ship = { type: "ShipShipment", shipmentId: books.shipment() } as const;
    expect(books.command(ship)).toEqual({ ok: false, refusal: { reason: "payment_not_captured" } });
    books.captured();
    expect(books.command(ship)).toMatchObject({ ok: true });
  });

  it("nothing leaves while the money that was secured is gone again", () => {
    const books = IN_STATE.FULFILLMENT_PENDING().packed();
    books.payment({ status: "voided", intentId: "pi_1" });
    const ship = { type: "ShipShipment", shipmentId: books.shipment() } as const;
    expect(books.command(ship)).toEqual({ ok: false, refusal: { reason: "payment_not_captured" } });
    books.authorized(2);
    expect(books.command(ship)).toMatchObject({ ok: true });
  });

  it("an effect that failed for good is tried again once for each time that somebody asks", () => {
    const books = IN_STATE.FULFILLMENT_PENDING();
    const { id } = books.effect("Notify");
    books.exhausted("Notify", "bounced");
    expect(books.command({ type: "RetryEffect", effectId: id })).toEqual({
      ok: true,
      events: [{ type: "EffectRetried", effectId: id }],
    });
    expect(books.command({ type: "RetryEffect", effectId: id })).toEqual({
      ok: false,
      refusal: { reason: "effect_not_failed" },
    });
  });
});
