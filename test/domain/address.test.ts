import { describe, expect, it } from "vitest";
import { checkAddress, checkContact, normalizePhone, readAddress } from "../../src/domain/address.ts";
import type { Address } from "../../src/domain/catalog.ts";
import { hasRegionCodes, regionCode } from "../../src/domain/places/regions.ts";

const problems = (address: Address): string[] =>
  checkAddress(address).map(({ field, problem }) => `${field} ${problem}`);

const complete: Address[] = [
  { line1: "Karl-Liebknecht-Str. 5", city: "Berlin", postalCode: "10178", country: "DE" },
  { line1: "350 5th Ave", line2: "Floor 20", city: "New York", region: "NY", postalCode: "10118", country: "US" },
  { line1: "350 5th Ave", city: "New York", region: "New York", postalCode: "10118-0110", country: "US" },
  { line1: "10 Downing St", city: "London", postalCode: "SW1A 2AA", country: "GB" },
  { line1: "10 Downing St", city: "London", postalCode: "sw1a2aa", country: "GB" },
  { line1: "1-9-1 Marunouchi", city: "Chiyoda-ku", region: "Tokyo", postalCode: "1000005", country: "JP" },
  { line1: "301 Front St W", city: "Toronto", region: "ON", postalCode: "M5V2T6", country: "CA" },
  { line1: "1190 Rue Saint-Denis", city: "Montréal", region: "Québec", postalCode: "H2X 3J6", country: "CA" },
  { line1: "1 Macquarie St", city: "Sydney", region: "NSW", postalCode: "2000", country: "AU" },
  { line1: "Dam 1", city: "Amsterdam", postalCode: "1012js", country: "NL" },
  { line1: "O'Connell Street 1", city: "Dublin", country: "IE" },
  { line1: "8 Marina Blvd", city: "", postalCode: "018981", country: "SG" },
  { line1: "Sheikh Zayed Road 1", city: "Dubai", region: "Dubai", country: "AE" },
  { line1: "1 Queen's Road Central", city: "Hong Kong", country: "HK" },
  { line1: "Moi Avenue 1", city: "Nairobi", postalCode: "00100", country: "KE" },
  { line1: "Av. Paulista 1000", city: "São Paulo", region: "SP", postalCode: "01310100", country: "BR" },
];

describe("checkAddress", () => {
  it.each(complete)("takes $line1, $city, $country", (address) => {
    expect(problems(address)).toEqual([]);
  });

  it("names what is missing", () => {
    expect(problems({ line1: " ", city: "", country: "DE" })).toEqual([
      "line1 missing",
      "city missing",
      "postalCode missing",
    ]);
    expect(problems({ line1: "350 5th Ave", city: "New York", country: "US" })).toEqual([
      "region missing",
      "postalCode missing",
    ]);
  });

  it("asks for nothing but a country when there is none", () => {
    expect(problems({ line1: "", city: "", country: "" })).toEqual(["country missing"]);
    expect(problems({ line1: "x", city: "y", country: "Germany" })).toEqual(["country malformed"]);
    expect(problems({ line1: "x", city: "y", country: "de" })).toEqual(["country malformed"]);
    expect(problems({ line1: "x", city: "y", country: "ZZ" })).toEqual(["country malformed"]);
  });

  it("refuses another country's postal code and an unknown state", () => {
    expect(problems({ line1: "Dam 1", city: "Amsterdam", postalCode: "10178", country: "NL" })).toEqual([
      "postalCode malformed",
    ]);
    expect(problems({ line1: "x", city: "Austin", region: "Bavaria", postalCode: "78701", country: "US" })).toEqual([
      "region malformed",
    ]);
  });

  it("refuses what fits on no label", () => {
    expect(problems({ line1: "x".repeat(71), city: "Berlin", postalCode: "10178", country: "DE" })).toEqual([
      "line1 too_long",
    ]);
  });

  it("says what would be right", () => {
    for (const { detail } of checkAddress({ line1: "", city: "", country: "US" }))
      expect(detail.length).toBeGreaterThan(3);
  });
});

describe("readAddress", () => {
  const read = (address: Address): Address => {
    const result = readAddress(address);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.address;
  };

  it.each([
    ["US", "Texas", "TX"],
    ["US", "N.Y.", "NY"],
    ["US", "us-wa", "WA"],
    ["US", "District of Columbia", "DC"],
    ["CA", "Québec", "QC"],
    ["CA", "Que\u0301bec", "QC"],
    ["CA", "British Columbia", "BC"],
    ["CA", "Colombie-Britannique", "BC"],
    ["CA", "Newfoundland & Labrador", "NL"],
    ["AU", "New South Wales", "NSW"],
    ["BR", "sao paulo", "SP"],
    ["IN", "Maharashtra", "MH"],
    ["IN", "Orissa", "OD"],
    ["MX", "CDMX", "CMX"],
    ["MX", "Nuevo Leon", "NLE"],
    ["AE", "دبي", "DU"],
  ])("keeps a state or province as its code: %s %s is %s", (country, region, code) => {
    const result = readAddress({ line1: "1 Main St", city: "Somewhere", region, country, postalCode: "" });
    expect(result.ok ? [] : result.problems.map(({ field }) => field)).not.toContain("region");
    expect(read({ line1: "1 Main St", city: "Somewhere", region, country, ...postalCodeOf(country) }).region).toBe(
      code,
    );
  });

  it("refuses a state that the country does not have, and keeps one of a country whose codes it does not know", () => {
    for (const [country, region] of [
      ["US", "Ontario"],
      ["CA", "Texas"],
      ["BR", "Lisboa"],
      ["IN", "INDIA"],
    ] as const) {
      const result = readAddress({ line1: "1 Main St", city: "Somewhere", region, country, ...postalCodeOf(country) });
      expect(result.ok ? [] : result.problems.map(({ field, problem }) => `${field} ${problem}`)).toEqual([
        "region malformed",
      ]);
    }
    expect(
      read({ line1: "2-11-3 Meguro", city: "Meguro", region: "Tokyo", postalCode: "〒153-0063", country: "JP" }),
    ).toMatchObject({ region: "Tokyo", postalCode: "153-0063" });
  });

  it("writes text in one way, and leaves out what is blank", () => {
    expect(
      read({ line1: " Mu\u0308llerstr.\t5 ", line2: "  ", city: "Berlin", postalCode: "D-13353", country: "DE" }),
    ).toEqual({ line1: "Müllerstr. 5", city: "Berlin", postalCode: "13353", country: "DE" });
  });
});

const CODES: Readonly<Record<string, string>> = {
  US: "78701",
  CA: "H2W 2M5",
  AU: "2010",
  BR: "01304-001",
  IN: "400 072",
  MX: "06700",
};
function postalCodeOf(country: string): { postalCode?: string } {
  const postalCode = CODES[country];
  return postalCode === undefined ? {} : { postalCode };
}

describe("checkContact", () => {
  const found = (contact: Parameters<typeof checkContact>[0], country?: string): string[] =>
    checkContact(contact, country).map(({ field, problem }) => `${field} ${problem}`);

  it("takes an e-mail or a phone number", () => {
    expect(found({ name: "Ada Lovelace", email: "ada@example.com" })).toEqual([]);
    expect(found({ name: "Ada Lovelace", phone: "+442079460958" })).toEqual([]);
    expect(found({ name: "Ada Lovelace", phone: "020 7946 0958" }, "GB")).toEqual([]);
  });

  it("refuses neither, and either when it can't be one", () => {
    expect(found({ name: "Ada Lovelace" })).toEqual(["email missing"]);
    expect(found({ name: "", email: "ada@example.com" })).toEqual(["name missing"]);
    expect(found({ name: "Ada", email: "ada@example", phone: "12" })).toEqual(["email malformed", "phone malformed"]);
  });
});

describe("normalizePhone", () => {
  it("gives E.164", () => {
    expect(normalizePhone("(030) 901820", "DE")).toBe("+4930901820");
    expect(normalizePhone("+1 (202) 555-0123")).toBe("+12025550123");
  });

  it("reads no number out of prose, out of nothing, or out of a flood", () => {
    expect(normalizePhone("call me at +12025550123")).toBeNull();
    expect(normalizePhone("020 7946 0958")).toBeNull();
    expect(normalizePhone("", "DE")).toBeNull();
    expect(normalizePhone("1".repeat(10_000), "DE")).toBeNull();
    expect(normalizePhone("030901820", "ZZ")).toBeNull();
  });
});

describe("regionCode", () => {
  it("takes codes and names", () => {
    expect([
      regionCode("US", "tx"),
      regionCode("US", " Texas "),
      regionCode("CA", "Québec"),
      regionCode("AU", "Victoria"),
    ]).toEqual(["TX", "TX", "QC", "VIC"]);
    expect([regionCode("US", "Bavaria"), regionCode("DE", "BY")]).toEqual([null, null]);
    expect([hasRegionCodes("US"), hasRegionCodes("DE"), hasRegionCodes("constructor")]).toEqual([true, false, false]);
  });
});
