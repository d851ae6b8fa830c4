import type { ProviderResult } from "./outcome.ts";

/** A saved means of payment, by what may be shown of it. */
export interface SavedCard {
  /** The provider's id. */
  id: string;
  brand: string;
  last4: string;
  expiresMonth: number;
  expiresYear: number;
}

/** What saving a means of payment has come to so far. */
export type CardSetup =
  | { status: "ready"; card: SavedCard }
  /** The customer's bank wants to see them first; it is saved once they have been there. */
  | { status: "requires_action"; actionUrl: string };

/**
 * Where customers' means of payment are kept: at the provider, never here. Every writing call takes the idempotency
 * key under which the provider does it at most once.
 */
export interface SavedCards {
  readonly provider: "stripe";
  /** Makes the provider's customer for one of ours; answers its id there. */
  createCustomer(
    customer: { id: string; name: string; email?: string },
    idempotencyKey: string,
  ): Promise<ProviderResult<string>>;
  /** Saves what the token stands for, to be charged while the customer is away; asks their bank now whether it may. */
  save(
    providerCustomer: string,
    token: string,
    returnUrl: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<CardSetup>>;
  /** What the customer has saved, at most a hundred. */
  list(providerCustomer: string): Promise<ProviderResult<SavedCard[]>>;
  /** One of them; null where this customer has none of this id. */
  find(providerCustomer: string, id: string): Promise<ProviderResult<SavedCard | null>>;
  /** Forgets it: it can never be charged again. */
  remove(id: string, idempotencyKey: string): Promise<ProviderResult<null>>;
}
