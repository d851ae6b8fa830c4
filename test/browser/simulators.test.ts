import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openShop } from "../system/shop.ts";
import { launchBrowser } from "./support/browser.ts";
import { sidewaysScroll } from "./support/ops.ts";

const VENDORS = ["stripe", "paypal", "sendgrid", "twilio", "fedex"] as const;
const MOST_BUTTONS = 60;

const shop = openShop();
let browser: Browser | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(() => browser?.close());

async function openPage(path: string): Promise<Page> {
  if (browser === undefined) throw new Error("the browser did not start");
  const page = await browser.newPage();
  await visit(page, path);
  return page;
}

async function visit(page: Page, path: string): Promise<void> {
  const answer = await page.goto(`${shop.url}${path}`);
  expect(answer?.status(), path).toBe(200);
}

/** Clicks a button, follows the redirects, and answers the status of the page that comes of it. */
async function click(page: Page, name: string): Promise<number> {
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().isNavigationRequest() && (one.status() < 300 || one.status() >= 400)),
    page.getByRole("button", { name, exact: true }).first().click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

async function buttonNames(page: Page): Promise<string[]> {
  const buttons = await page.getByRole("button").all();
  return Promise.all(
    buttons.map(async (button) => (await button.getAttribute("aria-label")) ?? (await button.innerText())),
  );
}

/**
 * Clicks each button of the page once, those too that appear while it does; answers their names. A dispute that is won
 * can't be lost any more, so which button comes first matters: the first or the last on the page.
 */
async function clickAll(page: Page, path: string, take: "first" | "last"): Promise<Set<string>> {
  const clicked = new Set<string>();
  while (clicked.size < MOST_BUTTONS) {
    await visit(page, path);
    const next = (await buttonNames(page)).filter((name) => !clicked.has(name)).at(take === "first" ? 0 : -1);
    if (next === undefined) return clicked;
    clicked.add(next);
    expect(await click(page, next), `${next} at ${path}`).toBe(200);
    expect(new URL(page.url()).pathname).toBe(path);
  }
  throw new Error(`${path} has more than ${MOST_BUTTONS} buttons`);
}

/** An order that is shipped and paid for. */
async function ship(sku: string, means: string): Promise<void> {
  const { orderId } = await shop.place([{ sku, quantity: 1 }], means);
  if (means === "paypal") {
    const { payments } = await shop.until(orderId, ({ paymentState }) => paymentState === "requires_action", "PayPal");
    const page = await openPage(new URL(payments[0]?.actionUrl ?? "").pathname);
    expect(await click(page, "Approve")).toBe(200);
    await page.close();
  }
  await shop.until(orderId, ({ shipments }) => shipments[0]?.state === "ACCEPTED", "the request to the warehouse");
  await shop.call("POST", "/warehouse/fulfill", { orderId, warehouseId: "berlin" });
  await shop.until(orderId, ({ paymentState }) => paymentState === "captured", "the capture");
}

describe("the simulators' pages in a browser", () => {
  it("answer every button", async () => {
    const sku = await shop.stock({ berlin: 10 });
    await Promise.all(["pm_card_visa", "pm_card_visa", "paypal", "paypal"].map((means) => ship(sku, means)));
    const page = await openPage("/simulators/");
    const said: string[] = [];
    for (const vendor of VENDORS)
      said.push(...(await clickAll(page, `/simulators/${vendor}`, vendor === "paypal" ? "last" : "first")));
    for (const what of ["Turn", "Move", "Dispute"])
      expect(said.join("\n"), what).toMatch(new RegExp(`^${what}\\b`, "m"));
    for (const outcome of ["under review", "won", "lost"])
      expect(said.join("\n")).toMatch(new RegExp(`^Make dispute .* ${outcome}$`, "m"));
    await page.close();
  });

  it.each([
    { means: "pm_card_threeDSecureRequired", buttons: ["Complete authentication", "Fail authentication"] },
    {
      means: "paypal",
      buttons: ["Approve", "Approve with a card that will be declined", "Cancel and return"],
    },
  ])("let a customer answer when they pay by $means", async ({ means, buttons }) => {
    const sku = await shop.stock({ berlin: 5 });
    for (const button of buttons) {
      const { orderId } = await shop.place([{ sku, quantity: 1 }], means);
      const { payments } = await shop.until(
        orderId,
        ({ paymentState }) => paymentState === "requires_action",
        "the page to answer on",
      );
      const page = await openPage(new URL(payments[0]?.actionUrl ?? "").pathname);
      expect(await click(page, button), button).toBe(200);
      await page.close();
      // Who cancels may come back and approve: that order goes on waiting.
      if (button === "Cancel and return") continue;
      await shop.until(orderId, ({ paymentState }) => paymentState !== "requires_action", button);
    }
  });

  it("fit on a phone", async () => {
    const page = await openPage("/simulators/mailbox");
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ["/simulators/", "/simulators/mailbox", ...VENDORS.map((vendor) => `/simulators/${vendor}`)]) {
      await visit(page, path);
      expect(await sidewaysScroll(page), path).toBe(0);
    }
    await page.close();
  });
});

describe("the simulators' pages", () => {
  const knobs = (headers: Record<string, string>) =>
    fetch(`${shop.url}/simulators/stripe/knobs`, { method: "POST", headers, body: new URLSearchParams() });

  it.each(["https://evil.example", "null", "http://localhost:1"])("refuse a form sent from %s", async (origin) => {
    const before = await shop.call("GET", "/simulators/stripe/knobs");
    const answer = await knobs({ origin });
    expect(answer.status).toBe(403);
    expect((await shop.call("GET", "/simulators/stripe/knobs")).body).toEqual(before.body);
  });

  it("take a form sent from their own pages, and from a tool", async () => {
    expect((await knobs({ origin: shop.url })).status).toBe(200);
    expect((await knobs({})).status).toBe(200);
  });
});
