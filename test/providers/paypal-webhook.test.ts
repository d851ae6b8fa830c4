import { createPrivateKey, createSign, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/platform/crc32.ts";
import { readCertificate, type Certificate } from "../../src/providers/webhooks/certificate.ts";
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
    const config = { webhookId: id, fetch, certificates: new Map<string, Certificate>() };
    return verifyPaypalWebhook(body, headersOf(change), config, now).then((result) => ({ result, sent }));
  };
  const refusal = (reason: string) => ({ ok: false, reason });

  it("is taken with its id and what it is about", async () => {
    const { result, sent } = await verify();
    expect(result).toEqual({
      ok: true,
      eventId: "WH-1",
      event: {
        type: "PAYMENT.AUTHORIZATION.CREATED",
        status: "authorized",
        createdAt: Date.parse("2026-11-20T11:59:58Z"),
        intentId: "5O190127TN364715T",
        orderId: "ord_1",
        payment: 2,
        amount: { amount: 2599, currency: "EUR" },
      },
    });
    expect(sent.map(({ url }) => url)).toEqual([CERTIFICATE_URL]);
  });

  it("about a dispute names it, although disputes have no id of the usual name", async () => {
    const body = JSON.stringify({
      ...event,
      event_type: "CUSTOMER.DISPUTE.CREATED",
      resource_type: "dispute",
      resource: {
        dispute_id: "PP-000-042-663-135",
        disputed_transactions: [{ seller_transaction_id: "00D10444LD479031K" }],
        dispute_amount: { currency_code: "USD", value: "3.00" },
        status: "OPEN",
      },
    });
    const { result } = await verify({ "PayPal-Transmission-Sig": sign(body) }, { body });
    expect(result).toMatchObject({
      ok: true,
      event: { disputeId: "PP-000-042-663-135", intentId: null, status: null },
    });
  });

  it("has its certificate fetched once, and again only where that failed", async () => {
    const { fetch, sent } = fakeFetch(broken, text(200, LOCAL_PEM));
    const config = { webhookId, fetch, certificates: new Map<string, Certificate>() };
    const again = () => verifyPaypalWebhook(BODY, headersOf(), config, NOW);
    expect(await again()).toEqual(refusal("certificate_unavailable"));
    expect([await again(), await again()]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(sent).toHaveLength(2);
  });

  it("that is repeated has the same id, also days later", async () => {
    const { result } = await verify({}, { now: NOW + 3 * 24 * 3_600_000 });
    expect(result).toMatchObject({ ok: true, eventId: "WH-1" });
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
    expect((await verify({}, { now: Date.parse("2121-01-01T00:00:00Z") })).result).toEqual(refusal("signature_wrong"));
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
      expect((await verify(change)).result).toEqual(refusal("timestamp_outside_tolerance"));
    }
  });

  it.each(["nonsense", "[]", '{"id":"WH-1"}'])("is refused when what was signed is %s", async (body) => {
    const { result } = await verify({ "PayPal-Transmission-Sig": sign(body) }, { body });
    expect(result).toEqual(refusal("payload_unreadable"));
  });

  it("of an order names it, and one that is about no payment of ours names none", async () => {
    const approved = JSON.stringify({
      ...event,
      event_type: "CHECKOUT.ORDER.APPROVED",
      resource: { id: "5O1", status: "APPROVED", purchase_units: [{ custom_id: "ord_1.1" }] },
    });
    const about = async (body: string) => (await verify({ "PayPal-Transmission-Sig": sign(body) }, { body })).result;
    expect(await about(approved)).toMatchObject({
      ok: true,
      event: { intentId: "5O1", orderId: "ord_1", payment: 1, status: null, amount: null },
    });
    const other = JSON.stringify({ ...event, event_type: "CUSTOMER.DISPUTE.CREATED", resource: { id: "PP-D-1" } });
    expect(await about(other)).toMatchObject({ ok: true, event: { intentId: null, orderId: null, payment: null } });
  });
});
