import { describe, expect, it } from "vitest";
import { exchangeUnit, orderPickedShort, orderThatComesBack, orderWithALife } from "../support/life.ts";
import { openOps, type Stage, untilLive } from "../support/ops.ts";

export function describeOrderLife(stage: () => Stage): void {
  describe("an order that was edited, returned and paid back", () => {
    it("tells all of it in sentences, with what was before and after", async () => {
      const { order, product } = await orderWithALife(stage().url);
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      const timeline = page.getByRole("list", { name: "Timeline, newest first" });
      const says = async (title: string, words: string) =>
        timeline.getByRole("listitem").filter({ hasText: title }).filter({ hasText: words }).first().waitFor();
      await says("Order placed", `2 × ${product}`);
      await says("Order edited", `Quantity of ${product} 2`);
      await says("Return asked for", `1 × ${product}, used, “does not shine”, waits for a decision`);
      await says("Return inspected", `1 × ${product} back in stock`);
      await says("Refund asked for", "€5.00, “late delivery”");
      expect(
        await timeline
          .getByText(/[a-z][A-Z]\w+ed\b|undefined|[{}]/)
          .filter({ visible: true })
          .count(),
      ).toBe(0);
      await page.getByRole("link", { name: "Saga" }).click();
      await page.getByRole("region", { name: "Lane Payment" }).getByText("€5.00 to payment").waitFor();
      await ends();
    });

    it("shows each return with its money, and lets a person decide and refund", async () => {
      const { order } = await orderWithALife(stage().url);
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await untilLive(page);
      const returns = page.getByRole("region", { name: "Returns" });
      await returns.getByText("1 back in stock").waitFor();
      await returns.getByRole("button", { name: "Approve" }).click();
      await returns.getByText("On its way", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Refund", exact: true }).click();
      await page.getByLabel("Amount in EUR").fill("1.50");
      await page.getByText("The customer gets €1.50").waitFor();
      await page.getByLabel("Reason").fill("A scratched box");
      await page.getByRole("button", { name: "Pay €1.50 back" }).click();
      const refunds = page.getByRole("region", { name: "Refunds" });
      await refunds.getByRole("listitem").filter({ hasText: "A scratched box" }).getByText("Done").waitFor();
      const messages = page.getByRole("region", { name: "Messages" });
      await messages.getByText("“we look at your return”").waitFor();
      await ends();
    });

    it("leads from a return to the order in exchange for it, and back", async () => {
      const { order } = await orderWithALife(stage().url);
      const placed = await exchangeUnit(stage().url, order);
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await page.getByRole("region", { name: "Returns" }).getByRole("link", { name: "Order in exchange" }).click();
      await page.getByRole("heading", { name: placed.number }).waitFor();
      await page.getByRole("link", { name: "In exchange for what came back of another order" }).click();
      await page.getByRole("heading", { name: order.number }).waitFor();
      await ends();
    });
  });

  describe("a return of goods that the customer has used", () => {
    it("is inspected by saying what each unit is, and shows what is paid back before it is", async () => {
      const { order, product } = await orderThatComesBack(stage().url, "used");
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      const returns = page.getByRole("region", { name: "Returns" });
      await returns.getByRole("button", { name: "Has arrived" }).click();
      await page.getByRole("button", { name: "Take it in" }).click();
      await returns.getByRole("button", { name: "Inspect" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("The customer says: used.").waitFor();
      // It may be worn: nothing is taken for granted.
      await dialog.getByText(`Say what 1 × ${product} is.`).waitFor();
      expect(await dialog.getByLabel("back in stock").inputValue()).toBe("");
      expect(await dialog.getByRole("button", { name: "Record the inspection" }).isDisabled()).toBe(true);
      await dialog.getByLabel("missing from the parcel").fill("1");
      await dialog.getByText("Nothing is paid back to the customer.").waitFor();
      await dialog.getByLabel("missing from the parcel").fill("");
      await dialog.getByLabel("written off").fill("1");
      await dialog.getByText(/The customer gets €\d+\.\d\d back\./).waitFor();
      const confirm = dialog.getByRole("button", { name: /^Record, and pay €\d+\.\d\d back$/ });
      const said = /€[\d.]+/.exec((await confirm.textContent()) ?? "")?.[0] ?? "";
      await confirm.click();
      await returns.getByText("1 written off").waitFor();
      await returns.getByRole("listitem").filter({ hasText: "1 written off" }).getByText(said).waitFor();
      await ends();
    });
  });

  describe("an order that was picked short", () => {
    it("has its missing unit cancelled where its deviation stands", async () => {
      const { order, product } = await orderPickedShort(stage().url);
      const { page, ends } = await openOps(stage(), `/orders/${order.orderId}`);
      await page.getByRole("button", { name: "Cancel lines" }).click();
      await page.getByLabel(`Units of ${product}, of 2`).fill("1");
      await page.getByLabel("Reason").fill("Sold out");
      await page.getByRole("button", { name: "Cancel these units" }).click();
      const timeline = page.getByRole("list", { name: "Timeline, newest first" });
      await timeline.getByRole("listitem").filter({ hasText: "Sold out" }).first().waitFor();
      await ends();
    });
  });
}
