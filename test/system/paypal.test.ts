import { describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { RunAnswer } from "../../src/contracts/reconciliation.ts";
import { openShop, type Shop } from "./shop.ts";

const isReady = ({ shipments }: OrderAnswer) =>
  shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED");

/** What PayPal's own books say of the money of this order, oldest first. */
async function movements(shop: Shop, { orderId }: OrderAnswer): Promise<string[]> {
  const rows = await shop.books("paypal", "money_movements");
  return rows
    .filter(({ reference }) => reference === `${orderId}.1`)
    .map(({ kind, amount }) => `${kind} ${amount}`)
    .toReversed();
}

/** Places an order by PayPal, and answers PayPal's page once the order asks for it. */
async function placeAndAnswer(shop: Shop, sku: string, answer: string): Promise<OrderAnswer> {
  const placed = await shop.place([{ sku, quantity: 2 }], "paypal");
  const waiting = await shop.until(
    placed.orderId,
    ({ paymentState }) => paymentState === "requires_action",
    "the way to PayPal",
  );
  expect(waiting.payments).toMatchObject([{ provider: "paypal", status: "requires_action" }]);
  const { pathname } = new URL(waiting.payments[0]?.actionUrl ?? "");
  const reply = await fetch(`${shop.url}${pathname}`, {
    method: "POST",
    body: new URLSearchParams({ answer }),
    redirect: "manual",
  });
  expect(reply.status).toBe(303);
  const { pathname: back, search } = new URL(reply.headers.get("location") ?? "");
  const page = await fetch(`${shop.url}${back}${search}`, { headers: { "accept-language": "de-AT,en;q=0.5" } });
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  expect(await page.text(), "a page for people, who are not signed in").toContain("Ihre Antwort ist angekommen");
  return waiting;
}

describe("an order paid by PayPal", () => {
  const shop = openShop();

  it("waits for the customer's approval, ships and is captured, and every book agrees", async () => {
    const sku = await shop.stock({ berlin: 3 });
    const order = await placeAndAnswer(shop, sku, "approve");
    const total = order.totals.total.amount;
    const ready = await shop.until(order.orderId, isReady, "the request to the warehouse");
    expect(ready.paymentState).toBe("authorized");
    expect(await movements(shop, order)).toEqual([`authorize ${total}`]);
    await shop.call("POST", "/warehouse/fulfill", { orderId: order.orderId, warehouseId: "berlin" });
    const shipped = await shop.until(
      order.orderId,
      ({ status, paymentState }) => status === "SHIPPED" && paymentState === "captured",
      "the capture",
    );
    expect(shipped.payments).toMatchObject([{ provider: "paypal", status: "captured" }]);
    expect(await movements(shop, order)).toEqual([`authorize ${total}`, `capture ${total}`]);
    await shop.eventually(
      async () => ((await shop.level(sku, "berlin")).onHand === 1 ? true : null),
      "the stock to leave",
    );
    const stripe = await shop.books("stripe", "payment_intents");
    expect(stripe.filter(({ order_id }) => order_id === order.orderId)).toEqual([]);
    await shop.eventually(async () => {
      const { body } = await shop.call<{ webhooks: Record<string, number> }>("GET", "/simulators/paypal/books.json");
      const { delivered = 0, ...others } = body.webhooks;
      return delivered >= 3 && Object.keys(others).length === 0 ? true : null;
    }, "every webhook to be taken");
    const unmatched = await shop.call<{ data: unknown[] }>("GET", "/api/v1/deviations?kind=webhook_unmatched");
    expect(unmatched.body.data).toEqual([]);
  });

  it("gives the authorization back when the order is cancelled", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const order = await placeAndAnswer(shop, sku, "approve");
    await shop.until(order.orderId, isReady, "the request to the warehouse");
    await shop.call("POST", `/api/v1/orders/${order.orderId}/cancel`, { reason: "changed my mind" });
    await shop.until(
      order.orderId,
      ({ status, payments }) => status === "CANCELLED" && payments.every((payment) => payment.status === "voided"),
      "the end",
    );
    const total = order.totals.total.amount;
    expect(await movements(shop, order)).toEqual([`authorize ${total}`, `void ${total}`]);
    await shop.eventually(
      async () => ((await shop.level(sku, "berlin")).available === 2 ? true : null),
      "the stock to be free",
    );
  });

  it("takes an account that the customer has saved without asking them, until it is removed", async () => {
    const methods = "/api/v1/customers/cus_jonas-becker/payment-methods";
    const asked = await shop.call<{ actionUrl: string }>("POST", methods, { paymentMethod: { token: "paypal" } });
    expect(asked).toMatchObject({ status: 202, body: { status: "requires_action" } });
    const body = new URLSearchParams({ answer: "approve" });
    const page = `${shop.url}${new URL(asked.body.actionUrl).pathname}`;
    const answered = await fetch(page, { method: "POST", body, redirect: "manual" });
    const back = new URL(answered.headers.get("location") ?? "");
    const welcome = await fetch(`${shop.url}${back.pathname}${back.search}`);
    expect(await welcome.text()).toContain("Your PayPal account is saved");
    const listed = await shop.call<{ data: { id: string; brand: string; account: string }[] }>("GET", methods);
    const account = listed.body.data.find(({ brand }) => brand === "paypal");
    expect(account).toMatchObject({ account: "l***@example.com" });
    const id = account?.id ?? "";

    const sku = await shop.stock({ berlin: 2 });
    const place = async (customer: string, paymentMethod: object) =>
      shop.call<OrderAnswer>("POST", "/api/v1/orders", {
        ...shop.order([{ sku, quantity: 1 }]),
        customer: { id: customer },
        paymentMethod,
      });
    const placed = await place("cus_jonas-becker", { saved: id });
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    const ready = await shop.until(placed.body.orderId, isReady, "the request to the warehouse");
    expect(ready.payments).toMatchObject([{ provider: "paypal", status: "authorized" }]);
    expect(JSON.stringify(ready)).not.toContain(id);
    expect(await movements(shop, ready)).toEqual([`authorize ${ready.totals.total.amount}`]);

    const stranger = {
      status: 422,
      body: { code: "payment_method_refused", errors: [{ pointer: "/paymentMethod/token" }] },
    };
    expect(await place("cus_carmen-ortega", { token: id })).toMatchObject(stranger);
    expect((await shop.call("DELETE", `${methods}/${id}`)).status).toBe(204);
    expect(await place("cus_jonas-becker", { token: id })).toMatchObject(stranger);
  });

  it("says so when PayPal declines what the customer has approved, and takes another means", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const order = await placeAndAnswer(shop, sku, "approve_declined");
    const failed = await shop.until(order.orderId, ({ status }) => status === "PAYMENT_FAILED", "the decline");
    expect(failed.payments[0]?.failure?.code).toBe("INSTRUMENT_DECLINED");
    expect(await movements(shop, order)).toEqual([]);
    const again = { paymentMethod: { token: "pm_card_visa" } };
    expect((await shop.call("POST", `/api/v1/orders/${order.orderId}/payment-method`, again)).status).toBe(200);
    const ready = await shop.until(order.orderId, isReady, "the request to the warehouse");
    expect(ready.payments.map(({ provider, status }) => `${provider} ${status}`)).toEqual([
      "paypal failed",
      "stripe authorized",
    ]);
  });
});

describe("an order paid by PayPal where money is taken on order", () => {
  const shop = openShop({ vars: { CAPTURE_ON: "order" } });

  it("is in PayPal's books as in ours, until PayPal pays back by itself; a dispute is put in front of a person", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const { orderId } = await placeAndAnswer(shop, sku, "approve");
    await shop.until(orderId, ({ paymentState }) => paymentState === "captured", "the capture");
    const press = (path: string, body: string) =>
      fetch(`${shop.url}/simulators/paypal/${path}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body,
        redirect: "manual",
      });
    const date = new Date().toISOString().slice(0, 10);
    const compare = async () => {
      const run = await shop.call<{ data: RunAnswer[] }>("POST", "/api/v1/payments/reconciliation/run", { date });
      expect(run.status, JSON.stringify(run.body)).toBe(200);
      return run.body.data
        .find(({ provider }) => provider === "paypal")
        ?.found.filter((one) => one.orderId === orderId);
    };
    expect(await compare()).toEqual([]);
    const orders = await shop.books("paypal", "orders");
    const paypalOrder = orders.find(({ reference }) => reference === `${orderId}.1`)?.["id"];
    const captures = await shop.books("paypal", "captures");
    const captureId = String(captures.find(({ order_id }) => order_id === paypalOrder)?.["id"]);
    await shop.call("PUT", "/simulators/paypal/knobs", { webhooksEnabled: false });
    expect((await press(`captures/${captureId}/refund`, "amount=100")).status).toBe(200);
    expect(await compare()).toMatchObject([
      { kind: "refunded", theirs: { amount: 100, currency: "EUR" }, ours: { amount: 0, currency: "EUR" } },
    ]);
    await shop.call("PUT", "/simulators/paypal/knobs", { webhooksEnabled: true });
    const { id } = (await (await press(`captures/${captureId}/dispute`, "reason=UNAUTHORISED")).json()) as {
      id: string;
    };
    await shop.eventually(async () => {
      const { body } = await shop.call<{ data: { kind: string; subject: { reference?: string } }[] }>(
        "GET",
        `/api/v1/deviations?order=${orderId}`,
      );
      const kinds = body.data.map(({ kind }) => kind).sort();
      return kinds.join() === "dispute,payment_mismatch" ? true : null;
    }, "both deviations");
    expect((await shop.read(orderId)).payments[0]?.disputes).toMatchObject([{ disputeId: id, status: "open" }]);
  });

  it("is paid back when it is cancelled", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const order = await placeAndAnswer(shop, sku, "approve");
    await shop.until(
      order.orderId,
      (now) => isReady(now) && now.paymentState === "captured",
      "the capture and the warehouse",
    );
    await shop.call("POST", `/api/v1/orders/${order.orderId}/cancel`, { reason: "changed my mind" });
    await shop.until(order.orderId, ({ paymentState }) => paymentState === "refunded", "the refund");
    const total = order.totals.total.amount;
    expect(await movements(shop, order)).toEqual([`authorize ${total}`, `capture ${total}`, `refund ${total}`]);
  });
});
