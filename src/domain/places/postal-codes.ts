import { postcodeValidator, postcodeValidatorExistsForCountry } from "postcode-validator";

/**
 * Forms that `postcode-validator` does not know, by Google's libaddressinput or the postal operator itself: new codes,
 * old ones that are still written, and what people leave out. `\d` is a digit.
 */
const MORE_FORMS: Readonly<Record<string, string>> = {
  AR: "\\d{4}",
  AS: "96799(-\\d{4})?",
  BH: "(\\d|1[0-2])\\d{2}",
  CO: "\\d{6}",
  EG: "\\d{7}",
  ES: "\\d{5}",
  GB: "GIR 0AA|BFPO \\d{1,4}",
  GL: "39\\d{2}|2412",
  HN: "[A-Z]{2}\\d{4}",
  KH: "\\d{6}",
  KZ: "[A-Z]\\d{2}[A-Z]\\d[A-Z]\\d",
  LI: "94(8[5-9]|9\\d)",
  MM: "\\d{7}",
  MN: "\\d{6}",
  MU: "\\d{3}[A-Z]{2}\\d{3}",
  NI: "\\d{5}",
  PA: "\\d{5}",
  PE: "\\d{5}|(LIMA|CALLAO) \\d{1,2}",
  PW: "96940(-\\d{4})?",
  PY: "\\d{6}",
  SA: "\\d{5}-\\d{4}",
  SJ: "\\d{4}",
  SO: "[A-Z]{2} ?\\d{5}",
  SV: "(CP )?\\d{4}",
  SX: "\\d{4}",
  UM: "96898(-\\d{4})?",
  VE: "\\d{4}-[A-Z]",
};

/** Where the country puts its hyphen or blank into the letters and digits, counted from the start or from the end. */
const SHAPES: readonly { countries: string; bare: RegExp; at: number; separator: " " | "-" }[] = [
  { countries: "JP", bare: /^\d{7}$/, at: 3, separator: "-" },
  { countries: "PL", bare: /^\d{5}$/, at: 2, separator: "-" },
  { countries: "PT", bare: /^\d{7}$/, at: 4, separator: "-" },
  { countries: "BR", bare: /^\d{8}$/, at: 5, separator: "-" },
  { countries: "US PR GU VI AS MP FM MH PW UM SA", bare: /^\d{9}$/, at: 5, separator: "-" },
  { countries: "KY", bare: /^KY\d{5}$/, at: 3, separator: "-" },
  { countries: "AI", bare: /^AI\d{4}$/, at: 2, separator: "-" },
  { countries: "NL", bare: /^\d{4}[A-Z]{2}$/, at: 4, separator: " " },
  { countries: "CA", bare: /^[A-Z]\d[A-Z]\d[A-Z]\d$/, at: 3, separator: " " },
  { countries: "IE", bare: /^[A-Z]\d[\dW][A-Z\d]{4}$/, at: 3, separator: " " },
  { countries: "CZ GR SE SK", bare: /^\d{5}$/, at: 3, separator: " " },
  { countries: "LB", bare: /^\d{8}$/, at: 4, separator: " " },
  { countries: "BM", bare: /^[A-Z]{2}[A-Z\d]{2}$/, at: 2, separator: " " },
  { countries: "MT", bare: /^[A-Z]{3}\d{2,4}$/, at: 3, separator: " " },
  { countries: "SO", bare: /^[A-Z]{2}\d{5}$/, at: 2, separator: " " },
  { countries: "GB", bare: /^BFPO\d{1,4}$/, at: 4, separator: " " },
  { countries: "PE", bare: /^LIMA\d{1,2}$/, at: 4, separator: " " },
  { countries: "PE", bare: /^CALLAO\d{1,2}$/, at: 6, separator: " " },
  { countries: "GB JE GG IM GI", bare: /^[A-Z][A-Z\d]{1,3}\d[A-Z]{2}$/, at: -3, separator: " " },
  { countries: "FK GS IO PN SH TC", bare: /^[A-Z]{4}1ZZ$/, at: -3, separator: " " },
];

/** What people write before the code of a country beside its ISO code: the sign that cars carry, mostly. */
const OTHER_PREFIXES: Readonly<Record<string, string>> = {
  AT: "A",
  AX: "FI FIN",
  BE: "B",
  DE: "D",
  EE: "EST",
  ES: "E",
  FI: "FIN SF",
  FR: "F",
  HU: "H",
  IT: "I",
  LI: "FL",
  LU: "L",
  NO: "N",
  OM: "PC",
  PT: "P",
  SE: "S",
  SI: "SLO",
  SM: "RSM",
  SV: "CP",
  VA: "V SCV",
};

/** Words for "postal code" that come before one. */
const WORDS = /^(?:〒|(?:CEP|C\.?P\.?|PLZ|PIN ?CODE|PIN|ZIP ?CODE|ZIP|CAP|PS[CČ]|POSTCODE)[\s.:]*(?=\S*\d))\s*/u;

/** The digit zero of each script that writes numbers in its own digits. */
const ZEROS = [
  0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
  0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810,
];

const LONGEST = 24;

/**
 * The postal code as its country writes it, or null where the text is none of that country. Full-width letters, digits
 * of other scripts, `〒`, the country's own sign (`D-`, `MD-`), and blanks and hyphens at other places are understood.
 * Where no form of the country is known, a code is up to 12 letters, digits, blanks and hyphens.
 */
export function readPostalCode(country: string, text: string): string | null {
  if (text.length > LONGEST) return null;
  const given = plain(text);
  if (!hasForm(country)) return /^[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?$/.test(given) ? given : null;
  const named = given.replace(WORDS, "");
  // What people leave out comes last, so that two ways of writing one code are kept as one.
  const writings = [withoutPrefix(country, named), named, given, `${country}${named}`];
  const codes = writings.flatMap((code) => [shaped(country, code), bare(code), code]);
  return codes.find((code) => code !== "" && isForm(country, code)) ?? null;
}

/** Upper case, in ASCII digits and hyphens, with single blanks. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/\p{Nd}/gu, asciiDigit)
    .replaceAll(/[\p{Pd}−ーｰ]/gu, "-")
    .toUpperCase()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?- ?/g, "-")
    .trim();
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZEROS.find((start) => code >= start && code < start + 10);
  return zero === undefined ? digit : String(code - zero);
}

function withoutPrefix(country: string, code: string): string {
  const rest = code.startsWith(country) ? code.slice(country.length) : "";
  if (/^[\s-]|^\d/.test(rest)) return rest.replace(/^[\s-]+/, "");
  const sign = OTHER_PREFIXES[country]?.split(" ").find((prefix) => code.startsWith(prefix));
  const found = sign === undefined ? null : /^[\s-]*(\d.*)$/.exec(code.slice(sign.length));
  return found?.[1] ?? code;
}

/** The code with its country's separator in place; empty where the country has none for a code like this. */
function shaped(country: string, code: string): string {
  const letters = bare(code);
  const shape = SHAPES.find((one) => one.countries.split(" ").includes(country) && one.bare.test(letters));
  return shape ? `${letters.slice(0, shape.at)}${shape.separator}${letters.slice(shape.at)}` : "";
}

function bare(code: string): string {
  return code.replaceAll(/[\s.-]/g, "");
}

function hasForm(country: string): boolean {
  return postcodeValidatorExistsForCountry(country) || Object.hasOwn(MORE_FORMS, country);
}

function isForm(country: string, code: string): boolean {
  const more = MORE_FORMS[country];
  if (more !== undefined && new RegExp(`^(?:${more})$`).test(code)) return true;
  return postcodeValidatorExistsForCountry(country) && postcodeValidator(code, country);
}
