import { describe, expect, it } from "vitest";
import { SendgridMail } from "../../src/providers/sendgrid.ts";
import { TwilioSms } from "../../src/providers/twilio.ts";
import { broken, fakeFetch, half, json, silent, text, type Reply } from "./fake-fetch.ts";

const message = {
  to: { email: "ada@example.com", name: "Ada" },
  subject: "Shipped",
  html: "<p>x</p>",
  text: "x",
  reference: "ntf_1",
};

function sendgrid(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  return {
    mail: new SendgridMail({ apiKey: "SG.x", from: { email: "o@example.com", name: "Shop" }, fetch, timeLimitMs: 100 }),
    sent,
  };
}

function twilio(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const statusCallback = "https://shop.example/api/v1/webhooks/twilio";
  return {
    sms: new TwilioSms({
      accountSid: "AC1",
      authToken: "t",
      from: "+15005550006",
      statusCallback,
      fetch,
      timeLimitMs: 100,
    }),
    sent,
  };
}

describe("the SendGrid adapter", () => {
  it("sends both forms of the mail with our reference", async () => {
    const { mail, sent } = sendgrid(text(202, "", { "x-message-id": "m1" }));
    expect(await mail.send(message)).toEqual({ outcome: "done", value: { messageId: "m1" } });
    expect(sent[0]?.url).toBe("https://api.sendgrid.com/v3/mail/send");
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer SG.x");
    const body = JSON.parse(sent[0]?.body ?? "");
    expect(body.personalizations).toEqual([
      { to: [{ email: "ada@example.com", name: "Ada" }], custom_args: { reference: "ntf_1" } },
    ]);
    expect(body.content.map(({ type }: { type: string }) => type)).toEqual(["text/plain", "text/html"]);
  });

  it("lets a mail program unsubscribe at one click from what is not needed", async () => {
    const { mail, sent } = sendgrid(text(202, "", { "x-message-id": "m1" }), text(202, "", { "x-message-id": "m2" }));
    await mail.send({ ...message, unsubscribeUrl: "https://shop.example/unsubscribe/x" });
    await mail.send(message);
    const [optional, needed] = sent.map(({ body }) => JSON.parse(body ?? "") as { headers?: unknown });
    expect(optional?.headers).toEqual({
      "List-Unsubscribe": "<https://shop.example/unsubscribe/x>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    expect(needed).not.toHaveProperty("headers");
  });

  it.each([
    ["a connection that breaks", broken],
    ["no answer in time", silent],
    ["a server error", text(503, "")],
    ["an answer without a message id", text(202, "")],
    ["a redirect", text(302, "", { location: "https://elsewhere.example" })],
  ])("leaves it unknown after %s", async (_what, reply) => {
    expect(await sendgrid(reply).mail.send(message)).toMatchObject({ outcome: "unknown" });
  });

  it("names the field that SendGrid refuses", async () => {
    const { mail } = sendgrid(
      json(400, {
        errors: [{ message: "Does not contain a valid address.", field: "personalizations.0.to.0.email", help: null }],
      }),
    );
    expect(await mail.send(message)).toEqual({
      outcome: "failed",
      code: "invalid_personalizations.0.to.0.email",
      message: "Does not contain a valid address.",
      retryable: false,
    });
  });

  it("waits as long as a rate limit asks, by date as well", async () => {
    const at = new Date(Date.now() + 60_000).toUTCString();
    const result = await sendgrid(
      json(429, { errors: [{ message: "too many requests" }] }, { "retry-after": at }),
    ).mail.send(message);
    if (result.outcome !== "failed") throw new Error("expected a refusal");
    expect(result).toMatchObject({ code: "rate_limited", retryable: true });
    expect(result.retryAfterMs).toBeGreaterThan(55_000);
    expect(result.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("finds a mail by our reference, under the id that sending answered with", async () => {
    const { mail, sent } = sendgrid(
      json(200, { messages: [{ msg_id: "m1.recvd-0-0-0.0" }] }),
      json(200, { messages: [] }),
      json(200, { nothing: true }),
    );
    expect(await mail.findByReference("ntf_1")).toEqual({ outcome: "done", value: { messageId: "m1" } });
    expect(decodeURIComponent(sent[0]?.url ?? "")).toContain(`(unique_args['reference']="ntf_1")`);
    expect(await mail.findByReference("ntf_2")).toEqual({ outcome: "done", value: null });
    expect(await mail.findByReference("ntf_3")).toMatchObject({ outcome: "unknown" });
  });
});

describe("the Twilio adapter", () => {
  it("sends the text with a mark of our reference and asks to be called back with it", async () => {
    const { sms, sent } = twilio(json(201, { sid: "SM1", status: "queued" }));
    expect(await sms.send({ to: "+4930123456", text: "Shipped", reference: "ntf_1" })).toEqual({
      outcome: "done",
      value: { messageId: "SM1" },
    });
    const form = new URLSearchParams(sent[0]?.body);
    expect(form.get("Body")).toMatch(/^Shipped\nRef [0-9A-Z]{8}$/);
    expect(form.get("StatusCallback")).toBe("https://shop.example/api/v1/webhooks/twilio?reference=ntf_1");
    expect(sent[0]?.headers.get("authorization")).toBe(`Basic ${btoa("AC1:t")}`);
  });

  it("finds the message that carries the mark, and no other", async () => {
    const sending = twilio(json(201, { sid: "SM1" }));
    await sending.sms.send({ to: "+4930123456", text: "Shipped", reference: "ntf_1" });
    const body = new URLSearchParams(sending.sent[0]?.body).get("Body");
    const page = {
      messages: [
        { sid: "SM2", body: "Shipped\nRef 00000000" },
        { sid: "SM1", body },
      ],
    };
    const { sms, sent } = twilio(json(200, page), json(200, page));
    expect(await sms.findByReference("ntf_1", "+4930123456")).toEqual({ outcome: "done", value: { messageId: "SM1" } });
    expect(new URL(sent[0]?.url ?? "").searchParams.get("To")).toBe("+4930123456");
    expect(await sms.findByReference("ntf_9", "+4930123456")).toEqual({ outcome: "done", value: null });
  });

  it("keeps Twilio's own code of a refusal", async () => {
    const { sms } = twilio(
      json(400, { code: 21610, message: "Attempt to send to unsubscribed recipient", status: 400 }),
    );
    const expected = {
      outcome: "failed",
      code: "twilio_21610",
      message: "Attempt to send to unsubscribed recipient",
      retryable: false,
    };
    expect(await sms.send({ to: "+4930123456", text: "x", reference: "r" })).toEqual(expected);
  });

  it.each([
    ["half an answer", half(201, '{"sid":"SM1","status":"queued"}')],
    ["an answer without an id", json(201, {})],
    ["a server error", json(500, {})],
    ["a request time-out", json(408, {})],
    ["no answer in time", silent],
  ])("leaves it unknown after %s", async (_what, reply) => {
    expect(await twilio(reply).sms.send({ to: "+4930123456", text: "x", reference: "r" })).toMatchObject({
      outcome: "unknown",
    });
  });
});
