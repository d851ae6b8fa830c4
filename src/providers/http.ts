import { timeout, TimeoutStrategy } from "cockatiel";
import type { z } from "zod";
import type { ProviderResult, ProviderShortfall } from "./outcome.ts";

/** How an adapter reaches its provider: the global `fetch`, a service binding's, or a gated one. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** Reaches the outside as it is, or what stands where it is (locally and in tests). */
export function outsideFetch(simulators?: { fetch: FetchFunction }): FetchFunction {
  return simulators === undefined ? (url, init) => fetch(url, init) : (url, init) => simulators.fetch(url, init);
}

/** Thrown by a gated fetch in place of a call: nothing was sent. */
export class CallHeldBack extends Error {
  readonly code: "provider_unavailable" | "rate_limited";
  readonly retryAfterMs: number;

  constructor(code: "provider_unavailable" | "rate_limited", retryAfterMs: number) {
    super(code === "provider_unavailable" ? "the provider's circuit is open" : "the provider's rate budget is used up");
    this.name = "CallHeldBack";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What came of one exchange: a whole answer, nothing sent, or no whole answer. */
export type Exchange =
  | { kind: "answer"; status: number; headers: Headers; body: string }
  | { kind: "held_back"; cause: CallHeldBack }
  | { kind: "lost"; message: string };

/** One HTTP exchange, its body read to the end, within `timeLimitMs`. Never throws, never follows a redirect. */
export async function exchange(
  fetch: FetchFunction,
  url: string,
  init: RequestInit,
  timeLimitMs: number,
): Promise<Exchange> {
  try {
    return await timeout(timeLimitMs, TimeoutStrategy.Aggressive).execute(async ({ signal }) => {
      const response = await fetch(url, { ...init, signal, redirect: "manual" });
      return { kind: "answer", status: response.status, headers: response.headers, body: await response.text() };
    });
  } catch (error) {
    if (error instanceof CallHeldBack) return { kind: "held_back", cause: error };
    return {
      kind: "lost",
      message:
        error instanceof Error && error.name === "TaskCancelledError" ? "no answer in time" : "the connection failed",
    };
  }
}

/** The result of a call that the gate held back: definite, and worth asking again later. */
export function heldBackResult(cause: CallHeldBack): ProviderShortfall {
  return {
    outcome: "failed",
    code: cause.code,
    message: cause.message,
    retryable: true,
    retryAfterMs: cause.retryAfterMs,
  };
}

/** The result of a call that the provider turned away for coming too often. */
export function throttledResult(retryAfter: string | null, fallbackMs: number, now: number): ProviderShortfall {
  return {
    outcome: "failed",
    code: "rate_limited",
    message: "the provider takes no more calls for now",
    retryable: true,
    retryAfterMs: parseRetryAfter(retryAfter, now) ?? fallbackMs,
  };
}

/** Milliseconds that a `Retry-After` header asks for (seconds or an HTTP date), at most an hour; null where it says nothing. */
export function parseRetryAfter(value: string | null | undefined, now: number): number | null {
  if (value === null || value === undefined || value.trim() === "") return null;
  const seconds = Number(value);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  if (!Number.isFinite(milliseconds)) return null;
  return Math.min(Math.max(milliseconds, 0), 3_600_000);
}

/** What a vendor's refusal (a 4xx other than 429) says, as its own error format has it. */
export type ReadRefusal = (status: number, body: string) => { code: string; message: string };

/**
 * Judges an exchange whose good answer is JSON of this shape: no answer, a server error, a redirect or an
 * unreadable answer leave it unknown; 429 and other 4xx are definite.
 */
export function readJson<Shape>(
  reply: Exchange,
  schema: z.ZodType<Shape>,
  readRefusal: ReadRefusal,
  limits: { throttleFallbackMs: number; now: number },
): ProviderResult<Shape> {
  const shortfall = readShortfall(reply, readRefusal, limits);
  if (shortfall !== null) return shortfall;
  if (reply.kind !== "answer") return { outcome: "unknown", message: "no answer" };
  const parsed = schema.safeParse(parseJson(reply.body));
  if (!parsed.success) return { outcome: "unknown", message: `unreadable answer (${reply.status})` };
  return { outcome: "done", value: parsed.data };
}

/** What keeps an exchange from being a success; null where its status is 2xx. */
export function readShortfall(
  reply: Exchange,
  readRefusal: ReadRefusal,
  limits: { throttleFallbackMs: number; now: number },
): ProviderShortfall | null {
  if (reply.kind === "held_back") return heldBackResult(reply.cause);
  if (reply.kind === "lost") return { outcome: "unknown", message: reply.message };
  const { status } = reply;
  if (status >= 200 && status < 300) return null;
  if (status === 429) return throttledResult(reply.headers.get("retry-after"), limits.throttleFallbackMs, limits.now);
  if (status >= 400 && status < 500 && status !== 408) {
    return { outcome: "failed", retryable: false, ...readRefusal(status, reply.body) };
  }
  return { outcome: "unknown", message: `the provider answered ${status}` };
}

/** The JSON in the text, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
