import { describe, expect, it } from "vitest";
import { PaypalEvents } from "../../src/providers/paypal-events.ts";
import { fakeFetch, text } from "./fake-fetch.ts";

const resource = {
  id: "0CX00000AUTH",
  status: "CREATED",
  amount: { currency_code: "EUR", value: "25.99" },
  custom_id: "ord_1.2",
  supplementary_data: { related_ids: { order_id: "5O190127TN364715T" } },
};
const event = {
  id: "WH-1",
  event_version: "1.0",
  create_time: "2026-11-20T11:59:58Z",
  event_type: "PAYMENT.AUTHORIZATION.CREATED",
  resource,
};
const TOKEN = text(200, JSON.stringify({ access_token: "t", expires_in: 3600 }));

async function retrieved(body: unknown, status = 200) {
  const { fetch, sent } = fakeFetch(TOKEN, text(status, JSON.stringify(body)));
  const result = await new PaypalEvents({ clientId: "a", clientSecret: "b", fetch }).retrieveEvent("WH-1");
  expect(sent[1]?.url).toBe("https://api-m.paypal.com/v1/notifications/webhooks-events/WH-1");
  return result;
}

describe("an event as PayPal itself has it", () => {
  it("tells what it is about", async () => {
    expect(await retrieved(event)).toEqual({
      outcome: "done",
      value: {
        type: "PAYMENT.AUTHORIZATION.CREATED",
        status: "authorized",
        createdAt: Date.parse("2026-11-20T11:59:58Z"),
        intentId: "5O190127TN364715T",
        orderId: "ord_1",
        payment: 2,
        amount: { amount: 2599, currency: "EUR" },
      },
    });
  });

  it("about a dispute names it, although disputes have no id of the usual name", async () => {
    const dispute = { dispute_id: "PP-000-042-663-135", dispute_amount: { currency_code: "USD", value: "3.00" } };
    expect(await retrieved({ ...event, event_type: "CUSTOMER.DISPUTE.CREATED", resource: dispute })).toMatchObject({
      value: { disputeId: "PP-000-042-663-135", intentId: null, status: null },
    });
  });

  it("of an order names it, and one that is about no payment of ours names none", async () => {
    const order = { id: "5O1", status: "APPROVED", purchase_units: [{ custom_id: "ord_1.1" }] };
    expect(await retrieved({ ...event, event_type: "CHECKOUT.ORDER.APPROVED", resource: order })).toMatchObject({
      value: { intentId: "5O1", orderId: "ord_1", payment: 1, status: null, amount: null },
    });
    expect(
      await retrieved({ ...event, event_type: "CUSTOMER.DISPUTE.CREATED", resource: { id: "PP-D-1" } }),
    ).toMatchObject({ value: { intentId: null, orderId: null, payment: null } });
  });

  it("of a refund that failed names it, and the capture that it was of", async () => {
    const links = [
      { rel: "self", href: "https://api-m.paypal.com/v2/payments/refunds/1JU08902781691411" },
      { rel: "up", href: "https://api-m.paypal.com/v2/payments/captures/2GG279541U471931P" },
    ];
    const refund = { id: "1JU08902781691411", status: "FAILED", amount: resource.amount, links };
    expect(await retrieved({ ...event, event_type: "PAYMENT.REFUND.FAILED", resource: refund })).toMatchObject({
      value: { failedRefundId: "1JU08902781691411", captureId: "2GG279541U471931P", orderId: null, intentId: null },
    });
  });

  it("is none where PayPal knows of none, and unknown where PayPal does not answer", async () => {
    const gone = { name: "RESOURCE_NOT_FOUND", details: [{ issue: "INVALID_RESOURCE_ID" }] };
    expect(await retrieved(gone, 404)).toEqual({ outcome: "done", value: null });
    expect(await retrieved({}, 503)).toMatchObject({ outcome: "unknown" });
  });
});
