import type { Hono } from "hono";
import { html } from "hono/html";
import { type Topic, TOPICS } from "../../contracts/notification-preferences.ts";
import type { Language } from "../../domain/language.ts";
import {
  chooseTopics,
  readUnsubscribeToken,
  type Subscriber,
  unsubscribe,
  unsubscribedTopics,
} from "../../services/unsubscribe.ts";
import { placeOf } from "../middleware.ts";
import { problemResponse } from "../problem.ts";
import { readText } from "../read-body.ts";
import type { ApiContext, ApiEnv } from "../types.ts";
import { deadLink } from "./dead-link.ts";
import { textPage } from "./layout.ts";

interface Words {
  title: string;
  intro: string;
  saved: string;
  save: string;
  topics: Readonly<Record<Topic, string>>;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: "What we write to you about",
    intro: "Messages that an order needs (its confirmation, payment, parcels and refunds) are always sent.",
    saved: "Your choice is kept.",
    save: "Keep this choice",
    topics: { backorder_news: "News of items that wait for stock", return_reminders: "Reminders of open returns" },
  },
  de: {
    title: "Worüber wir Ihnen schreiben",
    intro: "Was zu einer Bestellung nötig ist (Bestätigung, Zahlung, Pakete, Erstattungen), verschicken wir immer.",
    saved: "Ihre Auswahl ist gespeichert.",
    save: "Auswahl speichern",
    topics: {
      backorder_news: "Neues zu Artikeln, die auf Ware warten",
      return_reminders: "Erinnerungen an offene Rücksendungen",
    },
  },
};

/**
 * Where readers choose what to be written about. Opening the page changes nothing, because mail programs open links
 * by themselves; their own unsubscribe button posts (RFC 8058).
 */
export function mountUnsubscribe(app: Hono<ApiEnv>): void {
  app.get("/unsubscribe/:token", async (c) => {
    const subscriber = await readUnsubscribeToken(c.env, c.req.param("token"));
    return subscriber === null ? unknown(c) : choicePage(c, subscriber, false);
  });
  app.post("/unsubscribe/:token", async (c) => {
    const subscriber = await readUnsubscribeToken(c.env, c.req.param("token"));
    if (subscriber === null) return unknown(c);
    const body = await readText(c.req.raw, 10_000);
    if (!body.ok) return problemResponse(body.problem, placeOf(c));
    const form = new URLSearchParams(body.value);
    if (form.has("choice")) await chooseTopics(c.env, subscriber, form.getAll("wanted"), c.get("now"));
    else await unsubscribe(c.env, subscriber, c.get("now"));
    return choicePage(c, subscriber, true);
  });
}

async function choicePage(c: ApiContext, subscriber: Subscriber, saved: boolean): Promise<Response> {
  const { language } = subscriber;
  const words = WORDS[language];
  const out = await unsubscribedTopics(c.env, subscriber);
  const page = await textPage(
    c,
    words.title,
    html`<div lang="${language}">
      <h1>${words.title}</h1>
      <p class="soft">${words.intro}</p>
      ${saved ? html`<p role="status">${words.saved}</p>` : ""}
      <form method="post">
        <input type="hidden" name="choice" value="1" />
        ${TOPICS.map(
          (topic) =>
            html`<p>
              <label
                ><input type="checkbox" name="wanted" value="${topic}" ${out.includes(topic) ? "" : "checked"} />
                ${words.topics[topic]}</label
              >
            </p>`,
        )}
        <button>${words.save}</button>
      </form>
    </div>`,
  );
  page.headers.set("Cache-Control", "no-store");
  return page;
}

function unknown(c: ApiContext): Promise<Response> {
  return deadLink(c, { code: "not_found", detail: "This link is not one of ours, or is not complete." });
}
