import type { EffectBatch, StockBatch, WebhookMessage } from "../contracts/messages.ts";

/** The bindings of the API Worker, as wrangler.toml declares them. */
export interface Env {
  ENVIRONMENT: "local" | "test" | "production";
  /** Origin that customers and providers reach us at. */
  PUBLIC_URL: string;
  SHARD_MAP: string;
  CAPTURE_ON: "order" | "shipment";
  /** After so many days units that still wait for stock are cancelled; 30 where nothing is said. */
  BACKORDER_LIMIT_DAYS?: string;
  /** So many units of a product may a buyer hold at one warehouse before they have paid; no limit where nothing is said. */
  MOST_UNPAID_UNITS?: string;
  /** After so many days an Idempotency-Key of a request that OPS decides is forgotten; 30 where nothing is said. */
  DEEDS_KEPT_DAYS?: string;
  STRIPE_SECRET_KEY: string;
  STRIPE_WEBHOOK_SECRET: string;
  PAYPAL_CLIENT_ID: string;
  PAYPAL_CLIENT_SECRET: string;
  /** The id that PayPal gave our webhook: part of what its events are signed over. */
  PAYPAL_WEBHOOK_ID: string;
  SENDGRID_API_KEY: string;
  TWILIO_ACCOUNT_SID: string;
  TWILIO_AUTH_TOKEN: string;
  TWILIO_FROM: string;
  FEDEX_CLIENT_ID: string;
  FEDEX_CLIENT_SECRET: string;
  FEDEX_ACCOUNT: string;
  MAIL_FROM: string;
  /** Signs cursors and live tickets. */
  SIGNING_SECRET: string;
  /** Private Ed25519 JWK of the embedded issuer; absent where people sign in elsewhere. */
  ISSUER_KEY?: string;
  /** Where people sign in elsewhere: the keys, issuer and audience of their tokens. */
  OIDC_JWKS_URL?: string;
  OIDC_ISSUER?: string;
  OIDC_AUDIENCE?: string;
  /** Base64 of the SPKI that SendGrid signs its events with. */
  SENDGRID_WEBHOOK_PUBLIC_KEY?: string;
  FEDEX_WEBHOOK_SECRET?: string;
  /** The platform's burst guard, where it is bound. */
  RATE_LIMITER?: RateLimit;
  ASSETS: Fetcher;
  /** Bound locally and in tests only: stands where the outside providers are. */
  SIMULATORS?: Fetcher;
  OPS: D1Database;
  ORDERS_0: D1Database;
  ORDERS_1: D1Database;
  EFFECTS: Queue<EffectBatch>;
  /** Effects that tell a customer something. */
  NOTIFICATIONS: Queue<EffectBatch>;
  STOCK: Queue<StockBatch>;
  WEBHOOKS: Queue<WebhookMessage>;
  INVENTORY_LEVEL: DurableObjectNamespace;
  ORDER_LEDGER: DurableObjectNamespace;
  LIVE_FEED: DurableObjectNamespace;
  PROVIDER_GATE: DurableObjectNamespace;
}
