import { describe, expect, it } from "vitest";
import { asciiEmail, emailKey, isEmail } from "../../src/domain/email.ts";

describe("isEmail", () => {
  it.each([
    "ada@example.com",
    "a.b+c@mail.example.co.uk",
    "jörg@müller.example",
    "o'neil@example.org",
    "o&b@example.com",
    "info@müller.de",
    "info@mu\u0308ller.de",
    "ada@xn--e1afmkfd.xn--p1ai",
    "ada@пример.рф",
    "user@例え.jp",
    "a#b!c%d*e/f=g?h^i`j{k|l}m~n@example.com",
  ])("takes %s", (text) => expect(isEmail(text)).toBe(true));

  it.each([
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "a b@example.com",
    "a@b@example.com",
    "ada@-example.com",
    "ada@example..com",
    ".ada@example.com",
    "ada.@example.com",
    "ada@192.168.0.1",
    "ada@1.2",
    "ada@xn--a.com",
    "ada@example.com\r\nBcc: x@y.zz",
    `${"a".repeat(65)}@example.com`,
    `a@${"b.".repeat(130)}com`,
  ])("refuses %s", (text) => expect(isEmail(text)).toBe(false));
});

it("what a mail provider gets is ASCII: the host as the DNS has it", () => {
  expect(asciiEmail(" Info@MÜLLER.de ")).toBe("Info@xn--mller-kva.de");
  expect(asciiEmail("info@mu\u0308ller.de")).toBe("info@xn--mller-kva.de");
  expect(asciiEmail("ada@пример.рф")).toBe("ada@xn--e1afmkfd.xn--p1ai");
  expect(asciiEmail("jörg@müller.example")).toBeNull();
  expect(asciiEmail("nobody")).toBeNull();
});

it("one mailbox has one key, however its address is written", () => {
  expect(new Set(["Ada@Müller.de", "ada@mu\u0308ller.DE ", "ada@xn--mller-kva.de"].map(emailKey)).size).toBe(1);
  expect(emailKey("+4930123456")).toBe("+4930123456");
});
