import { describe, expect, it } from "vitest";
import type { EffectKind } from "../../src/domain/order/effects.ts";
import type { Reservation } from "../../src/domain/order/order.ts";
import { changesBetween } from "../../src/services/describe-changes.ts";
import { changeWords } from "../../web/ops/screens/order/words/change-words.ts";
import { effectSays, effectTitle } from "../../web/ops/screens/order/words/effect-words.ts";
import { isTrouble, tellHistory } from "../../web/ops/screens/order/words/event-words.ts";
import { orderWords } from "../../web/ops/screens/order/words/order-words.ts";
import { plainSummary } from "../../web/ops/ui/deviation-words.ts";
import { MINUTE, OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

const CITIES: Readonly<Record<string, string>> = { berlin: "Berlin", paris: "Paris" };
const wordsOf = ({ order: { currency, lines, payments, shipments } }: OrderBooks) => {
  const parcels = shipments.map(({ id, warehouseId }) => ({ shipmentId: id, warehouseId }));
  return orderWords({ currency, lines, payments, shipments: parcels }, (id) => CITIES[id] ?? null);
};
const historyOf = ({ events }: OrderBooks) => events.map(({ event: { type, ...data } }) => ({ type, data }));

/** The order's events as the timeline says them, oldest first. */
function timelineOf(books: OrderBooks): string[] {
  return tellHistory(historyOf(books), wordsOf(books)).map(({ telling }) =>
    [telling.title, telling.said].filter(Boolean).join(": "),
  );
}

/** What the order has set in motion, as the saga says it. */
function sagaOf(books: OrderBooks): string[] {
  const words = wordsOf(books);
  return books.effects.map(({ effect }) => {
    const { kind, ...more } = effect;
    return [effectTitle(kind), effectSays({ kind, effect: more }, words)].filter(Boolean).join(": ");
  });
}

function returned(books: OrderBooks): OrderBooks {
  const returnId = () => {
    const [first] = books.order.returns;
    if (first === undefined) throw new Error("there is no return");
    return first.id;
  };
  books.accept({
    type: "RequestReturn",
    lines: [{ line: 1, quantity: 2 }],
    reason: "too small",
    condition: "unused",
    by: "staff",
  });
  if (books.order.returns[0]?.state === "REQUESTED") books.accept({ type: "ApproveReturn", returnId: returnId() });
  books.done("CreateReturnLabel", {
    kind: "CreateReturnLabel",
    carrier: "fedex",
    service: "g",
    trackingNumber: "7946",
  });
  books.accept({ type: "ReceiveReturn", returnId: returnId(), warehouseId: "paris" as Reservation["warehouseId"] });
  const units = [
    { line: 1, quantity: 1, outcome: "restock" as const },
    { line: 1, quantity: 1, outcome: "missing" as const },
  ];
  books.accept({ type: "InspectReturn", returnId: returnId(), units });
  books.done("RefundPayment", { kind: "RefundPayment", refundId: "re_1", amount: 1000 });
  return books;
}

describe("the timeline of an order", () => {
  it("says who paid what, which units came from where, and what came back of them", () => {
    const books = returned(new OrderBooks().authorized().allocated().delivered().captured());
    const said = timelineOf(books);
    expect(said).toEqual(
      expect.arrayContaining([
        "Order placed: 2 × Thing 1, €20.00",
        "Stock allocated: 2 × Thing 1 in Berlin",
        "Payment captured: €20.00 by Stripe",
        "Delivered: shipment 1 (Berlin)",
        "Return asked for: return 1: 2 × Thing 1, unused, “too small”",
        "Return arrived: return 1 in Paris",
        "Return inspected: return 1: 1 × Thing 1 back in stock, 1 × Thing 1 missing from the parcel",
        "Refund asked for: €10.00, for 1 × Thing 1, return 1, “too small”",
        "Paid back: €10.00 to Stripe",
      ]),
    );
    expect(sagaOf(books)).toEqual(
      expect.arrayContaining([
        "Pay back: €10.00 to Stripe, refund 1: “too small”",
        "Take back into stock: 1 × Thing 1 in Paris",
        "Tell the customer: “your money is on its way back”",
      ]),
    );
  });

  it("says of an edit what it waits for, and in whose stead it is paid", () => {
    const books = new OrderBooks().authorized().allocated();
    const before = books.order;
    books.accept({ type: "EditOrder", edit: { content: contentOf(books.order, { 1: 3 }) } });
    expect(timelineOf(books).at(-1)).toBe(
      "Edit to be made: to 3 × Thing 1 for €30.00, once the difference of €10.00 is authorized as payment 2 (Stripe)",
    );
    books.authorized(2);
    expect(timelineOf(books).at(-1)).toBe("Order edited: paid by payment 2 (Stripe)");
    expect(changeWords(changesBetween(before, books.order), wordsOf(books))).toEqual([
      { field: "lines/1/quantity", what: "Quantity of Thing 1", before: "2", after: "3" },
      { field: "totals/total", what: "Total", before: "€20.00", after: "€30.00" },
    ]);
  });

  it("keeps saying how much was allocated then, when units are taken out later", () => {
    const books = new OrderBooks().authorized().allocated().accepted();
    books.accept({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "one is enough" });
    expect(timelineOf(books)).toContain("Stock allocated: 2 × Thing 1 in Berlin");
    expect(timelineOf(books)).toContain("Items cancelled: 1 × Thing 1: “one is enough”");
    expect(sagaOf(books)).toContain("Release stock: all but 1 × Thing 1 in Berlin");
  });

  it("marks what went wrong, in the provider's words and in its own", () => {
    const books = new OrderBooks();
    books.payment({ status: "failed", intentId: "pi_1", code: "card_declined", message: "Your card was declined." });
    books.now += 31 * MINUTE;
    books.timer("hold_end");
    const told = tellHistory(historyOf(books), wordsOf(books)).map(({ telling }) => telling);
    expect(told.filter(isTrouble).map(({ title, said }) => `${title}: ${said}`)).toEqual([
      "Payment failed: Stripe: Your card was declined (card_declined)",
      "Hold ended: it was not paid while its stock was held",
    ]);
  });

  it("calls a kind of event that it does not know by its name, and one of another shape too", () => {
    const words = wordsOf(new OrderBooks(placedOrder()));
    const odd = [
      { type: "GiftWrapped", data: {} },
      { type: "ReturnRequested", data: {} },
    ];
    expect(tellHistory(odd, words).map(({ telling }) => telling.title)).toEqual(["Gift wrapped", "Return requested"]);
    expect(effectTitle("WrapGift")).toBe("Wrap gift");
    expect(effectSays({ kind: "ReSource" satisfies EffectKind, effect: {} }, words)).toBe("");
  });
});

describe("the summary of a deviation", () => {
  it("is read without codes and names of steps", () => {
    expect(plainSummary("HF-1: CapturePayment failed (rate_limited).")).toBe(
      "HF-1: Capture payment failed (rate limited).",
    );
  });
});
