import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type ExtendedFeature, geoContains } from "d3-geo";
import { feature } from "topojson-client";
import { describe, expect, it } from "vitest";
import { type Coordinates, distanceKm, isOnGlobe } from "../../src/domain/geography.ts";
import { type PlaceInput, locate } from "../../src/domain/places.ts";
import { allCities, findCity } from "../../src/domain/places/cities.ts";
import { countryCenter, countryCodes, findCountry, isCountry } from "../../src/domain/places/countries.ts";
import { findPostalArea, postalAreasOf, postalCountries } from "../../src/domain/places/postal-areas.ts";

const found = (input: PlaceInput): string | null => {
  const place = locate(input);
  return place === null ? null : `${place.precision} ${place.country ?? "?"}`;
};

/** How far the answer is from where a city really is. */
const kmFrom = (city: string, country: string, input: PlaceInput): number => {
  const truth = findCity(city, country);
  const place = locate(input);
  if (truth === null || place === null) throw new Error(`not found: ${city}`);
  return distanceKm(truth.location, place.location);
};

describe("locate", () => {
  it("takes coordinates as they are, and none off the globe", () => {
    expect(locate({ latitude: 52.52, longitude: 13.4 })).toEqual({
      location: { latitude: 52.52, longitude: 13.4 },
      precision: "coordinates",
    });
    expect(locate({ latitude: 91, longitude: 0 })).toBeNull();
    expect(found("52.52, 13.40")).toBe("coordinates ?");
    expect(locate("-33.87 151.21")?.location).toEqual({ latitude: -33.87, longitude: 151.21 });
    expect(locate("95, 200")).toBeNull();
  });

  it("finds an address by its postal code", () => {
    expect(found({ country: "DE", postalCode: "10178", city: "Berlin" })).toBe("postal_code DE");
    const near: [string, string, string][] = [
      ["Berlin", "DE", "10178"],
      ["Munich", "DE", "80331"],
      ["New York", "US", "10118"],
      ["Los Angeles", "US", "90012-1234"],
      ["Seattle", "US", "98101"],
      ["London", "GB", "SW1A 2AA"],
      ["Birmingham", "GB", "B1 1AA"],
      ["Edinburgh", "GB", "EH1 1AA"],
      ["Paris", "FR", "75001"],
      ["Marseille", "FR", "13001"],
      ["Madrid", "ES", "28001"],
      ["Milan", "IT", "20121"],
      ["Amsterdam", "NL", "1012 JS"],
      ["Toronto", "CA", "M5V 2T6"],
      ["Vancouver", "CA", "V6B 1A1"],
      ["Sydney", "AU", "2000"],
      ["Perth", "AU", "6000"],
      ["Canberra", "AU", "2600"],
      ["Tokyo", "JP", "100-0005"],
      ["Sapporo", "JP", "060-0001"],
      ["Osaka", "JP", "530-0001"],
      ["São Paulo", "BR", "01310-100"],
      ["Mumbai", "IN", "400001"],
      ["Beijing", "CN", "100000"],
      ["Seoul", "KR", "04524"],
      ["Mexico City", "MX", "06000"],
      ["Warsaw", "PL", "00-950"],
      ["Stockholm", "SE", "111 22"],
      ["Zurich", "CH", "8001"],
      ["Dublin", "IE", "D02 X285"],
      ["Auckland", "NZ", "1010"],
      ["Johannesburg", "ZA", "2001"],
      ["Singapore", "SG", "018956"],
      ["Luxembourg", "LU", "L-1234"],
      ["Lisbon", "PT", "1000-001"],
      ["Kyiv", "UA", "01001"],
    ];
    for (const [city, country, postalCode] of near)
      expect([city, kmFrom(city, country, { country, postalCode }) < 45]).toEqual([city, true]);
  });

  it("prefers a known city to an area as wide as a first digit", () => {
    expect(found({ country: "NG", postalCode: "100001", city: "Ibadan" })).toBe("city NG");
    expect(found({ country: "NG", postalCode: "100001" })).toBe("postal_code NG");
  });

  it("falls back to the city, then to the country", () => {
    expect(found({ country: "KE", city: "Mombasa" })).toBe("city KE");
    expect(found({ country: "DE", postalCode: "??", city: "Köln" })).toBe("city DE");
    expect(found({ country: "KE", city: "Nowhere" })).toBe("country KE");
    expect(locate({ country: "ZZ", city: "Berlin" })).toBeNull();
  });

  it("finds cities in any spelling", () => {
    for (const name of ["München", "munich", "MUENCHEN", " Munchen "]) expect(kmFrom("Munich", "DE", name)).toBe(0);
    expect(found("sao paulo")).toBe("city BR");
    expect(found("東京")).toBe("city JP");
    expect(found("St Louis")).toBe("city US");
    expect(found("Gdansk")).toBe("city PL");
    expect(found("łódź")).toBe("city PL");
  });

  it("takes the best known of several cities, and another when told", () => {
    expect(found("London")).toBe("city GB");
    expect(found("London, Canada")).toBe("city CA");
    expect(found("London, ON")).toBe("city CA");
    expect(found("Kingston")).toBe("city JM");
    expect(found("Tripoli")).toBe("city LY");
    expect(found("Birmingham, Alabama")).toBe("city US");
    expect(found("San José, Costa Rica")).toBe("city CR");
  });

  it("reads a state's code as the state where the country of that code has no such city", () => {
    expect(found("San Francisco, CA")).toBe("city US");
    expect(found("Wilmington, DE")).toBe("city US");
    expect(found("Austin, TX 78701")).toBe("city US");
    expect(found("Melbourne, VIC")).toBe("city AU");
  });

  it("reads names with their country and with postal codes", () => {
    expect(found("Paris France")).toBe("city FR");
    expect(found("10115, DE")).toBe("postal_code DE");
    expect(found("10115 Berlin, Germany")).toBe("postal_code DE");
    expect(found("SW1A 1AA, UK")).toBe("postal_code GB");
    expect(found("350 5th Ave, New York, NY, USA")).toBe("city US");
    expect(found("Kleinkleckersdorf, Germany")).toBe("country DE");
  });

  it("finds countries by code and by names used at home and abroad", () => {
    for (const name of ["Germany", "Deutschland", "DE", "de"]) expect(found(name)).toBe("country DE");
    expect(found("USA")).toBe("country US");
    expect(found("Holland")).toBe("country NL");
    expect(found("Côte d'Ivoire")).toBe("country CI");
    expect(found("Türkiye")).toBe("country TR");
  });

  it("does not guess", () => {
    for (const text of ["", "  ", ",", "Atlantis", "10115", "x".repeat(1000), "constructor", "__proto__"])
      expect(locate(text)).toBeNull();
  });
});

describe("findPostalArea", () => {
  it("takes the longest beginning it knows", () => {
    expect(findPostalArea("AU", "2601")?.prefix).toBe("260");
    expect(findPostalArea("CA", "A1B 2C3")?.prefix).toBe("A1");
    expect(findPostalArea("CA", "A9Z 9Z9")?.prefix).toBe("A");
  });

  it("does not take Guernsey for Glasgow", () => {
    expect(findPostalArea("GB", "G1 1AA")?.prefix).toBe("G");
    expect(findPostalArea("GB", "GY1 1AA")).toBeNull();
  });

  it("knows nothing of countries without a table and of empty codes", () => {
    expect(findPostalArea("AO", "1000")).toBeNull();
    expect(findPostalArea("DE", "")).toBeNull();
  });
});

describe("the tables", () => {
  const atlas = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve("world-atlas/countries-50m.json"), "utf8"),
  ) as Parameters<typeof feature>[0];
  const shapes = new Map<string, ExtendedFeature>();
  const countries = atlas.objects["countries"];
  const drawn = countries === undefined ? [] : feature(atlas, countries);
  for (const shape of "features" in drawn ? drawn.features : []) {
    const country = findCountry(String(shape.properties?.["name"]));
    if (country !== null) shapes.set(country, shape);
  }

  /** Whether the point lies in the country or within so many kilometers of a corner of its outline: the atlas is coarse, and harbors lie at the sea. */
  const liesIn = (shape: ExtendedFeature, location: Coordinates, withinKm: number): boolean => {
    if (geoContains(shape, [location.longitude, location.latitude])) return true;
    const { geometry } = shape;
    const polygons =
      geometry?.type === "Polygon"
        ? [geometry.coordinates]
        : geometry?.type === "MultiPolygon"
          ? geometry.coordinates
          : [];
    return polygons
      .flat(2)
      .some(([longitude = 0, latitude = 0]) => distanceKm({ latitude, longitude }, location) <= withinKm);
  };
  const outside = (
    places: readonly { label: string; country: string; location: Coordinates }[],
    withinKm: number,
  ): string[] =>
    places
      .filter(({ country, location }) => {
        const shape = shapes.get(country);
        return shape !== undefined && !liesIn(shape, location, withinKm);
      })
      .map(({ label }) => label);

  it("have every city in its country", () => {
    expect(shapes.size).toBeGreaterThan(200);
    expect(allCities().length).toBeGreaterThan(900);
    expect(
      outside(
        allCities().map(({ name, country, location }) => ({ label: name, country, location })),
        25,
      ),
    ).toEqual([]);
  });

  it("have every country's middle in the country", () => {
    const middles = countryCodes().map((country) => ({
      label: country,
      country,
      location: countryCenter(country) ?? { latitude: 0, longitude: 0 },
    }));
    // The atlas draws another of the Pitcairn Islands than the one that is lived on.
    expect(outside(middles, 60).filter((country) => country !== "PN")).toEqual([]);
  });

  it("have every postal area in its country", () => {
    const areas = postalCountries().flatMap((country) =>
      postalAreasOf(country).map(({ prefix, location }) => ({ label: `${country} ${prefix}`, country, location })),
    );
    expect(areas.length).toBeGreaterThan(3000);
    for (const { location } of areas) expect(isOnGlobe(location)).toBe(true);
    // Outlying islands and cities that the atlas counts elsewhere or leaves out.
    const known = [
      "ES 51",
      "ES 52",
      "FR 975",
      "UA 95",
      "UA 96",
      "UA 97",
      "UA 98",
      "UA 99",
      "US 006",
      "US 007",
      "US 008",
      "US 009",
      "US 969",
      "TW 88",
    ];
    expect(outside(areas, 25).filter((label) => !known.includes(label))).toEqual([]);
  });

  it("know every country that carriers do", () => {
    expect(countryCodes()).toHaveLength(250);
    expect(new Set(countryCodes()).size).toBe(250);
    expect(["DE", "US", "XK", "ZZ", "de", ""].map(isCountry)).toEqual([true, true, true, false, false, false]);
  });

  it("name no city twice in a country", () => {
    const labels = allCities().map(({ name, country }) => `${country} ${name}`);
    expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
  });
});
