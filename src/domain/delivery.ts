import type { ShippingMethod, Warehouse } from "./catalog.ts";

/** What of a warehouse decides when a parcel leaves. */
export type DispatchCalendar = Pick<Warehouse, "timeZone" | "cutOffMinutes" | "workingDays">;

export interface DeliveryRequest {
  warehouse: DispatchCalendar;
  method: Pick<ShippingMethod, "transitDays">;
  distanceKm: number;
  /** Epoch milliseconds. */
  placedAt: number;
}

const DAY_MS = 86_400_000;
const SUNDAY = 7;

/**
 * The day a parcel is expected, `YYYY-MM-DD`.
 *
 * It leaves on the day the order is placed, told in the warehouse's time zone, if that is a working day and its
 * cut-off has not come (an order placed on the very minute of the cut-off is late); else on the next working day.
 * The service's days for the distance follow. Carriers move parcels from Monday to Saturday, so Sundays are not
 * counted and nothing arrives on one. The date is one of the warehouse's calendar; public holidays and a warehouse's
 * daily capacity are not looked at.
 * Throws a RangeError for a warehouse without working days and for a method without a band of transit days.
 */
export function estimateDelivery({ warehouse, method, distanceKm, placedAt }: DeliveryRequest): string {
  let day = dispatchDay(warehouse, placedAt);
  let rest = transitDays(method, distanceKm);
  // Zero days is delivery on the day of dispatch, and the day after where that is a Sunday.
  while (rest > 0 || isoWeekday(day) === SUNDAY) {
    day += DAY_MS;
    if (rest > 0 && isoWeekday(day) !== SUNDAY) rest -= 1;
  }
  return isoDate(day);
}

/** The day the last of several shipments is expected; null without shipments. */
export function estimateLastDelivery(
  shipments: readonly { warehouse: DispatchCalendar; distanceKm: number }[],
  method: Pick<ShippingMethod, "transitDays">,
  placedAt: number,
): string | null {
  const days = shipments.map(({ warehouse, distanceKm }) =>
    estimateDelivery({ warehouse, method, distanceKm, placedAt }),
  );
  return days.reduce<string | null>((latest, day) => (latest === null || day > latest ? day : latest), null);
}

/** The day, `YYYY-MM-DD` in the warehouse's time zone, on which an order placed at that moment leaves. */
export function estimateDispatch(warehouse: DispatchCalendar, placedAt: number): string {
  return isoDate(dispatchDay(warehouse, placedAt));
}

/** The day, `YYYY-MM-DD`, that it is in the time zone at that moment (epoch milliseconds). */
export function dayAt(timeZone: string, at: number): string {
  return isoDate(localTime(timeZone, at).day);
}

/**
 * When the day (`YYYY-MM-DD`) begins in the time zone, in epoch milliseconds: its midnight, or the first moment after
 * it where the clocks leap over midnight. Every date without a time means this moment of its warehouse.
 */
export function startOfDay(timeZone: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const candidates = [-DAY_MS, DAY_MS].map((aside) => midnight - offsetOf(timeZone, midnight + aside));
  let at = Math.min(...candidates);
  while (localTime(timeZone, at).day < midnight) at += QUARTER_MS;
  return at;
}

/** The moment so many days later at the same time of the clock there, whatever the clocks have been changed by between. */
export function daysLater(timeZone: string, at: number, days: number): number {
  const elapsed = at + days * DAY_MS;
  const sameClock = elapsed + offsetOf(timeZone, at) - offsetOf(timeZone, elapsed);
  const day = isoDate(localTime(timeZone, at).day + days * DAY_MS);
  return Math.max(sameClock, startOfDay(timeZone, day));
}

/** Days on the way: those of the first band that covers the distance; beyond all bands, those of the last. */
export function transitDays({ transitDays: bands }: Pick<ShippingMethod, "transitDays">, distanceKm: number): number {
  const band = bands.find(({ withinKm }) => distanceKm <= withinKm) ?? bands.at(-1);
  if (band === undefined) throw new RangeError("a shipping method needs a band of transit days");
  return band.days;
}

/** Days are kept as UTC midnights: they are dates, and adding 24 hours to one must never meet a change of clocks. */
function dispatchDay({ timeZone, cutOffMinutes, workingDays }: DispatchCalendar, placedAt: number): number {
  if (workingDays.length === 0) throw new RangeError("a warehouse needs a working day");
  const local = localTime(timeZone, placedAt);
  let day = local.day;
  if (workingDays.includes(isoWeekday(day)) && local.minutes < cutOffMinutes) return day;
  for (let tried = 0; tried < 7; tried += 1) {
    day += DAY_MS;
    if (workingDays.includes(isoWeekday(day))) return day;
  }
  throw new RangeError("working days are ISO weekday numbers");
}

/** Every zone in use today changes its clocks on a quarter of an hour. */
const QUARTER_MS = 900_000;

interface Zone {
  formatter: Intl.DateTimeFormat;
  /** The quarter (since the epoch) that `offsetMs` was found in, and holds for. */
  quarter: number;
  offsetMs: number;
}

// Asking Intl costs more than the rest of pricing an order, and all orders of a quarter get the same answer.
const zones = new Map<string, Zone>();

function localTime(timeZone: string, at: number): { day: number; minutes: number } {
  const local = at + offsetOf(timeZone, at);
  const day = Math.floor(local / DAY_MS) * DAY_MS;
  return { day, minutes: Math.floor((local - day) / 60_000) };
}

function offsetOf(timeZone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS);
  const known = zones.get(timeZone);
  if (known?.quarter === quarter) return known.offsetMs;
  const formatter = known?.formatter ?? makeFormatter(timeZone);
  const offsetMs = readOffset(formatter, quarter * QUARTER_MS);
  zones.set(timeZone, { formatter, quarter, offsetMs });
  return offsetMs;
}

function readOffset(formatter: Intl.DateTimeFormat, at: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatter.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute) - at;
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
}

function isoWeekday(day: number): number {
  return new Date(day).getUTCDay() || SUNDAY;
}

function isoDate(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}
