import type Stripe from "stripe";
import { z } from "zod";
import { asciiEmail } from "../domain/email.ts";
import type { ProviderResult } from "./outcome.ts";
import type { MethodSetup, SavedCard, SavedMethods } from "./saved-methods.ts";
import { shortfallOf, stripeClient, type StripeConfig } from "./stripe.ts";

const methodShape = z
  .object({
    id: z.string(),
    card: z.object({ brand: z.string(), last4: z.string(), exp_month: z.number(), exp_year: z.number() }),
  })
  .transform(({ id, card }): SavedCard => ({
    id,
    brand: card.brand,
    last4: card.last4,
    expiresMonth: card.exp_month,
    expiresYear: card.exp_year,
  }));
const setupShape = z.object({
  status: z.string(),
  payment_method: methodShape.nullish(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullish() }).nullish() }).nullish(),
});
const PAGE = 100;

/** Saved cards at Stripe: its customers, what is attached to them, and set-up intents to attach more. */
export class StripeSavedCards implements SavedMethods<SavedCard> {
  readonly provider = "stripe";
  readonly #stripe: Stripe;

  constructor(config: StripeConfig) {
    this.#stripe = stripeClient(config);
  }

  createCustomer(
    { id, name, email }: { id: string; name: string; email?: string },
    idempotencyKey: string,
  ): Promise<ProviderResult<string>> {
    const address = email === undefined ? null : asciiEmail(email);
    const params = { name, metadata: { customer_id: id }, ...(address !== null && { email: address }) };
    return read(
      z.object({ id: z.string() }),
      (made) => made.id,
      () => this.#stripe.customers.create(params, { idempotencyKey }),
    );
  }

  async save(
    providerCustomer: string,
    token: string,
    returnUrl: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<MethodSetup<SavedCard>>> {
    const setup = await read(
      setupShape,
      (made) => made,
      () =>
        this.#stripe.setupIntents.create(
          {
            customer: providerCustomer,
            payment_method: token,
            confirm: true,
            usage: "off_session",
            return_url: returnUrl,
            allowed_payment_method_types: ["card"],
            expand: ["payment_method"],
          },
          { idempotencyKey },
        ),
    );
    if (setup.outcome !== "done") return setup;
    const { status, payment_method: card, next_action: next } = setup.value;
    const actionUrl = next?.redirect_to_url?.url;
    if (status === "succeeded" && card) return { outcome: "done", value: { status: "ready", method: card } };
    if (status === "requires_action" && actionUrl)
      return { outcome: "done", value: { status: "requires_action", actionUrl } };
    return { outcome: "failed", code: status, message: "the card could not be saved", retryable: false };
  }

  list(providerCustomer: string): Promise<ProviderResult<SavedCard[]>> {
    return read(
      z.object({ data: z.array(methodShape) }),
      ({ data }) => data,
      () => this.#stripe.customers.listPaymentMethods(providerCustomer, { type: "card", limit: PAGE }),
    );
  }

  async find(providerCustomer: string, id: string): Promise<ProviderResult<SavedCard | null>> {
    const found = await read(
      methodShape,
      (card) => card,
      () => this.#stripe.customers.retrievePaymentMethod(providerCustomer, id),
    );
    return found.outcome === "failed" && found.code === "resource_missing" ? { outcome: "done", value: null } : found;
  }

  remove(id: string, idempotencyKey: string): Promise<ProviderResult<null>> {
    return read(
      z.object({ id: z.string() }),
      () => null,
      () => this.#stripe.paymentMethods.detach(id, {}, { idempotencyKey }),
    );
  }
}

async function read<Answer, Value>(
  shape: z.ZodType<Answer>,
  valueOf: (answer: Answer) => Value,
  call: () => Promise<unknown>,
): Promise<ProviderResult<Value>> {
  try {
    const answer = shape.safeParse(await call());
    return answer.success
      ? { outcome: "done", value: valueOf(answer.data) }
      : { outcome: "unknown", message: "unreadable answer" };
  } catch (error) {
    return shortfallOf(error);
  }
}
