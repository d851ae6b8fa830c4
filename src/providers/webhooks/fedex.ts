import type { TrackingSnapshot } from "../carrier.ts";
import { trackingSnapshotOf, trackResultShape } from "../fedex-parse.ts";
import { parseJson } from "../http.ts";
import { bytesOfBase64, idOfBody, isHmacOf, UNREADABLE, type WebhookVerification } from "./verification.ts";

/**
 * Verifies a pushed FedEx tracking event: base64 HMAC-SHA256 of the body under the security token that was agreed.
 * FedEx signs no time; a repeated delivery has the same event id, because it has the same body.
 */
export async function verifyFedexWebhook(
  rawBody: string,
  headers: Headers,
  secret: string,
): Promise<WebhookVerification<TrackingSnapshot>> {
  const header = headers.get("fdx-signature");
  if (!header) return { ok: false, reason: "signature_missing" };
  const signature = bytesOfBase64(header);
  if (signature === null) return { ok: false, reason: "signature_malformed" };
  if (!(await isHmacOf("SHA-256", secret, signature, rawBody))) return { ok: false, reason: "signature_wrong" };
  const parsed = trackResultShape.safeParse(parseJson(rawBody));
  const event = parsed.success ? trackingSnapshotOf(parsed.data) : null;
  return { ok: true, eventId: idOfBody("fdx_", rawBody), event: event ?? UNREADABLE };
}
