import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import { createPaymentRecords } from "../../src/providers/registry.ts";
import type { PaymentRecords } from "../../src/providers/payment-records.ts";
import { startSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

let world: SimulatedWorld;
let records: PaymentRecords;
beforeAll(async () => {
  world = await startSimulatedWorld();
  const secretKey = world.vars["STRIPE_SECRET_KEY"] ?? "";
  const config = { stripe: { secretKey }, paypal: { clientId: "", clientSecret: "" } };
  [records] = createPaymentRecords({ ...config, simulators: { fetch: world.fetch } }) as [PaymentRecords];
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

const none = () => null;
const eur = (amount: number) => ({ amount, currency: "EUR" });

async function authorized(orderId: string, paymentMethod = "pm_card_visa"): Promise<string> {
  const payments = world.providers.payments.stripe;
  const input = { orderId, payment: 1, amount: eur(2000), paymentMethod, description: orderId };
  const { intentId } = value(await payments.createIntent(input, `${orderId}:create`));
  const by = { paymentMethod, returnUrl: "http://localhost:8787/back", offSession: false };
  await payments.confirmIntent(intentId, by, `${orderId}:confirm`);
  return intentId;
}

describe("the simulated Stripe's books", () => {
  it("list what was authorized, captured and refunded within a time, page by page", async () => {
    const payments = world.providers.payments.stripe;
    const from = Math.floor(Date.now() / 1000) * 1000;
    const [held, taken, back, declined, voided] = [
      await authorized("ord_held"),
      await authorized("ord_taken"),
      await authorized("ord_back"),
      await authorized("ord_declined", "pm_card_chargeDeclined"),
      await authorized("ord_voided"),
    ];
    value(await payments.capture(taken, eur(1500), "taken:capture"));
    value(await payments.capture(back, eur(2000), "back:capture"));
    value(await payments.refund(back, eur(700), "late", "back:refund"));
    value(await payments.voidIntent(voided, "voided:void"));
    const record = (intentId: string, orderId: string, captured: number, refunded: number) => ({
      intentId,
      orderId,
      currency: "EUR",
      authorized: 2000,
      captured,
      refunded,
    });
    const all = [
      record(held, "ord_held", 0, 0),
      record(taken, "ord_taken", 1500, 0),
      record(back, "ord_back", 2000, 700),
      record(voided, "ord_voided", 0, 0),
    ];
    const moved = value(await records.movedBetween(from, Date.now() + 60_000, none));
    expect(moved.toSorted((a, b) => (a.orderId ?? "").localeCompare(b.orderId ?? ""))).toEqual(
      all.toSorted((a, b) => a.orderId.localeCompare(b.orderId)),
    );
    for (const one of all) expect(value(await records.findRecord(one.intentId))).toEqual(one);
    expect(value(await records.findRecord(declined))).toMatchObject({ authorized: 0 });
    expect(value(await records.findRecord("pi_none"))).toBeNull();
    expect(value(await records.movedBetween(from - 86_400_000, from - 1000, none))).toEqual([]);
  });

  it.each(["charges", "balance_transactions", "refunds"])("give the %s on as many pages as there are", async (list) => {
    for (const n of [1, 2, 3]) {
      const intentId = await authorized(`ord_${list}${n}`);
      value(await world.providers.payments.stripe.capture(intentId, eur(2000), `${list}${n}:capture`));
      value(await world.providers.payments.stripe.refund(intentId, eur(1), "late", `${list}${n}:refund`));
    }
    const headers = { authorization: `Bearer ${world.vars["STRIPE_SECRET_KEY"]}` };
    const ids: string[] = [];
    for (let more = true, after = ""; more;) {
      const url = `https://api.stripe.com/v1/${list}?limit=1&type=charge${after}`;
      const page = (await (await world.fetch(url, { method: "GET", headers })).json()) as {
        data: { id: string }[];
        has_more: boolean;
      };
      expect(page.data).toHaveLength(1);
      ids.push(page.data[0]!.id);
      after = `&starting_after=${page.data[0]!.id}`;
      more = page.has_more;
    }
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
