import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** What a test of the staff app is given. */
export interface Stage {
  browser: Browser;
  url: string;
}

/** A page of the staff app. `ends` closes it and fails on anything that went wrong unseen. */
export interface OpsPage {
  page: Page;
  ends: () => Promise<void>;
}

/** Opens the app at a path, signed in as the seeded operator unless told otherwise. */
export async function openOps(
  stage: Stage,
  path: string,
  options: BrowserContextOptions & { signIn?: boolean } = {},
): Promise<OpsPage> {
  const { signIn = true, ...context } = options;
  const opened = await stage.browser.newContext({ viewport: DESK, locale: "en-US", ...context });
  const page = await opened.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports every 4xx; the tests of refusals expect those.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      troubles.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()} from ${response.url()}`);
  });
  page.on("request", (request) => {
    if (/^(https?|wss?):/.test(request.url()) && new URL(request.url()).host !== new URL(stage.url).host)
      troubles.push(`a request to ${request.url()}`);
  });
  await page.goto(`${stage.url}/ops${path}`);
  if (signIn) await signInAs(page, "ops@holdfast.example");
  return {
    page,
    ends: async () => {
      await opened.close();
      expect(troubles).toEqual([]);
    },
  };
}

/** Signs in on the page that asks for it, and waits until the app is there. */
export async function signInAs(page: Page, email: string, password = "holdfast"): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** Waits until the page says that it is live: what happens from then on arrives by itself. */
export async function untilLive(page: Page): Promise<void> {
  await page.getByRole("banner").getByText("Live", { exact: true }).waitFor();
}

/** The row of an order in the table that is shown. */
export function rowOf(page: Page, number: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name: number, exact: true }) });
}

/** How far the page can be scrolled sideways, in pixels: 0 where everything fits. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
