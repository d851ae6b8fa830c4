import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyFedexWebhook } from "../../src/providers/webhooks/fedex.ts";
import { UNREADABLE_KIND, verifySendgridWebhook } from "../../src/providers/webhooks/sendgrid.ts";
import { verifyStripeWebhook } from "../../src/providers/webhooks/stripe.ts";
import { verifyTwilioWebhook } from "../../src/providers/webhooks/twilio.ts";
import { UNREADABLE } from "../../src/providers/webhooks/verification.ts";
import fixtures from "../fixtures/stripe/resources.json" with { type: "json" };

const NOW = Date.parse("2026-11-20T12:00:00Z");
const SECOND = NOW / 1000;

describe("a Stripe webhook", () => {
  const secret = "whsec_bG9jYWw=";
  const intent = { ...fixtures.resources.payment_intent, metadata: { order_id: "ord_1" } };
  const body = JSON.stringify({
    ...fixtures.resources.event,
    id: "evt_1",
    created: SECOND,
    type: "payment_intent.succeeded",
    data: { object: intent },
  });
  const signatureOf = (text: string, at = SECOND, by = secret) =>
    createHmac("sha256", by).update(`${at}.${text}`).digest("hex");
  const verify = (header: string | null, text = body, by = secret) =>
    verifyStripeWebhook(text, new Headers(header === null ? {} : { "stripe-signature": header }), by, NOW);

  it("is taken with its id and what it is about", async () => {
    expect(await verify(`t=${SECOND},v1=${signatureOf(body)}`)).toEqual({
      ok: true,
      eventId: "evt_1",
      event: {
        type: "payment_intent.succeeded",
        status: "captured",
        createdAt: NOW,
        intentId: intent.id,
        orderId: "ord_1",
        payment: null,
        amount: { amount: 1099, currency: "USD" },
      },
    });
  });

  it("is taken while the secret is being rolled, when one of several signatures fits", async () => {
    expect(await verify(`t=${SECOND},v1=${"0".repeat(64)},v1=${signatureOf(body)}`)).toMatchObject({ ok: true });
  });

  it("finds the payment of a charge", async () => {
    const charge = { ...fixtures.resources.charge, payment_intent: "pi_7" };
    const about = JSON.stringify({
      ...fixtures.resources.event,
      id: "evt_2",
      type: "charge.refunded",
      data: { object: charge },
    });
    expect(await verify(`t=${SECOND},v1=${signatureOf(about)}`, about)).toMatchObject({
      ok: true,
      event: { intentId: "pi_7", orderId: null, status: null },
    });
  });

  it.each([
    ["no header", null, "signature_missing"],
    ["an empty header", "", "signature_missing"],
    ["a header without a time", `v1=${signatureOf(body)}`, "signature_malformed"],
    ["nonsense", "hello", "signature_malformed"],
    [
      "a second time, of which one is old",
      `t=${SECOND - 86_400},t=${SECOND},v1=${signatureOf(body, SECOND - 86_400)}`,
      "signature_malformed",
    ],
    [
      "a second time, of which one is old, the other way round",
      `t=${SECOND},t=${SECOND - 86_400},v1=${signatureOf(body, SECOND - 86_400)}`,
      "signature_malformed",
    ],
    ["a time twice", `t=${SECOND},v1=${signatureOf(body)},t=${SECOND}`, "signature_malformed"],
    ["no signature", `t=${SECOND}`, "signature_wrong"],
    ["a signature that is too short", `t=${SECOND},v1=ab`, "signature_wrong"],
    ["a signature that is too long", `t=${SECOND},v1=${signatureOf(body)}00`, "signature_wrong"],
    ["another secret's signature", `t=${SECOND},v1=${signatureOf(body, SECOND, "whsec_other")}`, "signature_wrong"],
    ["another scheme", `t=${SECOND},v0=${signatureOf(body)}`, "signature_wrong"],
    [
      "a time that is too old",
      `t=${SECOND - 301},v1=${signatureOf(body, SECOND - 301)}`,
      "timestamp_outside_tolerance",
    ],
    [
      "a time that is too far ahead",
      `t=${SECOND + 301},v1=${signatureOf(body, SECOND + 301)}`,
      "timestamp_outside_tolerance",
    ],
  ])("is refused with %s", async (_what, header, reason) => {
    expect(await verify(header)).toEqual({ ok: false, reason });
  });

  it("is refused when its body was changed, or its secret is empty", async () => {
    expect(await verify(`t=${SECOND},v1=${signatureOf(body)}`, body.replace("1099", "1"))).toEqual({
      ok: false,
      reason: "signature_wrong",
    });
    expect(await verify(`t=${SECOND},v1=${signatureOf(body, SECOND, "")}`, body, "")).toEqual({
      ok: false,
      reason: "signature_wrong",
    });
  });

  it.each(["not json", "[]", '{"id":"evt_1"}'])("is taken as unreadable when what was signed is %s", async (text) => {
    const header = `t=${SECOND},v1=${signatureOf(text)}`;
    const first = await verify(header, text);
    expect(first).toMatchObject({ ok: true, event: UNREADABLE });
    expect(await verify(header, text), "under the same id each time").toEqual(first);
  });

  const about = (object: Record<string, unknown>, type = "some.type") => {
    const text = JSON.stringify({ ...fixtures.resources.event, id: "evt_3", type, data: { object } });
    return verify(`t=${SECOND},v1=${signatureOf(text)}`, text);
  };

  it("about something without an id is taken, and is about no payment", async () => {
    expect(await about({ object: "balance", available: [] }, "balance.available")).toMatchObject({
      ok: true,
      event: { intentId: null, orderId: null },
    });
  });

  it.each([
    ["refund.failed", "failed"],
    ["refund.updated", "failed"],
    ["charge.refund.updated", "canceled"],
  ])("of type %s names the refund that has failed", async (type, status) => {
    const refund = { object: "refund", id: "re_1", payment_intent: "pi_7", status };
    expect(await about(refund, type)).toMatchObject({ event: { failedRefundId: "re_1", intentId: "pi_7" } });
  });

  it.each(["pending", "requires_action", "succeeded"])("of a refund that is %s tells of no failure", async (status) => {
    const refund = { object: "refund", id: "re_1", payment_intent: "pi_7", status };
    expect((await about(refund, "refund.updated")) as object).not.toHaveProperty("event.failedRefundId");
  });

  it.each(["review", "radar.early_fraud_warning", "dispute"])("about a %s names the payment", async (object) => {
    expect(await about({ object, id: "x_1", payment_intent: "pi_7" })).toMatchObject({ event: { intentId: "pi_7" } });
  });
});

describe("a batch of SendGrid events", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const event = {
    event: "delivered",
    email: "a@example.com",
    timestamp: SECOND,
    sg_event_id: "e1",
    sg_message_id: "m1.recvd-0",
    reference: "ntf_1",
  };
  const body = JSON.stringify([event]);
  const sign = (text: string, at = String(SECOND), key = privateKey) =>
    createSign("sha256")
      .update(at + text)
      .sign(key)
      .toString("base64");
  const verify = (signature: string | null, text = body, at = String(SECOND), key = spki) => {
    const headers = new Headers({ "x-twilio-email-event-webhook-timestamp": at });
    if (signature !== null) headers.set("x-twilio-email-event-webhook-signature", signature);
    return verifySendgridWebhook(text, headers, key, NOW);
  };

  it("is taken, and has the same id whenever it is delivered", async () => {
    const first = await verify(sign(body));
    expect(first).toMatchObject({
      ok: true,
      event: [{ id: "e1", kind: "delivered", at: NOW, messageId: "m1", reference: "ntf_1" }],
    });
    const again = await verify(sign(body));
    expect(again.ok && first.ok && again.eventId === first.eventId).toBe(true);
  });

  it("is taken although one of its events can't be read, and that one alone is left out", async () => {
    for (const broken of [{}, null, "x", { ...event, timestamp: "soon" }, { ...event, sg_event_id: "" }]) {
      const text = JSON.stringify([event, broken, { ...event, sg_event_id: "e2" }]);
      expect(await verify(sign(text), text)).toMatchObject({
        ok: true,
        event: [{ id: "e1" }, { kind: UNREADABLE_KIND, reference: null }, { id: "e2" }],
      });
    }
  });

  it("is taken whatever leading zeros its signature has", async () => {
    const lengths = new Set<number>();
    for (let round = 0; round < 400; round += 1) {
      const signature = sign(body);
      lengths.add(Buffer.from(signature, "base64").length);
      expect(await verify(signature)).toMatchObject({ ok: true });
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  it.each([
    ["no signature", null, "signature_missing"],
    ["a signature that is no base64", "%%%", "signature_malformed"],
    ["a signature that is no DER", btoa("hello"), "signature_malformed"],
    ["a signature cut short", sign(body).slice(0, 40), "signature_malformed"],
    [
      "a signature with more behind it",
      Buffer.concat([Buffer.from(sign(body), "base64"), Buffer.from([0])]).toString("base64"),
      "signature_malformed",
    ],
    ["raw bytes in place of DER", Buffer.alloc(64, 1).toString("base64"), "signature_malformed"],
    ["another body's signature", sign("[]"), "signature_wrong"],
  ])("is refused with %s", async (_what, signature, reason) => {
    expect(await verify(signature)).toEqual({ ok: false, reason });
  });

  it("is refused with another key, a key that is none, a time outside the tolerance or a time that is none", async () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(await verify(sign(body, String(SECOND), other.privateKey))).toEqual({
      ok: false,
      reason: "signature_wrong",
    });
    expect(await verify(sign(body), body, String(SECOND), "AAAA")).toEqual({ ok: false, reason: "signature_wrong" });
    expect(await verify(sign(body, String(SECOND - 301)), body, String(SECOND - 301))).toEqual({
      ok: false,
      reason: "timestamp_outside_tolerance",
    });
    expect(await verify(sign(body, "soon"), body, "soon")).toEqual({ ok: false, reason: "signature_malformed" });
  });

  it("is taken as unreadable when what was signed is no list of events", async () => {
    expect(await verify(sign("{}"), "{}")).toMatchObject({ ok: true, event: UNREADABLE });
  });
});

describe("a Twilio callback", () => {
  const url = "https://shop.example/api/v1/webhooks/twilio?reference=ntf_1";
  const authToken = "token";
  const body = "MessageStatus=delivered&MessageSid=SM1&To=%2B4930123456";
  const signed = `${url}MessageSidSM1MessageStatusdeliveredTo+4930123456`;
  const sign = (text: string, by = authToken) => createHmac("sha1", by).update(text).digest("base64");
  const verify = (signature: string | null, text = body, address = url) =>
    verifyTwilioWebhook(text, new Headers(signature === null ? {} : { "x-twilio-signature": signature }), {
      authToken,
      url: address,
    });

  it("is taken with an id of the message and its state, and our reference", async () => {
    expect(await verify(sign(signed))).toEqual({
      ok: true,
      eventId: "SM1:delivered",
      event: { messageId: "SM1", status: "delivered", reference: "ntf_1", errorCode: null },
    });
  });

  it.each([
    ["no signature", null, "signature_missing"],
    ["a signature that is no base64", "?", "signature_malformed"],
    ["a signature of another length", btoa("x"), "signature_wrong"],
    ["another token's signature", sign(signed, "other"), "signature_wrong"],
    ["another address's signature", sign(signed.replace("ntf_1", "ntf_2")), "signature_wrong"],
  ])("is refused with %s", async (_what, signature, reason) => {
    expect(await verify(signature)).toEqual({ ok: false, reason });
  });

  it("is taken as unreadable when it names no message", async () => {
    expect(await verify(sign(`${url}To1`), "To=1")).toMatchObject({ ok: true, event: UNREADABLE });
  });
});

describe("a pushed FedEx event", () => {
  const secret = "token";
  const result = {
    trackingNumberInfo: { trackingNumber: "794600000001" },
    latestStatusDetail: { code: "DL", description: "Delivered" },
    scanEvents: [{ date: "2026-11-20T10:00:00Z" }],
  };
  const body = JSON.stringify(result);
  const sign = (text: string, by = secret) => createHmac("sha256", by).update(text).digest("base64");
  const verify = (signature: string | null, text = body, by = secret) =>
    verifyFedexWebhook(text, new Headers(signature === null ? {} : { "fdx-signature": signature }), by);

  it("is taken with the parcel's state, and has the same id whenever it is delivered", async () => {
    const first = await verify(sign(body));
    expect(first).toMatchObject({
      ok: true,
      event: { trackingNumber: "794600000001", status: "delivered", at: Date.parse("2026-11-20T10:00:00Z") },
    });
    expect(await verify(sign(body))).toEqual(first);
  });

  it.each([
    ["no signature", null, "signature_missing"],
    ["a signature that is no base64", "zz!", "signature_malformed"],
    ["a signature of another length", btoa("short"), "signature_wrong"],
    ["another secret's signature", sign(body, "other"), "signature_wrong"],
  ])("is refused with %s", async (_what, signature, reason) => {
    expect(await verify(signature)).toEqual({ ok: false, reason });
  });

  it("is taken as unreadable when what was signed is no parcel's state", async () => {
    expect(await verify(sign("nonsense"), "nonsense")).toMatchObject({ ok: true, event: UNREADABLE });
    expect(await verify(sign("{}"), "{}")).toMatchObject({ ok: true, event: UNREADABLE });
    expect(await verify(sign(body, ""), body, "")).toEqual({ ok: false, reason: "signature_wrong" });
  });
});
