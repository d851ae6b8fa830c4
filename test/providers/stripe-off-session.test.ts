import { describe, expect, it } from "vitest";
import { StripePayments } from "../../src/providers/stripe.ts";
import fixtures from "../fixtures/stripe/resources.json" with { type: "json" };
import { fakeFetch, json, silent, type Reply } from "./fake-fetch.ts";

const intent = (change: Record<string, unknown>) => ({
  ...fixtures.resources.payment_intent,
  currency: "eur",
  last_payment_error: null,
  next_action: null,
  ...change,
});
const declined = (code: string) =>
  json(402, { error: { type: "card_error", code, decline_code: code, message: "Declined." } });

async function charge(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const payments = new StripePayments({ secretKey: "sk_test_x", fetch, timeLimitMs: 200 });
  const away = { paymentMethod: "pm_saved", returnUrl: "https://shop.example/back", offSession: true };
  const result = await payments.confirmIntent("pi_1", away, "key");
  return {
    result,
    asked: sent.map(({ headers, body }) => ({
      key: headers.get("idempotency-key"),
      ...Object.fromEntries(new URLSearchParams(body)),
    })),
  };
}

describe("a charge while the customer is away", () => {
  it("says so to the bank, and asks once where it agrees", async () => {
    const { result, asked } = await charge(json(200, intent({ status: "requires_capture" })));
    expect(result).toMatchObject({ outcome: "done", value: { status: "authorized" } });
    expect(asked).toMatchObject([{ key: "key", off_session: "true" }]);
    expect(asked[0]).not.toHaveProperty("return_url");
  });

  it("becomes one that they have to come for where the bank wants to see them", async () => {
    const next = { redirect_to_url: { url: "https://bank.example/3ds" } };
    const { result, asked } = await charge(
      declined("authentication_required"),
      json(200, intent({ status: "requires_action", next_action: next })),
    );
    expect(result).toMatchObject({
      outcome: "done",
      value: { status: "requires_action", actionUrl: "https://bank.example/3ds" },
    });
    expect(asked[1]).toMatchObject({
      key: "key:on-session",
      return_url: "https://shop.example/back",
      payment_method: "pm_saved",
    });
    expect(asked[1]).not.toHaveProperty("off_session");
  });

  it("is not asked again after any other decline, nor where the answer is not known", async () => {
    expect((await charge(declined("insufficient_funds"))).result).toMatchObject({
      outcome: "failed",
      code: "insufficient_funds",
    });
    expect((await charge(silent)).result).toMatchObject({ outcome: "unknown" });
  });
});
