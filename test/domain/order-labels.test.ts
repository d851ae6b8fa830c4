import { describe, expect, it } from "vitest";
import { laneOf } from "../../src/domain/order/effects.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";

const OWN = { carrier: "dhl", service: "paket", trackingNumber: "OWN-1" };
const BOUGHT = { kind: "CreateLabel", carrier: "fedex", service: "ground", trackingNumber: "79460" } as const;

const confirmed = () => new OrderBooks().authorized().allocated();

function packed(): OrderBooks {
  const books = confirmed().picking();
  return books.accept({ type: "PackShipment", shipmentId: books.shipment() });
}

/** What was asked of the carrier, by number. */
const voids = (books: OrderBooks) =>
  books.called().flatMap((effect) => (effect.kind === "VoidLabel" ? [effect.trackingNumber] : []));

describe("a parcel has one label", () => {
  it("one that was bought is given back when the floor ships with another", () => {
    const books = packed().labelled();
    const shipmentId = books.shipment();
    books.called();
    books.accept({ type: "ShipShipment", shipmentId, tracking: OWN });
    expect(voids(books)).toEqual(["79460"]);
    expect(books.order.shipments[0]).toMatchObject({ state: "SHIPPED", label: OWN });
    const { effect } = books.effect("VoidLabel");
    expect(laneOf(effect), "behind the purchase").toBe(laneOf(books.effect("CreateLabel").effect));
  });

  it("and is kept when the number that the floor gives is its own", () => {
    const books = packed().labelled();
    books.called();
    books.accept({ type: "ShipShipment", shipmentId: books.shipment(), tracking: { ...OWN, trackingNumber: "79460" } });
    expect(voids(books)).toEqual([]);
    expect(books.order.shipments[0]?.label).toMatchObject({ carrier: "fedex", trackingNumber: "79460" });
  });

  it("one that comes after the parcel has left with another is given back", () => {
    const books = packed();
    books.accept({ type: "ShipShipment", shipmentId: books.shipment(), tracking: OWN }).called();
    books.done("CreateLabel", BOUGHT);
    expect(voids(books)).toEqual(["79460"]);
    expect(books.order.shipments[0]?.label).toEqual(OWN);
    books.done("CreateLabel", { ...BOUGHT, trackingNumber: OWN.trackingNumber });
    expect(voids(books), "the one it left with").toEqual([]);
  });

  it("one that comes for a cancelled parcel is given back", () => {
    const books = confirmed().picking();
    const shipmentId = books.shipment();
    books.accept({ type: "ReportShort", shipmentId, items: [{ line: 1, quantity: 2 }], reason: "empty" }).called();
    books.done("CreateLabel", BOUGHT, {
      id: books.effect("RequestFulfillment").id,
      effect: { kind: "CreateLabel", shipmentId },
    });
    expect(voids(books)).toEqual(["79460"]);
    expect(books.order.shipments[0]).toMatchObject({ state: "CANCELLED", label: null });
  });
});

/** A warehouse may label its parcels before it picks them. */
function labelledEarly(books = confirmed()): OrderBooks {
  const id = books.effect("RequestFulfillment").id;
  books.done("CreateLabel", BOUGHT, { id, effect: { kind: "CreateLabel", shipmentId: books.shipment() } });
  books.called();
  return books;
}

describe("a parcel that will not leave gives its label back", () => {
  it("when it is recalled with its order", () => {
    const books = labelledEarly().accept({ type: "CancelOrder", reason: "changed my mind" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "recalled" });
    expect(voids(books)).toEqual(["79460"]);
    expect(books.order).toMatchObject({ state: "CANCELLED", shipments: [{ state: "CANCELLED", label: null }] });
  });

  it("when its warehouse refuses it", () => {
    const books = labelledEarly();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    expect(voids(books)).toEqual(["79460"]);
  });

  it("when nothing of it was found, and not while something is left", () => {
    const books = labelledEarly().picking();
    const short = { type: "ReportShort", shipmentId: books.shipment(), reason: "empty" } as const;
    books.accept({ ...short, items: [{ line: 1, quantity: 1 }] });
    expect(voids(books)).toEqual([]);
    books.accept({ ...short, items: [{ line: 1, quantity: 1 }] });
    expect(voids(books)).toEqual(["79460"]);
  });

  it("and gets a new one where the cancel is refused elsewhere and it is asked for again", () => {
    const books = labelledEarly(
      new OrderBooks(placedOrder([{ quantity: 2, held: { berlin: 1, paris: 1 } }])).authorized().allocated(),
    );
    const recall = books
      .accept({ type: "CancelOrder", reason: "changed my mind" })
      .effects.find(({ effect }) => effect.kind === "CancelFulfillment" && effect.shipmentId === books.shipment(0));
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "recalled" }, recall);
    expect(voids(books)).toEqual(["79460"]);
    books.picking(1);
    expect(books.order.shipments[0]).toMatchObject({ state: "REQUESTED", label: null });
  });
});

it.each([
  ["SHIPMENT.ALREADY.TENDERED", false, "fulfillment_exception"],
  ["outcome_unknown", true, "label_unknown"],
] as const)("a label that can't be given back (%s) is a person's to look at", (code, unknown, deviation) => {
  const books = packed().labelled();
  books.accept({ type: "ShipShipment", shipmentId: books.shipment(), tracking: OWN }).called();
  books.exhausted("VoidLabel", code, unknown);
  expect(books.called()).toMatchObject([{ kind: "OpenDeviation", deviation, effectId: books.effect("VoidLabel").id }]);
  expect(books.order.failedEffects).toEqual([books.effect("VoidLabel").id]);
});
