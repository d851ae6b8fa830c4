import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { ApiContext } from "../types.ts";
import { pageHeaders } from "./page-headers.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A small page of text in the product's look, light or dark as the reader likes. */
export async function textPage(c: ApiContext, title: string, content: Html, status = 200): Promise<Response> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Holdfast</title>
        <style>
          :root {
            --ink: #16211d;
            --soft: #55625c;
            --paper: #f7f8f5;
            --card: #ffffff;
            --line: #d9ded8;
            --accent: #0b6b4f;
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ink: #e8eeea;
              --soft: #a3b0a9;
              --paper: #101513;
              --card: #181f1c;
              --line: #2c3632;
              --accent: #5fd3ac;
            }
          }
          * {
            box-sizing: border-box;
          }
          body {
            margin: 0;
            background: var(--paper);
            color: var(--ink);
            font:
              16px/1.55 system-ui,
              sans-serif;
          }
          main {
            max-width: 46rem;
            margin: 0 auto;
            padding: 3rem 1.25rem;
          }
          h1 {
            font-size: 1.75rem;
            line-height: 1.2;
            margin: 0 0 0.5rem;
            letter-spacing: -0.01em;
          }
          p {
            margin: 0.5rem 0 1rem;
          }
          .soft {
            color: var(--soft);
          }
          a {
            color: var(--accent);
          }
          code {
            font:
              0.9em ui-monospace,
              monospace;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 4px;
            padding: 0.1em 0.35em;
          }
          ul.cards {
            list-style: none;
            padding: 0;
            margin: 2rem 0;
            display: grid;
            gap: 0.75rem;
          }
          ul.cards a {
            display: block;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 8px;
            padding: 1rem 1.25rem;
            text-decoration: none;
            color: inherit;
          }
          ul.cards a:hover,
          ul.cards a:focus-visible {
            border-color: var(--accent);
            outline: none;
          }
          ul.cards strong {
            display: block;
            color: var(--accent);
          }
          table {
            width: 100%;
            border-collapse: collapse;
          }
          th,
          td {
            text-align: left;
            padding: 0.5rem 0.5rem 0.5rem 0;
            border-bottom: 1px solid var(--line);
            vertical-align: top;
          }
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`;
  return new Response(page.toString(), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "public, max-age=300",
      "X-Request-Id": c.get("requestId"),
      ...pageHeaders(),
    },
  });
}
