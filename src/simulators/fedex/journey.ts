const HOUR_MS = 3_600_000;

/** A scan of a parcel: FedEx's event code, its words, and when it happens after the label was made. */
export interface JourneyStep {
  code: string;
  description: string;
  afterMs: number;
}

/** What happens to every parcel, in the carrier's own time. */
export const JOURNEY: readonly JourneyStep[] = [
  { code: "OC", description: "Shipment information sent to FedEx", afterMs: 0 },
  { code: "PU", description: "Picked up", afterMs: 4 * HOUR_MS },
  { code: "IT", description: "In transit", afterMs: 10 * HOUR_MS },
  { code: "OD", description: "On FedEx vehicle for delivery", afterMs: 44 * HOUR_MS },
  { code: "DL", description: "Delivered", afterMs: 50 * HOUR_MS },
];

/** The step after this one; null after the last. */
export function stepAfter(code: string): JourneyStep | null {
  return JOURNEY[JOURNEY.findIndex((step) => step.code === code) + 1] ?? null;
}

/** The carrier's clock: it stood at `bookAt` when ours stood at `realAt`, and has run `speed` times as fast since. */
export interface BookClock {
  bookAt: number;
  realAt: number;
  speed: number;
}

/** What the carrier's clock shows at this moment of ours. */
export function bookTimeAt(clock: BookClock, real: number): number {
  return clock.bookAt + (real - clock.realAt) * clock.speed;
}

/** The moment of ours at which the carrier's clock shows this; null where it stands still before. */
export function realTimeAt(clock: BookClock, book: number): number | null {
  if (book <= clock.bookAt) return clock.realAt;
  return clock.speed === 0 ? null : Math.ceil(clock.realAt + (book - clock.bookAt) / clock.speed);
}
