import type { Money } from "../domain/money.ts";
import type { ProviderResult } from "./outcome.ts";

/** The states of a payment at the provider that matter to us. */
export type PaymentSnapshot =
  | { status: "created"; intentId: string; amount: Money }
  | { status: "requires_action"; intentId: string; amount: Money; actionUrl: string }
  /** The customer has agreed at the provider; confirming again asks for the money. */
  | { status: "approved"; intentId: string; amount: Money }
  | { status: "authorized"; intentId: string; amount: Money; authorizationExpiresAt: number }
  | { status: "captured"; intentId: string; amount: Money; captured: number; refunded: number }
  | { status: "voided"; intentId: string; amount: Money }
  | { status: "failed"; intentId: string; amount: Money; code: string; message: string; hard: boolean };

/** A refund as the provider has it now. */
export interface RefundSnapshot {
  refundId: string;
  /** `failed`: the money did not reach the customer, and is ours again. */
  status: "pending" | "done" | "failed";
  amount: Money;
  /** Why it failed, in the provider's words; null where it has not. */
  code: string | null;
}

/** What names a payment in a provider's event. */
export interface PaymentReference {
  /** The provider's id of the intent; null where the event does not name it. */
  intentId: string | null;
  /** PayPal's capture, of an event that names nothing else. */
  captureId?: string;
}

/** Whose a payment is, as the provider was told when it was made. All null: it was told nothing of us. */
export interface PaymentOwner {
  orderId: string | null;
  intentId: string | null;
}

export interface CreateIntent {
  /** Our order: becomes the provider's reference, by which a lost reply is looked up. */
  orderId: string;
  /** Number of the payment within the order. */
  payment: number;
  amount: Money;
  /** The provider's token of the means of payment. */
  paymentMethod: string;
  /** The provider's id of its customer, where the method belongs to one. */
  customer?: string;
  description: string;
  email?: string;
}

export interface ConfirmedBy {
  /** The token that the intent was created with. */
  paymentMethod: string;
  /** Where the provider's page sends the customer back to. */
  returnUrl: string;
  /**
   * The customer is away, and pays by what they have saved. Where their bank wants to see them nevertheless, they are
   * asked to come.
   */
  offSession: boolean;
}

/**
 * A payment provider. Amounts are minor units. Every writing call takes the idempotency key under which the
 * provider does it at most once. Card numbers never pass here, only tokens.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Creates the intent without confirming it; no money is asked for yet. */
  createIntent(input: CreateIntent, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>>;
  /**
   * Confirms the intent: asks for the authorization; a declined means of payment is asked again. Where the customer has
   * to agree first, they are sent to the provider's page, and once they have (`approved`) confirming again asks for it.
   */
  confirmIntent(intentId: string, by: ConfirmedBy, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>>;
  /** The provider's own truth about the intent. */
  retrieve(intentId: string): Promise<ProviderResult<PaymentSnapshot>>;
  /** Captures `amount`, at most what was authorized; the rest is released by the provider. */
  capture(intentId: string, amount: Money, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>>;
  /** Gives up the authorization; a payment that was captured before is answered as captured. */
  voidIntent(intentId: string, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>>;
  /** Pays back `amount` of what was captured. */
  refund(
    intentId: string,
    amount: Money,
    reason: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<{ refundId: string; amount: Money }>>;
  /** The provider's own truth about a refund. */
  retrieveRefund(refundId: string): Promise<ProviderResult<RefundSnapshot>>;
  /** Whose payment this is. A reference that the provider does not know is nobody's. */
  findOwner(reference: PaymentReference): Promise<ProviderResult<PaymentOwner>>;
  /**
   * The intent made for this order, if any: for an outcome that is unknown and older than the key's life. Fails with
   * `not_searchable` where the provider does not search by what it was given.
   */
  findByOrder(orderId: string): Promise<ProviderResult<PaymentSnapshot | null>>;
}
