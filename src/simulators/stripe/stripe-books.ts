import {
  jsonAnswer,
  VendorBooks,
  VendorRefusal,
  type VendorAnswer,
  type VendorRequest,
} from "../books/vendor-books.ts";
import type { OutgoingWebhook } from "../books/webhook-outbox.ts";
import type { SimulatorsEnv } from "../env.ts";
import { hmac, hexOf } from "../signing.ts";
import { DisputeLedger, type DisputeReason } from "./dispute-ledger.ts";
import { decodeForm } from "./form.ts";
import { IntentLedger, newId } from "./intent-ledger.ts";
import { failDueRefunds, failRefund, refundIntent } from "./records.ts";
import { routeStripe, type StripeCall } from "./routes.ts";
import { SetupLedger } from "./setup-ledger.ts";
import { wireError } from "./wire.ts";

/** Append only. */
const MIGRATIONS = [
  `CREATE TABLE payment_intents (
     id TEXT PRIMARY KEY, order_id TEXT, created INTEGER NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
     capturable INTEGER NOT NULL, received INTEGER NOT NULL, refunded INTEGER NOT NULL, capture_method TEXT NOT NULL, payment_method TEXT,
     customer TEXT, description TEXT, receipt_email TEXT, metadata TEXT NOT NULL, client_secret TEXT NOT NULL, charge_id TEXT,
     last_error TEXT, return_url TEXT, capture_before INTEGER, canceled_at INTEGER, cancellation_reason TEXT
   );
   CREATE INDEX payment_intents_order ON payment_intents (order_id);
   CREATE INDEX payment_intents_lapse ON payment_intents (status, capture_before);
   CREATE TABLE money_movements (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, intent_id TEXT NOT NULL, order_id TEXT, kind TEXT NOT NULL, amount INTEGER NOT NULL,
     currency TEXT NOT NULL, idempotency_key TEXT, at INTEGER NOT NULL
   );
   CREATE TABLE refunds (
     id TEXT PRIMARY KEY, intent_id TEXT NOT NULL, charge_id TEXT, amount INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT,
     metadata TEXT NOT NULL, created INTEGER NOT NULL
   );
   CREATE TABLE payment_methods (id TEXT PRIMARY KEY, made_of TEXT NOT NULL, customer TEXT, created INTEGER NOT NULL);
   CREATE TABLE customers (id TEXT PRIMARY KEY, email TEXT, name TEXT, metadata TEXT NOT NULL, created INTEGER NOT NULL);
   CREATE TABLE events (id TEXT PRIMARY KEY, type TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
   CREATE TABLE idempotency (
     key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL
   );`,
  `CREATE TABLE disputes (
     id TEXT PRIMARY KEY, intent_id TEXT NOT NULL, charge_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
     reason TEXT NOT NULL, status TEXT NOT NULL, due_by INTEGER NOT NULL, created INTEGER NOT NULL
   );
   ALTER TABLE payment_intents ADD COLUMN disputed INTEGER NOT NULL DEFAULT 0;`,
  `CREATE TABLE setup_intents (
     id TEXT PRIMARY KEY, created INTEGER NOT NULL, status TEXT NOT NULL, customer TEXT NOT NULL, payment_method TEXT NOT NULL,
     return_url TEXT, client_secret TEXT NOT NULL
   );`,
  `ALTER TABLE refunds ADD COLUMN status TEXT NOT NULL DEFAULT 'succeeded';
   ALTER TABLE refunds ADD COLUMN failure_reason TEXT;
   ALTER TABLE refunds ADD COLUMN fails_at INTEGER;
   CREATE INDEX refunds_failing ON refunds (fails_at) WHERE fails_at IS NOT NULL;`,
];

const TABLES = [
  "payment_intents",
  "money_movements",
  "refunds",
  "disputes",
  "setup_intents",
  "payment_methods",
  "customers",
  "events",
  "idempotency",
];
/** How long a key is remembered: after that it is a new key. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** A Stripe account in test mode. */
export class StripeBooks extends VendorBooks {
  readonly #intents = new IntentLedger({
    sql: this.sql,
    publicUrl: this.env.PUBLIC_URL,
    knobs: () => this.knobs,
    push: (eventId, body, now) => this.push(eventId, "/api/v1/webhooks/stripe", "application/json", body, now),
  });
  readonly #disputes = new DisputeLedger(this.sql, this.#intents);
  readonly #setups = new SetupLedger(this.sql, this.#intents, this.env.PUBLIC_URL);
  /** Keys whose first request has not been answered yet; a crash ends those requests and so empties it. */
  readonly #inFlight = new Set<string>();

  constructor(ctx: DurableObjectState, env: SimulatorsEnv) {
    super(ctx, env, { migrations: MIGRATIONS, tables: TABLES });
  }

  /** What the customer answered on the bank's page; the address to send the customer back to, null where there is none. */
  settleAuthentication(intentId: string, isPassed: boolean): { returnTo: string | null } {
    const setup = this.ctx.storage.transactionSync(() => this.#setups.settleAuthentication(intentId, isPassed));
    if (setup !== null) return { returnTo: setup.return_url };
    const row = this.ctx.storage.transactionSync(() =>
      this.#intents.settleAuthentication(intentId, isPassed, Date.now()),
    );
    this.arm();
    if (row.return_url === null || !URL.canParse(row.return_url)) return { returnTo: null };
    const back = new URL(row.return_url);
    back.searchParams.set("payment_intent", row.id);
    back.searchParams.set("payment_intent_client_secret", row.client_secret);
    back.searchParams.set("redirect_status", isPassed ? "succeeded" : "failed");
    return { returnTo: back.toString() };
  }

  /** What the bank's page shows of the intent; null for an intent that nobody made. */
  readForAuthentication(
    intentId: string,
  ): { status: string; amount: number; currency: string; description: string | null } | null {
    const setup = this.#setups.find(intentId);
    if (setup !== null)
      return { status: setup.status, amount: 0, currency: "eur", description: "A card to be saved for later" };
    const row = this.#intents.find(intentId);
    return row === null
      ? null
      : { status: row.status, amount: row.amount, currency: row.currency, description: row.description };
  }

  /** Has the customer's bank dispute a payment; the dispute's id, or null where nothing of it can be disputed. */
  openDispute(intentId: string, reason: DisputeReason): string | null {
    const row = this.ctx.storage.transactionSync(() => this.#disputes.open(intentId, reason, Date.now()));
    this.arm();
    return row?.id ?? null;
  }

  /** Pays back as somebody does who signs in at Stripe; the refund's id, or null where it can't be. */
  refundByHand(intentId: string, amount: number): string | null {
    try {
      const fields = { payment_intent: intentId, amount: String(amount) };
      const id = this.ctx.storage.transactionSync(
        () => refundIntent({ fields, key: null, now: Date.now() }, { sql: this.sql, intents: this.#intents }).id,
      );
      this.arm();
      return id;
    } catch (error) {
      if (error instanceof VendorRefusal) return null;
      throw error;
    }
  }

  /** Has the customer's bank send a refund back; false where none of this id has succeeded. */
  failRefund(id: string): boolean {
    const isFailed = this.ctx.storage.transactionSync(() =>
      failRefund(id, Date.now(), { sql: this.sql, intents: this.#intents }),
    );
    this.arm();
    return isFailed;
  }

  /** Moves an open dispute on; false where there is none of this id. */
  moveDispute(id: string, status: "under_review" | "won" | "lost"): boolean {
    const row = this.ctx.storage.transactionSync(() =>
      status === "under_review" ? this.#disputes.submit(id, Date.now()) : this.#disputes.close(id, status, Date.now()),
    );
    this.arm();
    return row !== null;
  }

  protected override async serve(request: VendorRequest): Promise<Response> {
    const key = request.headers.get("idempotency-key");
    if (key === null || request.method !== "POST") return super.serve(request);
    if (this.#inFlight.has(key)) {
      const message =
        "There is currently another in-progress request using this Idempotent Key. Please try again later.";
      const answer = wireError(409, { type: "invalid_request_error", code: "idempotency_key_in_use", message });
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
    if (request.headers.get("authorization") !== `Bearer ${this.env.STRIPE_SECRET_KEY}`) {
      return wireError(401, { type: "invalid_request_error", message: "Invalid API Key provided." });
    }
    const key = request.method === "POST" ? request.headers.get("idempotency-key") : null;
    const fingerprint = `${request.method} ${request.url.pathname} ${request.body}`;
    const known = key === null ? undefined : this.#remembered(key, now);
    if (known !== undefined) {
      if (known.fingerprint === fingerprint)
        return this.#dressed({ ...jsonAnswer(known.status, null), body: known.body }, request, key, true);
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
      return wireError(400, { type: "idempotency_error", message });
    }
    const call: StripeCall = {
      method: request.method,
      path: request.url.pathname.split("/").slice(1),
      fields: decodeForm(request.method === "GET" ? request.url.search : request.body),
      key,
      now,
    };
    const answer = routeStripe(call, {
      sql: this.sql,
      intents: this.#intents,
      disputes: this.#disputes,
      setups: this.#setups,
    });
    if (key !== null) {
      const insert =
        "INSERT OR REPLACE INTO idempotency (key, fingerprint, status, body, created) VALUES (?, ?, ?, ?, ?)";
      this.sql.exec(insert, key, fingerprint, answer.status, answer.body, now);
    }
    return this.#dressed(answer, request, key, false);
  }

  protected override turnAway(status: 429 | 500): VendorAnswer {
    if (status === 500) return wireError(500, { type: "api_error", message: "An unknown error occurred." });
    return wireError(429, {
      type: "invalid_request_error",
      code: "rate_limit",
      message: "Too many requests hit the API too quickly.",
    });
  }

  protected override async sign(webhook: OutgoingWebhook, now: number): Promise<Record<string, string>> {
    const timestamp = Math.floor(now / 1000);
    const signature = hexOf(await hmac("SHA-256", this.env.STRIPE_WEBHOOK_SECRET, `${timestamp}.${webhook.body}`));
    return {
      "stripe-signature": `t=${timestamp},v1=${signature}`,
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    };
  }

  protected override passTime(now: number): void {
    this.#intents.expire(now);
    failDueRefunds(now, { sql: this.sql, intents: this.#intents });
    this.sql.exec("DELETE FROM idempotency WHERE created < ?", now - KEY_LIFE_MS);
  }

  protected override nextEvent(): number | null {
    return this.sql
      .exec<{ at: number | null }>(
        `SELECT MIN(at) AS at FROM (
           SELECT MIN(capture_before) AS at FROM payment_intents WHERE status = 'requires_capture'
           UNION ALL SELECT MIN(fails_at) FROM refunds WHERE fails_at IS NOT NULL)`,
      )
      .one().at;
  }

  #remembered(key: string, now: number): { fingerprint: string; status: number; body: string } | undefined {
    return this.sql
      .exec<{ fingerprint: string; status: number; body: string }>(
        "SELECT fingerprint, status, body FROM idempotency WHERE key = ? AND created >= ?",
        key,
        now - KEY_LIFE_MS,
      )
      .toArray()[0];
  }

  #dressed(answer: VendorAnswer, request: VendorRequest, key: string | null, isReplay: boolean): VendorAnswer {
    const headers: Record<string, string> = { ...answer.headers, "request-id": newId("req") };
    const version = request.headers.get("stripe-version");
    if (version !== null) headers["stripe-version"] = version;
    if (key !== null) headers["idempotency-key"] = key;
    if (isReplay) headers["idempotent-replayed"] = "true";
    return { ...answer, headers };
  }
}
