import type { PaymentProviderName } from "../domain/order/payment-provider.ts";
import type { ProviderResult } from "./outcome.ts";

/** A saved card, by what may be shown of it. */
export interface SavedCard {
  /** The provider's id. */
  id: string;
  brand: string;
  last4: string;
  expiresMonth: number;
  expiresYear: number;
}

/** A saved PayPal account, by what may be shown of it. */
export interface SavedAccount {
  /** What an order takes: `paypal_` and PayPal's id. */
  id: string;
  /** The account's mail address but for most of its name; null where PayPal does not tell it. */
  account: string | null;
}

export type SavedMethod = SavedCard | SavedAccount;

/** What saving a means of payment has come to so far. */
export type MethodSetup<Method extends SavedMethod = SavedMethod> =
  | { status: "ready"; method: Method }
  /** The customer's bank, or PayPal, wants to see them first; it is saved once they have been there. */
  | { status: "requires_action"; actionUrl: string };

/**
 * Where customers' means of payment are kept: at the provider, never here. Every writing call takes the idempotency
 * key under which the provider does it at most once.
 */
export interface SavedMethods<Method extends SavedMethod = SavedMethod> {
  readonly provider: PaymentProviderName;
  /** Makes the provider's customer for one of ours; answers its id there. */
  createCustomer(
    customer: { id: string; name: string; email?: string },
    idempotencyKey: string,
  ): Promise<ProviderResult<string>>;
  /** Saves what the token stands for, to be charged while the customer is away; asks now whether it may. */
  save(
    providerCustomer: string,
    token: string,
    returnUrl: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<MethodSetup<Method>>>;
  /** What the customer has saved, at most a hundred. */
  list(providerCustomer: string): Promise<ProviderResult<Method[]>>;
  /** One of them; null where this customer has none of this id. */
  find(providerCustomer: string, id: string): Promise<ProviderResult<Method | null>>;
  /** Forgets it: it can never be charged again. */
  remove(id: string, idempotencyKey: string): Promise<ProviderResult<null>>;
}

/** Means of payment that are saved only once the customer has come back from the provider. */
export interface FinishedByReturn {
  /**
   * Saves what this customer has agreed to; `saved_before` where that was done already, `refused` where the set-up is
   * not theirs, or they have not agreed. May be repeated.
   */
  finish(providerCustomer: string, setup: string): Promise<ProviderResult<"saved" | "saved_before" | "refused">>;
}
