import { describe, expect, it } from "vitest";
import { FedexCarrier, type FedexToken } from "../../src/providers/fedex.ts";
import { broken, fakeFetch, half, json, silent, type Reply } from "./fake-fetch.ts";

const token = json(200, { access_token: "t1", token_type: "bearer", expires_in: 3599, scope: "CXS" });
const output = (body: unknown): Reply => json(200, { transactionId: "x", output: body });
const errors = (status: number, code: string): Reply =>
  json(status, { transactionId: "x", errors: [{ code, message: "No." }] });

function fedex(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const tokens = new Map<string, FedexToken>();
  return {
    carrier: new FedexCarrier({
      clientId: "c",
      clientSecret: "s",
      account: "740561073",
      fetch,
      timeLimitMs: 100,
      tokens,
    }),
    sent,
    tokens,
  };
}

const address = {
  line1: "1 Main St",
  line2: "Floor 2",
  city: "Memphis",
  region: "TN",
  postalCode: "38116",
  country: "US",
};
const request = {
  reference: "shp_1",
  service: "FEDEX_GROUND",
  from: { contact: { name: "W" }, address },
  to: { contact: { name: "Ada", phone: "+19015550100" }, address },
  parcel: { weightGrams: 1250 },
};
const piece = {
  trackingNumber: "794600000001",
  netChargeAmount: 24.5,
  currency: "USD",
  packageDocuments: [{ contentType: "LABEL", docType: "PDF", encodedLabel: "JVBERi0=" }],
};
const shipped = output({
  transactionShipments: [
    { masterTrackingNumber: "794600000001", serviceType: "FEDEX_GROUND", pieceResponses: [piece] },
  ],
});
const tracking = (code: string, trackingNumber = "794600000001") => ({
  trackingNumberInfo: { trackingNumber },
  latestStatusDetail: { code, description: code },
  scanEvents: [{ date: "2026-11-20T10:00:00Z", eventDescription: code }],
  dateAndTimes: [{ type: "ESTIMATED_DELIVERY", dateTime: "2026-11-22T10:00:00Z" }],
});
const tracked = (...trackResults: unknown[]): Reply =>
  output({ completeTrackResults: [{ trackingNumber: "", trackResults }] });

describe("the FedEx adapter", () => {
  it("fetches one token for many calls", async () => {
    const resolved = output({ resolvedAddresses: [{ attributes: { Resolved: "true" } }] });
    const { carrier, sent } = fedex(token, resolved, resolved);
    await carrier.validateAddress(address);
    expect(await carrier.validateAddress(address)).toEqual({ outcome: "done", value: { deliverable: true } });
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual([
      "/oauth/token",
      "/address/v1/addresses/resolve",
      "/address/v1/addresses/resolve",
    ]);
    expect(sent[2]?.headers.get("authorization")).toBe("Bearer t1");
    expect(JSON.parse(sent[1]?.body ?? "").addressesToValidate[0].address).toEqual({
      streetLines: ["1 Main St", "Floor 2"],
      city: "Memphis",
      stateOrProvinceCode: "TN",
      postalCode: "38116",
      countryCode: "US",
    });
  });

  it("fetches a new token once when the old one is turned away", async () => {
    const second = json(200, { access_token: "t2", expires_in: 3599 });
    const { carrier, sent } = fedex(token, errors(401, "NOT.AUTHORIZED.ERROR"), second, shipped);
    expect(await carrier.createLabel(request)).toMatchObject({ outcome: "done" });
    expect(sent[3]?.headers.get("authorization")).toBe("Bearer t2");
  });

  it("was never asked when there is no token to be had", async () => {
    expect(await fedex(broken).carrier.createLabel(request)).toMatchObject({
      outcome: "failed",
      code: "no_token",
      retryable: true,
    });
    expect(await fedex(errors(401, "NOT.AUTHORIZED.ERROR")).carrier.createLabel(request)).toMatchObject({
      outcome: "failed",
      code: "NOT.AUTHORIZED.ERROR",
      retryable: false,
    });
  });

  it("prints a long street on lines of 35 characters, a state that is no code of two letters among them", async () => {
    const { carrier, sent } = fedex(token, shipped);
    const to = {
      contact: { name: "x".repeat(80), phone: "+61 2 9374 4000", email: "info@müller.de" },
      address: {
        line1: "Level 12, Old Harbour Warehouses East, 215 Crown Street",
        city: "Sydney",
        region: "NSW",
        postalCode: "2010",
        country: "AU",
      },
    };
    await carrier.createLabel({ ...request, to });
    const { recipients } = JSON.parse(sent[1]?.body ?? "").requestedShipment;
    expect(recipients).toEqual([
      {
        contact: { personName: "x".repeat(70), phoneNumber: "61293744000", emailAddress: "info@xn--mller-kva.de" },
        address: {
          streetLines: ["Level 12, Old Harbour Warehouses", "East, 215 Crown Street", "NSW"],
          city: "Sydney",
          postalCode: "2010",
          countryCode: "AU",
        },
      },
    ]);
  });

  it.each(["RECIPIENTS.ADDRESS.INVALID", "RECIPIENTS.POSTALCODE.INVALID", "SHIPPER.CITY.INVALID"])(
    "tells a refusal of an address from any other: %s",
    async (code) => {
      expect(await fedex(token, errors(400, code)).carrier.createLabel(request)).toMatchObject({
        outcome: "failed",
        code: "address_invalid",
        message: `${code}: No.`,
        retryable: false,
      });
      expect(await fedex(token, errors(400, "SERVICE.INVALID")).carrier.createLabel(request)).toMatchObject({
        code: "SERVICE.INVALID",
      });
    },
  );

  it("makes a label with its charge in minor units, and names the parcel by our reference", async () => {
    const { carrier, sent } = fedex(token, shipped);
    expect(await carrier.createLabel(request)).toEqual({
      outcome: "done",
      value: {
        trackingNumber: "794600000001",
        carrier: "fedex",
        service: "FEDEX_GROUND",
        format: "PDF",
        document: "JVBERi0=",
        charge: { amount: 2450, currency: "USD" },
      },
    });
    const item = JSON.parse(sent[1]?.body ?? "").requestedShipment.requestedPackageLineItems[0];
    expect(item).toEqual({
      weight: { units: "KG", value: 1.25 },
      customerReferences: [{ customerReferenceType: "CUSTOMER_REFERENCE", value: "shp_1" }],
    });
  });

  it.each([
    ["half an answer", half(200, JSON.stringify({ output: { transactionShipments: [{ pieceResponses: [piece] }] } }))],
    ["no answer in time", silent],
    ["a connection that breaks", broken],
    ["a server error", errors(503, "SERVICE.UNAVAILABLE.ERROR")],
    ["an answer without a label", output({ transactionShipments: [] })],
  ])("leaves a label unknown after %s", async (_what, reply) => {
    expect(await fedex(token, reply).carrier.createLabel(request)).toMatchObject({ outcome: "unknown" });
  });

  it("keeps FedEx's own code of a refusal, and waits a minute at the budget's end", async () => {
    expect(await fedex(token, errors(400, "SERVICETYPE.INVALID")).carrier.createLabel(request)).toMatchObject({
      outcome: "failed",
      code: "SERVICETYPE.INVALID",
      retryable: false,
    });
    expect(await fedex(token, errors(429, "TOO.MANY.REQUESTS")).carrier.createLabel(request)).toMatchObject({
      outcome: "failed",
      code: "rate_limited",
      retryAfterMs: 60_000,
    });
  });

  it("withdraws a label that was lost with its reply, and says that a new one is safe", async () => {
    const { carrier, sent } = fedex(
      token,
      tracked(tracking("CA", "1"), tracking("OC", "2")),
      output({ cancelledShipment: true }),
    );
    expect(await carrier.findLabel("shp_1")).toEqual({ outcome: "done", value: null });
    expect(sent).toHaveLength(3);
    expect(JSON.parse(sent[2]?.body ?? "")).toMatchObject({ trackingNumber: "2" });
  });

  it("leaves a label alone that the parcel is known to leave with", async () => {
    const { carrier, sent } = fedex(token, tracked(tracking("OC", "2")));
    expect(await carrier.findLabel("shp_1", "2")).toEqual({ outcome: "done", value: null });
    expect(sent).toHaveLength(2);
  });

  it("does not call it safe while the withdrawal itself is unknown", async () => {
    expect(await fedex(token, tracked(tracking("OC")), broken).carrier.findLabel("shp_1")).toMatchObject({
      outcome: "unknown",
    });
  });

  it("leaves a parcel alone that is on its way", async () => {
    expect(await fedex(token, tracked(tracking("IT"))).carrier.findLabel("shp_1")).toMatchObject({
      outcome: "failed",
      code: "label_in_use",
    });
  });

  it("takes a label that is withdrawn already for withdrawn", async () => {
    expect(await fedex(token, errors(400, "SHIPMENT.CANCELLED.ALREADY")).carrier.cancelLabel("1")).toEqual({
      outcome: "done",
      value: null,
    });
    expect(
      await fedex(token, output({ cancelledShipment: false, message: "Too late" })).carrier.cancelLabel("1"),
    ).toMatchObject({ outcome: "failed", message: "Too late" });
  });

  it.each([
    ["OC", "label_created"],
    ["PU", "in_transit"],
    ["OD", "out_for_delivery"],
    ["DL", "delivered"],
    ["DE", "exception"],
    ["ZZ", "in_transit"],
  ])("reads the code %s as %s", async (code, status) => {
    const value = [
      {
        trackingNumber: "794600000001",
        status,
        at: Date.parse("2026-11-20T10:00:00Z"),
        description: code,
        estimatedDelivery: "2026-11-22T10:00:00Z",
      },
    ];
    expect(await fedex(token, tracked(tracking(code))).carrier.track(["794600000001"])).toEqual({
      outcome: "done",
      value,
    });
  });

  it("leaves out numbers that FedEx does not know, and asks nothing for none", async () => {
    const unknown = {
      trackingNumberInfo: { trackingNumber: "1" },
      error: { code: "TRACKING.TRACKINGNUMBER.NOTFOUND" },
    };
    expect(await fedex(token, tracked(unknown)).carrier.track(["1"])).toEqual({ outcome: "done", value: [] });
    expect(await fedex().carrier.track([])).toEqual({ outcome: "done", value: [] });
  });

  it("quotes the service that was asked for, and refuses a currency that is not kept", async () => {
    const rate = (serviceType: string, totalNetCharge: number, currency: string) => ({
      serviceType,
      ratedShipmentDetails: [{ totalNetCharge, currency }],
    });
    const two = output({ rateReplyDetails: [rate("OTHER", 1, "USD"), rate("FEDEX_GROUND", 1234, "JPY")] });
    expect(await fedex(token, two).carrier.rate(request)).toEqual({
      outcome: "done",
      value: { amount: 1234, currency: "JPY" },
    });
    expect(
      await fedex(token, output({ rateReplyDetails: [rate("FEDEX_GROUND", 1, "XXX")] })).carrier.rate(request),
    ).toMatchObject({ outcome: "failed", code: "currency_unknown" });
  });
});
