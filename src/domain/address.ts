import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";
import { formatAddress } from "localized-address-format";
import type { Address, Contact } from "./catalog.ts";
import { isEmail } from "./email.ts";
import { LABEL, labelLines, wrap } from "./label-lines.ts";
import { isCountry } from "./places/countries.ts";
import { readPostalCode } from "./places/postal-codes.ts";
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

/** The 15 digits of E.164 with room for the ways people group them. */
const LONGEST_PHONE = 40;

/** The longest state or province that is taken. */
const LONGEST_REGION = 50;

/** Countries that deliver no post without a postal code, by Google's libaddressinput and by FedEx. */
const NEEDS_POSTAL_CODE = new Set(
  (
    "AS AT AU AX BE BL BR CA CH CN DE DK ES FI FK FM FR GB GF GG GL GP GR GU IM IN IT JE JP KR LI LU MF MH MP MQ MX MY NC " +
    "NL NO NZ PL PM PR PT PW RE RU SE SG SJ SM TR TW UA US VI WF YT ZA"
  ).split(" "),
);

/** Countries where an address is not unique, or no carrier takes it, without its state, province or emirate. */
const NEEDS_REGION = new Set("AE AU BR CA CN IN MX US".split(" "));

/** An address as it was given, read: as it is kept, or everything that keeps it from being right. */
export type ReadAddress = { ok: true; address: Address } | { ok: false; problems: AddressProblem[] };

/** What callers give: optional fields may also be there without a value. */
export type GivenAddress = Pick<Address, "line1" | "city" | "country"> & {
  [Field in "line2" | "region" | "postalCode"]?: string | undefined;
};

/**
 * Reads an address at the edge. A state or province becomes its code (`Texas` is `TX`), a postal code is written as its
 * country does. What comes back is complete and well formed for its country and fits on a label.
 */
export function readAddress(given: GivenAddress): ReadAddress {
  const { country } = given;
  const region = text(given.region);
  const postalCode = text(given.postalCode);
  const line2 = text(given.line2);
  const address: Address = {
    line1: text(given.line1) ?? "",
    ...(line2 !== undefined && { line2 }),
    city: text(given.city) ?? "",
    ...(region !== undefined && { region: regionCode(country, region) ?? region }),
    ...(postalCode !== undefined && { postalCode: readPostalCode(country, postalCode) ?? postalCode }),
    country,
  };
  const problems = checkAddress(address);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, address };
}

/** One way to write a text: composed, with single blanks; undefined where there is nothing in it. */
function text(given: string | undefined): string | undefined {
  const tidy = given?.normalize("NFC").replaceAll(/\s+/g, " ").trim();
  return tidy === "" ? undefined : tidy;
}

/**
 * Everything that keeps the address from being complete and well formed for its country, and from being printed on a
 * label; nothing when it is right. Whether the place exists is for the carrier to say.
 */
export function checkAddress(address: Address): AddressProblem[] {
  const { country } = address;
  if (isBlank(country))
    return [{ field: "country", problem: "missing", detail: "a country, as two letters of ISO 3166-1" }];
  if (!isCountry(country))
    return [{ field: "country", problem: "malformed", detail: "two upper-case letters of ISO 3166-1, such as DE" }];
  return [...checkLines(address), ...checkCity(address), ...checkRegion(address), ...checkPostalCode(address)];
}

function checkLines(address: Address): AddressProblem[] {
  if (isBlank(address.line1))
    return [{ field: "line1", problem: "missing", detail: "street and house number, or what stands for them" }];
  if (labelLines(address) !== null) return [];
  const field = address.line2 !== undefined && wrap(address.line1) !== null ? "line2" : "line1";
  const detail = `a label has room for ${LABEL.lines} lines of ${LABEL.line} characters, divided between words`;
  return [{ field, problem: "too_long", detail }];
}

function checkCity({ city, country }: Address): AddressProblem[] {
  if (isBlank(city)) return fieldsOf(country).city ? [{ field: "city", problem: "missing", detail: "a city" }] : [];
  return city.length <= LABEL.city
    ? []
    : [{ field: "city", problem: "too_long", detail: `at most ${LABEL.city} characters` }];
}

function checkRegion({ region, country }: Address): AddressProblem[] {
  if (isBlank(region))
    return NEEDS_REGION.has(country)
      ? [{ field: "region", problem: "missing", detail: `addresses in ${country} need a state, province or emirate` }]
      : [];
  if (region.length > LONGEST_REGION)
    return [{ field: "region", problem: "too_long", detail: `at most ${LONGEST_REGION} characters` }];
  return hasRegionCodes(country) && regionCode(country, region) === null
    ? [{ field: "region", problem: "malformed", detail: `a state or province of ${country}, as its code or its name` }]
    : [];
}

function checkPostalCode({ postalCode, country }: Address): AddressProblem[] {
  if (isBlank(postalCode))
    return NEEDS_POSTAL_CODE.has(country)
      ? [{ field: "postalCode", problem: "missing", detail: `addresses in ${country} need a postal code` }]
      : [];
  return readPostalCode(country, postalCode) === null
    ? [{ field: "postalCode", problem: "malformed", detail: `a postal code as ${country} writes them` }]
    : [];
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
  else if (name.length > LABEL.name)
    problems.push({ field: "name", problem: "too_long", detail: `at most ${LABEL.name} characters` });
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
