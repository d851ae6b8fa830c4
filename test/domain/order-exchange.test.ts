import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EffectId, ReturnId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import {
  chargeableMethod,
  creditAmount,
  divideParts,
  exchangePrice,
  keptDiscount,
} from "../../src/domain/order/exchange.ts";
import { refundableAmount } from "../../src/domain/order/refund.ts";
import type { InspectionOutcome } from "../../src/domain/order/return.ts";
import { isSettledElsewhere, providerOf } from "../../src/domain/order/payment-provider.ts";
import { paymentState } from "../../src/domain/order/views.ts";
import { MINUTE, newOrderId, OrderBooks, placedOrder } from "../support/order-books.ts";

const OTHER = newOrderId();
const ORIGIN = { orderId: OTHER, returnId: "rtn_1" as ReturnId, refund: 1 };

/** Two units for 20.00 in all, delivered and captured; one comes back in exchange, and has arrived. */
function arrived(change: Parameters<typeof placedOrder>[1] = {}): OrderBooks {
  const books = new OrderBooks(placedOrder(undefined, change));
  books.authorized().allocated().delivered();
  books.captured().accept({
    type: "RequestReturn",
    lines: [{ line: 1, quantity: 1 }],
    reason: "too small",
    condition: "faulty",
    by: "staff",
    exchange: { lines: [{ sku: "LARGER" as Sku, quantity: 1 }], method: null },
  });
  books.accept({ type: "ReceiveReturn", returnId: returnOf(books), warehouseId: "berlin" as WarehouseId });
  books.called();
  return books;
}

const returnOf = ({ order }: OrderBooks): ReturnId => order.returns[0]?.id ?? ("" as ReturnId);

function inspected(books: OrderBooks, outcome: InspectionOutcome = "restock"): OrderBooks {
  const units = [{ line: 1, quantity: 1, outcome }];
  return books.accept({ type: "InspectReturn", returnId: returnOf(books), units });
}

const placedFor = (books: OrderBooks, credit: number) =>
  books.done("PlaceExchange", { kind: "PlaceExchange", orderId: OTHER, credit });

function givenBack(books: OrderBooks, amount: number, by = "x:9:RefundPayment") {
  const fact = { refund: 1, amount, by: by as EffectId, reason: "order cancelled" };
  return books.fact({ type: "RecordReturnedCredit", ...fact });
}

describe("the value of units that come back in exchange", () => {
  it("is kept as credit while the new order is placed, and nothing of it is paid back", () => {
    const books = inspected(arrived());
    expect(books.called()).toEqual([
      { kind: "RestockReturn", ref: returnOf(books), units: [expect.objectContaining({ quantity: 1 })] },
      {
        kind: "PlaceExchange",
        returnId: returnOf(books),
        refund: 1,
        credit: { amount: 1000, currency: "EUR" },
      },
    ]);
    expect(refundableAmount(books.order)).toBe(1000);
    expect(books.command({ type: "RefundOrder", reason: "x", of: { amount: 1001 } })).toMatchObject({ ok: false });
  });

  it("pays for an order of the same price, and stays with us", () => {
    const books = inspected(arrived());
    books.called();
    placedFor(books, 1000);
    expect(books.kinds()).toEqual(["Notify exchange_placed"]);
    expect(books.order.returns[0]?.exchange).toMatchObject({ orderId: OTHER, declined: null });
    expect(books.order.refunds).toMatchObject([
      { due: 1000, parts: [], credit: { orderId: OTHER, parts: [{ payment: 1, amount: 1000 }] } },
    ]);
    expect(refundableAmount(books.order)).toBe(1000);
    expect(paymentState(books.order), "nothing went back").toBe("captured");
    expect(books.order.state).toBe("DELIVERED");
    expect(placedFor(books, 1000), "told twice").toEqual([]);
  });

  it("pays for a cheaper order, and the rest is paid back", () => {
    const books = inspected(arrived());
    books.called();
    placedFor(books, 700);
    expect(books.called()).toMatchObject([
      { kind: "RefundPayment", refund: 1, payment: 1, amount: { amount: 300 } },
      { kind: "Notify", notification: "exchange_placed", subject: `return:${returnOf(books)}` },
    ]);
    expect(refundableAmount(books.order)).toBe(1000);
  });

  it("is paid back where the order can't be placed, and the customer is told", () => {
    const books = inspected(arrived());
    books.called();
    books.exhausted("PlaceExchange", "insufficient_stock");
    expect(books.kinds()).toEqual(["RefundPayment", "Notify exchange_declined"]);
    expect(books.order.returns[0]?.exchange).toMatchObject({ orderId: null, declined: "insufficient_stock" });
    expect(books.order.refunds).toMatchObject([{ parts: [{ payment: 1, amount: 1000 }] }]);
    expect(books.exhausted("PlaceExchange", "insufficient_stock"), "told twice").toEqual([]);
  });

  it("is nobody's to pay back while nobody knows whether the order was placed", () => {
    const books = inspected(arrived());
    books.called();
    books.exhausted("PlaceExchange", "outcome_unknown", true);
    expect(books.kinds()).toEqual(["OpenDeviation stuck_order"]);
    expect(refundableAmount(books.order)).toBe(1000);
    placedFor(books, 1000);
    expect(books.kinds()).toEqual(["Notify exchange_placed"]);
  });

  it("that was paid back when the order turns out to be placed is put in front of a person", () => {
    const books = inspected(arrived());
    books.exhausted("PlaceExchange", "insufficient_stock");
    books.called();
    placedFor(books, 1000);
    expect(books.kinds()).toEqual(["OpenDeviation payment_mismatch", "Notify exchange_placed"]);
    expect(givenBack(books, 1000), "it went back already").toEqual([]);
  });

  it("is nothing where nothing was in the parcel: nothing is exchanged", () => {
    const books = inspected(arrived(), "missing");
    expect(books.kinds()).toEqual(["Notify exchange_declined"]);
    expect(books.order.refunds).toEqual([]);
  });

  it("is nothing where nothing was captured: what is captured later is paid back", () => {
    const books = new OrderBooks();
    books.authorized().allocated().delivered();
    const capture = books.effect("CapturePayment");
    books.exhausted("CapturePayment", "refused", false, capture);
    books.accept({
      type: "RequestReturn",
      lines: [{ line: 1, quantity: 1 }],
      reason: "x",
      condition: "unused",
      by: "customer",
      exchange: { lines: [{ sku: "LARGER" as Sku, quantity: 1 }], method: null },
    });
    books.accept({ type: "ReceiveReturn", returnId: returnOf(books), warehouseId: "berlin" as WarehouseId });
    books.called();
    inspected(books);
    expect(books.kinds()).toEqual(["RestockReturn", "Notify exchange_declined"]);
    books.payment({ status: "captured", intentId: "pi_1", captured: 2000, refunded: 0 });
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(1000);
  });
});

describe("credit that the new order gives back", () => {
  it("goes to the payment that it came from, once for each refund there", () => {
    const books = inspected(arrived());
    placedFor(books, 1000);
    books.called();
    givenBack(books, 400);
    expect(books.called()).toMatchObject([{ kind: "RefundPayment", refund: 2, payment: 1, amount: { amount: 400 } }]);
    expect(givenBack(books, 400), "told twice").toEqual([]);
    givenBack(books, 9_999, "x:10:RefundPayment");
    expect(books.effect("RefundPayment").effect.amount.amount, "no more than is credit").toBe(600);
    expect(creditAmount(books.order.refunds[0] ?? {})).toBe(0);
    expect(refundableAmount(books.order)).toBe(1000);
  });

  it("before the placing is heard of leaves what the new order still uses, and the rest is paid back", () => {
    const books = inspected(arrived());
    givenBack(books, 500);
    books.called();
    placedFor(books, 700);
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(300);
    expect(creditAmount(books.order.refunds[0] ?? {})).toBe(200);
    expect(refundableAmount(books.order)).toBe(1000);
  });
});

describe("an order in exchange", () => {
  const exchanged = (credit: number, change: Parameters<typeof placedOrder>[1] = {}) =>
    new OrderBooks(placedOrder(undefined, { exchangeOf: { ...ORIGIN, credit }, ...change }));

  it("that costs no more than the credit is paid from the start, by no more than it costs", () => {
    const books = exchanged(2500);
    expect(books.order.payments).toMatchObject([{ provider: "exchange", captured: 2000, status: "captured" }]);
    expect(books.order.state).toBe("PAYMENT_COMPLETED");
    expect(books.kinds()).toEqual(["AllocateStock", "Notify order_received"]);
    books.allocated();
    expect(books.kinds()).toEqual(["RequestFulfillment", "Notify order_confirmed"]);
    books.shipped();
    expect(books.order.state).toBe("SHIPPED");
  });

  it("that costs more asks for the difference, and has its stock once that is secured", () => {
    const books = exchanged(1500);
    expect(books.order.payments).toMatchObject([{ captured: 1500 }, { number: 2, amount: 500, status: "requested" }]);
    expect(books.order.state).toBe("PENDING");
    expect(paymentState(books.order)).toBe("unpaid");
    expect(books.kinds()).toEqual(["AuthorizePayment", "Notify order_received"]);
    books.authorized(2);
    expect(paymentState(books.order)).toBe("authorized");
    books.allocated().shipped();
    expect(books.effect("CapturePayment").effect).toMatchObject({ payment: 2, amount: { amount: 500 } });
    books.captured(2);
    expect(paymentState(books.order)).toBe("captured");
  });

  it("whose difference is declined may be paid by another means, and else gives the credit back", () => {
    const books = exchanged(1500);
    books.payment({ status: "failed", intentId: "pi_2", code: "card_declined", message: "no" }, 2);
    expect(books.order.state).toBe("PAYMENT_FAILED");
    expect(paymentState(books.order)).toBe("failed");
    books.accept({ type: "ProvidePayment", method: "pm_other" });
    expect(books.order.payments[2]).toMatchObject({ amount: 500, deadline: books.order.holdExpiresAt });
    books.payment({ status: "failed", intentId: "pi_3", code: "card_declined", message: "no" }, 3);
    books.now += 31 * MINUTE;
    books.called();
    books.timer("hold_end");
    expect(books.called()).toContainEqual(
      expect.objectContaining({ kind: "RefundPayment", payment: 1, amount: { amount: 1500, currency: "EUR" } }),
    );
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "x", amount: 1500 });
    expect(books.order.state).toBe("REFUNDED");
    expect(books.kinds(), "the order that it came from tells").toEqual([]);
  });

  it("that is cancelled gives the credit back and no money that was never taken", () => {
    const books = exchanged(1500).authorized(2).allocated();
    books.called();
    books.accept({ type: "CancelOrder", reason: "changed my mind" });
    books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "" });
    expect(books.called()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "RefundPayment", payment: 1 }),
        expect.objectContaining({ kind: "VoidPayment", payment: 2 }),
      ]),
    );
  });

  it("that waits for stock keeps its credit, and is charged for the rest when it has some", () => {
    const books = new OrderBooks(placedOrder([{ quantity: 2 }], { exchangeOf: { ...ORIGIN, credit: 1500 } }));
    expect(books.order.state).toBe("PENDING");
    expect(books.order.payments).toMatchObject([{ captured: 1500, refunded: 0 }]);
    expect(books.kinds()).toContain("PromoteBackorder");
  });

  it("that comes back in exchange again makes credit of credit", () => {
    const books = exchanged(2000).allocated().delivered();
    books.accept({
      type: "RequestReturn",
      lines: [{ line: 1, quantity: 2 }],
      reason: "x",
      condition: "unused",
      by: "customer",
      exchange: { lines: [{ sku: "LARGER" as Sku, quantity: 1 }], method: null },
    });
    books.accept({ type: "ReceiveReturn", returnId: returnOf(books), warehouseId: "berlin" as WarehouseId });
    const units = [{ line: 1, quantity: 2, outcome: "restock" as const }];
    books.accept({ type: "InspectReturn", returnId: returnOf(books), units });
    placedFor(books, 2000);
    books.called();
    givenBack(books, 2000);
    expect(books.called()).toMatchObject([{ kind: "RefundPayment", payment: 1, amount: { amount: 2000 } }]);
  });
});

describe("the means of payment of an exchange", () => {
  it("is never named by a caller", () => {
    expect(providerOf("exchange")).toBe("stripe");
    expect(isSettledElsewhere("exchange")).toBe(true);
  });

  it.each([
    ["pm_card_visa", null],
    ["paypal", null],
    ["external", null],
    ["cus_1/pm_1", "cus_1/pm_1"],
    ["invoice", "invoice"],
  ])("%s is charged again by %s", (paymentMethod, method) => {
    expect(chargeableMethod({ paymentMethod })).toBe(method);
  });
});

describe("the price of an exchange", () => {
  const priced = (change: Record<string, number> = {}) => ({
    currency: "EUR",
    lines: [],
    subtotal: 1000,
    shipping: 500,
    shippingTax: 95,
    tax: 285,
    discount: 0,
    total: 1785,
    ...change,
  });
  const back = { price: 1000, discount: 0, tax: 190, shipping: 297 };

  it("of equal goods is what came back: the shipping costs no more than what of it comes back", () => {
    const { price, discounts } = exchangePrice(priced(), [], { back, keptShipping: 0, credit: 1487 });
    expect(price).toMatchObject({ total: 1487, shipping: 250, shippingTax: 47, tax: 237, discount: 0 });
    expect(price.subtotal + price.shipping + price.tax - price.discount).toBe(price.total);
    expect(discounts).toEqual([]);
  });

  it("has no shipping where none comes back", () => {
    const { price } = exchangePrice(priced(), [], { back, keptShipping: 297, credit: 1190 });
    expect(price).toMatchObject({ total: 1190, shipping: 0, shippingTax: 0 });
  });

  it("is waived by what is too little to be charged, and by no more", () => {
    const { price, discounts } = exchangePrice(priced(), [], { back, keptShipping: 0, credit: 1438 });
    expect(price).toMatchObject({ total: 1438, discount: 49 });
    expect(discounts).toMatchObject([{ amount: 49 }]);
    expect(exchangePrice(priced(), [], { back, keptShipping: 0, credit: 1437 }).price.total).toBe(1487);
  });

  it("keeps a discount in proportion to what is wanted instead, and never makes it larger", () => {
    const goods = { price: 1000, discount: 100, tax: 0, shipping: 0 };
    expect([500, 1000, 2000].map((wanted) => keptDiscount(goods, wanted))).toEqual([50, 100, 100]);
    expect(keptDiscount({ ...goods, price: 0 }, 500)).toBe(0);
  });
});

it("parts of money are divided without losing a cent", () => {
  const parts = fc.array(fc.record({ payment: fc.nat(5), amount: fc.integer({ min: 1, max: 5_000 }) }));
  const sum = (some: { amount: number }[]) => some.reduce((total, { amount }) => total + amount, 0);
  fc.assert(
    fc.property(parts, fc.nat(20_000), (whole, amount) => {
      const { taken, left } = divideParts(whole, amount);
      expect(sum(taken)).toBe(Math.min(amount, sum(whole)));
      expect(sum(taken) + sum(left)).toBe(sum(whole));
      expect([...taken, ...left].every((part) => part.amount > 0)).toBe(true);
    }),
  );
});
