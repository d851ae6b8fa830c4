import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MESSAGE_CHANNELS, templateForm, type TemplateForm } from "../../src/contracts/notification-templates.ts";
import { languageFor, LANGUAGES } from "../../src/domain/language.ts";
import { NOTIFICATION_KINDS, type NotificationKind } from "../../src/domain/order/effects.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { checkTemplate } from "../../src/services/messages/check-template.ts";
import { fillTemplate, sampleValues, type Values, valuesFor } from "../../src/services/messages/fill-template.ts";
import { frameOf, sampleFrame } from "../../src/services/messages/mail-frame.ts";
import { layOutMail } from "../../src/services/messages/mail.tsx";
import { MESSAGE_KINDS } from "../../src/services/messages/message-kinds.ts";
import { textMessage } from "../../src/services/messages/text-message.ts";
import { OrderBooks, placedOrder } from "../support/order-books.ts";

const EVERY = NOTIFICATION_KINDS.flatMap((kind) =>
  MESSAGE_CHANNELS.flatMap((channel) => LANGUAGES.map((language) => ({ kind, channel, language }))),
);
const formOf = ({ kind, channel, language }: (typeof EVERY)[number]): TemplateForm => {
  const { subject, blocks } = MESSAGE_KINDS[kind].standard[language][channel];
  return { ...(subject !== null && { subject }), blocks: [...blocks] };
};
const filled = (kind: NotificationKind, values: Values, language: "en" | "de" = "en") => {
  const { email, sms } = MESSAGE_KINDS[kind].standard[language];
  const message = fillTemplate(email, values);
  const mail = layOutMail({ language, message, frame: sampleFrame(language), unsubscribeUrl: null });
  return { mail, text: textMessage(fillTemplate(sms, values)) };
};
const shipped = () => new OrderBooks().authorized().allocated().packed().labelled().order;

describe("the standard texts", () => {
  it.each(EVERY)("of $kind by $channel in $language are ones that an edit could have made", (place) => {
    expect(templateForm.safeParse(formOf(place)).error).toBeUndefined();
    expect(checkTemplate(MESSAGE_KINDS[place.kind], place.channel, formOf(place))).toEqual([]);
  });

  it.each(EVERY)(
    "of $kind by $channel in $language say it all with samples, and have no hole without any value",
    (place) => {
      const { kind, channel, language } = place;
      const template = MESSAGE_KINDS[kind].standard[language][channel];
      const all = fillTemplate(template, sampleValues(MESSAGE_KINDS[kind].variables));
      expect(all.parts).toHaveLength(template.blocks.length);
      for (const values of [sampleValues(MESSAGE_KINDS[kind].variables), {}]) {
        const message = fillTemplate(template, values);
        const { subject, html, text } = layOutMail({
          language,
          message,
          frame: sampleFrame(language),
          unsubscribeUrl: null,
        });
        for (const shown of [subject, html, text, textMessage(message)])
          expect(shown).not.toMatch(/\{\{|\}\}|undefined|null/);
      }
    },
  );

  it.each(NOTIFICATION_KINDS)(
    "of %s have no hole and still say something whichever one variable is missing",
    (kind) => {
      const samples = sampleValues(MESSAGE_KINDS[kind].variables);
      for (const missing of Object.keys(samples))
        for (const language of LANGUAGES) {
          const { [missing]: _missing, ...rest } = samples;
          const { mail, text } = filled(kind, rest, language);
          for (const shown of [mail.html, mail.text, text])
            expect(shown, missing).not.toMatch(/\{\{|\}\}|undefined|null/);
          if (!MESSAGE_KINDS[kind].variables[missing]?.always) {
            expect(mail.subject, missing).toBe(filled(kind, samples, language).mail.subject);
            for (const said of [mail.text, text]) expect(said.length, missing).toBeGreaterThan(20);
          }
        }
    },
  );

  it("differ between the languages", () => {
    for (const kind of NOTIFICATION_KINDS.filter((one) => one !== "message")) {
      const [english, german] = LANGUAGES.map((language) => filled(kind, { number: "HF-1" }, language));
      expect(english?.mail.subject, kind).not.toBe(german?.mail.subject);
      expect(english?.mail.html).toContain('<html lang="en">');
      expect(german?.mail.html).toContain('<html lang="de">');
    }
  });
});

describe("values", () => {
  it("are an order's own, in the reader's language", () => {
    const order = shipped();
    const about = `shipment:${order.shipments[0]?.id}`;
    const { variables } = MESSAGE_KINDS.shipped;
    const values = valuesFor(variables, {
      order: { ...order, estimatedDelivery: "2026-11-24" },
      about,
      text: undefined,
      language: "de",
    });
    expect(values).toMatchObject({
      number: order.number,
      name: order.contact.name,
      deliveryDay: "24. November 2026",
      trackingNumber: order.shipments[0]?.label?.trackingNumber,
    });
    expect(values["total"]).toMatch(/^20,00\sEUR$/);
    const unknown = valuesFor(variables, { order, about: "shipment:none", text: undefined, language: "en" });
    expect(unknown).not.toHaveProperty("trackingNumber");
  });

  it("of what waits for stock name the day that is promised", () => {
    const waiting = placedOrder([{ quantity: 2, held: { berlin: 1 } }]);
    const lines = waiting.lines.map((line) => ({ ...line, promise: { delivery: "2026-12-12" } }));
    const { order } = new OrderBooks({ ...waiting, lines });
    const { variables } = MESSAGE_KINDS.backordered;
    const promised = (one: Order) =>
      valuesFor(variables, { order: one, about: "version:1", text: undefined, language: "en" })["promisedDay"];
    expect(promised(order)).toBe("12 December 2026");
    expect(promised(shipped()), "nothing waits").toBeUndefined();
  });

  it.each([
    ["stripe", "en", "Your bank"],
    ["stripe", "de", "Ihre Bank"],
    ["paypal", "en", "PayPal"],
    ["paypal", "de", "PayPal"],
  ] as const)("of who pays by %s in %s name who asks them to confirm: %s", (provider, language, asker) => {
    const { order } = new OrderBooks();
    const payments = order.payments.map((one) => ({ ...one, provider, status: "requires_action" as const }));
    const subject = { order: { ...order, payments }, about: "payment:1", text: undefined, language };
    expect(valuesFor(MESSAGE_KINDS.action_required.variables, subject)["asker"]).toBe(asker);
  });

  it("that are links lead to the web, or are none", () => {
    const withAction = (actionUrl: string): Order => {
      const order = new OrderBooks().order;
      return { ...order, payments: order.payments.map((one) => ({ ...one, status: "requires_action", actionUrl })) };
    };
    const { variables } = MESSAGE_KINDS.action_required;
    const linkOf = (url: string) =>
      valuesFor(variables, { order: withAction(url), about: "payment:1", text: undefined, language: "en" })[
        "paymentLink"
      ];
    expect(linkOf("https://bank.example/3ds?a=1")).toBe("https://bank.example/3ds?a=1");
    for (const hostile of ["javascript:alert(1)", "data:text/html,x", "//bank.example", "https://a.example/ b", ""])
      expect(linkOf(hostile), hostile).toBeUndefined();
  });
});

const HOSTILE = [
  '<script>alert("1")</script>',
  "</p></body><img src=x onerror=alert(1)>",
  "Ada\r\nBcc: everyone@example.com",
  "Ada\u2028Bcc: everyone@example.com\u0000\u0007",
  "{{total}} {{ number }} ${name} <%= name %> {{{name}}}",
  "\u202Egnp.exe",
  "x".repeat(5_000),
  "__proto__",
];

describe("a hostile value", () => {
  const everyKind = fc.constantFrom(...NOTIFICATION_KINDS);
  const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 60 }));

  it("of any variable stays text: no markup, no header, no template", () => {
    fc.assert(
      fc.property(everyKind, fc.constantFrom(...LANGUAGES), anything, (kind, language, value) => {
        const values = Object.fromEntries(Object.keys(MESSAGE_KINDS[kind].variables).map((name) => [name, value]));
        const { mail, text } = filled(kind, values, language);
        for (const [line, most] of [
          [mail.subject, 200],
          [text, 1_400],
        ] as const) {
          expect(Array.from(line).length).toBeLessThanOrEqual(most);
          expect(line, "one line").toMatch(/^[^\p{Cc}\u2028\u2029]*$/u);
        }
        expect(mail.html).not.toMatch(/<(?:script|img)/i);
        expect(mail.html).not.toMatch(/href="(?!https?:)/);
        expect(mail.html.match(/<\/body>/g)).toHaveLength(1);
      }),
    );
  });

  it("in the order around the words is escaped too", () => {
    const order = shipped();
    const hostile = HOSTILE[1] ?? "";
    const frame = frameOf(
      {
        ...order,
        address: { ...order.address, line1: hostile },
        lines: order.lines.map((line) => ({ ...line, name: hostile })),
      },
      "en",
    );
    const message = { subject: "x", parts: [{ type: "lines" as const }] };
    const { html } = layOutMail({ language: "en", message, frame, unsubscribeUrl: null });
    expect(html).not.toContain("<img");
    expect(html.match(/&lt;img src=x/g)).toHaveLength(1 + order.lines.length);
  });

  it("that reads like a variable is shown as it was written", () => {
    const { mail, text } = filled("message", { number: "HF-1", message: "I owe you {{total}}" });
    expect(mail.text).toContain("I owe you {{total}}");
    expect(text).toBe("About your order HF-1: I owe you {{total}}");
  });
});

describe("an edited template", () => {
  const text = (words: string) => ({ type: "text" as const, text: words });
  const problemsOf = (form: TemplateForm, channel: "email" | "sms" = "email", kind: NotificationKind = "shipped") =>
    checkTemplate(MESSAGE_KINDS[kind], channel, form).map(({ pointer }) => pointer);

  it.each<[string, TemplateForm, "email" | "sms", string[]]>([
    ["an unknown variable", { subject: "a", blocks: [text("b"), text("{{ordr}}")] }, "email", ["/blocks/1/text"]],
    [
      "what every object has",
      { subject: "a", blocks: [text("b"), text("{{constructor}}")] },
      "email",
      ["/blocks/1/text"],
    ],
    ["half a variable", { subject: "a", blocks: [text("b {{number}")] }, "email", ["/blocks/0/text"]],
    ["template syntax", { subject: "a", blocks: [text("b {{#if number}}")] }, "email", ["/blocks/0/text"]],
    ["a subject that may have a hole", { subject: "{{carrier}}", blocks: [text("b")] }, "email", ["/subject"]],
    ["a mail without a subject", { blocks: [text("b")] }, "email", ["/subject"]],
    ["an SMS with a subject", { subject: "a", blocks: [text("b")] }, "sms", ["/subject"]],
    ["an SMS with lines", { blocks: [text("b"), { type: "lines" }] }, "sms", ["/blocks/1/type"]],
    [
      "a button to no link",
      { subject: "a", blocks: [text("b"), { type: "button", label: "c", link: "number" }] },
      "email",
      ["/blocks/1/link"],
    ],
    [
      "a variable on a button",
      { subject: "a", blocks: [text("b"), { type: "button", label: "{{name}}", link: "trackingLink" }] },
      "email",
      ["/blocks/1/label"],
    ],
    ["nothing that always stands", { subject: "a", blocks: [text("{{carrier}}")] }, "email", ["/blocks"]],
  ])("with %s is refused, and says where", (_what, form, channel, pointers) => {
    expect(problemsOf(form, channel)).toEqual(pointers);
  });

  it("with the variables of its kind is taken", () => {
    expect(
      problemsOf({ subject: "{{number}}", blocks: [text("{{ number }}: {{carrier}}"), text("On its way.")] }),
    ).toEqual([]);
  });
});

describe("the language", () => {
  it.each([
    ["de", "US", "de"],
    ["de-AT", "US", "de"],
    ["EN-gb", "DE", "en"],
    ["fr", "DE", "de"],
    [null, "AT", "de"],
    [null, "FR", "en"],
    ["", "CH", "de"],
  ] as const)("preferred %s in %s is %s", (preferred, country, language) => {
    expect(languageFor(preferred, country)).toBe(language);
  });
});
