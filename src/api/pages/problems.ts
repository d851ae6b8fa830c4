import { html } from "hono/html";
import { PROBLEM_CODES } from "../../contracts/problem.ts";
import { placeOf } from "../middleware.ts";
import { PROBLEM_KINDS, problemResponse } from "../problem.ts";
import type { ApiContext } from "../types.ts";
import { textPage } from "./layout.ts";

/** The page that a problem document's `type` names. */
export function problemPage(c: ApiContext): Response | Promise<Response> {
  const code = PROBLEM_CODES.find((known) => known === c.req.param("code"));
  if (code === undefined)
    return problemResponse({ code: "not_found", detail: "There is no such problem." }, placeOf(c));
  const { status, title, advice } = PROBLEM_KINDS[code];
  return textPage(
    c,
    title,
    html`<p class="soft"><a href="/problems">Problems</a> · HTTP ${status}</p>
      <h1>${title}</h1>
      <p><code>${code}</code></p>
      <p>${advice}</p>`,
  );
}

/** All problems on one page. */
export function problemIndexPage(c: ApiContext): Promise<Response> {
  return textPage(
    c,
    "Problems",
    html`<h1>Problems</h1>
      <p class="soft">
        Whatever goes wrong is answered as a problem document (RFC 9457). Its <code>code</code> is one of these.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">HTTP</th>
            <th scope="col">Means</th>
          </tr>
        </thead>
        <tbody>
          ${PROBLEM_CODES.map(
            (code) =>
              html`<tr>
                <td><a href="/problems/${code}">${code}</a></td>
                <td>${PROBLEM_KINDS[code].status}</td>
                <td>${PROBLEM_KINDS[code].title}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
  );
}
