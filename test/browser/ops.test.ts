import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { startSystem } from "../support/system.ts";
import { describeForEveryone } from "./screens/for-everyone.ts";
import { describeLive } from "./screens/live.ts";
import { describeOrderLife } from "./screens/order-life.ts";
import { describeOrders } from "./screens/orders.ts";
import { describeSigningIn } from "./screens/signing-in.ts";
import { launchBrowser } from "./support/browser.ts";
import type { Stage } from "./support/ops.ts";

// One system and one browser for all of the app: starting them costs more than any of its tests.
let system: Awaited<ReturnType<typeof startSystem>> | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

function stage(): Stage {
  if (system === undefined || browser === undefined) throw new Error("the system did not start");
  return { browser, url: system.url };
}

describeSigningIn(stage);
describeLive(stage);
describeOrders(stage);
describeOrderLife(stage);
describeForEveryone(stage);
