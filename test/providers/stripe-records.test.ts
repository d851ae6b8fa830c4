import { describe, expect, it } from "vitest";
import { StripeRecords } from "../../src/providers/stripe-records.ts";
import fixtures from "../fixtures/stripe/resources.json" with { type: "json" };
import { fakeFetch, json, silent, type Reply } from "./fake-fetch.ts";

const FROM = Date.UTC(2026, 10, 20);
const TO = Date.UTC(2026, 10, 21);

function stripe(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  return { records: new StripeRecords({ secretKey: "sk_test_x", fetch, timeLimitMs: 200 }), sent };
}

/** A charge as Stripe's own example has it, but for what is said. */
const charge = (n: number, change: Record<string, unknown> = {}) => ({
  ...fixtures.resources.charge,
  id: `ch_${n}`,
  payment_intent: `pi_${n}`,
  amount: 2000,
  amount_captured: 0,
  amount_refunded: 0,
  captured: false,
  currency: "eur",
  status: "succeeded",
  metadata: { order_id: `ord_${n}` },
  ...change,
});
const page = (data: unknown[], hasMore = false) => json(200, { object: "list", data, has_more: hasMore, url: "/v1/x" });
const record = (n: number, change: Record<string, unknown> = {}) => ({
  intentId: `pi_${n}`,
  orderId: `ord_${n}`,
  currency: "EUR",
  authorized: 2000,
  captured: 0,
  refunded: 0,
  ...change,
});

describe("Stripe's books of a day", () => {
  it("are its charges, captures and refunds, to the last page, each payment once as it stands now", async () => {
    const captured = charge(1, { captured: true, amount_captured: 1500 });
    const refunded = charge(3, { captured: true, amount_captured: 2000, amount_refunded: 700 });
    const { records, sent } = stripe(
      page([charge(1)], true),
      page([charge(2)]),
      page([{ id: "txn_1", object: "balance_transaction", source: captured }]),
      page([{ ...fixtures.resources.refund, charge: refunded }]),
    );
    expect(await records.movedBetween(FROM, TO)).toEqual({
      outcome: "done",
      value: [record(1, { captured: 1500 }), record(2), record(3, { captured: 2000, refunded: 700 })],
    });
    const asked = sent.map(({ url }) => new URL(url));
    expect(asked.map(({ pathname }) => pathname)).toEqual([
      "/v1/charges",
      "/v1/charges",
      "/v1/balance_transactions",
      "/v1/refunds",
    ]);
    for (const { searchParams } of asked) {
      expect(searchParams.get("created[gte]")).toBe(String(FROM / 1000));
      expect(searchParams.get("created[lt]")).toBe(String(TO / 1000));
    }
    expect(asked[1]?.searchParams.get("starting_after")).toBe("ch_1");
  });

  it("leave out what was declined, and count what a void releases as no refund", async () => {
    const voided = charge(2, { amount_refunded: 2000 });
    const { records } = stripe(page([charge(1, { status: "failed" }), voided]), page([]), page([]));
    expect(await records.movedBetween(FROM, TO)).toEqual({ outcome: "done", value: [record(2)] });
  });

  it.each([
    ["no answer", silent],
    ["an answer that can't be read", page([{ id: "ch_1", object: "charge" }])],
    ["trouble of their own", json(500, { error: { type: "api_error", message: "Ours." } })],
  ])("are unknown with %s", async (_what, reply) => {
    expect(await stripe(reply).records.movedBetween(FROM, TO)).toMatchObject({ outcome: "unknown" });
  });

  it("have a payment that nobody knows as none, and one without money as nothing", async () => {
    const missing = json(404, { error: { type: "invalid_request_error", code: "resource_missing", message: "No." } });
    expect(await stripe(missing).records.findRecord("pi_x")).toEqual({ outcome: "done", value: null });
    const intent = {
      ...fixtures.resources.payment_intent,
      id: "pi_1",
      currency: "eur",
      metadata: { order_id: "ord_1" },
      latest_charge: charge(1, { status: "failed" }),
    };
    expect(await stripe(json(200, intent)).records.findRecord("pi_1")).toEqual({
      outcome: "done",
      value: record(1, { authorized: 0 }),
    });
    expect(await stripe(silent).records.findRecord("pi_1")).toMatchObject({ outcome: "unknown" });
  });
});
