import { describe, expect, it } from "vitest";
import { PaypalDisputes } from "../../src/providers/paypal-disputes.ts";
import type { PaypalToken } from "../../src/providers/paypal-client.ts";
import { fakeFetch, json, type Reply } from "./fake-fetch.ts";
import { wire } from "./paypal-wire.ts";

/** A desk that has its token already. */
function desk(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const tokens = new Map<string, PaypalToken>([["id", { token: "A21AA", usableUntil: Date.now() + 60_000 }]]);
  return { disputes: new PaypalDisputes({ clientId: "id", clientSecret: "s", fetch, timeLimitMs: 200, tokens }), sent };
}

/** A dispute over 20.00 EUR as PayPal's documentation shows one. */
const dispute = (change: object = {}) => ({
  dispute_id: "PP-D-4012",
  create_time: "2026-11-11T04:18:00.000Z",
  disputed_transactions: [{ buyer_transaction_id: "B", seller_transaction_id: "3BC38643YC807283D", items: [] }],
  reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
  status: "WAITING_FOR_SELLER_RESPONSE",
  dispute_amount: wire("20.00"),
  dispute_life_cycle_stage: "INQUIRY",
  seller_response_due_date: "2026-11-21T04:18:00.000Z",
  ...change,
});
const capture = {
  id: "3BC38643YC807283D",
  custom_id: "ord_1.2",
  supplementary_data: { related_ids: { order_id: "ORDER1" } },
};
const resolved = (code: string, refunded?: string) =>
  dispute({
    status: "RESOLVED",
    dispute_outcome: { outcome_code: code, ...(refunded && { amount_refunded: wire(refunded) }) },
  });

describe("PayPal's disputes", () => {
  it("name the payment by its capture", async () => {
    const { disputes, sent } = desk(json(200, dispute()), json(200, capture));
    expect(await disputes.retrieveDispute("PP-D-4012")).toEqual({
      outcome: "done",
      value: {
        intentId: "ORDER1",
        orderId: "ord_1",
        dispute: {
          id: "PP-D-4012",
          amount: 2000,
          reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
          dueBy: Date.parse("2026-11-21T04:18:00Z"),
          status: "open",
        },
      },
    });
    expect(sent.map(({ url }) => url)).toEqual([
      "https://api-m.paypal.com/v1/customer/disputes/PP-D-4012",
      "https://api-m.paypal.com/v2/payments/captures/3BC38643YC807283D",
    ]);
  });

  it.each([
    [resolved("RESOLVED_SELLER_FAVOUR"), { status: "won", amount: 2000 }],
    [resolved("CANCELED_BY_BUYER"), { status: "won", amount: 2000 }],
    [resolved("RESOLVED_WITH_PAYOUT", "20.00"), { status: "won", amount: 2000 }],
    [resolved("RESOLVED_BUYER_FAVOUR", "20.00"), { status: "lost", amount: 2000 }],
    [resolved("RESOLVED_BUYER_FAVOUR"), { status: "lost", amount: 2000 }],
    [resolved("ACCEPTED", "7.00"), { status: "lost", amount: 700 }],
    [resolved("NONE", "0.00"), { status: "won" }],
    [dispute({ status: "UNDER_REVIEW" }), { status: "open" }],
  ])("are decided by their outcome: %#", async (answer, expected) => {
    const { disputes } = desk(json(200, answer), json(200, capture));
    expect(await disputes.retrieveDispute("PP-D-4012")).toMatchObject({ value: { dispute: expected } });
  });

  it("about what was not paid through the API name no payment", async () => {
    const gone = { name: "RESOURCE_NOT_FOUND", details: [{ issue: "INVALID_RESOURCE_ID" }] };
    const none = { outcome: "done", value: { intentId: null, orderId: null } };
    expect(await desk(json(200, dispute()), json(404, gone)).disputes.retrieveDispute("x")).toMatchObject(none);
    const nothing = dispute({ disputed_transactions: [] });
    expect(await desk(json(200, nothing)).disputes.retrieveDispute("x")).toMatchObject(none);
  });

  it("that can't be read in full come again", async () => {
    const odd = dispute({ dispute_amount: { currency_code: "XXX", value: "1" } });
    expect(await desk(json(200, odd)).disputes.retrieveDispute("x")).toMatchObject({ outcome: "unknown" });
    expect(await desk(json(200, dispute()), json(500, {})).disputes.retrieveDispute("x")).toMatchObject({
      outcome: "unknown",
    });
  });
});
