import { describe, expect, it } from "vitest";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import { describeChanges } from "../../src/services/describe-changes.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

/** What the command changes of the order. */
function changesBy(books: OrderBooks, command: OrderCommand) {
  const before = books.order;
  return describeChanges(before, books.accept(command).order);
}
const eur = (amount: number) => ({ amount, currency: "EUR" });

describe("what an event changed of an order", () => {
  it("says of an edit which quantities and amounts it changed, before and after", () => {
    const books = new OrderBooks(placedOrder());
    const edit = { content: contentOf(books.order, { 1: 3 }) };
    expect(changesBy(books, { type: "EditOrder", edit })).toEqual([
      { what: "quantity", line: 1, before: 2, after: 3 },
      { what: "total", line: null, before: eur(2000), after: eur(3000) },
    ]);
  });

  it("says of another contact and address what they were, and of what is not known that it is not", () => {
    const books = new OrderBooks(placedOrder());
    const address = { line1: "Quai 1", city: "Lyon", postalCode: "69002", country: "FR" };
    const edit = { contact: { name: "Ada", phone: "+33123456789" }, address };
    expect(changesBy(books, { type: "EditOrder", edit })).toEqual([
      { what: "email", line: null, before: "ada@example.com", after: null },
      { what: "phone", line: null, before: null, after: "+33123456789" },
      {
        what: "address",
        line: null,
        before: "Friedrichstraße 43, 10117 Berlin, DE",
        after: "Quai 1, 69002 Lyon, FR",
      },
    ]);
  });

  it("says of added items that there were none before, and of cancelled ones what is left", () => {
    const books = new OrderBooks(placedOrder());
    const edit = { content: contentOf(books.order, {}, ["berlin"]) };
    expect(changesBy(books, { type: "AddItems", edit })[0]).toEqual({
      what: "quantity",
      line: 2,
      before: 0,
      after: 1,
    });
    const lines = [{ line: 1, quantity: 1 }];
    expect(changesBy(books, { type: "CancelLines", lines, reason: "one is enough" })[0]).toEqual({
      what: "quantity",
      line: 1,
      before: 2,
      after: 1,
    });
  });

  it("has nothing changed where the order was placed, or where only a payment moved", () => {
    const books = new OrderBooks(placedOrder());
    expect(describeChanges(null, books.order)).toEqual([]);
    const before = books.order;
    expect(describeChanges(before, books.authorized().order)).toEqual([]);
  });
});
