import type { Hono } from "hono";
import { html } from "hono/html";
import { finishPaypalSaving } from "../../services/finish-paypal-saving.ts";
import { placeOf } from "../middleware.ts";
import { problemResponse } from "../problem.ts";
import { originOf } from "../serve.ts";
import type { ApiEnv } from "../types.ts";
import { textPage } from "./layout.ts";

const WORDS = {
  saved: ["Your PayPal account is saved", "You can close this page. You will find it among your means of payment."],
  refused: [
    "Your PayPal account is not saved",
    "PayPal says that you have not agreed. You can start again at any time.",
  ],
  unavailable: ["PayPal does not answer", "Load this page again in a moment: your account is saved then."],
} as const;

/** Where customers come back from PayPal, who were asked whether their account may be saved. */
export function mountPaypalReturn(app: Hono<ApiEnv>): void {
  app.get("/payment-methods/paypal/:token", async (c) => {
    const ctx = {
      env: c.env,
      now: c.get("now"),
      requestId: c.get("requestId"),
      origin: originOf(c),
      defer: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
    };
    const came = await finishPaypalSaving(ctx, c.req.param("token"), c.req.query("approval_token_id") ?? "");
    if (came === null)
      return problemResponse(
        { code: "not_found", detail: "This link is not one of ours, or is not complete." },
        placeOf(c),
      );
    const [title, text] = WORDS[came];
    const content = html`<h1>${title}</h1>
      <p role="status">${text}</p>`;
    const page = await textPage(c, title, content, came === "unavailable" ? 503 : 200);
    page.headers.set("Cache-Control", "no-store");
    page.headers.set("Referrer-Policy", "no-referrer");
    return page;
  });
}
