import { html } from "hono/html";
import type { FC } from "hono/jsx";
import type { Address } from "../../domain/catalog.ts";
import { formatMoney } from "../../domain/money.ts";
import type { Order } from "../../domain/order/order.ts";
import type { MailMessage } from "../../providers/message.ts";
import type { MessageText } from "./message-text.ts";

const TEXT = "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1b2430";
const CELL = "padding:6px 0;border-bottom:1px solid #e4e8ee";

const Lines: FC<{ order: Order }> = ({ order }) => (
  <table role="presentation" width="100%" style="border-collapse:collapse;margin:16px 0">
    <tbody>
      {order.lines.map((line) => (
        <tr>
          <td style={CELL}>
            {line.quantity} × {line.name}
          </td>
          <td style={`${CELL};text-align:right;white-space:nowrap`}>
            {formatMoney({ amount: line.net, currency: order.currency })}
          </td>
        </tr>
      ))}
      <tr>
        <td style={CELL}>Shipping, tax and discounts</td>
        <td style={`${CELL};text-align:right;white-space:nowrap`}>
          {formatMoney({ amount: order.totals.total - order.totals.subtotal, currency: order.currency })}
        </td>
      </tr>
      <tr>
        <td style="padding:8px 0;font-weight:600">Total</td>
        <td style="padding:8px 0;font-weight:600;text-align:right;white-space:nowrap">
          {formatMoney({ amount: order.totals.total, currency: order.currency })}
        </td>
      </tr>
    </tbody>
  </table>
);

const Layout: FC<{ order: Order; message: MessageText }> = ({ order, message }) => (
  <html lang="en">
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
                {message.paragraphs.map((paragraph) => (
                  <p style="margin:0 0 12px;white-space:pre-line">{paragraph}</p>
                ))}
                {message.action && (
                  <p style="margin:20px 0">
                    <a
                      href={message.action.url}
                      style="background:#0b5fff;color:#ffffff;padding:12px 20px;border-radius:8px;text-decoration:none;display:inline-block"
                    >
                      {message.action.label}
                    </a>
                  </p>
                )}
                {message.listsLines && <Lines order={order} />}
                <p style="margin:20px 0 0;font-size:13px;color:#5a6675">
                  Order {order.number}, for {addressLine(order.address)}
                </p>
              </div>
            </td>
          </tr>
        </tbody>
      </table>
    </body>
  </html>
);

function addressLine({ line1, line2, postalCode, city, region, country }: Address): string {
  return [line1, line2, [postalCode, city].filter(Boolean).join(" "), region, country].filter(Boolean).join(", ");
}

/** The message as a mail: escaped HTML, and the same as plain text. Refuses nothing; the caller has an e-mail address. */
export function renderMail(order: Order, email: string, message: MessageText, reference: string): MailMessage {
  const lines = message.listsLines ? order.lines.map(({ quantity, name }) => `${quantity} × ${name}`) : [];
  const action = message.action ? [`${message.action.label}: ${message.action.url}`] : [];
  const page = html`<!doctype html>${<Layout order={order} message={message} />}`;
  if (page instanceof Promise) throw new Error("the layout of a mail must not be asynchronous");
  return {
    to: { email, name: order.contact.name },
    subject: message.subject.replaceAll(/[\r\n]+/g, " "),
    html: page.toString(),
    text: [...message.paragraphs, ...action, lines.join("\n"), `Order ${order.number}`]
      .filter((part) => part !== "")
      .join("\n\n"),
    reference,
  };
}
