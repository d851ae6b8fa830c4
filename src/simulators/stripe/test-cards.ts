/** What the bank says when a card is asked to pay. */
export type CardBehaviour =
  | { kind: "approves" }
  | { kind: "declines"; code: string; declineCode: string | null; message: string }
  | { kind: "asks_customer" };

export interface TestCard {
  brand: string;
  last4: string;
  behaviour: CardBehaviour;
  /** The bank wants to see the customer when the card is saved, and not again after that. */
  asksOnSetup?: true;
  /** Refunds to it succeed, and fail some time later. */
  failsRefunds?: true;
}

const DECLINED = "Your card was declined.";

function approves(brand: string, last4: string): TestCard {
  return { brand, last4, behaviour: { kind: "approves" } };
}

function declines(last4: string, code: string, declineCode: string | null, message: string): TestCard {
  return { brand: "visa", last4, behaviour: { kind: "declines", code, declineCode, message } };
}

function asksCustomer(last4: string): TestCard {
  return { brand: "visa", last4, behaviour: { kind: "asks_customer" } };
}

/** Stripe's own test payment methods that we have met, with what their page says of them. */
export const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: approves("visa", "4242"),
  pm_card_visa_debit: approves("visa", "5556"),
  pm_card_mastercard: approves("mastercard", "4444"),
  pm_card_amex: approves("amex", "8431"),
  pm_card_discover: approves("discover", "1117"),
  pm_card_jcb: approves("jcb", "0505"),
  pm_card_threeDSecureOptional: approves("visa", "3055"),
  pm_card_refundFail: { ...approves("visa", "5126"), failsRefunds: true },
  pm_card_chargeDeclined: declines("0002", "card_declined", "generic_decline", DECLINED),
  pm_card_visa_chargeDeclined: declines("0002", "card_declined", "generic_decline", DECLINED),
  pm_card_chargeDeclinedInsufficientFunds: declines(
    "9995",
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
  ),
  pm_card_visa_chargeDeclinedInsufficientFunds: declines(
    "9995",
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
  ),
  pm_card_chargeDeclinedLostCard: declines("9987", "card_declined", "lost_card", DECLINED),
  pm_card_visa_chargeDeclinedLostCard: declines("9987", "card_declined", "lost_card", DECLINED),
  pm_card_chargeDeclinedStolenCard: declines("9979", "card_declined", "stolen_card", DECLINED),
  pm_card_visa_chargeDeclinedStolenCard: declines("9979", "card_declined", "stolen_card", DECLINED),
  pm_card_chargeDeclinedFraudulent: declines("0019", "card_declined", "fraudulent", DECLINED),
  pm_card_chargeDeclinedExpiredCard: declines("0069", "expired_card", null, "Your card has expired."),
  pm_card_chargeDeclinedIncorrectCvc: declines(
    "0127",
    "incorrect_cvc",
    null,
    "Your card's security code is incorrect.",
  ),
  pm_card_chargeDeclinedProcessingError: declines(
    "0119",
    "processing_error",
    null,
    "An error occurred while processing your card. Try again in a little bit.",
  ),
  pm_card_chargeDeclinedTryAgainLater: declines("0101", "card_declined", "try_again_later", DECLINED),
  pm_card_threeDSecureRequired: asksCustomer("3063"),
  pm_card_threeDSecure2Required: asksCustomer("3220"),
  pm_card_authenticationRequired: asksCustomer("3184"),
  pm_card_authenticationRequiredOnSetup: { ...approves("visa", "3155"), asksOnSetup: true },
};

/** The test payment method that a test card number stands for; null for any other number. */
export function testMethodOfNumber(number: string): string | null {
  const digits = number.replaceAll(" ", "");
  if (!/^[0-9]{15,16}$/.test(digits)) return null;
  return Object.entries(TEST_CARDS).find(([, { last4 }]) => digits.endsWith(last4))?.[0] ?? null;
}
