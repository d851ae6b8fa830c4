import type { Child } from "hono/jsx";
import { raw } from "hono/html";

const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f5f8; --text: #1b1f27; --dim: #5b6472; --page: #fff; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --line: #343b47; --soft: #1c212a; --text: #e8ebf0; --dim: #a3adbb; --page: #12161d; --accent: #7db7ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
nav a[aria-current] { font-weight: 700; text-decoration: none; color: var(--text); }
h1 { font-size: 1.5rem; margin: 1rem 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
p.dim, .dim { color: var(--dim); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; }
th { background: var(--soft); color: var(--dim); font-weight: 600; } tr:last-child td { border-bottom: 0; }
form.knobs { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; padding: 1rem; background: var(--soft); border-radius: .5rem; }
label { display: block; font-size: .85rem; color: var(--dim); }
input, button { font: inherit; min-height: 2.75rem; padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--page); color: var(--text); max-width: 100%; }
input[type=number], input[type=text] { width: 100%; } input[type=checkbox] { min-height: 0; width: 1.25rem; height: 1.25rem; vertical-align: middle; }
button { cursor: pointer; } button.main { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0; }
article h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; } article pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); border-radius: .4rem; background: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: .5rem 0; font-size: .875rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
`;

const PAGES = [
  ["/simulators/", "Simulators"],
  ["/simulators/mailbox", "Mailbox"],
  ["/simulators/stripe", "Stripe"],
  ["/simulators/paypal", "PayPal"],
  ["/simulators/sendgrid", "SendGrid"],
  ["/simulators/twilio", "Twilio"],
  ["/simulators/fedex", "FedEx"],
] as const;

/** A page of the simulators. `path` is the page's own, so that the navigation shows where one is. */
export function Layout({ title, path, children }: { title: string; path: string; children?: Child }) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{`${title} · Simulators`}</title>
          <style>{raw(STYLE)}</style>
        </head>
        <body>
          <nav aria-label="Simulators">
            {PAGES.map(([href, name]) => (
              <a href={href} aria-current={href === path ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <main>
            <h1>{title}</h1>
            {children}
          </main>
        </body>
      </html>
    </>
  );
}
