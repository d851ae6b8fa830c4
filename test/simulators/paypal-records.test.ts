import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPaymentRecords } from "../../src/providers/registry.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { PaymentRecords } from "../../src/providers/payment-records.ts";
import { savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let records: PaymentRecords;
let account: string;
let declining: string;
beforeAll(async () => {
  world = await startSimulatedWorld();
  account = await savePaypal(world);
  declining = await savePaypal(world, "approve_declined");
  const paypal = {
    clientId: world.vars["PAYPAL_CLIENT_ID"] ?? "",
    clientSecret: world.vars["PAYPAL_CLIENT_SECRET"] ?? "",
  };
  const all = createPaymentRecords({ stripe: { secretKey: "sk_test_x" }, paypal, simulators: { fetch: world.fetch } });
  records = all.find(({ provider }) => provider === "paypal") as PaymentRecords;
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

const eur = (amount: number) => ({ amount, currency: "EUR" });
const payments = () => world.providers.payments.paypal;

async function authorized(orderId: string, paymentMethod = account): Promise<string> {
  const input = { orderId, payment: 1, amount: eur(2000), paymentMethod, description: orderId };
  const { intentId } = value(await payments().createIntent(input, `${orderId}:create`));
  const by = { paymentMethod, returnUrl: "http://localhost:8787/back", offSession: false };
  await payments().confirmIntent(intentId, by, `${orderId}:confirm`);
  return intentId;
}

describe("the simulated PayPal's books", () => {
  it("list what was authorized, captured and refunded within a time", async () => {
    const from = Math.floor(Date.now() / 1000) * 1000;
    const [held, taken, back, declined, voided] = [
      await authorized("ord_held"),
      await authorized("ord_taken"),
      await authorized("ord_back"),
      await authorized("ord_declined", declining),
      await authorized("ord_voided"),
    ];
    value(await payments().capture(taken, eur(1500), "taken:capture"));
    value(await payments().capture(back, eur(2000), "back:capture"));
    value(await payments().refund(back, eur(700), "late", "back:refund"));
    value(await payments().voidIntent(voided, "voided:void"));
    const record = (intentId: string, orderId: string, captured: number, refunded: number) => ({
      intentId,
      orderId,
      currency: "EUR",
      authorized: 2000,
      captured,
      refunded,
    });
    const all = [
      record(back, "ord_back", 2000, 700),
      record(held, "ord_held", 0, 0),
      record(taken, "ord_taken", 1500, 0),
      record(voided, "ord_voided", 0, 0),
    ];
    const ids = new Map(all.map(({ orderId, intentId }) => [orderId, intentId]));
    // With our books' names, and without: then each is looked up.
    for (const intentOf of [(orderId: string) => ids.get(orderId) ?? null, () => null]) {
      const moved = value(await records.movedBetween(from, Date.now() + 60_000, intentOf));
      expect(moved.toSorted((a, b) => (a.orderId ?? "").localeCompare(b.orderId ?? ""))).toEqual(all);
    }
    for (const one of all) expect(value(await records.findRecord(one.intentId))).toEqual(one);
    expect(value(await records.findRecord(declined))).toMatchObject({ authorized: 0 });
    expect(value(await records.findRecord("NONE"))).toBeNull();
    expect(value(await records.movedBetween(from - 40 * 86_400_000, from - 1000, () => null))).toEqual([]);
  });

  it("do not take a dispute for a refund", async () => {
    const intentId = await authorized("ord_contested");
    value(await payments().capture(intentId, eur(2000), "contested:capture"));
    const [row] = (await world.rows("paypal", "captures")).filter(({ order_id }) => order_id === intentId);
    await world.fetch(`http://localhost:8787/simulators/paypal/captures/${row?.["id"]}/dispute`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: "reason=OTHER",
    });
    const moved = value(await records.movedBetween(Date.now() - 60_000, Date.now() + 60_000, () => intentId));
    expect(moved.find((one) => one.intentId === intentId)).toMatchObject({ captured: 2000, refunded: 0 });
  });

  it("are given page by page, for 31 days at most, and without authorizations where only the balance counts", async () => {
    await authorized("ord_paged1");
    await authorized("ord_paged2");
    const credentials = btoa(`${world.vars["PAYPAL_CLIENT_ID"]}:${world.vars["PAYPAL_CLIENT_SECRET"]}`);
    const token = await world.fetch("https://api-m.paypal.com/v1/oauth2/token", {
      method: "POST",
      headers: { authorization: `Basic ${credentials}` },
      body: "grant_type=client_credentials",
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const search = async (query: Record<string, string>) => {
      const end = new Date(Date.now() + 1000).toISOString();
      const start = new Date(Date.now() - 60_000).toISOString();
      const asked = new URLSearchParams({ start_date: start, end_date: end, ...query });
      const reply = await world.fetch(`https://api-m.paypal.com/v1/reporting/transactions?${asked.toString()}`, {
        method: "GET",
        headers: { authorization: `Bearer ${access_token}` },
      });
      return (await reply.json()) as {
        total_pages: number;
        transaction_details: { transaction_info: Record<string, string> }[];
        details: { issue: string }[];
      };
    };
    const first = await search({ page_size: "1", balance_affecting_records_only: "N" });
    expect(first.total_pages).toBeGreaterThanOrEqual(2);
    const { transaction_info: info } = first.transaction_details[0]!;
    expect(info["transaction_initiation_date"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
    const second = await search({ page_size: "1", page: "2", balance_affecting_records_only: "N" });
    expect(second.transaction_details[0]?.transaction_info["transaction_id"]).not.toBe(info["transaction_id"]);
    const codes = (await search({})).transaction_details.map((one) => one.transaction_info["transaction_event_code"]);
    expect(codes).not.toContain("T1300");
    const longAgo = new Date(Date.now() - 32 * 86_400_000).toISOString();
    expect(await search({ start_date: longAgo })).toMatchObject({ details: [{ issue: "INVALID_REQUEST" }] });
    expect(await search({ end_date: "yesterday" })).toMatchObject({ details: [{ issue: "INVALID_PARAMETER_SYNTAX" }] });
  });
});
