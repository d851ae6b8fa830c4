import { readSavedMeans } from "./saved-method.ts";

/** The payment providers there are. */
export type PaymentProviderName = "stripe" | "paypal";

/**
 * Who takes the money of a payment. `invoice`: a business customer, by our invoice; `external`: a marketplace has it;
 * `exchange`: it was paid for what came back of another order, which has it. No means of payment names an exchange.
 */
export type PaymentTaker = PaymentProviderName | "invoice" | "external" | "exchange";

/** Means of payment that name who takes them. */
const TAKER_OF_MEANS: Readonly<Record<string, PaymentTaker>> = {
  invoice: "invoice",
  external: "external",
  // The customer approves at PayPal.
  paypal: "paypal",
};
/** What follows is the id of a PayPal account saved in PayPal's vault. */
const PAYPAL_VAULT = "paypal_";

/** The id of an account in PayPal's vault, of a means of payment that is one; null for any other. */
export function paypalVaultId(means: string): string | null {
  return means.startsWith(PAYPAL_VAULT) ? means.slice(PAYPAL_VAULT.length) : null;
}

/** The means of payment that this account in PayPal's vault is. */
export function vaultedPaypal(vaultId: string): string {
  return `${PAYPAL_VAULT}${vaultId}`;
}

/**
 * Who takes the money that is paid by this means, saved or not: every token that is nobody else's is Stripe's, which
 * judges it.
 */
export function providerOf(means: string): PaymentTaker {
  if (paypalVaultId(readSavedMeans(means)?.method ?? means) !== null) return "paypal";
  return (Object.hasOwn(TAKER_OF_MEANS, means) ? TAKER_OF_MEANS[means] : undefined) ?? "stripe";
}

/** Whether nobody outside is asked for this money: what becomes of it is only written down, and our books or a person settle it. */
export function isSettledElsewhere(taker: PaymentTaker): taker is Exclude<PaymentTaker, PaymentProviderName> {
  return taker === "invoice" || taker === "external" || taker === "exchange";
}
