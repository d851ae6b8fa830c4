/** An amount in the smallest unit of its currency (cents; whole yen): always an integer. */
export type MinorUnits = number;

/** ISO 4217, upper case. */
export type Currency = string;

export interface Money {
  amount: MinorUnits;
  currency: Currency;
}

/**
 * Digits after the decimal point of a currency that we accept, from ISO 4217.
 * A currency that is not here is refused: guessing two digits would charge a hundredfold in yen.
 */
const EXPONENTS: Readonly<Record<string, number>> = {
  AED: 2,
  AUD: 2,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  INR: 2,
  JPY: 0,
  KES: 2,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  NOK: 2,
  NZD: 2,
  PLN: 2,
  SEK: 2,
  SGD: 2,
  TRY: 2,
  USD: 2,
  ZAR: 2,
};

/** Whether amounts in this currency are accepted. */
export function isCurrency(text: string): text is Currency {
  return Object.hasOwn(EXPONENTS, text);
}

/** Digits after the decimal point; throws for a currency that `isCurrency` refuses. */
export function currencyExponent(currency: Currency): number {
  const exponent = EXPONENTS[currency];
  if (exponent === undefined) throw new RangeError(`unknown currency ${currency}`);
  return exponent;
}

/** Minor units of `whole` major units: 5 EUR is 500, 5 JPY is 5. */
export function minorUnits(whole: number, currency: Currency): MinorUnits {
  return Math.round(whole * 10 ** currencyExponent(currency));
}

/** The amount as people write it: `19.99 EUR`, `500 JPY`. */
export function formatMoney({ amount, currency }: Money): string {
  return `${(amount / 10 ** currencyExponent(currency)).toFixed(currencyExponent(currency))} ${currency}`;
}

/** `amount × ppm / 1,000,000`, rounded half away from zero to a whole minor unit. */
export function partsPerMillion(amount: MinorUnits, ppm: number): MinorUnits {
  const exact = (amount * ppm) / 1_000_000;
  return Math.sign(exact) * Math.round(Math.abs(exact));
}

/**
 * Splits `total` in proportion to `weights` without losing or inventing a unit (largest remainder method;
 * ties go to the earlier part). All weights zero: everything goes to the first part. No weights: no parts.
 */
export function allocateMoney(total: MinorUnits, weights: readonly number[]): MinorUnits[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map((_, index) => (index === 0 ? total : 0));
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.trunc);
  let rest = total - parts.reduce((a, b) => a + b, 0);
  const order = exact
    .map((value, index) => ({ index, remainder: Math.abs(value - Math.trunc(value)) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (let i = 0; rest !== 0; i = (i + 1) % order.length) {
    const step = Math.sign(rest);
    const index = order[i]?.index ?? 0;
    parts[index] = (parts[index] ?? 0) + step;
    rest -= step;
  }
  return parts;
}
