import type { z } from "zod";
import { exchange, readJson, readShortfall, type Exchange, type FetchFunction } from "./http.ts";
import type { ProviderResult } from "./outcome.ts";
import { readPaypalRefusal, tokenShape } from "./paypal-parse.ts";

/** An access token and the epoch milliseconds until which it is used. */
export interface PaypalToken {
  token: string;
  usableUntil: number;
}

export interface PaypalConfig {
  clientId: string;
  clientSecret: string;
  fetch: FetchFunction;
  /** Milliseconds a call may take; 8,000 where nothing is said. */
  timeLimitMs?: number;
  /** Outlives the adapter, so that one token serves its whole life; keyed by client id. */
  tokens?: Map<string, PaypalToken>;
}

const BASE = "https://api-m.paypal.com";
const THROTTLE_FALLBACK_MS = 1000;
const TOKEN_MARGIN_MS = 60_000;

/** Issues that stand in the way for now only: the same thing may be asked for again. */
const SOFT_ISSUES: ReadonlySet<string> = new Set(["PENDING_CAPTURE", "REFUND_FAILED_INSUFFICIENT_FUNDS"]);

/** PayPal's REST API: tokens, and answers judged by PayPal's own error format. */
export class PaypalClient {
  readonly #config: PaypalConfig;
  readonly #tokens: Map<string, PaypalToken>;

  constructor(config: PaypalConfig) {
    this.#config = config;
    this.#tokens = config.tokens ?? new Map();
  }

  get<Shape>(path: string, schema: z.ZodType<Shape>): Promise<ProviderResult<Shape>> {
    return this.#ask({ method: "GET", path }, schema);
  }

  /** `key` is the idempotency key: under it PayPal does this at most once. Answers the whole resource. */
  post<Shape>(path: string, body: unknown, key: string, schema: z.ZodType<Shape>): Promise<ProviderResult<Shape>> {
    return this.#ask({ method: "POST", path, body: JSON.stringify(body), key }, schema);
  }

  /** Deletes a resource; PayPal answers nothing. */
  async remove(path: string): Promise<ProviderResult<null>> {
    const reply = await this.#reply({ method: "DELETE", path });
    if (reply.outcome !== "done") return reply;
    const limits = { throttleFallbackMs: THROTTLE_FALLBACK_MS, now: Date.now() };
    return readShortfall(reply.value, readPaypalRefusal, limits) ?? { outcome: "done", value: null };
  }

  async #reply(call: Call): Promise<ProviderResult<Exchange>> {
    const first = await this.#send(call, false);
    const isTurnedAway = first.outcome === "done" && first.value.kind === "answer" && first.value.status === 401;
    // Turned away at the door, so nothing was done: a token that was revoked early is worth one new one.
    return isTurnedAway ? this.#send(call, true) : first;
  }

  async #ask<Shape>(call: Call, schema: z.ZodType<Shape>): Promise<ProviderResult<Shape>> {
    const reply = await this.#reply(call);
    if (reply.outcome !== "done") return reply;
    const limits = { throttleFallbackMs: THROTTLE_FALLBACK_MS, now: Date.now() };
    const result = readJson(reply.value, schema, readPaypalRefusal, limits);
    if (result.outcome !== "failed") return result;
    // The first request under this key is still being worked on: what it will come to is open.
    if (result.code === "PREVIOUS_REQUEST_IN_PROGRESS") return { outcome: "unknown", message: result.message };
    return SOFT_ISSUES.has(result.code) ? { ...result, retryable: true } : result;
  }

  async #send({ method, path, body, key }: Call, renewToken: boolean): Promise<ProviderResult<Exchange>> {
    const token = await this.#token(renewToken);
    if (token.outcome === "unknown") {
      // Without a token the call itself was never made.
      return { outcome: "failed", code: "no_token", message: token.message, retryable: true, retryAfterMs: 1000 };
    }
    if (token.outcome === "failed") return token;
    const headers: Record<string, string> = { authorization: `Bearer ${token.value}`, accept: "application/json" };
    if (key !== undefined) headers["paypal-request-id"] = key;
    if (body !== undefined)
      Object.assign(headers, { "content-type": "application/json", prefer: "return=representation" });
    const init: RequestInit = { method, headers, ...(body !== undefined && { body }) };
    const { fetch, timeLimitMs } = this.#config;
    return { outcome: "done", value: await exchange(fetch, `${BASE}${path}`, init, timeLimitMs ?? 8000) };
  }

  async #token(renew: boolean): Promise<ProviderResult<string>> {
    const { clientId, clientSecret, fetch, timeLimitMs } = this.#config;
    const known = this.#tokens.get(clientId);
    if (known !== undefined && !renew && known.usableUntil > Date.now()) return { outcome: "done", value: known.token };
    const headers = {
      authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    };
    const init: RequestInit = { method: "POST", headers, body: "grant_type=client_credentials" };
    const reply = await exchange(fetch, `${BASE}/v1/oauth2/token`, init, timeLimitMs ?? 8000);
    const now = Date.now();
    const limits = { throttleFallbackMs: THROTTLE_FALLBACK_MS, now };
    const answer = readJson(reply, tokenShape, readPaypalRefusal, limits);
    if (answer.outcome !== "done") return answer;
    const { access_token: token, expires_in: seconds } = answer.value;
    this.#tokens.set(clientId, { token, usableUntil: now + seconds * 1000 - TOKEN_MARGIN_MS });
    return { outcome: "done", value: token };
  }
}

interface Call {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: string;
  key?: string;
}
