import { describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { RunAnswer } from "../../src/contracts/reconciliation.ts";
import { openShop } from "./shop.ts";

const CUSTOMER = "cus_jonas-becker";
const METHODS = `/api/v1/customers/${CUSTOMER}/payment-methods`;
const form = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
const shop = openShop();

/** What a person does on the simulated Stripe's page. */
const press = (path: string, body: string) =>
  fetch(`${shop.url}/simulators/stripe/${path}`, { method: "POST", headers: form, body, redirect: "manual" });

async function shipped(): Promise<OrderAnswer> {
  const placed = await shop.place([{ sku: await shop.stock({ berlin: 5 }), quantity: 1 }]);
  await shop.until(
    placed.orderId,
    ({ shipments }) => shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED"),
    "the request to the warehouse",
  );
  await shop.call("POST", "/warehouse/fulfill", { orderId: placed.orderId, warehouseId: "berlin" });
  return shop.until(placed.orderId, ({ paymentState }) => paymentState === "captured", "the capture");
}

async function intentOf(orderId: string): Promise<string> {
  const intents = await shop.books("stripe", "payment_intents");
  return String(intents.find(({ order_id }) => order_id === orderId)?.["id"]);
}

interface Deviations {
  data: { kind: string; status: string; subject: Record<string, string>; summary: string }[];
}

async function deviation(orderId: string, kind: string, status: string) {
  return shop.eventually(async () => {
    const { body } = await shop.call<Deviations>("GET", `/api/v1/deviations?order=${orderId}&kind=${kind}`);
    return body.data.find((one) => one.status === status) ?? null;
  }, `the ${status} deviation ${kind}`);
}

describe("what happens to money afterwards", () => {
  it("a dispute is told of, put in front of a person, and settled when it is won", async () => {
    const { orderId } = await shipped();
    const opened = await press(`payment_intents/${await intentOf(orderId)}/dispute`, "reason=product_not_received");
    const { id } = (await opened.json()) as { id: string };
    const found = await deviation(orderId, "dispute", "open");
    expect(found.subject).toMatchObject({ orderId, provider: "stripe", reference: id });
    const order = await shop.read(orderId);
    expect(order.payments[0]?.disputes).toMatchObject([{ disputeId: id, status: "open", amount: order.totals.total }]);
    await press(`disputes/${id}`, "status=won");
    await deviation(orderId, "dispute", "resolved");
    expect((await shop.read(orderId)).payments[0]?.disputes).toMatchObject([{ status: "won" }]);
    const { body } = await shop.call<{ data: { type: string }[] }>("GET", `/api/v1/orders/${orderId}/history`);
    expect(body.data.map(({ type }) => type)).toEqual(expect.arrayContaining(["PaymentDisputed", "DisputeClosed"]));
  });

  it("the books of the day agree, until somebody pays back at the provider by themselves", async () => {
    const { orderId } = await shipped();
    await shop.call("PUT", "/simulators/stripe/knobs", { webhooksEnabled: false });
    const date = new Date().toISOString().slice(0, 10);
    const compare = async () => {
      const run = await shop.call<{ data: RunAnswer[] }>("POST", "/api/v1/payments/reconciliation/run", { date });
      expect(run.status, JSON.stringify(run.body)).toBe(200);
      return run.body.data
        .find(({ provider }) => provider === "stripe")
        ?.found.filter((difference) => difference.orderId === orderId);
    };
    expect(await compare()).toEqual([]);
    const refunded = await press(`payment_intents/${await intentOf(orderId)}/refund`, "amount=100");
    expect(refunded.status).toBe(200);
    expect(await compare()).toMatchObject([
      { kind: "refunded", theirs: { amount: 100, currency: "EUR" }, ours: { amount: 0, currency: "EUR" } },
    ]);
    await deviation(orderId, "payment_mismatch", "open");
    await shop.call("PUT", "/simulators/stripe/knobs", { webhooksEnabled: true });
  });
});

describe("an order by invoice", () => {
  const byInvoice = async (customer: object) => {
    const body = { ...shop.order([{ sku: await shop.stock({ berlin: 5 }), quantity: 1 }], "invoice"), customer };
    return shop.call<OrderAnswer & { code: string; detail: string }>("POST", "/api/v1/orders", body);
  };

  it("is taken from a business with terms, and from nobody else", async () => {
    const placed = await byInvoice({ id: "cus_kontor-lindenhof" });
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    const { orderId } = placed.body;
    const order = await shop.until(orderId, ({ paymentState }) => paymentState === "authorized", "the invoice's terms");
    expect(order.payments).toMatchObject([{ provider: "invoice", status: "authorized", amount: order.totals.total }]);
    expect(await byInvoice({ id: CUSTOMER })).toMatchObject({
      status: 422,
      body: { code: "payment_method_refused", detail: "This customer can't pay by invoice." },
    });
  });
});

describe("a subscription's next order", () => {
  const save = (token: string) =>
    shop.call<{ id: string; status: string; actionUrl: string }>("POST", METHODS, { paymentMethod: { token } });
  const order = async (saved: string) => {
    const lines = [{ sku: await shop.stock({ berlin: 5 }), quantity: 1 }];
    const body = { ...shop.order(lines), customer: { id: CUSTOMER }, paymentMethod: { saved } };
    const placed = await shop.call<OrderAnswer>("POST", "/api/v1/orders", body);
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    return placed.body.orderId;
  };

  it("is paid by what the customer has saved, while they are away", async () => {
    const saved = await save("pm_card_visa");
    expect(saved).toMatchObject({ status: 201, body: { status: "ready", brand: "visa", last4: "4242" } });
    const orderId = await order(saved.body.id);
    await shop.until(orderId, ({ paymentState }) => paymentState === "authorized", "the authorization");
    expect(JSON.stringify(await shop.read(orderId))).not.toContain(saved.body.id);
    expect((await shop.call("DELETE", `${METHODS}/${saved.body.id}`)).status).toBe(204);
    expect((await shop.call("DELETE", `${METHODS}/${saved.body.id}`)).status).toBe(404);
  });

  it("asks the customer to come where their bank wants to see them, and tells them by mail", async () => {
    const asked = await save("pm_card_authenticationRequired");
    expect(asked).toMatchObject({ status: 202, body: { status: "requires_action" } });
    await fetch(asked.body.actionUrl, { method: "POST", headers: form, body: "answer=complete", redirect: "manual" });
    const { body } = await shop.call<{ data: { id: string; last4: string }[] }>("GET", METHODS);
    const card = body.data.find(({ last4 }) => last4 === "3184");
    const orderId = await order(card?.id ?? "");
    const { number, payments } = await shop.until(
      orderId,
      ({ paymentState }) => paymentState === "requires_action",
      "the bank's question",
    );
    await shop.eventually(async () => {
      const mails = await shop.books("sendgrid", "messages");
      return mails.find(({ subject }) => String(subject).includes(number)) ?? null;
    }, "the mail");
    await fetch(payments[0]?.actionUrl ?? "", {
      method: "POST",
      headers: form,
      body: "answer=complete",
      redirect: "manual",
    });
    await shop.until(orderId, ({ paymentState }) => paymentState === "authorized", "the authorization");
  });
});
