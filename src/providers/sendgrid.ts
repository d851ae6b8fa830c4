import { z } from "zod";
import { asciiEmail } from "../domain/email.ts";
import { exchange, parseJson, readJson, readShortfall, type FetchFunction } from "./http.ts";
import type { MailMessage, MailProvider } from "./message.ts";
import type { ProviderResult } from "./outcome.ts";

export interface SendgridConfig {
  apiKey: string;
  from: { email: string; name: string };
  fetch: FetchFunction;
  /** Milliseconds a call may take; 8,000 where nothing is said. */
  timeLimitMs?: number;
}

const BASE = "https://api.sendgrid.com/v3";
const THROTTLE_FALLBACK_MS = 5000;

const errorsShape = z.object({
  errors: z.array(z.object({ message: z.string(), field: z.string().nullish() })).min(1),
});
const activityShape = z.object({ messages: z.array(z.object({ msg_id: z.string().min(1) })) });

/** SendGrid's v3 API. Looking a mail up needs the account's Email Activity history. */
export class SendgridMail implements MailProvider {
  readonly name = "sendgrid";
  readonly #config: SendgridConfig;

  constructor(config: SendgridConfig) {
    this.#config = config;
  }

  async send(message: MailMessage): Promise<ProviderResult<{ messageId: string }>> {
    const email = asciiEmail(message.to.email);
    if (email === null)
      return {
        outcome: "failed",
        code: "recipient_not_ascii",
        message: "SendGrid takes only ASCII before the @ of an address",
        retryable: false,
      };
    const reply = await this.#call("POST", "/mail/send", {
      personalizations: [{ to: [{ ...message.to, email }], custom_args: { reference: message.reference } }],
      from: this.#config.from,
      subject: message.subject,
      content: [
        { type: "text/plain", value: message.text },
        { type: "text/html", value: message.html },
      ],
      ...(message.unsubscribeUrl !== undefined && { headers: unsubscribeHeaders(message.unsubscribeUrl) }),
      // Rewritten links and a tracking pixel would tell SendGrid what our customers open.
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
    const shortfall = readShortfall(reply, readRefusal, { throttleFallbackMs: THROTTLE_FALLBACK_MS, now: Date.now() });
    if (shortfall !== null) return shortfall;
    const messageId = reply.kind === "answer" ? reply.headers.get("x-message-id") : null;
    return messageId
      ? { outcome: "done", value: { messageId } }
      : { outcome: "unknown", message: "an answer without a message id" };
  }

  async findByReference(reference: string): Promise<ProviderResult<{ messageId: string } | null>> {
    const query = `(unique_args['reference']="${reference.replace(/["'\\]/g, "")}")`;
    const reply = await this.#call("GET", `/messages?limit=1&query=${encodeURIComponent(query)}`);
    const found = readJson(reply, activityShape, readRefusal, {
      throttleFallbackMs: THROTTLE_FALLBACK_MS,
      now: Date.now(),
    });
    if (found.outcome !== "done") return found;
    const first = found.value.messages[0];
    // The activity feed appends the mail server's own name to the id that sending answered with.
    return {
      outcome: "done",
      value: first === undefined ? null : { messageId: first.msg_id.split(".")[0] ?? first.msg_id },
    };
  }

  #call(method: "GET" | "POST", path: string, body?: unknown): ReturnType<typeof exchange> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#config.apiKey}`,
      accept: "application/json",
    };
    if (body !== undefined) headers["content-type"] = "application/json";
    const init: RequestInit =
      body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return exchange(this.#config.fetch, `${BASE}${path}`, init, this.#config.timeLimitMs ?? 8000);
  }
}

/** RFC 2369 and RFC 8058: a mail program's own button unsubscribes without opening a page. */
function unsubscribeHeaders(url: string): Record<string, string> {
  return { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
}

function readRefusal(status: number, body: string): { code: string; message: string } {
  const parsed = errorsShape.safeParse(parseJson(body));
  const first = parsed.success ? parsed.data.errors[0] : undefined;
  return {
    code: first?.field ? `invalid_${first.field}` : `http_${status}`,
    message: first?.message ?? `refused with ${status}`,
  };
}
