import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { orderWithALife } from "../support/life.ts";
import { DESK, openOps, PHONE, sidewaysScroll, signInAs, type Stage, untilLive } from "../support/ops.ts";
import { createWorld, orderIn, placeOrder } from "../support/world.ts";

async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const ROOMS = [
  { name: "a light desk", viewport: DESK, colorScheme: "light" },
  { name: "a dark desk", viewport: DESK, colorScheme: "dark" },
  { name: "a dark phone", viewport: PHONE, colorScheme: "dark" },
] as const;

export function describeForEveryone(stage: () => Stage): void {
  describe.each(ROOMS)("on $name", ({ viewport, colorScheme }) => {
    it("every screen passes axe and fits without scrolling sideways", async () => {
      const { url } = stage();
      const world = await createWorld(url, 2);
      const order = await placeOrder(url, world);
      await orderIn(url, order.orderId, "FULFILLMENT_PENDING");
      const { order: lived } = await orderWithALife(url);
      const { page, ends } = await openOps(stage(), "/", {
        viewport,
        colorScheme,
        reducedMotion: "reduce",
        signIn: false,
      });
      const faults: Record<string, unknown> = {};
      const look = async (screen: string): Promise<void> => {
        const findings = await seriousFindings(page);
        const sideways = await sidewaysScroll(page);
        if (findings.length > 0 || sideways > 0) faults[screen] = { findings, sideways };
      };
      await page.getByText("Seeded on this machine").waitFor();
      await look("sign-in");
      await signInAs(page, "ops@holdfast.example");
      for (const [path, ready] of [
        ["/", order.number],
        ["/orders", order.number],
        [`/orders/${lived.orderId}`, "Return inspected"],
        [`/orders/${lived.orderId}?tab=saga`, "Take back into stock"],
        ["/deviations", "Deviations"],
        ["/stock?show=all", "Available / reorder"],
      ] as const) {
        await page.goto(`${url}/ops${path}`);
        await page.getByText(ready).first().waitFor({ timeout: 10_000 });
        await untilLive(page);
        await look(path);
      }
      await page.goto(`${url}/ops/orders/${order.orderId}`);
      await page.getByRole("button", { name: "Cancel order" }).click();
      await page.getByRole("dialog").waitFor();
      await look("the question before cancelling");
      expect(faults).toEqual({});
      await ends();
    }, 120_000);
  });

  describe("appearance", () => {
    it("follows the device until a person chooses, and remembers the choice", async () => {
      const { page, ends } = await openOps(stage(), "/", { colorScheme: "light" });
      const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset["theme"]);
      expect(await theme()).toBe("light");
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(theme).toBe("dark");
      await page.getByRole("button", { name: /account and appearance/ }).click();
      await page.getByRole("menuitemradio", { name: "Light" }).click();
      expect(await theme()).toBe("light");
      await page.reload();
      expect(await theme()).toBe("light");
      await ends();
    });
  });

  describe("by keyboard alone", () => {
    it("a person gets from the live screen into an order", async () => {
      const { url } = stage();
      const world = await createWorld(url, 20);
      const order = await placeOrder(url, world);
      const { page, ends } = await openOps(stage(), `/?warehouse=${world.warehouseId}`);
      await page.getByRole("link", { name: order.number, exact: true }).waitFor();
      await page.keyboard.press("Tab");
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
      for (let steps = 0; steps < 80; steps += 1) {
        if ((await page.evaluate(() => document.activeElement?.textContent)) === order.number) break;
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: order.number }).waitFor();
      await ends();
    });
  });
}
