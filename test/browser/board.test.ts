import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMetrics, highestOf, sumOf } from "../../web/ops/api/metrics.ts";
import type { OrderRow } from "../../web/ops/api/order-row.ts";
import {
  EMPTY_BOARD,
  flowByWarehouse,
  mergeOrders,
  MOST_ON_BOARD,
  perMinute,
  placedSince,
} from "../../web/ops/live/board.ts";
import { retryDelay } from "../../web/ops/live/connection.ts";

const MINUTE = 60_000;

function order(orderId: string, version: number, placedAt: number, more: Partial<OrderRow> = {}): OrderRow {
  return {
    orderId,
    number: orderId.toUpperCase(),
    version,
    state: "PENDING",
    paymentState: "unpaid",
    fulfillmentState: "unfulfilled",
    channel: "storefront",
    total: 1_000,
    currency: "EUR",
    units: 1,
    destination: null,
    warehouses: ["berlin"],
    country: "DE",
    placedAt,
    updatedAt: placedAt,
    name: null,
    ...more,
  };
}

describe("the board of recent orders", () => {
  it("comes to the same whatever the order in which copies of orders arrive", () => {
    const copies = fc.array(
      fc.record({ id: fc.integer({ min: 0, max: 5 }), version: fc.integer({ min: 1, max: 9 }) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(copies, fc.integer(), (heard, seed) => {
        const rows = heard.map(({ id, version }) => order(`ord_${id}`, version, 1_000 * id));
        const shuffled = rows.toSorted(
          (a, b) => ((a.version * 31 + a.placedAt + seed) % 7) - ((b.version * 31 + b.placedAt + seed) % 7),
        );
        const versions = (list: readonly OrderRow[]) => list.map((row) => [row.orderId, row.version]);
        const atOnce = mergeOrders(EMPTY_BOARD, rows);
        const oneByOne = shuffled.reduce((board, row) => mergeOrders(board, [row]), EMPTY_BOARD);
        expect(versions(oneByOne.sorted)).toEqual(versions(atOnce.sorted));
      }),
    );
  });

  it("keeps the customer's name when a live copy, which has none, is newer", () => {
    const board = mergeOrders(EMPTY_BOARD, [order("ord_a", 1, 5, { name: "Ada" })]);
    expect(mergeOrders(board, [order("ord_a", 2, 5)]).sorted[0]).toMatchObject({ version: 2, name: "Ada" });
  });

  it("is the same object when nothing newer was heard, so that nothing is drawn again", () => {
    const board = mergeOrders(EMPTY_BOARD, [order("ord_a", 2, 5)]);
    expect(mergeOrders(board, [order("ord_a", 1, 5), order("ord_a", 2, 5)])).toBe(board);
  });

  it("lets the oldest go when it is full", () => {
    const board = mergeOrders(
      EMPTY_BOARD,
      Array.from({ length: MOST_ON_BOARD + 5 }, (_, index) => order(`ord_${index}`, 1, index)),
    );
    expect(board.sorted).toHaveLength(MOST_ON_BOARD);
    expect(board.orders.size).toBe(MOST_ON_BOARD);
    expect(board.orders.has("ord_0")).toBe(false);
  });

  it("counts by minute, by span and by warehouse", () => {
    const now = 100 * MINUTE + 30_000;
    const { sorted } = mergeOrders(EMPTY_BOARD, [
      order("ord_a", 1, now),
      order("ord_b", 1, now - 31_000, { warehouses: ["berlin", "tokyo"] }),
      order("ord_c", 1, now - 3 * MINUTE),
      order("ord_d", 1, now - 90 * MINUTE),
    ]);
    expect(perMinute(sorted, now, 4).map((minute) => minute.count)).toEqual([1, 0, 1, 1]);
    expect(placedSince(sorted, now - MINUTE)).toBe(2);
    expect([...flowByWarehouse(sorted, now - MINUTE)]).toEqual([
      ["berlin", 2],
      ["tokyo", 1],
    ]);
  });
});

describe("the figures of /metrics", () => {
  it("are read with their labels, and what is not reported is not zero", () => {
    const samples = parseMetrics(
      '# HELP lag Age.\nlag{ledger="a",note="x\\"y"} 0.5\nlag{ledger="b"} 2\nplain 7\nbroken line\n',
    );
    expect(samples).toHaveLength(3);
    expect(highestOf(samples, "lag")).toBe(2);
    expect(sumOf(samples, "lag")).toBe(2.5);
    expect(sumOf(samples, "plain")).toBe(7);
    expect(sumOf(samples, "absent")).toBeNull();
  });
});

describe("coming back after a lost connection", () => {
  it("waits longer each time, up to a limit, and never two tabs the same", () => {
    const delays = [1, 2, 3, 20].map((attempt) => retryDelay(attempt, 1));
    expect(delays).toEqual([500, 1_000, 2_000, 20_000]);
    expect(retryDelay(3, 0)).toBe(1_000);
  });
});
