import { bytesOfBase64, idOfBody, isHmacOf, UNREADABLE, type WebhookVerification } from "./verification.ts";

/** What became of a text message. */
export interface TwilioEvent {
  messageId: string;
  /** Twilio's word: queued, sent, delivered, undelivered, failed … */
  status: string;
  /** Our reference, from the callback's own address; null where there is none. */
  reference: string | null;
  /** Twilio's error code, where the message failed. */
  errorCode: string | null;
}

/**
 * Verifies a Twilio status callback: HMAC-SHA1 over the address it was sent to, as Twilio was given it, and the sorted
 * parameters. Twilio signs no time; a repeated delivery has the same event id.
 */
export async function verifyTwilioWebhook(
  rawBody: string,
  headers: Headers,
  secrets: { authToken: string; url: string },
): Promise<WebhookVerification<TwilioEvent>> {
  const header = headers.get("x-twilio-signature");
  if (!header) return { ok: false, reason: "signature_missing" };
  const signature = bytesOfBase64(header);
  if (signature === null) return { ok: false, reason: "signature_malformed" };
  const parameters = new URLSearchParams(rawBody);
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const signed = secrets.url + sorted.map(([name, value]) => name + value).join("");
  if (!(await isHmacOf("SHA-1", secrets.authToken, signature, signed))) return { ok: false, reason: "signature_wrong" };
  const messageId = parameters.get("MessageSid");
  const status = parameters.get("MessageStatus");
  if (!messageId || !status || !URL.canParse(secrets.url))
    return { ok: true, eventId: idOfBody("twl_", signed), event: UNREADABLE };
  const reference = new URL(secrets.url).searchParams.get("reference");
  return {
    ok: true,
    eventId: `${messageId}:${status}`,
    event: { messageId, status, reference, errorCode: parameters.get("ErrorCode") },
  };
}
