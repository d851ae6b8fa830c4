import { expect, it } from "vitest";
import type { OrderPaymentsAnswer, ReturnAnswer, ReturnSummaryAnswer } from "../../src/contracts/returns.ts";
import { openShop } from "./shop.ts";

const shop = openShop();

async function deliver(sku: string, quantity: number) {
  const placed = await shop.place([{ sku, quantity }]);
  await shop.until(
    placed.orderId,
    ({ shipments }) => shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED"),
    "the request to the warehouse",
  );
  await shop.call("POST", "/warehouse/fulfill", { orderId: placed.orderId, warehouseId: "berlin" });
  const shipped = await shop.until(
    placed.orderId,
    ({ status, paymentState }) => status === "SHIPPED" && paymentState === "captured",
    "the capture",
  );
  await shop.call("POST", `/api/v1/shipments/${shipped.shipments[0]?.shipmentId}/deliver`);
  return shop.until(placed.orderId, ({ status }) => status === "DELIVERED", "the delivery");
}

async function step(returnId: string, name: string, body: unknown): Promise<ReturnAnswer> {
  const answer = await shop.call<ReturnAnswer>("POST", `/api/v1/returns/${returnId}/${name}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** The address of the label in the mail that approves the return. */
function linkIn(mails: Record<string, string | number | null>[], returnId: string): string | null {
  const found = mails.map(({ html }) => /href="[^"]*(\/return-label\/[^"]+)"/.exec(String(html))?.[1] ?? "");
  return found.find((path) => path.startsWith(`/return-label/${returnId}.`)) ?? null;
}

async function sendBack(orderId: string, outcome: string, warehouseId: string): Promise<ReturnAnswer> {
  const form = { orderId, lines: [{ line: 1, quantity: 1 }], reason: "too small" };
  const asked = await shop.call<ReturnAnswer>("POST", "/api/v1/returns", form);
  expect(asked.status, JSON.stringify(asked.body)).toBe(201);
  const { returnId } = asked.body;
  await shop.eventually(async () => {
    const { body } = await shop.call<ReturnAnswer>("GET", `/api/v1/returns/${returnId}`);
    return body.trackingNumber === null ? null : body;
  }, "the label");
  const link = await shop.eventually(
    async () => linkIn(await shop.books("sendgrid", "messages"), returnId),
    "the mail",
  );
  const label = await shop.call<string>("GET", link);
  expect(label.headers.get("content-type")).toBe("application/pdf");
  expect(label.body).toMatch(/^%PDF/);
  await step(returnId, "receive", { warehouseId });
  expect((await shop.call("GET", link)).status, "the link has had its day").toBe(404);
  await step(returnId, "inspect", { units: [{ line: 1, quantity: 1, outcome }] });
  return shop.eventually(async () => {
    const { body } = await shop.call<ReturnAnswer>("GET", `/api/v1/returns/${returnId}`);
    return body.refund?.status === "done" ? body : null;
  }, "the refund");
}

it("takes a delivered order back unit by unit, and every book agrees to the cent", async () => {
  const sku = await shop.stock({ berlin: 5 });
  const { orderId, number, totals } = await deliver(sku, 2);
  const total = totals.total.amount;

  const first = await sendBack(orderId, "restock", "paris");
  const partly = await shop.until(orderId, ({ paymentState }) => paymentState === "partially_refunded", "the refund");
  expect(partly).toMatchObject({ status: "DELIVERED", fulfillmentState: "partially_returned" });
  await shop.eventually(
    async () => ((await shop.level(sku, "paris")).onHand === 1 ? true : null),
    "the unit to be stock at the warehouse where it arrived",
  );
  expect(await shop.level(sku, "berlin")).toMatchObject({ onHand: 3, allocated: 0, available: 3 });
  const intent = async () =>
    (await shop.books("stripe", "payment_intents")).filter(({ order_id }) => order_id === orderId);
  expect(await intent()).toMatchObject([{ received: total, refunded: first.refund?.amount.amount }]);

  await sendBack(orderId, "write_off", "berlin");
  const whole = await shop.until(orderId, ({ status }) => status === "REFUNDED", "the end");
  expect(whole).toMatchObject({ fulfillmentState: "returned", paymentState: "refunded" });
  expect(await intent()).toMatchObject([{ received: total, refunded: total }]);
  expect((await shop.level(sku, "berlin")).onHand, "what is written off is no stock").toBe(3);

  const { body: money } = await shop.call<OrderPaymentsAnswer>("GET", `/api/v1/orders/${orderId}/payments`);
  expect(money).toMatchObject({ captured: { amount: total }, refunded: { amount: total }, refundable: { amount: 0 } });
  const labels = (await shop.books("fedex", "parcels")).filter(({ reference }) =>
    String(reference).startsWith(orderId.replace("ord_", "rtn_")),
  );
  expect(labels).toHaveLength(2);

  // The order goes to Berlin, so its mails are in German.
  const kinds = { "So senden Sie": 2, "ist angekommen": 2, "Geld erstattet": 2 };
  await shop.eventually(async () => {
    const sent = (await shop.books("sendgrid", "messages")).map(({ subject }) => String(subject));
    const mine = sent.filter((subject) => subject.includes(number));
    const counts = Object.keys(kinds).map((kind) => mine.filter((subject) => subject.includes(kind)).length);
    return counts.join() === Object.values(kinds).join() ? true : null;
  }, "the mails");
  await shop.eventually(async () => {
    const { body } = await shop.call<{ data: ReturnSummaryAnswer[] }>("GET", `/api/v1/returns?order=${orderId}`);
    return body.data.map(({ status }) => status).join() === "INSPECTED,INSPECTED" ? true : null;
  }, "the list of returns");
});
