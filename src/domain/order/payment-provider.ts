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

/** Who takes the money that is paid by this means: every token that is nobody else's is Stripe's, which judges it. */
export function providerOf(means: string): PaymentTaker {
  if (isChargedUnasked(means)) return "paypal";
  return (Object.hasOwn(TAKER_OF_MEANS, means) ? TAKER_OF_MEANS[means] : undefined) ?? "stripe";
}

/** Whether this means names an account in PayPal's vault, which is charged without asking its owner. */
export function isChargedUnasked(means: string): boolean {
  return means.startsWith(PAYPAL_VAULT);
}

/** Whether nobody outside is asked for this money: what becomes of it is only written down, and our books or a person settle it. */
export function isSettledElsewhere(taker: PaymentTaker): taker is Exclude<PaymentTaker, PaymentProviderName> {
  return taker === "invoice" || taker === "external" || taker === "exchange";
}
