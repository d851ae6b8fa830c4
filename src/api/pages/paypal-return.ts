import type { Hono } from "hono";
import { html } from "hono/html";
import { finishPaypalSaving } from "../../services/finish-paypal-saving.ts";
import type { Language } from "../../domain/language.ts";
import { originOf } from "../serve.ts";
import type { ApiContext, ApiEnv } from "../types.ts";
import { deadLink } from "./dead-link.ts";
import { languageOfReader } from "./language-of-reader.ts";
import { textPage } from "./layout.ts";

type Came = "saved" | "refused" | "unavailable";

const WORDS: Readonly<Record<Language, Readonly<Record<Came, { title: string; text: string }>>>> = {
  en: {
    saved: {
      title: "Your PayPal account is saved",
      text: "You can close this page. You will find it among your means of payment.",
    },
    refused: {
      title: "Your PayPal account is not saved",
      text: "PayPal says that you have not agreed. You can start again at any time.",
    },
    unavailable: {
      title: "PayPal does not answer",
      text: "Load this page again in a moment: your account is saved then.",
    },
  },
  de: {
    saved: {
      title: "Ihr PayPal-Konto ist gespeichert",
      text: "Sie können diese Seite schließen. Sie finden es bei Ihren Zahlungsmitteln.",
    },
    refused: {
      title: "Ihr PayPal-Konto ist nicht gespeichert",
      text: "PayPal meldet, dass Sie nicht zugestimmt haben. Sie können jederzeit neu beginnen.",
    },
    unavailable: {
      title: "PayPal antwortet nicht",
      text: "Laden Sie diese Seite gleich noch einmal: Dann wird Ihr Konto gespeichert.",
    },
  },
};

/** Where customers come back from PayPal, who were asked whether their account may be saved. */
export function mountPaypalReturn(app: Hono<ApiEnv>): void {
  app.get("/payment-methods/paypal/:token", async (c: ApiContext) => {
    const ctx = {
      env: c.env,
      now: c.get("now"),
      requestId: c.get("requestId"),
      origin: originOf(c),
      defer: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
    };
    const came = await finishPaypalSaving(ctx, c.req.param("token") ?? "", c.req.query("approval_token_id") ?? "");
    if (came === null)
      return deadLink(c, { code: "not_found", detail: "This link is not one of ours, or is not complete." });
    const language = languageOfReader(c);
    const { title, text } = WORDS[language][came];
    const content = html`<div lang="${language}">
      <h1>${title}</h1>
      <p role="status">${text}</p>
    </div>`;
    const page = await textPage(c, title, content, came === "unavailable" ? 503 : 200);
    page.headers.set("Cache-Control", "no-store");
    page.headers.set("Referrer-Policy", "no-referrer");
    return page;
  });
}
