import { bytesOfBase64 } from "./verification.ts";

/** What a signature is checked with: the certificate's public key (SubjectPublicKeyInfo, DER), and when it is good. */
export interface Certificate {
  spki: Uint8Array<ArrayBuffer>;
  /** Epoch milliseconds, both included. */
  notBefore: number;
  notAfter: number;
}

/** The first certificate of a PEM text; null where there is none that could be read. */
export function readCertificate(pem: string): Certificate | null {
  const base64 = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  const der = base64 === undefined ? null : bytesOfBase64(base64.replace(/\s/g, ""));
  if (der === null) return null;
  // RFC 5280: Certificate ::= { tbsCertificate ::= { [0] version?, serial, signature, issuer, validity, subject, spki, … }, … }
  const [certificate] = partsOf(der, { start: 0, end: der.length });
  const [body] = certificate ? partsOf(der, certificate) : [];
  const parts = body ? partsOf(der, body) : [];
  const [, , , validity, , spki] = parts[0]?.tag === VERSION ? parts.slice(1) : parts;
  const [from, until] = validity ? partsOf(der, validity).map((part) => timeOf(der, part)) : [];
  if (spki?.tag !== SEQUENCE || from == null || until == null) return null;
  return { spki: der.slice(spki.at, spki.end), notBefore: from, notAfter: until };
}

const SEQUENCE = 0x30;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** One element: its tag, where it begins, and where its contents do and end. */
interface Part {
  tag: number;
  at: number;
  start: number;
  end: number;
}

/** The elements within; none where one of them does not fit. */
function partsOf(der: Uint8Array, within: Pick<Part, "start" | "end">): Part[] {
  const parts: Part[] = [];
  for (let at = within.start; at < within.end;) {
    const tag = der[at] ?? 0;
    const first = der[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 3) return [];
    const start = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : der.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    const end = start + length;
    if (end > within.end) return [];
    parts.push({ tag, at, start, end });
    at = end;
  }
  return parts;
}

function timeOf(der: Uint8Array, { tag, start, end }: Part): number | null {
  const text = String.fromCharCode(...der.subarray(start, end));
  // Years of two digits: from 50 on they are of the last century.
  const century = Number(text.slice(0, 2)) >= 50 ? "19" : "20";
  const full = tag === UTC_TIME ? century + text : tag === GENERALIZED_TIME ? text : "";
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
