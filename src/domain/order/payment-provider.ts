/** Who takes the money of a payment. `invoice`: a business customer, by our invoice; `external`: a marketplace has it. */
export const PAYMENT_PROVIDERS = ["stripe", "invoice", "external"] as const;
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];

/** Means of payment that name their provider; every other one is a token of Stripe's. */
const PROVIDER_OF_MEANS: Readonly<Record<string, PaymentProviderName>> = {
  invoice: "invoice",
  external: "external",
};

/** Who takes the money that is paid by this means. */
export function providerOf(means: string): PaymentProviderName {
  return (Object.hasOwn(PROVIDER_OF_MEANS, means) ? PROVIDER_OF_MEANS[means] : undefined) ?? "stripe";
}

/** Whether nobody outside is asked for this money: what becomes of it is only written down, and a person settles it. */
export function isSettledElsewhere(provider: PaymentProviderName): boolean {
  return provider === "invoice" || provider === "external";
}
