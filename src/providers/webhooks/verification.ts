import { sha256Hex } from "../../platform/sha256.ts";

/** Why a webhook is not taken. All of them are answered alike: the sender learns nothing from the difference. */
export type WebhookRefusal =
  | "signature_missing"
  | "signature_malformed"
  | "signature_wrong"
  | "timestamp_outside_tolerance"
  /** What it is to be checked with could not be fetched: the sender comes again. */
  | "certificate_unavailable";

/**
 * Stands for an event that its provider has signed and that we can't read. Refusing it would only make the provider send
 * it again for days: it is taken, and a person is told.
 */
export interface UnreadableEvent {
  unreadable: true;
}
export const UNREADABLE: UnreadableEvent = { unreadable: true };

export function isUnreadable(event: unknown): event is UnreadableEvent {
  return typeof event === "object" && event !== null && "unreadable" in event;
}

/** A webhook whose signature was checked before its body was read; `eventId` is the same for every delivery of it. */
export type WebhookVerification<Event> =
  | { ok: true; eventId: string; event: Event | UnreadableEvent }
  | { ok: false; reason: WebhookRefusal };

/** How far a signed timestamp may lie from now, in either direction. */
export const TOLERANCE_MS = 300_000;

/** Whether the moment (epoch milliseconds) is within the tolerance of `now`; a moment that is no number is not. */
export function isWithinTolerance(moment: number, now: number): boolean {
  return Math.abs(now - moment) <= TOLERANCE_MS;
}

/** The bytes of a base64 text; null where it is none. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Checks an HMAC in constant time, whatever the signature's length. An empty secret accepts nothing. */
export async function isHmacOf(
  hash: "SHA-1" | "SHA-256",
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  message: string,
): Promise<boolean> {
  if (secret === "") return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, signature, encoder.encode(message));
}

/** Names a body by its contents, for senders that give a delivery no id: 128 bits in hexadecimal. */
export function idOfBody(prefix: string, rawBody: string): string {
  return prefix + sha256Hex(rawBody).slice(0, 32);
}
