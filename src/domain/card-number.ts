/** Beginnings of card numbers, by their first digits, and the lengths that those cards have. */
const SCHEMES: readonly { from: number; to: number; digits: number; lengths: readonly number[] }[] = [
  { from: 4, to: 4, digits: 1, lengths: [16, 19] }, // Visa
  { from: 51, to: 55, digits: 2, lengths: [16] }, // Mastercard
  { from: 2221, to: 2720, digits: 4, lengths: [16] },
  { from: 34, to: 34, digits: 2, lengths: [15] }, // American Express
  { from: 37, to: 37, digits: 2, lengths: [15] },
  { from: 300, to: 305, digits: 3, lengths: [14, 16] }, // Diners Club
  { from: 36, to: 36, digits: 2, lengths: [14, 16] },
  { from: 38, to: 39, digits: 2, lengths: [14, 16] },
  { from: 3528, to: 3589, digits: 4, lengths: [16, 19] }, // JCB
  { from: 6011, to: 6011, digits: 4, lengths: [16, 19] }, // Discover
  { from: 644, to: 659, digits: 3, lengths: [16, 19] },
  { from: 62, to: 62, digits: 2, lengths: [16, 18, 19] }, // UnionPay
  { from: 5018, to: 5018, digits: 4, lengths: [16, 18, 19] }, // Maestro
  { from: 5020, to: 5020, digits: 4, lengths: [16, 18, 19] },
  { from: 5038, to: 5038, digits: 4, lengths: [16, 18, 19] },
  { from: 6759, to: 6763, digits: 4, lengths: [16, 18, 19] },
];
const SHORTEST = 14;
const LONGEST = 19;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Groups of digits, one space, dash or dot apart; what follows a letter or a plus is an id or a phone number. */
const DIGIT_GROUPS = /(?<![A-Za-z\d+]|[+\d][\s.-])\d+(?:[\s.-]\d+)*(?![A-Za-z])/g;

/**
 * Whether the text holds what is most probably a payment card's number, whatever stands around it: of a known scheme,
 * of that scheme's length, and with its check digit. Thirteen digits are none: cards of that length are gone, while
 * EANs and the ids of marketplaces have it.
 */
export function holdsCardNumber(text: string): boolean {
  // Most texts of a request are short, and this looks at all of them.
  if (text.length < SHORTEST) return false;
  const runs = text.replaceAll(UUID, "").match(DIGIT_GROUPS) ?? [];
  return runs.some((run) => {
    const groups = run.split(/[\s.-]/);
    return groups.some((_, first) => {
      let digits = "";
      // What stands behind the number (an expiry date, say) is a group of its own.
      for (const group of groups.slice(first)) {
        digits += group;
        if (digits.length > LONGEST) return false;
        if (isCardNumber(digits)) return true;
      }
      return false;
    });
  });
}

function isCardNumber(digits: string): boolean {
  const isKnown = SCHEMES.some((scheme) => {
    const start = Number(digits.slice(0, scheme.digits));
    return start >= scheme.from && start <= scheme.to && scheme.lengths.includes(digits.length);
  });
  return isKnown && hasCheckDigit(digits);
}

/** Luhn's check. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.at(-1 - index));
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
