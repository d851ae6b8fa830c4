import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distanceKm, isOnGlobe } from "../../src/domain/geography.ts";

const anywhere = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const berlin = { latitude: 52.52, longitude: 13.4 };
const newYork = { latitude: 40.71, longitude: -74.01 };

describe("distanceKm", () => {
  it("is the great circle between cities", () => {
    expect(distanceKm(berlin, newYork)).toBeGreaterThan(6370);
    expect(distanceKm(berlin, newYork)).toBeLessThan(6400);
  });

  it("takes the short way over the date line and over the poles", () => {
    expect(distanceKm({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 })).toBeCloseTo(111.2, 0);
    expect(distanceKm({ latitude: 89.5, longitude: 0 }, { latitude: 89.5, longitude: 180 })).toBeCloseTo(111.2, 0);
  });

  it("is the same in both directions and never beyond half the globe", () => {
    fc.assert(
      fc.property(anywhere, anywhere, (from, to) => {
        expect(distanceKm(from, to)).toBeCloseTo(distanceKm(to, from), 6);
        expect(distanceKm(from, to)).toBeLessThan(20_016);
      }),
    );
  });
});

describe("isOnGlobe", () => {
  it("takes the poles and the date line and nothing beyond", () => {
    expect(isOnGlobe({ latitude: 90, longitude: -180 })).toBe(true);
    expect(isOnGlobe({ latitude: 90.01, longitude: 0 })).toBe(false);
    expect(isOnGlobe({ latitude: 0, longitude: 180.01 })).toBe(false);
    expect(isOnGlobe({ latitude: Number.NaN, longitude: 0 })).toBe(false);
    expect(isOnGlobe({ latitude: 0, longitude: Number.POSITIVE_INFINITY })).toBe(false);
  });
});
