import { createPrivateKey, createSign, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/platform/crc32.ts";
import { readCertificate } from "../../src/providers/webhooks/certificate.ts";
import { PaypalCertificates } from "../../src/providers/webhooks/paypal-certificates.ts";
import { UNREADABLE } from "../../src/providers/webhooks/verification.ts";
import { verifyPaypalWebhook } from "../../src/providers/webhooks/paypal.ts";
import { readVars } from "../simulators/toml-vars.ts";
import { broken, fakeFetch, text, type Reply } from "./fake-fetch.ts";

const vars = readVars("wrangler.simulators.toml");
const fixture = (name: string) => readFileSync(new URL(`../fixtures/paypal/${name}.pem`, import.meta.url), "utf8");
const pemOf = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
const LOCAL_PEM = pemOf(vars["PAYPAL_WEBHOOK_CERTIFICATE"] ?? "");
const LOCAL_KEY = createPrivateKey({
  key: Buffer.from(vars["PAYPAL_WEBHOOK_PRIVATE_KEY"] ?? "", "base64"),
  format: "der",
  type: "pkcs8",
});
const NOW = Date.parse("2026-11-20T12:00:00Z");
const CERTIFICATE_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";

describe("the checksum of a body", () => {
  it.each(["", "123456789", "Grüße, 世界", "x".repeat(10_000)])("is zip's CRC-32 of %j", (body) => {
    expect(crc32(new TextEncoder().encode(body))).toBe(zlibCrc32(body));
  });

  it("is the one that its standard gives as an example", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});

describe("a certificate", () => {
  it.each([
    ["of version 1", LOCAL_PEM],
    ["of version 3", fixture("rsa-v3")],
    ["with an elliptic key", fixture("ec-v3")],
    ["that others follow", `${fixture("rsa-v3")}${fixture("ec-v3")}`],
    ["with the line ends of another system", fixture("rsa-v3").replaceAll("\n", "\r\n")],
  ])("%s is read as Node reads it", (_what, pem) => {
    const { publicKey, validFromDate, validToDate } = new X509Certificate(pem);
    const read = readCertificate(pem);
    expect(Buffer.from(read?.spki ?? []).equals(publicKey.export({ type: "spki", format: "der" }))).toBe(true);
    expect(read).toMatchObject({ notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() });
  });

  it("that is cut short anywhere is none", () => {
    const der = Buffer.from(vars["PAYPAL_WEBHOOK_CERTIFICATE"] ?? "", "base64");
    for (let length = 1; length < der.length; length += 7)
      expect(readCertificate(pemOf(der.subarray(0, length).toString("base64"))), `${length} bytes`).toBeNull();
  });

  it.each(["", "hello", pemOf("AAAA"), pemOf("MA=="), LOCAL_PEM.replace("BEGIN CERTIFICATE", "BEGIN PUBLIC KEY")])(
    "is not to be found in %j",
    (pem) => {
      expect(readCertificate(pem)).toBeNull();
    },
  );
});

describe("a PayPal webhook", () => {
  const webhookId = "WH5KT02386";
  const resource = {
    id: "0CX00000AUTH",
    status: "CREATED",
    amount: { currency_code: "EUR", value: "25.99" },
    custom_id: "ord_1.2",
    supplementary_data: { related_ids: { order_id: "5O190127TN364715T" } },
  };
  const event = {
    id: "WH-1",
    event_version: "1.0",
    create_time: "2026-11-20T11:59:58Z",
    event_type: "PAYMENT.AUTHORIZATION.CREATED",
    resource,
  };
  const BODY = JSON.stringify(event);
  const AT = new Date(NOW).toISOString();
  const sign = (body: string, at = AT, id = webhookId, key = LOCAL_KEY) =>
    createSign("sha256")
      .update(`t-1|${at}|${id}|${zlibCrc32(body)}`)
      .sign(key)
      .toString("base64");
  const headersOf = (change: Record<string, string | null> = {}) => {
    const all: Record<string, string | null> = {
      "PayPal-Transmission-Id": "t-1",
      "PayPal-Transmission-Time": AT,
      "PayPal-Transmission-Sig": sign(BODY),
      "PayPal-Cert-Url": CERTIFICATE_URL,
      "PayPal-Auth-Algo": "SHA256withRSA",
      ...change,
    };
    return new Headers(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null));
  };
  const verify = (
    change: Record<string, string | null> = {},
    { body = BODY, id = webhookId, reply = text(200, LOCAL_PEM) as Reply, now = NOW } = {},
  ) => {
    const { fetch, sent } = fakeFetch(reply);
    const config = { webhookId: id, fetch, certificates: new PaypalCertificates() };
    return verifyPaypalWebhook(body, headersOf(change), config, now).then((result) => ({ result, sent }));
  };
  const refusal = (reason: string) => ({ ok: false, reason });

  it("is known by its transmission, and of its body only the event's id is taken", async () => {
    const { result, sent } = await verify();
    expect(result).toEqual({ ok: true, eventId: "t-1", event: { paypalEventId: "WH-1" } });
    expect(sent.map(({ url }) => url)).toEqual([CERTIFICATE_URL]);
  });

  it("with another body under a captured signature is the same delivery", async () => {
    // Blanks after a JSON text are enough to give it the checksum of another.
    const forged = withChecksum(JSON.stringify({ ...event, id: "WH-2" }), zlibCrc32(BODY));
    expect(zlibCrc32(forged)).toBe(zlibCrc32(BODY));
    const { result } = await verify({}, { body: forged });
    expect(result).toMatchObject({ ok: true, eventId: "t-1" });
  });

  it("has its certificate fetched once", async () => {
    const { fetch, sent } = fakeFetch(text(200, LOCAL_PEM));
    const config = { webhookId, fetch, certificates: new PaypalCertificates() };
    const again = () => verifyPaypalWebhook(BODY, headersOf(), config, NOW);
    expect([await again(), await again()]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(sent).toHaveLength(1);
  });

  it("has no certificate fetched again within a minute after that failed", async () => {
    const { fetch, sent } = fakeFetch(broken, text(200, LOCAL_PEM));
    const config = { webhookId, fetch, certificates: new PaypalCertificates() };
    const at = (now: number) => verifyPaypalWebhook(BODY, headersOf(), config, now);
    for (const now of [NOW, NOW + 1, NOW + 59_999]) expect(await at(now)).toEqual(refusal("certificate_unavailable"));
    expect(sent).toHaveLength(1);
    expect(await at(NOW + 60_001)).toMatchObject({ ok: true });
  });

  it("forged with ever new certificates has few of them fetched, and keeps no known one from being used", async () => {
    const { fetch, sent } = fakeFetch(text(200, LOCAL_PEM), ...Array.from({ length: 50 }, () => text(404, "")));
    const config = { webhookId, fetch, certificates: new PaypalCertificates() };
    expect(await verifyPaypalWebhook(BODY, headersOf(), config, NOW)).toMatchObject({ ok: true });
    for (let n = 0; n < 50; n += 1) {
      const headers = headersOf({ "PayPal-Cert-Url": `https://api.paypal.com/v1/notifications/certs/CERT-${n}` });
      expect(await verifyPaypalWebhook(BODY, headers, config, NOW)).toEqual(refusal("certificate_unavailable"));
    }
    expect(sent.length).toBeLessThanOrEqual(10);
    expect(await verifyPaypalWebhook(BODY, headersOf(), config, NOW)).toMatchObject({ ok: true });
  });

  it("that is repeated has the same id, also days later", async () => {
    const { result } = await verify({}, { now: NOW + 3 * 24 * 3_600_000 });
    expect(result).toMatchObject({ ok: true, eventId: "t-1" });
  });

  it.each([
    "PayPal-Transmission-Id",
    "PayPal-Transmission-Time",
    "PayPal-Transmission-Sig",
    "PayPal-Cert-Url",
    "PayPal-Auth-Algo",
  ])("is refused without %s, and nothing is fetched for it", async (name) => {
    for (const value of [null, ""]) {
      const { result, sent } = await verify({ [name]: value });
      expect(result).toEqual(refusal("signature_missing"));
      expect(sent).toEqual([]);
    }
  });

  it.each([
    ["a signature that is no base64", { "PayPal-Transmission-Sig": "%%%" }],
    ["a time that is none", { "PayPal-Transmission-Time": "soon" }],
    ["another algorithm", { "PayPal-Auth-Algo": "SHA1withRSA" }],
    ["a certificate of somebody else", { "PayPal-Cert-Url": "https://evil.example/v1/notifications/certs/CERT-1" }],
    [
      "a certificate of somebody who looks alike",
      { "PayPal-Cert-Url": "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1" },
    ],
    [
      "a certificate behind PayPal's name",
      { "PayPal-Cert-Url": "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1" },
    ],
    [
      "a certificate of the sandbox",
      { "PayPal-Cert-Url": "https://api.sandbox.paypal.com/v1/notifications/certs/C-1" },
    ],
    [
      "a certificate at another port",
      { "PayPal-Cert-Url": "https://api.paypal.com:444/v1/notifications/certs/CERT-1" },
    ],
    ["a certificate in the clear", { "PayPal-Cert-Url": "http://api.paypal.com/v1/notifications/certs/CERT-1" }],
    ["another page of PayPal's", { "PayPal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/../x" }],
    ["an address that is none", { "PayPal-Cert-Url": "CERT-1" }],
  ])("is refused with %s, and nothing is fetched for it", async (_what, change) => {
    const { result, sent } = await verify(change);
    expect(result).toEqual(refusal("signature_malformed"));
    expect(sent).toEqual([]);
  });

  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  it.each([
    ["a signature that is too short", { "PayPal-Transmission-Sig": sign(BODY).slice(0, 40) }],
    [
      "a signature that is too long",
      {
        "PayPal-Transmission-Sig": Buffer.concat([Buffer.from(sign(BODY), "base64"), Buffer.from([0])]).toString(
          "base64",
        ),
      },
    ],
    ["somebody else's signature", { "PayPal-Transmission-Sig": sign(BODY, AT, webhookId, stranger) }],
    ["another webhook's signature", { "PayPal-Transmission-Sig": sign(BODY, AT, "WHOTHER") }],
    ["another body's signature", { "PayPal-Transmission-Sig": sign("{}") }],
    ["another time than was signed", { "PayPal-Transmission-Time": new Date(NOW + 1000).toISOString() }],
    ["another transmission than was signed", { "PayPal-Transmission-Id": "t-2" }],
  ])("is refused with %s", async (_what, change) => {
    expect((await verify(change)).result).toEqual(refusal("signature_wrong"));
  });

  it("is refused where we have no webhook, or the certificate is of another kind or time", async () => {
    const empty = { "PayPal-Transmission-Sig": sign(BODY, AT, "") };
    expect((await verify(empty, { id: "" })).result).toEqual(refusal("signature_wrong"));
    const elliptic = await verify({}, { reply: text(200, fixture("ec-v3")), now: NOW + 24 * 3_600_000 * 2 });
    expect(elliptic.result).toEqual(refusal("signature_wrong"));
    const late = "2121-01-01T00:00:00Z";
    const change = { "PayPal-Transmission-Time": late, "PayPal-Transmission-Sig": sign(BODY, late) };
    expect((await verify(change, { now: Date.parse(late) })).result).toEqual(refusal("signature_wrong"));
  });

  it.each([
    ["does not answer", broken],
    ["answers an error", text(503, LOCAL_PEM)],
    ["answers something else", text(200, "<html>")],
  ])("is not taken while PayPal's certificate %s", async (_what, reply) => {
    expect((await verify({}, { reply })).result).toEqual(refusal("certificate_unavailable"));
  });

  it("is refused when it is older than PayPal repeats events, or of the future", async () => {
    const [old, future] = [NOW - 3 * 24 * 3_600_000 - 301_000, NOW + 301_000].map((at) => new Date(at).toISOString());
    for (const at of [old, future]) {
      const change = { "PayPal-Transmission-Time": at ?? "", "PayPal-Transmission-Sig": sign(BODY, at) };
      const { result, sent } = await verify(change);
      expect(result).toEqual(refusal("timestamp_outside_tolerance"));
      expect(sent, "no certificate is fetched for it").toEqual([]);
    }
  });

  it.each(["nonsense", "[]", '{"id":""}', '{"id":7}'])(
    "is taken as unreadable when what was signed is %s",
    async (body) => {
      const { result } = await verify({ "PayPal-Transmission-Sig": sign(body) }, { body });
      expect(result).toEqual({ ok: true, eventId: "t-1", event: UNREADABLE });
    },
  );
});

/** The JSON text with blanks after it, chosen so that its CRC-32 is the one wanted. */
function withChecksum(text: string, wanted: number): string {
  const before = zlibCrc32(text);
  // CRC-32 is affine over GF(2): a tab in place of a blank flips the same bits whatever the other places hold.
  const places = 64;
  const base = zlibCrc32(" ".repeat(places), before);
  const flips = Array.from({ length: places }, (_, place) => {
    const one = `${" ".repeat(place)}\t${" ".repeat(places - place - 1)}`;
    return zlibCrc32(one, before) ^ base;
  });
  const chosen = solve(flips, wanted ^ base);
  return text + Array.from({ length: places }, (_, place) => (chosen.has(place) ? "\t" : " ")).join("");
}

/** Which of the vectors over GF(2) add up to the one wanted. */
function solve(vectors: readonly number[], wanted: number): Set<number> {
  const basis: { vector: number; of: Set<number> }[] = [];
  const reduce = (vector: number, of: Set<number>) => {
    for (const row of basis)
      if ((vector ^ row.vector) >>> 0 < vector >>> 0) {
        vector ^= row.vector;
        of = symmetric(of, row.of);
      }
    return { vector, of };
  };
  for (const [index, vector] of vectors.entries()) {
    const row = reduce(vector, new Set([index]));
    if (row.vector === 0) continue;
    basis.push(row);
    basis.sort((a, b) => (b.vector >>> 0) - (a.vector >>> 0));
  }
  const { vector, of } = reduce(wanted, new Set());
  if (vector !== 0) throw new Error("no combination gives this checksum");
  return of;
}

function symmetric(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...[...a].filter((one) => !b.has(one)), ...[...b].filter((one) => !a.has(one))]);
}
