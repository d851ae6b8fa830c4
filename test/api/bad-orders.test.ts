import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fullOrderForm, shortOrderForm } from "../../src/contracts/orders.ts";
import { templateBlock } from "../../src/contracts/notification-templates.ts";
import { describeBodyIssues, describeQueryIssues } from "../../src/api/describe-issues.ts";

const GOOD = {
  customer: { name: "Ada Example", email: "ada@example.com" },
  lines: [{ sku: "85123A", quantity: 2 }],
  address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
  location: { latitude: 52.52, longitude: 13.4 },
  shippingMethod: "standard",
  paymentMethod: { token: "pm_card_visa" },
  currency: "EUR",
};

function problemsOf(body: unknown) {
  const parsed = fullOrderForm.safeParse(body);
  return parsed.success ? [] : describeBodyIssues(parsed.error, body);
}

function shortProblemsOf(body: unknown) {
  const parsed = shortOrderForm.safeParse(body);
  return parsed.success ? [] : describeBodyIssues(parsed.error, body);
}

function withQuantity(quantity: unknown) {
  return { ...GOOD, lines: [{ sku: "85123A", quantity }] };
}

describe("what a bad order is told", () => {
  it("takes an order with everything said", () => {
    expect(problemsOf(GOOD)).toEqual([]);
  });

  it.each([[0], [-1], [1.5], [1e308], ["2"], [null], [true], [1_000_001], [Number.MAX_SAFE_INTEGER]])(
    "points at the quantity %j and says what would be right",
    (quantity) => {
      expect(problemsOf(withQuantity(quantity))).toEqual([
        { pointer: "/lines/0/quantity", detail: "must be a whole number from 1 to 1000000" },
      ]);
    },
  );

  it("says of a quantity that is not there that it is missing", () => {
    expect(problemsOf({ ...GOOD, lines: [{ sku: "85123A" }] })).toEqual([
      { pointer: "/lines/0/quantity", detail: "is missing; it must be a whole number from 1 to 1000000" },
    ]);
  });

  it("refuses an order without lines", () => {
    expect(problemsOf({ ...GOOD, lines: [] })).toEqual([{ pointer: "/lines", detail: "must have at least 1 entry" }]);
  });

  it("takes 200 lines and refuses 201", () => {
    const lines = (count: number) => Array.from({ length: count }, (_, n) => ({ sku: `SKU-${n}`, quantity: 1 }));
    expect(problemsOf({ ...GOOD, lines: lines(200) })).toEqual([]);
    expect(problemsOf({ ...GOOD, lines: lines(201) })).toEqual([
      { pointer: "/lines", detail: "must have at most 200 entries" },
    ]);
  });

  it("points at the country that an address lacks", () => {
    const { country: _country, ...address } = GOOD.address;
    expect(problemsOf({ ...GOOD, address })).toEqual([
      {
        pointer: "/address/country",
        detail: "is missing; it must be two upper-case letters of ISO 3166-1, such as DE",
      },
    ]);
  });

  it("points at both coordinates when both lie outside the globe", () => {
    expect(problemsOf({ ...GOOD, location: { latitude: 90.1, longitude: -181 } })).toEqual([
      { pointer: "/location/latitude", detail: "must be a number of degrees from -90 to 90" },
      { pointer: "/location/longitude", detail: "must be a number of degrees from -180 to 180" },
    ]);
  });

  it("points at every bad line by itself", () => {
    const body = {
      ...GOOD,
      lines: [
        { sku: "a b", quantity: 1 },
        { sku: "OK", quantity: 1 },
        { sku: "OK2", quantity: 0 },
      ],
    };
    expect(problemsOf(body).map(({ pointer }) => pointer)).toEqual(["/lines/0/sku", "/lines/2/quantity"]);
  });

  it("refuses fields that it does not know, so that a price can't be smuggled in", () => {
    expect(problemsOf({ ...GOOD, lines: [{ sku: "85123A", quantity: 1, unitPrice: 1 }], total: 5 })).toEqual([
      { pointer: "/lines/0/unitPrice", detail: "is not known here; leave it out" },
      { pointer: "/total", detail: "is not known here; leave it out" },
    ]);
  });

  it("escapes a field's name in its pointer", () => {
    expect(problemsOf({ ...GOOD, "a/b~c": 1 }).map(({ pointer }) => pointer)).toEqual(["/a~1b~0c"]);
  });

  it("refuses a field that would reach a prototype", () => {
    expect(problemsOf(JSON.parse(`{"__proto__":{"admin":true},${JSON.stringify(GOOD).slice(1)}`))).toEqual([
      { pointer: "/__proto__", detail: "is not known here; leave it out" },
    ]);
  });

  it.each([["eur"], ["XXX"], [978]])("refuses the currency %j", (currency) => {
    expect(problemsOf({ ...GOOD, currency }).map(({ pointer }) => pointer)).toEqual(["/currency"]);
  });

  it.each(["4242424242424242", "4242-4242-4242-4242", "paypal_4242424242424242"])(
    "refuses the card number %s where a token belongs",
    (token) => {
      const [problem] = problemsOf({ ...GOOD, paymentMethod: { token } });
      expect(problem).toEqual({
        pointer: "/paymentMethod/token",
        detail: "must be the payment provider's token, never a card number",
      });
    },
  );

  it("wants an e-mail or a phone of a customer whom it does not know", () => {
    expect(problemsOf({ ...GOOD, customer: { name: "Ada" } })).toEqual([
      { pointer: "/customer/email", detail: "is needed, or a phone, where no customer's id is given" },
    ]);
    expect(problemsOf({ ...GOOD, customer: { name: "Ada", phone: "+493012345678" } })).toEqual([]);
    expect(problemsOf({ ...GOOD, customer: { id: "cus_1" } })).toEqual([]);
  });

  it.each([[null], [[]], ["text"], [5]])("refuses the body %j as a whole", (body) => {
    expect(problemsOf(body).map(({ pointer }) => pointer)).toEqual([""]);
  });
});

describe("what a bad short form is told", () => {
  const SHORT = { productId: "85123A", quantity: 1, customerLocation: "Berlin" };

  it.each([
    ["Berlin"],
    [{ latitude: 52.5, longitude: 13.4 }],
    [{ country: "DE" }],
    [{ city: "Berlin", postalCode: "10117", country: "DE" }],
  ])("takes the location %j", (customerLocation) => {
    expect(shortProblemsOf({ ...SHORT, customerLocation })).toEqual([]);
  });

  it("tells about coordinates what is wrong with coordinates", () => {
    expect(shortProblemsOf({ ...SHORT, customerLocation: { latitude: 91, longitude: 0 } })).toEqual([
      { pointer: "/customerLocation/latitude", detail: "must be a number of degrees from -90 to 90" },
    ]);
  });

  it("tells about an address what is wrong with an address", () => {
    expect(shortProblemsOf({ ...SHORT, customerLocation: { city: "Berlin" } })).toEqual([
      {
        pointer: "/customerLocation/country",
        detail: "is missing; it must be two upper-case letters of ISO 3166-1, such as DE",
      },
    ]);
  });

  it("says what there is to choose from when the location is none of it", () => {
    expect(shortProblemsOf({ ...SHORT, customerLocation: 5 })).toEqual([
      {
        pointer: "/customerLocation",
        detail: "must be coordinates, a postal address with its country, or the name of a place",
      },
    ]);
    expect(shortProblemsOf({ productId: "85123A", quantity: 1 })).toEqual([
      {
        pointer: "/customerLocation",
        detail: "is missing; it must be coordinates, a postal address with its country, or the name of a place",
      },
    ]);
  });

  it("points at a bad quantity and a bad product together", () => {
    expect(shortProblemsOf({ ...SHORT, productId: "", quantity: 0 }).map(({ pointer }) => pointer)).toEqual([
      "/productId",
      "/quantity",
    ]);
  });
});

describe("what every bad request is told", () => {
  it("says that a parameter of the query is missing, and not that it is of its own type", () => {
    const parsed = z.strictObject({ ticket: z.string() }).safeParse({});
    expect(parsed.error && describeQueryIssues(parsed.error, {})).toEqual([
      { pointer: "?ticket", detail: "is missing; it must be text" },
    ]);
  });

  it("says of a fraction that it must be a whole number, and not that it is none", () => {
    const parsed = z.strictObject({ amount: z.int() }).safeParse({ amount: 1.5 });
    expect(parsed.error && describeBodyIssues(parsed.error, { amount: 1.5 })).toEqual([
      { pointer: "/amount", detail: "must be a whole number, without a fraction" },
    ]);
  });

  it.each([
    [{ type: "html" }, "must be one of text, button, lines"],
    [{}, "is missing; it must be one of text, button, lines"],
  ])("says of %j which forms there are", (body, detail) => {
    const parsed = templateBlock.safeParse(body);
    expect(parsed.error && describeBodyIssues(parsed.error, body)).toEqual([{ pointer: "/type", detail }]);
  });
});
