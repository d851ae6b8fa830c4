import type { WebSocketRoute } from "playwright-core";
import { describe, expect, it, vi } from "vitest";
import { openOps, rowOf, type Stage, untilLive } from "../support/ops.ts";
import { createWorld, orderIn, placeOrder } from "../support/world.ts";

export function describeLive(stage: () => Stage): void {
  describe("the live screen", () => {
    it("shows an order that is placed elsewhere, and its progress, without a refresh", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const { page, ends } = await openOps(stage(), "/");
      await untilLive(page);
      const order = await placeOrder(url, world);
      await rowOf(page, order.number).waitFor({ timeout: 5_000 });
      await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      await rowOf(page, order.number).getByText("To be picked").waitFor({ timeout: 5_000 });
      await ends();
    });

    it("keeps rows where they are while somebody reads them, and shows how many are new", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const first = await placeOrder(url, world);
      const { page, ends } = await openOps(stage(), "/");
      await untilLive(page);
      const row = rowOf(page, first.number);
      await row.hover();
      const before = await row.boundingBox();
      const second = await placeOrder(url, world);
      const pill = page.getByRole("button", { name: /^\d+ new$/ });
      await pill.waitFor({ timeout: 5_000 });
      expect(await row.boundingBox()).toEqual(before);
      expect(await rowOf(page, second.number).count()).toBe(0);
      await pill.click();
      await rowOf(page, second.number).waitFor();
      await ends();
    });

    it("narrows the orders to one warehouse by its mark on the map, by keyboard, and keeps that in the address", async () => {
      const { url } = stage();
      const [mine, other] = await Promise.all([createWorld(url, 20), createWorld(url, 20)]);
      const [order, elsewhere] = await Promise.all([placeOrder(url, mine), placeOrder(url, other)]);
      const { page, ends } = await openOps(stage(), "/");
      await rowOf(page, order.number).waitFor();
      const mark = page.getByRole("link", { name: new RegExp(`^${mine.city}: `) });
      await mark.focus();
      const focused = (): Promise<string | null> =>
        page.evaluate(() => document.activeElement?.getAttribute("data-warehouse") ?? null);
      await page.keyboard.press("ArrowRight");
      expect(await focused()).not.toBe(mine.warehouseId);
      await page.keyboard.press("ArrowLeft");
      expect(await focused()).toBe(mine.warehouseId);
      await page.keyboard.press("Enter");
      await rowOf(page, elsewhere.number).waitFor({ state: "detached" });
      await rowOf(page, order.number).waitFor();
      expect(new URL(page.url()).searchParams.get("warehouse")).toBe(mine.warehouseId);
      await ends();
    });

    it("does not call itself live when the server has said nothing for ten seconds", async () => {
      const { page, ends } = await openOps(stage(), "/");
      let isFrozen = false;
      const unanswered: unknown[] = [];
      await page.routeWebSocket(/\/api\/v1\/live/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((message) => {
          if (isFrozen) return;
          unanswered.push(message);
          server.send(message);
        });
        server.onMessage((message) => {
          if (isFrozen) return;
          unanswered.length = 0;
          socket.send(message);
        });
      });
      await page.clock.install();
      await page.reload();
      await untilLive(page);
      const banner = page.getByRole("banner");
      // A quiet server is not a frozen one: it answers pings.
      for (let second = 0; second < 15; second += 1) {
        await page.clock.runFor(1_000);
        // The page's clock is ours and the server's is not: it must have answered before the next second begins.
        await vi.waitFor(() => expect(unanswered).toEqual([]));
      }
      expect(await banner.getByText("Live", { exact: true }).isVisible()).toBe(true);
      isFrozen = true;
      await page.clock.runFor(10_000);
      await banner.getByText("Live", { exact: true }).waitFor({ state: "detached", timeout: 2_000 });
      await ends();
    });

    it("says when it is not live, and catches up with what it missed", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const { page, ends } = await openOps(stage(), "/");
      const sockets: WebSocketRoute[] = [];
      let isAway = false;
      await page.routeWebSocket(/\/api\/v1\/live/, async (socket) => {
        if (isAway) {
          await socket.close();
          return;
        }
        socket.connectToServer();
        sockets.push(socket);
      });
      await page.reload();
      await untilLive(page);
      isAway = true;
      await Promise.all(sockets.map((socket) => socket.close()));
      await page.getByRole("banner").getByText("Offline").waitFor();
      const order = await placeOrder(url, world);
      expect(await rowOf(page, order.number).count()).toBe(0);
      isAway = false;
      await untilLive(page);
      await rowOf(page, order.number).waitFor({ timeout: 5_000 });
      await ends();
    });

    it("counts the orders that were refused", async () => {
      const { url } = stage();
      const world = await createWorld(url, 1);
      const { page, ends } = await openOps(stage(), "/");
      const refused = page.locator("dl > div").filter({ has: page.getByText("Refused", { exact: true }) });
      const shown = (count: number) => refused.getByText(String(count), { exact: true }).waitFor({ timeout: 15_000 });
      await refused.getByText("in the last hour").waitFor();
      const before = Number(await refused.locator("dd").first().textContent());
      await expect(placeOrder(url, world, 2)).rejects.toThrow("insufficient_stock");
      await shown(before + 1);
      await placeOrder(url, world);
      await expect(placeOrder(url, world)).rejects.toThrow("insufficient_stock");
      await shown(before + 2);
      await ends();
    });

    it("lists a level that falls to its reorder point, and counts it down as it sells", async () => {
      const { url } = stage();
      const world = await createWorld(url, 3);
      const { page, ends } = await openOps(stage(), `/stock?show=low&sku=${world.sku}`);
      await untilLive(page);
      const row = page.getByRole("row").filter({ hasText: world.sku });
      await row.getByText("3", { exact: false }).first().waitFor({ timeout: 15_000 });
      await placeOrder(url, world);
      await row.getByText(/^2\s*\/ 10$/).waitFor({ timeout: 5_000 });
      await ends();
    });
  });
}
