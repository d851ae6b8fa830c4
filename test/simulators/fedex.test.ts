import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Label, LabelRequest } from "../../src/providers/carrier.ts";
import { FedexCarrier } from "../../src/providers/fedex.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { verifyFedexWebhook } from "../../src/providers/webhooks/fedex.ts";
import { startSimulatedWorld, until, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
  await world.turn("fedex", { callsPerMinute: 100_000 });
}, 60_000);
afterAll(() => world.close());
afterEach(() => world.turn("fedex", { lostReplyRate: 0, speed: 1, callsPerMinute: 100_000 }));

function request(): LabelRequest {
  count += 1;
  return {
    reference: `shp_test${count}`,
    service: "FEDEX_GROUND",
    from: {
      contact: { name: "Warehouse Memphis", phone: "+19015550100" },
      address: { line1: "1 Dock Rd", city: "Memphis", region: "TN", postalCode: "38116", country: "US" },
    },
    to: {
      contact: { name: "Zoë Łukasz", phone: "+4930555012" },
      address: { line1: "Karl-Marx-Allee 1", city: "Berlin", postalCode: "10178", country: "DE" },
    },
    parcel: { weightGrams: 1250 },
  };
}

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

async function labelled(): Promise<Label> {
  return value(await world.providers.carrier.createLabel(request()));
}

const parcelsOf = async (reference: string) =>
  (await world.rows("fedex", "parcels")).filter((row) => row["reference"] === reference);

describe("a simulated FedEx behind the real adapter", () => {
  it("resolves an address, or says why not", async () => {
    const { address } = request().to;
    expect(value(await world.providers.carrier.validateAddress(address))).toEqual({ deliverable: true });
    const refused = value(await world.providers.carrier.validateAddress({ ...address, line1: "1 Undeliverable St" }));
    expect(refused).toEqual({ deliverable: false, reason: "The address could not be found." });
  });

  it("quotes in minor units", async () => {
    expect(value(await world.providers.carrier.rate(request()))).toEqual({ amount: 2450, currency: "USD" });
  });

  it("makes a label that is a PDF and names its charge", async () => {
    const label = await labelled();
    expect(label).toMatchObject({
      carrier: "fedex",
      service: "FEDEX_GROUND",
      format: "PDF",
      charge: { amount: 2450, currency: "USD" },
    });
    expect(atob(label.document).slice(0, 5)).toBe("%PDF-");
  });

  it("makes a label for a thermal printer when asked to", async () => {
    const { vars, fetch } = world;
    const account = {
      clientId: vars["FEDEX_CLIENT_ID"] ?? "",
      clientSecret: vars["FEDEX_CLIENT_SECRET"] ?? "",
      account: vars["FEDEX_ACCOUNT"] ?? "",
    };
    const label = value(await new FedexCarrier({ ...account, fetch, labelFormat: "ZPL" }).createLabel(request()));
    expect(label.format).toBe("ZPL");
    expect(atob(label.document)).toContain(label.trackingNumber);
  });

  it("refuses what the real one refuses of a party, and takes what the adapter makes of a long address", async () => {
    const street = "Wohnanlage Am Alten Güterbahnhof Nord, Haus 12, Aufgang C, links";
    const long = request();
    const to = { ...long.to, address: { ...long.to.address, line1: street } };
    expect(await world.providers.carrier.createLabel({ ...long, to })).toMatchObject({ outcome: "done" });
    const texas = { line1: "1 Main St", city: "Austin", postalCode: "78701", country: "US" };
    for (const address of [
      { ...to.address, line1: "x".repeat(36) },
      { ...to.address, line2: street, line1: `${street} ${street}` },
      { ...to.address, city: "x".repeat(36) },
      { ...to.address, postalCode: "1".repeat(11) },
      { ...texas, region: "Texas" },
      texas,
      { ...to.address, line1: "Undeliverable Street 1" },
    ])
      expect(
        await world.providers.carrier.createLabel({ ...request(), to: { ...to, address } }),
        JSON.stringify(address),
      ).toMatchObject({ outcome: "failed", code: "address_invalid", retryable: false });
  });

  it("leaves one live label after a lost reply, a look-up and a second try", async () => {
    const asked = request();
    await world.turn("fedex", { lostReplyRate: 1 });
    const { carrier } = world.providers;
    const lost = await until("the reply to the label itself to be lost", async () => {
      const result = await carrier.createLabel(asked);
      return (await parcelsOf(asked.reference)).length > 0 && result;
    });
    expect(lost).toMatchObject({ outcome: "unknown" });
    await world.turn("fedex", { lostReplyRate: 0 });
    expect(value(await carrier.findLabel(asked.reference))).toBeNull();
    value(await carrier.createLabel(asked));
    const parcels = await parcelsOf(asked.reference);
    expect(parcels).toHaveLength(2);
    expect(parcels.filter((row) => row["cancelled_at"] === null)).toHaveLength(1);
  });

  it("finds no label under a reference that nobody used", async () => {
    expect(value(await world.providers.carrier.findLabel("shp_never"))).toBeNull();
  });

  it("does not withdraw a parcel that is on its way", async () => {
    const asked = request();
    const label = value(await world.providers.carrier.createLabel(asked));
    await (
      await world.fetch(`http://localhost:8787/simulators/fedex/parcels/${label.trackingNumber}/advance`, {
        method: "POST",
        headers: { accept: "application/json" },
      })
    ).text();
    expect(await world.providers.carrier.findLabel(asked.reference)).toMatchObject({
      outcome: "failed",
      code: "label_in_use",
      retryable: false,
    });
    expect(await world.providers.carrier.cancelLabel(label.trackingNumber)).toMatchObject({
      outcome: "failed",
      code: "SHIPMENT.ALREADY.TENDERED",
    });
  });

  it("cancels a label once, and takes a second time for done", async () => {
    const { trackingNumber } = await labelled();
    expect(await world.providers.carrier.cancelLabel(trackingNumber)).toEqual({ outcome: "done", value: null });
    expect(await world.providers.carrier.cancelLabel(trackingNumber)).toEqual({ outcome: "done", value: null });
  });

  it("tracks the numbers it knows and leaves out the others", async () => {
    const { trackingNumber } = await labelled();
    const [only, ...others] = value(await world.providers.carrier.track([trackingNumber, "111122223333"]));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ trackingNumber, status: "label_created" });
    expect(Math.abs((only?.at ?? 0) - Date.now())).toBeLessThan(10_000);
  });

  it("moves parcels to the door in its own time, and pushes events that our verifier accepts", async () => {
    const { trackingNumber } = await labelled();
    await world.turn("fedex", { speed: 200_000 });
    await until(
      "the parcel to be delivered",
      async () => value(await world.providers.carrier.track([trackingNumber]))[0]?.status === "delivered",
    );
    const pushed = await until("four events", async () => {
      const all = await world.delivered(`"trackingNumber":"${trackingNumber}"`);
      return all.length >= 4 && all;
    });
    const secret = world.vars["FEDEX_WEBHOOK_SECRET"] ?? "";
    const verified = await Promise.all(
      pushed.map(({ body, headers }) => verifyFedexWebhook(body, new Headers(headers), secret)),
    );
    const statuses = verified.map((one) => (one.ok ? one.event.status : one.reason));
    expect(new Set(statuses)).toEqual(new Set(["in_transit", "out_for_delivery", "delivered"]));
  });

  it("turns away the 101st call of a minute and says when to come back", async () => {
    await world.turn("fedex", { callsPerMinute: 100 });
    const results: ProviderResult<unknown>[] = [];
    for (let call = 0; call <= 100; call += 1)
      results.push(await world.providers.carrier.validateAddress(request().to.address));
    const last = results.at(-1);
    expect(last).toMatchObject({ outcome: "failed", code: "rate_limited", retryable: true });
    if (last?.outcome !== "failed") throw new Error("expected a refusal");
    expect(last.retryAfterMs).toBeGreaterThan(0);
    expect(last.retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe("the simulators' pages", () => {
  it.each(["", "mailbox", "stripe", "sendgrid", "twilio", "fedex", "paypal"])("shows /simulators/%s", async (path) => {
    const page = await world.fetch(`http://localhost:8787/simulators/${path}`, { method: "GET" });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<h1>");
  });

  it("turns a knob by its form and leaves the others as they were", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const knobs = "http://localhost:8787/simulators/twilio/knobs";
    const turned = await world.fetch(knobs, { method: "POST", headers: form, body: "latencyMs=7&errorRate=0&seed=1" });
    expect(turned.status).toBe(303);
    expect(await (await world.fetch(knobs, { method: "GET" })).json()).toMatchObject({
      latencyMs: 7,
      webhooksEnabled: false,
      callsPerMinute: 100,
    });
  });

  it.each(['{"latencyMs":-1}', '{"errorRate":2}', '{"unknown":1}', "[]", "no json"])(
    "refuses the knobs %s",
    async (body) => {
      const answer = await world.fetch("http://localhost:8787/simulators/twilio/knobs", { method: "PUT", body });
      expect(answer.status).toBe(422);
    },
  );

  it("answers 404 for a vendor that is not simulated", async () => {
    expect((await world.fetch("http://localhost:8787/simulators/adyen", { method: "GET" })).status).toBe(404);
  });
});
