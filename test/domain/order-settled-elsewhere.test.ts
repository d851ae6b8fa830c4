import { describe, expect, it } from "vitest";
import { providerOf } from "../../src/domain/order/payment-provider.ts";
import { readSavedMeans, savedMeans } from "../../src/domain/order/saved-method.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

describe("a means of payment", () => {
  it.each([
    ["pm_card_visa", "stripe"],
    ["tok_visa", "stripe"],
    ["cus_1/pm_1", "stripe"],
    ["invoice", "invoice"],
    ["external", "external"],
    ["constructor", "stripe"],
  ])("%s is paid to %s", (means, provider) => {
    expect(providerOf(means)).toBe(provider);
    expect(new OrderBooks(placedOrder(undefined, { paymentMethod: means })).order.payments[0]?.provider).toBe(provider);
  });

  it("that is saved names its customer, and no token can", () => {
    expect(readSavedMeans(savedMeans({ customer: "cus_1", method: "pm_1" }))).toEqual({
      customer: "cus_1",
      method: "pm_1",
    });
    for (const means of ["pm_card_visa", "cus_1/", "/pm_1", "a/b/c"]) expect(readSavedMeans(means)).toBeNull();
  });
});

describe("an authorization that never lapses", () => {
  it("is left alone when another one does", () => {
    const books = new OrderBooks(placedOrder(undefined, { paymentMethod: "invoice" }));
    books.payment({ status: "authorized", intentId: "invoice:1", amount: 2000, expiresAt: 0 });
    expect(nextTimer(books.order)).toBeNull();
    expect(books.timer("authorization_lapse")).toEqual([]);
  });
});

describe("an order that a marketplace has sold", () => {
  const sold = (paymentMethod = "external") =>
    new OrderBooks(placedOrder(undefined, { paymentMethod })).authorized().allocated().accepted();

  it("becomes no dearer: nobody would be asked for the difference", () => {
    const books = sold();
    expect(
      books.command({ type: "AddItems", edit: { content: contentOf(books.order, {}, ["berlin"]) } }),
    ).toMatchObject({
      refusal: { reason: "sold_elsewhere" },
    });
    expect(books.command({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 3 }) } })).toMatchObject({
      refusal: { reason: "sold_elsewhere" },
    });
    books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 1 }) } });
    expect(books.order.totals.total).toBe(1000);
  });

  it("is not one that we invoice", () => {
    const books = sold("invoice");
    books.accept({ type: "AddItems", edit: { content: contentOf(books.order, {}, ["berlin"]) } });
    expect(books.order.pendingEdit).toMatchObject({ payment: 2 });
  });
});

describe("money that nobody of ours pays back", () => {
  const cancelled = (paymentMethod: string) => {
    const placed = placedOrder(undefined, { paymentMethod, captureOn: "order" });
    const books = new OrderBooks(placed).authorized().allocated().captured();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "" });
    books.called();
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 2000 });
    return books;
  };

  it.each([
    ["invoice", "a credit note for the invoice"],
    ["external", "a refund at the marketplace"],
  ])("is put in front of a person: %s needs %s", (means, how) => {
    const books = cancelled(means);
    const called = books.called();
    expect(called).toContainEqual({
      kind: "OpenDeviation",
      deviation: "refund_due",
      summary: `${books.order.number}: 20.00 EUR of payment 1 is due to the customer, by ${how}.`,
      tried: [],
    });
    expect(books.order.payments[0]).toMatchObject({ captured: 2000, refunded: 2000 });
  });

  it("is not where the provider pays it back", () => {
    expect(cancelled("pm_card_visa").kinds()).toEqual(["Notify refunded"]);
  });
});
