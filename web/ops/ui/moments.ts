const timeOfDay = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const dayAndTime = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const inFull = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });
const dayOnly = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** A calendar date (`YYYY-MM-DD`), which has no time zone. */
export function calendarDay(date: string): string {
  return dayOnly.format(new Date(`${date}T00:00:00Z`));
}

/** A moment with its day, in the reader's time zone. */
export function dayAndClock(at: number): string {
  return dayAndTime.format(at);
}

export function clockTime(at: number): string {
  return timeOfDay.format(at);
}

/** How long ago, coarse; `now` for the last seconds and for clocks that run apart. */
export function age(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1_000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A moment with all that can be said of it. */
export function momentInFull(at: number): string {
  return inFull.format(at);
}
