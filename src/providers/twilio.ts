import { sha256 } from "../platform/sha256.ts";
import { z } from "zod";
import { exchange, parseJson, readJson, type FetchFunction } from "./http.ts";
import type { SmsMessage, SmsProvider } from "./message.ts";
import type { ProviderResult } from "./outcome.ts";

export interface TwilioConfig {
  accountSid: string;
  authToken: string;
  /** E.164 number that messages come from. */
  from: string;
  /** Where Twilio posts what became of a message; the reference is added to its query. */
  statusCallback: string;
  fetch: FetchFunction;
  /** Milliseconds a call may take; 8,000 where nothing is said. */
  timeLimitMs?: number;
}

const THROTTLE_FALLBACK_MS = 2000;
const DAY_MS = 86_400_000;
const MARK_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MARK_LENGTH = 8;

const errorShape = z.object({ code: z.number().int(), message: z.string() });
const messageShape = z.object({ sid: z.string().min(1), body: z.string().nullish() });
const listShape = z.object({ messages: z.array(messageShape) });

/** Twilio's Messages resource. */
export class TwilioSms implements SmsProvider {
  readonly name = "twilio";
  readonly #config: TwilioConfig;

  constructor(config: TwilioConfig) {
    this.#config = config;
  }

  async send(message: SmsMessage): Promise<ProviderResult<{ messageId: string }>> {
    const callback = new URL(this.#config.statusCallback);
    callback.searchParams.set("reference", message.reference);
    const form = new URLSearchParams({
      To: message.to,
      From: this.#config.from,
      Body: `${message.text}\n${markLine(message.reference)}`,
      StatusCallback: callback.toString(),
    });
    const reply = await this.#call("POST", "", form);
    const sent = readJson(reply, messageShape, readRefusal, {
      throttleFallbackMs: THROTTLE_FALLBACK_MS,
      now: Date.now(),
    });
    return sent.outcome === "done" ? { outcome: "done", value: { messageId: sent.value.sid } } : sent;
  }

  async findByReference(reference: string, to: string): Promise<ProviderResult<{ messageId: string } | null>> {
    const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
    const query = new URLSearchParams({ To: to, "DateSent>": yesterday, PageSize: "500" });
    const reply = await this.#call("GET", `?${query.toString()}`);
    const page = readJson(reply, listShape, readRefusal, { throttleFallbackMs: THROTTLE_FALLBACK_MS, now: Date.now() });
    if (page.outcome !== "done") return page;
    const mark = markLine(reference);
    const found = page.value.messages.find(({ body }) => body?.trimEnd().endsWith(mark));
    return { outcome: "done", value: found === undefined ? null : { messageId: found.sid } };
  }

  #call(method: "GET" | "POST", query: string, form?: URLSearchParams): ReturnType<typeof exchange> {
    const { accountSid, authToken, fetch, timeLimitMs } = this.#config;
    const headers: Record<string, string> = {
      authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
      accept: "application/json",
    };
    if (form !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
    const url = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json${query}`;
    const init: RequestInit = form === undefined ? { method, headers } : { method, headers, body: form.toString() };
    return exchange(fetch, url, init, timeLimitMs ?? 8000);
  }
}

/** Twilio keeps no reference of ours with a message, so the text itself carries one that a person can read out. */
function markLine(reference: string): string {
  const mark = Array.from(sha256(reference).subarray(0, MARK_LENGTH), (byte) => MARK_ALPHABET.charAt(byte & 31)).join(
    "",
  );
  return `Ref ${mark}`;
}

function readRefusal(status: number, body: string): { code: string; message: string } {
  const parsed = errorShape.safeParse(parseJson(body));
  return parsed.success
    ? { code: `twilio_${parsed.data.code}`, message: parsed.data.message }
    : { code: `http_${status}`, message: `refused with ${status}` };
}
