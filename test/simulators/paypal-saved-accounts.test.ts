import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vaultedPaypal } from "../../src/domain/order/payment-provider.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type { SavedMethodDesks } from "../../src/providers/registry.ts";
import { answerPaypal, savedMethodsIn, savePaypal } from "./save-paypal.ts";
import { startSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

const BACK = "http://localhost:8787/back";
let world: SimulatedWorld;
let accounts: SavedMethodDesks["paypal"];
let count = 0;
beforeAll(async () => {
  world = await startSimulatedWorld();
  accounts = savedMethodsIn(world).paypal;
}, 60_000);
afterAll(() => world.close());

function value<Value>(result: ProviderResult<Value>): Value {
  if (result.outcome !== "done") throw new Error(`expected done, got ${JSON.stringify(result)}`);
  return result.value;
}

async function customer(): Promise<string> {
  count += 1;
  const made = value(await accounts.createCustomer({ id: `cus_${count}`, name: "Ada" }, `customer:${count}`));
  expect(value(await accounts.createCustomer({ id: `cus_${count}`, name: "Ada" }, `customer:${count}`))).toBe(made);
  return made;
}

/** PayPal's page of a new set-up, answered; the set-up's id as the customer brings it back. */
async function answered(owner: string, answer: string): Promise<string> {
  count += 1;
  const setup = value(await accounts.save(owner, "paypal", BACK, `save:${count}`));
  if (setup.status !== "requires_action") throw new Error("expected PayPal to ask");
  expect(await (await world.fetch(setup.actionUrl, { method: "GET" })).text()).toContain("to be saved for later");
  const back = await answerPaypal(world, setup.actionUrl, answer);
  expect(back.origin + back.pathname).toBe(BACK);
  return back.searchParams.get("approval_token_id") ?? "";
}

async function charged(paymentMethod: string) {
  count += 1;
  const payments = world.providers.payments.paypal;
  const amount = { amount: 2000, currency: "EUR" };
  const input = { orderId: `ord_ppaway${count}`, payment: 1, amount, paymentMethod, description: "x" };
  const { intentId } = value(await payments.createIntent(input, `${input.orderId}:create`));
  const by = { paymentMethod, returnUrl: BACK, offSession: true };
  return payments.confirmIntent(intentId, by, `${input.orderId}:confirm`);
}

describe("accounts saved at the simulated PayPal", () => {
  it("belong to their customer once they have come back, are charged while they are away, and can be removed", async () => {
    const [owner, other] = [await customer(), await customer()];
    const setup = await answered(owner, "approve");
    expect(value(await accounts.list(owner))).toEqual([]);
    expect(value(await accounts.finish(owner, setup))).toBe("saved");
    expect(value(await accounts.finish(owner, setup))).toBe("saved_before");
    const [saved, ...more] = value(await accounts.list(owner));
    expect(more).toEqual([]);
    expect(saved).toEqual({ id: expect.stringMatching(/^paypal_/) as string, account: "l***@example.com" });
    const id = saved?.id ?? "";
    expect(value(await accounts.find(owner, id))).toEqual(saved);
    expect(value(await accounts.find(other, id))).toBeNull();
    expect(value(await accounts.list(other))).toEqual([]);
    expect(value(await charged(id)).status).toBe("authorized");
    value(await accounts.remove(id, "remove"));
    value(await accounts.remove(id, "remove again"));
    expect(value(await accounts.find(owner, id))).toBeNull();
    expect(await charged(id)).toMatchObject({ outcome: "failed", code: "TOKEN_ID_NOT_FOUND", retryable: false });
  });

  it("are not saved for who cancels, for another customer, or out of nothing", async () => {
    const [owner, other] = [await customer(), await customer()];
    const cancelled = await answered(owner, "cancel");
    expect(value(await accounts.finish(owner, cancelled))).toBe("refused");
    const approved = await answered(owner, "approve");
    expect(value(await accounts.finish(other, approved))).toBe("refused");
    expect(value(await accounts.finish(owner, "NOSUCHSETUP"))).toBe("refused");
    expect(value(await accounts.list(owner))).toEqual([]);
  });

  it("may be declined later, as any means of payment", async () => {
    expect(await charged(await savePaypal(world, "approve_declined"))).toMatchObject({
      outcome: "failed",
      code: "INSTRUMENT_DECLINED",
    });
  });

  it("are listed past PayPal's largest page", async () => {
    const owner = await customer();
    for (let one = 0; one < 21; one += 1) value(await accounts.finish(owner, await answered(owner, "approve")));
    const listed = value(await accounts.list(owner));
    expect(new Set(listed.map(({ id }) => id)).size).toBe(21);
  });

  it("can't be charged by an id that nobody has saved", async () => {
    expect(await charged(vaultedPaypal("8kk8451t"))).toMatchObject({ outcome: "failed", code: "TOKEN_ID_NOT_FOUND" });
  });
});
