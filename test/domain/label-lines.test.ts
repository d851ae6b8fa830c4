import { describe, expect, it } from "vitest";
import { checkAddress } from "../../src/domain/address.ts";
import { LABEL, labelLines, labelState } from "../../src/domain/label-lines.ts";

const inBerlin = { city: "Berlin", postalCode: "10117", country: "DE" };

describe("the street on a label", () => {
  it("keeps what fits as it was given", () => {
    expect(labelLines({ line1: "350 5th Ave", line2: "Floor 20", region: "NY", country: "US" })).toEqual([
      "350 5th Ave",
      "Floor 20",
    ]);
  });

  it("is divided between words, and never longer than the carrier prints", () => {
    expect(labelLines({ line1: "Wohnanlage Am Alten Güterbahnhof Nord, Haus 12, Aufgang C", ...inBerlin })).toEqual([
      "Wohnanlage Am Alten Güterbahnhof",
      "Nord, Haus 12, Aufgang C",
    ]);
  });

  it("runs on where its parts have no room for lines of their own", () => {
    const line1 = "Building 7 of the Old Harbour Warehouses East"; // two lines
    const line2 = "Third floor, third door, ring twice for Ada"; // two lines
    expect(labelLines({ line1, line2, ...inBerlin })).toEqual([
      "Building 7 of the Old Harbour",
      "Warehouses East, Third floor, third",
      "door, ring twice for Ada",
    ]);
  });

  it("takes a word apart only where it is longer than a line, after hyphens and between ideographs", () => {
    expect(labelLines({ line1: "Donaudampfschiffahrts-Gesellschafts-Straße 5", ...inBerlin })).toEqual([
      "Donaudampfschiffahrts-",
      "Gesellschafts-Straße 5",
    ]);
    expect(labelLines({ line1: "目".repeat(40), country: "JP" })).toEqual(["目".repeat(35), "目".repeat(5)]);
    expect(labelLines({ line1: "x".repeat(36), ...inBerlin })).toBeNull();
  });

  it("has the state where the carrier has no field of two letters for it", () => {
    expect(labelLines({ line1: "215 Crown Street", region: "NSW", country: "AU" })).toEqual([
      "215 Crown Street",
      "NSW",
    ]);
    expect([
      labelState({ country: "US", region: "TX" }),
      labelState({ country: "CA", region: "QC" }),
      labelState({ country: "PR" }),
      labelState({ country: "AU", region: "NSW" }),
    ]).toEqual(["TX", "QC", "PR", null]);
  });
});

describe("an address that fits on no label", () => {
  const problems = (address: Parameters<typeof checkAddress>[0]) =>
    checkAddress(address).map(({ field, problem }) => `${field} ${problem}`);

  it("is refused at the field that is too long", () => {
    const words = (count: number) => Array.from({ length: count }, () => "abcdefghi").join(" ");
    expect(problems({ line1: words(9), ...inBerlin })).toEqual([]);
    expect(problems({ line1: words(10), ...inBerlin })).toEqual(["line1 too_long"]);
    expect(problems({ line1: words(6), line2: words(6), ...inBerlin })).toEqual(["line2 too_long"]);
    expect(problems({ line1: "Am Ring 1", ...inBerlin, city: "x".repeat(LABEL.city + 1) })).toEqual(["city too_long"]);
  });
});
