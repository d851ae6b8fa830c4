import { describe, expect, it } from "vitest";
import { OrderBooks } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

const MENDED = { line1: "Torstraße 140", city: "Berlin", postalCode: "10119", country: "DE" };

/** An order whose packed parcel the carrier will not label. */
function undeliverable(code = "address_invalid"): OrderBooks {
  const books = new OrderBooks().authorized().allocated().accepted().picking();
  books.accept({ type: "PackShipment", shipmentId: books.shipment() });
  books.called();
  books.exhausted("CreateLabel", code);
  return books;
}

const mend = (books: OrderBooks) =>
  books.command({ type: "EditOrder", edit: { address: MENDED, content: contentOf(books.order, {}) } });

describe("a packed parcel that the carrier refuses to label for its address", () => {
  it("is in front of a person, by a deviation that names the parcel", () => {
    const books = undeliverable();
    const [told] = books.called();
    expect(told).toMatchObject({ kind: "OpenDeviation", deviation: "address_invalid", shipmentId: books.shipment() });
  });

  it("is labelled anew once its address is mended, and goes on by itself", () => {
    const books = undeliverable();
    books.called();
    expect(mend(books)).toMatchObject({ ok: true });
    expect(books.order.address).toEqual(MENDED);
    expect(books.kinds()).toEqual(["CreateLabel"]);
    expect(books.order.failedEffects).toEqual([]);
    books.labelled();
    books.called();
    books.accept({ type: "ShipShipment", shipmentId: books.shipment() });
    expect(books.order.shipments[0]).toMatchObject({ state: "SHIPPED" });
  });

  it("is labelled anew for another contact as well, and may be refused and mended again", () => {
    const books = undeliverable();
    books.called();
    books.accept({ type: "EditOrder", edit: { contact: { name: "Ada", phone: "+4930123456" } } });
    expect(books.kinds()).toEqual(["CreateLabel"]);
    books.exhausted("CreateLabel", "address_invalid");
    expect(books.kinds()).toEqual(["OpenDeviation address_invalid"]);
    expect(mend(books)).toMatchObject({ ok: true });
    expect(books.kinds()).toEqual(["CreateLabel"]);
  });

  it("stays as it is packed: its units can't be changed", () => {
    const books = undeliverable();
    const command = { type: "EditOrder", edit: { content: contentOf(books.order, { 1: 1 }) } } as const;
    expect(books.command(command)).toMatchObject({ ok: false, refusal: { reason: "picking_started" } });
  });

  it("can be cancelled with its order, and its units are given back", () => {
    const books = undeliverable();
    books.called();
    books.accept({ type: "CancelOrder", reason: "nobody lives there" });
    expect(books.order).toMatchObject({ state: "CANCELLED", shipments: [{ state: "CANCELLED" }] });
    expect(books.kinds()).toEqual(expect.arrayContaining(["ReleaseStock", "Notify cancelled"]));
    expect(books.kinds()).not.toContain("CancelFulfillment");
  });
});

describe("the address stays, and the order goes on, where a label lives or may live", () => {
  const refused = { ok: false, refusal: { reason: "picking_started" } };

  it.each([
    ["being picked", () => new OrderBooks().authorized().allocated().accepted().picking()],
    [
      "waiting for its first label",
      () => {
        const books = new OrderBooks().authorized().allocated().accepted().picking();
        return books.accept({ type: "PackShipment", shipmentId: books.shipment() });
      },
    ],
    ["labelled", () => new OrderBooks().authorized().allocated().accepted().packed()],
    ["failed for another reason", () => undeliverable("refused")],
    [
      "tried again",
      () => {
        const books = undeliverable();
        return books.accept({ type: "RetryEffect", effectId: books.effect("CreateLabel").id });
      },
    ],
    [
      "labelled at the second try",
      () => {
        const books = undeliverable();
        return books.accept({ type: "RetryEffect", effectId: books.effect("CreateLabel").id }).labelled();
      },
    ],
  ])("of a parcel that is %s", (_case, given) => {
    expect(mend(given())).toMatchObject(refused);
    expect(given().command({ type: "CancelOrder", reason: "late" })).toMatchObject(refused);
  });
});
