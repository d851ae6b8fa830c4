import { describe, expect, it } from "vitest";
import type { ReturnId, WarehouseId } from "../../src/domain/ids.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { MINUTE, OrderBooks, placedOrder } from "../support/order-books.ts";

const DAY = 24 * 60 * MINUTE;

/** An order of this channel, delivered and captured. */
function delivered(change: Parameters<typeof placedOrder>[1] = {}): OrderBooks {
  const books = new OrderBooks(placedOrder([{ quantity: 3, held: { berlin: 3 } }], change));
  books.authorized().allocated().delivered();
  books.captured().called();
  return books;
}

function approved(books: OrderBooks): ReturnId {
  books.accept({
    type: "RequestReturn",
    lines: [{ line: 1, quantity: 1 }],
    reason: "too small",
    condition: "faulty",
    by: "customer",
  });
  return books.order.returns.at(-1)?.id ?? ("" as ReturnId);
}

function labelled(books: OrderBooks, trackingNumber = "R1"): OrderBooks {
  books.done("CreateReturnLabel", { kind: "CreateReturnLabel", carrier: "fedex", service: "ground", trackingNumber });
  return books;
}

describe("a return that does not come back", () => {
  it("is reminded of once, so many days after its approval as the policy says", () => {
    const books = delivered();
    const approvedAt = books.now;
    const id = approved(books);
    expect(nextTimer(books.order), "without a label there is nothing to send it with").toBeNull();
    books.now += MINUTE;
    labelled(books);
    expect(nextTimer(books.order)).toEqual({ timer: "return_reminder", at: approvedAt + 14 * DAY });
    books.now = approvedAt + 14 * DAY - 1;
    expect(books.timer("return_reminder"), "not before").toEqual([]);
    books.now += 1;
    books.called();
    expect(books.timer("return_reminder")).toMatchObject([{ type: "ReturnReminded", returnId: id }]);
    expect(books.kinds()).toEqual(["Notify return_reminder"]);
    expect(books.order.returns).toMatchObject([{ state: "APPROVED", remindedAt: books.now }]);
    expect(nextTimer(books.order)).toBeNull();
    expect(books.timer("return_reminder"), "a timer that fires twice").toEqual([]);
  });

  it("is not reminded of when it has come in time", () => {
    const books = delivered();
    const id = approved(books);
    labelled(books).accept({ type: "ReceiveReturn", returnId: id, warehouseId: "berlin" as WarehouseId });
    expect(nextTimer(books.order)).toBeNull();
    books.now += 30 * DAY;
    expect(books.timer("return_reminder")).toEqual([]);
  });

  it("is reminded of by itself, whatever becomes of another of the same order", () => {
    const books = delivered();
    const first = approved(books);
    labelled(books);
    books.now += 3 * DAY;
    const second = approved(books);
    labelled(books, "R2");
    books.accept({ type: "ReceiveReturn", returnId: first, warehouseId: "berlin" as WarehouseId });
    const at = nextTimer(books.order)?.at ?? 0;
    expect(at).toBe(books.now + 14 * DAY);
    books.now = at;
    expect(books.timer("return_reminder")).toMatchObject([{ returnId: second }]);
  });

  it("both due at the same time are both reminded of", () => {
    const books = delivered();
    approved(books);
    labelled(books);
    approved(books);
    labelled(books, "R2");
    books.now += 14 * DAY;
    expect(books.timer("return_reminder")).toHaveLength(2);
    expect(nextTimer(books.order)).toBeNull();
  });
});
