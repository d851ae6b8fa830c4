import type { MailRow } from "../sendgrid/sendgrid-books.ts";
import type { SmsRow } from "../twilio/twilio-books.ts";
import { Layout } from "./layout.tsx";

/** Every mail and text message that left, newest first. A mail's HTML runs in a frame that may do nothing. */
export function MailboxPage({ mails, texts }: { mails: MailRow[]; texts: SmsRow[] }) {
  return (
    <Layout title="Mailbox" path="/simulators/mailbox">
      <p class="dim">{`${mails.length} mails, ${texts.length} text messages; the newest first.`}</p>
      <h2>Mails</h2>
      {mails.length === 0 && <p class="dim">No mail yet.</p>}
      {mails.map((mail) => (
        <article>
          <h3>{mail.subject}</h3>
          <p class="dim">{`To ${mail.to_name === null ? mail.to_email : `${mail.to_name} <${mail.to_email}>`} · ${moment(mail.at)} · ${mail.status.replaceAll("_", " ")} · ${mail.reference ?? "no reference"}`}</p>
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
          <p class="dim">{`${moment(text.at)} · ${text.status}`}</p>
          <pre>{text.body}</pre>
        </article>
      ))}
    </Layout>
  );
}

function moment(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19);
}
