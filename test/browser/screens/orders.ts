import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openOps, rowOf, type Stage, untilLive } from "../support/ops.ts";
import { callApi, createWorld, orderIn, placeOrder } from "../support/world.ts";

export function describeOrders(stage: () => Stage): void {
  describe("the orders", () => {
    it("are found by number, and the search is in the address", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const [order, other] = await Promise.all([placeOrder(url, world), placeOrder(url, world)]);
      const { page, ends } = await openOps(stage(), `/orders?warehouse=${world.warehouseId}`);
      await rowOf(page, order.number).waitFor({ timeout: 5_000 });
      await page.getByRole("searchbox", { name: "Search" }).fill(order.number);
      await rowOf(page, other.number).waitFor({ state: "detached" });
      await rowOf(page, order.number).waitFor();
      expect(new URL(page.url()).searchParams.get("q")).toBe(order.number);
      await page.reload();
      await rowOf(page, order.number).waitFor();
      expect(await rowOf(page, other.number).count()).toBe(0);
      await ends();
    });

    it("are narrowed by what is chosen, and all come back when it is cleared", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const order = await placeOrder(url, world);
      const { page, ends } = await openOps(stage(), `/orders?q=${world.sku}`);
      await rowOf(page, order.number).waitFor({ timeout: 5_000 });
      await page.getByLabel("State").selectOption({ label: "Delivered" });
      await page.getByText("No order matches").waitFor();
      expect(new URL(page.url()).searchParams.get("status")).toBe("DELIVERED");
      await page.getByRole("button", { name: "Clear filters" }).click();
      await rowOf(page, order.number).waitFor();
      await ends();
    });
  });

  describe("one order", () => {
    it("says who did what, and what the saga is doing, and moves on by itself", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const order = await placeOrder(url, world);
      const ready = await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await page.getByRole("heading", { name: order.number }).waitFor();
      const timeline = page.getByRole("list", { name: "Timeline, newest first" });
      await timeline.getByText("Order placed").waitFor();
      await timeline.getByText("Stock allocated").waitFor();
      const shipmentId = ready.shipments[0]?.shipmentId ?? "";
      await callApi(url, `/shipments/${shipmentId}/start`, { method: "POST", answer: z.unknown() });
      await page.locator("header").getByText("In picking", { exact: true }).waitFor({ timeout: 5_000 });
      await timeline.getByText("Pick started").waitFor();
      await page.getByRole("link", { name: "Saga" }).click();
      await page.getByText("Authorize payment").waitFor();
      expect(new URL(page.url()).searchParams.get("tab")).toBe("saga");
      await ends();
    });

    it("is cancelled with a reason", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const order = await placeOrder(url, world);
      await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await untilLive(page);
      await page.getByRole("button", { name: "Cancel order" }).click();
      await page.getByLabel("Reason").fill("Bought twice by mistake");
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.locator("header").getByText("Cancelled", { exact: true }).waitFor({ timeout: 10_000 });
      const cancelled = await orderIn(url, order.orderId, "CANCELLED");
      expect(cancelled.ended?.reason).toBe("Bought twice by mistake");
      await ends();
    });

    it("is not cancelled when it changed while the person was reading, until they have looked", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const order = await placeOrder(url, world);
      await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await untilLive(page);
      await page.getByRole("button", { name: "Cancel order" }).click();
      await page.getByLabel("Reason").fill("Asked by the customer");
      await callApi(url, "/notifications", {
        body: { orderId: order.orderId, message: "We look into it." },
        answer: z.unknown(),
      });
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByText("The order changed while you were reading.").waitFor();
      expect((await orderIn(url, order.orderId, "FULFILLMENT_PENDING")).cancelling).toBeNull();
      expect(await page.getByLabel("Reason").inputValue()).toBe("Asked by the customer");
      await page.getByRole("button", { name: /^I have looked/ }).click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await orderIn(url, order.orderId, "CANCELLED");
      await ends();
    });

    it("that does not exist is said to be so", async () => {
      const { page, ends } = await openOps(stage(), "/orders/ord_00000000000000000000zz");
      await page.getByText("There is no such order").waitFor();
      await ends();
    });
  });

  describe("a deviation", () => {
    it("appears by itself, is taken, and is resolved with what was done", async () => {
      const { url } = stage();
      const world = await createWorld(url, 4);
      const order = await placeOrder(url, world, 3);
      await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      const { page, ends } = await openOps(stage(), "/deviations?kind=stock_at_risk");
      await untilLive(page);
      await callApi(url, "/inventory/counts", {
        body: { sku: world.sku, warehouseId: world.warehouseId, quantity: 1 },
        answer: z.unknown(),
      });
      const row = page.getByRole("listitem").filter({ hasText: world.sku });
      await row.waitFor({ timeout: 10_000 });
      await row.getByRole("button", { name: /^Take/ }).click();
      await row.getByText("Assigned").waitFor();
      await row.getByRole("button", { name: /^Resolve/ }).click();
      await page.getByLabel("What was done").fill("Two units found in the wrong bin");
      await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
      await row.getByText("Two units found in the wrong bin").waitFor();
      await ends();
    });
  });
}
