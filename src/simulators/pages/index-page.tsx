import { Layout } from "./layout.tsx";

const VENDOR_NOTES = [
  ["stripe", "Stripe", "payment intents, refunds, 3-D Secure, signed webhooks"],
  ["paypal", "PayPal", "orders, approvals, captures, refunds, signed webhooks"],
  ["sendgrid", "SendGrid", "mail, event webhooks"],
  ["twilio", "Twilio", "text messages, status callbacks"],
  ["fedex", "FedEx", "addresses, rates, labels, parcels that travel"],
] as const;

/** What there is, and where. */
export function IndexPage() {
  return (
    <Layout title="Simulators" path="/simulators/">
      <p>
        Stand-ins for the outside world. They speak the vendors' own formats, keep their own books, and go wrong when
        told to.
      </p>
      <ul>
        {VENDOR_NOTES.map(([vendor, name, note]) => (
          <li>
            <a href={`/simulators/${vendor}`}>{name}</a>
            {`: ${note}`}
          </li>
        ))}
        <li>
          <a href="/simulators/mailbox">Mailbox</a>: every mail and text message that left
        </li>
      </ul>
    </Layout>
  );
}
