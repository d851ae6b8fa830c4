import { describe, expect, it } from "vitest";
import { openOps, signInAs, type Stage } from "../support/ops.ts";

export function describeSigningIn(stage: () => Stage): void {
  describe("signing in", () => {
    it("leads back to where the person was headed", async () => {
      const { page, ends } = await openOps(stage(), "/orders?status=SHIPPED");
      await page.getByRole("heading", { name: "Orders" }).waitFor();
      const address = new URL(page.url());
      expect(address.pathname + address.search).toBe("/ops/orders?status=SHIPPED");
      await ends();
    });

    it("says that a password is wrong, and lets nobody in", async () => {
      const { page, ends } = await openOps(stage(), "/", { signIn: false });
      await page.getByLabel("E-mail").fill("ops@holdfast.example");
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("navigation", { name: "Main" }).count()).toBe(0);
      await ends();
    });

    it("offers the seeded people of a local system, and fills them in", async () => {
      const { page, ends } = await openOps(stage(), "/", { signIn: false });
      await page.getByRole("button", { name: /csr@holdfast\.example/ }).click();
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      await ends();
    });

    it("never leads to another site, whatever the address says", async () => {
      const { page, ends } = await openOps(stage(), "/sign-in?next=%2F%2Fevil.example%2F", { signIn: false });
      await signInAs(page, "ops@holdfast.example");
      expect(new URL(page.url()).origin).toBe(new URL(stage().url).origin);
      await ends();
    });

    it("asks again once the session is over, and after signing out nothing is left in the tab", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      await page.getByRole("button", { name: /account and appearance/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByLabel("Password").waitFor();
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      await ends();
    });

    it("ends a session that the server no longer accepts", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      await page.evaluate(() => {
        const kept = JSON.parse(sessionStorage.getItem("holdfast.session") ?? "{}");
        sessionStorage.setItem("holdfast.session", JSON.stringify({ ...kept, accessToken: "forged" }));
      });
      await page.reload();
      await page.getByLabel("Password").waitFor();
      await ends();
    });
  });
}
