import { useSyncExternalStore } from "react";

/** One clock for the whole page: every age on it moves together, once a second. */
const clock = {
  now: Date.now(),
  timer: undefined as ReturnType<typeof setInterval> | undefined,
  listeners: new Set<() => void>(),
};

function subscribe(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    clock.now = Date.now();
    for (const tell of clock.listeners) tell();
  }, 1_000);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clock.timer = undefined;
  };
}

/** Epoch milliseconds, moving on once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => clock.now);
}

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

/** An age that keeps itself; the exact moment on hover. */
export function Ago({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={inFull.format(at)} className="whitespace-nowrap">
      {age(at, now)}
    </time>
  );
}

/** A moment: the time of day where it is today, else with its day. */
export function Moment({ at }: { at: number }) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return (
    <time dateTime={new Date(at).toISOString()} title={inFull.format(at)} className="whitespace-nowrap">
      {today ? timeOfDay.format(at) : dayAndTime.format(at)}
    </time>
  );
}
