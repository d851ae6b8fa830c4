import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { verifySendgridWebhook } from "../../src/providers/webhooks/sendgrid.ts";
import { verifyTwilioWebhook } from "../../src/providers/webhooks/twilio.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

/** The public half of the key in wrangler.simulators.toml. */
const SENDGRID_PUBLIC_KEY =
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEawBwfrDn/ql3U51XKHKdU/cMEm4W1X0Z4s1LYUq2/QJNsnHHJbTXMj8+nBC2smnVXhapdVw1mGgmOFv8cf3P9Q==";

let world: SimulatedWorld;
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
}, 60_000);
afterAll(() => world.close());
afterEach(async () => {
  await world.turn("sendgrid", { lostReplyRate: 0, rate429: 0, bounces: "", delays: "" });
  await world.turn("twilio", { lostReplyRate: 0, rate429: 0, bounces: "", delays: "" });
});

function newReference(): string {
  count += 1;
  return `ntf_test${count}`;
}

function mail(reference: string, email = `${reference}@example.com`) {
  return {
    to: { email, name: "Ada" },
    subject: `Your order ${reference}`,
    html: "<p>It is <b>on its way</b>.</p>",
    text: "It is on its way.",
    reference,
  };
}

describe("a simulated SendGrid behind the real adapter", () => {
  it("takes a mail, keeps it in the mailbox and finds it by our reference", async () => {
    const reference = newReference();
    const sent = await world.providers.mail.send(mail(reference));
    if (sent.outcome !== "done") throw new Error("expected the mail to be sent");
    expect(await world.providers.mail.findByReference(reference)).toEqual({
      outcome: "done",
      value: { messageId: sent.value.messageId },
    });
    expect(await world.providers.mail.findByReference(`${reference}-other`)).toEqual({ outcome: "done", value: null });
    const mailbox = await (await world.fetch("http://localhost:8787/simulators/mailbox", { method: "GET" })).text();
    expect(mailbox).toContain(`Your order ${reference}`);
    expect(mailbox).toContain('sandbox=""');
    const frame = await world.fetch(`http://localhost:8787/simulators/mailbox/${sent.value.messageId}.html`, {
      method: "GET",
    });
    expect(frame.headers.get("content-security-policy")).toContain("sandbox");
    expect(await frame.text()).toContain("<b>on its way</b>");
  });

  it("has sent the mail once when the reply was lost, and it can be found", async () => {
    const reference = newReference();
    await world.turn("sendgrid", { lostReplyRate: 1 });
    expect(await world.providers.mail.send(mail(reference))).toMatchObject({ outcome: "unknown" });
    await world.turn("sendgrid", { lostReplyRate: 0 });
    expect(await world.providers.mail.findByReference(reference)).toMatchObject({
      outcome: "done",
      value: { messageId: expect.any(String) },
    });
    expect((await world.rows("sendgrid", "messages")).filter((row) => row["reference"] === reference)).toHaveLength(1);
  });

  it("refuses an address that is none, for good", async () => {
    expect(await world.providers.mail.send(mail(newReference(), "nobody"))).toMatchObject({
      outcome: "failed",
      retryable: false,
    });
  });

  it("asks to come back later at a rate limit", async () => {
    await world.turn("sendgrid", { rate429: 1 });
    expect(await world.providers.mail.send(mail(newReference()))).toMatchObject({
      outcome: "failed",
      retryable: true,
      retryAfterMs: 1000,
    });
  });

  it("delivers events whose signature our verifier accepts and that name our reference", async () => {
    const reference = newReference();
    await world.providers.mail.send(mail(reference, `bounce-${reference}@example.com`));
    const [webhook] = await until("the events", async () => {
      const all = await world.delivered(`"reference":"${reference}"`);
      return all.length > 0 && all;
    });
    const verified = await verifySendgridWebhook(
      webhook?.body ?? "",
      new Headers(webhook?.headers),
      SENDGRID_PUBLIC_KEY,
      Date.now(),
    );
    if (!verified.ok) throw new Error(`refused: ${verified.reason}`);
    expect(verified.event.filter((event) => event.reference === reference).map(({ kind }) => kind)).toEqual([
      "processed",
      "bounce",
    ]);
  });

  it("tells of what has happened in one second in one request", async () => {
    const references = Array.from({ length: 5 }, newReference);
    await Promise.all(references.map((reference) => world.providers.mail.send(mail(reference))));
    const requests = await until("all events", async () => {
      const told = await Promise.all(references.map((reference) => world.delivered(`"reference":"${reference}"`)));
      return told.every(({ length }) => length === 1) && new Set(told.flat().map(({ body }) => body)).size;
    });
    // A second may have ended between two of them.
    expect(requests).toBeLessThan(references.length);
  });
});

/** The mailbox's own words about the message with this in it. */
async function mailboxOf(mark: string): Promise<string> {
  const page = await (await world.fetch("http://localhost:8787/simulators/mailbox", { method: "GET" })).text();
  return page.split("<article>").find((article) => article.includes(mark)) ?? "";
}

describe("the mailbox", () => {
  it("shows a mail's language, how to unsubscribe from it, and what became of it", async () => {
    const reference = newReference();
    await world.providers.mail.send({
      ...mail(reference),
      html: '<!doctype html><html lang="de"><body>Unterwegs</body></html>',
      unsubscribeUrl: "http://localhost:8787/unsubscribe/abc",
    });
    const shown = await mailboxOf(`Your order ${reference}`);
    expect(shown).toMatch(/<dt>Language<\/dt><dd>de<\/dd>/);
    expect(shown).toContain("<dt>List-Unsubscribe</dt><dd>&lt;http://localhost:8787/unsubscribe/abc&gt;</dd>");
    expect(shown).toContain("<dt>List-Unsubscribe-Post</dt>");
    expect(shown).toMatch(/<dt>Events<\/dt><dd>processed [\d :-]+, delivered /);
  });

  it("shows what a knob keeps from its reader: mails that come back or are late, by address and by domain", async () => {
    const [lost, late, fine] = [newReference(), newReference(), newReference()];
    await world.turn("sendgrid", { bounces: `other@example.com, ${lost}@Example.com`, delays: "@slow.example" });
    for (const [reference, domain] of [
      [lost, "example.com"],
      [late, "slow.example"],
      [fine, "example.com"],
    ] as const)
      await world.providers.mail.send(mail(reference, `${reference}@${domain}`));
    expect(await mailboxOf(`Your order ${lost}`)).toMatch(/not delivered .*processed .*, bounce /s);
    expect(await mailboxOf(`Your order ${late}`)).toMatch(/processed .*, deferred .*, deferred .*, deferred /s);
    expect(await mailboxOf(`Your order ${fine}`)).toMatch(/processed .*, delivered /s);
    const [webhook] = await until("the events", async () => {
      const all = await world.delivered(`"reference":"${late}"`);
      return all.length > 0 && all;
    });
    const headers = new Headers(webhook?.headers);
    const verified = await verifySendgridWebhook(webhook?.body ?? "", headers, SENDGRID_PUBLIC_KEY, Date.now());
    if (!verified.ok) throw new Error(`refused: ${verified.reason}`);
    const deferred = verified.event.filter(({ kind }) => kind === "deferred");
    expect(new Set(deferred.map(({ id }) => id)).size, "each delay is an event of its own").toBe(3);
  });

  it("shows of a text message the same", async () => {
    await world.turn("twilio", { bounces: "+4915111110001 +4915111110003", delays: "+4915111110002" });
    for (const [to, told] of [
      ["+4915111110001", /undelivered · error 30003.*sent [\d :-]+, undelivered /s],
      ["+4915111110002", /· sent<.*<dd>sent [\d :-]+<\/dd>/s],
      ["+4915111110004", /sent [\d :-]+, delivered /s],
    ] as const) {
      await world.providers.sms.send({ to, text: "Shipped", reference: newReference() });
      expect(await mailboxOf(to)).toMatch(told);
    }
  });

  it("has its knobs on the vendors' pages, as text", async () => {
    await world.turn("sendgrid", { bounces: "a@b.example" });
    const page = await (await world.fetch("http://localhost:8787/simulators/sendgrid", { method: "GET" })).text();
    expect(page).toContain('name="bounces" value="a@b.example"');
    const stripe = await (await world.fetch("http://localhost:8787/simulators/stripe", { method: "GET" })).text();
    expect(stripe).not.toContain('name="bounces"');
  });
});

describe("a simulated Twilio behind the real adapter", () => {
  it("takes a text message and finds it by our reference and number", async () => {
    const reference = newReference();
    const sent = await world.providers.sms.send({ to: "+4915112345678", text: "Shipped", reference });
    if (sent.outcome !== "done") throw new Error("expected the message to be sent");
    expect(await world.providers.sms.findByReference(reference, "+4915112345678")).toEqual(sent);
    expect(await world.providers.sms.findByReference(reference, "+4915112345679")).toEqual({
      outcome: "done",
      value: null,
    });
    expect(await world.providers.sms.findByReference(`${reference}-other`, "+4915112345678")).toEqual({
      outcome: "done",
      value: null,
    });
  });

  it("has sent the message once when the reply was lost, and it can be found", async () => {
    const reference = newReference();
    await world.turn("twilio", { lostReplyRate: 1 });
    expect(await world.providers.sms.send({ to: "+4915112345600", text: "Shipped", reference })).toMatchObject({
      outcome: "unknown",
    });
    await world.turn("twilio", { lostReplyRate: 0 });
    expect(await world.providers.sms.findByReference(reference, "+4915112345600")).toMatchObject({
      outcome: "done",
      value: { messageId: expect.any(String) },
    });
    expect(
      (await world.rows("twilio", "messages")).filter((row) => row["to_number"] === "+4915112345600"),
    ).toHaveLength(1);
  });

  it("refuses Twilio's own invalid number with Twilio's code", async () => {
    const result = await world.providers.sms.send({ to: "+15005550001", text: "Shipped", reference: newReference() });
    expect(result).toMatchObject({ outcome: "failed", code: "twilio_21211", retryable: false });
  });

  it("calls back with a signature that our verifier accepts", async () => {
    const reference = newReference();
    await world.providers.sms.send({ to: "+4915100009999", text: "Shipped", reference });
    const callbacks = await until("both callbacks", async () => {
      const all = await world.delivered(`reference=${reference}`);
      return all.length >= 2 && all;
    });
    const authToken = world.vars["TWILIO_AUTH_TOKEN"] ?? "";
    const events = await Promise.all(
      callbacks.map(({ body, headers, url }) => verifyTwilioWebhook(body, new Headers(headers), { authToken, url })),
    );
    const statuses = events.map((verified) =>
      verified.ok
        ? `${verified.event.status} ${verified.event.reference} ${verified.event.errorCode}`
        : verified.reason,
    );
    expect(statuses.toSorted()).toEqual([`sent ${reference} null`, `undelivered ${reference} 30003`]);
  });
});
