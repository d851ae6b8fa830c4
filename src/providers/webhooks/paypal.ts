import { z } from "zod";
import type { Money } from "../../domain/money.ts";
import { crc32 } from "../../platform/crc32.ts";
import { exchange, parseJson, type FetchFunction } from "../http.ts";
import type { PaymentSnapshot } from "../payment.ts";
import { readAmount, readPaypalReference } from "../paypal-parse.ts";
import { readCertificate, type Certificate } from "./certificate.ts";
import { bytesOfBase64, TOLERANCE_MS, type WebhookVerification } from "./verification.ts";

export interface PaypalWebhookConfig {
  /** The id that PayPal gave our webhook; it is part of what is signed. An empty one accepts nothing. */
  webhookId: string;
  /** Gets PayPal's certificates. */
  fetch: FetchFunction;
  /** Outlives the request, so that a certificate is fetched once; keyed by its address. */
  certificates: Map<string, Certificate>;
}

/** What a PayPal event is about. It is a hint: the truth is `retrieve`d. */
export interface PaypalEvent {
  type: string;
  /** What it says has become of the payment; null where its type does not say all of it. */
  status: PaymentSnapshot["status"] | null;
  /** Epoch milliseconds. */
  createdAt: number;
  /** PayPal's order; null where the event does not name it. */
  intentId: string | null;
  orderId: string | null;
  /** The number of the payment within the order; null where the event carries no reference of ours. */
  payment: number | null;
  /** The amount of the object that the event is about. */
  amount: Money | null;
  /** The dispute that the event is about, if it is about one. */
  disputeId?: string;
}

const eventShape = z.object({
  id: z.string().min(1),
  event_type: z.string().min(1),
  create_time: z.string(),
  // Disputes have no id of that name, but one of their own.
  resource: z.union([z.looseObject({ id: z.string().min(1) }), z.looseObject({ dispute_id: z.string().min(1) })]),
});

const orderShape = z.object({ id: z.string(), purchase_units: z.array(z.object({ custom_id: z.string().nullish() })) });
const paymentShape = z.object({
  custom_id: z.string().nullish(),
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().nullish() }).nullish() }).nullish(),
});

const STATUS_OF_TYPE: Readonly<Record<string, PaymentSnapshot["status"]>> = {
  "PAYMENT.AUTHORIZATION.CREATED": "authorized",
  "PAYMENT.AUTHORIZATION.VOIDED": "voided",
  "PAYMENT.CAPTURE.COMPLETED": "captured",
};

/** PayPal sends an event that was not taken again for three days, and does not say that it signs anew. */
const SENT_AGAIN_MS = 3 * 24 * 60 * 60 * 1000 + TOLERANCE_MS;
const CERTIFICATE_HOSTS: ReadonlySet<string> = new Set(["api.paypal.com", "api-m.paypal.com"]);
const CERTIFICATE_LIMIT_MS = 3000;
const MOST_CERTIFICATES = 16;

/**
 * Verifies a PayPal webhook without asking PayPal: an RSA signature over the transmission's id and time, our webhook's
 * id and the body's CRC-32, by the certificate at the address that the headers name, which must be PayPal's own.
 * A delivery may be repeated: it has the same event id.
 */
export async function verifyPaypalWebhook(
  rawBody: string,
  headers: Headers,
  config: PaypalWebhookConfig,
  now: number,
): Promise<WebhookVerification<PaypalEvent>> {
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
  const certificate = await certificateAt(certificateUrl, config);
  if (certificate === null) return { ok: false, reason: "certificate_unavailable" };
  if (now < certificate.notBefore || now > certificate.notAfter) return { ok: false, reason: "signature_wrong" };
  const checksum = crc32(new TextEncoder().encode(rawBody));
  if (!(await isSigned(`${id}|${time}|${config.webhookId}|${checksum}`, signature, certificate)))
    return { ok: false, reason: "signature_wrong" };
  if (sentAt > now + TOLERANCE_MS || sentAt < now - SENT_AGAIN_MS)
    return { ok: false, reason: "timestamp_outside_tolerance" };
  const parsed = eventShape.safeParse(parseJson(rawBody));
  return parsed.success
    ? { ok: true, eventId: parsed.data.id, event: eventOf(parsed.data) }
    : { ok: false, reason: "payload_unreadable" };
}

function eventOf({ event_type: type, create_time, resource }: z.infer<typeof eventShape>): PaypalEvent {
  const order = orderShape.safeParse(resource);
  const about = paymentShape.safeParse(resource);
  const payment = about.success ? about.data : null;
  const reference = order.success ? order.data.purchase_units[0]?.custom_id : payment?.custom_id;
  const ours = readPaypalReference(reference);
  return {
    type,
    status: STATUS_OF_TYPE[type] ?? null,
    createdAt: Date.parse(create_time) || 0,
    intentId: order.success ? order.data.id : (payment?.supplementary_data?.related_ids?.order_id ?? null),
    orderId: ours?.orderId ?? null,
    payment: ours?.payment ?? null,
    amount: readAmount(resource),
    ...(type.startsWith("CUSTOMER.DISPUTE.") &&
      "dispute_id" in resource &&
      typeof resource.dispute_id === "string" && { disputeId: resource.dispute_id }),
  };
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

async function certificateAt(url: string, { fetch, certificates }: PaypalWebhookConfig): Promise<Certificate | null> {
  const known = certificates.get(url);
  if (known !== undefined) return known;
  const reply = await exchange(fetch, url, { method: "GET" }, CERTIFICATE_LIMIT_MS);
  const certificate = reply.kind === "answer" && reply.status === 200 ? readCertificate(reply.body) : null;
  if (certificate === null) return null;
  const [oldest] = certificates.keys();
  if (certificates.size >= MOST_CERTIFICATES && oldest !== undefined) certificates.delete(oldest);
  certificates.set(url, certificate);
  return certificate;
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
