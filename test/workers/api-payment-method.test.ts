import { beforeAll, describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";

beforeAll(prepareWorld);

const OTHER_CARD = { paymentMethod: { token: "pm_card_mastercard" } };

/** An order of the harness's own customer. */
async function placed(): Promise<OrderAnswer> {
  const body = orderForm(await newStock(), 1, { customer: undefined });
  return json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.customer, body }), 201);
}

/** The same, whose card was declined. */
async function declined(): Promise<string> {
  const { orderId } = await placed();
  const id = orderId as OrderId;
  await ledgerStub(workerEnv, id).recordPayment(id, 1, {
    status: "failed",
    intentId: unique("pi"),
    code: "card_declined",
    message: "Your card was declined.",
  });
  return `/api/v1/orders/${orderId}/payment-method`;
}

describe("another means of payment", () => {
  it.each([
    ["the customer of the order", KEYS.customer],
    ["customer service", KEYS.csr],
    ["the shop that it came through", KEYS.storefront],
  ])("is taken from %s once the first has failed, and asked for what is due", async (_who, key) => {
    const path = await declined();
    const answer = await send("POST", path, { key, body: OTHER_CARD });
    const order = await json<OrderAnswer>(answer);
    expect(answer.headers.get("etag")).toBe(`"${order.version}"`);
    expect(order).toMatchObject({
      status: "PENDING",
      payments: [
        { status: "failed", failure: { code: "card_declined" } },
        { status: "requested", amount: order.totals.total },
      ],
    });
    expect(JSON.stringify(order)).not.toContain("pm_card_mastercard");
  });

  it("is asked once under one key, and a key with another token is refused", async () => {
    const path = await declined();
    const headers = { "Idempotency-Key": unique("key") };
    const first = await json<OrderAnswer>(await send("POST", path, { key: KEYS.customer, body: OTHER_CARD, headers }));
    const again = await send("POST", path, { key: KEYS.customer, body: OTHER_CARD, headers });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await json<OrderAnswer>(again)).toEqual(first);
    const body = { paymentMethod: { token: "pm_card_visa" } };
    await problem(await send("POST", path, { key: KEYS.customer, body, headers }), "idempotency_mismatch");
    await problem(await send("POST", path, { key: KEYS.customer, body }), "order_state");
  });

  it("is refused while nothing has failed", async () => {
    const { orderId, version } = await placed();
    const path = `/api/v1/orders/${orderId}/payment-method`;
    await problem(await send("POST", path, { key: KEYS.customer, body: OTHER_CARD }), "order_state");
    const after = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${orderId}`, { key: KEYS.customer }));
    expect(after.version).toBe(version);
  });

  it("is nobody else's to give", async () => {
    const path = await declined();
    await problem(await send("POST", path, { key: KEYS.otherCustomer, body: OTHER_CARD }), "not_found");
    await problem(await send("POST", path, { key: KEYS.floor, body: OTHER_CARD }), "forbidden");
  });

  it.each(["4242424242424242", "4242-4242-4242-4242", "4242 4242 4242 4242", "", "x".repeat(121)])(
    "must be a token, and not %j",
    async (token) => {
      const path = await declined();
      const refused = await send("POST", path, { key: KEYS.customer, body: { paymentMethod: { token } } });
      const { errors } = await problem(refused, "invalid_request");
      expect(errors).toEqual([{ pointer: "/paymentMethod/token", detail: expect.stringContaining("token") }]);
      expect(JSON.stringify(errors)).not.toContain("4242");
    },
  );
});
