import type { FedexBooks } from "./fedex/fedex-books.ts";
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
  FEDEX_BOOKS: DurableObjectNamespace<FedexBooks>;
}
