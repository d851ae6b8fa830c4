import { expect, it } from "vitest";
import { openShop } from "./shop.ts";

const shop = openShop();

it("a receipt serves those who wait, in the order in which they came, and the newest waits on", async () => {
  const sku = await shop.stock({ berlin: 1 }, { stockPolicy: { kind: "backorder", leadDays: 10, partly: true } });
  const [early, late] = [await shop.place([{ sku, quantity: 3 }]), await shop.place([{ sku, quantity: 2 }])];
  expect(early.lines).toMatchObject([{ backordered: 2, promisedDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) }]);
  expect(early.estimatedDelivery).toBe(early.lines[0]?.promisedDate);
  // Its place is taken once what it has is paid and allocated; the other has nothing to pay for yet.
  const waits = (orderId: string) => async () => {
    const { body } = await shop.call<{ data: { kind: string; status: string }[] }>(
      "GET",
      `/api/v1/orders/${orderId}/saga`,
    );
    return body.data.some(({ kind, status }) => kind === "PromoteBackorder" && status === "due") ? true : null;
  };
  await shop.eventually(waits(early.orderId), "the first to take its place");
  await shop.eventually(waits(late.orderId), "the second to take its place");

  const seen = await shop.call<{ stockLevels: { warehouseId: string }[] }>("GET", `/inventory?productId=${sku}`);
  expect(seen.body.stockLevels.find(({ warehouseId }) => warehouseId === "berlin")).toMatchObject({
    quantity: 0,
    waitedFor: 4,
  });

  const receipt = { sku, warehouseId: "berlin", quantity: 3, ref: `truck-${sku}` };
  expect((await shop.call("POST", "/api/v1/inventory/receipts", receipt)).status).toBe(200);
  const served = await shop.until(
    early.orderId,
    ({ lines, reservations }) =>
      lines[0]?.backordered === 0 && reservations.every(({ status }) => status === "ALLOCATED"),
    "the first to be served",
  );
  expect(served.payments.map(({ status }) => status)).toEqual(["authorized", "authorized"]);
  const half = await shop.until(
    late.orderId,
    ({ lines, reservations }) =>
      lines[0]?.backordered === 1 && reservations.every(({ status }) => status === "ALLOCATED"),
    "the second to get what is left",
  );
  expect(half.reservations).toMatchObject([{ quantity: 1 }]);
  expect(await shop.level(sku, "berlin")).toMatchObject({ onHand: 4, held: 0, allocated: 4, available: 0 });
}, 90_000);
