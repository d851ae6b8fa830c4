import type Stripe from "stripe";
import { z } from "zod";
import type { MoneyRecord } from "../domain/reconciliation.ts";
import type { ProviderResult } from "./outcome.ts";
import type { PaymentRecords } from "./payment-records.ts";
import { shortfallOf, stripeClient, type StripeConfig } from "./stripe.ts";

const metadata = z.record(z.string(), z.string()).nullish();
const chargeShape = z.object({
  payment_intent: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  amount: z.number().int(),
  amount_captured: z.number().int(),
  amount_refunded: z.number().int(),
  captured: z.boolean(),
  currency: z.string(),
  status: z.string(),
  metadata,
});
const intentShape = z.object({
  id: z.string(),
  currency: z.string(),
  metadata,
  latest_charge: chargeShape.nullish(),
});

/** The most that Stripe gives on one page; the library asks for the next ones. */
const PAGE = 100;

/** Stripe's books: charges for authorizations, balance transactions for captures, refunds for refunds. */
export class StripeRecords implements PaymentRecords {
  readonly provider = "stripe";
  readonly #stripe: Stripe;

  constructor(config: StripeConfig) {
    this.#stripe = stripeClient(config);
  }

  async movedBetween(from: number, to: number): Promise<ProviderResult<MoneyRecord[]>> {
    const created = { gte: Math.floor(from / 1000), lt: Math.floor(to / 1000) };
    const found = new Map<string, MoneyRecord>();
    const take = (charge: unknown): void => {
      const record = recordOf(chargeShape.parse(charge));
      if (record !== null) found.set(record.intentId, record);
    };
    try {
      for await (const charge of this.#stripe.charges.list({ created, limit: PAGE })) take(charge);
      const captures = { created, type: "charge", limit: PAGE, expand: ["data.source"] };
      for await (const { source } of this.#stripe.balanceTransactions.list(captures)) take(source);
      const refunds = { created, limit: PAGE, expand: ["data.charge"] };
      for await (const { charge } of this.#stripe.refunds.list(refunds)) take(charge);
      return { outcome: "done", value: [...found.values()] };
    } catch (error) {
      return error instanceof z.ZodError ? { outcome: "unknown", message: "unreadable answer" } : shortfallOf(error);
    }
  }

  async findRecord(intentId: string): Promise<ProviderResult<MoneyRecord | null>> {
    try {
      const answer = await this.#stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] });
      const read = intentShape.safeParse(answer);
      if (!read.success) return { outcome: "unknown", message: "unreadable answer" };
      const { id, currency, metadata: named, latest_charge: charge } = read.data;
      const orderId = named?.["order_id"] ?? null;
      const none = { intentId: id, orderId, currency: currency.toUpperCase(), authorized: 0, captured: 0, refunded: 0 };
      return { outcome: "done", value: (charge && recordOf(charge)) ?? none };
    } catch (error) {
      const shortfall = shortfallOf(error);
      return shortfall.outcome === "failed" && shortfall.code === "resource_missing"
        ? { outcome: "done", value: null }
        : shortfall;
    }
  }
}

/** The charge as a record; null for one that was declined, or that no intent has made. */
function recordOf(charge: z.infer<typeof chargeShape>): MoneyRecord | null {
  const intentId = typeof charge.payment_intent === "object" ? charge.payment_intent?.id : charge.payment_intent;
  if (intentId === undefined || charge.status === "failed") return null;
  return {
    intentId,
    orderId: charge.metadata?.["order_id"] ?? null,
    currency: charge.currency.toUpperCase(),
    authorized: charge.amount,
    captured: charge.amount_captured,
    // What is released of an authorization is no refund of anything.
    refunded: charge.captured ? charge.amount_refunded : 0,
  };
}
