import { describe, expect, it } from "vitest";
import {
  dayAt,
  daysLater,
  type DispatchCalendar,
  estimateDelivery,
  estimateDispatch,
  estimateLastDelivery,
  startOfDay,
  transitDays,
} from "../../src/domain/delivery.ts";

const weekdays = [1, 2, 3, 4, 5];
const method = {
  transitDays: [
    { withinKm: 500, days: 1 },
    { withinKm: 2000, days: 3 },
    { withinKm: 9000, days: 5 },
  ],
};
const calendar = (timeZone: string, cutOffMinutes = 16 * 60, workingDays = weekdays): DispatchCalendar => ({
  timeZone,
  cutOffMinutes,
  workingDays,
});
const dispatch = (zone: string, placedAt: string, cutOff?: number, days?: number[]): string =>
  estimateDispatch(calendar(zone, cutOff, days), Date.parse(placedAt));

describe("estimateDispatch", () => {
  it("leaves the same day up to the minute before the cut-off", () => {
    // Berlin is an hour ahead of UTC in November; the 20th of November 2026 is a Friday.
    expect(dispatch("Europe/Berlin", "2026-11-20T14:59:59.999Z")).toBe("2026-11-20");
    expect(dispatch("Europe/Berlin", "2026-11-20T15:00:00.000Z")).toBe("2026-11-23");
  });

  it("leaves on the next working day", () => {
    expect(dispatch("Europe/Berlin", "2026-11-21T08:00:00Z")).toBe("2026-11-23");
    expect(dispatch("Asia/Riyadh", "2026-11-20T08:00:00Z", 960, [7, 1, 2, 3, 4])).toBe("2026-11-22");
    expect(dispatch("Europe/Berlin", "2026-11-20T20:00:00Z", 960, [5])).toBe("2026-11-27");
  });

  it("tells the day and the time in the warehouse's zone", () => {
    // Thursday evening in Los Angeles is Friday in Auckland.
    expect(dispatch("America/Los_Angeles", "2026-11-20T01:00:00Z", 18 * 60)).toBe("2026-11-19");
    expect(dispatch("Pacific/Auckland", "2026-11-20T01:00:00Z", 18 * 60)).toBe("2026-11-20");
    // One moment, both sides of the date line: UTC+14 and UTC-11.
    expect(dispatch("Pacific/Kiritimati", "2026-11-19T10:30:00Z")).toBe("2026-11-20");
    expect(dispatch("Pacific/Pago_Pago", "2026-11-19T10:30:00Z", 24 * 60)).toBe("2026-11-18");
  });

  it("knows zones of half and quarter hours", () => {
    expect(dispatch("Asia/Kolkata", "2026-11-20T10:29:00Z")).toBe("2026-11-20");
    expect(dispatch("Asia/Kolkata", "2026-11-20T10:30:00Z")).toBe("2026-11-23");
    expect(dispatch("Asia/Kathmandu", "2026-11-20T10:14:00Z")).toBe("2026-11-20");
    expect(dispatch("Asia/Kathmandu", "2026-11-20T10:15:00Z")).toBe("2026-11-23");
  });

  it("moves the cut-off with the clocks", () => {
    // Clocks in New York went back on Sunday, the 1st of November 2026.
    expect(dispatch("America/New_York", "2026-10-30T19:59:00Z")).toBe("2026-10-30");
    expect(dispatch("America/New_York", "2026-10-30T20:00:00Z")).toBe("2026-11-02");
    expect(dispatch("America/New_York", "2026-11-02T20:59:00Z")).toBe("2026-11-02");
    expect(dispatch("America/New_York", "2026-11-02T21:00:00Z")).toBe("2026-11-03");
  });

  it("takes the hour that comes twice for what it is", () => {
    // 01:30 comes twice in New York on that Sunday; a cut-off of 01:15 has come both times.
    const everyDay = [1, 2, 3, 4, 5, 6, 7];
    expect(dispatch("America/New_York", "2026-11-01T05:10:00Z", 75, everyDay)).toBe("2026-11-01");
    expect(dispatch("America/New_York", "2026-11-01T05:30:00Z", 75, everyDay)).toBe("2026-11-02");
    expect(dispatch("America/New_York", "2026-11-01T06:30:00Z", 75, everyDay)).toBe("2026-11-02");
  });

  it("answers the same whatever was asked before", () => {
    const moments = ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-03-29T00:59:59Z", "2026-03-28T23:30:00Z"];
    const cutOff = 2 * 60;
    // Berlin jumps from 02:00 to 03:00 at 01:00 UTC.
    expect(moments.map((moment) => dispatch("Europe/Berlin", moment, cutOff, [6, 7, 1]))).toEqual([
      "2026-03-29",
      "2026-03-30",
      "2026-03-29",
      "2026-03-29",
    ]);
  });
});

describe("estimateDelivery", () => {
  const deliver = (placedAt: string, distanceKm: number): string =>
    estimateDelivery({ warehouse: calendar("Europe/Berlin"), method, distanceKm, placedAt: Date.parse(placedAt) });

  it("adds the service's days for the distance", () => {
    expect(deliver("2026-11-16T09:00:00Z", 500)).toBe("2026-11-17");
    expect(deliver("2026-11-16T09:00:00Z", 500.1)).toBe("2026-11-19");
    expect(deliver("2026-11-16T09:00:00Z", 20_000)).toBe("2026-11-21");
  });

  it("delivers on Saturdays and skips Sundays", () => {
    expect(deliver("2026-11-20T09:00:00Z", 100)).toBe("2026-11-21");
    expect(deliver("2026-11-20T09:00:00Z", 1000)).toBe("2026-11-24");
  });

  it("does not shift a day where the clocks change on the way", () => {
    expect(deliver("2026-10-23T09:00:00Z", 1000)).toBe("2026-10-27");
    expect(deliver("2026-03-27T09:00:00Z", 1000)).toBe("2026-03-31");
  });

  it("crosses the end of the year", () => {
    expect(deliver("2026-12-31T09:00:00Z", 100)).toBe("2027-01-01");
  });

  it("does not deliver on the Sunday on which a parcel without days on the way leaves", () => {
    const warehouse = calendar("Asia/Dubai", 960, [7]);
    expect(
      estimateDelivery({
        warehouse,
        method: { transitDays: [{ withinKm: 50, days: 0 }] },
        distanceKm: 5,
        placedAt: Date.parse("2026-11-22T06:00:00Z"),
      }),
    ).toBe("2026-11-23");
  });

  it("refuses a warehouse that never works and a method without days", () => {
    expect(() => estimateDispatch(calendar("UTC", 960, []), 0)).toThrow(RangeError);
    expect(() => estimateDispatch(calendar("UTC", 960, [8]), 0)).toThrow(RangeError);
    expect(() => transitDays({ transitDays: [] }, 1)).toThrow(RangeError);
  });
});

describe("estimateLastDelivery", () => {
  it("is the day of the last shipment", () => {
    const placedAt = Date.parse("2026-11-16T09:00:00Z");
    const shipments = [
      { warehouse: calendar("Europe/Berlin"), distanceKm: 1500 },
      { warehouse: calendar("Europe/Madrid"), distanceKm: 100 },
    ];
    expect(estimateLastDelivery(shipments, method, placedAt)).toBe("2026-11-19");
    expect(estimateLastDelivery([], method, placedAt)).toBeNull();
  });
});

describe("a day at a place", () => {
  it.each([
    ["UTC", "2026-03-01", "2026-03-01T00:00:00Z"],
    ["America/New_York", "2026-07-04", "2026-07-04T04:00:00Z"],
    ["Asia/Kolkata", "2026-07-04", "2026-07-03T18:30:00Z"],
    ["Pacific/Kiritimati", "2026-07-04", "2026-07-03T10:00:00Z"],
    // The clocks change on that day, after midnight.
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"],
    ["Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"],
    ["America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"],
    // They leap over midnight: the day begins at one.
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"],
    ["America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"],
    // Midnight comes twice: the first one counts. And it comes an hour later, after 23:00 has come twice.
    ["America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"],
    ["America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"],
    ["Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00Z"],
  ])("in %s, %s begins at %s, and its day is told at every moment from then", (timeZone, day, begins) => {
    const at = startOfDay(timeZone, day);
    expect(new Date(at).toISOString()).toBe(begins.replace("Z", ".000Z"));
    expect(dayAt(timeZone, at)).toBe(day);
    expect(dayAt(timeZone, at - 1) < day).toBe(true);
  });

  it("begins once for every day of two years, everywhere", () => {
    const zones = [
      "Europe/London",
      "America/Santiago",
      "Africa/Cairo",
      "Australia/Lord_Howe",
      "Asia/Beirut",
      "America/Havana",
    ];
    for (const timeZone of zones)
      for (let noon = Date.UTC(2026, 0, 1, 12); noon < Date.UTC(2028, 0, 1); noon += 86_400_000) {
        const day = new Date(noon).toISOString().slice(0, 10);
        const at = startOfDay(timeZone, day);
        expect([dayAt(timeZone, at), dayAt(timeZone, at - 1) < day]).toEqual([day, true]);
      }
  });

  it("is so many days later at the same time of the clock", () => {
    const later = (timeZone: string, at: string, days: number) =>
      new Date(daysLater(timeZone, Date.parse(at), days)).toISOString();
    expect(later("Europe/Berlin", "2026-03-28T12:00:00+01:00", 1)).toBe("2026-03-29T10:00:00.000Z");
    expect(later("Europe/Berlin", "2026-10-24T12:00:00+02:00", 1)).toBe("2026-10-25T11:00:00.000Z");
    expect(later("UTC", "2026-10-24T12:00:00Z", 30)).toBe("2026-11-23T12:00:00.000Z");
    expect(dayAt("Africa/Cairo", daysLater("Africa/Cairo", Date.parse("2026-04-23T00:30:00+02:00"), 1))).toBe(
      "2026-04-24",
    );
  });
});
