import { describe, expect, it } from "vitest";
import { cardNumbersIn, cardNumbersInQuery } from "../../src/api/refuse-card-numbers.ts";

const CARD = "4242 4242 4242 4242";
const pointers = (body: unknown) => cardNumbersIn(body).map(({ pointer }) => pointer);

describe("card numbers in a request", () => {
  it("are found in any text, in a number, and in a field's name, and are not told back", () => {
    const body = {
      note: `card ${CARD}`,
      lines: [{ sku: "A-1" }, { "custom/text": CARD }],
      amount: 4242424242424242,
      [CARD]: true,
    };
    expect(pointers(body)).toEqual(["/note", "/lines/1/custom~1text", "/amount", ""]);
    expect(JSON.stringify(cardNumbersIn(body))).not.toMatch(/4242/);
    expect(pointers(CARD)).toEqual([""]);
  });

  it("are not seen in what is long by nature", () => {
    expect(pointers({ lines: [{ sku: "4242424242424242", quantity: 1 }], trackingNumber: "378282246310005" })).toEqual(
      [],
    );
    expect(pointers({ phone: "+4915112345678", ean: "4006381333931", placed: 1795286321051, none: null })).toEqual([]);
  });

  it("are found in a query", () => {
    expect(
      cardNumbersInQuery({ q: ["4242424242424242"], sku: ["4242424242424242"], from: ["2026-11-20"] }),
    ).toMatchObject([{ pointer: "?q" }]);
    expect(cardNumbersInQuery({ "4242424242424242": [""] })).toMatchObject([{ pointer: "?" }]);
  });
});
