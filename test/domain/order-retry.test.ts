import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EffectKind } from "../../src/domain/order/effects.ts";
import { laneOf } from "../../src/domain/order/effects.ts";
import {
  backoffMs,
  isDefinite,
  judgeFailure,
  LEASE_MS,
  leaseMs,
  resendMs,
  RETRY_POLICIES,
} from "../../src/domain/order/retry.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { OrderBooks, PLACED_AT, MINUTE } from "../support/order-books.ts";

const kinds = Object.keys(RETRY_POLICIES) as EffectKind[];
const soft = { status: "failed", code: "declined", message: "no", retryable: true } as const;
const unknown = { status: "unknown", message: "no answer" } as const;

describe("a lease", () => {
  it("doubles with each attempt and has an end", () => {
    expect([1, 2, 3, 4, 5, 6, 60].map(leaseMs)).toEqual([1, 2, 4, 4, 4, 4, 4].map((minutes) => minutes * MINUTE));
  });

  it.each(kinds)("of %s is longer than one attempt may take", (kind) => {
    expect(RETRY_POLICIES[kind].timeoutMs).toBeLessThan(LEASE_MS / 2);
  });
});

describe("backoff", () => {
  it.each(kinds)("of %s lies between half and all of what doubles, and below its cap", (kind) => {
    const { baseMs, capMs } = RETRY_POLICIES[kind];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, jitter) => {
        const whole = Math.min(capMs, baseMs * 2 ** (failures - 1));
        const wait = backoffMs(kind, failures, jitter);
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it("is never shorter than the provider asked for", () => {
    expect(backoffMs("CapturePayment", 1, 0, 90_000)).toBe(90_000);
  });
});

describe("what its queue refused", () => {
  it("is sent again within a second, then ever later, and at least once a minute", () => {
    const waits = [1, 2, 3, 6, 20, 1_000].map((times) => [resendMs(times, 0), resendMs(times, 1)]);
    expect(waits).toEqual([
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
      [16_000, 32_000],
      [30_000, 60_000],
      [30_000, 60_000],
    ]);
  });
});

describe("the judgement of a failure", () => {
  it("a definite one that may be cured is tried again under a new key", () => {
    expect(judgeFailure("CapturePayment", 1, soft, 1)).toEqual({ next: "retry", inMs: 2000, newGeneration: true });
  });

  it("an unknown one keeps the key", () => {
    expect(judgeFailure("CapturePayment", 1, unknown, 1)).toEqual({ next: "retry", inMs: 2000, newGeneration: false });
    expect(isDefinite(unknown)).toBe(false);
  });

  it("one that was turned away unread keeps the key and waits as long as it was told", () => {
    expect(judgeFailure("CapturePayment", 1, { ...soft, retryAfterMs: 30_000 }, 1)).toEqual({
      next: "retry",
      inMs: 30_000,
      newGeneration: false,
    });
  });

  it("a final one ends at once, with its own word", () => {
    expect(judgeFailure("CapturePayment", 1, { ...soft, retryable: false }, 1)).toEqual({
      next: "exhausted",
      code: "declined",
      message: "no",
      unknown: false,
    });
  });

  it("of what must not end is another attempt, even when it is called final", () => {
    expect(judgeFailure("OpenDeviation", 1, { ...soft, retryable: false }, 1).next).toBe("retry");
  });

  it.each(kinds)("%s ends with its budget, and OpenDeviation never", (kind) => {
    const { budget } = RETRY_POLICIES[kind];
    const last = Number.isFinite(budget) ? budget : 1_000_000;
    expect(judgeFailure(kind, last - 1, unknown, 0).next).toBe("retry");
    expect(judgeFailure(kind, last, unknown, 0).next).toBe(kind === "OpenDeviation" ? "retry" : "exhausted");
  });

  it("of what shows late at its provider waits until a look-up can tell", () => {
    expect(judgeFailure("Notify", 1, unknown, 0)).toMatchObject({ inMs: MINUTE });
    expect(judgeFailure("CreateLabel", 1, unknown, 0)).toMatchObject({ inMs: 30_000 });
    expect(judgeFailure("Notify", 1, soft, 0)).toMatchObject({ inMs: 2500 });
  });
});

describe("lanes", () => {
  it("keep a void behind an authorization, and what waits for people behind nothing", () => {
    const books = new OrderBooks().authorized().allocated().accept({ type: "CancelOrder", reason: "x" });
    const laneOfKind = (kind: EffectKind) => laneOf(books.effect(kind).effect);
    expect(laneOfKind("AuthorizePayment")).toBe("payment");
    expect(laneOf({ kind: "VoidPayment", payment: 1 })).toBe("payment");
    expect(laneOfKind("AllocateStock")).toBe("stock");
    expect(laneOfKind("CancelFulfillment")).toBe(laneOfKind("RequestFulfillment"));
    expect(laneOfKind("Notify")).toBe("notify");
    for (const kind of ["AwaitPayment", "TrackParcel", "PromoteBackorder"] as const)
      expect(
        laneOf({ kind, payment: 1, intentId: "", deadline: 0, shipmentId: books.shipment(), lines: [] } as Parameters<
          typeof laneOf
        >[0]),
      ).toBe("watch");
  });
});

describe("timers", () => {
  it("ring for the nearest of what is due, in the past too, and for nothing once the order has ended", () => {
    const books = new OrderBooks();
    expect(nextTimer(books.order)).toEqual({ timer: "payment_deadline", at: PLACED_AT + 20 * MINUTE });
    books.authorized();
    expect(nextTimer(books.order)).toEqual({ timer: "authorization_lapse", at: PLACED_AT + 6 * 24 * 60 * MINUTE });
    books.accept({ type: "CancelOrder", reason: "x" });
    expect(nextTimer(books.order)).toBeNull();
  });

  it("come to something whenever they are due, so that none rings for ever", () => {
    const made: [string, OrderBooks][] = [
      ["requested", new OrderBooks()],
      [
        "failed",
        (() => {
          const books = new OrderBooks();
          books.exhausted("AuthorizePayment");
          return books;
        })(),
      ],
      ["authorized", new OrderBooks().authorized()],
      ["allocated", new OrderBooks().authorized().allocated()],
      [
        "shipped, capture failed",
        (() => {
          const books = new OrderBooks().authorized().allocated().shipped();
          books.exhausted("CapturePayment");
          return books;
        })(),
      ],
      [
        "delivered, money asked for again",
        (() => {
          const books = new OrderBooks().authorized().allocated().shipped();
          books.done("CapturePayment", { kind: "CapturePayment", payment: { status: "voided", intentId: "pi_1" } });
          return books.accept({ type: "DeliverShipment", shipmentId: books.shipment() });
        })(),
      ],
    ];
    for (const [name, books] of made) {
      let rings = 0;
      for (let timer = nextTimer(books.order); timer !== null; timer = nextTimer(books.order)) {
        books.now = Math.max(books.now, timer.at);
        expect(books.timer(timer.timer), `${name}: ${timer.timer}`).not.toEqual([]);
        rings += 1;
        if (rings > 5) throw new Error(`${name}: a timer rings for ever`);
      }
      expect(rings, name).toBeGreaterThan(0);
    }
  });
});
