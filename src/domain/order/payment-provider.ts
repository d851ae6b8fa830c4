/** The payment providers there are. */
export type PaymentProviderName = "stripe" | "paypal";

/**
 * Who is asked for the money, by the token of the means of payment: `paypal` (the customer approves at PayPal) and
 * `paypal_…` (what follows is the id of a PayPal account saved in PayPal's vault) are PayPal's, every other token is
 * Stripe's, which judges it.
 */
export function paymentProviderOf(method: string): PaymentProviderName {
  return method === "paypal" || method.startsWith("paypal_") ? "paypal" : "stripe";
}
