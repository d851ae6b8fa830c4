import { expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer, ReturnAnswer } from "../../src/contracts/returns.ts";
import { openShop } from "./shop.ts";

const shop = openShop();

async function accepted(orderId: string): Promise<OrderAnswer> {
  return shop.until(
    orderId,
    ({ shipments }) => shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED"),
    "the request to the warehouse",
  );
}

/** Two units from Berlin, delivered and paid by a card that can't be charged again. */
async function delivered(sku: string): Promise<OrderAnswer> {
  const { orderId } = await shop.place([{ sku, quantity: 2 }]);
  await accepted(orderId);
  await shop.call("POST", "/warehouse/fulfill", { orderId, warehouseId: "berlin" });
  const shipped = await shop.until(
    orderId,
    ({ status, paymentState }) => status === "SHIPPED" && paymentState === "captured",
    "the capture",
  );
  await shop.call("POST", `/api/v1/shipments/${shipped.shipments[0]?.shipmentId}/deliver`);
  return shop.until(orderId, ({ status }) => status === "DELIVERED", "the delivery");
}

const returnForm = (orderId: string, sku: string, more: Record<string, unknown> = {}) => ({
  orderId,
  lines: [{ line: 1, quantity: 1 }],
  reason: "too small",
  exchange: { lines: [{ sku, quantity: 1 }], ...more },
});

/** One unit goes back for this SKU: the return once its exchange is placed, and the order that it was placed as. */
async function exchange(orderId: string, sku: string, more: Record<string, unknown> = {}) {
  const asked = await shop.call<ReturnAnswer>("POST", "/api/v1/returns", returnForm(orderId, sku, more));
  expect(asked.status, JSON.stringify(asked.body)).toBe(201);
  expect(asked.body.exchange).toMatchObject({ status: "requested", orderId: null });
  const path = `/api/v1/returns/${asked.body.returnId}`;
  await shop.call("POST", `${path}/receive`, { warehouseId: "berlin" });
  await shop.call("POST", `${path}/inspect`, { units: [{ line: 1, quantity: 1, outcome: "restock" }] });
  const returned = await shop.eventually(async () => {
    const { body } = await shop.call<ReturnAnswer>("GET", path);
    return body.exchange?.status === "placed" && body.refund?.status === "done" ? body : null;
  }, "the exchange");
  return { returned, placed: await accepted(returned.exchange?.orderId ?? "") };
}

const payments = async (orderId: string) =>
  (await shop.call<OrderPaymentsAnswer>("GET", `/api/v1/orders/${orderId}/payments`)).body;

const cards = async (orderId: string) =>
  (await shop.books("stripe", "payment_intents")).filter(({ order_id }) => order_id === orderId);

async function mails(number: string, ...parts: string[]): Promise<void> {
  await shop.eventually(async () => {
    const sent = (await shop.books("sendgrid", "messages")).map(({ subject }) => String(subject));
    const mine = sent.filter((subject) => subject.includes(number));
    return parts.every((part) => mine.some((subject) => subject.includes(part))) ? mine : null;
  }, `the mails about ${number}`);
}

it("exchanges for something dearer and something cheaper, and every book agrees to the cent", async () => {
  const sku = await shop.stock({ berlin: 5 });
  const [dearer, cheaper] = [
    await shop.stock({ berlin: 3 }, { price: 2500 }),
    await shop.stock({ berlin: 3 }, { price: 900 }),
  ];
  const { orderId, number, totals } = await delivered(sku);
  const total = totals.total.amount;

  const refused = await shop.call("POST", "/api/v1/returns", returnForm(orderId, dearer));
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/exchange/paymentMethod" }] } });

  const first = await exchange(orderId, dearer, { paymentMethod: { token: "pm_card_mastercard" } });
  const credit = first.returned.exchange?.credit?.amount ?? 0;
  const difference = first.placed.totals.total.amount - credit;
  expect(difference, "the shipping is not charged twice").toBe(Math.round((2500 - 1500) * 1.19));
  expect(first.placed).toMatchObject({
    exchangeOf: { orderId, returnId: first.returned.returnId },
    payments: [
      { provider: "exchange", captured: { amount: credit } },
      { provider: "stripe", amount: { amount: difference } },
    ],
  });
  expect(await cards(orderId), "what is credit is not paid back").toMatchObject([{ received: total, refunded: 0 }]);
  expect(await cards(first.placed.orderId)).toMatchObject([{ amount: difference }]);

  const second = await exchange(orderId, cheaper);
  const used = second.placed.totals.total.amount;
  const rest = total - credit - used;
  expect(rest).toBe(Math.round((1500 - 900) * 1.19));
  expect(second.returned).toMatchObject({
    exchange: { credit: { amount: used } },
    refund: { amount: { amount: rest }, credit: { amount: used } },
  });
  expect(await cards(second.placed.orderId), "nothing to charge").toEqual([]);
  expect(await cards(orderId)).toMatchObject([{ received: total, refunded: rest }]);
  expect(await payments(orderId)).toMatchObject({
    paymentState: "partially_refunded",
    captured: { amount: total },
    refunded: { amount: rest },
    credited: { amount: credit + used },
    refundable: { amount: 0 },
  });
  expect(await shop.read(orderId)).toMatchObject({ status: "DELIVERED", fulfillmentState: "returned" });
  await shop.eventually(
    async () => ((await shop.level(sku, "berlin")).onHand === 5 ? true : null),
    "both units to be stock again",
  );
  expect(await shop.level(dearer, "berlin")).toMatchObject({ onHand: 3, allocated: 1, available: 2 });
  expect(await shop.level(cheaper, "berlin")).toMatchObject({ onHand: 3, allocated: 1, available: 2 });

  // Cancelled before it is picked: the credit is back on the card that it came from, the difference never taken.
  const { orderId: other, version } = await shop.read(first.placed.orderId);
  const reason = { reason: "changed my mind" };
  const cancelled = await shop.call("POST", `/api/v1/orders/${other}/cancel`, reason, { "If-Match": `"${version}"` });
  expect([200, 202], JSON.stringify(cancelled.body)).toContain(cancelled.status);
  await shop.until(other, ({ status }) => status === "CANCELLED" || status === "REFUNDED", "the cancel");
  await shop.eventually(
    async () => ((await cards(orderId))[0]?.["refunded"] === rest + credit ? true : null),
    "the credit on the card",
  );
  await shop.until(other, ({ status }) => status === "REFUNDED", "the end of the exchange");
  const [topUp] = await cards(other);
  expect(Number(topUp?.["received"]) - Number(topUp?.["refunded"]), "nothing of the difference is kept").toBe(0);
  expect(await payments(orderId)).toMatchObject({ refunded: { amount: rest + credit }, credited: { amount: used } });
  await shop.eventually(
    async () => ((await shop.level(dearer, "berlin")).available === 3 ? true : null),
    "the stock of the cancelled exchange",
  );
  // The order goes to Berlin, so its mails are in German.
  await mails(number, "Ihr Umtausch zur Bestellung", "Geld erstattet");
  await mails(second.placed.number, "Bestellung");
});
