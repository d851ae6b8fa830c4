import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/order/decide.ts";
import type { PlacedOrder } from "../../src/domain/order/events.ts";
import { OrderBooks, PLACED_AT, placedOrder, reservation } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";

const place = (order: PlacedOrder) => decide(null, { type: "PlaceOrder", order }, PLACED_AT);
const twoLines = () =>
  placedOrder([
    { quantity: 2, held: { berlin: 2 } },
    { quantity: 2, held: { berlin: 2 } },
  ]);

describe("a reservation stands for one line of one order", () => {
  it("so an order that names one twice is refused, whoever places it", () => {
    const order = twoLines();
    const [first] = order.reservations;
    if (!first) throw new Error("line 1 has a reservation");
    expect(place(order).ok).toBe(true);
    for (const line of [1, 2])
      expect(place({ ...order, reservations: [first, { ...first, line, sku: order.lines[line - 1]!.sku }] })).toEqual({
        ok: false,
        refusal: { reason: "reservation_reused", line },
      });
  });

  it("so an edit can't hold its new units by one that the order has", () => {
    const books = new OrderBooks(twoLines());
    const content = contentOf(books.order, { 2: 4 });
    const [held] = content.reservations;
    const [own] = books.order.reservations;
    if (!held || !own) throw new Error("the edit holds two units");
    const refused = books.command({
      type: "EditOrder",
      edit: { content: { ...content, reservations: [{ ...held, id: own.id }] } },
    });
    expect(refused).toEqual({ ok: false, refusal: { reason: "reservation_reused", line: 2 } });
    books.accept({ type: "EditOrder", edit: { content } });
  });
});

describe("what is held and what waits is what each line needs", () => {
  it("when an order is placed", () => {
    const order = twoLines();
    const [first, second] = order.reservations;
    if (!first || !second) throw new Error("both lines have a reservation");
    const wrong: [number, PlacedOrder["reservations"]][] = [
      [1, [second]],
      [1, [{ ...first, quantity: 3 }, second]],
      [1, [{ ...first, quantity: 4, line: 2 }]],
      [2, [first, { ...second, sku: first.sku }]],
      [3, [first, second, reservation(order.id, 3, "berlin", 1)]],
    ];
    for (const [line, reservations] of wrong)
      expect(place({ ...order, reservations })).toEqual({ ok: false, refusal: { reason: "stock_mismatch", line } });
  });

  it("when an edit raises two lines of one SKU: one line can't have the units of both", () => {
    const books = new OrderBooks(twoLines());
    const content = contentOf(books.order, { 1: 3, 2: 4 });
    const all = reservation(books.order.id, 1, "berlin", 3, "all");
    expect(books.command({ type: "EditOrder", edit: { content: { ...content, reservations: [all] } } })).toEqual({
      ok: false,
      refusal: { reason: "stock_mismatch", line: 1 },
    });
  });
});
