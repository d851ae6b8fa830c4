import { describe, expect, it } from "vitest";
import type { Order } from "../../src/domain/order/order.ts";
import { type LineSpec, OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

/** Two units for 10.00 each from Berlin and one for 5.00 from Paris, paid and with their warehouses. */
const atWarehouses = (picksAtOnce = true, change: Parameters<typeof placedOrder>[1] = {}) => {
  const lines: LineSpec[] = [
    { quantity: 2, held: { berlin: 2 } },
    { quantity: 1, unitPrice: 500, held: { paris: 1 } },
  ];
  const books = new OrderBooks(placedOrder(lines, change)).authorized().allocated().accepted(picksAtOnce);
  books.called();
  return books;
};
const edit = (books: OrderBooks, quantities: Record<number, number>) =>
  books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, quantities) } });
const readdress = (books: OrderBooks) =>
  books.accept({
    type: "EditOrder",
    edit: {
      address: { line1: "Jungfernstieg 1", city: "Hamburg", postalCode: "20095", country: "DE" },
      content: contentOf(books.order, {}),
    },
  });
const units = ({ lines }: Order) => lines.map(({ quantity }) => quantity);
const states = ({ shipments }: Order) => shipments.map(({ state }) => state);

describe("an edit of what a warehouse outside has", () => {
  it("asks the parcel back, and is made once it has come: the rest of it is asked for anew", () => {
    const books = atWarehouses();
    edit(books, { 1: 1 });
    expect(books.called()).toEqual([
      { kind: "CancelFulfillment", shipmentId: books.shipment(0), warehouseId: "berlin" },
    ]);
    expect(units(books.order)).toEqual([2, 1]);
    expect(books.order.pendingEdit).toMatchObject({ by: "OrderEdited", payment: null, recall: [books.shipment(0)] });
    books.recalled(0);
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ keep: 1 }] },
      { kind: "RequestFulfillment", shipmentId: books.shipment(2) },
    ]);
    expect(units(books.order)).toEqual([1, 1]);
    expect(states(books.order)).toEqual(["CANCELLED", "ACCEPTED", "REQUESTED"]);
    expect(books.order.shipments[2]?.items).toMatchObject([{ line: 1, quantity: 1 }]);
    expect(books.order.pendingEdit).toBeNull();
  });

  it("that has not answered yet is asked as well: nobody knows yet whether it picks unseen", () => {
    const books = new OrderBooks().authorized().allocated();
    edit(books, { 1: 1 });
    expect(books.kinds()).toContain("CancelFulfillment");
    expect(units(books.order)).toEqual([2]);
    books.accepted().recalled(0);
    expect(units(books.order)).toEqual([1]);
  });

  it("learns nothing of a recall that was answered before the parcel was asked for again", () => {
    const books = atWarehouses();
    readdress(books);
    const old = books.effects.find(({ effect }) => effect.kind === "CancelFulfillment");
    books.recalled(0).recalled(1, false);
    expect(books.order.pendingEdit).toBeNull();
    books.accepted(true);
    expect(states(books.order)).toEqual(["ACCEPTED", "ACCEPTED"]);
    const answer = { kind: "CancelFulfillment", recalled: true, reason: "" } as const;
    expect(books.done("CancelFulfillment", answer, old)).toEqual([]);
    expect(states(books.order)).toEqual(["ACCEPTED", "ACCEPTED"]);
  });

  it("needs no asking where the floor is our own", () => {
    const books = atWarehouses(false);
    edit(books, { 1: 1 });
    expect(books.order.pendingEdit).toBeNull();
    expect(units(books.order)).toEqual([1, 1]);
    books.accepted();
    readdress(books);
    expect(books.order.address.city).toBe("Hamburg");
  });

  it("is given up when the parcel can't be called back: all is as before, and customer and staff are told", () => {
    const books = atWarehouses();
    const before = books.order;
    readdress(books);
    expect(books.kinds()).toEqual(["CancelFulfillment", "CancelFulfillment"]);
    books.recalled(0);
    expect(books.called()).toEqual([]);
    books.recalled(1, false);
    expect(books.called()).toMatchObject([
      { kind: "RequestFulfillment", shipmentId: books.shipment(0) },
      { kind: "Notify", notification: "edit_declined" },
      { kind: "OpenDeviation", deviation: "fulfillment_exception" },
    ]);
    expect(states(books.order)).toEqual(["REQUESTED", "ACCEPTED"]);
    const { lines, totals, address, reservations } = books.order;
    expect({ lines, totals, address, reservations }).toEqual({
      lines: before.lines,
      totals: before.totals,
      address: before.address,
      reservations: before.reservations,
    });
    expect(books.order.pendingEdit).toBeNull();
  });

  it("is given up when nobody answers whether the parcel comes back", () => {
    const books = atWarehouses();
    edit(books, { 1: 1 });
    books.called();
    books.exhausted("CancelFulfillment");
    expect(books.kinds()).toEqual([
      "Notify edit_declined",
      "OpenDeviation fulfillment_exception",
      "OpenDeviation fulfillment_exception",
    ]);
    expect(books.order.pendingEdit).toBeNull();
  });

  it("loses to a pick that begins meanwhile, and a parcel that comes back later is asked for again", () => {
    const books = atWarehouses();
    readdress(books);
    books.called();
    books.picking(1);
    expect(books.kinds()).toEqual(["Notify edit_declined", "OpenDeviation fulfillment_exception"]);
    books.recalled(0);
    expect(books.kinds()).toEqual(["RequestFulfillment"]);
    expect(states(books.order)).toEqual(["REQUESTED", "PICKING"]);
  });

  it("asks for the money first, and for the parcels once that is there", () => {
    const books = atWarehouses();
    edit(books, { 1: 1, 2: 5 });
    expect(books.kinds()).toEqual(["AuthorizePayment"]);
    expect(books.authorized(2).kinds()).toEqual(["CancelFulfillment"]);
    expect(books.order.pendingEdit).toMatchObject({ payment: 2, recall: [books.shipment(0)] });
    books.recalled(0);
    expect(books.kinds()).toEqual(["ReleaseStock", "AllocateStock"]);
    books.allocated();
    expect(units(books.order)).toEqual([1, 5]);
    expect(books.order.shipments.at(-1)).toMatchObject({
      state: "REQUESTED",
      items: [
        { line: 1, quantity: 1 },
        { line: 2, quantity: 4 },
      ],
    });
  });

  it("gives the money and the new stock back when the parcel does not come", () => {
    const books = atWarehouses();
    edit(books, { 1: 1, 2: 5 });
    books.authorized(2).recalled(0, false);
    expect(books.called()).toMatchObject([
      { kind: "ReleaseStock", reservations: [{ quantity: 4 }] },
      { kind: "VoidPayment", payment: 2 },
      { kind: "Notify", notification: "edit_declined", subject: "payment:2" },
      { kind: "OpenDeviation", deviation: "fulfillment_exception" },
    ]);
    expect(units(books.order)).toEqual([2, 1]);
  });

  it("counts a parcel that its warehouse refuses meanwhile as given back", () => {
    const books = new OrderBooks().authorized().allocated();
    edit(books, { 1: 1 });
    books.called();
    books.done("RequestFulfillment", { kind: "RequestFulfillment", accepted: false, reason: "closed" });
    expect(books.kinds()).toEqual(["ReleaseStock", "RequestFulfillment"]);
    expect(units(books.order)).toEqual([1]);
  });

  it("adds items without asking for anything back", () => {
    const books = atWarehouses();
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, ["rome"]) } });
    expect(books.authorized(2).kinds()).toEqual(["AllocateStock"]);
    expect(books.order.pendingEdit).toBeNull();
  });
});

describe("a cancel of units that a warehouse outside has", () => {
  const cancelOne = (books: OrderBooks) =>
    books.accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "one is enough" });

  it("asks the parcel back, and is made once it has come, with what was paid for them", () => {
    const books = atWarehouses(true, { captureOn: "order" }).captured();
    books.called();
    cancelOne(books);
    expect(books.kinds()).toEqual(["CancelFulfillment"]);
    expect(books.command({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 1 }) } })).toEqual({
      ok: false,
      refusal: { reason: "edit_pending" },
    });
    books.recalled(0);
    expect(books.kinds()).toEqual(["RefundPayment", "ReleaseStock", "RequestFulfillment", "Notify items_cancelled"]);
    expect(units(books.order)).toEqual([1, 1]);
    expect(books.order.totals.total).toBe(1500);
  });

  it("is refused by a pick of that parcel alone", () => {
    const other = atWarehouses();
    cancelOne(other);
    other.picking(1).recalled(0);
    expect(units(other.order), "the other parcel is not in its way").toEqual([1, 1]);
    const same = atWarehouses();
    cancelOne(same);
    same.called();
    same.picking(0);
    expect(same.kinds()).toEqual(["Notify edit_declined", "OpenDeviation fulfillment_exception"]);
    expect(units(same.order)).toEqual([2, 1]);
  });

  it("is overtaken by a cancel of the whole order, which needs the same parcels", () => {
    const books = atWarehouses();
    cancelOne(books);
    books.accept({ type: "CancelOrder", reason: "none at all" });
    expect(books.order.cancelling).not.toBeNull();
    books.recalled(0).recalled(1);
    expect(books.order).toMatchObject({ state: "CANCELLED", pendingEdit: null });
  });

  it("ends with the cancel of the whole order that is refused", () => {
    const books = atWarehouses();
    cancelOne(books);
    books.accept({ type: "CancelOrder", reason: "none at all" });
    books.recalled(0).picking(1);
    expect(books.order).toMatchObject({ cancelling: null, pendingEdit: null });
    expect(states(books.order)).toEqual(["REQUESTED", "PICKING"]);
    expect(units(books.order)).toEqual([2, 1]);
  });
});
