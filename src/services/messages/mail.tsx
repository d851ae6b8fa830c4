import { html } from "hono/html";
import type { FC } from "hono/jsx";
import type { Language } from "../../domain/language.ts";
import type { Message } from "./fill-template.ts";
import type { MailFrame } from "./mail-frame.ts";

const TEXT = "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1b2430";
const CELL = "padding:6px 0;border-bottom:1px solid #e4e8ee";
const SMALL = "margin:20px 0 0;font-size:13px;color:#5a6675";

interface LayoutWords {
  rest: string;
  total: string;
  order: string;
  recipient: string;
  unsubscribe: string;
}

const WORDS: Readonly<Record<Language, LayoutWords>> = {
  en: {
    rest: "Shipping, tax and discounts",
    total: "Total",
    order: "Order",
    recipient: "for",
    unsubscribe: "Choose what we write to you about, or unsubscribe",
  },
  de: {
    rest: "Versand, Steuern und Rabatte",
    total: "Gesamt",
    order: "Bestellung",
    recipient: "an",
    unsubscribe: "Auswählen, worüber wir Ihnen schreiben, oder abbestellen",
  },
};

/** A mail to be laid out. */
export interface MailContent {
  language: Language;
  message: Message;
  frame: MailFrame;
  /** Where readers unsubscribe; null for what every order needs. */
  unsubscribeUrl: string | null;
}

const Lines: FC<{ frame: MailFrame; words: LayoutWords }> = ({ frame, words }) => (
  <table role="presentation" width="100%" style="border-collapse:collapse;margin:16px 0">
    <tbody>
      {frame.lines.map(({ quantity, name, amount }) => (
        <tr>
          <td style={CELL}>
            {quantity} × {name}
          </td>
          <td style={`${CELL};text-align:right;white-space:nowrap`}>{amount}</td>
        </tr>
      ))}
      <tr>
        <td style={CELL}>{words.rest}</td>
        <td style={`${CELL};text-align:right;white-space:nowrap`}>{frame.rest}</td>
      </tr>
      <tr>
        <td style="padding:8px 0;font-weight:600">{words.total}</td>
        <td style="padding:8px 0;font-weight:600;text-align:right;white-space:nowrap">{frame.total}</td>
      </tr>
    </tbody>
  </table>
);

const Body: FC<MailContent> = ({ language, message, frame }) =>
  message.parts.map((part) => {
    switch (part.type) {
      case "text":
        return <p style="margin:0 0 12px;white-space:pre-line">{part.text}</p>;
      case "button":
        return (
          <p style="margin:20px 0">
            <a
              href={part.url}
              style="background:#0b5fff;color:#ffffff;padding:12px 20px;border-radius:8px;text-decoration:none;display:inline-block"
            >
              {part.label}
            </a>
          </p>
        );
      case "lines":
        return <Lines frame={frame} words={WORDS[language]} />;
    }
  });

const Layout: FC<MailContent> = (content) => {
  const { language, message, frame, unsubscribeUrl } = content;
  const words = WORDS[language];
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>{message.subject}</title>
      </head>
      <body style={`margin:0;background:#f3f5f8;${TEXT}`}>
        <table role="presentation" width="100%">
          <tbody>
            <tr>
              <td align="center" style="padding:24px 12px">
                <div style="max-width:560px;background:#ffffff;border-radius:12px;padding:28px;text-align:left">
                  <p style="margin:0 0 16px;font-weight:700;letter-spacing:.02em">Holdfast</p>
                  <h1 style="font-size:22px;line-height:1.3;margin:0 0 16px">{message.subject}</h1>
                  <Body {...content} />
                  <p style={SMALL}>
                    {words.order} {frame.number}, {words.recipient} {frame.address}
                  </p>
                  {unsubscribeUrl !== null && (
                    <p style={SMALL}>
                      <a href={unsubscribeUrl} style="color:#5a6675">
                        {words.unsubscribe}
                      </a>
                    </p>
                  )}
                </div>
              </td>
            </tr>
          </tbody>
        </table>
      </body>
    </html>
  );
};

/** The mail's subject, its escaped HTML, and the same as plain text. */
export function layOutMail(content: MailContent): { subject: string; html: string; text: string } {
  const { language, message, frame, unsubscribeUrl } = content;
  const words = WORDS[language];
  const page = html`<!doctype html>${<Layout {...content} />}`;
  if (page instanceof Promise) throw new Error("the layout of a mail must not be asynchronous");
  const parts = message.parts.map((part) => {
    switch (part.type) {
      case "text":
        return part.text;
      case "button":
        return `${part.label}: ${part.url}`;
      case "lines":
        return [
          ...frame.lines.map(({ quantity, name, amount }) => `${quantity} × ${name}: ${amount}`),
          `${words.total}: ${frame.total}`,
        ].join("\n");
    }
  });
  const foot = [`${words.order} ${frame.number}`];
  if (unsubscribeUrl !== null) foot.push(`${words.unsubscribe}: ${unsubscribeUrl}`);
  return { subject: message.subject, html: page.toString(), text: [...parts, ...foot].join("\n\n") };
}
