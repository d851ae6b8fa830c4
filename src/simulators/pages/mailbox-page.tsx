import { z } from "zod";
import type { MailboxRow } from "../sendgrid/sendgrid-books.ts";
import type { TextRow } from "../twilio/twilio-books.ts";
import { Layout } from "./layout.tsx";

/** Every mail and text message that left, newest first. A mail's HTML runs in a frame that may do nothing. */
export function MailboxPage({ mails, texts }: { mails: MailboxRow[]; texts: TextRow[] }) {
  return (
    <Layout title="Mailbox" path="/simulators/mailbox">
      <p class="dim">
        {`${mails.length} mails, ${texts.length} text messages; the newest first. Whom nothing reaches is said at `}
        <a href="/simulators/sendgrid">SendGrid</a> and <a href="/simulators/twilio">Twilio</a>.
      </p>
      <h2>Mails</h2>
      {mails.length === 0 && <p class="dim">No mail yet.</p>}
      {mails.map((mail) => (
        <article>
          <h3>{mail.subject}</h3>
          <p class="dim">{`To ${mail.to_name === null ? mail.to_email : `${mail.to_name} <${mail.to_email}>`} · ${moment(mail.at)} · ${mail.status.replaceAll("_", " ")} · ${mail.reference ?? "no reference"}`}</p>
          <dl>
            <dt>Events</dt>
            <dd>{toldOf(mail.events)}</dd>
            <dt>Language</dt>
            <dd>{languageOf(mail.html)}</dd>
            {Object.entries(headersShape.parse(JSON.parse(mail.headers))).map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
          <details>
            <summary>Show</summary>
            {mail.html === null ? (
              <pre>{mail.text}</pre>
            ) : (
              <iframe
                sandbox=""
                loading="lazy"
                title={mail.subject}
                src={`/simulators/mailbox/${mail.id}.html`}
              ></iframe>
            )}
          </details>
        </article>
      ))}
      <h2>Text messages</h2>
      {texts.length === 0 && <p class="dim">No text message yet.</p>}
      {texts.map((text) => (
        <article>
          <h3>{text.to_number}</h3>
          <p class="dim">{`${moment(text.at)} · ${text.status}${text.error_code === null ? "" : ` · error ${text.error_code}`}`}</p>
          <dl>
            <dt>Events</dt>
            <dd>{toldOf(text.events)}</dd>
          </dl>
          <pre>{text.body}</pre>
        </article>
      ))}
    </Layout>
  );
}

const headersShape = z.record(z.string(), z.string());
const eventsShape = z.array(z.object({ kind: z.string(), at: z.number() }));

/** What became of a message, in words: `processed 2026-11-21 09:30:00, delivered …`. */
function toldOf(events: string): string {
  const told = eventsShape.parse(JSON.parse(events)).map(({ kind, at }) => `${kind} ${moment(at)}`);
  return told.join(", ") || "none";
}

/** The language that the mail says it is in. */
function languageOf(html: string | null): string {
  return /<html[^>]*\slang="([A-Za-z-]+)"/.exec(html ?? "")?.[1] ?? "not said";
}

function moment(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19);
}
