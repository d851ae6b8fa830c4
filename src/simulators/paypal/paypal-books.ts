import { crc32 } from "../../platform/crc32.ts";
import { sha256Hex } from "../../platform/sha256.ts";
import {
  jsonAnswer,
  VendorBooks,
  VendorRefusal,
  type VendorAnswer,
  type VendorRequest,
} from "../books/vendor-books.ts";
import type { OutgoingWebhook } from "../books/webhook-outbox.ts";
import type { SimulatorsEnv } from "../env.ts";
import { base64Of, signRsa } from "../signing.ts";
import { type Approval, type ApprovalAnswer, CheckoutLedger } from "./checkout-ledger.ts";
import { DisputeLedger, type PaypalDisputeReason } from "./dispute-ledger.ts";
import { routePaypal, type PaypalCall } from "./routes.ts";
import { VaultLedger } from "./vault-ledger.ts";
import { newId, wireError } from "./wire.ts";

/** Append only. */
const MIGRATIONS = [
  `CREATE TABLE orders (
     id TEXT PRIMARY KEY, reference TEXT, invoice_id TEXT, created INTEGER NOT NULL, status TEXT NOT NULL, intent TEXT NOT NULL,
     amount INTEGER NOT NULL, currency TEXT NOT NULL, description TEXT, return_url TEXT, cancel_url TEXT, source TEXT
   );
   CREATE INDEX orders_invoice ON orders (invoice_id);
   CREATE TABLE authorizations (
     id TEXT PRIMARY KEY, order_id TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
     captured INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, renews TEXT
   );
   CREATE INDEX authorizations_order ON authorizations (order_id);
   CREATE INDEX authorizations_lapse ON authorizations (status, expires);
   CREATE TABLE captures (
     id TEXT PRIMARY KEY, order_id TEXT NOT NULL, authorization_id TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL,
     refunded INTEGER NOT NULL, currency TEXT NOT NULL, final INTEGER NOT NULL, created INTEGER NOT NULL
   );
   CREATE INDEX captures_order ON captures (order_id);
   CREATE TABLE refunds (
     id TEXT PRIMARY KEY, order_id TEXT NOT NULL, capture_id TEXT NOT NULL, reference TEXT, amount INTEGER NOT NULL,
     currency TEXT NOT NULL, note TEXT, created INTEGER NOT NULL
   );
   CREATE INDEX refunds_order ON refunds (order_id);
   CREATE TABLE money_movements (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL, reference TEXT, kind TEXT NOT NULL, amount INTEGER NOT NULL,
     currency TEXT NOT NULL, idempotency_key TEXT, at INTEGER NOT NULL
   );
   CREATE TABLE events (id TEXT PRIMARY KEY, type TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
   CREATE TABLE idempotency (
     key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL
   );`,
  `CREATE TABLE disputes (
     id TEXT PRIMARY KEY, order_id TEXT NOT NULL, capture_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
     reason TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT, due_by INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
   );
   ALTER TABLE captures ADD COLUMN disputed INTEGER NOT NULL DEFAULT 0;`,
  `CREATE TABLE setup_tokens (
     id TEXT PRIMARY KEY, created INTEGER NOT NULL, status TEXT NOT NULL, customer TEXT NOT NULL, merchant_customer TEXT,
     return_url TEXT, cancel_url TEXT, declines INTEGER NOT NULL
   );
   CREATE TABLE payment_tokens (
     id TEXT PRIMARY KEY, created INTEGER NOT NULL, customer TEXT NOT NULL, declines INTEGER NOT NULL
   );
   CREATE INDEX payment_tokens_customer ON payment_tokens (customer);`,
  `ALTER TABLE refunds ADD COLUMN status TEXT NOT NULL DEFAULT 'COMPLETED';`,
];

const TABLES = [
  "orders",
  "authorizations",
  "captures",
  "refunds",
  "disputes",
  "setup_tokens",
  "payment_tokens",
  "money_movements",
  "events",
  "idempotency",
];
const HOUR_MS = 60 * 60 * 1000;
/** How long a request id is remembered. */
const KEY_LIFE_MS = { orders: 6 * HOUR_MS, payments: 45 * 24 * HOUR_MS, vault: 3 * HOUR_MS };
const TOKEN_SECONDS = 32_400;
const CERTIFICATE_PATH = "/v1/notifications/certs/CERT-local";

/** The id, in the form of a UUID, that every delivery of the event has. */
function transmissionIdOf(eventId: string): string {
  const hex = sha256Hex(eventId);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function keyLifeOf(pathname: string): number {
  if (pathname.startsWith("/v3/vault/")) return KEY_LIFE_MS.vault;
  return pathname.startsWith("/v2/payments/") ? KEY_LIFE_MS.payments : KEY_LIFE_MS.orders;
}

/** A PayPal business account. */
export class PaypalBooks extends VendorBooks {
  readonly #ledger = new CheckoutLedger({
    sql: this.sql,
    publicUrl: this.env.PUBLIC_URL,
    push: (eventId, body, now) => this.push(eventId, "/api/v1/webhooks/paypal", "application/json", body, now),
  });
  readonly #disputes = new DisputeLedger(this.sql, this.#ledger);
  readonly #vault = new VaultLedger(this.sql, this.env.PUBLIC_URL);
  /** Request ids whose first request has not been answered yet; a crash ends those requests and so empties it. */
  readonly #inFlight = new Set<string>();

  constructor(ctx: DurableObjectState, env: SimulatorsEnv) {
    super(ctx, env, { migrations: MIGRATIONS, tables: TABLES });
  }

  /** What the customer answered on PayPal's page; the address to send the customer back to, null where there is none. */
  answerApproval(orderId: string, answer: ApprovalAnswer): { returnTo: string | null } {
    const saving = this.ctx.storage.transactionSync(() => this.#vault.answer(orderId, answer));
    if (saving !== null) return saving;
    const row = this.ctx.storage.transactionSync(() => this.#ledger.answer(orderId, answer, Date.now()));
    this.arm();
    const url = answer === "cancel" ? row.cancel_url : row.return_url;
    if (url === null) return { returnTo: null };
    const back = new URL(url);
    back.searchParams.set("token", orderId);
    if (answer !== "cancel") back.searchParams.set("PayerID", "LOCALPAYER000");
    return { returnTo: back.toString() };
  }

  /** What PayPal's page shows of the order, or of an account to be saved; null for what nobody made. */
  readForApproval(orderId: string): Approval | null {
    const row = this.#ledger.find(orderId);
    if (row === null) return this.#vault.readForApproval(orderId);
    const { status, amount, currency, description } = row;
    return { status, amount, currency, description };
  }

  /** Has the buyer dispute a capture; the dispute's id, or null where nothing of it can be disputed. */
  openDispute(captureId: string, reason: PaypalDisputeReason): string | null {
    const row = this.ctx.storage.transactionSync(() => this.#disputes.open(captureId, reason, Date.now()));
    this.arm();
    return row?.id ?? null;
  }

  /** Moves an open dispute on; false where there is none of this id. */
  moveDispute(id: string, status: "under_review" | "won" | "lost"): boolean {
    const row = this.ctx.storage.transactionSync(() =>
      status === "under_review" ? this.#disputes.submit(id, Date.now()) : this.#disputes.close(id, status, Date.now()),
    );
    this.arm();
    return row !== null;
  }

  /** Pays part of a capture back as a person at PayPal would; the refund's id, or null where that much is not left. */
  refundByHand(captureId: string, amount: number): string | null {
    try {
      const input = { amount, note: null, reference: null };
      const { id } = this.ctx.storage.transactionSync(() => this.#ledger.refund(captureId, input, null, Date.now()));
      this.arm();
      return id;
    } catch (error) {
      if (error instanceof VendorRefusal) return null;
      throw error;
    }
  }

  /** Has a refund not reach the buyer after all; false where none of this id was made. */
  failRefund(id: string): boolean {
    const isFailed = this.ctx.storage.transactionSync(() => this.#ledger.failRefund(id, Date.now()));
    this.arm();
    return isFailed;
  }

  protected override async serve(request: VendorRequest): Promise<Response> {
    const key = request.headers.get("paypal-request-id");
    if (key === null || request.method !== "POST") return super.serve(request);
    if (this.#inFlight.has(key)) {
      const message = "A previous request on this resource is currently in progress.";
      const answer = wireError(409, "RESOURCE_CONFLICT", message, "PREVIOUS_REQUEST_IN_PROGRESS");
      return new Response(answer.body, { status: 409, headers: answer.headers });
    }
    this.#inFlight.add(key);
    try {
      return await super.serve(request);
    } finally {
      this.#inFlight.delete(key);
    }
  }

  protected override answer(request: VendorRequest, now: number): VendorAnswer {
    const { pathname } = request.url;
    if (pathname === CERTIFICATE_PATH) return this.#serveCertificate();
    if (pathname === "/v1/oauth2/token" && request.method === "POST") return this.#issueToken(request);
    if (!request.headers.get("authorization")?.startsWith("Bearer A21AA-local-"))
      return wireError(
        401,
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to invalid authentication credentials.",
      );
    const key = request.method === "POST" ? request.headers.get("paypal-request-id") : null;
    const fingerprint = `${request.method} ${pathname} ${request.body}`;
    const known = key === null ? undefined : this.#remembered(key, now - keyLifeOf(pathname));
    if (known !== undefined && known.fingerprint === fingerprint)
      return { ...jsonAnswer(known.status, null), body: known.body };
    if (known !== undefined) {
      const message = "The value of PayPal-Request-Id header has already been used.";
      return wireError(422, "UNPROCESSABLE_ENTITY", message, "DUPLICATE_REQUEST_ID");
    }
    const call: PaypalCall = {
      method: request.method,
      path: pathname.split("/").slice(1),
      query: request.url.searchParams,
      body: request.body,
      key,
      now,
    };
    const answer = routePaypal(call, {
      ledger: this.#ledger,
      disputes: this.#disputes,
      vault: this.#vault,
      sql: this.sql,
    });
    if (key !== null) {
      const insert =
        "INSERT OR REPLACE INTO idempotency (key, fingerprint, status, body, created) VALUES (?, ?, ?, ?, ?)";
      this.sql.exec(insert, key, fingerprint, answer.status, answer.body, now);
    }
    return { ...answer, headers: { ...answer.headers, "paypal-debug-id": newId(13).toLowerCase() } };
  }

  protected override turnAway(status: 429 | 500): VendorAnswer {
    return status === 500
      ? wireError(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.")
      : wireError(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.");
  }

  protected override async sign(webhook: OutgoingWebhook, now: number): Promise<Record<string, string>> {
    // Sent again, or twice, it is the same transmission.
    const id = transmissionIdOf(webhook.eventId);
    const time = new Date(now).toISOString();
    const checksum = crc32(new TextEncoder().encode(webhook.body));
    const message = `${id}|${time}|${this.env.PAYPAL_WEBHOOK_ID}|${checksum}`;
    return {
      "paypal-transmission-id": id,
      "paypal-transmission-time": time,
      "paypal-transmission-sig": base64Of(await signRsa(this.env.PAYPAL_WEBHOOK_PRIVATE_KEY, message)),
      "paypal-cert-url": `https://api.paypal.com${CERTIFICATE_PATH}`,
      "paypal-auth-algo": "SHA256withRSA",
      "user-agent": "PayPal/AUHR-214.0",
    };
  }

  protected override passTime(now: number): void {
    this.#ledger.expire(now);
    this.sql.exec("DELETE FROM idempotency WHERE created < ?", now - KEY_LIFE_MS.payments);
  }

  protected override nextEvent(): number | null {
    return this.sql
      .exec<{ at: number | null }>(
        "SELECT MIN(expires) AS at FROM authorizations WHERE status IN ('CREATED', 'PARTIALLY_CAPTURED')",
      )
      .one().at;
  }

  #issueToken({ headers, body }: VendorRequest): VendorAnswer {
    const { PAYPAL_CLIENT_ID: id, PAYPAL_CLIENT_SECRET: secret } = this.env;
    if (headers.get("authorization") !== `Basic ${btoa(`${id}:${secret}`)}`)
      return jsonAnswer(401, { error: "invalid_client", error_description: "Client Authentication failed" });
    if (new URLSearchParams(body).get("grant_type") !== "client_credentials")
      return jsonAnswer(400, { error: "unsupported_grant_type", error_description: "Grant Type is NULL" });
    return jsonAnswer(200, {
      scope: "https://uri.paypal.com/services/payments/payment/authcapture",
      access_token: `A21AA-local-${crypto.randomUUID()}`,
      token_type: "Bearer",
      app_id: "APP-LOCAL",
      expires_in: TOKEN_SECONDS,
    });
  }

  #serveCertificate(): VendorAnswer {
    const lines = this.env.PAYPAL_WEBHOOK_CERTIFICATE.match(/.{1,64}/g) ?? [];
    const body = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
    return { status: 200, body, headers: { "content-type": "application/x-pem-file" } };
  }

  #remembered(key: string, since: number): { fingerprint: string; status: number; body: string } | undefined {
    return this.sql
      .exec<{ fingerprint: string; status: number; body: string }>(
        "SELECT fingerprint, status, body FROM idempotency WHERE key = ? AND created >= ?",
        key,
        since,
      )
      .toArray()[0];
  }
}
