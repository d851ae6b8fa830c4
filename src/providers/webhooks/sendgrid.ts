import { z } from "zod";
import { parseJson } from "../http.ts";
import { bytesOfBase64, idOfBody, isWithinTolerance, UNREADABLE, type WebhookVerification } from "./verification.ts";

const eventShape = z.looseObject({
  event: z.string().min(1),
  timestamp: z.number(),
  sg_event_id: z.string().min(1),
  sg_message_id: z.string().nullish(),
  reference: z.string().nullish(),
  reason: z.string().nullish(),
});
/** Each event is read by itself: one that can't be read must not keep the others from being taken. */
const batchShape = z.array(z.unknown()).min(1).max(10_000);
/** The kind of an event that can't be read. */
export const UNREADABLE_KIND = "unreadable";

/** One thing that happened to a mail. */
export interface SendgridEvent {
  id: string;
  kind: string;
  /** Epoch milliseconds. */
  at: number;
  /** As sending answered it; null where the event names none. */
  messageId: string | null;
  /** Our reference, which travelled with the mail. */
  reference: string | null;
  reason: string | null;
}

const COORDINATE_BYTES = 32;

/**
 * Verifies a batch of SendGrid events: an ECDSA P-256 signature over timestamp and body.
 * `publicKey` is the base64 SPKI that SendGrid shows in its settings.
 */
export async function verifySendgridWebhook(
  rawBody: string,
  headers: Headers,
  publicKey: string,
  now: number,
): Promise<WebhookVerification<SendgridEvent[]>> {
  const signature = headers.get("x-twilio-email-event-webhook-signature");
  const timestamp = headers.get("x-twilio-email-event-webhook-timestamp");
  if (!signature || !timestamp) return { ok: false, reason: "signature_missing" };
  const der = bytesOfBase64(signature);
  const raw = der === null ? null : rawSignatureOf(der);
  if (raw === null || !/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: "signature_malformed" };
  const spki = bytesOfBase64(publicKey);
  if (spki === null || !(await isSignedBy(spki, raw, timestamp + rawBody)))
    return { ok: false, reason: "signature_wrong" };
  if (!isWithinTolerance(Number(timestamp) * 1000, now)) return { ok: false, reason: "timestamp_outside_tolerance" };
  const parsed = batchShape.safeParse(parseJson(rawBody));
  const eventId = idOfBody("sgb_", rawBody);
  return { ok: true, eventId, event: parsed.success ? parsed.data.map(eventOf) : UNREADABLE };
}

function eventOf(raw: unknown, index: number): SendgridEvent {
  const read = eventShape.safeParse(raw);
  if (!read.success)
    return { id: `unreadable:${index}`, kind: UNREADABLE_KIND, at: 0, messageId: null, reference: null, reason: null };
  const { sg_event_id: id, event: kind, timestamp, sg_message_id: messageId, reference, reason } = read.data;
  return {
    id,
    kind,
    at: timestamp * 1000,
    messageId: messageId?.split(".")[0] ?? null,
    reference: reference ?? null,
    reason: reason ?? null,
  };
}

async function isSignedBy(
  spki: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  message: string,
): Promise<boolean> {
  try {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      signature,
      new TextEncoder().encode(message),
    );
  } catch {
    return false;
  }
}

/** WebCrypto wants r and s side by side; the wire has them as a DER sequence of two integers. */
function rawSignatureOf(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = integerAt(der, 2);
  if (r === null) return null;
  const s = integerAt(der, r.end);
  if (s === null || s.end !== der.length) return null;
  const raw = new Uint8Array(2 * COORDINATE_BYTES);
  raw.set(r.bytes, COORDINATE_BYTES - r.bytes.length);
  raw.set(s.bytes, 2 * COORDINATE_BYTES - s.bytes.length);
  return raw;
}

function integerAt(der: Uint8Array, offset: number): { bytes: Uint8Array; end: number } | null {
  const length = der[offset + 1];
  if (der[offset] !== 0x02 || length === undefined || length === 0) return null;
  const end = offset + 2 + length;
  if (end > der.length) return null;
  const withSign = der.subarray(offset + 2, end);
  const bytes = withSign[0] === 0 ? withSign.subarray(1) : withSign;
  return bytes.length > COORDINATE_BYTES ? null : { bytes, end };
}
