import type { Hono } from "hono";
import { html } from "hono/html";
import type { Language } from "../../domain/language.ts";
import type { ApiContext, ApiEnv } from "../types.ts";
import { languageOfReader } from "./language-of-reader.ts";
import { textPage } from "./layout.ts";

const WORDS: Readonly<Record<Language, { title: string; thanks: string; next: string }>> = {
  en: {
    title: "Your answer has arrived",
    thanks: "Thank you. Your answer is with the payment provider.",
    next: "You need to do nothing more, and may close this page. We write to you as soon as we know whether the payment went through, and what to do if it did not.",
  },
  de: {
    title: "Ihre Antwort ist angekommen",
    thanks: "Vielen Dank. Ihre Antwort liegt beim Zahlungsanbieter.",
    next: "Sie müssen nichts weiter tun und können diese Seite schließen. Wir schreiben Ihnen, sobald wir wissen, ob die Zahlung geglückt ist, und was zu tun ist, falls nicht.",
  },
};

/**
 * Where a payment provider sends the customer back to. What it says in the address is neither believed nor kept: the
 * outcome is asked of the provider, and this page says the same to everybody.
 */
export function mountPaymentReturn(app: Hono<ApiEnv>): void {
  app.get("/payment-return", async (c: ApiContext) => {
    const language = languageOfReader(c);
    const { title, thanks, next } = WORDS[language];
    const page = await textPage(
      c,
      title,
      html`<div lang="${language}">
        <h1>${title}</h1>
        <p role="status">${thanks}</p>
        <p class="soft">${next}</p>
      </div>`,
    );
    page.headers.set("Cache-Control", "no-store");
    // The address has the provider's secret of this one payment.
    page.headers.set("Referrer-Policy", "no-referrer");
    return page;
  });
}
