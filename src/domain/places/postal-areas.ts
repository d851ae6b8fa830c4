import type { Coordinates } from "../geography.ts";
import { POSTAL_AREAS_OF_AMERICA } from "./postal-areas-of-america.ts";
import { POSTAL_AREAS_OF_ASIA_AND_OCEANIA } from "./postal-areas-of-asia-and-oceania.ts";
import { POSTAL_AREAS_OF_EUROPE } from "./postal-areas-of-europe.ts";

export interface PostalArea {
  /** How the codes of the area begin. */
  prefix: string;
  location: Coordinates;
}

let linesByCountry: Map<string, string[]> | undefined;
const areasByCountry = new Map<string, Map<string, Coordinates>>();

/** The area that the postal code lies in, by the longest beginning of it that we know; null when we know none. */
export function findPostalArea(country: string, postalCode: string): PostalArea | null {
  const areas = areasOf(country);
  const bare = postalCode.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
  const code = bare.startsWith(country) && /^\d+$/.test(bare.slice(2)) ? bare.slice(2) : bare;
  for (let length = Math.min(LONGEST_PREFIX, code.length); length > 0; length -= 1) {
    const prefix = code.slice(0, length);
    const location = areas.get(prefix);
    // Areas named by letters end where the letters end: GY1 is no part of Glasgow's G.
    const cutsLetters = /^[A-Z]{2}/.test(code.slice(length - 1, length + 1));
    if (location !== undefined && !cutsLetters) return { prefix, location };
  }
  return null;
}

/** Countries whose postal codes we can place. */
export function postalCountries(): string[] {
  return [...countryLines().keys()];
}

/** Every area of a country that `findPostalArea` can answer. */
export function postalAreasOf(country: string): PostalArea[] {
  return [...areasOf(country)].map(([prefix, location]) => ({ prefix, location }));
}

const LONGEST_PREFIX = 3;

/** Only the countries that are asked for are taken apart: most isolates serve few. */
function areasOf(country: string): Map<string, Coordinates> {
  const known = areasByCountry.get(country);
  if (known !== undefined) return known;
  const areas = new Map<string, Coordinates>();
  for (const line of countryLines().get(country) ?? []) {
    for (const entry of line.split(";")) {
      const [prefixes = "", latitude, longitude] = entry.split(" ");
      const [first = "", last = first] = prefixes.split("-");
      const location = { latitude: Number(latitude), longitude: Number(longitude) };
      if (first === last) {
        areas.set(first, location);
        continue;
      }
      for (let prefix = Number(first); prefix <= Number(last); prefix += 1) {
        areas.set(String(prefix).padStart(first.length, "0"), location);
      }
    }
  }
  areasByCountry.set(country, areas);
  return areas;
}

function countryLines(): Map<string, string[]> {
  if (linesByCountry !== undefined) return linesByCountry;
  const lines = new Map<string, string[]>();
  for (const line of [POSTAL_AREAS_OF_EUROPE, POSTAL_AREAS_OF_AMERICA, POSTAL_AREAS_OF_ASIA_AND_OCEANIA]
    .join("")
    .split("\n")) {
    if (line === "") continue;
    const country = line.slice(0, 2);
    lines.set(country, [...(lines.get(country) ?? []), line.slice(3)]);
  }
  linesByCountry = lines;
  return lines;
}
