import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";
import { formatAddress } from "localized-address-format";
import { postcodeValidator, postcodeValidatorExistsForCountry } from "postcode-validator";
import type { Address, Contact } from "./catalog.ts";
import { isCountry } from "./places/countries.ts";
import { hasRegionCodes, regionCode } from "./places/regions.ts";

/** `missing`: the country's form needs it; `malformed`: it can't be right; `too_long`: it fits on no label. */
export type FieldProblem = "missing" | "malformed" | "too_long";

export interface AddressProblem {
  field: keyof Address;
  problem: FieldProblem;
  /** What would be right, for people. */
  detail: string;
}

export interface ContactProblem {
  field: keyof Contact;
  problem: FieldProblem;
  detail: string;
}

/** The longest line that carriers print; two lines take 35 characters each. */
const LONGEST: Readonly<Record<Exclude<keyof Address, "country">, number>> = {
  line1: 70,
  line2: 70,
  city: 50,
  region: 50,
  postalCode: 12,
};

/** The 15 digits of E.164 with room for the ways people group them. */
const LONGEST_PHONE = 40;

/** Countries where post is not delivered without a postal code. */
const NEEDS_POSTAL_CODE = new Set(
  (
    "AR AS AT AU AX BE BL BR CA CH CN CY CZ DE DK EE ES FI FK FM FO FR GB GF GG GI GL GP GR GU HR HU IM IN IT JE JP KR LI LT " +
    "LU LV MC MF MH MP MQ MX MY NC NL NO NZ PF PL PM PR PT PW RE RO RU SE SG SI SJ SK SM TH TR TW UA US VA VI WF YT ZA"
  ).split(" "),
);

/** Countries where an address is not unique, or no carrier takes it, without its state, province or emirate. */
const NEEDS_REGION = new Set("AE AU BR CA CN IN MX US".split(" "));

/**
 * Everything that keeps the address from being complete and well formed for its country; nothing when it is. Whether
 * the place exists is for the carrier to say. Postal codes are judged as `normalizePostalCode` leaves them.
 */
export function checkAddress(address: Address): AddressProblem[] {
  const problems: AddressProblem[] = [];
  const { country } = address;
  const add = (field: keyof Address, problem: FieldProblem, detail: string): void =>
    void problems.push({ field, problem, detail });
  for (const [field, longest] of Object.entries(LONGEST) as [keyof typeof LONGEST, number][]) {
    const text = address[field];
    if (text !== undefined && text.length > longest) add(field, "too_long", `at most ${longest} characters`);
  }
  if (isBlank(country)) {
    add("country", "missing", "a country, as two letters of ISO 3166-1");
    return problems;
  }
  if (!isCountry(country)) {
    add("country", "malformed", "two upper-case letters of ISO 3166-1, such as DE");
    return problems;
  }
  if (isBlank(address.line1)) add("line1", "missing", "street and house number, or what stands for them");
  if (isBlank(address.city) && fieldsOf(country).city) add("city", "missing", "a city");
  if (isBlank(address.region)) {
    if (NEEDS_REGION.has(country))
      add("region", "missing", `addresses in ${country} need a state, province or emirate`);
  } else if (hasRegionCodes(country) && regionCode(country, address.region) === null) {
    add("region", "malformed", `a state or province of ${country}, as its code or its English name`);
  }
  if (isBlank(address.postalCode)) {
    if (NEEDS_POSTAL_CODE.has(country)) add("postalCode", "missing", `addresses in ${country} need a postal code`);
  } else if (!isPostalCode(country, address.postalCode)) {
    add("postalCode", "malformed", `a postal code as ${country} writes them`);
  }
  return problems;
}

/** Whether the text is a postal code of the country; where its form is not known, letters, digits, spaces and hyphens. */
export function isPostalCode(country: string, text: string): boolean {
  const code = normalizePostalCode(country, text);
  return postcodeValidatorExistsForCountry(country)
    ? postcodeValidator(code, country)
    : /^[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?$/.test(code);
}

/** The postal code as its country writes it: upper case, single spaces, the hyphen or space that people leave out. */
export function normalizePostalCode(country: string, text: string): string {
  const code = text.trim().toUpperCase().replaceAll(/\s+/g, " ");
  const bare = code.replaceAll(/[\s-]/g, "");
  const at = (position: number, separator: string): string =>
    `${bare.slice(0, position)}${separator}${bare.slice(position)}`;
  if (country === "JP" && /^\d{7}$/.test(bare)) return at(3, "-");
  if (country === "PL" && /^\d{5}$/.test(bare)) return at(2, "-");
  if (country === "PT" && /^\d{7}$/.test(bare)) return at(4, "-");
  if (country === "BR" && /^\d{8}$/.test(bare)) return at(5, "-");
  if (country === "US" && /^\d{9}$/.test(bare)) return at(5, "-");
  if (country === "NL" && /^\d{4}[A-Z]{2}$/.test(bare)) return at(4, " ");
  if (country === "CA" && /^[A-Z]\d[A-Z]\d[A-Z]\d$/.test(bare)) return at(3, " ");
  if (country === "GB" && /^[A-Z][A-Z\d]{1,3}\d[A-Z]{2}$/.test(bare)) return at(bare.length - 3, " ");
  return code;
}

/**
 * Everything that keeps the contact from being reached: a name, and an e-mail or a phone number. A phone number
 * without a country prefix is read as one of `country`.
 */
export function checkContact(contact: Contact, country?: string): ContactProblem[] {
  const problems: ContactProblem[] = [];
  const { name, email, phone } = contact;
  if (isBlank(name))
    problems.push({ field: "name", problem: "missing", detail: "the name of who receives the parcel" });
  else if (name.length > 100) problems.push({ field: "name", problem: "too_long", detail: "at most 100 characters" });
  if (isBlank(email) && isBlank(phone))
    problems.push({ field: "email", problem: "missing", detail: "an e-mail address or a phone number" });
  if (!isBlank(email) && !isEmail(email))
    problems.push({ field: "email", problem: "malformed", detail: "an address such as ada@example.com" });
  if (!isBlank(phone) && normalizePhone(phone, country) === null) {
    problems.push({
      field: "phone",
      problem: "malformed",
      detail: "a number with its country prefix, such as +4930123456",
    });
  }
  return problems;
}

/**
 * The number in E.164, or null when it can't be one. Without a country prefix it is read as one of `country`.
 * Only its length is judged by the country's plan: plans gain number ranges faster than software is renewed.
 */
export function normalizePhone(text: string, country?: string): string | null {
  if (text.length > LONGEST_PHONE) return null;
  const home = country !== undefined && isSupportedCountry(country) ? { defaultCountry: country } : {};
  const number = parsePhoneNumberFromString(text, { extract: false, ...home });
  return number?.isPossible() ? number.number : null;
}

/** Whether mail can be sent there in principle: one @, a domain with a dot, no spaces or control characters. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  return (
    /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u.test(
      text,
    ) && !text.includes("..")
  );
}

function isBlank(text: string | undefined): text is undefined | "" {
  return text === undefined || text.trim() === "";
}

const formFields = new Map<string, { city: boolean }>();

/** Which fields the country's own form has: found by filling in one and looking whether it is printed. */
function fieldsOf(country: string): { city: boolean } {
  let fields = formFields.get(country);
  if (fields === undefined) {
    const printed = formatAddress({ postalCountry: country, locality: "locality", addressLines: ["line"] }, "latin");
    fields = { city: printed.some((line) => line.includes("locality")) };
    formFields.set(country, fields);
  }
  return fields;
}
