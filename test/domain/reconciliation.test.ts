import { describe, expect, it } from "vitest";
import { compareBooks, type MoneyRecord } from "../../src/domain/reconciliation.ts";

const record = (change: Partial<MoneyRecord> = {}): MoneyRecord => ({
  intentId: "pi_1",
  orderId: "ord_1",
  currency: "EUR",
  authorized: 2000,
  captured: 2000,
  refunded: 500,
  ...change,
});
const differences = (theirs: MoneyRecord | null, ours: MoneyRecord | null) =>
  compareBooks(theirs, ours).map(({ kind, theirs: there, ours: here }) => [kind, there, here]);

describe("two books of one payment", () => {
  it("agree when every amount is the same", () => {
    expect(compareBooks(record(), record())).toEqual([]);
    expect(compareBooks(null, null)).toEqual([]);
  });

  it.each([
    ["what only they have", record(), null, [["unknown_here", 2000, null]]],
    ["what only we have", null, record(), [["unknown_there", null, 2000]]],
    ["another authorization", record({ authorized: 1999 }), record(), [["authorized", 1999, 2000]]],
    ["a capture of ours that they do not have", record({ captured: 0 }), record(), [["captured", 0, 2000]]],
    ["a refund of theirs that we do not have", record(), record({ refunded: 0 }), [["refunded", 500, 0]]],
    ["another currency", record({ currency: "USD" }), record(), [["authorized", 2000, 2000]]],
    [
      "several at once",
      record({ captured: 1000, refunded: 0 }),
      record(),
      [
        ["captured", 1000, 2000],
        ["refunded", 0, 500],
      ],
    ],
  ])("differ by %s", (_what, theirs, ours, found) => {
    expect(differences(theirs, ours)).toEqual(found);
  });

  it("do not differ about a payment that never had money", () => {
    const nothing = record({ authorized: 0, captured: 0, refunded: 0 });
    expect(compareBooks(nothing, null)).toEqual([]);
    expect(compareBooks(null, nothing)).toEqual([]);
  });

  it("name the order by whichever side knows it", () => {
    expect(compareBooks(record({ orderId: null, captured: 1 }), record())[0]?.orderId).toBe("ord_1");
    expect(compareBooks(record(), null)[0]?.orderId).toBe("ord_1");
  });
});
