import { html } from "hono/html";
import type { ServiceProblem } from "../../contracts/problem.ts";
import { placeOf } from "../middleware.ts";
import { PROBLEM_KINDS, problemResponse } from "../problem.ts";
import type { ApiContext } from "../types.ts";
import { languageOfReader } from "./language-of-reader.ts";
import { textPage } from "./layout.ts";

const WORDS = {
  en: {
    title: "This link opens nothing any more",
    text: "It is not complete, or what it led to is done: a label is had only until its parcel has arrived.",
  },
  de: {
    title: "Dieser Link führt nirgendwohin mehr",
    text: "Er ist nicht vollständig, oder es ist erledigt, wozu er da war: Ein Etikett gibt es nur, bis sein Paket angekommen ist.",
  },
} as const;

/** What a link out of a message answers that opens nothing: words for who reads them, else the problem. */
export async function deadLink(c: ApiContext, problem: ServiceProblem): Promise<Response> {
  if (!(c.req.header("accept") ?? "").includes("text/html")) return problemResponse(problem, placeOf(c));
  const language = languageOfReader(c);
  const { title, text } = WORDS[language];
  const page = await textPage(
    c,
    title,
    html`<div lang="${language}">
      <h1>${title}</h1>
      <p>${text}</p>
    </div>`,
    PROBLEM_KINDS[problem.code].status,
  );
  page.headers.set("Cache-Control", "no-store");
  return page;
}
