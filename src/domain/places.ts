import type { Address } from "./catalog.ts";
import { type Coordinates, isOnGlobe } from "./geography.ts";
import { findCity } from "./places/cities.ts";
import { countryCenter, findCountry, isCountry } from "./places/countries.ts";
import { findPostalArea } from "./places/postal-areas.ts";
import { readPostalCode } from "./places/postal-codes.ts";
import { regionCode } from "./places/regions.ts";

/** Where somebody is: coordinates, a postal address (or what of it is known), or a place's name. */
export type PlaceInput = Coordinates | (Pick<Address, "country"> & Partial<Omit<Address, "country">>) | string;

/** What a location was found by; it is as exact as that. */
export type LocationPrecision = "coordinates" | "postal_code" | "city" | "country";

export interface LocatedPlace {
  location: Coordinates;
  /** ISO 3166-1 alpha-2; not known of bare coordinates. */
  country?: string;
  precision: LocationPrecision;
}

/** Longer texts are no names of places. */
const LONGEST_NAME = 200;
/** Tried in turn when a name ends in a state or province, as in `Austin, TX`. */
const COUNTRIES_WITH_REGION_CODES = ["US", "CA", "AU"];

/**
 * Where that is, from built-in tables; null for what they do not know and for coordinates off the globe.
 *
 * - An address: the postal code's area, else the city, else the middle of the country's people. Where the area is as
 *   wide as a first digit makes it, a known city comes first.
 * - A name: `52.52, 13.40`; a city or a country in English or at home (`München`, `Deutschland`); a city or a postal
 *   code with its country or its state (`London, CA`; `10115, DE`; `Austin, TX`). A city's name alone is the best
 *   known of that name.
 */
export function locate(input: PlaceInput): LocatedPlace | null {
  if (typeof input === "string") return locateName(input);
  if ("latitude" in input) return locateCoordinates(input);
  return locateAddress(input);
}

/** Where an address is, as exactly as the tables know it: at worst the middle of its country's people. */
export function pointOf(address: Address): Coordinates {
  const place = locateAddress(address);
  if (place === null) throw new RangeError(`${address.country} is no country, and no address has it`);
  return place.location;
}

/** Where an order's warehouses are ranked from: what its caller knew of the place, else where the address is. */
export function rankingPoint({ location, address }: { location: Coordinates | null; address: Address }): Coordinates {
  return location ?? pointOf(address);
}

function locateCoordinates({ latitude, longitude }: Coordinates): LocatedPlace | null {
  return isOnGlobe({ latitude, longitude }) ? { location: { latitude, longitude }, precision: "coordinates" } : null;
}

function locateAddress({
  country,
  postalCode,
  city,
}: Pick<Address, "country" | "postalCode"> & { city?: string }): LocatedPlace | null {
  if (!isCountry(country)) return null;
  return locateWithin(country, postalCode, city) ?? locateCountry(country);
}

function locateWithin(
  country: string,
  postalCode: string | undefined,
  cityName: string | undefined,
): LocatedPlace | null {
  const code = postalCode === undefined ? null : (readPostalCode(country, postalCode) ?? postalCode);
  const area = code === null ? null : findPostalArea(country, code);
  const nearEnough = area !== null && area.prefix.length > 1;
  const city = cityName === undefined || nearEnough ? null : findCity(cityName, country);
  if (city !== null) return { location: city.location, country, precision: "city" };
  return area === null ? null : { location: area.location, country, precision: "postal_code" };
}

function locateCountry(country: string): LocatedPlace | null {
  const location = countryCenter(country);
  return location === null ? null : { location, country, precision: "country" };
}

function locateName(text: string): LocatedPlace | null {
  if (text.length > LONGEST_NAME) return null;
  const numbers = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (numbers !== null) return locateCoordinates({ latitude: Number(numbers[1]), longitude: Number(numbers[2]) });
  const city = findCity(text);
  if (city !== null) return { location: city.location, country: city.country, precision: "city" };
  const country = findCountry(text);
  if (country !== null) return locateCountry(country);
  return locateQualified(text);
}

/** A name with its country: after a comma, or as the last words. */
function locateQualified(text: string): LocatedPlace | null {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const last = parts.at(-1);
  if (last !== undefined && parts.length > 1) return locateParts(parts.slice(0, -1), last);
  const words = text.trim().split(/\s+/);
  for (let at = 1; at < words.length; at += 1) {
    for (const country of countriesNamed(words.slice(at).join(" "))) {
      const found = locateWithin(country, codeIn(words.slice(0, at)), words.slice(0, at).join(" "));
      if (found !== null) return found;
    }
  }
  return null;
}

/** `parts` from the smallest to the largest, as addresses are written. */
function locateParts(parts: readonly string[], last: string): LocatedPlace | null {
  const countries = countriesNamed(last);
  for (const country of countries) {
    for (const part of parts.toReversed()) {
      const words = part.split(/\s+/);
      const name = words.filter((word) => !/\d/.test(word)).join(" ");
      const found = locateWithin(country, codeIn(words), name);
      if (found !== null) return found;
    }
  }
  return countries[0] === undefined ? null : locateCountry(countries[0]);
}

/** `CA` is Canada, and California too: the country first, then those with such a state. */
function countriesNamed(text: string): string[] {
  const country = findCountry(text);
  // A state may be followed by its ZIP code, as in `Austin, TX 78701`.
  const region = text.replace(/\s+\S*\d.*$/, "");
  const withRegion = COUNTRIES_WITH_REGION_CODES.filter((code) => regionCode(code, region) !== null);
  return country === null ? withRegion : [country, ...withRegion.filter((code) => code !== country)];
}

function codeIn(words: readonly string[]): string | undefined {
  const code = words.filter((word) => /\d/.test(word)).join("");
  return code === "" ? undefined : code;
}
