import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../src/contracts/orders.ts";
import type { WarehouseId } from "../../src/domain/ids.ts";
import { describeHistory } from "../../src/services/describe-history.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

const ADMIN = { role: "admin", warehouseId: null } as const;
const eur = (amount: number) => ({ amount, currency: "EUR" });

/** Two units at 10.00, paid and allocated. */
const confirmed = () => new OrderBooks(placedOrder([{ quantity: 2, held: { berlin: 2 } }])).authorized().allocated();

function entryOf(books: OrderBooks, type: HistoryEntry["type"]): HistoryEntry {
  const found = describeHistory(books.events, ADMIN).findLast((entry) => entry.type === type);
  if (!found) throw new Error(`no ${type} in the history`);
  return found;
}

const changesOf = (books: OrderBooks, type: HistoryEntry["type"]) =>
  Object.fromEntries(entryOf(books, type).changes.map(({ field, before, after }) => [field, [before, after]]));

describe("an order's history", () => {
  it("begins with what was placed, before which there was nothing", () => {
    expect(entryOf(confirmed(), "OrderPlaced")).toMatchObject({ before: null, after: "PENDING", changes: [] });
  });

  it("says of a change of the address exactly what it was and is", () => {
    const books = confirmed();
    const { address } = books.order;
    books.accept({ type: "EditOrder", edit: { address: { ...address, city: "Potsdam", postalCode: "14467" } } });
    expect(changesOf(books, "OrderEdited")).toEqual({
      "address/city": ["Berlin", "Potsdam"],
      "address/postalCode": ["10117", "14467"],
    });
  });

  it("says of a change of the contact what was added and what is gone", () => {
    const books = confirmed();
    books.accept({ type: "EditOrder", edit: { contact: { name: "Ada", phone: "+4930123456" } } });
    expect(changesOf(books, "OrderEdited")).toEqual({
      "contact/email": ["ada@example.com", null],
      "contact/phone": [null, "+4930123456"],
    });
  });

  it("says of a change of quantities and prices what each line and the total came to", () => {
    const books = confirmed();
    books.accepted();
    const content = contentOf(books.order, { 1: 1 });
    const cheaper = content.lines.map((line) => ({ ...line, unitPrice: 900, net: 900 }));
    const totals = { ...content.totals, subtotal: 900, total: 900 };
    books.accept({ type: "EditOrder", edit: { content: { ...content, lines: cheaper, totals } } });
    expect(changesOf(books, "OrderEdited")).toMatchObject({
      "lines/1/quantity": [2, 1],
      "lines/1/unitPrice": [eur(1_000), eur(900)],
      "lines/1/net": [eur(2_000), eur(900)],
      "totals/total": [eur(2_000), eur(900)],
    });
  });

  it("says of a cancellation why, and what became of the money", () => {
    const books = confirmed();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    expect(changesOf(books, "CancelRequested")).toMatchObject({ "cancelling/reason": [null, "changed my mind"] });
    const early = new OrderBooks(placedOrder());
    early.accept({ type: "CancelOrder", reason: "typo" });
    expect(entryOf(early, "OrderCancelled")).toMatchObject({ before: "PENDING", after: "CANCELLED" });
    expect(changesOf(early, "OrderCancelled")).toMatchObject({
      "ended/as": [null, "CANCELLED"],
      "ended/reason": [null, "typo"],
    });
  });

  it("says of a return and its refund what was found, and what was paid back", () => {
    const books = confirmed().delivered();
    books.captured();
    const lines = [{ line: 1, quantity: 1 }];
    books.accept({ type: "RequestReturn", lines, reason: "too small", condition: "unused", by: "customer" });
    expect(changesOf(books, "ReturnApproved")).toEqual({ "returns/1/state": ["REQUESTED", "APPROVED"] });
    const returnId = books.order.returns[0]?.id ?? ("" as never);
    books.accept({ type: "ReceiveReturn", returnId, warehouseId: "paris" as WarehouseId });
    expect(changesOf(books, "ReturnReceived")).toEqual({
      "returns/1/state": ["APPROVED", "RECEIVED"],
      "returns/1/receivedAt": [null, "paris"],
    });
    books.accept({ type: "InspectReturn", returnId, units: [{ line: 1, quantity: 1, outcome: "restock" }] });
    expect(changesOf(books, "ReturnInspected")).toMatchObject({
      "returns/1/inspected": [null, [{ line: 1, quantity: 1, outcome: "restock" }]],
    });
    expect(changesOf(books, "RefundRequested")).toMatchObject({
      "refunds/1/status": [null, "pending"],
      "refunds/1/amount": [null, eur(1_000)],
    });
    const { amount } = books.effect("RefundPayment").effect;
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: amount.amount });
    expect(changesOf(books, "RefundSettled")).toMatchObject({ "refunds/1/status": ["pending", "done"] });
    expect(changesOf(books, "PaymentRefunded")).toMatchObject({ "payments/1/refunded": [eur(0), eur(1_000)] });
  });

  it("has no means of payment anywhere", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 1, held: { berlin: 1 } }], { paymentMethod: "pm_secret" }));
    books.payment({ status: "failed", intentId: "pi_1", code: "declined", message: "no" });
    books.accept({ type: "ProvidePayment", method: "pm_other_secret" });
    expect(JSON.stringify(describeHistory(books.events, ADMIN))).not.toContain("secret");
  });
});
