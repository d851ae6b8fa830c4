import { html } from "hono/html";
import type { ApiContext } from "../types.ts";
import { textPage } from "./layout.ts";

/** The way in: where to go from here. */
export function homePage(c: ApiContext): Promise<Response> {
  const simulators = c.env.SIMULATORS !== undefined && c.env.ENVIRONMENT !== "production";
  return textPage(
    c,
    "Order management at the edge",
    html`<h1>Holdfast</h1>
      <p class="soft">Order management at the edge: no unit sold twice, no acknowledged order lost.</p>
      <ul class="cards">
        <li>
          <a href="/ops/"><strong>Operations</strong>Orders as they arrive, stock that is low, what needs a person.</a>
        </li>
        <li>
          <a href="/docs"><strong>API reference</strong>Every request and answer, with calls that run.</a>
        </li>
        ${
          simulators
            ? html`<li>
                <a href="/simulators/"
                  ><strong>Simulators</strong>The outside world of this machine: payments, mails, messages, parcels.</a
                >
              </li>`
            : ""
        }
        <li>
          <a href="/problems"><strong>Problems</strong>Why a request was not served, and what to do about it.</a>
        </li>
      </ul>`,
  );
}
