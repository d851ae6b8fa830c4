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

    it("asks again once the person has signed out, in every tab, and nothing is left in the browser", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      const other = await page.context().newPage();
      await other.goto(`${stage().url}/ops/orders`);
      await other.getByRole("heading", { name: "Orders" }).waitFor();
      await page.getByRole("button", { name: /account and appearance/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByLabel("Password").waitFor();
      await other.getByLabel("Password").waitFor();
      expect(await page.context().cookies()).toEqual([]);
      expect(
        await page.evaluate(() => [sessionStorage, localStorage].flatMap((kept) => Object.entries(kept)).join()),
      ).not.toMatch(/eyJ/);
      await page.reload();
      await page.getByLabel("Password").waitFor();
      await ends();
    });

    it("goes on after a reload and in a new tab, with a token that no script can read", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      await page.reload();
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      const tabs = await Promise.all(
        [1, 2, 3].map(async () => {
          const tab = await page.context().newPage();
          await tab.goto(`${stage().url}/ops/orders`);
          return tab;
        }),
      );
      for (const tab of tabs) await tab.getByRole("heading", { name: "Orders" }).waitFor();
      const [cookie] = await page.context().cookies(`${stage().url}/api/v1/auth/refresh`);
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/api/v1/auth", expires: -1 });
      expect(await page.evaluate(() => document.cookie)).toBe("");
      await ends();
    });

    it("goes on when the access token has run out, without a word to the person", async () => {
      const { page, ends } = await openOps(stage(), "/", { signIn: false });
      await page.clock.install();
      await signInAs(page, "ops@holdfast.example");
      const renewed = page.waitForResponse((response) => response.url().endsWith("/api/v1/auth/refresh"));
      await page.clock.fastForward("14:30");
      expect((await renewed).status()).toBe(200);
      await page.getByRole("link", { name: "Deviations", exact: true }).click();
      await page.getByRole("heading", { name: "Deviations" }).waitFor();
      await ends();
    });

    it("ends a session that the server no longer accepts", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      await page.evaluate(() => fetch("/api/v1/auth/sign-out", { method: "POST" }));
      await page.getByRole("link", { name: "Orders", exact: true }).click();
      await page.getByLabel("Password").waitFor();
      await ends();
    });

    it("says so when signing out did not reach the server, and does not pretend", async () => {
      const { page, ends } = await openOps(stage(), "/deviations");
      await page.route("**/auth/sign-out", (route) => route.abort());
      await page.getByRole("button", { name: /account and appearance/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("alert").getByText("Still signed in").waitFor();
      await ends();
    });
  });
}
