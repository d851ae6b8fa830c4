import { z } from "zod";
import { crc32 } from "../../platform/crc32.ts";
import { parseJson, type FetchFunction } from "../http.ts";
import type { Certificate } from "./certificate.ts";
import type { PaypalCertificates } from "./paypal-certificates.ts";
import { bytesOfBase64, TOLERANCE_MS, UNREADABLE, type WebhookVerification } from "./verification.ts";

export interface PaypalWebhookConfig {
  /** The id that PayPal gave our webhook; it is part of what is signed. An empty one accepts nothing. */
  webhookId: string;
  /** Gets PayPal's certificates. */
  fetch: FetchFunction;
  /** Outlives the request, so that a certificate is fetched once. */
  certificates: PaypalCertificates;
}

/** What is taken of PayPal's webhook: the event itself is fetched from PayPal before anything follows from it. */
export interface PaypalNotice {
  /** PayPal's id of the event. */
  paypalEventId: string;
}

const noticeShape = z.object({ id: z.string().min(1).max(200) });

/** PayPal sends an event that was not taken again for three days, and does not say that it signs anew. */
const SENT_AGAIN_MS = 3 * 24 * 60 * 60 * 1000 + TOLERANCE_MS;
const CERTIFICATE_HOSTS: ReadonlySet<string> = new Set(["api.paypal.com", "api-m.paypal.com"]);

/**
 * Verifies a PayPal webhook: an RSA signature over the transmission's id and time, our webhook's id and the body's
 * CRC-32, by the certificate at the address that the headers name, which must be PayPal's own. A CRC-32 is easily met by
 * another body, so the transmission's id is what a delivery is known by, and of the body only the event's id is taken.
 */
export async function verifyPaypalWebhook(
  rawBody: string,
  headers: Headers,
  config: PaypalWebhookConfig,
  now: number,
): Promise<WebhookVerification<PaypalNotice>> {
  const [id, time, header, certificateUrl, algorithm] = [
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
  ].map((name) => headers.get(name) ?? "");
  if (!id || !time || !header || !certificateUrl || !algorithm) return { ok: false, reason: "signature_missing" };
  const signature = bytesOfBase64(header);
  const sentAt = Date.parse(time);
  if (signature === null || Number.isNaN(sentAt) || algorithm !== "SHA256withRSA" || !isPaypalAddress(certificateUrl))
    return { ok: false, reason: "signature_malformed" };
  if (config.webhookId === "") return { ok: false, reason: "signature_wrong" };
  // The age first: a certificate is not fetched for what is too old in any case.
  if (sentAt > now + TOLERANCE_MS || sentAt < now - SENT_AGAIN_MS)
    return { ok: false, reason: "timestamp_outside_tolerance" };
  const certificate = await config.certificates.at(certificateUrl, config.fetch, now);
  if (certificate === null) return { ok: false, reason: "certificate_unavailable" };
  if (now < certificate.notBefore || now > certificate.notAfter) return { ok: false, reason: "signature_wrong" };
  const checksum = crc32(new TextEncoder().encode(rawBody));
  if (!(await isSigned(`${id}|${time}|${config.webhookId}|${checksum}`, signature, certificate)))
    return { ok: false, reason: "signature_wrong" };
  const notice = noticeShape.safeParse(parseJson(rawBody));
  return { ok: true, eventId: id, event: notice.success ? { paypalEventId: notice.data.id } : UNREADABLE };
}

/** Only what PayPal itself serves as a certificate of its webhooks is fetched: anyone may send us an address. */
function isPaypalAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, pathname, username, password, search } = new URL(text);
  const isPlain = username === "" && password === "" && search === "";
  return (
    protocol === "https:" &&
    isPlain &&
    CERTIFICATE_HOSTS.has(host) &&
    /^\/v1\/notifications\/certs\/[A-Za-z0-9-]+$/.test(pathname)
  );
}

async function isSigned(message: string, signature: Uint8Array<ArrayBuffer>, { spki }: Certificate): Promise<boolean> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  try {
    const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(message));
  } catch {
    // A key of another kind signs nothing for PayPal.
    return false;
  }
}
