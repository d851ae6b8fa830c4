import { expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import { openShop } from "./shop.ts";

const shop = openShop();

const live = ({ shipments }: OrderAnswer) => shipments.filter(({ state }) => state !== "CANCELLED");
const unitsAsked = (order: OrderAnswer) =>
  live(order)
    .filter(({ state }) => state === "ACCEPTED")
    .flatMap(({ items }) => items)
    .reduce((sum, { quantity }) => sum + quantity, 0);

/** Waits until the warehouse has been asked for so many units, and holds just these. */
async function untilAsked(orderId: string, sku: string, units: number): Promise<OrderAnswer> {
  const order = await shop.until(orderId, (now) => unitsAsked(now) === units, `${units} units at the warehouse`);
  await shop.eventually(async () => {
    const { held, allocated } = await shop.level(sku, "berlin");
    return held === 0 && allocated === units ? true : null;
  }, `${units} units to be promised`);
  return order;
}

it("an order that grows, shrinks and loses a unit ships what is left, and every book agrees", async () => {
  const sku = await shop.stock({ berlin: 10 });
  const { orderId } = await shop.place([{ sku, quantity: 2 }]);
  const path = `/api/v1/orders/${orderId}`;
  const placed = await untilAsked(orderId, sku, 2);

  const more = { lines: [{ line: 1, quantity: 5 }] };
  const grown = await shop.call<OrderAnswer>("PUT", path, more, { "if-match": `"${placed.version}"` });
  expect([grown.status, grown.body.pendingEdit?.payment]).toEqual([202, 2]);
  const late = await shop.call("PUT", path, more, { "if-match": `"${placed.version}"` });
  expect([late.status, late.body["code"]]).toEqual([412, "version_stale"]);
  const big = await untilAsked(orderId, sku, 5);
  expect(big).toMatchObject({ pendingEdit: null, lines: [{ quantity: 5 }] });
  expect(big.payments.map(({ status }) => status)).toEqual(["authorized", "authorized"]);

  const less = { lines: [{ line: 1, quantity: 4 }] };
  const shrunk = await shop.call<OrderAnswer>("PUT", path, less, { "if-match": `"${big.version}"` });
  expect([shrunk.status, shrunk.body.lines[0]?.quantity]).toEqual([200, 4]);
  await untilAsked(orderId, sku, 4);
  const cancelled = await shop.call<OrderAnswer>("POST", `${path}/cancel`, {
    reason: "one less",
    lines: [{ line: 1, quantity: 1 }],
  });
  expect(cancelled.status).toBe(200);
  const { totals } = await untilAsked(orderId, sku, 3);

  await shop.call("POST", "/warehouse/fulfill", { orderId, warehouseId: "berlin" });
  await shop.until(
    orderId,
    ({ status, payments }) => status === "SHIPPED" && payments.every((payment) => payment.status === "captured"),
    "the captures",
  );
  await shop.eventually(
    async () => ((await shop.level(sku, "berlin")).onHand === 7 ? true : null),
    "the stock to leave",
  );
  expect(await shop.level(sku, "berlin")).toMatchObject({ onHand: 7, held: 0, allocated: 0, available: 7 });
  const intents = (await shop.books("stripe", "payment_intents")).filter(({ order_id }) => order_id === orderId);
  const received = intents.reduce((sum, intent) => sum + Number(intent["received"]) - Number(intent["refunded"]), 0);
  expect(received).toBe(totals.total.amount);
}, 90_000);
