import { describe, expect, it } from "vitest";
import type { ReturnId, WarehouseId } from "../../src/domain/ids.ts";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import type { InspectionOutcome } from "../../src/domain/order/return.ts";
import { fulfillmentState, paymentState } from "../../src/domain/order/views.ts";
import { type LineSpec, MINUTE, OrderBooks, placedOrder } from "../support/order-books.ts";

const DAY = 24 * 60 * MINUTE;
const PARIS = "paris" as WarehouseId;

/** Two units of 10.00 with 3.80 of tax, 5.00 of shipping and 2.01 of discount: 26.79 in all, delivered and captured. */
function delivered(change: Parameters<typeof placedOrder>[1] = {}, lines?: LineSpec[]): OrderBooks {
  const placed = placedOrder(lines ?? [{ quantity: 2, tax: 380, held: { berlin: 2 } }], change);
  const books = new OrderBooks({
    ...placed,
    discounts: [{ amount: 201, reason: "voucher" }],
    totals: { ...placed.totals, shipping: 500, discount: 201, total: placed.totals.total + 500 - 201 },
  });
  books.authorized().allocated().delivered();
  books.captured().called();
  return books;
}

function request(books: OrderBooks, quantity = 1, more: { condition?: "unused" | "used" | "faulty" } = {}) {
  const { condition = "unused" } = more;
  return books.command({
    type: "RequestReturn",
    lines: [{ line: 1, quantity }],
    reason: "too small",
    condition,
    by: "customer",
  });
}

const newest = ({ order }: OrderBooks): ReturnId => {
  const returned = order.returns.at(-1);
  if (!returned) throw new Error("there is no return");
  return returned.id;
};

function received(books: OrderBooks, warehouseId = "berlin"): OrderBooks {
  return books.accept({ type: "ReceiveReturn", returnId: newest(books), warehouseId: warehouseId as WarehouseId });
}

function inspected(books: OrderBooks, ...units: [number, InspectionOutcome][]): OrderBooks {
  return books.accept({
    type: "InspectReturn",
    returnId: newest(books),
    units: units.map(([quantity, outcome]) => ({ line: 1, quantity, outcome })),
  });
}

function paidBack(books: OrderBooks, refundId: string): OrderBooks {
  const { amount } = books.effect("RefundPayment").effect;
  books.done("RefundPayment", { kind: "RefundPayment", refundId, amount: amount.amount });
  return books;
}

describe("a return that the policy allows", () => {
  it("is approved at once, gets a label, and the customer is told by one mail", () => {
    const books = delivered();
    expect(request(books)).toMatchObject({ ok: true });
    expect(books.order.returns).toMatchObject([
      { id: `${books.order.id.replace("ord_", "rtn_")}-1`, number: 1, state: "APPROVED", warehouseId: "berlin" },
    ]);
    expect(books.kinds()).toEqual(["CreateReturnLabel"]);
    books.done("CreateReturnLabel", {
      kind: "CreateReturnLabel",
      carrier: "fedex",
      service: "ground",
      trackingNumber: "R1",
    });
    expect(books.called()).toEqual([
      { kind: "Notify", notification: "return_approved", subject: `return:${newest(books)}` },
    ]);
    expect(books.order.returns).toMatchObject([{ label: { trackingNumber: "R1" } }]);
  });

  it("pays back what was paid for its units and puts the good ones into stock where they came to", () => {
    const books = delivered();
    request(books);
    received(books, PARIS);
    expect(books.kinds()).toEqual(["CreateReturnLabel", "Notify return_received"]);
    inspected(books, [1, "restock"]);
    // Of 20.00 + 3.80 + 5.00 − 2.01: the odd cent of the discount is taken off the first unit.
    expect(books.called()).toMatchObject([
      {
        kind: "RestockReturn",
        ref: newest(books),
        units: [{ line: 1, quantity: 1, warehouseId: PARIS, sku: books.order.lines[0]?.sku }],
      },
      { kind: "RefundPayment", refund: 1, payment: 1, amount: { amount: 1339, currency: "EUR" } },
    ]);
    expect(fulfillmentState(books.order)).toBe("partially_returned");
    expect(paymentState(books.order)).toBe("captured");
    paidBack(books, "re_1");
    expect(books.called()).toEqual([{ kind: "Notify", notification: "refunded", subject: "refund:1" }]);
    expect(paymentState(books.order)).toBe("partially_refunded");
    expect(books.order.state, "a partly returned order is not cancelled").toBe("DELIVERED");
  });

  it("unit by unit comes to exactly what was paid, and the order ends as REFUNDED once all of it is back", () => {
    const books = delivered();
    for (const [n, state] of [
      [1, "DELIVERED"],
      [2, "REFUNDED"],
    ] as const) {
      request(books);
      paidBack(inspected(received(books), [1, "write_off"]), `re_${n}`);
      expect(books.order.state).toBe(state);
    }
    expect(books.order.payments).toMatchObject([{ captured: 2679, refunded: 2679 }]);
    expect(fulfillmentState(books.order)).toBe("returned");
    expect(paymentState(books.order)).toBe("refunded");
  });

  it("puts nothing into stock of what is in quarantine or written off", () => {
    const books = delivered();
    request(books, 2);
    books.called();
    inspected(received(books), [1, "quarantine"], [1, "write_off"]);
    expect(books.kinds()).toEqual(["Notify return_received", "RefundPayment"]);
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(2679);
  });

  it("pays nothing for a unit that was not in the parcel, and lets it be returned later", () => {
    const books = delivered();
    request(books, 2);
    inspected(received(books), [1, "restock"], [1, "missing"]);
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(1339);
    expect(fulfillmentState(books.order)).toBe("partially_returned");
    expect(request(books, 2)).toEqual({ ok: false, refusal: { reason: "not_returnable", line: 1, quantity: 1 } });
    request(books);
    books.called();
    inspected(received(books), [1, "missing"]);
    expect(books.kinds(), "an empty parcel").toEqual(["Notify return_received"]);
  });
});

describe("a return that the policy does not allow by itself", () => {
  it("waits for a person, who approves it", () => {
    const books = delivered();
    request(books, 1, { condition: "used" });
    expect(books.order.returns).toMatchObject([{ state: "REQUESTED" }]);
    expect(books.kinds()).toEqual(["Notify return_requested"]);
    const needs = { reason: "return_state", state: "REQUESTED", needs: "APPROVED" };
    expect(books.command({ type: "ReceiveReturn", returnId: newest(books), warehouseId: PARIS })).toEqual({
      ok: false,
      refusal: needs,
    });
    books.accept({ type: "ApproveReturn", returnId: newest(books) });
    expect(books.kinds()).toEqual(["CreateReturnLabel"]);
  });

  it("waits for a person, who rejects it: the units are the customer's to ask for again", () => {
    const books = delivered();
    request(books, 2, { condition: "used" });
    expect(request(books)).toMatchObject({ refusal: { reason: "not_returnable", quantity: 0 } });
    books.called();
    books.accept({ type: "RejectReturn", returnId: newest(books), reason: "worn" });
    expect(books.kinds()).toEqual(["Notify return_rejected"]);
    expect(books.order.returns).toMatchObject([{ state: "REJECTED", rejection: "worn" }]);
    expect(request(books, 2)).toMatchObject({ ok: true });
    expect(fulfillmentState(books.order)).toBe("fulfilled");
  });

  it("comes too late for the customer from the end of the window on, and not for staff", () => {
    const books = delivered();
    books.now += 30 * DAY - 1;
    expect(request(books)).toMatchObject({ ok: true });
    books.now += 1;
    expect(request(books)).toEqual({
      ok: false,
      refusal: { reason: "return_window_ended", line: 1, windowDays: 30 },
    });
    books.accept({
      type: "RequestReturn",
      lines: [{ line: 1, quantity: 1 }],
      reason: "was ill",
      condition: "unused",
      by: "staff",
    });
    expect(books.order.returns.at(-1)).toMatchObject({ state: "REQUESTED" });
  });

  it("names lines of the order, each once, whole units, and no more than were delivered", () => {
    const books = delivered();
    const ask = (...lines: { line: number; quantity: number }[]) =>
      books.command({ type: "RequestReturn", lines, reason: "x", condition: "unused", by: "customer" });
    expect(ask()).toMatchObject({ refusal: { reason: "not_returnable" } });
    expect(ask({ line: 2, quantity: 1 })).toMatchObject({ refusal: { line: 2, quantity: 0 } });
    for (const quantity of [0, -1, 1.5, 3, Number.NaN])
      expect(ask({ line: 1, quantity }), String(quantity)).toMatchObject({ refusal: { line: 1, quantity: 2 } });
    const one = { line: 1, quantity: 1 };
    expect(ask(one, one)).toMatchObject({ refusal: { reason: "not_returnable" } });
  });
});

describe("the terms of a channel", () => {
  it("keep shipping and a fee of what is returned, unless the goods are faulty", () => {
    const lines = [{ quantity: 2, tax: 380, held: { berlin: 2 } }];
    const books = delivered({ channel: "batch" }, lines);
    request(books, 1, { condition: "unused" });
    books.accept({ type: "ApproveReturn", returnId: newest(books) });
    inspected(received(books), [1, "restock"]);
    // 13.39 less 2.50 of shipping is 10.89, of which a tenth is kept.
    expect(books.order.refunds).toMatchObject([{ withheld: { shipping: 250, fee: 109 }, due: 980 }]);
    request(books, 1, { condition: "faulty" });
    inspected(received(books), [1, "write_off"]);
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(1340);
    paidBack(books, "re_2");
    expect(books.order.state, "what was kept was not paid back").toBe("DELIVERED");
    expect(fulfillmentState(books.order)).toBe("returned");
  });
});

describe("an inspection", () => {
  it("accounts for every unit of the return and for no other", () => {
    const books = delivered();
    request(books, 2);
    received(books);
    const look = (...units: { line: number; quantity: number; outcome: InspectionOutcome }[]) =>
      books.command({ type: "InspectReturn", returnId: newest(books), units });
    const one = { line: 1, quantity: 1, outcome: "restock" } as const;
    for (const units of [
      [],
      [one],
      [one, one, one],
      [
        { ...one, quantity: 1.5 },
        { ...one, quantity: 0.5 },
      ],
      [
        { ...one, quantity: 3 },
        { ...one, quantity: -1 },
      ],
    ])
      expect(look(...units)).toEqual({
        ok: false,
        refusal: { reason: "inspection_incomplete", line: 1, quantity: 2 },
      });
    expect(look(one, one, { ...one, line: 7 })).toMatchObject({ refusal: { line: 7, quantity: 0 } });
    expect(look(one, one)).toMatchObject({ ok: true });
    expect(look(one, one)).toMatchObject({ refusal: { reason: "return_state", state: "INSPECTED" } });
  });

  it("before the money is captured pays it back once it is", () => {
    const books = new OrderBooks().authorized().allocated().delivered();
    const capture = books.effect("CapturePayment");
    books.exhausted("CapturePayment", "refused", false, capture);
    request(books);
    inspected(received(books), [1, "restock"]);
    expect(books.order.refunds).toMatchObject([{ due: 0, parts: [] }]);
    const refund = { type: "RefundOrder", reason: "lost", of: { lines: [{ line: 1, quantity: 1 }], restock: false } };
    expect(books.command(refund as OrderCommand)).toEqual({
      ok: false,
      refusal: { reason: "refund_too_large", refundable: 0 },
    });
    books.captured();
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(1000);
    paidBack(books, "re_1");
    expect(books.order.payments).toMatchObject([{ captured: 2000, refunded: 1000 }]);
  });

  it("of a return whose label failed for good still goes on: a person was told of the label", () => {
    const books = delivered();
    request(books);
    books.called();
    books.exhausted("CreateReturnLabel", "address_invalid");
    expect(books.kinds()).toEqual(["OpenDeviation address_invalid"]);
    inspected(received(books), [1, "restock"]);
    expect(books.order.returns).toMatchObject([{ state: "INSPECTED", label: null }]);
  });
});

describe("a refund by a person", () => {
  it("of an amount goes up to what was captured and is not paid back or asked to be", () => {
    const books = delivered();
    const refund = (amount: number) => books.command({ type: "RefundOrder", reason: "late", of: { amount } });
    for (const amount of [0, -1, 0.5, 2680, Number.NaN])
      expect(refund(amount), String(amount)).toEqual({
        ok: false,
        refusal: { reason: "refund_too_large", refundable: 2679 },
      });
    expect(refund(679)).toMatchObject({ ok: true });
    expect(books.kinds()).toEqual(["RefundPayment"]);
    expect(refund(2001)).toMatchObject({ refusal: { refundable: 2000 } });
    paidBack(books, "re_1");
    expect(paymentState(books.order)).toBe("partially_refunded");
    expect(refund(2000)).toMatchObject({ ok: true });
    paidBack(books, "re_2");
    expect(paymentState(books.order)).toBe("refunded");
    expect(books.order.state, "the customer still has the goods").toBe("DELIVERED");
  });

  it("counts for the units that come back later", () => {
    const books = delivered();
    books.accept({ type: "RefundOrder", reason: "scratched", of: { amount: 2000 } });
    request(books, 2);
    inspected(received(books), [2, "restock"]);
    expect(books.effect("RefundPayment").effect.amount.amount).toBe(679);
    expect(books.order.refunds).toMatchObject([{}, { due: 2679 }]);
  });

  it("of units that were lost pays what was paid for them; with restock they are stock again where they came from", () => {
    const books = delivered();
    const of = (restock: boolean) => ({ lines: [{ line: 1, quantity: 1 }], restock });
    books.accept({ type: "RefundOrder", reason: "lost", of: of(false) });
    expect(books.kinds()).toEqual(["RefundPayment"]);
    expect(fulfillmentState(books.order)).toBe("fulfilled");
    books.accept({ type: "RefundOrder", reason: "brought to the shop", of: of(true) });
    expect(books.called()).toMatchObject([
      { kind: "RefundPayment", amount: { amount: 1340 } },
      {
        kind: "RestockReturn",
        ref: `${books.order.id}:refund:2`,
        units: [{ line: 1, quantity: 1, warehouseId: "berlin" }],
      },
    ]);
    expect(fulfillmentState(books.order)).toBe("partially_returned");
    expect(books.command({ type: "RefundOrder", reason: "again", of: of(false) })).toEqual({
      ok: false,
      refusal: { reason: "not_refundable", line: 1, quantity: 0 },
    });
    expect(request(books)).toMatchObject({ refusal: { reason: "not_returnable", quantity: 0 } });
  });

  it("of units that have not left is refused", () => {
    const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().captured();
    const of = { lines: [{ line: 1, quantity: 1 }], restock: false };
    expect(books.command({ type: "RefundOrder", reason: "x", of })).toMatchObject({
      refusal: { reason: "not_refundable", quantity: 0 },
    });
  });

  it("before the parcel leaves is not paid a second time by the cancel, even where it has failed meanwhile", () => {
    for (const fails of [false, true]) {
      const books = new OrderBooks(placedOrder(undefined, { captureOn: "order" })).authorized().allocated().captured();
      books.accept({ type: "RefundOrder", reason: "goodwill", of: { amount: 500 } });
      const first = books.effect("RefundPayment");
      if (fails) books.exhausted("RefundPayment", "refused", false, first);
      books.accept({ type: "CancelOrder", reason: "changed my mind" });
      books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: true, reason: "" });
      const rest = books.effect("RefundPayment");
      expect(rest.effect).toMatchObject({ refund: 2, amount: { amount: 1500 } });
      books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_2", amount: 1500 }, rest);
      expect(books.order.payments).toMatchObject([{ refunded: 1500 }]);
      expect(books.order.state).toBe("CANCELLED");
      books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 500 }, first);
      expect(books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 500 }, first)).toEqual([]);
      expect(books.order.payments).toMatchObject([{ refunded: 2000 }]);
      expect(books.order.state).toBe("REFUNDED");
    }
  });

  it("goes to the earliest payment first, and on to the next for what that one does not have", () => {
    const books = new OrderBooks(
      placedOrder([{ quantity: 3, held: { berlin: 1 } }], {
        captureOn: "order",
        holdExpiresAt: Number.MAX_SAFE_INTEGER,
      }),
    );
    books.authorized().allocated().captured();
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [
        { ...books.order.reservations[0]!, id: `${books.order.reservations[0]!.id}-2` as never, quantity: 2 },
      ],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    });
    books.authorized(2).allocated().captured(2);
    books.accept({ type: "RefundOrder", reason: "late", of: { amount: 1500 } });
    expect(books.order.payments.map(({ captured }) => captured)).toEqual([1000, 2000]);
    expect(books.order.refunds).toMatchObject([
      {
        parts: [
          { payment: 1, amount: 1000 },
          { payment: 2, amount: 500 },
        ],
      },
    ]);
    const parts = books.effects.filter(({ effect }) => effect.kind === "RefundPayment");
    books.called();
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 1000 }, parts[0]);
    expect(books.kinds(), "told once, when all of it is on its way").toEqual([]);
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_2", amount: 500 }, parts[1]);
    expect(books.kinds()).toEqual(["Notify refunded"]);
  });
});
