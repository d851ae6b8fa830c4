import type { Coordinates } from "../geography.ts";
import { CITIES_OF_AFRICA } from "./cities-of-africa.ts";
import { CITIES_OF_AMERICA } from "./cities-of-america.ts";
import { CITIES_OF_ASIA_AND_OCEANIA } from "./cities-of-asia-and-oceania.ts";
import { CITIES_OF_EUROPE } from "./cities-of-europe.ts";
import { foldName } from "./fold-name.ts";

export interface City {
  /** As it is called in English. */
  name: string;
  country: string;
  location: Coordinates;
}

/**
 * Names that several countries have and whose best-known bearer is not in the first of the lists below:
 * whoever writes only `San Juan` gets the city that most people mean.
 */
const BEST_KNOWN: Readonly<Record<string, string>> = {
  kingston: "JM",
  tripoli: "LY",
  "george town": "MY",
};

let cities: City[] | undefined;
let byName: Map<string, City[]> | undefined;

/** Every city we know, in the order of `findCity`'s preference. */
export function allCities(): readonly City[] {
  return (cities ??= readCities().map(({ city }) => city));
}

/**
 * The city of that name, in any of its spellings, without regard to case and accents; with a country only one there.
 * Without a country the best known of several. Null when we know none.
 */
export function findCity(name: string, country?: string): City | null {
  byName ??= indexCities();
  const folded = foldName(name);
  const found = byName.get(folded) ?? [];
  const wanted = country ?? BEST_KNOWN[folded];
  const match = found.find((city) => city.country === wanted);
  return match ?? (country === undefined ? (found[0] ?? null) : null);
}

function indexCities(): Map<string, City[]> {
  const index = new Map<string, City[]>();
  for (const { city, names } of readCities()) {
    for (const name of names.map(foldName)) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [city]);
      else known.push(city);
    }
  }
  return index;
}

function readCities(): { city: City; names: string[] }[] {
  return [CITIES_OF_EUROPE, CITIES_OF_AMERICA, CITIES_OF_ASIA_AND_OCEANIA, CITIES_OF_AFRICA].flatMap((list) =>
    list
      .trim()
      .split("\n")
      .flatMap((line) => {
        const country = line.slice(0, 2);
        return line
          .slice(3)
          .split(";")
          .map((entry) => readCity(entry, country));
      }),
  );
}

function readCity(entry: string, country: string): { city: City; names: string[] } {
  const words = entry.split(" ");
  const location = { latitude: Number(words.at(-2)), longitude: Number(words.at(-1)) };
  const names = words.slice(0, -2).join(" ").split("/");
  return { city: { name: names[0] ?? "", country, location }, names };
}
