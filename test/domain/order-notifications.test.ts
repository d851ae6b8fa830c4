import { describe, expect, it } from "vitest";
import type { ReturnId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { NOTIFICATION_KINDS, type NotificationKind, type NotifyEffect } from "../../src/domain/order/effects.ts";
import { MINUTE, newOrderId, OrderBooks, placedOrder, reservation } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

const DAY = 24 * 60 * MINUTE;
const BERLIN = "berlin" as WarehouseId;

const placed = () => new OrderBooks();
const confirmed = () => placed().authorized().allocated();
const delivered = () => {
  const books = confirmed().delivered();
  books.captured();
  return books;
};
const declined = { status: "failed", intentId: "pi_1", code: "card_declined", message: "no" } as const;

function askedBack(condition: "unused" | "used"): OrderBooks {
  const lines = [{ line: 1, quantity: 1 }];
  return delivered().accept({ type: "RequestReturn", lines, reason: "too small", condition, by: "customer" });
}

const returnId = ({ order }: OrderBooks): ReturnId => order.returns.at(-1)?.id ?? ("" as ReturnId);

function labelled(books = askedBack("unused")): OrderBooks {
  const label = { carrier: "fedex", service: "ground", trackingNumber: "R1" };
  books.done("CreateReturnLabel", { kind: "CreateReturnLabel", ...label });
  return books;
}

/** Units have come back for something else, which is to be ordered now. */
function exchanging(): OrderBooks {
  const lines = [{ line: 1, quantity: 1 }];
  const exchange = { lines: [{ sku: "LARGER" as Sku, quantity: 1 }], method: null };
  const condition = "unused";
  const books = labelled(
    delivered().accept({ type: "RequestReturn", lines, reason: "too small", condition, by: "customer", exchange }),
  );
  books.accept({ type: "ReceiveReturn", returnId: returnId(books), warehouseId: BERLIN });
  return books.accept({
    type: "InspectReturn",
    returnId: returnId(books),
    units: [{ line: 1, quantity: 1, outcome: "restock" }],
  });
}

function tracked(status: "out_for_delivery" | "delivered"): OrderBooks {
  const books = confirmed().shipped();
  books.fact({ type: "RecordTracking", shipmentId: books.shipment(), status, description: "" });
  return books;
}

/** An order with a parcel at a warehouse that has been asked to stop. */
function recalled(stopped: boolean): OrderBooks {
  const books = confirmed().accept({ type: "CancelOrder", reason: "changed my mind" });
  books.done("CancelFulfillment", { kind: "CancelFulfillment", recalled: stopped, reason: "too late" });
  return books;
}

function waiting(): OrderBooks {
  return new OrderBooks(placedOrder([{ quantity: 2, held: { berlin: 1 } }])).authorized().allocated();
}

/** What brings an order to each kind of message. A kind that nothing brings about is not here, and does not compile. */
const BROUGHT_ABOUT: Readonly<Record<NotificationKind, () => OrderBooks>> = {
  order_received: placed,
  order_confirmed: confirmed,
  action_required: () => {
    const books = placed();
    books.payment({ status: "requires_action", intentId: "pi_1", actionUrl: "https://bank.example/3ds" });
    return books;
  },
  payment_failed: () => {
    const books = placed();
    books.payment(declined);
    return books;
  },
  shipped: () => confirmed().shipped(),
  out_for_delivery: () => tracked("out_for_delivery"),
  delivered: () => tracked("delivered"),
  cancelled: () => recalled(true),
  cancel_refused: () => recalled(false),
  items_cancelled: () =>
    confirmed()
      .accepted()
      .accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "one is enough" }),
  edit_declined: () => {
    const books = confirmed();
    books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 3 }) } });
    books.payment({ ...declined, intentId: "pi_2" }, 2);
    return books;
  },
  backordered: () => new OrderBooks(placedOrder([{ quantity: 2, held: { berlin: 1 } }])),
  backorder_arrived: () => {
    const books = waiting();
    books.done("PromoteBackorder", {
      kind: "PromoteBackorder",
      reservations: [reservation(books.order.id, 1, "berlin", 1, "promoted")],
      backordered: [],
      unavailable: [],
      estimatedDelivery: "2026-12-01",
    });
    return books;
  },
  message: () => confirmed().accept({ type: "SendMessage", text: "Your parcel leaves today." }),
  refunded: () => {
    const books = delivered().accept({ type: "RefundOrder", reason: "sorry", of: { amount: 100 } });
    books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 100 });
    return books;
  },
  return_requested: () => askedBack("used"),
  return_approved: () => labelled(),
  return_reminder: () => {
    const books = labelled();
    books.now += 14 * DAY;
    books.timer("return_reminder");
    return books;
  },
  return_rejected: () => {
    const books = askedBack("used");
    return books.accept({ type: "RejectReturn", returnId: returnId(books), reason: "worn" });
  },
  return_received: () => {
    const books = labelled();
    return books.accept({ type: "ReceiveReturn", returnId: returnId(books), warehouseId: BERLIN });
  },
  exchange_placed: () => {
    const books = exchanging();
    books.done("PlaceExchange", { kind: "PlaceExchange", orderId: newOrderId(), credit: 1000 });
    return books;
  },
  exchange_declined: () => {
    const books = exchanging();
    books.exhausted("PlaceExchange", "insufficient_stock");
    return books;
  },
};

const told = ({ effects }: OrderBooks): NotifyEffect[] =>
  effects.flatMap(({ effect }) => (effect.kind === "Notify" ? [effect] : []));

describe("the customer", () => {
  it.each(NOTIFICATION_KINDS)("is told %s once, and of nothing twice", (kind) => {
    const messages = told(BROUGHT_ABOUT[kind]());
    expect(messages.filter(({ notification }) => notification === kind)).toHaveLength(1);
    const subjects = messages.map(({ subject, notification }) => `${subject} ${notification}`);
    expect(new Set(subjects).size, subjects.join(", ")).toBe(subjects.length);
  });

  it("is told each time that a person writes to them, or has something sent again", () => {
    const books = confirmed();
    for (let times = 0; times < 2; times += 1) {
      books.accept({ type: "SendMessage", text: "the same words" });
      books.accept({ type: "ResendNotification", notification: "order_confirmed", about: "order" });
    }
    const again = told(books).slice(2);
    expect(again.map(({ notification }) => notification)).toEqual([
      "message",
      "order_confirmed",
      "message",
      "order_confirmed",
    ]);
    expect(new Set(again.map(({ subject }) => subject)).size).toBe(4);
  });
});

describe("a message that can't be delivered", () => {
  const reachable = { name: "Ada", email: "ada@example.com", phone: "+4930123456" };
  const withContact = (contact: { name: string; email?: string; phone?: string }) =>
    new OrderBooks(placedOrder(undefined, { contact })).authorized().allocated();

  it("by mail after all its tries goes by SMS, about the same and once", () => {
    const books = withContact(reachable);
    books.called();
    const mail = books.effect("Notify");
    books.exhausted("Notify", "mailbox_full");
    const bySms = { ...mail.effect, channel: "sms" };
    expect(books.called()).toEqual([bySms]);
    books.exhausted("Notify", "unreachable");
    expect(books.kinds(), "an SMS has nothing to fall back to").toEqual(["OpenDeviation notification_failed"]);
  });

  it("is a person's to know of where there is no telephone", () => {
    const books = withContact({ name: "Ada", email: "ada@example.com" });
    books.called();
    books.exhausted("Notify", "mailbox_full");
    expect(books.kinds()).toEqual(["OpenDeviation notification_failed"]);
  });

  it("as far as anybody knows is a person's to judge: a mail that may have gone is not told again by SMS", () => {
    const books = withContact(reachable);
    books.called();
    books.exhausted("Notify", "timeout", true);
    expect(books.kinds()).toEqual(["OpenDeviation notification_failed"]);
  });
});
