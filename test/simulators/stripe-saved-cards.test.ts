import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { SavedMethodDesks } from "../../src/providers/registry.ts";
import { savedMethodsIn } from "./save-paypal.ts";
import { startSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

const BACK = "http://localhost:8787/back";
let world: SimulatedWorld;
let cards: SavedMethodDesks["stripe"];
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
  cards = savedMethodsIn(world).stripe;
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

async function customer(): Promise<string> {
  count += 1;
  const ada = { id: `cus_${count}`, name: "Ada", email: "ada@example.com" };
  const made = value(await cards.createCustomer(ada, `customer:${count}`));
  expect(value(await cards.createCustomer(ada, `customer:${count}`))).toBe(made);
  return made;
}

async function saved(owner: string, token = "pm_card_visa"): Promise<string> {
  count += 1;
  const setup = value(await cards.save(owner, token, BACK, `save:${count}`));
  if (setup.status === "ready") return setup.method.id;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  await world.fetch(setup.actionUrl, { method: "POST", headers: form, body: "answer=complete" });
  return value(await cards.list(owner))[0]!.id;
}

/** Charges 20.00 while the customer is away. */
async function charged(owner: string, paymentMethod: string) {
  count += 1;
  const payments = world.providers.payments.stripe;
  const amount = { amount: 2000, currency: "EUR" };
  const input = { orderId: `ord_away${count}`, payment: 1, amount, paymentMethod, customer: owner, description: "x" };
  const created = await payments.createIntent(input, `${count}:create`);
  if (created.outcome !== "done") return created;
  const by = { paymentMethod, returnUrl: BACK, offSession: true };
  return payments.confirmIntent(created.value.intentId, by, `${count}:confirm`);
}

describe("cards saved at the simulated Stripe", () => {
  it("belong to their customer, by what may be shown of them, until they are removed", async () => {
    const [owner, other] = [await customer(), await customer()];
    expect(value(await cards.list(owner))).toEqual([]);
    const first = await saved(owner);
    const second = await saved(owner, "pm_card_mastercard");
    expect(value(await cards.list(owner))).toEqual([
      { id: second, brand: "mastercard", last4: "4444", expiresMonth: 8, expiresYear: 2034 },
      { id: first, brand: "visa", last4: "4242", expiresMonth: 8, expiresYear: 2034 },
    ]);
    expect(value(await cards.find(owner, first))).toMatchObject({ id: first });
    expect(value(await cards.find(other, first))).toBeNull();
    value(await cards.remove(first, `remove:${first}`));
    expect(value(await cards.find(owner, first))).toBeNull();
    expect(value(await cards.list(other))).toEqual([]);
  });

  it("are saved once under one key", async () => {
    const owner = await customer();
    const once = value(await cards.save(owner, "pm_card_visa", BACK, "save:once"));
    expect(value(await cards.save(owner, "pm_card_visa", BACK, "save:once"))).toEqual(once);
    expect(value(await cards.list(owner))).toHaveLength(1);
  });

  it.each([
    ["complete", 1],
    ["fail", 0],
  ])("that the bank asks about are saved once the customer has been there: %s", async (answer, kept) => {
    const owner = await customer();
    const setup = value(await cards.save(owner, "pm_card_authenticationRequiredOnSetup", BACK, `save:asked:${answer}`));
    if (setup.status !== "requires_action") throw new Error("expected the bank to ask");
    expect(value(await cards.list(owner))).toEqual([]);
    expect(await (await world.fetch(setup.actionUrl, { method: "GET" })).text()).toContain("Complete authentication");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const done = await world.fetch(setup.actionUrl, { method: "POST", headers: form, body: `answer=${answer}` });
    expect(done.headers.get("location")).toBe(BACK);
    expect(value(await cards.list(owner))).toHaveLength(kept);
  });

  it("are not those that the bank declines", async () => {
    const owner = await customer();
    expect(await cards.save(owner, "pm_card_chargeDeclined", BACK, "save:declined")).toMatchObject({
      outcome: "failed",
      code: "generic_decline",
    });
    expect(value(await cards.list(owner))).toEqual([]);
  });

  it.each([
    ["pm_card_visa", "authorized"],
    ["pm_card_authenticationRequiredOnSetup", "authorized"],
    ["pm_card_authenticationRequired", "requires_action"],
  ])("are charged while the customer is away: %s is %s", async (token, status) => {
    const owner = await customer();
    expect(value(await charged(owner, await saved(owner, token))).status).toBe(status);
  });

  it("pay for their own customer only", async () => {
    const [owner, other] = [await customer(), await customer()];
    expect(await charged(other, await saved(owner))).toMatchObject({ outcome: "failed", retryable: false });
  });
});
