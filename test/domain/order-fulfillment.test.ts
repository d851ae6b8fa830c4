import { describe, expect, it } from "vitest";
import { deviationActions } from "../../src/domain/deviation.ts";
import { PAYMENT_WINDOW_MS } from "../../src/domain/order/order.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, placedOrder } from "../support/order-books.ts";

/** Two lines: one held in Berlin and Paris, one all in Berlin. */
const split = () =>
  placedOrder([
    { quantity: 3, held: { berlin: 1, paris: 2 } },
    { quantity: 1, held: { berlin: 1 } },
  ]);
const confirmed = (change: Parameters<typeof placedOrder>[1] = {}) =>
  new OrderBooks({ ...split(), ...change }).authorized().allocated();

const DAY = 24 * 60 * MINUTE;

describe("fulfillment", () => {
  it("FulfillmentAccepted moves the order only where the warehouse picks at once", () => {
    const floor = confirmed();
    floor.done("RequestFulfillment", {
      kind: "RequestFulfillment",
      accepted: true,
      reference: "x",
      picksAtOnce: false,
    });
    expect(floor.order.state).toBe("FULFILLMENT_PENDING");
    const wms = confirmed();
    wms.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: true, reference: "x", picksAtOnce: true });
    expect(wms.order.state).toBe("FULFILLMENT_IN_PROGRESS");
  });

  it("packing asks for the label", () => {
    const books = confirmed().picking();
    books.called();
    books.accept({ type: "PackShipment", shipmentId: books.shipment() });
    expect(books.called()).toEqual([{ kind: "CreateLabel", shipmentId: books.shipment() }]);
  });

  it("FulfillmentRefused releases the parcel's stock and sources its units elsewhere", () => {
    const books = confirmed();
    books.called();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ warehouseId: "paris", quantity: 2 }] },
      { kind: "ReSource", lines: [{ line: 1, quantity: 2 }], exclude: ["paris"] },
    ]);
    expect(books.order.shipments[1]).toMatchObject({ state: "CANCELLED", problem: "closed" });
  });

  it("two refusals are two searches, each for its own units", () => {
    const books = confirmed();
    const [first, second] = books.effects.filter(({ effect }) => effect.kind === "RequestFulfillment");
    for (const called of [first!, second!])
      books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" }, called);
    const searches = books.effects.flatMap(({ effect }) =>
      effect.kind === "ReSource" ? [effect.lines.map(({ line, quantity }) => [line, quantity])] : [],
    );
    expect(searches).toEqual([
      [
        [1, 1],
        [2, 1],
      ],
      [[1, 2]],
    ]);
  });

  it("a short pick writes the units off, gives up their promise, sources them elsewhere, and the rest is packed", () => {
    const books = confirmed().picking(1);
    books.called();
    books.accept({
      type: "ReportShort",
      shipmentId: books.shipment(1),
      items: [{ line: 1, quantity: 1 }],
      reason: "bin empty",
    });
    expect(books.called()).toMatchObject([
      { kind: "WriteOffShort", reservations: [{ quantity: 1 }] },
      // What is not there is promised no more: it would be missing from what others are offered.
      { kind: "ReleaseStock", reservations: [{ keep: 1 }] },
      { kind: "ReSource", lines: [{ line: 1, quantity: 1 }], exclude: ["paris"] },
    ]);
    expect(books.order.shipments[1]).toMatchObject({ state: "PICKING", items: [{ quantity: 1 }] });
    books.accept({ type: "PackShipment", shipmentId: books.shipment(1) });
  });

  it("a short pick of all of a parcel cancels the parcel and frees its reservation", () => {
    const books = confirmed().picking(1);
    books.called();
    books.accept({
      type: "ReportShort",
      shipmentId: books.shipment(1),
      items: [{ line: 1, quantity: 2 }],
      reason: "bin empty",
    });
    expect(books.kinds()).toEqual(["WriteOffShort", "ReleaseStock", "ReSource"]);
    expect(books.order.shipments[1]).toMatchObject({ state: "CANCELLED", items: [] });
    expect(books.command({ type: "PackShipment", shipmentId: books.shipment(1) })).toMatchObject({
      refusal: { reason: "shipment_state" },
    });
  });

  it("the first ShipmentShipped captures all, each one takes its stock, tells, and is tracked", () => {
    const books = confirmed().shipped(0);
    expect(books.called()).toMatchObject([
      { kind: "CapturePayment", payment: 1, amount: { amount: 4000 } },
      { kind: "ShipStock", reservations: [{ quantity: 1 }, { quantity: 1 }] },
      { kind: "Notify", notification: "shipped", subject: `shipment:${books.shipment(0)}` },
      { kind: "TrackParcel", shipmentId: books.shipment(0) },
    ]);
    expect(books.order.state, "never ahead of the slowest parcel").toBe("FULFILLMENT_IN_PROGRESS");
    books.captured().shipped(1);
    expect(books.kinds()).toEqual(["ShipStock", "Notify shipped", "TrackParcel"]);
    expect(books.order.state).toBe("SHIPPED");
  });

  it("ShipmentDelivered tells, and the last one ends the order's way", () => {
    const books = confirmed().delivered(0);
    expect(books.kinds()).toEqual(["Notify delivered"]);
    expect(books.order.state).toBe("FULFILLMENT_IN_PROGRESS");
    books.shipped(1).done("TrackParcel", { kind: "TrackParcel", status: "delivered" });
    expect(books.order.state).toBe("DELIVERED");
  });

  it("the carrier's news is taken once, in whatever order it comes", () => {
    const books = new OrderBooks().authorized().allocated();
    const shipmentId = books.shipment();
    const tell = (status: "in_transit" | "out_for_delivery" | "delivered" | "exception") =>
      books.fact({ type: "RecordTracking", shipmentId, status, description: "scan" }).map(({ type }) => type);
    expect(tell("delivered"), "not shipped yet").toEqual([]);
    books.shipped();
    expect(tell("in_transit")).toEqual([]);
    expect(tell("exception")).toEqual(["ShipmentExceptionRaised"]);
    expect(tell("exception")).toEqual([]);
    expect(tell("out_for_delivery")).toEqual(["ShipmentOutForDelivery"]);
    expect(tell("out_for_delivery")).toEqual([]);
    expect(tell("delivered")).toEqual(["ShipmentDelivered"]);
    expect(tell("out_for_delivery")).toEqual([]);
    expect(tell("delivered")).toEqual([]);
  });

  it("CaptureFailed: unshipped parcels wait, a person is asked, and a retry that works lets them go", () => {
    const books = confirmed().shipped(0);
    books.called();
    const capture = books.effect("CapturePayment");
    books.exhausted("CapturePayment", "card_declined");
    expect(books.called()).toMatchObject([
      { kind: "OpenDeviation", deviation: "payment_failed", effectId: capture.id },
    ]);
    books.packed(1);
    const ship = { type: "ShipShipment", shipmentId: books.shipment(1) } as const;
    expect(books.command(ship)).toMatchObject({ refusal: { reason: "payment_not_captured" } });
    books.accept({ type: "RetryEffect", effectId: capture.id }).captured();
    expect(books.command(ship)).toMatchObject({ ok: true });
  });

  it("a capture of what the provider no longer holds asks for the money again and captures that", () => {
    const books = confirmed().shipped(0);
    books.called();
    books.done("CapturePayment", { kind: "CapturePayment", payment: { status: "voided", intentId: "pi_1" } });
    expect(books.kinds()).toEqual(["AuthorizePayment", "OpenDeviation payment_failed"]);
    books.authorized(2);
    expect(books.called()).toMatchObject([{ kind: "CapturePayment", payment: 2, amount: { amount: 4000 } }]);
  });

  it("when the money that is asked for again is refused, a person is asked and another means of payment is taken", () => {
    const books = confirmed();
    books.payment({ status: "voided", intentId: "pi_1" });
    books.called();
    books.exhausted("AuthorizePayment", "card_declined");
    expect(books.kinds()).toEqual(["Notify payment_failed", "OpenDeviation payment_failed"]);
    expect(books.order.state).toBe("FULFILLMENT_PENDING");
    expect(nextTimer(books.order)).toBeNull();
    books.now += DAY;
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    expect(books.called()).toMatchObject([
      { kind: "AuthorizePayment", payment: 3, amount: { amount: 4000 }, deadline: books.now + PAYMENT_WINDOW_MS },
    ]);
  });
});

describe("a short pick of units that are nowhere else", () => {
  const nowhere = () => {
    const books = confirmed().picking(0);
    const shipmentId = books.shipment(0);
    books.accept({ type: "ReportShort", shipmentId, items: [{ line: 1, quantity: 1 }], reason: "bin empty" });
    const [missing] = books.effect("ReSource").effect.lines;
    books.called();
    books.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [],
      unavailable: [{ line: 1, quantity: missing?.quantity ?? 0 }],
      estimatedDelivery: null,
    });
    return books;
  };

  it("opens a deviation with what can be done, and the rest goes on", () => {
    const books = nowhere();
    const [deviation] = books.called();
    expect(deviation).toMatchObject({ kind: "OpenDeviation", deviation: "stock_short" });
    const subject = { orderId: books.order.id, effectId: books.effect("ReSource").id };
    expect(deviationActions({ kind: "stock_short", subject })).toEqual([
      "retry",
      "resolve",
      "assign",
      "cancel_order",
      "cancel_lines",
    ]);
    books.accept({ type: "PackShipment", shipmentId: books.shipment(0) });
  });

  it("each choice works: they are looked for again, or cancelled by line while the rest ships", () => {
    const again = nowhere();
    const search = again.effect("ReSource");
    again.accept({ type: "RetryEffect", effectId: search.id });
    again.done("ReSource", {
      kind: "ReSource",
      reservations: [],
      backordered: [{ line: 1, quantity: 1 }],
      unavailable: [],
      estimatedDelivery: null,
    });
    expect(again.order.lines[0]).toMatchObject({ unsourced: 0, backordered: 1 });
    const cancelled = nowhere();
    cancelled.accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "gone" });
    expect(cancelled.order.lines[0]).toMatchObject({ unsourced: 0 });
    expect(cancelled.order.totals.total).toBeLessThan(4000);
    cancelled.accept({ type: "PackShipment", shipmentId: cancelled.shipment(0) });
  });
});

it("a parcel ships what is allocated to it, once, and nothing else", () => {
  const books = confirmed().shipped(0);
  const shipmentId = books.shipment(0);
  const { items } = books.order.shipments[0]!;
  const shipped = books.effect("ShipStock").effect.reservations;
  expect(shipped.map(({ id, quantity }) => [id, quantity])).toEqual(
    items.map(({ reservationId, quantity }) => [reservationId, quantity]),
  );
  for (const { id, quantity } of shipped)
    expect(books.order.reservations.find((one) => one.id === id)).toMatchObject({ status: "SHIPPED", quantity });
  expect(books.command({ type: "ShipShipment", shipmentId })).toMatchObject({ refusal: { reason: "shipment_state" } });
});
