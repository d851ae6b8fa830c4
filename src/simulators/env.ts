import type { FedexBooks } from "./fedex/fedex-books.ts";
import type { PaypalBooks } from "./paypal/paypal-books.ts";
import type { SendgridBooks } from "./sendgrid/sendgrid-books.ts";
import type { StripeBooks } from "./stripe/stripe-books.ts";
import type { TwilioBooks } from "./twilio/twilio-books.ts";

/** The bindings of the simulators Worker, as wrangler.simulators.toml declares them. */
export interface SimulatorsEnv {
  /** Where people reach the API Worker, and so the simulators' own pages. */
  PUBLIC_URL: string;
  /** The API Worker, to which webhooks are delivered. */
  API: Fetcher;
  STRIPE_SECRET_KEY: string;
  STRIPE_WEBHOOK_SECRET: string;
  PAYPAL_CLIENT_ID: string;
  PAYPAL_CLIENT_SECRET: string;
  PAYPAL_WEBHOOK_ID: string;
  /** RSA private key: base64 of its PKCS #8. */
  PAYPAL_WEBHOOK_PRIVATE_KEY: string;
  /** Its certificate: base64 of the X.509. */
  PAYPAL_WEBHOOK_CERTIFICATE: string;
  SENDGRID_API_KEY: string;
  /** P-256 private key as a JWK. */
  SENDGRID_WEBHOOK_PRIVATE_KEY: string;
  TWILIO_ACCOUNT_SID: string;
  TWILIO_AUTH_TOKEN: string;
  FEDEX_CLIENT_ID: string;
  FEDEX_CLIENT_SECRET: string;
  FEDEX_ACCOUNT: string;
  FEDEX_WEBHOOK_SECRET: string;
  STRIPE_BOOKS: DurableObjectNamespace<StripeBooks>;
  SENDGRID_BOOKS: DurableObjectNamespace<SendgridBooks>;
  TWILIO_BOOKS: DurableObjectNamespace<TwilioBooks>;
  PAYPAL_BOOKS: DurableObjectNamespace<PaypalBooks>;
  FEDEX_BOOKS: DurableObjectNamespace<FedexBooks>;
}
